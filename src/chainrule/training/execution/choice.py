"""How a batch is walked at each step: whole, in micro-batches of its samples, or in chunks of its members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from chainrule.core.arrays import Array
from chainrule.core.calls import Call
from chainrule.core.objective import Objective
from chainrule.core.plan.binding import Generators
from chainrule.training.execution.groups import Chunks, groups
from chainrule.training.execution.micro_batches import MicroBatches, pieces
from chainrule.training.execution.threads import Lanes


class Batch(Protocol):
    """A batch, bound: what a plan of all of it is."""

    n: int
    theta: Array
    value: Array
    measure: tuple[Call, ...]

    def set_input(self, x: Array) -> None: ...

    def set_targets(self, rows: Array) -> None: ...

    def set_weights(self, weights: Array) -> None: ...


def bind_batch(
    objective: Objective,
    n: int,
    theta: Array,
    state: Array,
    gradient: Array,
    draws: Sequence[Generators],
    lanes: Lanes,
    *,
    weighted: bool,
    own_samples: bool = False,
) -> Batch:
    """A batch of n samples. draws: the generators of each lane; the first lane's where it isn't walked in lanes."""
    settings: dict[str, Any] = {"weighted": weighted, "own_samples": own_samples}
    walk = pieces(objective.network, n)
    if len(walk) > 1:
        return MicroBatches(objective, walk, theta, state, gradient, draws, lanes, **settings)
    members = groups(objective, n, theta)
    if len(members) > 1:
        return Chunks(objective, n, members, theta, state, gradient, draws[0], **settings)
    return objective.plan(n, theta, state, gradient, draws=draws[0], **settings)
