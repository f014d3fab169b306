"""Signals to the commands: what they had is kept, the exit code names the signal, and nothing stays behind."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import chainrule
from drawn import SOAK
from processes import children, ends_within
from pseudo_terminal import posix

pytestmark = posix

SOURCE = str(Path(chainrule.__file__).parents[1])
TRAIN = ("train", "xor", "--epochs", "10000000")
COMPARE = ("compare", "xor", "--epochs", "2000000", "--learning-rate", "0.1,1", "--starts", "64", "--processes", "2")
REPORT = ("report", "--only", "learning-rates", "--epochs", "1000000")
MODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@contextmanager
def started(folder: Path, *words: str, workers: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A command in a session of its own that trains already, with this many workers, or whose log has begun."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    environment = os.environ | {"PYTHONPATH": SOURCE, "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "chainrule", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, cwd=folder, start_new_session=True, **pipes) as program:
        try:
            if workers:
                while len(children(program.pid)) < workers:
                    assert program.poll() is None, program.stderr.read()
                    time.sleep(0.05)
            elif words[0] == "train":
                program.stdout.readline()
            yield program
        finally:
            program.kill()


def until_it_handles_signals(program: subprocess.Popen[str]) -> None:
    """Wait while Python starts, which no program can handle; on Linux, which tells, not a moment longer."""
    status = Path(f"/proc/{program.pid}/status")
    if not status.exists():
        time.sleep(2.0)
    while status.exists() and not handles(signal.SIGTERM, status.read_text()):
        time.sleep(0.001)


def handles(number: int, status: str) -> bool:
    """Whether a process handles a signal, by what Linux says of it."""
    caught = re.search(r"SigCgt:\s*(\w+)", status)
    return caught is not None and bool(int(caught[1], 16) >> (number - 1) & 1)


def ending(program: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code of a program that is to end within five seconds, its workers too, and what it said on stderr."""
    workers = children(program.pid)
    _, said = program.communicate(timeout=5)
    assert all(ends_within(5.0, worker) for worker in workers)
    assert "Traceback" not in said
    return program.returncode, said


def left_in(folder: Path) -> list[str]:
    """The files that lie in a folder and its temporary one, hidden ones too."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


@pytest.mark.parametrize("number", MODES)
def test_a_signal_ends_a_run_and_keeps_what_it_had(number: signal.Signals, tmp_path: Path):
    with started(tmp_path, *TRAIN, "--save", "m.npz") as program:
        program.send_signal(number)
        code, said = ending(program)
    assert code == MODES[number]
    assert re.match(
        r"Interrupted after [\d,]+ of 10,000,000 epochs; what was learnt until then is kept in m\.npz", said
    )
    assert chainrule.Model.load(tmp_path / "m.npz").network.n_parameters == 37
    assert left_in(tmp_path) == ["m.npz"]


@pytest.mark.parametrize("seconds", [0.0, 0.002, 0.01, 0.1])
def test_a_second_interrupt_ends_a_run_at_once_and_keeps_what_it_had(seconds: float, tmp_path: Path):
    with started(tmp_path, *TRAIN, "--save", "m.npz") as program:
        program.send_signal(signal.SIGINT)
        time.sleep(seconds)
        program.send_signal(signal.SIGINT)
        code, said = ending(program)
    assert code == 130
    assert said.startswith("Interrupted after ")
    assert chainrule.Model.load(tmp_path / "m.npz").network.n_parameters == 37
    assert left_in(tmp_path) == ["m.npz"]


@pytest.mark.parametrize("words", [COMPARE, REPORT], ids=["compare", "report"])
@pytest.mark.parametrize("seconds", [0.0, 0.01])
def test_two_interrupts_end_a_command_and_its_workers(words: tuple[str, ...], seconds: float, tmp_path: Path):
    with started(tmp_path, *words, workers=2) as program:
        os.killpg(program.pid, signal.SIGINT)
        time.sleep(seconds)
        os.killpg(program.pid, signal.SIGINT)
        code, said = ending(program)
    assert (code, left_in(tmp_path)) == (130, [])
    assert said.startswith("Interrupted")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_end_of_a_command_alone_ends_its_workers(number: signal.Signals, tmp_path: Path):
    semaphores = set(Path("/dev/shm").glob("*"))
    with started(tmp_path, *COMPARE, "--keep", "kept", workers=2) as program:
        program.send_signal(number)
        code, said = ending(program)
    assert code == MODES.get(number, -number)
    if number in MODES:
        assert said == "Interrupted; what had finished is kept in kept, and the same command goes on from there.\n"
    assert not any(str(program.pid) in each.name for each in set(Path("/dev/shm").glob("*")) - semaphores)
    assert left_in(tmp_path) == []


def test_a_program_that_was_started_to_ignore_hangups_goes_on(tmp_path: Path):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with started(tmp_path, *TRAIN) as program:
            program.send_signal(signal.SIGHUP)
            time.sleep(0.3)
            assert program.poll() is None
            program.send_signal(signal.SIGTERM)
            assert ending(program)[0] == 143
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.hypothesis  # drawn, as properties are: `make soak` tries more moments
@pytest.mark.parametrize("moment", range(4 * SOAK))
def test_signals_at_any_moment(moment: int, tmp_path: Path):
    """One to three signals at drawn moments, from the program's first line on."""
    draw = random.Random(moment)
    words = draw.choice([(*TRAIN, "--save", "m.npz", "--history", "h.csv"), (*COMPARE, "--keep", "kept"), REPORT])
    with started(tmp_path, *words) as program:
        until_it_handles_signals(program)
        time.sleep(draw.uniform(0.0, 2.0))
        number = draw.choice(list(MODES))
        for _ in range(draw.randint(1, 3)):
            os.killpg(program.pid, number)
            time.sleep(draw.choice([0.0, 0.001, 0.01, 0.3]))
            if program.poll() is not None:
                break
        code, said = ending(program)
    assert code == MODES[number], said
    if words[0] == "train":
        assert left_in(tmp_path) == ["h.csv", "m.npz"]
    else:
        assert not [each for each in left_in(tmp_path) if "tmp" in each or "temporary" in each]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_save_that_waits_for_ever_can_be_ended(number: signal.Signals, tmp_path: Path):
    """A FIFO without a reader: the first signal waits for the end of the save, another one a second later ends it."""
    os.mkfifo(tmp_path / "fifo")
    with started(tmp_path, "train", "xor", "--epochs", "5", "--history", "fifo") as program:
        time.sleep(1.0)
        assert program.poll() is None
        program.send_signal(number)
        program.send_signal(number)
        time.sleep(1.2)
        assert program.poll() is None
        program.send_signal(number)
        code, said = ending(program)
    assert code == MODES[number]
    assert said.startswith("Interrupted after 5 of 5 epochs; nothing is kept")
