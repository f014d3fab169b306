"""Numbers as people write them: decimal commas, thousands, per cent, currencies; and which writing a column has."""

import functools
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

CURRENCIES = "$€£¥₹₩₽₺₪฿₫₴"
CURRENCY = rf"[{CURRENCIES}]|USD|EUR|GBP|CHF|JPY|CNY|INR"

PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""A number as programs write it."""

LONGEST = 64
"""The most characters of a cell that may be a number."""

INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)

FRILLS = re.compile(
    rf"(?P<sign>[+-]?) ?(?P<before>(?:{CURRENCY})?) ?(?P<inner>[+-]?)"
    r"(?P<digits>[0-9.,' _]*[0-9][.,]?|[0-9.,]+[eE][+-]?[0-9]+)"
    rf" ?(?P<after>(?:{CURRENCY}|%)?)"
)
"""A number in any writing: a sign, a currency before or behind it, a per cent sign, digits with marks among them."""

MARKS = {",": "comma", ".": "point", " ": "blank", "'": "apostrophe", "_": "underscore"}
SAME = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2019": "'", "\u2212": "-"})
"""Characters that print alike, as the one that a keyboard has."""


@dataclass(frozen=True)
class Writing:
    """How the numbers of a column are written. decimal: its mark.  thousands: the mark between groups of three, or "".

    >>> Writing(",", ".").value("1.234,5"), Writing(".", ",").value("1,23")
    (1234.5, None)
    """

    decimal: str = "."
    thousands: str = ""

    def fits(self, digits: str) -> bool:
        """Whether the digits are a number in this writing."""
        return len(digits) <= LONGEST and _shape(self.decimal, self.thousands).fullmatch(digits) is not None

    def value(self, digits: str) -> float | None:
        """The number that the digits are in this writing, or None."""
        if not self.fits(digits):
            return None
        if self.thousands:
            digits = digits.replace(self.thousands, "")
        return float(digits.replace(self.decimal, "."))

    def __str__(self) -> str:
        words = [f"decimal {MARKS[self.decimal]}"] if self.decimal != "." else []
        return " and ".join([*words, *([f"thousands {MARKS[self.thousands]}"] if self.thousands else [])])


WRITINGS = (
    Writing(),
    *(Writing(d, t) for t in ("", ",", ".", " ", "'", "_") for d in ".," if d != t and (d, t) != (".", "")),
)
"""Every writing that is tried, the plainest first."""


@functools.cache
def _shape(decimal: str, thousands: str) -> re.Pattern[str]:
    d, t = re.escape(decimal), re.escape(thousands)
    whole = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{t}[0-9]{{3}})+)" if thousands else "[0-9]+"
    return re.compile(rf"[+-]?(?:{whole}(?:{d}[0-9]*)?|{d}[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Numerals:
    """The distinct cells of a column, each taken apart. digits: what is left of a cell without its frills, by the cell.

    per_cent: whether all have a per cent sign.  currency: the one that they have, or "".
    """

    digits: dict[str, str]
    per_cent: bool
    currency: str

    def fitting(self, decimal: str | None, thousands: str | None) -> list[Writing]:
        """The writings in which every cell is a number, of those with these marks, the plainest first."""
        allowed = [
            each
            for each in WRITINGS
            if decimal in (None, each.decimal) and (thousands is None or each.thousands in ("", thousands))
        ]
        return [each for each in allowed if all(map(each.fits, self.marked()))]

    def marked(self) -> list[str]:
        """The digits among which there is a mark, or a sign: those without are the same number in every writing."""
        return [digits for digits in self.digits.values() if not digits.isdecimal() or len(digits) > LONGEST]

    def shows(self, writing: Writing) -> bool:
        """Whether a cell has a mark of this writing, and it isn't the plain one."""
        marks = {writing.thousands, writing.decimal if writing.decimal != "." else ""} - {""}
        return any(mark in digits for mark in marks for digits in self.digits.values())

    def values(self, writing: Writing) -> dict[str, float]:
        """The number of each cell; per cent are hundredths."""
        scale = 100.0 if self.per_cent else 1.0
        return {cell: (writing.value(digits) or 0.0) / scale for cell, digits in self.digits.items()}


def is_plain(cell: str) -> bool:
    """Whether a cell is a number as programs write it. The bound comes first: a pattern takes long over long cells."""
    return len(cell) <= LONGEST and PLAIN.fullmatch(cell) is not None


def is_number(cell: str) -> bool:
    """Whether a cell is a number, in any writing.

    >>> [is_number(each) for each in ("1.5", "1,5", "1.234,5", "$1,692.00", "45 %", "1 000", "12 kg", "1,2,3", "-")]
    [True, True, True, True, True, True, False, False, False]
    """
    if is_plain(cell):
        return True
    taken = taken_apart([cell])
    return taken is not None and bool(taken.fitting(None, None))


def taken_apart(cells: Iterable[str]) -> Numerals | None:
    """The cells, taken apart; None unless each has the form of a number, all with the same frills.

    >>> taken_apart(["45%", "0%"])
    Numerals(digits={'45%': '45', '0%': '0'}, per_cent=True, currency='')
    """
    digits: dict[str, str] = {}
    signs: set[str] = set()
    for cell in cells:
        found = FRILLS.fullmatch(cell.translate(SAME)) if len(cell) <= LONGEST else None
        if found is None or (found["before"] and found["after"]) or (found["sign"] and found["inner"]):
            return None
        signs.add(found["before"] or found["after"])
        digits[cell] = found["sign"] + found["inner"] + found["digits"]
    if signs == {"%"}:
        return Numerals(digits, True, "")
    signs -= {""}  # some of a column's amounts may go without their currency; a share without % is another number
    if len(signs) > 1 or "%" in signs:
        return None
    return Numerals(digits, False, next(iter(signs), ""))


def decided(fitting: Collection[Writing], numerals: Numerals) -> bool:
    """Whether all writings that fit make the same numbers of the cells.

    >>> rent = taken_apart(["1,421", "980"])
    >>> decided(rent.fitting(None, None), rent)
    False
    """
    if len(fitting) < 2:
        return True
    return all(len({each.value(digits) for each in fitting}) == 1 for digits in numerals.marked())
