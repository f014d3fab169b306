"""What is said of a table before anything is learnt: how it was read, its target, and what becomes of each column."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.tables.cautions import Caution, cautions
from chainrule.lab.tables.found import FoundColumn, Reading
from chainrule.lab.tables.inputs import Input
from chainrule.lab.tables.table import Table
from chainrule.lab.tables.targets import is_whole
from chainrule.training.data.columns.kinds import Category, Moment

MOST_SHOWN = 20
"""The most columns that are shown, where not all are asked for."""

MOST_LETTERS = 30
"""The most letters of a column's levels that are shown."""

FRAME = "a data frame"
"""The form whose tables have no other name."""

FILLED = "gaps are filled: of numbers by the median, of text as a level of its own; one more input marks them"
"""What becomes of gaps in the inputs."""

BINS = 12
"""The bars of a histogram of numbers."""


@dataclass(frozen=True)
class Line:
    """A column as it is shown. type, values: what it holds.  gaps: how many.  becomes: what is made of it.

    bars: how many values each part of its range has, or each of its most frequent levels.
    """

    name: str
    type: str
    values: str
    gaps: int
    becomes: str
    bars: tuple[int, ...] = ()


@dataclass(frozen=True)
class Account:
    """All that is said of a table.

    read, target: how it was read, and what is learnt, in a sentence each.  lines: the columns, the most important ones
    first.  more: how many aren't shown, and whether they are like the last one that is.  remarks: what to look at.
    """

    read: str
    target: str
    lines: tuple[Line, ...]
    more: tuple[int, bool]
    remarks: tuple[str, ...]


def account_of(table: Table, everything: bool = False) -> Account:
    """What is said of a table. everything: of all columns, each with a histogram."""
    found = cautions(table)
    targets = [_of_target(table, column) for column in _target_columns(table)]
    inputs = table.inputs if everything else _first(table.inputs, found, MOST_SHOWN - len(targets))
    lines = (*targets, *(_of_input(each) for each in inputs))
    rest = [each for each in table.inputs if each not in inputs] if len(inputs) < len(table.inputs) else []
    alike = len({(type(each.kind), each.left_out) for each in (*rest, *inputs[-1:])}) == 1
    return Account(_read(table), _target(table), lines, (len(rest), alike), tuple(_remarks(table, found)))


def _target_columns(table: Table) -> list[FoundColumn]:
    inputs = {id(each.column) for each in table.inputs}
    return [each for each in table.found.columns if id(each) not in inputs]


def _first(inputs: tuple[Input, ...], found: Iterable[Caution], most: int) -> list[Input]:
    """The inputs with something to look at, and the first of the others, in their order."""
    looked_at = {each.column for each in found if each.column is not None}
    marked = [each for each in inputs if each.name in looked_at or each.column.notes][:most]
    others = [each for each in inputs if each not in marked][: most - len(marked)]
    return sorted((*marked, *others), key=lambda each: each.column.position)


def _read(table: Table) -> str:
    """How the table was read, as "pets.csv: CSV, 61 rows, 3 columns; semicolons between cells, decimal comma"."""
    reading = table.found.reading
    rows, columns = len(table.found), len(table.found.columns)
    part = f" {reading.part}" if reading.part else ""
    size = f"{rows:,} row{'s' * (rows != 1)}, {columns:,} column{'s' * (columns != 1)}"
    how = "; ".join(filter(None, (", ".join(_how(reading)), *reading.notes)))
    form = "" if reading.form == FRAME else f"{reading.form}{part}, "
    return f"{table.name}: {form}{size}{f'; {how}' if how else ''}"


def _how(reading: Reading) -> list[str]:
    words = {",": "commas", ";": "semicolons", "\t": "tabs", " ": "blanks", "|": "pipes"}
    found = []
    if reading.delimiter is not None:
        found.append(f"{words.get(reading.delimiter, reading.delimiter)} between cells")
    if reading.decimal is not None:
        found.append("decimal comma" if reading.decimal == "," else "decimal point")
    if reading.thousands is not None:
        found.append(f"{reading.thousands!r} between thousands")
    if reading.encoding is not None:
        found.append(reading.encoding)
    if reading.skipped:
        found.append(f"{reading.skipped} line{'s' * (reading.skipped != 1)} skipped")
    if reading.delimiter is not None or reading.form == "workbook":  # other forms have names of their own
        found.append("names in the first row" if reading.header else "no names in the first row")
    return found


