"""CSV files, found: how one is laid out and written is asked of its first part; then all of it is read."""

import csv
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from chainrule.core.errors import DataError, FileError
from chainrule.lab.tables.cells import Cells, decided_mark, number_column, understood
from chainrule.lab.tables.csv_cells import Body
from chainrule.lab.tables.csv_piece import RowForm
from chainrule.lab.tables.database import database
from chainrule.lab.tables.decoded import Text
from chainrule.lab.tables.dialect import Dialect, Rows, dialect_of, head_of
from chainrule.lab.tables.found import Found, FoundColumn, Reading, by_number, without_empty_rows
from chainrule.lab.tables.header import counts_on, is_header, names_of
from chainrule.lab.tables.inputs import said_name
from chainrule.lab.tables.numerals import Writing
from chainrule.lab.tables.options import Options

MOST_COLUMNS = 50_000
"""The most columns that a table may have."""

ROWS = 1000
"""The rows of the first part that are asked how they are written."""


@dataclass(frozen=True)
class Layout:
    """What is known of a text file before it is read. dialect: how it is cut.  start, line: where its samples begin.

    names: of the columns.  header: whether they stand in the file.  rows: the first samples.  noted: what is to be said
    of each column; notes: of the table.  form: "CSV" or another.
    """

    dialect: Dialect
    start: int
    line: int
    names: tuple[str, ...]
    header: bool
    rows: Rows
    noted: tuple[str, ...]
    notes: tuple[str, ...] = ()
    form: str = "CSV"


def found_csv(text: Text, options: Options) -> Found:
    """The table in a CSV file. Raises FileError for what isn't one, DataError for one without samples."""
    return read(text, layout_of(text, options), options)


def layout_of(text: Text, options: Options) -> Layout:
    """How a CSV file is laid out, as its first part tells."""
    lines = head_of(text)
    dialect = dialect_of(text.name, lines, options)
    lines = lines[dialect.skipped :]
    places, rows = _first_rows(text.name, dialect, lines)
    width = _width(text.name, rows)
    rows[0] = _as_wide(rows[0], rows[1:], width)
    whole = [row for row in rows[1:] if len(row) == width]
    header = options.header
    if header is None:
        header = len(rows[0]) == width and is_header(rows[0], whole)
    names, noted, notes = _names(dialect, rows[0], whole, width, header)
    n_above = (places[1] if len(places) > 1 else len(lines)) if header else places[0]
    start = dialect.start + sum(len(each.encode()) for each in lines[:n_above])
    samples = whole if header or len(rows[0]) != width else [rows[0], *whole]
    return Layout(dialect, start, 1 + dialect.skipped + n_above, names, header, samples, noted, notes)


def read(text: Text, layout: Layout, options: Options) -> Found:
    """All of a file that is laid out so. Raises as `found_csv`."""
    names, dialect = layout.names, layout.dialect
    asked = [Cells.of((row[j] for row in layout.rows), options.missing_values) for j in range(len(names))]
    mark = options.mark or decided_mark(asked)
    plain = Writing(mark or ".")
    numbers = [
        j
        for j, cells in enumerate(asked)
        if names[j] not in options.categorical and all(map(plain.fits, cells.distinct))
    ]
    form = RowForm(text.name, dialect, len(names), plain.decimal, options.missing_values)
    body = Body(text, form, layout.start, layout.line)
    with database(os.path.dirname(text.path)) as connection:
        columns, texts, line_of = body.read(connection, numbers)
    if len(line_of) == 0:
        raise DataError(f"{text.name} has a header but no samples; expected a row for each sample.")

    written = {j: Cells.of(values, options.missing_values) for j, values in texts.items()}
    mark = mark or decided_mark(written.values())
    likelier = "," if dialect.delimiter == ";" else "."
    found = []
    for j, name in enumerate(names):
        if j in columns:
            is_comma = plain.decimal == "," and any("," in cell for cell in asked[j].distinct)
            column = number_column(name, j, columns.pop(j), options, "decimal comma" if is_comma else "")
        else:
            column = understood(name, j, written[j], options, mark, likelier)
        found.append(column.noting(layout.noted[j]).noting(_code_note(name, column, asked[j])))
    reading = Reading(
        layout.form,
        delimiter=dialect.delimiter,
        decimal=mark,
        thousands=options.thousands,
        encoding=text.encoding,
        header=layout.header,
        skipped=dialect.skipped,
        notes=(*text.notes, *layout.notes),
    )
    return without_empty_rows(Found(text.name, tuple(found), reading, partial(by_number, "line", line_of)))


def _code_note(name: str, column: FoundColumn, cells: Cells) -> str:
    """What is said of numbers written as codes are: all of one length, from 3 digits on, some with a 0 first."""
    known = cells.distinct
    is_code = all(each.isdecimal() and len(each) == len(known[0]) > 2 for each in known)
    zero = next((each for each in known if each.startswith("0")), None)
    if column.values.dtype.kind != "f" or not is_code or zero is None or len(known) < 2:
        return ""
    return f"a code, such as {zero}? It is read as a number: --categorical {said_name(name)}"


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
