"""An axis of a plot made of characters: where values stand along it, and the few ticks that are written beside it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array


@dataclass(frozen=True)
class Axis:
    """An axis from low to high, logarithmic if it says so; low < high, and 0 < low where it is logarithmic."""

    name: str
    low: float
    high: float
    log: bool = False

    @classmethod
    def around(cls, name: str, values: Array, *, margin: float = 0.0, log: bool = False) -> "Axis":
        """The axis that holds these values, with a margin as a share of its length.

        >>> Axis.around("x1", np.array([0.0, 1.0]), margin=0.25)
        Axis(name='x1', low=-0.25, high=1.25, log=False)
        """
        scaled = np.log10(values) if log else values
        low, high = float(scaled.min()), float(scaled.max())
        room = margin * (high - low)
        if not high - low > 1e-9 * max(abs(low), abs(high)):  # one value alone stands in the middle
            room = 0.5 if log else abs(low) / 2 or 0.5
        low, high = low - room, high + room
        return cls(name, 10**low, 10**high, log) if log else cls(name, low, high)

    def share(self, values: ArrayLike) -> Array:
        """How far along the axis values stand, from 0 to 1.

        >>> Axis("loss", 0.01, 1.0, log=True).share([0.01, 0.1, 1.0]).tolist()
        [0.0, 0.5, 1.0]
        """
        along: Array = np.asarray(values, float)
        low, high = self.low, self.high
        if self.log:
            along, low, high = np.log10(along), math.log10(low), math.log10(high)
        return (along / 2 - low / 2) / (high / 2 - low / 2)  # halves: high - low may be more than a float holds

    def ticks(self, most: int) -> list[float]:
        """At most so many round numbers (two at least), evenly spaced to the eye.

        >>> Axis("epoch", 0, 99_900).ticks(4), Axis("loss", 0.0002, 0.26, log=True).ticks(4)
        ([0.0, 50000.0], [0.001, 0.01, 0.1])
        """
        if self.log:
            for subs in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
                found = self._within([sub * 10.0**k for k in self._decades() for sub in subs])
                if 2 <= len(found) <= most:
                    return found
            if len(found) > most:
                for every in (2, 3, 5, 10, 20, 50, 100, 200):
                    rounder = self._within([10.0**k for k in self._decades() if k % every == 0])
                    if len(rounder) <= most:
                        return rounder
        exponent = math.floor(math.log10(self.high / 2 - self.low / 2))
        for power in range(exponent - 1, exponent + 3):
            for round_number in (1, 2, 5):
                step = round_number * 10.0**power
                first = math.ceil(self.low / step - 1e-9)
                count = math.floor(self.high / step + 1e-9) - first + 1
                if count <= max(2, most):
                    return [float(f"{(first + i) * step:.12g}") for i in range(count)]
        return []

    def _decades(self) -> range:
        return range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)

    def _within(self, values: list[float]) -> list[float]:
        return [value for value in values if self.low <= value <= self.high]


def number(value: float) -> str:
    """A tick as people read it.

    >>> number(0.05), number(100_000.0), number(1e-7), number(2.5e6), number(0.0)
    ('0.05', '100,000', '1e-7', '2.5e6', '0')
    """
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:,.10f}".rstrip("0").rstrip(".")
    mantissa, exponent = f"{value:.6e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
