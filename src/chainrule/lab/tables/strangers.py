"""Files that people give in place of a table, told by how they begin: pictures, pages, archives."""

from chainrule.core.errors import FileError
from chainrule.training.files.reading import Source

STRANGERS = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<?xml", "XML"),
    (b"ARROW1", "a Feather file (Arrow)"),
    (b"FEA1", "a Feather file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"<stata_dta>", "a Stata file"),
    (b"$FL2", "an SPSS file"),
    (b"RDX", "R's data"),
    (b"PK\x03\x04", "a zip archive without a workbook in it"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"BZh", "packed by bzip2"),
    (b"\xfd7zXZ", "packed by xz"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd"),
)
"""How each begins, in small letters where it is text, and what it is."""


def check_known(source: Source) -> None:
    """Raise FileError for a file that is known to be no table."""
    head = source.head(64)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, what in STRANGERS:
        if head.startswith(mark) or text.startswith(mark):
            raise FileError(
                f"{source.name} is {what}; expected a table, such as CSV, Excel or Parquet. Save what is in it as one."
            )
