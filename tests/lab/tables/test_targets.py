"""The target of a table: by which rules it is a class or a quantity, and where a person has to say so."""

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.tables.judge import judge
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.table import Table
from chainrule.lab.tables.targets import Answer
from tabled import column, found

GRADES = [1.3, 1.7, 2.0, 2.3, 3.1, 3.7, 4.0, 1.0, 2.7, 3.3]


def judged(values: Any, *, writing: str = "", **options: Any) -> Answer:
    """What a target is, beside one input."""
    n = len(values)
    target = column("y", values, writing=writing)
    return judge(found(column("a", np.sin(np.arange(n))), target), None, Options(**options)).answer


# One column


@pytest.mark.parametrize(
    ("values", "classes", "y"),
    [
        (["cat", "dog", "cat"], ("cat", "dog"), [0, 1, 0]),
        ([2, 1, 2], ("1", "2"), [1, 0, 1]),
        ([-1, 1, 1], ("-1", "1"), [0, 1, 1]),
        ([7, 5, 5], ("5", "7"), [1, 0, 0]),
        ([0.5, 1.5, 0.5], ("0.5", "1.5"), [0, 1, 0]),
        ([1, 2, 3] * 3, ("1", "2", "3"), [0, 1, 2] * 3),
        ([10, 9, 8, 10, 9, 8, 10, 9, 8], ("8", "9", "10"), [2, 1, 0] * 3),
        (["10", "9", "cat"], ("9", "10", "cat"), [1, 0, 2]),
    ],
)
def test_text_two_values_and_a_few_recurring_whole_numbers_are_classes_as_they_occur(
    values: Any, classes: tuple[str, ...], y: list[int]
) -> None:
    answer = judged(values)
    assert (answer.classes, answer.y.tolist()) == (classes, y)
    assert answer.y.dtype == np.int64


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 3, 3, 3],  # not three times each
        [1.5, 2.5, 3.5] * 3,  # not whole
        [*range(21)] * 3,  # too many
        [4.0] * 5,
    ],
)
def test_other_numbers_are_quantities(values: list[float]) -> None:
    answer = judged(values)
    assert (answer.classes, answer.y.tolist(), answer.what) == ((), values, "a quantity")


def test_whole_numbers_are_said_to_be_what_they_are_taken_for_with_the_option_for_the_other() -> None:
    assert "--target-type quantity" in judged([1, 2, 3] * 3).why
    assert "--target-type class" in judged([1, 2, 3, 4]).why
    assert "--target-type" not in judged([0.5, 2.5, 3.5]).why


def test_a_person_decides_otherwise() -> None:
    assert judged([1, 2, 3] * 3, target_type="quantity").y.tolist() == [1, 2, 3] * 3
    assert judged([1, 2, 3, 4], target_type="class").classes == ("1", "2", "3", "4")
    assert judged([0, 1, 1], target_type="quantity").classes == ()
    with pytest.raises(cr.DataError, match=r"pets.csv, line 3, column y: expected a number.*got 'dog'.*leave"):
        judged(["1", "dog", "2"], target_type="quantity")


def test_yes_and_no_are_classes_by_their_words() -> None:
    answer = judged(["FALSE", "TRUE", "TRUE"], writing="TRUE/FALSE")
    assert (answer.classes, answer.y.tolist(), answer.why) == (("FALSE", "TRUE"), [0, 1, 1], "TRUE/FALSE")


def test_text_that_nearly_always_differs_is_asked_about() -> None:
    names = [f"subject {k}" for k in range(12)]
    with pytest.raises(cr.DataError, match=r"y is text with 12 different values in 12 rows.*--target-type class"):
        judged(names)
    assert len(judged(names, target_type="class").classes) == 12
    assert len(judged(names, yes=True).classes) == 12
    assert len(judged(names[:9]).classes) == 9  # an example of a few rows


def test_numbers_that_only_the_target_writes_in_another_way_are_asked_about() -> None:
    with pytest.raises(cr.DataError, match=r"decimal comma\): quantities, such as 1.3, .*--target-type class"):
        judged(GRADES, writing="decimal comma")
    assert judged(GRADES, writing="decimal comma", yes=True).what == "a quantity"
    assert judged(GRADES, writing="decimal comma", decimal=",").what == "a quantity"
    assert judged(GRADES, writing="decimal comma", target_type="class").classes[0] == "1"
    others = column("a", GRADES, writing="decimal comma"), column("y", GRADES, writing="decimal comma")
    assert judge(found(*others)).answer.what == "a quantity"


