"""What becomes of a table's columns, and the sentences about what it leaves open."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.lab.tables.account import account_of
from chainrule.lab.tables.found import Doubt, Found, Odd
from chainrule.lab.tables.judge import judge
from chainrule.lab.tables.options import Options
from chainrule.training.data.columns.kinds import Category, Moment, Number
from tabled import column, found

Y = column("y", ["cat", "dog", "cat", "dog"])


def table(*columns: Any, **options: Any) -> Any:
    return judge(found(*columns, Y), None, Options(**options))


def test_columns_become_numbers_categories_and_dates() -> None:
    days = np.array(["2024-01-01", "NaT", "2024-01-02", "2024-01-04"], "datetime64[us]")
    judged = table(column("a", [1, None, 3, 4]), column("sex", ["m", "f", None, "m"]), column("day", days))
    assert judged.kinds == (Number("a"), Category("sex", ("f", "m")), Moment("day"))
    assert judged.raw[:, 1].tolist()[:2] == [1, 0]
    assert np.isnan(judged.raw).sum() == 3
    assert np.isfinite(judged.x).all()
    x, y = judged
    assert (len(x), y.tolist()) == (4, [0, 1, 0, 1])


def test_a_large_table_is_held_once() -> None:
    """Of what was found nothing is left but the columns that are no numbers: CSV's numbers are in one large block."""
    block = np.arange(15.0).reshape(3, 5)
    judged = judge(found(*(column(name, block[k]) for k, name in enumerate("abc"))), "b", Options(sample_weight="c"))
    a, b, c = (each.values for each in judged.found.columns)
    assert np.shares_memory(a, judged.raw)
    assert judged.inputs[0].column is judged.found.columns[0]
    assert not any(np.shares_memory(each, block) for each in (a, b, c, judged.y, judged.weights))
    assert (b.tolist(), c.tolist()) == (block[1].tolist(), block[2].tolist())


def test_columns_are_left_out_and_said() -> None:
    judged = table(column("a", [1, 2, 3, 4]), column("b", [1, 2, 3, 5]), column("empty", [None] * 4), drop="b")
    assert judged.features == ("a",)
    assert [each.left_out for each in judged.inputs] == ["", "--drop", "empty"]
    assert table(column("a", [1, 2, 3, 4]), column("b", [1, 2, 3, 5]), columns="b").features == ("b",)
    assert judge(
        found(column("a", [1, 2]), column("b", [1, 2]), column("c", [1, 2])), None, Options(drop="c")
    ).targets == ("b",)


def test_names_of_numbers_are_categories_where_that_is_said() -> None:
    judged = table(column("zip", [10115, 80331, 10115, 20095]), categorical="zip")
    assert judged.kinds[0].levels == ("10115", "20095", "80331")


@pytest.mark.parametrize("option", ["columns", "drop", "categorical"])
def test_a_column_of_an_option_must_be_there(option: str) -> None:
    with pytest.raises(cr.SettingError, match=rf"--{option}: pets.csv has no column 'wieght', did you mean weight"):
        table(column("weight", [1, 2, 3, 4]), **{option: "wieght"})


def test_what_is_left_open_stops_with_its_place_and_options() -> None:
    doubt = Doubt(1, "1,421", (("1421", "--thousands ,"), ("1.421", "--decimal ,")))
    area = column("area", [1, 1421, 2, 3], doubts=(doubt,))
    with pytest.raises(cr.DataError, match=r"line 3, column area: '1,421' may be 1421 \(--thousands ,\) or .*--yes"):
        table(area)
    assert table(area, yes=True).raw[1, 0] == 1421
    rooms = column("rooms", ["1", "n.b.", "2", "x"], odd=Odd(1, "n.b.", 2), n_numbers=2)
    with pytest.raises(cr.DataError, match=r"line 3, column rooms: .*'n.b.', and text in 1 more.*-values 'n.b.'"):
        table(rooms)
    with pytest.raises(cr.DataError, match="--categorical rooms"):
        table(rooms)
    assert table(rooms, categorical="rooms").kinds[0].levels == ("1", "2", "n.b.", "x")
    many = found(column("name", [f"n{k}" for k in range(51)]), column("y", [0, 1, 1] * 17))
    with pytest.raises(cr.DataError, match=r"column name: text with 51 different values, such as n0.*--drop name"):
        judge(many)


@pytest.mark.parametrize("value", [1e300, -1e200, np.inf])
def test_a_wild_number_is_named_with_its_place(value: float) -> None:
    with pytest.raises(cr.DataError, match=r"pets.csv, line 4, column b: expected .*number"):
        table(column("b", [1, 2, value, 4]))


