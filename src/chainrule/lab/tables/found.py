"""What is found in a file or a data frame: typed columns, how they were read, and what was noticed on the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from chainrule.core.arrays import Array


@dataclass(frozen=True)
class Doubt:
    """A cell that can be read in several ways, where nothing in the table decides.

    row: of the cell, counted from 0.  cell: as it is written.  readings: what it would be, and what to say for it, such
    as ("1421", "--thousands ,"); the column's values are those of the first.

    >>> Doubt(0, "1,421", (("1421", "--thousands ,"), ("1.421", "--decimal ,"))).readings[0]
    ('1421', '--thousands ,')
    """

    row: int
    cell: str
    readings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Odd:
    """The first cell of text in a column of numbers. row: counted from 0.  count: how many such cells there are."""

    row: int
    cell: str
    count: int


@dataclass(frozen=True, eq=False)
class FoundColumn:
    """A column as it was found.

    name: unlike all others', in Unicode's form NFC; "" where the table has no names.
    values (n,): float64 with NaN for gaps; objects, str or None for a gap; or datetime64[us] with NaT.
    position: in the table, from 0.
    writing: how its values are written where not plainly: "decimal comma", "thousands comma", "per cent", "$".
    notes: what is to be said of it.  doubts: readings that nothing in the table decides.
    odd: where it holds numbers beside text that no rule explains; its values are text then.
    n_numbers: how many of a text column's cells read as plain numbers.
    levels: of a categorical column of a data frame, in its order.
    """

    name: str
    values: Array
    position: int
    writing: str = ""
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    odd: Odd | None = None
    n_numbers: int = 0
    levels: tuple[str, ...] = ()

    def noting(self, note: str) -> "FoundColumn":
        """The column with one more note, unless that is empty."""
        return replace(self, notes=(*self.notes, note)) if note else self

    def gaps(self) -> Array:
        """Which rows have no value, (n,) bool."""
        if self.values.dtype == object:
            return np.array([each is None for each in self.values], bool)
        missing: Array = np.isnat(self.values) if self.values.dtype.kind == "M" else np.isnan(self.values)
        return missing

    def at(self, rows: Array) -> "FoundColumn":
        """The column of these rows alone, (n,) bool; what is said of a row is of its new place."""
        place = np.cumsum(rows) - 1
        doubts = tuple(replace(each, row=int(place[each.row])) for each in self.doubts)
        odd = None if self.odd is None else replace(self.odd, row=int(place[self.odd.row]))
        return replace(self, values=self.values[rows], doubts=doubts, odd=odd)


@dataclass(frozen=True)
class Reading:
    """How a table was read. form: "CSV", "Excel", "SQLite", "a data frame" and so on; what it doesn't have is None.

    header: whether its first row holds names.  skipped: lines above it.  part: the sheet, or the table of a database.
    notes: what is to be said of the file as a whole.
    """

    form: str
    delimiter: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    header: bool = True
    skipped: int = 0
    part: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Found:
    """A table as it was found. name: of the file, for sentences.  place(row): where a row is, "line 9".

    >>> found = Found("pets.csv", (FoundColumn("weight", np.array([4.5, np.nan]), 0),), Reading("CSV"), by_row)
    >>> len(found), found.column("weight").values.tolist(), found.place(1)
    (2, [4.5, nan], 'row 2')
    """

    name: str
    columns: tuple[FoundColumn, ...]
    reading: Reading
    place: Callable[[int], str]

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    def column(self, name: str) -> FoundColumn:
        """The column of this name. Raises KeyError."""
        return next((each for each in self.columns if each.name == name), None) or _raise(name)


def without_empty_rows(found: Found) -> Found:
    """The table without rows of gaps alone, and a note of how many there were; one column is left as it is."""
    if len(found.columns) < 2:
        return found
    empty = np.ones(len(found), bool)
    for column in found.columns:
        empty &= column.gaps()
        if not empty.any():
            return found
    if empty.all():
        return found
    kept = np.flatnonzero(~empty)
    n = len(empty) - len(kept)
    notes = (*found.reading.notes, f"{n} empty {'row is' if n == 1 else 'rows are'} left out")
    columns = tuple(column.at(~empty) for column in found.columns)
    return Found(found.name, columns, replace(found.reading, notes=notes), partial(_kept, found.place, kept))


def by_number(word: str, numbers: Sequence[int] | Array, row: int) -> str:
    """Where a row is, by its number in the file. A partial of it goes where a table is pickled to, a lambda doesn't.

    >>> by_number("line", [2, 4], 1)
    'line 4'
    """
    return f"{word} {numbers[row]}"


def by_row(row: int) -> str:
    """Where a row of a table without lines is: counted from 1.

    >>> by_row(0)
    'row 1'
    """
    return f"row {row + 1}"


def _kept(place: Callable[[int], str], kept: Array, row: int) -> str:
    return place(int(kept[row]))


def _raise(name: str) -> FoundColumn:
    raise KeyError(name)
