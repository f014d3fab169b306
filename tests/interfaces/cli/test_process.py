"""The command line as a program of its own: pipes, terminals, signals, missing packages."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule
from chainrule.core.extras import advice
from pseudo_terminal import posix, shown_in_a_terminal

PROGRAM = [sys.executable, "-m", "chainrule"]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "PY_COLORS")}
    command = [*PROGRAM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=plain | environment)


def test_a_pipe_gets_the_result_alone():
    done = run("train", "xor", "--epochs", "40", GITHUB_ACTIONS="true")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Epoch 0 Loss: ")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("arguments", [("train", "--help"), ("train", "xor", "--epoch"), ("train", "xorr")])
def test_no_colours_in_pipes(arguments: tuple[str, ...]):
    done = run(*arguments, GITHUB_ACTIONS="true")
    assert "\x1b" not in done.stdout + done.stderr


def test_errors_have_no_traceback():
    done = run("train", "xorr")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"Error: there is no data set and no file 'xorr', did you mean xor\? .*\n", done.stderr)


@posix
def test_ctrl_c_ends_the_run_and_keeps_what_it_had(tmp_path: Path):
    model, history = tmp_path / "m.npz", tmp_path / "h.csv"
    command = [*PROGRAM, "train", "xor", "--epochs", "10000000", "--save", str(model), "--history", str(history)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline().startswith("Epoch 0 Loss: ")  # it comes at once, not when a buffer is full
        program.send_signal(signal.SIGINT)
        rest, said = program.stdout.read(), program.stderr.read()
    assert program.returncode == 130
    first, *diagnosis = said.splitlines()  # which depends on how far the run came
    assert re.fullmatch(
        r"Interrupted after [\d,]+ of 10,000,000 epochs; what was learnt until then is kept in .*m\.npz and .*h\.csv\.",
        first,
    )
    assert all(line.startswith("Diagnosis: ") for line in diagnosis)
    assert re.search(r"Test Accuracy: \d+\.\d\d%\n$", rest)
    assert chainrule.Model.load(model).network.n_parameters == 37
    assert history.read_text().startswith("epoch,step,loss\n0,0,")


@posix
def test_a_reader_that_leaves_is_no_error():
    command = [*PROGRAM, "train", "xor", "--epochs", "2000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == ""
    assert program.returncode == 141  # as shells say of a program that SIGPIPE ended


@posix
def test_a_terminal_sees_progress(tmp_path: Path):
    """On a pseudo-terminal: the run in two lines, a bar with the loss, and no colours where they aren't wanted."""
    text = shown_in_a_terminal("train", "xor", "--epochs", "3000", "--save", str(tmp_path / "m.npz"), NO_COLOR="1")
    assert "2-4-4-1 sigmoid, 37 parameters, HalfSquaredError(), SGD(" in text
    assert re.search(r"Training .*%.* loss 0\.\d{6}", text)
    assert "Saved the model: " in text
    assert "Epoch 0 Loss: " in text
    assert not re.search("\x1b\\[[0-9;]*3[0-9]m", text), "colours in spite of NO_COLOR"


@posix
def test_a_terminal_sees_the_steps_before_the_one_that_is_explained():
    words = ("explain", "xor", "--sample", "3", "--weight", "2:1:3", "--steps")
    text = shown_in_a_terminal(*words, "3000")
    assert re.search(r"Training .*%", text)
    assert "Layer 2: the weight to unit 1 from unit 3" in text
    assert "Training" not in shown_in_a_terminal(*words, "0")
    assert shown_in_a_terminal(*words, "3000", stdout=subprocess.PIPE) == ""


@posix
def test_a_terminal_sees_twenty_rows_but_all_of_the_references_tasks():
    rows = re.findall(r"^Sample \d+ .*", shown_in_a_terminal("train", "moons", "--epochs", "2"), re.MULTILINE)
    assert len(rows) == 20
    assert "... and 80 rows more; --rows all prints all." in shown_in_a_terminal("train", "moons", "--epochs", "2")
    assert len(re.findall(r"^Iter \d+ ", shown_in_a_terminal("train", "xor", "--epochs", "2"), re.MULTILINE)) == 21


@posix
def test_quiet_is_quiet_in_a_terminal_too():
    text = shown_in_a_terminal("train", "xor", "--epochs", "3000", "--quiet")
    assert re.fullmatch(r"Test Accuracy: \d+\.\d\d%", text.strip())


@posix
def test_a_log_that_is_piped_away_has_no_bar_in_it():
    """`chainrule train ... | tee log`: the log comes back to the terminal where the bar would be."""
    text = shown_in_a_terminal("train", "xor", "--epochs", "3000", stdout=subprocess.PIPE)
    assert "2-4-4-1 sigmoid" in text
    assert "Training" not in text


@pytest.mark.parametrize("package", ["typer", "rich"])
def test_missing_packages_end_in_one_sentence(package: str):
    program = f"import sys; sys.modules[{package!r}] = None; from chainrule.interfaces.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Error: the command line needs Typer and Rich: {advice('cli')}.\n"
