"""Outputs that are closed, full, or that nobody reads, and terminals too narrow for anything: no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule
from commands import invoke
from pseudo_terminal import posix, shown_in_a_terminal

SOURCE = str(Path(chainrule.__file__).parents[1])
TRAIN = "train xor --epochs 100 --plot --save m.npz"


def in_a_shell(line: str, folder: Path) -> tuple[int, str]:
    """The exit code of chainrule in a line of a shell, and what was said on stderr."""
    program = folder / "chainrule"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{SOURCE}" exec "{sys.executable}" -m chainrule "$@"\n')
    program.chmod(0o755)
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", "-c", f"set -o pipefail; {line}"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert "Traceback" not in done.stderr + done.stdout
    assert "Exception ignored" not in done.stderr
    return done.returncode, done.stderr


@posix
@pytest.mark.parametrize(
    ("redirected", "code"),
    [
        (">&-", 0),
        ("<&-", 0),
        ("2>&-", 0),
        ("<&- >&- 2>&-", 0),
        ("| true", 141),
        ("2>&1 | true", 141),
        (">/dev/full", 1),
    ],
)
def test_a_run_ends_as_its_outputs_do_and_keeps_its_model(redirected: str, code: int, tmp_path: Path):
    assert in_a_shell(f"chainrule {TRAIN} {redirected}", tmp_path)[0] == code
    assert chainrule.Model.load(tmp_path / "m.npz").network.n_parameters == 37


@posix
@pytest.mark.parametrize(("redirected", "code"), [(">&-", 0), ("2>&-", 0), ("| true", 141), (">/dev/full", 1)])
def test_a_help_page_too(redirected: str, code: int, tmp_path: Path):
    ended, said = in_a_shell(f"chainrule train --help {redirected}", tmp_path)
    assert ended == code
    assert said == ("Error: the output can't be written: No space left on device.\n" if code == 1 else "")


@posix
@pytest.mark.parametrize("redirected", ["2>&-", "2>/dev/full", "2>&1 >/dev/null | true"])
def test_an_error_that_nobody_can_read_is_an_error(redirected: str, tmp_path: Path):
    assert in_a_shell(f"chainrule train xorr {redirected}", tmp_path)[0] == 2


@posix
@pytest.mark.parametrize("surroundings", [{"COLUMNS": "1"}, {"COLUMNS": "9"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_of_any_kind(surroundings: dict[str, str]):
    assert "Traceback" not in shown_in_a_terminal("train", "xor", "--epochs", "100", **surroundings)


@pytest.mark.parametrize("columns", [1, 2, 3, 8, 13, 20])
def test_no_width_is_too_small(columns: int, tmp_path: Path):
    model = tmp_path / "m.npz"
    for words in (
        ["--help"],
        ["train", "--help"],
        ["train", "xor", "--epochs", "20", "--plot", "--save", model],
        ["predict", model, "xor", "--plot"],
        ["compare", "xor", "--epochs", "20", "--starts", "2", "--learning-rate", "0.1,1", "--plot", "--processes", "1"],
        ["explain", "xor", "--sample", "3", "--weight", "2:1:3"],
        ["check", "xor"],
        ["data", "xor"],
    ):
        assert invoke(*words, COLUMNS=str(columns)).exit_code == 0


@posix
@pytest.mark.parametrize(
    "size", ["COLUMNS=1000000000", "COLUMNS=²", "LINES=-1", "TERMINAL_WIDTH=wide", "TERMINAL_WIDTH=0"]
)
def test_a_size_that_cannot_be_meant_is_no_size(size: str, tmp_path: Path):
    assert in_a_shell(f"ulimit -v 4000000; {size} chainrule train --help", tmp_path) == (0, "")


@posix
def test_settings_that_matplotlib_refuses_end_in_a_sentence(tmp_path: Path):
    line = "MPLBACKEND=none chainrule compare xor --learning-rate 1,2 --out c.svg"
    code, said = in_a_shell(line, tmp_path)
    assert code == 2
    assert said.startswith("Error: Matplotlib can't be loaded (Key backend: 'none' is not a valid value")
    assert said.endswith("correct the variable MPLBACKEND, or the file matplotlibrc.\n")
