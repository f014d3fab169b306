"""What in a table should make a person look twice: identities, leaks, constants, contradictions, rare classes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.tables.inputs import Input, said_name
from chainrule.lab.tables.table import Table
from chainrule.lab.tables.targets import FEW, is_whole
from chainrule.training.data.columns.kinds import Category, Number

SEEN_FIRST = 1_000
"""The rows in which a column is looked at first: most columns of measurements are told there."""

STRAIGHT = 0.9999
"""The correlation from which an input counts as the target in another unit."""

WITH_UNIT = re.compile(r"[+-]?[0-9][0-9.,]* ?([^0-9., ]+)")
"""A number with its unit, such as 11.0 cm."""

EXACT = 2.0**53
"""The size from which numbers are too far apart to tell whole ones from each other."""

RARE = 3
"""The rows that a class needs to be learnt, validated and tested."""


@dataclass(frozen=True)
class Caution:
    """Something to look at twice. column: its name; None where it is about the rows or the target as a whole."""

    column: str | None
    sentence: str


def cautions(table: Table) -> list[Caution]:
    """All that there is to look at twice, the target first."""
    found = [Caution(None, sentence) for sentence in (*_of_target(table), *_of_rows(table))]
    column = 0
    for each in table.inputs:
        if each.kind is not None:
            found += [Caution(each.name, sentence) for sentence in _of_input(table, each, table.raw[:, column])]
            column += 1
    return found


def _of_target(table: Table) -> Iterator[str]:
    if len(table) < 2:  # a worked example
        return
    names = ", ".join(table.targets)
    if (table.y == table.y[0]).all():
        shown = table.classes[0] if table.classes else f"{table.y.reshape(-1)[0]:.10g}"
        in_all = f"all {len(table):,} rows" if len(table) > 1 else "the only row"
        yield f"the target {names} is {shown} in {in_all}: there is nothing to learn"
    elif table.classes:
        counts = np.bincount(table.y, minlength=len(table.classes)).tolist()
        rare = [f"{name} ({n} row{'s' * (n != 1)})" for name, n in zip(table.classes, counts, strict=True) if n < RARE]
        if rare:
            listed = ", ".join(rare[:5]) + (f" and {len(rare) - 5} more" if len(rare) > 5 else "")
            yield f"classes too rare for learnt, validation and test rows: {listed}"
        yield from (f"the target {names}: {sentence}" for sentence in _of_names(table.classes))


def _of_names(names: Sequence[str]) -> Iterator[str]:
    """Names that a person may take for one, or for numbers."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.casefold(), []).append(name)
    several = [" and ".join(each) for each in alike.values() if len(each) > 1]
    if several:
        yield f"{', '.join(several[:3])} differ in capitals alone: write them alike if they are one"
    units = {found[1] if (found := WITH_UNIT.fullmatch(name)) else "" for name in names}
    if len(names) > 2 and len(units) == 1 and units != {""}:
        yield f"each is a name, such as {names[0]}: write them without {units.pop()} if they are numbers"


def _of_rows(table: Table) -> Iterator[str]:
    """Rows with the same inputs and different answers."""
    if table.raw.ndim != 2 or not table.kinds:
        return
    answers: dict[bytes, set[bytes]] = {}
    keys = [row.tobytes() for row in table.raw]
    for key, y in zip(keys, table.y, strict=True):
        answers.setdefault(key, set()).add(y.tobytes())
    torn = sum(len(answers[key]) > 1 for key in keys)
    if not torn:
        return
    several = sum(len(each) > 1 for each in answers.values())
    yield (
        f"{torn:,} of {len(table):,} rows have the same inputs as others with another answer "
        f"({several:,} of {len(answers):,} different inputs)"
    )


def _of_input(table: Table, column: Input, raw: Array) -> Iterator[str]:
    there = raw[~np.isnan(raw)]
    advice = f"--drop {said_name(column.name)} leaves it out"
    if isinstance(column.kind, Category):
        yield from _of_names(column.kind.levels)
    if len(there) < 2:
        return
    if isinstance(column.kind, Number) and (np.abs(there) >= EXACT).all() and is_whole(there):
        yield f"numbers of more than 15 digits, which are rounded: an id? ({advice})"
        return
    if (there == there[0]).all():
        yield f"always the same: it says nothing ({advice})"
        return
    if _is_row_number(column, raw):
        yield f"a row number in disguise? It grows by the same step from row to row ({advice})"
    elif isinstance(column.kind, Number) and _are_days(there):
        yield f"dates, such as {there[0]:.0f}? They are learnt as numbers; with marks, as 2026-03-31, they become dates"
    elif _all_differ(column, there):
        yield f"every value differs: a name or a number of the row, an id? ({advice})"
    elif _answers(table, column, raw):
        yield f"alone answers the target: would it be known before the answer is? ({advice})"


def _is_row_number(column: Input, raw: Array) -> bool:
    if not isinstance(column.kind, Number) or len(raw) < FEW or not is_whole(raw[:FEW]):
        return False
    step = raw[1] - raw[0]
    return bool(step != 0 and (np.diff(raw) == step).all())


def _are_days(there: Array) -> bool:
    """Whether all numbers are dates in eight digits, as 20260331."""
    years, months, days = there // 10_000, there // 100 % 100, there % 100
    if len(np.unique(there[:SEEN_FIRST])) < 3 or not is_whole(there):
        return False
    parts = ((years, 1800, 2200), (months, 1, 12), (days, 1, 31))
    return all(bool(((low <= part) & (part <= high)).all()) for part, low, high in parts)


def _all_differ(column: Input, there: Array) -> bool:
    """Whether a category's or a whole number's values all differ, as those of an id."""
    if len(there) < FEW or not isinstance(column.kind, Number | Category):
        return False
    first = there[:SEEN_FIRST]
    if len(np.unique(first)) < len(first) or not is_whole(there):
        return False
    return len(np.unique(there)) == len(there)


def _answers(table: Table, column: Input, raw: Array) -> bool:
    """Whether a column alone determines the classes, value by value, or follows a quantity in a straight line."""
    y = table.y
    if y.ndim > 1 or len(y) < FEW or np.isnan(raw).any():
        return False
    if table.classes:
        return _determines(raw[:SEEN_FIRST], y[:SEEN_FIRST]) and _determines(raw, y)
    if not isinstance(column.kind, Number):
        return False
    dx, dy = raw - raw.mean(), y - y.mean()
    size = np.sqrt((dx @ dx) * (dy @ dy))
    return bool(size > 0 and abs(dx @ dy) >= STRAIGHT * size)


def _determines(values: Array, y: Array) -> bool:
    """Whether rows with the same value have the same class, and most values occur more than once."""
    order = np.lexsort((y, values))
    new_value = np.diff(values[order]) != 0
    n_values = int(new_value.sum()) + 1
    is_torn = (~new_value & (np.diff(y[order]) != 0)).any()
    return bool(len(np.unique(y)) > 1 and 2 * n_values <= len(y) and not is_torn)
