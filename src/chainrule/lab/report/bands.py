"""Bands over the starts, and numbers as results.json holds them."""

from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.figures.numbers import significant

Results = dict[str, Any]
"""Numbers, texts, and lists and dicts of them: what JSON can hold."""

BAND = (5, 50, 95)
"""The percentiles over the starts: the band's lower edge, the median, the band's upper edge."""


def band(losses: Array) -> tuple[Array, Array, Array]:
    """5 %, median and 95 % over the starts: (..., K) -> three of (...).

    >>> [float(each) for each in band(np.arange(101.0))]
    [5.0, 50.0, 95.0]
    """
    low, median, high = np.percentile(losses, BAND, axis=-1)
    return low, median, high


def place(value: float, low: float, high: float) -> str:
    """Where a value lies: inside, below or above.

    >>> place(0.2, 0.1, 0.3), place(0.05, 0.1, 0.3), place(0.5, 0.1, 0.3)
    ('inside', 'below', 'above')
    """
    return "below" if value < low else "above" if value > high else "inside"


UNDECIDED = 1e-6
"""Answers this near to 0.5 are 0.5: which side of it they lie on is rounding."""


def undecided(answers: Any) -> bool:
    """Whether the answer is 0.5 to every sample, so that an accuracy would count rounding.

    >>> undecided([0.5 + 1e-8, 0.5 - 1e-8]), undecided([0.5, 0.501])
    (True, False)
    """
    return bool(np.all(np.abs(np.asarray(answers) - 0.5) < UNDECIDED))


def number(value: Any) -> float:
    """A float of ten significant digits: what rounding can't blur, and JSON can hold.

    >>> number(np.float64(0.123456789012345))
    0.123456789
    """
    return significant(value, 10)


def number_or_none(value: Any) -> float | None:
    """A float of ten significant digits, or None for NaN and infinity."""
    return number(value) if np.isfinite(value) else None


def rounded(values: Any, digits: int = 4) -> Any:
    """Numbers of so few significant digits, in lists as deep as the array: for curves and pictures.

    NaN and infinity become None, which JSON can hold.

    >>> rounded(np.array([[0.123456, 2.0], [np.nan, 1e-9]]))
    [[0.1235, 2.0], [None, 1e-09]]
    """
    if np.ndim(values):
        return [rounded(each, digits) for each in values]
    return significant(values, digits) if np.isfinite(values) else None
