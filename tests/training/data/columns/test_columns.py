"""Columns: whatever was learnt from, the inputs are finite; what wasn't is filled, marked or left out."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn

from chainrule.core.catalogue import from_dict
from chainrule.core.errors import ChainruleError, DataError, SettingError, ShapeError
from chainrule.training.data.columns.columns import Columns
from chainrule.training.data.columns.fitted import CategoryInputs
from chainrule.training.data.columns.kinds import Category, Kind, Moment, Number
from drawn import examples

LEVELS = ("cat", "dog", "eel")
numbers = st.floats(allow_infinity=False)
positions = st.sampled_from([0.0, 1.0, 2.0, -1.0, np.nan])
seconds = st.floats(-1e10, 1e10) | st.just(np.nan)


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[Kind, ...], np.ndarray, np.ndarray]:
    """Kinds, raw rows to learn, and raw rows to predict."""
    drawn_kinds = draw(st.lists(st.sampled_from([Number, Category, Moment]), min_size=1, max_size=4))
    kinds = tuple(kind("c", LEVELS) if kind is Category else kind("c") for kind in drawn_kinds)
    elements = {Number: numbers, Category: positions, Moment: seconds}

    def rows(n: int) -> np.ndarray:
        columns = [draw(drawn.arrays(np.float64, n, elements=elements[type(kind)])) for kind in kinds]
        return np.stack(columns, axis=1)

    return kinds, rows(draw(st.integers(1, 12))), rows(draw(st.integers(1, 5)))


@examples(100)
@given(tables())
def test_inputs_are_finite_whatever_was_learnt_and_whatever_is_asked(table):
    kinds, learnt, asked = table
    columns = Columns.fit(kinds, learnt)
    for raw in (learnt, asked):
        x = columns.apply(raw)
        assert x.shape == (len(raw), len(columns.inputs))
        assert np.isfinite(x).all()
    assert columns.kinds == kinds


@examples(50)
@given(tables())
def test_columns_come_back_from_json(table):
    kinds, learnt, asked = table
    columns = Columns.fit(kinds, learnt)
    again = from_dict(json.loads(json.dumps(columns.to_dict())))
    assert again == columns
    assert (again.apply(asked) == columns.apply(asked)).all()


def test_numbers_fill_gaps_with_the_median_and_mark_them_where_any_was_learnt():
    columns = Columns.fit([Number("a"), Number("b")], [[1.0, np.nan], [2.0, 3.0], [9.0, 5.0]])
    assert columns.inputs == ("a", "b", "b is missing")
    assert columns.apply([[np.nan, np.nan]]).tolist() == [[2.0, 4.0, 1.0]]
    assert columns.apply([[7.0, 8.0]]).tolist() == [[7.0, 8.0, 0.0]]


def test_levels_that_were_not_learnt_have_no_input():
    columns = Columns.fit([Category("kind", LEVELS)], [[0.0], [1.0], [0.0]])
    assert columns.inputs == ("kind = cat", "kind = dog")
    assert columns.apply([[0.0], [2.0], [-1.0], [np.nan]]).tolist() == [[1, 0], [0, 0], [0, 0], [0, 0]]


def test_rare_levels_share_an_input_with_unseen_ones_and_gaps_have_their_own():
    raw = np.concatenate([np.zeros(990), np.ones(9), [np.nan]])[:, np.newaxis]
    columns = Columns.fit([Category("kind", LEVELS)], raw)
    assert columns.inputs == ("kind = cat", "kind is other", "kind is missing")
    assert columns.apply([[0.0], [1.0], [2.0], [-1.0], [np.nan]]).argmax(axis=1).tolist() == [0, 1, 1, 1, 2]
    assert (columns.apply(raw).sum(axis=1) == 1).all()


def test_moments_are_days_and_waves_of_what_varied():
    day = Moment("day")
    raw = day.raw(["2024-01-01", "2024-01-08", "2024-07-01", None])[:, np.newaxis]  # Mondays, without a time
    columns = Columns.fit([day], raw)
    assert columns.inputs == ("day", "day: sine of the year", "day: cosine of the year", "day is missing")
    x = columns.apply(raw)
    assert x[:, 0].tolist() == [19_723.0, 19_730.0, 19_905.0, 19_730.0]
    np.testing.assert_allclose(np.hypot(x[:, 1], x[:, 2]), 1.0, rtol=1e-15)
    assert Columns.fit([day], day.raw(["2024-01-01T06:00", "2024-01-02T18:00"])[:, np.newaxis]).inputs[3:] == (
        "day: sine of the week",
        "day: cosine of the week",
        "day: sine of the day",
        "day: cosine of the day",
    )


def test_only_quantities_are_standardised():
    kinds = Number("a"), Category("kind", ("cat", "dog"))
    raw = np.array([[1.0, 0.0], [3.0, 1.0], [np.nan, 1.0]])
    columns = Columns.fit(kinds, raw)
    standardizer = columns.standardizer(columns.apply(raw))
    assert standardizer.mean == (2.0, 0.0, 0.0, 0.0)
    assert standardizer.scale[1:] == (1.0, 1.0, 1.0)
    assert standardizer.apply(columns.apply([[np.nan, 1.0]])).tolist() == [[0.0, 1.0, 0.0, 1.0]]


WRONG = [
    (lambda: Columns.fit([], np.zeros((2, 0))), SettingError, "Columns's fitted must be fitted columns, one or more"),
    (lambda: Columns.fit([Number("a")], np.zeros((2, 2))), ShapeError, r"raw should have shape \(n, 1\)"),
    (lambda: Columns.fit([Number("a")], np.zeros((0, 1))), DataError, "raw holds no rows"),
    (lambda: Columns.fit([Number("a")], [[np.inf]]), DataError, "column a of raw should hold finite numbers or NaN"),
    (lambda: Columns.fit([Category("a", LEVELS)], [[3.0]]), DataError, "positions among 3 levels, or -1, got 3"),
    (lambda: Columns.fit([Category("a", LEVELS)], [[0.5]]), DataError, r"positions among 3 levels, or -1, got 0\.5"),
    (lambda: Columns.fit(["a"], [[0.5]]), SettingError, r"kinds must be Numbers, Categories and Moments; got \['a'\]"),
    (lambda: Columns.fit(3, [[0.5]]), SettingError, "kinds must be Numbers, Categories and Moments; got 3"),
    (lambda: CategoryInputs(Category("a", LEVELS), ("cow",)), SettingError, "unknown level of a 'cow'"),
]


@pytest.mark.parametrize(("call", "error", "sentence"), WRONG)
def test_what_does_not_fit_is_said(call, error: type[ChainruleError], sentence: str):
    with pytest.raises(error, match=sentence):
        call()
