"""Names of numbers, as a textbook writes them, and how many digits a number is shown with."""

from dataclasses import dataclass

DIGITS = 7
"""Significant digits: what is multiplied and added by hand from them agrees to five, and to six mostly."""


@dataclass(frozen=True)
class Symbol:
    """A name such as w of layer 2, to unit 1, from unit 3: a letter with indices, all counted from 1.

    layer: stands above, in parentheses.  index: of the unit or the weight, stands below.
    sample: counted from 0, as rows of data are; None where there is but one.
    prefix: a word in front, such as "new".  of_loss: whether it is the derivative of the loss with respect to this.
    """

    letter: str
    layer: int | None = None
    index: tuple[int, ...] = ()
    sample: int | None = None
    prefix: str = ""
    of_loss: bool = False


def digits(value: float) -> str:
    """A number as every notation shows it.

    >>> digits(0.123456789), digits(-12.0), digits(1.5e-9), digits(21.0)
    ('0.1234568', '-12', '1.5e-09', '21')
    """
    return f"{value:.{DIGITS}g}" if value else "0"
