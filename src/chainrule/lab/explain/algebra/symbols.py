"""Names of numbers, as a textbook writes them, and how many digits a number is shown with."""

from __future__ import annotations

from dataclasses import dataclass, replace

DIGITS = 7
"""Significant digits: sums and products computed by hand from them agree to five digits, mostly to six."""


@dataclass(frozen=True)
class Symbol:
    """A name such as w of layer 2, to unit 1, from unit 3: a letter with indices, all counted from 1.

    layer: stands above, in parentheses.  index: of the unit or the weight, stands below.
    sample: counted from 0, as rows of data are; None where there is only one.
    prefix: a word in front, such as "new".  of: for a derivative, the number that is differentiated;
    the rest then names the one that it is differentiated by.
    """

    letter: str
    layer: int | None = None
    index: tuple[int, ...] = ()
    sample: int | None = None
    prefix: str = ""
    of: Symbol | None = None

    @property
    def is_bare(self) -> bool:
        """Whether a power behind the name can't be mistaken for a part of it."""
        return self.layer is None and not self.prefix and self.sample is None and self.of is None


LOSS = Symbol("L")


def derivative(of: Symbol, by: Symbol) -> Symbol:
    """The derivative of one named number with respect to another."""
    return replace(by, of=of)


def digits(value: float, places: int = DIGITS) -> str:
    """A number with this many significant digits, as every notation shows it; from 16 on, with all its digits.

    >>> digits(0.123456789), digits(-12.0), digits(1.5e-9), digits(21.0), digits(1 / 3, 10), digits(0.1 + 0.2, 17)
    ('0.1234568', '-12', '1.5e-09', '21', '0.3333333333', '0.30000000000000004')
    """
    if not value:
        return "0"
    counts = (places,) if places <= 15 else (15, 16, 17)
    written = [f"{value:.{count}g}" for count in counts]
    return next((text for text in written if float(text) == value), written[-1])
