"""Frames: by names, in any order, whatever library they are of; arrays by position."""

import datetime as dt

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from chainrule.core.errors import DataError, ShapeError
from chainrule.training.data.columns.frames import is_frame, names_of, raw_of
from chainrule.training.data.columns.kinds import Category, Moment, Number

KINDS = Number("weight"), Category("kind", ("cat", "dog")), Moment("day")
TABLE = {
    "id": [7, 8, 9],
    "kind": ["dog", None, "cow"],
    "day": [dt.datetime(1970, 1, 2), None, dt.datetime(1970, 1, 3)],
    "weight": [4.0, None, 6.0],
}
RAW = [[4.0, 1.0, 86_400.0], [np.nan] * 3, [6.0, -1.0, 172_800.0]]


class Plain:
    """The least that a frame has."""

    def __init__(self, columns: dict) -> None:
        self.columns, self.of = list(columns), columns

    def __getitem__(self, name: str) -> list:
        return self.of[name]


FRAMES = {
    "pandas": pd.DataFrame,
    "pandas, without NumPy": lambda table: pd.DataFrame(table).convert_dtypes(),
    "polars": pl.DataFrame,
    "narwhals": lambda table: nw.from_native(pl.DataFrame(table)),
    "plain": Plain,
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_frame_goes_by_names(frame):
    np.testing.assert_array_equal(raw_of(KINDS, frame(TABLE)), RAW)


def test_an_array_goes_by_positions():
    rows = [[4.0, "dog", dt.date(1970, 1, 2)], [None, None, None], [6, "cow", "1970-01-03"]]
    np.testing.assert_array_equal(raw_of(KINDS, rows), RAW)
    np.testing.assert_array_equal(raw_of(KINDS, np.array(rows, object)), RAW)
    np.testing.assert_array_equal(raw_of(KINDS, pd.DataFrame(rows)), RAW)  # its names are 0, 1, 2
    np.testing.assert_array_equal(raw_of([Number("a")] * 2, np.array([[1, 2]])), [[1.0, 2.0]])


def test_values_come_back_from_raw_columns():
    raw = raw_of(KINDS, Plain(TABLE))
    weight, kind, day = (each.values(raw[:, k]) for k, each in enumerate(KINDS))
    np.testing.assert_array_equal(weight, [4.0, np.nan, 6.0])
    assert kind.tolist() == ["dog", None, "(unseen)"]
    assert day.tolist() == TABLE["day"]
    np.testing.assert_array_equal(raw_of(KINDS, Plain({"day": day, "kind": kind, "weight": weight})), RAW)


def test_both_spellings_of_a_name_are_one():
    assert raw_of([Number("Größe")], Plain({"Gro\u0308ße": [1.0]})).tolist() == [[1.0]]


def test_what_has_names():
    assert names_of(pl.DataFrame(TABLE)) == tuple(TABLE)
    assert is_frame(pd.DataFrame(TABLE))
    for nameless in (np.zeros((2, 2)), [[1.0]], pd.DataFrame(np.zeros((2, 2))), None, 3, "text", pd.Series([1.0])):
        assert names_of(nameless) == ()
        assert not is_frame(nameless)
    assert names_of(pd.Series([1.0], name="weight")) == ("weight",)
    assert not is_frame(pd.Series([1.0], name="weight"))


WRONG = [
    (
        Plain({"wieght": [4.0]}),
        DataError,
        "expected a column named weight, got a frame with wieght. Did you mean wieght",
    ),
    (Plain({"size": [4.0]}), DataError, "got a frame with size. Add it"),
    (pd.DataFrame([[1.0, 2.0]], columns=["weight", "weight"]), DataError, "one column named weight, got several"),
    (Plain({"weight": ["heavy"]}), DataError, "column weight should hold numbers, got 'heavy' in row 0"),
    (np.zeros((2, 3)), ShapeError, r"shape \(n, 1\), one row per sample and one column each for weight, got \(2, 3\)"),
    (np.zeros(1), ShapeError, r"got \(1,\). For one sample write x\[None\]"),
    (np.array([["4.0"]]), DataError, r"an array of text alone.*dtype=object"),
    (np.ma.array([[1.0]], mask=[[True]]), DataError, "got a masked one"),
    ({"weight": [4.0]}, ShapeError, r"got \(\)"),
    (None, ShapeError, r"got \(\)"),
]


@pytest.mark.parametrize(("table", "error", "sentence"), WRONG)
def test_a_table_that_does_not_fit(table, error, sentence: str):
    with pytest.raises(error, match=sentence):
        raw_of([Number("weight")], table)


def test_columns_are_equally_long():
    with pytest.raises(ShapeError, match=r"columns should be equally long, got \[1, 2\] rows"):
        raw_of([Number("a"), Number("b")], Plain({"a": [1.0], "b": [1.0, 2.0]}))
