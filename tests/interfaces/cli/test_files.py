"""CSV files: quantities are predicted in their own unit, and columns found by their names."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from commands import invoke


def ask(*words: object) -> str:
    """What a command prints on stdout; it must end well."""
    done = invoke(*words)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.fixture
def table(tmp_path: Path):
    """Write columns by name to a CSV file."""

    def write(name: str, **columns) -> Path:
        path = tmp_path / name
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([list(columns), *zip(*columns.values(), strict=True)])
        return path

    return write


@pytest.fixture
def homes(table):
    rng = np.random.default_rng(0)
    rooms, area = rng.integers(1, 6, 120), rng.uniform(30, 150, 120)
    price = 3000 * area + 20_000 * rooms + rng.normal(0, 5000, 120)
    return table("homes.csv", rooms=rooms, area=area.round(1), price=price.round())


@pytest.fixture
def pets(table):
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 120)
    columns = {"weight": 3 * kind + rng.normal(0, 0.5, 120), "height": kind + rng.normal(0, 0.3, 120)}
    columns["kind"] = np.array(["bird", "cat", "dog"])[kind]
    return columns


def test_a_quantity_is_learnt_and_answered_in_its_own_unit(homes, tmp_path):
    said = ask("train", homes, "--test", 0.25, "--save", tmp_path / "homes.npz")
    assert float(re.search(r"^Test R²: (\S+)$", said, re.MULTILINE)[1]) > 0.98
    x, y = cr.read_table(homes)
    model = cr.Model.load(tmp_path / "homes.npz")
    assert model.features == ("rooms", "area")
    assert model.score(x, y) > 0.98
    again = ask("predict", tmp_path / "homes.npz", homes)
    assert re.search(rf"^Sample 0  True: {y[0]:.6g}  Predicted: \d{{5,6}}(\.\d+)?$", again, re.MULTILINE)


def test_a_bounded_output_learns_the_target_as_it_is(table, tmp_path):
    shares = table("shares.csv", a=np.linspace(-1, 1, 50), share=np.linspace(0.1, 0.9, 50))
    ask("train", shares, "--output", "sigmoid", "--epochs", 10, "--save", tmp_path / "shares.npz")
    assert cr.Model.load(tmp_path / "shares.npz").target_standardizer is None


def test_columns_are_found_by_their_names(table, pets, tmp_path):
    model = tmp_path / "pets.npz"
    ask("train", table("pets.csv", **pets), "--save", model)
    swapped = table("swapped.csv", height=pets["height"], weight=pets["weight"], kind=pets["kind"])
    assert ask("predict", model, swapped) == ask("predict", model, table("pets.csv", **pets))
    other = table("other.csv", wingspan=pets["height"], weight=pets["weight"], kind=pets["kind"])
    done = invoke("predict", model, other)
    assert done.exit_code == 2
    assert "expected a column named height, got" in done.stderr


def test_two_outputs_want_two_files(homes, tmp_path):
    done = invoke("train", homes, "--save", "one", "--history", "./one")
    assert done.exit_code == 2
    assert "--save and --history both name" in done.stderr
