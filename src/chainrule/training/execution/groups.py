"""A large population, run group by group in memory that a cache can hold.

Members share nothing but the samples, so a step of all of them is a step of each group, one after the other. The groups
take turns in one set of activations (`Arena`): thousands of networks need the memory of a few hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, bind_copy
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import Generators
from chainrule.core.plan.layout import Arena
from chainrule.core.plan.plan import Plan

SetValues = Callable[[Array], None]


class Groups:
    """A `BoundBatch` of a population that runs in groups of members, a plan each."""

    def __init__(
        self,
        objective: Objective,
        n: int,
        members: Sequence[slice],
        parameters: Parameters,
        generators: Generators,
        *,
        weighted: bool,
        own_samples: bool,
    ) -> None:
        self.n, self.parameters = n, parameters
        self.value = np.zeros(parameters.theta.shape[:-1], parameters.theta.dtype)
        self._members, self._own_samples = members, own_samples
        self._values: dict[str, Array] = {}
        arenas: dict[int, Arena] = {}
        self._plans: list[Plan] = []
        for who in members:
            arena = arenas.setdefault(who.stop - who.start, Arena())
            arena.rewind()
            own_generators = {number: of_members[who] for number, of_members in generators.items()}
            self._plans.append(
                Plan(
                    *(objective, n, parameters.members(who)),
                    generators=own_generators,
                    own_samples=own_samples,
                    weighted=weighted,
                    memory=arena,
                )
            )
        self.forward = self._in_turn(lambda plan: plan.forward)
        self.evaluate = self._in_turn(lambda plan: plan.evaluate)
        self.value_and_gradient = self._in_turn(lambda plan: plan.value_and_gradient)

    def _in_turn(self, row_of: Callable[[Plan], Calls]) -> Calls:
        """One pass of every group: its own samples, its plan's calls, and its value to where all values are."""
        calls: list[Call] = []
        for who, plan in zip(self._members, self._plans, strict=True):
            calls += [partial(self._load, who, plan)] if self._own_samples else []
            calls += [*row_of(plan), bind_copy(plan.value, out=self.value[who])]
        return Calls(*calls)

    def set_input(self, x: Array) -> None:
        """Set the samples (n, *shape), or (K, n, *shape) where each member has its own."""
        self._set("set_input", x)

    def set_targets(self, rows: Array) -> None:
        """Set the targets in the form of `Loss.rows`."""
        self._set("set_targets", rows)

    def set_weights(self, weights: Array) -> None:
        """Set the samples' weights (..., n)."""
        self._set("set_weights", weights)

    def close(self) -> None:
        """All groups run in the caller's thread."""

    def _set(self, setter: str, values: Array) -> None:
        """Set values that members share at once; values of their own when it is their group's turn."""
        if self._own_samples:
            self._values[setter] = values
            return
        for plan in {plan.parameters.theta.shape: plan for plan in self._plans}.values():  # others read the same memory
            getattr(plan, setter)(values)

    def _load(self, who: slice, plan: Plan) -> None:
        for setter, values in self._values.items():
            getattr(plan, setter)(values[who])
