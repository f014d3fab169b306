"""A batch that runs whole: one plan."""

from __future__ import annotations

from typing import Any

from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import Plan
from chainrule.training.data.samples import TrainingData


class Whole(Plan):
    """A `BoundBatch` that is a plan, which copies its samples to where its network reads them. settings: the plan's."""

    def __init__(self, objective: Objective, samples: TrainingData, parameters: Parameters, **settings: Any) -> None:
        weighted = samples.weights is not None
        super().__init__(objective, samples.n, parameters, own_samples=samples.own, weighted=weighted, **settings)
        self.load = samples.bind(self)
