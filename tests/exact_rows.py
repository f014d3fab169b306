"""A row of calls on memory that its arrays share, with what is read after it.

It is made exact: a sum or a product of numbers of many digits, which depends on the order of its terms, is left out. So
whatever runs the row must leave the same numbers.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, Ended


@dataclass(frozen=True)
class DrawnCall:
    """A call, and the arrays that it touches; None: any."""

    call: Call
    touches: tuple[Array, ...] | None
    adds: tuple[Array, ...] = ()
    """What is added up: exactly, if these are small numbers of few digits."""

    @property
    def is_exact(self) -> bool:
        """Whether the order of the sum doesn't matter, as numbers stand."""
        most = [2.0**18 if each.dtype == np.float64 else 2.0**4 for each in self.adds]
        return all(
            bool((np.abs(each) <= limit).all()) and bool((each * 4 == np.rint(each * 4)).all())
            for each, limit in zip(self.adds, most, strict=True)
        )


@dataclass
class DrawnRow:
    """A row, the memory that it works on, what is read after it, and what its opaque calls saw."""

    calls: list[DrawnCall]
    memory: list[Array]
    start: list[Array]
    observed: list[Array]
    log: list[Array] = field(default_factory=list)

    @property
    def row(self) -> Calls:
        """The calls alone."""
        return Calls(*(each.call for each in self.calls))

    def parts(self, *cuts: int) -> list[tuple[Calls, list[Array]]]:
        """The row cut into several, each with what is read after it: by the others, and in the end."""
        ends = [0, *cuts, len(self.calls)]
        found = []
        for low, high in pairwise(ends):
            observed = list(self.observed)
            for other in (*self.calls[:low], *self.calls[high:]):
                observed += self.memory if other.touches is None else other.touches
            found.append((Calls(*(each.call for each in self.calls[low:high])), observed))
        return found

    def after(self, run: Callable[[], object], read: Sequence[Array]) -> list[Array]:
        """What arrays hold, and what opaque calls saw, after a run from the start."""
        self.log.clear()
        for array, numbers in zip(self.memory, self.start, strict=True):
            array[...] = numbers
        with np.errstate(all="ignore"), suppress(Ended):
            run()
        return [each.copy() for each in read] + list(self.log)

    def without(self, number: int) -> "DrawnRow":
        """The row with one call fewer."""
        return replace(self, calls=self.calls[:number] + self.calls[number + 1 :])

    def exact(self, times: int) -> "DrawnRow":
        """The row without calls that add up numbers of many digits in one of so many runs."""
        found: list[int] = []

        def until_inexact() -> None:
            for _ in range(times):
                for number, each in enumerate(self.calls):
                    if not each.is_exact:
                        found.append(number)
                        return
                    each.call()

        self.after(until_inexact, ())
        return self.without(found[0]).exact(times) if found else self
