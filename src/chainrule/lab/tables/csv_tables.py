"""CSV files, found: how one is cut and written is asked of its first part; then all of it is read."""

import csv
import os
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError, FileError
from chainrule.lab.tables.cells import Cells, decimal_marks, number_column, understood
from chainrule.lab.tables.csv_cells import Body
from chainrule.lab.tables.database import database
from chainrule.lab.tables.decoded import Text
from chainrule.lab.tables.dialect import Dialect, Rows, dialect_of, head_of
from chainrule.lab.tables.found import Found, Reading, without_empty_rows
from chainrule.lab.tables.header import counts_on, is_header, names_of
from chainrule.lab.tables.numerals import Writing
from chainrule.lab.tables.options import Options

MOST_COLUMNS = 100_000
"""The most columns that a table may have."""

ROWS = 1000
"""The rows of the first part that are asked how they are written."""


def found_csv(text: Text, options: Options) -> Found:
    """The table in a text file. Raises FileError for what isn't one, DataError for one without samples."""
    lines = head_of(text)
    dialect = dialect_of(text.name, lines, options)
    places, rows = _first_rows(text.name, dialect, lines[dialect.skipped :])
    width = _width(text.name, rows)
    rows[0] = _as_wide(rows[0], rows[1:], width)
    rest = [row for row in rows[1:] if len(row) == width]
    header = options.header
    if header is None:
        header = len(rows[0]) == width and is_header(rows[0], rest)
    names, notes_on_names, notes = _names(dialect, rows[0], rest, width, header)
    n_above = (places[1] if len(places) > 1 else len(lines) - dialect.skipped) if header else places[0]
    start = dialect.start + sum(len(each.encode()) for each in lines[dialect.skipped :][:n_above])
    asked = [Cells.of((row[j] for row in rest), options.missing_values) for j in range(width)]
    if not header and len(rows[0]) == width:
        asked = [Cells.of((row[j] for row in [rows[0], *rest]), options.missing_values) for j in range(width)]

    mark = options.mark or _mark(asked)
    plain = Writing(mark or ".")
    numbers = [
        j
        for j, cells in enumerate(asked)
        if names[j] not in options.categorical and all(plain.value(cell) is not None for cell in cells.distinct)
    ]
    body = Body(text, dialect, width, start, 1 + dialect.skipped + n_above, plain.decimal, options.missing_values)
    with database(os.path.dirname(text.path)) as connection:
        read, texts, line_of = body.read(connection, numbers)
    if len(line_of) == 0:
        raise DataError(f"{text.name} has a header but no samples; expected a row for each sample.")

    written = {j: Cells.of(values, options.missing_values) for j, values in texts.items()}
    mark = mark or _mark(list(written.values()))
    first = "," if dialect.delimiter == ";" else "."
    columns = []
    for j, name in enumerate(names):
        if j in read:
            shown = "decimal comma" if plain.decimal == "," and _has(asked[j], ",") else ""
            column = number_column(name, j, read[j], options, shown)
        else:
            column = understood(name, j, written[j], options, mark, first)
        columns.append(column.noting(notes_on_names[j]))
    reading = Reading(
        "CSV",
        delimiter=dialect.delimiter,
        decimal=mark,
        thousands=options.thousands,
        encoding=text.encoding,
        header=header,
        skipped=dialect.skipped,
        notes=(*text.notes, *dialect.notes, *notes),
    )
    return without_empty_rows(Found(text.name, tuple(columns), reading, _by_line(line_of)))


def _first_rows(name: str, dialect: Dialect, lines: Sequence[str]) -> tuple[list[int], Rows]:
    try:
        found = list(islice(dialect.numbered(lines), ROWS))
    except csv.Error as error:
        raise FileError(f"{name}: expected rows of CSV ({error}); say --delimiter, or correct the file.") from None
    if not found:
        raise DataError(f"{name} is empty; expected a row for each sample.")
    return [at for at, _ in found], [row for _, row in found]


def _width(name: str, rows: Rows) -> int:
    """The cells of a row: as most rows have."""
    width = Counter(map(len, rows[1:] or rows)).most_common(1)[0][0]
    if width > MOST_COLUMNS:
        raise FileError(
            f"{name}: expected at most {MOST_COLUMNS:,} columns, got {width:,}; is it cut rightly? Say --delimiter."
        )
    return width


def _as_wide(first: list[str], rest: Rows, width: int) -> list[str]:
    """The first row; a header that lacks one name gets an empty one: behind, where the rows end in a delimiter; else
    before, where R's write.table puts the names of rows.
    """
    if len(first) != width - 1:
        return first
    is_end_empty = all(not row[-1].strip() for row in rest if len(row) == width)
    return [*first, ""] if is_end_empty else ["", *first]


def _names(
    dialect: Dialect, first: list[str], rest: Rows, width: int, header: bool
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The names of the columns, what is to be said of each, and of the table."""
    notes: tuple[str, ...] = ()
    cells = first if header else [""] * width
    if header and counts_on(first):
        notes = (
            f"the first row, {', '.join(first[:3])}{', ...' if width > 3 else ''}, is taken for names: --no-header",
        )
    if not header and dialect.comment:
        above = next(iter(dialect.rows([dialect.comment])), [])
        if len(above) == width and is_header(above, [first, *rest]):
            cells, notes = above, ("the names are those in the comment above the table",)
    names, of_each = names_of([*cells, *[""] * width][:width])
    return names, of_each, notes


def _mark(columns: Sequence[Cells]) -> str | None:
    """The decimal mark that columns decide, if they agree."""
    decided = {next(iter(marks)) for marks in map(decimal_marks, columns) if len(marks) == 1}
    return decided.pop() if len(decided) == 1 else None


def _has(cells: Cells, mark: str) -> bool:
    return any(mark in cell for cell in cells.distinct)


class _by_line:  # noqa: N801  # called as a function; unlike a lambda it can be pickled
    """Where a row is: the number of its line in the file."""

    def __init__(self, lines: Array) -> None:
        self.lines = lines

    def __call__(self, row: int) -> str:
        return f"line {self.lines[row]}"
