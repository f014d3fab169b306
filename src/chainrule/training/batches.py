"""The samples that each step learns from, in their order; and the objective of a whole data set.

The data stay as the user gave them, and should stay so during a run: a full batch that runs whole is copied once, a
mini-batch is gathered when its turn comes, micro-batches and groups with samples of their own are read at each step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import numpy as np

from chainrule.core.arrays import Array, chunks, count
from chainrule.core.calls import Call, Calls, call, check_finite, run, take, total
from chainrule.core.engine.choice import Engine
from chainrule.core.mapped import check_mapped, mapped
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.bound import BoundBatch
from chainrule.core.plan.plan import EvaluationPlan, Plan
from chainrule.training.data.augmentation import Augmenter
from chainrule.training.execution.choice import bind_batch
from chainrule.training.repeated_steps import EqualBatches
from chainrule.training.state import TrainingState
from chainrule.training.task import Task, TrainingData

VALUE_AND_GRADIENT = "loss and gradient"
"""What this row of a step is called in a listing."""


class Batches(Protocol):
    """The batches of an epoch, in their order."""

    n: int
    """The number of batches."""
    loss: Array
    """The mean loss of the epoch, (), or (K,): complete when the epoch is."""
    equal: Sequence[EqualBatches]
    """The batches, by their length."""

    def begin_epoch(self) -> None:
        """Choose the order of the samples."""

    def close(self) -> None:
        """End the threads that batches run in; the next batch starts them again."""


class FullBatch:
    """Every step learns from the whole data set, copied once to where the network reads it."""

    n = 1

    def __init__(self, task: Task, state: TrainingState, engine: Engine) -> None:
        data = task.data
        self._batch = bind_batch(
            task.objective,
            data.n,
            state.parameters,
            state.generators,
            engine,
            weighted=data.weights is not None,
            own_samples=data.own,
        )
        data.load(self._batch)
        value = self.loss = self._batch.value
        calls = Calls(*self._batch.value_and_gradient, partial(check_finite, value, state.monitor.ended))
        value_and_gradient = engine.row(calls, [value, *state.observed], VALUE_AND_GRADIENT)
        self.equal: Sequence[EqualBatches] = [
            EqualBatches(1, value, np.zeros(1), Calls(), value_and_gradient)
        ]  # loaded once for all

    def begin_epoch(self) -> None:
        """The order stays the data's own."""

    def close(self) -> None:
        """End the threads that the batch runs in."""
        self._batch.close()


class MiniBatches:
    """Each epoch takes the samples in a new order, each member in its own; the last batch may be short."""

    def __init__(self, task: Task, state: TrainingState, engine: Engine) -> None:
        data, size = task.data, task.batch_size or task.data.n
        self._state, self.loss = state, state.epoch_loss
        augmenter = None
        if task.augmentations:
            augmenter = Augmenter(task.augmentations, state.augment_generators, state.own_batches)
        n_full, n_short = divmod(data.n, size)
        self.n = n_full + (n_short > 0)
        lengths = [(n, length) for n, length in ((n_full, size), (1, n_short)) if n and length]
        self._gathers: list[Gather] = []
        for _, n in reversed(lengths):  # a listing shows the longer, which is bound last
            batch = bind_batch(
                task.objective,
                n,
                state.parameters,
                state.generators,
                engine,
                weighted=data.weights is not None,
                own_samples=state.own_batches,
            )
            self._gathers.insert(0, Gather(data, batch, size, state, augmenter, engine))
        self.equal: Sequence[EqualBatches] = [
            EqualBatches(n, gather.batch.value, gather.place, gather.load, gather.value_and_gradient)
            for (n, _), gather in zip(lengths, self._gathers, strict=True)
        ]

    def begin_epoch(self) -> None:
        """Shuffle the samples."""
        self._state.shuffle()
        self.loss[...] = 0.0

    def close(self) -> None:
        """End the threads that batches run in."""
        for gather in self._gathers:
            gather.batch.close()


