"""Whole commands with drawn options, each in a process of its own: an end in order, in bounded time and memory."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.interfaces.cli.app import app
from drawn import examples
from pseudo_terminal import posix

COMMANDS = typer.main.get_command(app).commands
SECONDS, BYTES = 10, 1 << 30

WORDS = {
    "--activation": ("relu", "Tanh", "gelu", "leaky_relu,elu", "softmax"),
    "--arms": ("2", "5"),
    "--batch-size": ("all", "1", "7", "5,all"),
    "--bias": ("yes,no", "no"),
    "--clip": ("none", "0.1", "1e-300"),
    "--config": ("run.toml", "pets.csv", "none.toml"),
    "--dtype": ("float32", "float16"),
    "--initializer": ("he", "zeros", "Glorot,he"),
    "--keep": ("kept", "pets.csv"),
    "--layers": ("4,4", "none", "1", "4:8,2:none", "3,0"),
    "--learning-rate": ("0.1", "1e300", "0.1,1,10", "0,5"),
    "--loss": ("squared_error", "softmax_cross_entropy", "binary_cross_entropy"),
    "--network": (
        "dense(3) tanh dense(1)",
        "dense(2) batchnorm relu dense(3)",
        "conv(2,3) relu flatten dense(10)",
        "dense(",
    ),
    "--optimizer": ("adam", "sgd,momentum", "rmsprop", "adamw"),
    "--only": ("learning-rates", "digits", "nothing"),
    "--sample": ("0", "3", "-1", "99"),
    "--target": ("kind", "b", "0", "nothing"),
    "--test": ("0.25", "1", "0"),
    "--validation": ("0.3", "0.999"),
    "--weight": ("1:1:1", "2:1:bias", "9:9:9", "1:1"),
}
"""Words that fit these options, or nearly; any option may get one of the odd words, too."""

ODD = st.sampled_from(
    (
        "",
        "-",
        "0",
        "-1",
        "1e400",
        "nan",
        "inf",
        "1,5",
        "1e3",
        "9" * 40,
        "ä",
        "a b",
        "\x1b[2J",
        "%s",
        "[[",
        "--",
        "None",
        "a=b",
    )
)
FILES = st.sampled_from(
    (
        "new.csv",
        "new.npz",
        "new.svg",
        "new.png",
        "new.html",
        "new",
        "pets.csv",
        "folder",
        "none/new.csv",
        "-",
        "new.toml",
    )
)
DATA = st.sampled_from(
    ("xor", "linear", "moons", "pets.csv", "broken.csv", "empty.csv", "folder", "none.csv", "points.npz", "xorr")
)
BOUNDS = {"--epochs": "20", "--starts": "2", "--processes": "2", "--points": "40"}
"""Given last, so that no command works for long."""


def word_for(option: str) -> st.SearchStrategy[str]:
    """A word behind this option."""
    fitting = WORDS.get(option)
    return st.one_of(*[st.sampled_from(fitting)] * 3, ODD) if fitting else st.one_of(FILES, ODD)


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """A command, its data, and some of its options. Without `play`, which serves its page until Ctrl-C."""
    name = draw(st.sampled_from(sorted(COMMANDS.keys() - {"play"})))
    line = [name]
    if name == "predict":
        line.append(
            draw(st.sampled_from(("xor-model.npz", "pets.npz", "pets.csv", "points.npz", "none.npz", "folder")))
        )
    if name != "report":
        line.append(draw(DATA))
    options = [each for each in COMMANDS[name].params if each.param_type_name == "option" and each.name != "help"]
    for option in draw(st.lists(st.sampled_from(options), max_size=4)):
        typed = draw(st.sampled_from([*option.opts, *option.secondary_opts]))
        line += [typed] if option.is_flag else [typed, draw(word_for(option.opts[0]))]
    if name == "report":
        line += ["--only", "learning-rates"]
    taken = {typed for option in options for typed in option.opts}
    return line + [word for bound in BOUNDS.items() if bound[0] in taken for word in bound]


@pytest.fixture(scope="module")
def folder() -> Path:
    """Data and models, whole and broken."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        rows = "".join(f"{i % 7},{i % 5},{'dog' if i % 3 else 'cat'}\n" for i in range(40))
        (place / "pets.csv").write_text("a,b,kind\n" + rows)
        (place / "broken.csv").write_text('a,b\n1,"2\n3')
        (place / "empty.csv").write_text("")
        (place / "run.toml").write_text('data = "moons"\nepochs = 3\n')
        (place / "folder").mkdir()
        x, y = cr.datasets.xor()
        np.savez(place / "points.npz", x=x, y=y)
        network = cr.mlp(2, 4, 4, 1)
        cr.Model(network, network.initialize(0)).save(place / "xor-model.npz")
        cr.Model(network, network.initialize(0), classes=("cat", "dog")).save(place / "pets.npz")
        yield place


def is_gone_within(seconds: float, session: int) -> bool:
    """Whether every process of a session ends in this time."""
    with contextlib.suppress(ProcessLookupError):
        for _ in range(int(seconds / 0.05)):
            os.killpg(session, 0)
            time.sleep(0.05)
        return False
    return True


@posix
@examples(12, shrink=False)  # each starts programs; 240 in `make soak`
@given(line=command_lines())
def test_a_command_ends_in_order(line: list[str], folder: Path):
    with tempfile.TemporaryDirectory() as temporary, contextlib.ExitStack() as opened:
        said = opened.enter_context((Path(temporary) / "said").open("w+b"))
        work = Path(temporary) / "work"
        subprocess.run(["cp", "-r", str(folder), str(work)], check=True)
        scratch = Path(temporary) / "scratch"
        scratch.mkdir()
        command = subprocess.Popen(
            [sys.executable, "-m", "chainrule", *line],
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=os.environ | {"TMPDIR": str(scratch)},
            start_new_session=True,
        )
        _, status, used = os.wait4(command.pid, 0)
        command.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().decode("utf-8")
        assert command.returncode in (0, 1, 2), words
        assert "Traceback" not in words, words
        assert used.ru_utime + used.ru_stime < SECONDS, line  # of processors: a busy machine takes longer
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        own = resource.getrusage(
            resource.RUSAGE_SELF
        ).ru_maxrss  # a new process begins with its parent's peak, on Linux
        assert used.ru_maxrss <= own or used.ru_maxrss * unit < BYTES
        assert not list(scratch.iterdir())
        assert not list(Path("/dev/shm").glob(f"*{command.pid}*"))  # no semaphore (on Linux)
        assert is_gone_within(3, command.pid)
