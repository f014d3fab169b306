"""The examples: one per figure of the report, with the constants of a run in their place."""

import ast
from pathlib import Path

import pytest

from chainrule.core.errors import FileError
from chainrule.lab.report import example as module
from chainrule.lab.report import report
from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.example import IN_THE_REPOSITORY, example

FILES = sorted(IN_THE_REPOSITORY.glob("*.py"))


def test_every_chapter_with_runs_has_one_and_none_is_left_over():
    names = {each.stem.replace("_", "-") for each in FILES}
    assert names == {*CHAPTERS, "curves", "predictions", "boundary"}


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_files_constants_are_those_of_the_full_report(name):
    source = (IN_THE_REPOSITORY / f"{name.replace('-', '_')}.py").read_text(encoding="utf-8")
    shown = example(name, CHAPTERS[name].constants(Scale(20_000)))
    assert source.endswith(shown)
    assert ast.get_docstring(ast.parse(source))


def test_constants_are_put_in_their_place():
    lines = example("predictions", {"EPOCHS": 1_234, "SEEDS": {"linear": 5, "xor": 6}}).splitlines()
    assert lines[:5] == [
        "import chainrule as cr",
        "",
        "EPOCHS = 1_234",
        "SEEDS = {'linear': 5, 'xor': 6}",
        "TEST_SEED = 32",
    ]


def test_a_constant_that_is_not_there_is_a_sentence():
    with pytest.raises(FileError, match=r"curves.py should have one line that begins with 'EPOCH ='; it has 0\."):
        example("curves", {"EPOCH": 1})


def test_missing_examples_are_a_sentence_before_any_work(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(report, "train_all", None)
    monkeypatch.setattr(module, "INSTALLED", tmp_path / "none")
    monkeypatch.setattr(module, "IN_THE_REPOSITORY", tmp_path / "neither")
    with pytest.raises(FileError, match=r"examples should be in .*none and aren't there; install chainrule again\."):
        report.write_report(tmp_path, only=["biases"])


def test_a_wheel_brings_the_examples(monkeypatch, tmp_path: Path):
    (tmp_path / "curves.py").write_text('"""Curves."""\n\nEPOCHS = 1\n', encoding="utf-8")
    monkeypatch.setattr(module, "INSTALLED", tmp_path)
    assert example("curves", {"EPOCHS": 2}) == "EPOCHS = 2\n"