def test_dates_are_seconds_or_two_classes() -> None:
    days = np.array(["2024-01-01", "2024-01-02", "2024-01-04"], "datetime64[us]")
    assert np.diff(judged(days).y).tolist() == [86_400, 2 * 86_400]
    assert judged(days[:2]).classes == ("2024-01-01 00:00:00", "2024-01-02 00:00:00")


def test_rows_without_a_target_are_left_out() -> None:
    table = judge(found(column("a", [1, 2, 3]), column("y", ["cat", None, "dog"])))
    assert (table.raw[:, 0].tolist(), table.y.tolist()) == ([1, 3], [0, 1])
    with pytest.raises(cr.DataError, match=r"target y has no values.*--target"):
        judge(found(column("a", [1, 2]), column("y", [None, None])))


# Which column


def of(target: Any) -> Table:
    years = [column(name, values) for name, values in {"2019": [1, 2], "2020": [3, 4], "Größe, m": [5, 6]}.items()]
    return judge(found(*years), target)


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (None, "Größe, m"),
        (-1, "Größe, m"),
        (0, "2019"),
        ("0", "2019"),
        (2020, "2020"),
        ("2020", "2020"),
        ("Größe, m", "Größe, m"),
        ("Gro\u0308ße, m", "Größe, m"),
        (["2020"], "2020"),
    ],
)
def test_a_target_is_named_names_before_positions(target: Any, name: str) -> None:
    table = of(target)
    assert table.targets == (name,)
    assert len(table.features) == 2


def test_an_unknown_target_is_answered_by_the_names() -> None:
    with pytest.raises(cr.SettingError, match=r"no column '202'.*Choose from 2019, 2020, Größe, m, or a position"):
        of("202")
    with pytest.raises(cr.SettingError, match="no column '3'"):
        of(3)
    with pytest.raises(cr.SettingError, match="got none"):
        of([])


# Several columns


def several(target: Any = "b,c,d", **columns: Any) -> Answer:
    return judge(
        found(column("a", [1, 2, 3, 4]), *(column(name, each) for name, each in columns.items())), target
    ).answer


def test_several_columns_are_quantities_questions_or_one_class() -> None:
    quantities = several("b,c", b=[1, 2, 3, 4], c=[5, 6, 7, 8])
    assert (quantities.y.tolist(), quantities.what) == ([[1, 5], [2, 6], [3, 7], [4, 8]], "2 quantities")
    questions = several(b=[0, 1, 1, 0], c=[1, 1, 0, 0], d=[0, 0, 0, 1])
    assert (questions.y.shape, questions.classes, questions.what) == ((4, 3), (), "3 yes/no questions")
    one_hot = several(b=[0, 1, 0, 0], c=[1, 0, 0, 0], d=[0, 0, 1, 1])
    assert (one_hot.y.tolist(), one_hot.classes) == ([1, 0, 2, 2], ("b", "c", "d"))
    assert "one-hot" in one_hot.why


def test_words_answer_questions() -> None:
    others = column("b", ["no", "yes", "yes"], writing="yes/no"), column("c", [0, 1, 0])
    assert judge(found(column("a", [1, 2, 3]), *others), "b,c").y.tolist() == [[0, 0], [1, 1], [1, 0]]


def test_a_row_must_have_all_of_several_targets() -> None:
    assert several("b,c", b=[1, None, 3, 4], c=[5, 6, 7, None]).rows.tolist() == [0, 2]


def test_several_targets_of_text_are_refused() -> None:
    with pytest.raises(cr.DataError, match=r"line 2, column c: expected a number.*got 'x'"):
        several("b,c", b=[1, 2, 3, 4], c=["x", "y", "x", "y"])
    with pytest.raises(cr.DataError, match="columns of 0 and 1"):
        judge(found(column("a", [1, 2]), column("b", [1, 2]), column("c", [5, 6])), "b,c", Options(target_type="class"))
