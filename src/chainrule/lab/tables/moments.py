"""Dates and times as people write them, and which way round a column writes days and months."""

import functools
import re
from collections.abc import Iterable

import numpy as np

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
SECOND = r"(?::(?P<second>[0-9]{2})(?P<part>[.,][0-9]{1,9})?)?"
TIME = rf"(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}}){SECOND}(?:\s?(?P<half>[ap])\.?m\.?)?"
ZONE = r"(?:\s?(?P<zone>z|utc|[+-][0-9]{2}:?[0-9]{2}))?"

FORMS = {
    "year first": r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<m>[0-9]{1,2})(?P=mark)(?P<d>[0-9]{1,2})",
    "day first": r"(?P<d>[0-9]{1,2})(?P<mark>[-/.])(?P<m>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})",
    "month first": r"(?P<m>[0-9]{1,2})(?P<mark>[-/])(?P<d>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})",
    "day, month": rf"(?P<d>[0-9]{{1,2}})\.?[ -]{MONTH}[ -](?P<year>[0-9]{{4}}|[0-9]{{2}})",
    "month, day": rf"{MONTH} (?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<year>[0-9]{{4}})",
}
"""Dates, by the order of their parts. A text is read by the first form that fits a whole column."""

TIME_ALONE = "time of day"
LONGEST = 64
"""The most characters of a cell that may be a moment."""


@functools.cache
def _pattern(form: str) -> re.Pattern[str]:
    if form == TIME_ALONE:
        return re.compile(TIME, re.IGNORECASE)
    return re.compile(rf"{FORMS[form]}(?:(?:T|,?\s+){TIME}{ZONE})?", re.IGNORECASE)


def moment(cell: str, form: str) -> np.datetime64 | None:
    """The moment that a cell is in a form, to a microsecond, in UTC where it names its zone; None where it is none.

    A time alone is one of 1970-01-01. Years of two digits are of 1969 to 2068, as in POSIX.

    >>> moment("1.3.2026 14:05", "day first"), moment("31/02/2026", "day first")
    (np.datetime64('2026-03-01T14:05:00.000000'), None)
    """
    found = _pattern(form).fullmatch(cell) if len(cell) <= LONGEST else None
    if found is None:
        return None
    parts = found.groupdict()
    date = "1970-01-01"
    if form != TIME_ALONE:
        year = parts["year"] if len(parts["year"]) == 4 else f"{'20' if parts['year'] < '69' else '19'}{parts['year']}"
        month = parts.get("m") or MONTHS.index(parts["month"].lower()) + 1
        date = f"{year}-{int(month):02}-{int(parts['d']):02}"
    hour, minute, second = (int(parts[each] or 0) for each in ("hour", "minute", "second"))
    if parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"] in "pP" else 0)
    try:
        whole = np.datetime64(f"{date}T{hour:02}:{minute:02}:{second:02}.{(parts['part'] or '.0')[1:7]}", "us")
    except ValueError:  # the 31st of February, 25 o'clock
        return None
    return whole - _offset(parts.get("zone"))


def _offset(zone: str | None) -> np.timedelta64:
    """How far a zone is before UTC."""
    if not zone or zone.lower() in ("z", "utc"):
        return np.timedelta64(0, "us")
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return np.timedelta64(-minutes if zone[0] == "-" else minutes, "m")


def forms_of(cells: Iterable[str]) -> list[str]:
    """The forms in which every cell is a moment.

    >>> forms_of(["03/04/2026", "04/04/2026"]), forms_of(["03/04/2026", "03/25/2026"]), forms_of(["2026-03-01", "soon"])
    (['day first', 'month first'], ['month first'], [])
    """
    left = [*FORMS, TIME_ALONE]
    for cell in cells:
        left = [each for each in left if moment(cell, each) is not None]
        if not left:
            break
    return left
