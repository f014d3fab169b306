"""The target of a table: which column it is, and whether it is a class, a quantity, or several of one of them.

The rules, in this order; `--target-type` stands above them:
- text, yes/no, or two different values: a class, by the values as they occur
- text whose values nearly all differ, and numbers in another writing that only the target has: the person decides
- whole numbers with 3 to 20 different values, each at least three times: a class, and this is said
- all else: a quantity
- several columns: one class where each row has one 1 and else 0; questions where all are 0 or 1; else quantities
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import check_kind
from chainrule.core.errors import DataError, SettingError, choices
from chainrule.core.foreign import said
from chainrule.lab.tables.found import Found, FoundColumn
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.places import at, check_readable
from chainrule.training.data.columns.kinds import Category, Moment
from chainrule.training.data.columns.values import reads_as
from chainrule.training.data.targets import are_questions, varies

MOST_CLASSES = 20
"""The most different whole numbers that are taken for classes."""

LEAST_EACH = 3
"""The rows that each of them has at least."""

NEARLY_ALL = 0.8
"""A text target with more different values than this part of its rows is hardly one of classes."""

FEW = 10
"""Tables with fewer rows are examples, whose classes may all differ."""

ASKED = "--target-type"
"""The reason of what a person decided."""

Target = int | str | Sequence[str] | None
"""A column's name or position, several names, or None for the last column."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What is to be learnt. names: of the columns.  rows: those that have an answer, as indices.

    y: class numbers (n,), quantities (n,) or (n, several), or (n, several) of 0 and 1; without the other rows.
    classes: the names of the classes, by their numbers.  what, why: it in words, and the reason.
    """

    names: tuple[str, ...]
    rows: Array
    y: Array
    classes: tuple[str, ...]
    what: str
    why: str


def chosen(found: Found, target: int | str | Sequence[str]) -> list[FoundColumn]:
    """The target's columns. Names stand before positions, and a name with commas before several names.

    Raises SettingError for a column that isn't there.
    """
    if isinstance(target, int | np.integer):
        return [_column(found, str(target))]
    if isinstance(target, str):
        one = _known(found, target)
        return [one] if one is not None else [_column(found, each) for each in target.split(",")]
    check_kind("target", Sequence, "a column's name or position, or a list of names", target)
    columns = [_column(found, str(each)) for each in target]
    if not columns:
        raise SettingError("target must be a column's name or position, or several; got none.")
    return columns


def _known(found: Found, typed: str) -> FoundColumn | None:
    """The column of this name, or at this position, counted from 0, or from -1 at the end."""
    name = normalize("NFC", typed.strip())
    for each in found.columns:
        if name == each.name:
            return each
    if re.fullmatch("-?[0-9]{1,9}", name) and -len(found.columns) <= int(name) < len(found.columns):
        return found.columns[int(name)]
    return None


def _column(found: Found, typed: str) -> FoundColumn:
    column = _known(found, typed)
    if column is not None:
        return column
    there = choices(typed, [each.name for each in found.columns])
    last = len(found.columns) - 1
    raise SettingError(f"{found.name} has no column {said(typed)}{there}, or a position from 0 to {last}.")


def judge_target(found: Found, columns: Sequence[FoundColumn], options: Options) -> Answer:
    """What the target's columns hold. Raises DataError where that can't be decided, or doesn't fit the options."""
    names = tuple(each.name for each in columns)
    for column in columns:
        check_readable(found, column, options, "--target-type class")
    answered = ~np.logical_or.reduce([each.gaps() for each in columns])
    rows = np.flatnonzero(answered)
    if not len(rows):
        raise DataError(f"{found.name}: the target {columns[0].name} has no values. Name another with --target.")
    if len(columns) > 1:
        return _several(found, columns, names, rows, options)
    column, values = columns[0], columns[0].values[rows]
    if values.dtype.kind == "M":
        values = _as_text_or_number(column, values)
    if values.dtype.kind == "O":
        return _text(found, column, names, rows, values, options)
    return _numbers(found, column, names, rows, values, options)


def _text(
    found: Found, column: FoundColumn, names: tuple[str, ...], rows: Array, values: Array, options: Options
) -> Answer:
    """A target of text: a class."""
    if options.target_type == "quantity":
        first = int(next(i for i, each in enumerate(values.tolist()) if reads_as(each) is None))
        raise DataError(
            f"{at(found, int(rows[first]), column)}: expected a number, since the target is to be a quantity, got "
            f"{said(values[first])}. Correct it, say that it is a gap with --missing-values, or leave --target-type "
            "quantity out."
        )
    kind = Category.of(names[0], values)
    n_classes = len(kind.levels)
    if options.target_type is None and not options.yes and len(rows) >= FEW and n_classes > NEARLY_ALL * len(rows):
        raise DataError(
            f"{found.name}: the target {column.name} is text with {n_classes:,} different values in {len(rows):,} "
            f"rows, such as {said(values[0])}: classes, or a name or comment? If classes, say --target-type class; "
            "else name another column with --target, and leave this one out with --drop."
        )
    why = column.writing or "text"
    return _classes(names, rows, kind.raw(values), kind.levels, why if options.target_type is None else ASKED)


