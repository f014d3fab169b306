"""CSV as chainrule writes it: text that a spreadsheet would take for a formula or a number is guarded."""

import re
from collections.abc import Iterable

from chainrule.core.errors import DataError
from chainrule.core.foreign import said
from chainrule.training.files.storage import FilePath, write_text

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet works out."""

QUOTED = re.compile("""[,;\t"\r\n]|^#|'$""")
"""What stands in quotes: delimiters, quotes, ends of lines; and what else might be a remark, or end a quoted cell."""


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    r"""Rows as CSV. Numbers are written as Python prints them, with all digits, and text as `guarded`.

    Raises DataError for a text with the character NUL, which no reader takes. Source: RFC 4180.

    >>> print(csv_text([["name", "kind"], ["a, b", -0.5], ["=1+1", "007"]]), end="")
    name,kind
    "a, b",-0.5
    '=1+1,'007
    """
    return "".join(",".join(map(_cell, row)) + "\n" for row in rows)


def write_rows(path: FilePath, rows: Iterable[Iterable[object]]) -> None:
    """Write rows to a CSV file, completely or not at all. Raises as `csv_text`, and FileError."""
    write_text(path, csv_text(rows))


def guarded(text: str) -> str:
    """A text as a cell: with an apostrophe before it where it would be read as something else.

    That is a formula, a number, or a text without the blanks at its ends. `unguarded` takes the apostrophe away.

    >>> [guarded(each) for each in ("cat", "=1+1", "007", " cat", "it's", "'007")]
    ['cat', "'=1+1", "'007", "' cat", "it's", "''007"]
    """
    return f"'{text}" if _is_ambiguous(text) else text


def unguarded(cell: str) -> str:
    """The text of a cell: what was guarded as it was, any other without the blanks at its ends.

    >>> [unguarded(each) for each in (" cat", "'=1+1", "'007", "' cat", "it's", "'tis")]
    ['cat', '=1+1', '007', ' cat', "it's", "'tis"]
    """
    for each in (cell, cell.strip()):
        if each.startswith("'") and _is_ambiguous(each[1:]):
            return each[1:]
    return cell.strip()


def _is_ambiguous(text: str) -> bool:
    """Whether a text needs an apostrophe, whatever apostrophes it has already: so that none too many is taken away."""
    inside = text.lstrip("'")
    return inside.startswith((*FORMULA, "\ufeff")) or inside != inside.strip() or is_number(inside)


def is_number(text: str) -> bool:
    """Whether Python reads a text as a number, NaN and infinity among them."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _cell(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    if "\0" in value:
        raise DataError(f"a CSV file can't hold the character NUL, got the text {said(value)}; leave it out.")
    text = guarded(value)
    return '"' + text.replace('"', '""') + '"' if QUOTED.search(text) else text
