"""The parameters and what lies beside them, which a step reads and moves: theta, gradient, slots, state, step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.architecture import SMALLER, Architecture
from chainrule.core.arrays import Array, as_operand, empty, zeros
from chainrule.core.calls import Calls
from chainrule.core.description import Description, Real
from chainrule.core.memory import memory_for
from chainrule.core.schedules import Rate, Schedule, bind_rate

Numbers = Sequence[float | Array]
"""Numbers that change from step to step."""

NumbersOf = Callable[[int], Numbers]
"""Gives the numbers of a step."""


@dataclass(eq=False)
class Parameters:
    """All parameters as one vector, and the arrays that lie beside it; a population's have a leading axis K.

    theta (P,): the parameters.  gradient (P,): of the objective with respect to them.
    state (S,): what layers keep without learning it, such as running statistics; None: nothing is kept.
    slots: what the optimizer keeps from step to step, each an array like theta, by the optimizer's name for it.
    is_weight(): (P,), 1 at a weight, 0 at a bias: as long as theta, so it is made where it is asked for.
    step (): the number of the optimizer's step, from 0, int64, which its update counts.

    An optimizer or a penalty binds to them by the letters of its equation: W for theta, g for the gradient.
    """

    theta: Array
    state: Array | None
    gradient: Array
    slots: dict[str, Array]
    is_weight: Callable[[], Array]
    step: Array = field(default_factory=lambda: np.zeros((), np.int64))

    @classmethod
    def of(
        cls, network: Architecture, theta: Array, state: Array | None = None, slots: tuple[str, ...] = ()
    ) -> Parameters:
        """Parameters around theta and state, which are used as they are; slots start at zero."""
        with memory_for("training this network", (len(slots) + 2) * theta.size, theta.dtype, SMALLER):
            at_zero = {name: zeros(theta.shape, theta.dtype) for name in slots}
            gradient = empty(theta.shape, theta.dtype)
            return cls(theta, state, gradient, at_zero, partial(network.is_weight, theta.dtype))

    def members(self, which: slice) -> Parameters:
        """The parameters of some members of a population: views."""
        slots = {name: slot[which] for name, slot in self.slots.items()}
        state = None if self.state is None else self.state[which]
        return Parameters(self.theta[which], state, self.gradient[which], slots, self.is_weight, self.step)

    @property
    def W(self) -> Array:
        """Theta, as an equation writes it."""
        return self.theta

    @property
    def g(self) -> Array:
        """The gradient, as an equation writes it."""
        return self.gradient

    def scratch(self) -> Array:
        """An array like W for one step's use."""
        return empty(self.theta.shape, self.theta.dtype)

    def number(self, value: ArrayLike) -> Array:
        """A setting as ufuncs take it fastest: an array () of W's dtype, or K numbers as (K, 1)."""
        return as_operand(value, self.theta.ndim, self.theta.dtype)

    def plain(self, value: Real) -> float | Array:
        """A setting to compute with at bind: a float, or K numbers as (K, 1), in float64 whatever the run's dtype."""
        return value if isinstance(value, float) else np.array(value).reshape(-1, 1)

    def rate(self, value: Real | Schedule) -> Rate:
        """A learning rate as a function of the step, in plain numbers."""
        return bind_rate(value, self.plain)

    def stepped(self, optimizer: Description, value: Real | Schedule) -> tuple[Array, Calls]:
        """A learning rate as ufuncs take it fastest, and the calls that set it, none where it stays."""
        if isinstance(value, Schedule):
            (alpha,), set_alpha = self.of_step(optimizer, 1, partial(only, self.rate(value)))
            return alpha, set_alpha
        return self.number(value), Calls()

    def of_step(self, optimizer: Description, n: int, numbers_of: NumbersOf) -> tuple[list[Array], Calls]:
        """Arrays for n numbers that change from step to step, and the call that writes them.

        numbers_of: gives the numbers of a step, by the step alone: it may be asked for those of steps to come. Each is
            a number, or (K, 1) where a setting of the optimizer has K values.
        """
        numbers = np.empty((n, len(self.theta), 1) if optimizer.members() else (n,), self.theta.dtype)
        return [numbers[i, ...] for i in range(n)], Calls(partial(write_numbers, numbers_of, self.step, numbers))


def only(rate: Rate, step: int) -> Numbers:
    """The rate, as the only number of a step."""
    return (rate(step),)


def write_numbers(numbers_of: NumbersOf, step: Array, numbers: Array) -> None:
    """Write the numbers of this step to where the calls of an update read them."""
    for i, number in enumerate(numbers_of(step.item())):
        numbers[i] = number
