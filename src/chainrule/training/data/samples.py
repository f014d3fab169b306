"""The samples of a run, checked: what a bound batch or a plan is set to."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Calls
from chainrule.core.mapped import check_mapped, mapped


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Checked samples: x (n, *shape), the targets y in the form of `Loss.rows`, weights (n,) or None.

    own: each member of a population has samples of its own, and all arrays a leading axis K.
    """

    x: Array
    y: Array
    weights: Array | None = None
    own: bool = False

    @property
    def n(self) -> int:
        """Samples; per member, where each has its own."""
        return int(self.y.shape[self.own])

    def chunk(self, which: slice) -> "TrainingData":
        """Some of the samples: views."""
        at = (slice(None), which) if self.own else which
        return TrainingData(self.x[at], self.y[at], None if self.weights is None else self.weights[at], self.own)

    def member(self, k: int) -> "TrainingData":
        """The samples of member k."""
        if not self.own:
            return self
        return TrainingData(self.x[k], self.y[k], None if self.weights is None else self.weights[k])

    def members(self, who: slice) -> "TrainingData":
        """The samples of some of the members."""
        if not self.own:
            return self
        return TrainingData(self.x[who], self.y[who], None if self.weights is None else self.weights[who], own=True)

    def for_programs(self, dtype: np.dtype[Any]) -> "TrainingData":
        """These samples with targets and x in a run's dtype, so that no program calls Python to convert them.

        x stays as it is where it is mapped from a file, or would take more memory so.
        """
        as_it_is = self.x.itemsize < dtype.itemsize or mapped(self.x) is not None
        x = self.x if as_it_is else self.x.astype(dtype, copy=False)
        return replace(self, x=x, y=self.y.astype(dtype, copy=False))

    def bind(self, plan: Any, of: "TrainingData | None" = None) -> Calls:
        """The calls that set a plan of this length to what these arrays hold when they are made.

        of: all samples that the plan's loss is the mean of, where these are a part of them.
        """
        of_weights = None if of is None else of.weights
        return Calls(
            *plan.bind_input(np.asarray(self.x)),
            *plan.bind_targets(self.y),
            *(() if self.weights is None else plan.bind_weights(self.weights, of_weights)),
        )

    def load(self, plan: Any) -> None:
        """Set a plan of this length to these samples."""
        check_mapped(self.x)
        self.bind(plan)()
