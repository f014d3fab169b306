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


class Groups:
    """A `BoundBatch` of a population that runs in groups of members, a plan each.

    Samples that members share are loaded when they are set, once for each size of group: groups of one size read the
    same memory. Samples of each member's own are loaded when it is their group's turn.
    """

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
        self._x = self._rows = np.empty(0)
        self._weights: Array | None = None
        self._own_samples = own_samples
        self._groups: list[tuple[slice, Plan]] = []
        arenas: dict[int, Arena] = {}
        for who in members:
            arena = arenas.setdefault(who.stop - who.start, Arena())
            arena.rewind()
            plan = Plan(
                objective,
                n,
                parameters.members(who),
                generators={number: of_members[who] for number, of_members in generators.items()},
                own_samples=own_samples,
                weighted=weighted,
                memory=arena,
            )
            self._groups.append((who, plan))
        first_of_size = {plan.value.shape: plan for _, plan in reversed(self._groups)}
        self._loaded_at_once = [] if own_samples else list(first_of_size.values())
        self.forward = self._in_turn(lambda plan: plan.forward)
        self.evaluate = self._in_turn(lambda plan: plan.evaluate)
        self.value_and_gradient = self._in_turn(lambda plan: plan.value_and_gradient)

    def _in_turn(self, row_of: Callable[[Plan], Calls]) -> Calls:
        """One pass of every group: its own samples, its plan's calls, and its value to where all values are."""
        calls: list[Call] = []
        for who, plan in self._groups:
            calls += [partial(self._load, who, plan)] if self._own_samples else []
            calls += [*row_of(plan), bind_copy(plan.value, out=self.value[who])]
        return Calls(*calls)

    def _load(self, who: slice, plan: Plan) -> None:
        """Load the samples of a group's members."""
        plan.set_input(self._x[who])
        plan.set_targets(self._rows[who])
        if self._weights is not None:
            plan.set_weights(self._weights[who])

    def set_input(self, x: Array) -> None:
        """Set the samples (n, *shape), or (K, n, *shape) where each member has its own."""
        self._x = x
        for plan in self._loaded_at_once:
            plan.set_input(x)

    def set_targets(self, rows: Array) -> None:
        """Set the targets in the form of `Loss.rows`."""
        self._rows = rows
        for plan in self._loaded_at_once:
            plan.set_targets(rows)

    def set_weights(self, weights: Array) -> None:
        """Set the samples' weights (..., n)."""
        self._weights = weights
        for plan in self._loaded_at_once:
            plan.set_weights(weights)

    def close(self) -> None:
        """All groups run in the caller's thread."""
