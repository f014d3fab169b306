"""Chunks: a large population, walked group by group in memory that a cache can hold.

Members share nothing but the samples, so a step of all of them is a step of each group, one after the other. The groups
take turns in one set of activations (`Arena`): thousands of networks need the memory of a few hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.core.calls import Call, bind_copy
from chainrule.core.objective import Objective
from chainrule.core.plan.binding import Generators
from chainrule.core.plan.layout import Arena
from chainrule.core.plan.plan import Plan

MOST_NUMBERS = 2**19
"""A group has at most about so many numbers in its activations (`Network.n_rows` a sample).

Of the reference network on 100 points that is 374 members; 4,096 of them take half of the time that they take at once.
"""


SetValues = Callable[[Plan, Array], None]


def groups(objective: Objective, n: int, theta: Array) -> list[slice]:
    """The groups of members: as few as can be, of one size (the last may be smaller).

    All in one where settings of the network or the penalty have K values: those lie in a description as a whole.
    """
    described = [each for each in (objective.network, objective.penalty) if each is not None]
    members, has_k_values = count(theta.shape[:-1]), any(each.members() for each in described)
    n_groups = 1 if has_k_values else -(-members * n * objective.network.n_rows // MOST_NUMBERS)
    size = -(-members // n_groups)
    return [slice(start, min(start + size, members)) for start in range(0, members, size)]


class Chunks:
    """A batch that a population walks group by group: to be used as the plan of all of it would be."""

    def __init__(
        self,
        objective: Objective,
        n: int,
        members: Sequence[slice],
        theta: Array,
        state: Array,
        gradient: Array,
        draws: Generators,
        *,
        weighted: bool,
        own_samples: bool,
    ) -> None:
        self.n, self.theta = n, theta
        self.value = np.zeros(theta.shape[:-1], theta.dtype)
        self._own_samples = own_samples
        self._held: dict[SetValues, Array] = {}
        self._first_of_size: dict[int, Plan] = {}  # the others read the same memory
        arenas: dict[int, Arena] = {}
        measure: list[Call] = []
        for who in members:
            size = who.stop - who.start
            arena = arenas.setdefault(size, Arena())
            arena.rewind()
            own_draws = {number: of_members[who] for number, of_members in draws.items()}
            plan = objective.plan(
                *(n, theta[who], state[who], gradient[who], weighted),
                draws=own_draws,
                own_samples=own_samples,
                memory=arena,
            )
            self._first_of_size.setdefault(size, plan)
            measure += [partial(self._load, who, plan)] if own_samples else []
            measure += [*plan.measure, bind_copy(plan.value, out=self.value[who])]
        self.measure = tuple(measure)

    def set_input(self, x: Array) -> None:
        """Samples (n, *shape), or (K, n, *shape) where each member has its own."""
        self._hand_on(Plan.set_input, x)

    def set_targets(self, rows: Array) -> None:
        """Targets in the form of `Loss.rows`: values (..., n, O), or class numbers (..., n)."""
        self._hand_on(Plan.set_targets, rows)

    def set_weights(self, weights: Array) -> None:
        """Weights (..., n)."""
        self._hand_on(Plan.set_weights, weights)

    def _hand_on(self, set_values: SetValues, values: Array) -> None:
        """At once, where members share their samples; else each group's own when it is the group's turn."""
        if self._own_samples:
            self._held[set_values] = values
        else:
            for plan in self._first_of_size.values():
                set_values(plan, values)

    def _load(self, who: slice, plan: Plan) -> None:
        for set_values, values in self._held.items():
            set_values(plan, values[who])
