"""How samples reach the bound plans: all at once, or gathered batch by batch. The data stay as the user gave them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from chainrule.core.arrays import Array, Shape, chunks, count
from chainrule.core.calls import Call, take, total
from chainrule.core.objective import Objective
from chainrule.core.plan.plan import generators, run
from chainrule.core.streams import stream
from chainrule.training.data.augmentation import Augmentation, Augmenter
from chainrule.training.execution.choice import Batch, bind_batch
from chainrule.training.execution.micro_batches import LANES
from chainrule.training.execution.threads import Lanes


@dataclass(frozen=True, eq=False)
class Samples:
    """Checked data: x (n, *shape), y in the form of `Loss.rows`, weights (n,) or None."""

    x: Array
    y: Array
    weights: Array | None = None

    def __len__(self) -> int:
        return len(self.x)

    def load(self, plan: Batch, which: slice = slice(None)) -> None:
        """Copy a stretch of the samples into a plan of that length."""
        plan.set_input(self.x[which])
        plan.set_targets(self.y[which])
        if self.weights is not None:
            plan.set_weights(self.weights[which])


class Batches(Protocol):
    """Where a run's steps come from."""

    loss: Array
    """The mean loss of the epoch, (), or (K,): complete when the epoch is."""
    value: Array
    """The loss of the batch measured last."""
    lanes: Lanes
    """What its large batches are walked by, to be open while epochs are."""

    def epoch(self) -> Iterable[Sequence[Call]]:
        """The calls of each step, in turn: they write the loss's value and the gradient."""
        ...


class FullBatch:
    """Every step is the whole data set, copied once to where the network reads it; in micro-batches, at each step."""

    def __init__(
        self, objective: Objective, data: Samples, theta: Array, state: Array, gradient: Array, seeds: Sequence[int]
    ) -> None:
        self.lanes = Lanes()
        draws = [generators(objective.network, seeds, lane) for lane in range(LANES)]
        weighted = data.weights is not None
        plan = bind_batch(objective, len(data), theta, state, gradient, draws, self.lanes, weighted=weighted)
        data.load(plan)
        self.loss = self.value = plan.value
        self._steps = (plan.measure,)

    def epoch(self) -> Iterable[Sequence[Call]]:
        return self._steps


class MiniBatches:
    """Each epoch walks the samples in a new order, each member in its own; the last batch may be short."""

    def __init__(
        self,
        objective: Objective,
        data: Samples,
        theta: Array,
        state: Array,
        gradient: Array,
        seeds: Sequence[int],
        size: int,
        augmentations: Sequence[Augmentation] = (),
    ) -> None:
        network, lead = objective.network, theta.shape[:-1]
        own = len(set(seeds)) > 1  # members with one seed see the same batches
        sample_lead = lead if own else ()
        batch_seeds = seeds if own else seeds[:1]
        self._shuffles = [stream(seed, "shuffle") for seed in batch_seeds]
        augmenter = Augmenter(augmentations, batch_seeds) if augmentations else None
        self._data = data
        self._in_order = np.arange(len(data))
        self._order = np.empty((len(self._shuffles), len(data)), np.intp)
        self.value: Array = np.zeros(lead, theta.dtype)
        self.loss = np.zeros(lead, theta.dtype)
        self._part = np.zeros(lead, theta.dtype)

        self.lanes = Lanes()
        draws = [generators(network, seeds, lane) for lane in range(LANES)]
        starts = range(0, len(data), size)
        settings = {"weighted": data.weights is not None, "own_samples": own}
        self._gathers: dict[int, _Gather] = {}
        for n in {min(size, len(data)), len(data) - starts[-1]}:
            plan = bind_batch(objective, n, theta, state, gradient, draws, self.lanes, **settings)
            self._gathers[n] = _Gather(data, plan, sample_lead, augmenter)
        orders = self._order.reshape(*sample_lead, len(data))
        self._batches = [orders[..., start : start + size] for start in starts]

    def epoch(self) -> Iterator[Sequence[Call]]:
        for order, shuffle in zip(self._order, self._shuffles, strict=True):
            order[...] = self._in_order
            shuffle.shuffle(order)
        self.loss[...] = 0.0
        for rows in self._batches:
            gather = self._gathers[rows.shape[-1]]
            gather.load(rows)
            self.value = gather.plan.value
            yield gather.plan.measure
            np.multiply(self.value, gather.share, out=self._part)
            np.add(self.loss, self._part, out=self.loss)


class _Gather:
    """Rows of the data, brought into a plan through arrays of the data's own dtype.

    share: the batch's part of the epoch's mean, (), or (K,) where members have batches of their own: its part of the
        samples, or of the sum of their weights.
    """

    def __init__(self, data: Samples, plan: Batch, lead: Shape, augmenter: Augmenter | None) -> None:
        self.plan = plan
        self.share = np.full(plan.value.shape if lead else (), plan.n / len(data), plan.theta.dtype)
        set_input = plan.set_input if augmenter is None else augmenter.before(plan.set_input, plan.theta.dtype)
        self._pairs = [(data.x, set_input), (data.y, plan.set_targets)]
        if data.weights is not None:
            self._pairs.append((data.weights, plan.set_weights))
        self._all_weights = np.array(1.0 if data.weights is None else data.weights.sum())
        self._taken = [np.empty((*lead, plan.n, *source.shape[1:]), source.dtype) for source, _ in self._pairs]
        self._weights = None if data.weights is None else self._taken[-1]

    def load(self, rows: Array) -> None:
        for (source, put), taken in zip(self._pairs, self._taken, strict=True):
            if source.flags.c_contiguous and source.dtype.isnative:
                take(source, rows, axis=0, out=taken, mode="clip")
            else:
                taken[...] = source[rows]  # `take` would first copy the whole of such an array
            put(taken)
        if self._weights is not None:
            np.divide(total(self._weights, axis=-1), self._all_weights, out=self.share)


class Appraiser:
    """The mean loss of a data set under theta and state as they are now, in prediction mode: a number, or (K,)."""

    def __init__(self, objective: Objective, data: Samples, theta: Array, state: Array) -> None:
        self._data, self._lead = data, theta.shape[:-1]
        self._stretches = list(chunks(len(data), objective.network.n_rows * count(self._lead), at_least=4 * theta.size))
        lengths = {which.stop - which.start for which in self._stretches}
        weighted = data.weights is not None
        self._plans = {n: objective.plan(n, theta, state, None, weighted, training=False) for n in lengths}
        weights = np.ones(len(data)) if data.weights is None else data.weights
        self._shares = [weights[which].sum() / weights.sum() for which in self._stretches]
        self._loaded = False

    def __call__(self) -> Array:
        mean: Array = np.zeros((*self._lead,))
        for which, share in zip(self._stretches, self._shares, strict=True):
            plan = self._plans[which.stop - which.start]
            if not self._loaded:
                self._data.load(plan, which)
            run(plan.appraise)
            mean += plan.value * share
        self._loaded = len(self._stretches) == 1
        return mean
