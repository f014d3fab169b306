"""look, and what is said of a file before anything is learnt."""

from pathlib import Path

import numpy as np
import pytest

from chainrule.interfaces.cli.terminal.overview import histogram
from commands import invoke, output_of

PETS = "id;Größe;sex;kind\n" + "".join(
    f"{(k * 37) % 41 + 100};{k % 7 + k / 8:.3f};{'fm'[k % 3 == 0]};{('cat', 'dog')[k % 2]}\n".replace(".", ",")
    for k in range(40)
)


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    path = tmp_path / "pets.csv"
    path.write_text(PETS, encoding="utf-8")
    return path


def test_look_shows_how_a_file_is_read_and_what_becomes_of_it(pets: Path) -> None:
    shown = output_of("look", pets)
    first, target, heading, *rows = shown.splitlines()
    assert first.startswith(f"{pets}: CSV, 40 rows, 4 columns; semicolons between cells, decimal comma, utf-8")
    assert target == "Target kind (the last column): one of 2 classes (text)"
    assert heading.split() == ["column", "type", "values", "histogram", "becomes"]
    assert rows[0].split() == ["kind", "text", "2:", "cat,", "dog", "██", "target"]
    assert "Größe   number (decimal comma)" in shown
    assert "one-hot, 2 levels" in shown
    assert "! id: every value differs" in shown


def test_a_run_says_so_on_stderr_even_in_a_pipe_and_not_when_quiet(pets: Path) -> None:
    run = ["train", pets, "--epochs", "2", "--test", "0.25"]
    said = invoke(*run).stderr
    assert "semicolons between cells" in said
    assert "Target kind" in said
    assert "one-hot, 2 levels" in said
    assert "histogram" not in said
    assert "Target" not in invoke(*run, "--quiet").stderr


@pytest.mark.parametrize("command", ["train", "check", "explain", "compare", "look"])
def test_options_of_reading_are_alike(command: str, pets: Path) -> None:
    more = {"compare": ["--epochs", "1,2", "--starts", "1", "--processes", "1"], "train": ["--epochs", "1"]}.get(
        command, []
    )
    done = invoke(command, pets, "--target", "Größe", "--drop", "id", "--columns", "sex,id", "--yes", *more)
    assert (done.exit_code, "Target Größe" in done.stderr + done.stdout) == (0, True)
    assert "left out: --drop" in done.stderr + done.stdout
    refused = invoke(command, pets, "--delimiter", ";;", *more)
    assert (refused.exit_code, "delimiter must be one character" in refused.stderr) == (2, True)


def test_many_columns_are_shown_in_part(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(12, 60)).round(3)
    path = tmp_path / "wide.csv"
    names = ",".join(f"g{k}" for k in range(60))
    rows = [",".join(map(str, row)) + f",{'ab'[i % 2]}" for i, row in enumerate(x)]
    path.write_text("\n".join([f"{names},kind", *rows]) + "\n")
    shown = output_of("look", path)
    assert shown.count("\ng") == 19
    assert "\n41 more, alike" in shown
    assert output_of("look", path, "--all").count("\ng") == 60


def test_look_is_for_files() -> None:
    refused = invoke("look", "xor")
    assert refused.exit_code == 2
    assert "chainrule data xor prints it" in refused.stderr


def test_a_histogram_has_a_bar_for_each_count() -> None:
    assert histogram((0, 1, 400, 800)) == " ▁▄█"
    assert histogram(()) == ""


def test_arrays_are_judged_as_tables_are(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(30, 2))
    kinds = np.array(["cat", "dog", "cow"])[np.arange(30) % 3]
    np.savez(tmp_path / "named.npz", images=x, labels=kinds)
    shown = output_of("look", tmp_path / "named.npz")
    assert "NumPy, 30 rows, 3 columns; images (30, 2) are the inputs, labels (30,)" in shown
    assert "Target labels (the last column): one of 3 classes (text)" in shown
    np.savez(tmp_path / "questions.npz", x=x, y=np.stack([x[:, 0] > 0, x[:, 1] > 0], axis=1))
    assert "2 yes/no questions" in output_of("look", tmp_path / "questions.npz")
    np.savez(tmp_path / "hot.npz", x=x, y=np.eye(3)[np.arange(30) % 3])
    assert "one of 3 classes (3 columns, of which each row has one 1 (one-hot))" in output_of(
        "look", tmp_path / "hot.npz"
    )
    np.savez(tmp_path / "two.npz", a=x, b=x, c=np.arange(30))
    refused = invoke("look", tmp_path / "two.npz")
    assert "It has a (30, 2), b (30, 2), c (30,). Say --x NAME and --y NAME." in refused.stderr
    assert "a (30, 2) are the inputs, c" in output_of("look", tmp_path / "two.npz", "--x", "a", "--y", "c")
    x[3, 1] = np.nan
    np.savez(tmp_path / "gap.npz", x=x, y=np.arange(30) % 2)
    assert "number, gaps filled" in output_of("look", tmp_path / "gap.npz")
    np.savez(tmp_path / "objects.npz", x=np.array([[1, None], [2, 3]], object), y=[0, 1])
    refused = invoke("look", tmp_path / "objects.npz").stderr
    assert "array 'x', isn't an .npz file of numbers (it holds Python objects, which are never loaded)" in refused