def test_a_table_needs_rows_inputs_and_columns() -> None:
    with pytest.raises(cr.DataError, match="no rows"):
        judge(found(column("a", np.zeros(0)), column("y", np.zeros(0))))
    with pytest.raises(cr.DataError, match="no rows"):
        judge(found())
    with pytest.raises(cr.DataError, match="no input beside the target y"):
        judge(found(Y))
    with pytest.raises(cr.SettingError, match="--drop leaves no column"):
        judge(found(Y), None, Options(drop="y"))


# What is said


def remarks(*columns: Any, **options: Any) -> str:
    return "\n".join(account_of(judge(found(*columns), None, Options(**options))).remarks)


RANDOM = np.random.default_rng(0)
N = 40
NOISE = column("noise", RANDOM.normal(size=N))
KIND = column("kind", [("cat", "dog")[k % 2] for k in range(N)])


@pytest.mark.parametrize(
    ("suspect", "sentence"),
    [
        (column("id", RANDOM.permutation(N) + 1000), "id: every value differs"),
        (column("name", [f"p{k}" for k in range(N)]), "name: every value differs"),
        (column("row", np.arange(N) + 1.0), "row: a row number in disguise"),
        (column("code", [[3, 8][k % 2] for k in range(N)]), "code: alone answers the target"),
        (column("site", ["north"] * N), "site: always the same"),
        (column("zero", np.zeros(N)), "zero: always the same"),
        (column("odd", np.where(np.arange(N) == 3, -9999, 1.5), notes=("-9999 looks like a gap",)), "odd: -9999 looks"),
    ],
)
def test_a_suspect_column_is_pointed_out_with_an_option(suspect: Any, sentence: str) -> None:
    said = remarks(suspect, NOISE, KIND)
    assert sentence in said
    assert ("--drop " in said) == ("looks" not in said)
    assert remarks(NOISE, KIND) == ""


def test_rows_and_classes_are_pointed_out() -> None:
    a = column("a", [0, 1, 2, 3] * 10)
    assert "40 of 40 rows have the same inputs" in remarks(a, column("kind", ["x"] * 20 + ["y"] * 20))
    assert "too rare for" in remarks(NOISE, column("kind", [*["x"] * 20, *["y"] * 19, "z"]))
    assert "z (1 row)" in remarks(NOISE, column("kind", [*["x"] * 20, *["y"] * 19, "z"]))
    assert "kind is x in all 40 rows" in remarks(NOISE, column("kind", ["x"] * N))
    assert remarks(column("a", [3]), column("kind", ["x"])) == ""  # a worked example
    assert "euro: alone answers" in remarks(
        column("euro", NOISE.values * 1.1 + 3), NOISE, column("dollar", NOISE.values)
    )


def test_an_account_shows_the_target_and_twenty_columns() -> None:
    wide = [column(f"g{k}", RANDOM.normal(size=N)) for k in range(60)]
    wide[50] = column("id", RANDOM.permutation(N))
    judged = judge(found(*wide, KIND))
    account = account_of(judged)
    assert len(account.lines) == 20
    assert account.lines[0].name == "kind"
    assert "id" in [each.name for each in account.lines]
    assert account.more == (41, True)
    assert account.target == "Target kind (the last column): one of 2 classes (text)"
    assert len(account_of(judged, everything=True).lines) == 61


def test_a_frame_is_judged_by_its_names_and_its_types() -> None:
    frame = pd.DataFrame({"a": [1.5, None, 3, 4], "b": [True, False, True, True], "s": pd.Categorical([*"xyxy"])})
    table = cr.read_table(frame, target="b")
    assert (table.targets, table.features, table.classes) == (("b",), ("a", "s"), ("False", "True"))
    assert account_of(table).read == "the data frame: 4 rows, 3 columns"
    assert cr.read_table(frame.assign(y=[0, 1, 1, 0]), target=["b", "y"]).y.tolist() == [[1, 0], [0, 1], [1, 1], [1, 0]]
    with pytest.raises(cr.SettingError, match="no option delimter, did you mean delimiter"):
        cr.read_table(frame, delimter=";")


cells = st.none() | st.floats(-1e3, 1e3) | st.integers(0, 3).map(float)


@st.composite
def tables(draw: st.DrawFn) -> Found:
    n = draw(st.integers(1, 30))
    numbers = st.lists(cells, min_size=n, max_size=n)
    texts = st.lists(st.none() | st.sampled_from(["a", "b", "ü", ""]), min_size=n, max_size=n)
    columns = draw(st.lists(numbers | texts, min_size=1, max_size=5))
    return found(*(column(f"c{k}", each) for k, each in enumerate(columns)))


@given(tables())
def test_any_table_is_judged_or_refused_in_one_sentence(drawn: Found) -> None:
    try:
        judged = judge(drawn)
    except cr.ChainruleError:
        return
    account_of(judged, everything=True)
    assert len(judged.x) == len(judged.y) == len(judged.raw)
    assert np.isfinite(judged.x).all()
    assert np.isfinite(judged.y).all()