class Gather:
    """Gathers rows of the data for a bound batch, through arrays of the data's own dtype.

    size: the samples of a batch; the last may have fewer.
    place (1,): the number of the batch that `load` gathers next: it counts.
    share: the batch's part of the epoch's mean, (), or (K,) where members have batches of their own: its part of the
        samples, or of the sum of their weights.
    """

    def __init__(
        self,
        data: TrainingData,
        batch: BoundBatch,
        size: int,
        state: TrainingState,
        augmenter: Augmenter | None,
        engine: Engine,
    ) -> None:
        self.batch, self._size, self.place = batch, size, np.zeros(1, np.int64)
        value, dtype = batch.value, batch.value.dtype
        lead = value.shape if state.own_batches else ()
        share = self._share = np.full(lead, batch.n / data.n, dtype)
        part = np.empty_like(value)
        calls = Calls(
            *batch.value_and_gradient,
            call(np.multiply, value, share, out=part),
            call(np.add, state.epoch_loss, part, out=state.epoch_loss),
            partial(check_finite, value, state.monitor.ended),
        )
        self.value_and_gradient = engine.row(calls, [value, *state.observed], VALUE_AND_GRADIENT)
        set_input = batch.set_input if augmenter is None else augmenter.before(batch.set_input, dtype)
        is_class_number = data.y.ndim == 1 + data.own
        y = data.y.astype(dtype, copy=False) if is_class_number else data.y  # as they are compared with all classes
        pairs: list[tuple[Array, Callable[[Array], None]]] = [(data.x, set_input), (y, batch.set_targets)]
        if data.weights is not None:
            pairs.append((data.weights, batch.set_weights))
        if data.own:  # all members' samples in a row, which the order counts through
            pairs = [(source.reshape(-1, *source.shape[2:]), put) for source, put in pairs]
        self._pairs = pairs
        self._order = state.order if state.own_batches else state.order[0]
        self._rows = np.empty((*lead, batch.n), np.intp)
        self._taken = [np.empty((*lead, batch.n, *source.shape[1:]), source.dtype) for source, _ in pairs]
        self._weights = None if data.weights is None else self._taken[-1]
        self._all_weights = np.array(1.0 if data.weights is None else total(data.weights, axis=-1))
        is_plain = all(can_take(source) and mapped(source) is None for source, _ in pairs)
        self.load: Call = self._load
        if isinstance(batch, Plan) and is_plain and augmenter is None and data.weights is None and not lead:
            self.load = engine.row(self._bind_load(batch), [self.place, batch.input, batch.targets], "the batch")

    def _bind_load(self, plan: Plan) -> Calls:
        """The calls that gather the samples of the batch at `place`, in the order as it is when they are made."""
        n, start = len(self._rows), len(self._order) // self._size * self._size
        by_batch = self._order[:start].reshape(-1, n) if n == self._size else self._order[None, start:]
        (x, _), (y, _) = self._pairs
        place, (taken_x, taken_y) = self.place.reshape(()), self._taken
        return Calls(
            call(take, by_batch, self.place, axis=0, out=self._rows[None], mode="clip"),  # a short one is the only one
            call(np.add, place, np.array(1), out=place),
            call(take, x, self._rows, axis=0, out=taken_x, mode="clip"),
            call(take, y, self._rows, axis=0, out=taken_y, mode="clip"),
            *plan.bind_input(taken_x),
            *plan.bind_targets(taken_y),
        )

    def _load(self) -> None:
        """Gather the samples of the batch at `place`: of members' own batches, of weighted or augmented samples."""
        start = self.place.item() * self._size
        self.place += 1
        rows = self._order[..., start : start + self.batch.n]
        if not rows.flags.c_contiguous:  # `take` would copy these parts of the members' orders for each source
            np.copyto(self._rows, rows)
            rows = self._rows
        check_mapped(self._pairs[0][0])
        for (source, put), taken in zip(self._pairs, self._taken, strict=True):
            if can_take(source):
                take(source, rows, axis=0, out=taken, mode="clip")
            else:
                taken[...] = source[rows]
            put(taken)
        if self._weights is not None:
            np.divide(total(self._weights, axis=-1), self._all_weights, out=self._share)


def can_take(source: Array) -> bool:
    """Whether entries are taken from where they are: else `take` first copies the whole array."""
    return source.flags.c_contiguous and source.dtype.isnative


class Evaluator:
    """The objective of a data set at the parameters as they are now, in prediction mode: a number, or (K,)."""

    def __init__(self, objective: Objective, data: TrainingData, parameters: Parameters, engine: Engine) -> None:
        self._lead = parameters.theta.shape[:-1]
        numbers = objective.network.n_numbers * count(self._lead)
        slices = list(chunks(data.n, numbers, at_least=4 * parameters.theta.size))
        settings = {"own_samples": data.own, "weighted": data.weights is not None}
        plans = {
            n: EvaluationPlan(objective, n, parameters, **settings)
            for n in {which.stop - which.start for which in slices}
        }
        rows = {n: engine.row(plan.evaluate, [plan.value]) for n, plan in plans.items()}
        weights = np.ones(data.n) if data.weights is None else data.weights
        self._chunks = [
            (data.chunk(which), plans[n], rows[n], weights[..., which].sum(-1) / weights.sum(-1))
            for which in slices
            for n in (which.stop - which.start,)
        ]
        self._is_loaded = False

    def __call__(self) -> Array:
        mean: Array = np.zeros(self._lead)
        for chunk, plan, evaluate, share in self._chunks:
            if not self._is_loaded:
                chunk.load(plan)
            run(evaluate)
            mean += plan.value * share
        self._is_loaded = len(self._chunks) == 1
        return mean
