"""A large population, run group by group in memory that a cache can hold.

Members share nothing but the samples, so a step of all of them is a step of each group, one after the other. The groups
take turns in one set of activations (`Arena`): thousands of networks need the memory of a few hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, bind_copy
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import Generators
from chainrule.core.plan.layout import Arena
from chainrule.core.plan.plan import Plan
from chainrule.training.data.samples import TrainingData


class Groups:
    """A `BoundBatch` of a population that runs in groups of members, a plan each.

    Samples that members share are loaded once for each size of group: groups of one size read the same memory. Samples
    of each member's own are copied when it is their group's turn.
    """

    def __init__(
        self,
        objective: Objective,
        samples: TrainingData,
        members: Sequence[slice],
        parameters: Parameters,
        generators: Generators,
    ) -> None:
        self.n, self.parameters = samples.n, parameters
        self.value = np.zeros(parameters.theta.shape[:-1], parameters.theta.dtype)
        settings: dict[str, Any] = {"own_samples": samples.own, "weighted": samples.weights is not None}
        arenas: dict[int, Arena] = {}
        first_of_size: dict[int, Plan] = {}
        calls: list[Call] = []
        evaluations: list[Call] = []
        for who in members:
            size = who.stop - who.start
            arena = arenas.setdefault(size, Arena())
            arena.rewind()
            of_members = {number: each[who] for number, each in generators.items()}
            plan = Plan(objective, self.n, parameters.members(who), generators=of_members, memory=arena, **settings)
            first_of_size.setdefault(size, plan)
            load = samples.members(who).bind(plan) if samples.own else ()
            calls += [*load, *plan.value_and_gradient, bind_copy(plan.value, out=self.value[who])]
            evaluations += [*load, *plan.evaluate, bind_copy(plan.value, out=self.value[who])]
        self.value_and_gradient, self.evaluate = Calls(*calls), Calls(*evaluations)
        shared = () if samples.own else first_of_size.values()
        self.load = Calls(*(each for plan in shared for each in samples.bind(plan)))
        self.loaded: Sequence[Array] = [array for plan in shared for array in plan.loaded]

    def close(self) -> None:
        """Nothing to end: groups run in the caller's thread."""
