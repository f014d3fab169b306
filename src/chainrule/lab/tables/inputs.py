"""What becomes of each column that isn't the target: a number, a category, a date, or nothing."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError
from chainrule.lab.tables.found import Found, FoundColumn
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.places import at, check_readable
from chainrule.lab.tables.targets import gaps
from chainrule.training.data.columns.kinds import Category, Kind, Moment, Number

MOST_LEVELS = 50
"""The most levels of a category: each is an input of its own."""


@dataclass(frozen=True, eq=False)
class Input:
    """A column as an input. kind: None for one that is left out.  raw: its values as floats (n,)."""

    column: FoundColumn
    name: str
    kind: Kind | None
    raw: Array | None = None
    left_out: str = ""


def judge_input(found: Found, column: FoundColumn, name: str, options: Options) -> Input:
    """What becomes of a column. Raises DataError, with a place and an option, for what can't be decided."""
    if gaps(column.values).all():
        return Input(column, name, None, left_out="empty")
    is_category = is_listed(column, options.categorical)
    if not is_category:
        check_readable(found, column, options, f"--categorical {said_name(column)}")
    if column.values.dtype.kind == "M":
        kind: Kind = Moment(name)
    elif column.values.dtype.kind == "O" or is_category:
        kind = _category(found, column, name)
    else:
        kind = Number(name)
    return Input(column, name, kind, kind.raw(column.values, found.place))


def _category(found: Found, column: FoundColumn, name: str) -> Category:
    kind = Category(name, column.levels) if column.levels else Category.of(name, column.values)
    if len(kind.levels) > MOST_LEVELS:
        first = int(np.flatnonzero(~gaps(column.values))[0])
        raise DataError(
            f"{at(found, first, column)}: text with {len(kind.levels):,} different values, such as "
            f"{kind.levels[0]}; expected at most {MOST_LEVELS}, since each becomes an input. Leave the column out with "
            f"--drop {said_name(column)}."
        )
    return kind


def is_listed(column: FoundColumn, names: Collection[str]) -> bool:
    """Whether a column is among those of an option: by its name, or by its position, from 0, where it has no name."""
    return (column.name or str(column.position)) in names


def said_name(column: FoundColumn) -> str:
    """A column as it is typed behind an option: by its name, in quotes where a shell needs them, or by position."""
    name = column.name or str(column.position)
    if name.replace("_", "").replace("-", "").isalnum():
        return name
    return f"""'"{name}"'""" if "," in name else f"'{name}'"
