"""One nasty name, as class, column, file and model, through every command and into every form."""

import csv
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.foreign import TURNING, UNSEEN, visible
from chainrule.lab.experiments.labels import label
from chainrule.lab.explain.drawing.elements import text as text_element
from chainrule.lab.explain.notations.latex import LATEX
from chainrule.lab.explain.notations.mathml import MATHML
from chainrule.lab.figures.svg import render
from chainrule.training.files.csv_text import unguarded
from commands import invoke
from pseudo_terminal import posix, shown_in_a_terminal

NASTY = "=\x1b]52;c;cA==\x07\x1b[2J\x9b2J<script>alert(1)</script>\"'`$x$%#&_^~\\input{x}{}|\u202egnp.\u2028\n\rz"
"""A formula, the clipboard, a screen cleared in two ways, a script, quotes, TeX, a turned direction, ends of lines."""

READ = NASTY.replace("\r", "\n")
"""As it is read from a table: with one way of ending a line."""

ON_DISK = NASTY.replace("/", "\\") + "\udcff"
"""As a file's name, which can hold a byte that isn't UTF-8, and no slash."""

OWN_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[mKAGhl]|\r|\x1b\[\d*[A-D]")
"""What Rich sends a terminal: colours, moves by lines, a hidden cursor."""


def is_safe(shown: str) -> bool:
    """Whether a terminal that is sent this obeys nothing of it."""
    import unicodedata

    return not any(each in TURNING or (unicodedata.category(each) in UNSEEN and each != "\n") for each in shown)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table, and a model of it."""
    folder = tmp_path_factory.mktemp("hostile")
    with open(folder / f"{ON_DISK}.csv", "w", newline="", encoding="utf-8") as file:
        rows = [[i % 5, i % 3, NASTY if i % 2 else "cat"] for i in range(24)]
        csv.writer(file).writerows([[f"a{NASTY}", f"b{NASTY}", f"k{NASTY}"], *rows])
    done = invoke("train", folder / f"{ON_DISK}.csv", "--epochs", 3, "--save", folder / f"{ON_DISK}.npz", "--plot")
    assert done.exit_code == 0, done.output
    return folder


def commands(folder: Path) -> dict[str, list[str]]:
    table, model = str(folder / f"{ON_DISK}.csv"), str(folder / f"{ON_DISK}.npz")
    missing = str(folder / f"missing{ON_DISK}")
    return {
        "train": ["train", table, "--epochs", "3", "--plot"],
        "train --print-config": ["train", table, "--print-config"],
        "predict": ["predict", model, table, "--plot"],
        "compare": ["compare", table, "--epochs", "3", "--starts", "2", "--learning-rate", "0.1,1", "--processes", "1"],
        "explain": ["explain", table, "--sample", "0", "--weight", "1:1:1"],
        "explain --latex": ["explain", table, "--sample", "0", "--weight", "1:1:1", "--latex"],
        "check": ["check", table],
        "a missing model": ["predict", missing, table],
        "a missing table": ["train", missing],
        "an unknown command": [NASTY],
        "an unknown option": ["train", f"--{NASTY}"],
        "an unknown column": ["train", table, "--target", NASTY],
        "an unknown layer": ["train", "xor", "--network", NASTY],
        "an unknown optimizer": ["train", "xor", "--optimizer", NASTY],
        "a number": ["train", "xor", "--epochs", NASTY],
        "one word more": ["train", "xor", NASTY],
    }


@pytest.mark.parametrize("what", commands(Path()))
def test_nothing_that_a_terminal_obeys_is_printed(what: str, folder: Path) -> None:
    result = invoke(*commands(folder)[what])
    assert is_safe(result.stdout)
    assert is_safe(result.stderr)
    assert "Traceback" not in result.output


@posix
@pytest.mark.parametrize("what", ["train", "predict"])
def test_a_terminal_gets_the_escapes_of_our_own_alone(what: str, folder: Path) -> None:
    shown = shown_in_a_terminal(*commands(folder)[what])
    assert is_safe(OWN_ESCAPES.sub("", shown))


def test_csv_goes_to_a_pipe_to_the_letter(folder: Path) -> None:
    words = commands(folder)["predict"]
    to_file = folder / "answers.csv"
    assert invoke(*words[:3], "--csv", to_file).exit_code == 0
    with open(to_file, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert not any(cell.startswith("=") for cell in [*header, *(cell for row in rows for cell in row)])
    assert [unguarded(cell) for cell in header[:3]] == [f"a{READ}", f"b{READ}", f"k{READ}"]
    assert {unguarded(row[2]) for row in rows} == {"cat", READ}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)


def test_a_comparisons_figure_is_read_by_its_parser(folder: Path) -> None:
    figure = folder / "compared.svg"
    assert invoke(*commands(folder)["compare"], "--out", figure).exit_code == 0
    tree = ElementTree.parse(figure)
    texts = [each.text for each in tree.iter() if each.text]
    assert "learning curves: learning rate" in texts
    assert all(is_safe(each) for each in texts)
    assert not any(each.tag.endswith(("script", "image")) for each in tree.iter())


def test_json_and_pages_are_read_by_their_parsers(folder: Path) -> None:
    words = commands(folder)["explain"]
    json.loads(invoke(*words, "--json").stdout)
    page = folder / "page.html"
    assert invoke(*words, "--html", page).exit_code == 0
    tags = Tags()
    tags.feed(page.read_text(encoding="utf-8"))
    assert "math" in tags.found
    assert "script" not in tags.found


def test_xml_holds_the_name_as_it_is_shown() -> None:
    shown = visible(NASTY)
    assert ElementTree.fromstring(f"<p>{MATHML.plain(NASTY)}</p>").text == shown
    assert ElementTree.fromstring(f'<p q="{MATHML.plain(NASTY)}"/>').get("q") == shown
    element = ElementTree.fromstring(ElementTree.tostring(text_element(0, 0, NASTY, 9)))
    assert element.text == shown


def test_figures_hold_the_name_as_it_is_shown() -> None:
    name = label([NASTY])
    svg = render(
        [[lambda axes: (axes.plot([0, 1], label=name), axes.set_title(name), axes.legend())]],
        name="x",
        title=NASTY,
        description=NASTY,
        size=(2400, 600),
    )
    texts = [each.text for each in ElementTree.fromstring(svg).iter() if each.text]
    assert texts.count(visible(NASTY)) >= 4


def test_latex_reads_ten_characters_as_characters() -> None:
    written = LATEX.plain(NASTY)
    assert written.isascii()
    commands = re.findall(r"\\([a-zA-Z]+)", written)
    assert set(commands) == {"textbackslash", "textasciitilde", "textasciicircum"}
    rest = re.sub(r"\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\[#$%&_{}]", "", written)
    assert not set(rest) & set("\\#$%&_^~{}")


def test_sentences_show_what_they_quote() -> None:
    for call in (
        lambda: cr.datasets.load(NASTY),
        lambda: cr.mlp(2, 1, activation=NASTY),
        lambda: cr.Model.load(NASTY),
        lambda: cr.DataSet(NASTY),
        lambda: cr.confusion_matrix([NASTY], ["cat"], classes=["cat"]),
        lambda: cr.Finding(NASTY, "", "", {}).treated(x=1, changes=2) and cr.DataSet("xor", noise=NASTY),
    ):
        with pytest.raises(cr.ChainruleError) as found:
            call()
        assert is_safe(str(found.value))
        assert "\n" not in str(found.value)


def test_a_model_keeps_the_names_as_they_are(folder: Path) -> None:
    model = cr.Model.load(folder / f"{ON_DISK}.npz")
    assert set(model.classes) == {"cat", READ}
    assert model.features == (f"a{READ}", f"b{READ}")
    assert set(np.unique(model.classify([[1.0, 2.0]]))) <= {"cat", READ}


@pytest.mark.skipif(os.name != "posix", reason="file names of bytes are POSIX's")
def test_files_keep_their_names(folder: Path) -> None:
    assert {f"{ON_DISK}.csv", f"{ON_DISK}.npz"} <= set(os.listdir(folder))