def _numbers(
    found: Found, column: FoundColumn, names: tuple[str, ...], rows: Array, values: Array, options: Options
) -> Answer:
    """A target of numbers: a class or a quantity."""
    wanted = options.target_type
    if wanted is None and not options.yes:
        _check_writing(found, column, rows, values, options)
    different, counts = np.unique(values, return_counts=True)
    n_different, whole = len(different), is_whole(different)
    few = whole and LEAST_EACH <= n_different <= MOST_CLASSES and bool(counts.min() >= LEAST_EACH)
    two = n_different == 2 and varies(values)  # by more than rounding
    if wanted == "class" or (wanted is None and (two or few)):
        kind = Category.of(names[0], different)
        why = "two different values"
        if few:
            why = "whole numbers, each at least three times; if they are amounts, say --target-type quantity"
        return _classes(names, rows, kind.raw(values), kind.levels, why if wanted is None else ASKED)
    why = f"{'whole numbers' if whole else 'numbers'}, {different_ones(n_different)}"
    if whole and n_different > 1:
        why += "; if they are classes, say --target-type class"
    return Answer(names, rows, values.astype(np.float64), (), "a quantity", why if wanted is None else ASKED)


def _check_writing(found: Found, column: FoundColumn, rows: Array, values: Array, options: Options) -> None:
    """Raise DataError where only the target has its numbers in another writing: 3,1 may be a grade or the name of one.

    Another column with the same writing, or an option that names it, decides that they are numbers.
    """
    named = {"decimal comma": options.decimal, "thousands": options.thousands}
    is_decided = any(words in column.writing and option is not None for words, option in named.items())
    others = any(each.writing == column.writing for each in found.columns if each is not column)
    if not column.writing or is_decided or others:
        return
    raise DataError(
        f"{found.name}: the target {column.name} holds numbers in another writing ({column.writing}): quantities, "
        f"such as {values[0]:.10g}, or names of classes? Say --target-type quantity or --target-type class, or --yes "
        "for the first."
    )


def _classes(names: tuple[str, ...], rows: Array, y: Array, classes: tuple[str, ...], why: str) -> Answer:
    n_classes = len(classes)
    what = f"one of {n_classes} classes" if n_classes > 1 else "one class"
    return Answer(names, rows, y.astype(np.int64), classes, what, why)


def _several(
    found: Found, columns: Sequence[FoundColumn], names: tuple[str, ...], rows: Array, options: Options
) -> Answer:
    """Several columns: one class in columns of zeros and ones, yes/no questions, or quantities."""
    values = [column_of_numbers(found, each, rows) for each in columns]
    return judge_columns(found.name, names, rows, np.stack(values, axis=1), options)


def judge_columns(name: str, names: tuple[str, ...], rows: Array, y: Array, options: Options) -> Answer:
    """What targets y (n, several) are: the one-hot columns of one class, yes/no questions, or quantities."""
    if are_questions(y) and options.target_type != "quantity":
        if (y.sum(axis=1) == 1).all():
            why = f"{len(names)} columns, of which each row has one 1 (one-hot)"
            return Answer(names, rows, y.argmax(axis=1), names, f"one of {len(names)} classes", why)
        return Answer(names, rows, y, (), f"{len(names)} yes/no questions", f"{len(names)} columns of 0 and 1")
    if options.target_type == "class":
        raise DataError(
            f"{name}: several targets can be classes only as columns of 0 and 1, and {', '.join(names)} aren't. Name "
            "one of them with --target, or leave --target-type class out."
        )
    return Answer(names, rows, y, (), f"{len(names)} quantities", f"{len(names)} columns of numbers")


def column_of_numbers(found: Found, column: FoundColumn, rows: Array) -> Array:
    """One of several targets: numbers, or the answers to a question, of which the first in its writing is a yes."""
    values = column.values[rows]
    if values.dtype.kind in "biuf":
        return values
    if values.dtype.kind == "O" and column.writing:
        return np.array([float(each == column.writing.partition("/")[0]) for each in values])
    raise DataError(
        f"{at(found, int(rows[0]), column)}: expected a number, since several targets are quantities or questions with "
        f"0 and 1, got {said(str(values[0]))}. Name one target, or other columns, with --target."
    )


def _as_text_or_number(column: FoundColumn, moments: Array) -> Array:
    """Dates as a target: two different ones are classes, by their text; else seconds since 1970."""
    if len(np.unique(moments)) == 2:
        return np.array([str(each) for each in moments.tolist()], object)
    return Moment(column.name).raw(moments)


def different_ones(n: int) -> str:
    """How many values differ, in words."""
    return "all the same" if n == 1 else f"{n:,} different ones"


def is_whole(values: Array) -> bool:
    """Whether all numbers are whole."""
    return bool((values == np.rint(values)).all())
