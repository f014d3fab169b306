"""Weights of rows, from a column that is no input: the run of the rows as often as they weigh."""

from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.experiments.prepared import prepare
from commands import invoke, output_of
from optional import needed

SETTINGS = ("--epochs", 20, "--no-standardize", "--loss", "squared_error")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    needed("duckdb")
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rows = [f"{x:.3f},{y:.3f},{w}" for x, y, w in zip(*rng.normal(size=(2, 12)), rng.integers(0, 4, 12), strict=True)]
    Path("weighed.csv").write_text("x,y,w\n" + "\n".join(rows) + "\n")
    repeated = [row.rpartition(",")[0] for row in rows for _ in range(int(row[-1]))]
    Path("repeated.csv").write_text("x,y\n" + "\n".join(repeated) + "\n")
    return tmp_path


def test_a_row_of_weight_3_counts_as_three_rows(folder: Path):
    output_of("train", "weighed.csv", "--target", "y", "--sample-weight", "w", *SETTINGS, "--save", "a.npz")
    output_of("train", "repeated.csv", "--target", "y", *SETTINGS, "--save", "b.npz")
    weighed, repeated = cr.Model.load("a.npz"), cr.Model.load("b.npz")
    assert weighed.features == ("x",)
    np.testing.assert_allclose(weighed.theta, repeated.theta, rtol=1e-9)


def test_the_last_column_is_the_target_but_for_the_weights(folder: Path):
    samples = cr.DataFile("weighed.csv", sample_weight="w").read()
    assert (samples.features, samples.target, len(samples.weights)) == (("x",), "y", 12)
    prepared = prepare(cr.Experiment(cr.DataFile("weighed.csv", sample_weight="w"), test=0.25))
    kept = {float(x): w for x, w in zip(samples.x[:, 0], samples.weights, strict=True)}
    np.testing.assert_array_equal(prepared.sample_weight, [kept[x] for x in prepared.learnt.x[:, 0]])
    np.testing.assert_array_equal(cr.read_table("weighed.csv", sample_weight="w").weights, samples.weights)


def test_explain_and_check_weigh_the_rows_too(folder: Path):
    words = ("weighed.csv", "--target", "y", "--sample-weight", "w", "--weight", "1:1:1")
    assert output_of("explain", *words) != output_of("explain", *words[:3], *words[5:], "--drop", "w")
    assert "The gradient is right" in output_of("check", "weighed.csv", "--sample-weight", "w")


def test_class_weights_and_row_weights_are_multiplied(folder: Path):
    Path("k.csv").write_text("x,kind,w\n" + "1,a,1\n2,a,2\n3,a,1\n4,b,2\n" * 3)
    data = cr.DataFile("k.csv", target="kind", sample_weight="w")
    prepared = prepare(cr.Experiment(data, loss=cr.BinaryCrossEntropy(), class_weight="balanced"))
    np.testing.assert_allclose(prepared.sample_weight, [2 / 3, 4 / 3, 2 / 3, 4] * 3)


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ("1,2,-1", r"w\.csv, line 2, column w: expected a weight of 0 or more, got -1; correct it\."),
        ("1,2,", r"w\.csv, line 2, column w: expected a weight of 0 or more, got a gap; correct it\."),
        ("1,2,much", r"w\.csv, line 2, column w: expected a number"),
    ],
)
def test_what_is_no_weight(folder: Path, column: str, sentence: str):
    Path("w.csv").write_text(f"x,y,w\n{column}\n3,4,1\n5,6,2\n7,9.5,1\n")
    with pytest.raises(cr.DataError, match=sentence):
        cr.DataFile("w.csv", target="y", sample_weight="w").read()


def test_a_column_that_is_not_there_or_is_the_target(folder: Path):
    with pytest.raises(cr.SettingError, match=r"--sample-weight: weighed\.csv has no column 'v'"):
        cr.DataFile("weighed.csv", sample_weight="v").read()
    with pytest.raises(cr.SettingError, match=r"--sample-weight and the target are one column, w; name two"):
        cr.DataFile("weighed.csv", target="w", sample_weight="w").read()
    np.savez("a.npz", x=np.eye(3), y=[0.5, 1.5, 2.5])
    done = invoke("train", "a.npz", "--sample-weight", "w")
    assert "--sample-weight names a column of a table; a.npz holds arrays" in done.stderr
