"""The archives that workbooks are, before they are opened: as large as they say, and with no more cells than fit.

A sheet is held as a rectangle, whose last cell a few bytes can put at row 1,048,576.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import XMLPullParser

from chainrule.core.errors import FileError
from chainrule.training.files.reading import CHUNK, Source

MOST_CELLS = 2**24
"""The most cells that a sheet may span."""

CELL = re.compile(rb'\br="([A-Z]{1,3})?([0-9]{1,9})"')
"""The address of a cell, or of a row, in a sheet of Excel's."""

REPEATED = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}number-%s-repeated"
"""An attribute of OpenDocument's cells and rows."""


def check_archive(source: Source, content: bytes) -> None:
    """Unpack a workbook's archive once, and keep nothing. Raises FileError beyond the limits."""
    n_bytes = 0

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal n_bytes
        for chunk in chunks:
            n_bytes += len(chunk)
            source.check(n_bytes, unpacked=True)
            yield chunk

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            name = member.filename
            if name.endswith("workbook.bin"):
                raise FileError(f"{source.name} is a binary workbook (.xlsb); save it as .xlsx.")
            if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise FileError(
                    f"{source.name} is packed in a way that isn't read; save it as .xlsx, without a password."
                )
            spanned = _opendocument if name == "content.xml" else _excel if "sheet" in name else _nothing
            n_cells = spanned(counted(_chunks(content, member)))
            if n_cells > MOST_CELLS:
                raise FileError(
                    f"{source.name}: {name} spans {n_cells:,} cells, more than {MOST_CELLS:,}; save the table as CSV, "
                    "or delete what stands far below or beside it."
                )


def _chunks(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member holds, whatever its size is said to be."""
    at = member.header_offset
    start = at + 30 + sum(int.from_bytes(content[at + k : at + k + 2], "little") for k in (26, 28))
    packed = content[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    while chunk := unpacking.decompress(packed, CHUNK):
        yield chunk
        packed = unpacking.unconsumed_tail


def _nothing(chunks: Iterable[bytes]) -> int:
    for _ in chunks:
        pass
    return 0


def _excel(chunks: Iterable[bytes]) -> int:
    """The cells that a sheet spans, by the last row and column that it names."""
    rows = columns = 1
    rest = b""
    for chunk in chunks:
        rest = rest[-40:] + chunk
        for letters, digits in CELL.findall(rest):
            rows = max(rows, int(digits))
            columns = max(columns, _column(letters))
    return rows * columns


def _column(letters: bytes) -> int:
    """The number of a column from its letters: A is 1, AA 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _opendocument(chunks: Iterable[bytes]) -> int:
    """The cells that the sheets span: repeated ones count if they hold something, or stand before one that does."""
    parser: Any = XMLPullParser(("end",))
    rows = columns = width = most = row_width = 0
    for chunk in chunks:
        parser.feed(chunk)
        for event in parser.read_events():
            element = event[1]
            kind = element.tag.rpartition("}")[2]
            if kind in ("table-cell", "covered-table-cell"):
                width += int(element.get(REPEATED % "columns", "1"))
                if len(element) or len(element.attrib) > 2:
                    row_width = width
                element.clear()
            elif kind == "table-row":
                if row_width:
                    rows += int(element.get(REPEATED % "rows", "1"))
                    columns = max(columns, row_width)
                width = row_width = 0
                element.clear()
            elif kind == "table":
                most = max(most, rows * columns)
                rows = columns = 0
                element.clear()
    return most
