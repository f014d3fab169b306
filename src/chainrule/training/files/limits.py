"""How much may be read: sizes in bytes, and the bounds of text that people write."""

import re
from typing import Any

from chainrule.core.errors import FileError, SettingError
from chainrule.core.foreign import said

Size = int | str
"""A number of bytes, or a text such as "4 GiB"."""

LIMIT = 2**30
"""The most bytes that a file's contents may take in memory, unpacked, unless `max_size` says otherwise: 1 GiB."""

LONGEST_TEXT, LONGEST_LINE, DEEPEST, MOST_DIGITS = 2**16, 10_000, 50, 1_000
"""The bounds of text that people write, as in TOML: characters in all and in a line, open brackets, digits in a row."""

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


def check_size(name: str, value: Any) -> int:
    """A number of bytes, from a number or a text; else a SettingError.

    >>> check_size("max_size", "4 GiB"), check_size("max_size", "1.5MB"), check_size("max_size", 1000)
    (4294967296, 1500000, 1000)
    """
    pattern = r"\s*([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*((?:[KMGT]I?)?)B?\s*"
    if isinstance(value, str) and (found := re.fullmatch(pattern, value.upper())):
        value = round(float(found[1]) * UNITS[found[2]])
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise SettingError(f'{name} must be a number of bytes or a text such as "4 GiB"; got {said(value)}.')


def shown(size: int) -> str:
    """A number of bytes as people read it.

    >>> shown(2**30), shown(6_000_000_000), shown(12)
    ('1 GiB', '5.59 GiB', '12 bytes')
    """
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size >= unit:
            return f"{size / unit:,.3g} {name}" if size < 1000 * unit else f"{size // unit:,} {name}"
    return f"{size} bytes"


def check_text(name: str, text: str, longest: int = LONGEST_TEXT, longest_line: int = LONGEST_LINE) -> None:
    """Raise FileError, with line and column, for text beyond the bounds, on which a parser would take too long.

    >>> check_text("run.toml", "x = " + 60 * "[")
    Traceback (most recent call last):
    chainrule.core.errors.FileError: run.toml, line 1, column 55: expected at most 50 brackets open at once; close some.
    """
    if len(text) > longest:
        raise FileError(f"{name}: expected at most {longest:,} characters, got {len(text):,}; shorten it.")
    depth = 0
    pattern = rf"[\[{{(]|[\]}})]|[0-9_]{{{MOST_DIGITS + 1}}}"
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > longest_line:
            raise FileError(f"{name}, line {number}: expected at most {longest_line:,} characters; break the line.")
        for found in re.finditer(pattern, line):
            place = f"{name}, line {number}, column {found.start() + 1}"
            if found[0] not in list("[{()}]"):
                raise FileError(f"{place}: expected at most {MOST_DIGITS:,} digits; write a shorter number.")
            depth = max(0, depth + (1 if found[0] in "[{(" else -1))
            if depth > DEEPEST:
                raise FileError(f"{place}: expected at most {DEEPEST} brackets open at once; close some.")
