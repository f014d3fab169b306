"""Kinds: what a column may hold, from every form in which arrays and frames hold it."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.catalogue import from_dict
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.training.data.columns.kinds import Category, Moment, Number
from drawn import examples

WEIGHTS = {
    "list": [4.0, None, 6.5],
    "NaN": np.array([4.0, np.nan, 6.5], np.float32),
    "objects": np.array([4, np.nan, Decimal("6.5")], object),
    "one column": np.array([[4.0], [np.nan], [6.5]]),
    "pandas": pd.Series([4.0, None, 6.5]),
    "pandas, NA": pd.Series([4.0, None, 6.5], dtype="Float64"),
    "polars": pl.Series([4.0, None, 6.5]),
}
NAMES = {
    "list": ["dog", None, "cow", "cat"],
    "objects": np.array(["dog", np.nan, "cow", "cat"], object),
    "pandas": pd.Series(["dog", None, "cow", "cat"]),
    "pandas, categories": pd.Series(["dog", None, "cow", "cat"], dtype="category"),
    "polars": pl.Series(["dog", None, "cow", "cat"]),
}
NOON = dt.datetime(1970, 1, 2, 12)
DAYS = {
    "list": [NOON, None],
    "text": ["1970-01-02T12:00", None],
    "datetime64": np.array(["1970-01-02T12", "NaT"], "datetime64[h]"),
    "pandas": pd.Series([NOON, None]),
    "pandas, zone": pd.Series([dt.datetime(1970, 1, 2, 14, tzinfo=dt.timezone(dt.timedelta(hours=2))), pd.NaT]),
    "polars": pl.Series([NOON, None]),
}


@pytest.mark.parametrize("values", WEIGHTS.values(), ids=WEIGHTS)
def test_numbers_in_every_form(values):
    np.testing.assert_array_equal(Number("weight").raw(values), [4.0, np.nan, 6.5])


@pytest.mark.parametrize("values", NAMES.values(), ids=NAMES)
def test_categories_in_every_form(values):
    np.testing.assert_array_equal(Category("kind", ("cat", "dog")).raw(values), [1, np.nan, -1, 0])


@pytest.mark.parametrize("values", DAYS.values(), ids=DAYS)
def test_moments_in_every_form(values):
    np.testing.assert_array_equal(Moment("day").raw(values), [129_600, np.nan])


def test_levels_that_read_as_numbers_are_met_by_numbers():
    rooms = Category.of("rooms", ["10", "2.0", None, "many"])
    assert rooms.levels == ("2.0", "10", "many")
    np.testing.assert_array_equal(rooms.raw(np.array([10.0, 2.0, 3.0, np.nan])), [1, 0, -1, np.nan])
    np.testing.assert_array_equal(rooms.raw(["10", "many", 2]), [1, 2, 0])


def test_both_spellings_of_a_letter_are_one_level():
    assert Category("size", ("Größe",)).raw(["Gro\u0308ße"]).tolist() == [0.0]


@examples(50)
@given(st.lists(st.one_of(st.text(), st.integers(-(2**40), 2**40), st.floats(allow_infinity=False)), min_size=1))
def test_every_value_is_one_of_the_levels_that_were_found_for_it(values):
    if all(value != value for value in values):
        return
    kind = Category.of("any", values)
    raw = kind.raw(values)
    assert set(raw[~np.isnan(raw)].tolist()) <= set(range(len(kind.levels)))
    assert (np.isnan(raw) == [value != value for value in values]).all()
    assert from_dict(kind.to_dict()) == kind


WRONG = [
    (Number("weight"), [4, "heavy"], r"column weight should hold numbers, got 'heavy' in row 1\. Correct it"),
    (Number("weight"), [4, 1j], "numbers, got 1j in row 1"),
    (Number("weight"), np.array([1.0, -np.inf]), "finite numbers, got -inf in row 1"),
    (Number("weight"), [10**400], "finite numbers, got 1000"),
    (Number("weight"), np.array(["2024-01-31"], "datetime64[D]"), "numbers, got '2024-01-31' in row 0"),
    (Category("kind", ("cat", "dog")), np.array([np.nan, 4.0]), r"categories \(cat, dog\), got 4.0 in row 1"),
    (Category("kind", ("cat", "dog")), ["cat", [1]], r"categories \(cat, dog\), got \[1\] in row 1"),
    (Category("kind", ("1", "2")), [True], "got True in row 0"),
    (Moment("day"), np.array([np.nan, 4.0]), "dates, got 4.0 in row 1"),
    (Moment("day"), ["2024-01-31", "soon"], "dates such as 2024-01-31, got 'soon' in row 1"),
]


@pytest.mark.parametrize(("kind", "values", "sentence"), WRONG)
def test_another_type_is_named_with_its_column_and_row(kind, values, sentence):
    with pytest.raises(DataError, match=sentence):
        kind.raw(values)


def test_a_file_names_its_lines():
    with pytest.raises(DataError, match=r"got 'heavy' in line 3\."):
        Number("weight").raw([4, "heavy"], lambda row: f"line {row + 2}")


def test_what_is_no_column_is_refused():
    with pytest.raises(ShapeError, match=r"column weight should have one axis, \(n,\), got shape \(2, 2\)"):
        Number("weight").raw(np.zeros((2, 2)))
    with pytest.raises(DataError, match="got a masked one"):
        Number("weight").raw(np.ma.array([1.0, 2.0], mask=[True, False]))
    with pytest.raises(DataError, match="column kind should hold values, got gaps alone"):
        Category.of("kind", [None, np.nan])
    with pytest.raises(SettingError, match="Category's levels must be different names"):
        Category("kind", ("cat", "cat"))
    with pytest.raises(SettingError, match="Number's name must be the name of a column; got 3"):
        Number(3)
