"""What becomes of each column that isn't the target: a number, a category, a date, or nothing."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.errors import DataError
from chainrule.lab.tables.found import Found, FoundColumn
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.places import at, check_readable
from chainrule.training.data.columns.kinds import Category, Kind, Moment, Number

MOST_LEVELS = 50
"""The most levels of a category: each is an input of its own."""


@dataclass(frozen=True, eq=False)
class Input:
    """A column as an input. kind: None for one that is left out, which says why."""

    column: FoundColumn
    kind: Kind | None
    left_out: str = ""

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name


def judge_input(found: Found, column: FoundColumn, options: Options) -> Input:
    """What becomes of a column. Raises DataError, with a place and an option, for what can't be decided."""
    if column.gaps().all():
        return Input(column, None, left_out="empty")
    is_category = column.name in options.categorical
    if not is_category:
        check_readable(found, column, options, f"--categorical {said_name(column.name)}")
    if column.values.dtype.kind == "M":
        kind: Kind = Moment(column.name)
    elif column.values.dtype.kind == "O" or is_category:
        kind = _category(found, column)
    else:
        kind = Number(column.name)
    return Input(column, kind)


def _category(found: Found, column: FoundColumn) -> Category:
    kind = Category(column.name, column.levels) if column.levels else Category.of(column.name, column.values)
    if len(kind.levels) > MOST_LEVELS:
        first = int(np.flatnonzero(~column.gaps())[0])
        raise DataError(
            f"{at(found, first, column)}: text with {len(kind.levels):,} different values, such as "
            f"{kind.levels[0]}; expected at most {MOST_LEVELS}, since each becomes an input. Leave the column out with "
            f"--drop {said_name(column.name)}."
        )
    return kind


def said_name(name: str) -> str:
    """A column's name as it is typed behind an option: in quotes where a shell needs them; twice, with a comma in it.

    >>> print(said_name("weight"), said_name("body weight"), said_name("Druck, hPa"))
    weight "body weight" '"Druck, hPa"'
    """
    if name.replace("_", "").replace("-", "").isalnum():
        return name
    return f"""'"{name}"'""" if "," in name else f'"{name}"'
