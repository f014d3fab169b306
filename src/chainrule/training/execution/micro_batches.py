"""Micro-batches: a large batch of a network with convolutions, walked in pieces whose activations a cache can hold.

    loss = Σ over the pieces,    gradient = Σ over the pieces,    each sample with its share of the whole batch's mean

The pieces are dealt out to two lanes, which have memory of their own and may run at the same time. How many samples a
piece has, which lane it goes to and in which order the sums are taken follow from the network and the batch alone:
results are the same on any number of cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, one_by_one
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.optimizers import Memory
from chainrule.core.plan.binding import Generators
from chainrule.core.plan.plan import arithmetic
from chainrule.training.execution.threads import Lanes

LANES = 2

MOST_NUMBERS = 2**19
"""A piece has at most about so many numbers in its activations (`Network.n_rows` a sample)."""

WORTH_LANES = 2**18
"""A batch of fewer numbers is walked whole: in less time than threads need to meet."""


def pieces(network: Network, n: int) -> list[slice]:
    """How a batch of n samples is walked: whole, or in pieces of one size (the last may be shorter), as many a lane.

    >>> from chainrule.core.layers.dense import Dense
    >>> pieces(Network(784, [Dense(10)]), 512)
    [slice(0, 512, None)]
    """
    layers = [leaf.layer for leaf in network.leaves]
    unfolds = any(layer.unfolds for layer in layers)
    is_whole = network.n_state > 0 or any(layer.mixes_samples for layer in layers)
    if not unfolds or is_whole or network.n_rows * n < WORTH_LANES:
        return [slice(0, n)]
    rounds = -(-n * network.n_rows // (LANES * MOST_NUMBERS))
    size = -(-n // (LANES * rounds))
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


class MicroBatches:
    """A batch that is walked in pieces: to be used as the plan of all of it would be.

    What is set is held on to, and read at each walk.
    """

    def __init__(
        self,
        objective: Objective,
        walk: Sequence[slice],
        theta: Array,
        state: Array,
        gradient: Array,
        draws: Sequence[Generators],
        lanes: Lanes,
        *,
        weighted: bool,
        own_samples: bool,
    ) -> None:
        self.n = walk[-1].stop
        self.theta, self.gradient = theta, gradient
        self.value = np.zeros(theta.shape[:-1], theta.dtype)
        self.weights: Array | None = None
        of_samples = replace(objective, penalty=None)  # the penalty is of theta: added once
        settings = {"weighted": weighted, "own_samples": own_samples, "of": self.n}
        self._dealt = [
            Lane(of_samples, walk[lane::LANES], theta, state, draws[lane], settings) for lane in range(LANES)
        ]
        self._walks = [partial(lane.walk, self) for lane in self._dealt]
        self._lanes = lanes
        self.measure: tuple[Call, ...] = (self._walk,)
        if objective.penalty is not None:
            memory = Memory(theta, gradient, {}, objective.network.is_weight(theta.dtype))
            forward, backward = objective.penalty.bind(memory, self.value)
            self.measure += one_by_one(forward) + one_by_one(backward)

    def set_input(self, x: Array) -> None:
        """Samples (n, *shape), or (K, n, *shape) where each member has its own."""
        self.x = x

    def set_targets(self, rows: Array) -> None:
        """Targets in the form of `Loss.rows`: values (..., n, O), or class numbers (..., n)."""
        self.rows = rows

    def set_weights(self, weights: Array) -> None:
        """Weights (..., n)."""
        self.weights = weights

    def _walk(self) -> None:
        self._lanes.run(self._walks)
        one, other = self._dealt
        np.add(one.gradient, other.gradient, out=self.gradient)
        np.add(one.value, other.value, out=self.value)


class Lane:
    """Every second piece of a batch, one after the other, in memory of the lane's own; the sums of what they give."""

    def __init__(
        self,
        objective: Objective,
        walk: Sequence[slice],
        theta: Array,
        state: Array,
        draws: Generators,
        settings: dict[str, Any],
    ) -> None:
        self.gradient, self._part = np.empty_like(theta), np.empty_like(theta)
        self.value = np.empty(theta.shape[:-1], theta.dtype)
        plans = {n: objective.plan(n, theta, state, self._part, draws=draws, **settings) for n in map(length, walk)}
        samples_first = (slice(None),) * (theta.ndim - 1 if settings["own_samples"] else 0)
        self._pieces = [((*samples_first, which), plans[length(which)]) for which in walk]

    def walk(self, batch: MicroBatches) -> None:
        self.gradient.fill(0.0)
        self.value.fill(0.0)
        with arithmetic():  # known to the caller's thread alone
            for which, plan in self._pieces:
                plan.set_input(batch.x[which])
                plan.set_targets(batch.rows[which])
                if batch.weights is not None:
                    plan.set_weights(batch.weights[which], of=batch.weights)
                for call in plan.measure:
                    call()
                np.add(self.gradient, self._part, out=self.gradient)
                np.add(self.value, plan.value, out=self.value)


def length(which: slice) -> int:
    """How many samples a piece has."""
    return int(which.stop - which.start)
