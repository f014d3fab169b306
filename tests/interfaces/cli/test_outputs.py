"""Files that commands write: none takes the place of an input or of another, and each is tried."""

import contextlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.errors import FileError
from chainrule.lab.experiments import groups
from chainrule.training.history import History
from commands import invoke, told
from drawn import examples
from pseudo_terminal import posix

PETS = "height,weight,kind\n" + "".join(f"{k},{k % 3},{'cat' if k % 2 else 'dog'}\n" for k in range(8))

CONFIG = 'epochs = 3\n[data]\nfile = "pets.csv"\ntarget = "kind"\n'

PROGRAM = [sys.executable, "-m", "chainrule"]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "pets.csv").write_text(PETS)
    done = invoke("train", folder / "pets.csv", "--epochs", 3, "--save", folder / "pets.npz")
    assert done.exit_code == 0, done.stderr
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch) -> Path:
    prepare(made, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def prepare(made: Path, folder: Path) -> None:
    """Put a table, a model of it, an experiment, and other names of them into a folder."""
    for name in ("pets.csv", "pets.npz"):
        shutil.copy(made / name, folder)
        os.link(folder / name, folder / f"hard-{name}")
        if os.name == "posix":
            os.symlink(name, folder / f"soft-{name}")
    (folder / "run.toml").write_text(CONFIG)
    (folder / "folder").mkdir()


def contents(folder: Path) -> dict[str, bytes | None]:
    return {path.name: None if path.is_dir() else path.read_bytes() for path in folder.iterdir()}


def no_room() -> None:
    raise OSError(28, "No space left on device")


OVER_AN_INPUT = {
    "train pets.csv --save pets.csv": "--save would replace pets.csv, which DATA reads",
    "train pets.csv --save hard-pets.csv": "--save would replace pets.csv, which DATA reads",
    "train ./soft-pets.csv --history pets.csv": "--history would replace ./soft-pets.csv, which DATA reads",
    "train --config run.toml --save run.toml": "--save would replace run.toml, which --config reads",
    "train --config run.toml --history pets.csv": "--history would replace pets.csv, which the experiment's data reads",
    "predict pets.npz pets.csv --csv pets.npz": "--csv would replace pets.npz, which MODEL reads",
    "predict soft-pets.npz pets.csv --csv hard-pets.npz": "--csv would replace soft-pets.npz, which MODEL reads",
    "predict pets.npz pets.csv --csv soft-pets.csv": "--csv would replace pets.csv, which DATA reads",
    "explain pets.csv --html hard-pets.csv": "--html would replace pets.csv, which DATA reads",
    "explain pets.csv --model pets.npz --html pets.npz": "--html would replace pets.npz, which --model reads",
    "compare pets.csv --batch-size 2,4 --csv pets.csv": "--csv would replace pets.csv, which DATA reads",
    "compare pets.csv --batch-size 2,4 --keep pets.csv": "--keep would replace pets.csv, which DATA reads",
}


@posix
@pytest.mark.parametrize(("command", "said"), OVER_AN_INPUT.items())
def test_no_output_takes_the_place_of_an_input(folder, command, said):
    before = contents(folder)
    done = invoke(*command.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert told(done) == f"Error: {said}; give it a file of its own.\n"
    assert contents(folder) == before


TWO_IN_ONE = [
    "train pets.csv --save new --history ./new",
    "train pets.csv --save hard-pets.npz --history pets.npz",
    "train pets.csv --save soft-pets.npz --history pets.npz",
    "compare xor --bias yes,no --csv runs --keep runs",
]


@posix
@pytest.mark.parametrize("command", TWO_IN_ONE)
def test_two_outputs_want_two_files(folder, command):
    before = contents(folder)
    done = invoke(*command.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert re.fullmatch(r"Error: --\w+ and --\w+ both name \S+; give each a file of its own\.\n", done.stderr)
    assert contents(folder) == before


@posix
def test_a_device_takes_any_number_of_outputs(folder):
    done = invoke("train", "pets.csv", "--epochs", 3, "--save", os.devnull, "--history", os.devnull, "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")


@posix
def test_a_fifo_takes_a_model(folder):
    os.mkfifo("fifo")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(Path("fifo").read_bytes()))
    reader.start()
    assert invoke("train", "pets.csv", "--epochs", 3, "--save", "fifo").exit_code == 0
    reader.join(10)
    Path("read.npz").write_bytes(read[0])
    assert cr.Model.load("read.npz").classes == ("cat", "dog")
    assert Path("fifo").is_fifo()


def refuse(path: object) -> None:
    raise FileError(f"can't write {path}: No space left on device; choose another place.")


def test_losses_that_cannot_be_written_cost_no_model(folder, monkeypatch):
    monkeypatch.setattr(History, "to_csv", lambda history, path: refuse(path))
    done = invoke("train", "pets.csv", "--epochs", 3, "--history", "h.csv", "--save", "m.npz", "--quiet")
    assert done.exit_code == 1
    assert done.stderr == "Error: can't write h.csv: No space left on device; choose another place.\n"
    assert "Accuracy" in done.stdout
    assert cr.Model.load("m.npz").classes == ("cat", "dog")


def test_every_failure_has_its_sentence(folder, monkeypatch):
    monkeypatch.setattr(History, "to_csv", lambda history, path: refuse(path))
    monkeypatch.setattr(cr.Model, "save", lambda model, path: refuse(path))
    done = invoke("train", "pets.csv", "--epochs", 3, "--history", "h.csv", "--save", "m.npz", "--quiet")
    assert done.exit_code == 1
    assert re.findall(r"Error: can't write (\S+):", done.stderr) == ["m.npz", "h.csv"]


def test_a_table_that_cannot_be_written_costs_no_figure(folder, monkeypatch):
    monkeypatch.setattr(cr.Comparison, "to_csv", lambda comparison, path: refuse(path))
    settings = ["--learning-rate", "0.1,1", "--epochs", 5, "--starts", 2, "--processes", 1]
    done = invoke("compare", "xor", *settings, "--csv", "runs.csv", "--out", "f.svg")
    assert done.exit_code == 1
    assert done.stderr == "Error: can't write runs.csv: No space left on device; choose another place.\n"
    assert "median loss" in done.stdout
    assert Path("f.svg").is_file()


@pytest.mark.parametrize("processes", [1, 2])
def test_results_that_cannot_be_kept_cost_no_table(folder, monkeypatch, processes):
    monkeypatch.setattr(groups, "_write", lambda path, runs: refuse(path.parent))
    settings = ["--activation", "tanh,relu,sigmoid", "--epochs", 5, "--starts", 2, "--processes", processes]
    done = invoke("compare", "xor", *settings, "--keep", "kept", "--csv", "runs.csv")
    assert done.exit_code == 1
    assert done.stderr == (
        "Error: can't write kept: No space left on device; choose another place. "
        "The comparison goes on, and keeps no more results.\n"
    )
    assert len(Path("runs.csv").read_text().splitlines()) == 1 + 3 * 2


def test_a_folder_for_results_that_is_closed_is_refused_before_any_work(folder, monkeypatch):
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, how: Path(path).name != "kept" and access(path, how))
    monkeypatch.setattr(groups, "train_group", None)
    done = invoke("compare", "xor", "--bias", "yes,no", "--keep", "kept")
    assert done.exit_code == 2
    assert done.stderr == "Error: can't keep results in kept: it can't be written to; name another folder.\n"


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from chainrule.interfaces.cli import main
main()
"""


@posix
@pytest.mark.parametrize(("most", "data"), [(0, "xor"), (1000, "pets.csv")])
def test_where_files_may_not_grow_the_old_ones_stay(folder, most, data):
    before = contents(folder)
    words = ["train", data, "--epochs", "200", "--save", "pets.npz", "--history", "h.csv"]
    done = subprocess.run([sys.executable, "-c", LIMITED, str(most), *words], capture_output=True, text=True)
    assert done.returncode == 1
    said = [f"Error: can't write {name}: File too large; choose another place." for name in ("pets.npz", "h.csv")]
    assert "\n".join(said) in done.stderr
    assert contents(folder) == before


@posix
@pytest.mark.parametrize("most", [0, 10])
def test_a_table_that_cannot_be_copied_is_refused(folder, most):
    before = contents(folder)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(most), "train", "pets.csv"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: can't write the temporary copy from which pets.csv is read: ")
    assert done.stderr.endswith("; make room, or name another folder in the variable TMPDIR.\n")
    assert contents(folder) == before


ON_A_FULL_DISK = """
mount -t tmpfs -o size=16k t "$1" && head -c 16384 /dev/zero > "$1/fill" || exit 77
"$2" -m chainrule train xor --epochs 200 --history "$1/h.csv" --save m.npz; code=$?
ls -A "$1"; exit $code
"""


@posix
def test_on_a_full_disk_the_other_file_is_written(folder):
    if shutil.which("unshare") is None:
        pytest.skip("this system makes no disk for one process")
    os.mkdir("disk")
    command = ["unshare", "-m", "sh", "-c", ON_A_FULL_DISK, "sh", "disk", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this system gives no permission for a disk of one's own")
    assert done.returncode == 1
    assert "Error: can't write disk/h.csv: No space left on device; choose another place.\n" in done.stderr
    assert done.stdout.splitlines()[-1] == "fill"
    assert cr.Model.load("m.npz").network.n_parameters == 37


def test_names_of_digits_and_formulas_go_through_commands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x = [[float(k), float(k % 3)] for k in range(12)]
    cr.datasets.write_csv("a.csv", x, [k % 3 for k in range(12)], ["=x", "2024"], "+y", ("007", "1", "=1+1"))
    assert invoke("train", "a.csv", "--target", "+y", "--epochs", 3, "--save", "m.npz").exit_code == 0
    assert cr.Model.load("m.npz").classes == ("1", "007", "=1+1")
    assert invoke("predict", "m.npz", "a.csv", "--csv", "answers.csv").exit_code == 0
    header, *rows = Path("answers.csv").read_text().splitlines()
    assert header == "'=x,'2024,'+y,prediction,probability_1,probability_007,probability_=1+1"
    assert {row.split(",")[2] for row in rows} == {"'007", "'1", "'=1+1"}


PLACES = (
    "new",
    "pets.csv",
    "hard-pets.npz",
    "soft-pets.csv",
    "folder",
    "no/new",
    "a" * 300,
    os.devnull,
    "new.csv",
    "b.png",
)

SOURCES = ("pets.csv", "./soft-pets.csv", "pets.npz")


@posix
@examples(12)
@given(
    words=st.one_of(
        st.tuples(st.just("train"), st.sampled_from(SOURCES), st.sampled_from([("--save", "--history")])),
        st.tuples(st.just("predict"), st.sampled_from(["pets.npz", "hard-pets.npz"]), st.just(("--csv",))),
        st.tuples(st.just("explain"), st.sampled_from(SOURCES), st.just(("--html",))),
        st.tuples(st.just("data"), st.just("xor"), st.just(("--out",))),
        st.tuples(st.just("compare"), st.sampled_from(SOURCES), st.just(("--csv", "--keep", "--out"))),
    ),
    places=st.lists(st.sampled_from(PLACES), min_size=3, max_size=3),
    full=st.sampled_from([None, None, 0, 1]),
)
def test_drawn_commands_keep_what_they_read_and_say_what_failed(made, words, places, full):
    """Any command with any outputs ends well or in sentences, its inputs are as they were, and nothing else is left."""
    command, source, options = words
    settings = {"train": ["--epochs", 2], "predict": ["pets.csv"], "compare": ["--epochs", "2,3", "--starts", 2]}
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name), pytest.MonkeyPatch.context() as patched:
        prepare(made, Path(name))
        before, uses, fsync = contents(Path(name)), itertools.count(), os.fsync
        patched.setattr(os, "fsync", lambda file: no_room() if next(uses) == full else fsync(file))
        outputs = [word for pair in zip(options, places, strict=False) for word in pair]
        done = invoke(command, source, *settings.get(command, []), *outputs)
        after = contents(Path(name))
    complaints = [line for line in done.stderr.splitlines() if not line.startswith("Diagnosis: ")]
    assert done.exit_code in (0, 1, 2), done.stderr
    assert (done.exit_code == 0) == (complaints == []), done.stderr
    assert all(line.startswith("Error: ") and line.endswith((".", "'")) for line in complaints)
    kinds = [kind for kind in (".csv", ".npz") if source.endswith(kind) or (command, kind) == ("predict", ".csv")]
    may_change = set(places) | ({"pets.csv", "soft-pets.csv"} if {"pets.csv", "soft-pets.csv"} & set(places) else set())
    may_change -= {name for name in before if name.endswith(tuple(kinds))}  # the files read, by all of their names
    unchanged = before.keys() - (may_change if done.exit_code != 2 else set())
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    assert after.keys() <= before.keys() | may_change
