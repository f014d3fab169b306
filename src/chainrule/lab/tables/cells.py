"""A column of cells as they are written, understood: numbers in any writing, dates, gaps; what is left is text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.tables.found import Doubt, FoundColumn, Odd
from chainrule.lab.tables.gaps import GAPS, GAPS_AMONG_NUMBERS, sentinel
from chainrule.lab.tables.moments import forms_of, moment
from chainrule.lab.tables.numerals import INFINITE, Numerals, Writing, decided, is_number, taken_apart
from chainrule.lab.tables.options import Options
from chainrule.training.files.csv_text import unguarded

EMPTY = "it is empty"
"""What is said of a column of gaps alone."""

ANSWERS = ({"yes", "no"}, {"true", "false"}, {"y", "n"}, {"t", "f"}, {"on", "off"})
"""Pairs of words that answer a question."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a column: the distinct ones without gaps, stripped, and for each row the place of its cell there.

    places (n,): -1 for a gap.

    >>> cells = Cells.of(["1.5", " 2", None, "?", "2"])
    >>> cells.distinct, cells.places.tolist()
    (('1.5', '2'), [0, 1, -1, -1, 1])
    """

    distinct: tuple[str, ...]
    places: Array

    @classmethod
    def of(cls, texts: Iterable[str | None], missing_values: Iterable[str] = ()) -> "Cells":
        """The cells of a column of texts; None is a gap, and so is what `missing_values` names."""
        gaps = {*GAPS, *missing_values}
        places: dict[str | None, int] = {None: -1}
        distinct: dict[str, int] = {}
        texts = list(texts)
        for text in dict.fromkeys(texts):
            if text is not None:
                cell = text.strip()
                places[text] = -1 if cell in gaps else distinct.setdefault(cell, len(distinct))
        return cls(tuple(distinct), np.fromiter(map(places.__getitem__, texts), np.int64, len(texts)))

    def values(self, by_cell: Mapping[str, object], gap: object, dtype: str) -> Array:
        """The values of the rows (n,), by those of the cells; the cells that have none are gaps."""
        return np.array([*(by_cell.get(cell, gap) for cell in self.distinct), gap], dtype)[self.places]

    def row(self, cell: str) -> int:
        """The first row that has this cell."""
        return int(np.argmax(self.places == self.distinct.index(cell)))

    def among_numbers(self) -> list[str]:
        """The cells without those that are gaps if the others are numbers or dates."""
        return [cell for cell in self.distinct if cell not in GAPS_AMONG_NUMBERS]


def decimal_marks(cells: Cells) -> set[str]:
    """The decimal marks with which a column's cells can be numbers: one where they decide it; none for text.

    >>> decimal_marks(Cells.of(["1,5", "2"])), sorted(decimal_marks(Cells.of(["1,421"])))
    ({','}, [',', '.'])
    """
    asked = cells.among_numbers()
    if all(map(Writing().fits, asked)):
        return {"."} if any("." in cell and not Writing(",", ".").fits(cell) for cell in asked) else {".", ","}
    numerals = taken_apart(asked)
    return {each.decimal for each in numerals.fitting(None, None)} if numerals is not None else set()


def decided_mark(columns: Iterable[Cells]) -> str | None:
    """The decimal mark that columns decide, if they agree."""
    decided = {next(iter(marks)) for marks in map(decimal_marks, columns) if len(marks) == 1}
    return decided.pop() if len(decided) == 1 else None


def understood(name: str, position: int, cells: Cells, options: Options, mark: str | None, first: str) -> FoundColumn:
    """The column of these cells.

    mark: the decimal mark that other columns decide, if they do.  first: the one of the likelier reading, in a doubt.
    """
    if name not in options.categorical:
        asked = cells.among_numbers()
        if not asked:
            return FoundColumn(name, np.full(len(cells.places), np.nan), position, notes=(EMPTY,))
        found = _numbers(name, position, cells, asked, options, mark, first) or _moments(name, position, cells, asked)
        if found is not None:
            return found
    return _text(name, position, cells, options)


def number_column(name: str, position: int, values: Array, options: Options, writing: str = "") -> FoundColumn:
    """The column of these numbers (n,), float64, in which the numbers among `missing_values` become gaps."""
    missing = [float(each) for each in options.missing_values if is_number(each) and "," not in each]
    if missing:
        values = np.where(np.isin(values, missing), np.nan, values)
    strange = sentinel(values)
    notes = () if strange is None else (f"{strange:.15g} looks like a gap: --missing-values {strange:.15g}",)
    if np.isnan(values).all():
        notes = (EMPTY,)
    return FoundColumn(name, values, position, writing, notes)


def _numbers(
    name: str, position: int, cells: Cells, asked: list[str], options: Options, mark: str | None, first: str
) -> FoundColumn | None:
    infinite = {cell: float(cell) for cell in asked if INFINITE.fullmatch(cell)}
    numerals = taken_apart(cell for cell in asked if cell not in infinite)
    fitting = numerals.fitting(options.mark, options.thousands) if numerals is not None else []
    if numerals is None or not fitting:
        return None
    writing, doubts = _chosen(cells, numerals, fitting, mark, first)
    values = cells.values(numerals.values(writing) | infinite, np.nan, "f8")
    words = [str(writing)] if numerals.shows(writing) else []
    words += [numerals.currency] if numerals.currency else ["per cent"] if numerals.per_cent else []
    found = number_column(name, position, values, options, " and ".join(words))
    return found if not doubts else FoundColumn(name, values, position, found.writing, found.notes, doubts)


def _chosen(
    cells: Cells, numerals: Numerals, fitting: list[Writing], mark: str | None, first: str
) -> tuple[Writing, tuple[Doubt, ...]]:
    """The writing of a column, of those that fit: as the table decides; else the likelier, and the doubt."""
    with_mark = [each for each in fitting if mark is None or each.decimal == mark] or fitting
    if Writing() in with_mark or decided(with_mark, numerals):
        return with_mark[0], ()
    likely = sorted(with_mark, key=lambda each: each.decimal != first)
    cell = next(cell for cell, digits in numerals.digits.items() if len({w.value(digits) for w in likely}) > 1)
    readings: dict[float, tuple[str, str]] = {}
    for each in likely:
        value = numerals.values(each)[cell]
        option = f"--decimal {each.decimal}" if each.thousands == "" else f"--thousands {each.thousands}"
        readings.setdefault(value, (f"{value:.15g}", option))
    return likely[0], (Doubt(cells.row(cell), cell, tuple(readings.values())),)


def _moments(name: str, position: int, cells: Cells, asked: list[str]) -> FoundColumn | None:
    forms = forms_of(asked)
    if not forms:
        return None
    if "/" in asked[0] and "month first" in forms:
        forms.sort(key=lambda form: form != "month first")
    by_form = [{cell: moment(cell, form) for cell in asked} for form in forms]
    doubtful = next((cell for cell in asked if len({by_cell[cell] for by_cell in by_form}) > 1), None)
    doubts: tuple[Doubt, ...] = ()
    if doubtful is not None:
        dates = [str(by_cell[doubtful])[:10] for by_cell in by_form]
        doubts = (Doubt(cells.row(doubtful), doubtful, ((dates[0], "--yes"), (dates[1], "write the dates so"))),)
    values = cells.values(by_form[0], np.datetime64("NaT"), "datetime64[us]")
    return FoundColumn(name, values, position, "" if forms[0] == "year first" else forms[0], doubts=doubts)


def _other_writing(cells: Cells, options: Options) -> int:
    """The row of the first cell with which no writing fits all up to there; of the first one where none does."""
    known = cells.distinct
    for k in range(1, len(known) + 1):
        numerals = taken_apart(known[:k])
        if numerals is None or not numerals.fitting(options.mark, options.thousands):
            return cells.row(known[k - 1])
    return cells.row(known[0])


def _text(name: str, position: int, cells: Cells, options: Options) -> FoundColumn:
    texts = np.array([*map(unguarded, cells.distinct), None], dtype=object)
    values = texts[cells.places]
    numbers = np.array([*map(is_number, cells.distinct), False])[cells.places]
    n_numbers, n_known = int(numbers.sum()), int((cells.places >= 0).sum())
    odd = None
    if 2 * n_numbers > n_known and name not in options.categorical:
        row = int(np.argmax(~numbers & (cells.places >= 0)))  # 0 where all are numbers, in several writings
        if n_numbers == n_known:
            row = _other_writing(cells, options)
        odd = Odd(row, cells.distinct[cells.places[row]], n_known - n_numbers)
    pair = {cell.lower() for cell in cells.distinct}
    writing = "/".join(sorted(cells.distinct, reverse=True)) if pair in ANSWERS and len(cells.distinct) == 2 else ""
    return FoundColumn(name, values, position, writing, odd=odd, n_numbers=n_numbers)
