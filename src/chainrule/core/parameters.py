"""What an optimizer binds to, and what it returns: the memory of a step, and the step itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_operand
from chainrule.core.calls import Call, Calls
from chainrule.core.description import Description, Real
from chainrule.core.schedules import Rate, Schedule, bind_rate

SetRates = Callable[[int], object]
"""Writes the numbers that change from step to step to where the calls read them, for a step counted from 0."""


class Update:
    """One step, in place: `update(step)`. What changes from step to step is set, then the calls are made."""

    def __init__(self, set_rates: SetRates, *calls: Call) -> None:
        self.set_rates, self.calls = set_rates, Calls(*calls)

    def __call__(self, step: int) -> None:
        self.set_rates(step)
        self.calls()

    @classmethod
    def of(cls, update: Callable[[int], object]) -> "Update":
        """An update as it is; of a plain function of the step, one that leaves it all to the function."""
        return update if isinstance(update, cls) else cls(update)


@dataclass
class Memory:
    """What an optimizer binds to: W and g, both (P,) or (K, P), and what it keeps between steps."""

    W: Array
    g: Array
    slots: dict[str, Array]
    """An array like W, by the optimizer's name for it."""
    is_weight: Array
    """(P,): 1 at a weight, 0 at a bias."""

    def scratch(self) -> Array:
        """An array like W for one step's use."""
        return np.empty_like(self.W)

    def number(self, value: ArrayLike) -> Array:
        """A setting as ufuncs take it fastest: an array () of W's dtype, or K numbers as (K, 1)."""
        return as_operand(value, self.W.ndim, self.W.dtype)

    def plain(self, value: Real) -> float | Array:
        """A setting to reckon with in between: a float, or K numbers as (K, 1), in float64 whatever the run's dtype."""
        return value if isinstance(value, float) else np.array(value).reshape(-1, 1)

    def rate(self, value: Real | Schedule) -> Rate:
        """A learning rate as a function of the step, in plain numbers."""
        return bind_rate(value, self.plain)

    def operand(self, optimizer: Description) -> Array:
        """Room for a number that changes from step to step: (), or (K, 1) where a setting has K values."""
        return np.empty((len(self.W), 1) if optimizer.members() else (), self.W.dtype)

    def stepped(self, optimizer: Description, value: Real | Schedule) -> tuple[Array, SetRates]:
        """A learning rate as ufuncs take it fastest, and what sets it, where it changes from step to step."""
        rate, operand = self.rate(value), self.operand(optimizer)
        operand[...] = rate(0)

        def set_rate(step: int) -> None:
            operand[...] = rate(step)

        return operand, set_rate if isinstance(value, Schedule) else _set_nothing


def _set_nothing(step: int) -> None:
    """Of an optimizer whose numbers stay."""