def _target(table: Table) -> str:
    """What is learnt, and why."""
    answer = table.answer
    last = _target_columns(table)[-1:] == list(table.found.columns[-1:]) and len(answer.names) == 1
    left_out = len(table.found) - len(answer.rows)
    rows = f"; {left_out:,} row{'s' * (left_out != 1)} without it left out" if left_out else ""
    where = " (the last column)" if last else ""
    return f"Target {', '.join(answer.names)}{where}: {answer.what} ({answer.why}){rows}"


def _remarks(table: Table, found: Iterable[Caution]) -> Iterable[str]:
    if np.isnan(table.raw).any():
        yield FILLED
    yield from (each.sentence for each in found if each.column is None)
    for column in table.found.columns:
        yield from (f"{column.name}: {note}" for note in column.notes if not column.gaps().all())
    yield from (f"{each.column}: {each.sentence}" for each in found if each.column is not None)


def _of_target(table: Table, column: FoundColumn) -> Line:
    return Line(column.name, *_described(column), "target", _bars(column))


def _of_input(each: Input) -> Line:
    n_gaps = int(each.column.gaps().sum())
    if each.kind is None:
        becomes = f"left out: {each.left_out}"
    elif isinstance(each.kind, Category):
        becomes = f"one-hot, {len(each.kind.levels)} levels"
    elif isinstance(each.kind, Moment):
        becomes = "parts of the date"
    else:
        becomes = "number"
    filled = ", gaps filled" * (each.kind is not None and n_gaps > 0)
    return Line(each.name, *_described(each.column), becomes + filled, _bars(each.column))


def _described(column: FoundColumn) -> tuple[str, str, int]:
    """The type of a column, its values in brief, and how many gaps it has."""
    missing = column.gaps()
    there, n_gaps = column.values[~missing], int(missing.sum())
    if not len(there):
        return "empty", "", n_gaps
    if there.dtype.kind == "O":
        levels = [name for name, _ in _levels(there)]
        shown, n = levels[0][:MOST_LETTERS], 1
        while n < len(levels) and len(shown) + len(levels[n]) <= MOST_LETTERS:
            shown, n = f"{shown}, {levels[n]}", n + 1
        return "text", f"{len(levels):,}: {shown}{', ...' * (n < len(levels))}", n_gaps
    lowest, highest = there.min(), there.max()
    if there.dtype.kind == "M":
        return "date", f"{_moment(lowest)} ... {_moment(highest)}", n_gaps
    kind = "whole number" if is_whole(there) else "number"
    if column.writing:
        kind += f" ({column.writing})"
    shape = ".15g" if kind.startswith("whole") else ".6g"
    return kind, f"{lowest:{shape}} ... {highest:{shape}}" if lowest < highest else f"{lowest:{shape}}", n_gaps


def _levels(values: Array) -> list[tuple[str, int]]:
    """The different texts of a column, and how many rows have each: the most frequent first."""
    counts: dict[str, int] = {}
    for each in values.tolist():
        counts[each] = counts.get(each, 0) + 1
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _moment(value: np.datetime64) -> str:
    return str(value.astype("datetime64[s]")).removesuffix("T00:00:00").replace("T", " ")


def _bars(column: FoundColumn) -> tuple[int, ...]:
    """How many values each part of the column's range has; of text, each of its most frequent levels."""
    there = column.values[~column.gaps()]
    if not len(there):
        return ()
    if there.dtype.kind == "O":
        return tuple(count for _, count in _levels(there)[:BINS])
    numbers = there.astype(np.int64).astype(np.float64) if there.dtype.kind == "M" else there
    bins = min(BINS, len(np.unique(numbers[:1000])))
    try:
        return tuple(int(each) for each in np.histogram(numbers, bins=bins)[0])
    except ValueError:  # numbers that differ by rounding alone
        return (len(numbers),)
