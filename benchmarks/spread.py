"""Medians, and how far they can be trusted.

Times are compared round by round: a slow minute of the machine slows all contenders of a round. A median's interval
is that of its order statistics, which supposes nothing about how times are distributed: the k-th lowest and the k-th
highest of R hold the true median between them with a probability of 1 - 2 P(Binomial(R, 1/2) < k).
Source: David and Nagaraja, "Order statistics" (2003), section 7.1.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95

WIDEST = 0.4
"""A ratio whose interval is wider than this fraction of its median is too noisy: it decides nothing."""

FEWEST = 7
"""The fewest rounds. With six, lowest and highest just hold the median with that confidence; one more is a reserve."""


@dataclass(frozen=True)
class Spread:
    """Repeated measurements of one number: their median, its confidence interval, and their range.

    >>> print(Spread.of([5.0, 1.0, 2.0, 4.0, 3.0, 6.0, 7.0]))
    4.00 (1.00 to 7.00)
    """

    median: float
    low: float
    high: float
    interval: tuple[float, float]

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of one number per round."""
        ordered = sorted(values)
        k = rank(len(ordered))
        return cls(statistics.median(ordered), ordered[0], ordered[-1], (ordered[k - 1], ordered[-k]))

    @property
    def width(self) -> float:
        """The width of the interval, divided by the median."""
        return (self.interval[1] - self.interval[0]) / abs(self.median) if self.median else math.inf

    @property
    def is_too_wide(self) -> bool:
        """Whether the interval is too wide to trust the median."""
        return self.width > WIDEST

    @property
    def trusted(self) -> str:
        """The median and the range, or only the interval where it is too wide.

        >>> print(Spread.of([0.4, 0.5, 0.8, 0.9, 1.0, 1.0, 1.1]).trusted)
        0.4 to 1.10: too noisy
        """
        return "{} to {}: too noisy".format(*map(figures, self.interval)) if self.is_too_wide else str(self)

    def verdict(self, at_most: float) -> str:
        """Whether the median is within a limit: "met" or "missed"; "too noisy" where the interval is too wide.

        >>> Spread.of([0.5] * 7).verdict(0.6), Spread.of([0.1, 0.2, 0.5, 0.5, 0.5, 0.5, 0.5]).verdict(0.6)
        ('met', 'too noisy')
        """
        return "too noisy" if self.is_too_wide else "met" if self.median <= at_most else "missed"

    def __str__(self) -> str:
        return f"{figures(self.median)} ({figures(self.low)} to {figures(self.high)})"


def rank(rounds: int) -> int:
    """The k of the interval: the largest with enough confidence, or 1.

    >>> [rank(rounds) for rounds in (7, 9, 12, 15, 18, 30)]
    [1, 2, 3, 4, 5, 10]
    """
    k, below = 0, 0.0
    while True:
        below += math.comb(rounds, k) / 2**rounds
        if below > (1 - CONFIDENCE) / 2:
            return max(1, k)
        k += 1


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """The ratios of two series of times, round by round.

    >>> ratios([1.0, 3.0], [2.0, 4.0])
    [0.5, 0.75]
    """
    return [a / b for a, b in zip(ours, theirs, strict=True)]


def figures(value: float) -> str:
    """A number with the figures that mean something: three, but no decimals beyond a hundred.

    >>> [figures(each) for each in (0.08312, 1.2345, 21.04, 1234.5, 0.0)]
    ['0.083', '1.23', '21', '1,234', '0']
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 1 or abs(value) >= 10 else f"{value:.2f}"
