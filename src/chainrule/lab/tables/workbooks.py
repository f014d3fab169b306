"""Workbooks, found: Excel's and OpenDocument's, by python-calamine."""

import io
from functools import partial

from chainrule.core.errors import DataError, SettingError, choices
from chainrule.core.extras import missing_extra
from chainrule.core.foreign import said
from chainrule.lab.tables.archives import check_archive
from chainrule.lab.tables.found import Found, Reading, by_number, without_empty_rows
from chainrule.lab.tables.header import is_header
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.typed import text_of, typed_columns
from chainrule.training.files.reading import Source

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How workbooks begin: those of XML in an archive, and Excel's until 2003."""


def is_workbook(source: Source) -> bool:
    """Whether this is a workbook, or an archive that could be one."""
    return source.head(8).startswith((ZIP, OLE))


def found_workbook(source: Source, options: Options) -> Found:
    """The table in a sheet: the first one with cells, or the one that is named. Raises FileError, DataError."""
    try:
        from python_calamine import CalamineWorkbook
    except ImportError:
        raise missing_extra("workbooks need python-calamine", "tables") from None
    content = bytes(source.contents())
    if content.startswith(ZIP):
        check_archive(source, content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    names = book.sheet_names
    if options.sheet is not None and options.sheet not in names:
        raise SettingError(f"{source.name} has no sheet {said(options.sheet)}{choices(options.sheet, names)}.")
    for name in [options.sheet] if options.sheet is not None else names:
        sheet = book.get_sheet_by_name(name)
        rows: list[list[object]] = [
            [None if cell == "" else cell for cell in row] for row in sheet.to_python(skip_empty_area=True)
        ]
        if any(cell is not None for row in rows for cell in row):
            break
    else:
        raise DataError(f"{source.name} has no cells in {'its sheets' if options.sheet is None else 'that sheet'}.")
    return _found(source.name, name, rows, sheet.start[0] if sheet.start else 0, names, options)


def _found(file: str, sheet: str, rows: list[list[object]], above: int, sheets: list[str], options: Options) -> Found:
    """The table in the rows of a sheet, of which the first is in row above + 1."""
    used = [j for j in range(len(rows[0])) if any(row[j] is not None for row in rows)]
    rows = [[row[j] for j in used] for row in rows]
    n_skipped = options.skip if options.skip is not None else _titles(rows)
    table = rows[n_skipped:]
    if not table:
        raise DataError(f"{file}, sheet {sheet}: expected rows below the {n_skipped} that are skipped; say --skip.")
    as_text = [["" if cell is None else text_of(cell) for cell in row] for row in table[:1000]]
    header = options.header if options.header is not None else is_header(as_text[0], as_text[1:])
    names = as_text[0] if header else [""] * len(used)
    below = table[1:] if header else table
    if not below:
        raise DataError(f"{file}, sheet {sheet}, has a header but no samples; expected a row for each sample.")
    others = [each for each in sheets if each != sheet]
    notes = (f"other sheets: {', '.join(others)}",) if others and options.sheet is None else ()
    first = above + n_skipped + header + 1
    columns = typed_columns(f"{file}, sheet {sheet}", names, list(zip(*below, strict=True)), options)
    reading = Reading("workbook", header=header, skipped=n_skipped, part=sheet, notes=notes)
    place = partial(by_number, "row", range(first, first + len(below)))
    return without_empty_rows(Found(file, columns, reading, place))


def _titles(rows: list[list[object]]) -> int:
    """How many rows above the table hold a title at most, where the table has two columns or more."""
    if len(rows[0]) < 2:
        return 0
    counts = [sum(cell is not None for cell in row) for row in rows]
    first = next((i for i, count in enumerate(counts) if count > 1), 0)
    return first if len(rows) - first > 2 else 0
