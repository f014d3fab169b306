"""Gather the samples of a mini-batch, as calls of the row that a step is: compiled, they need no Python."""

from __future__ import annotations

from functools import partial

import numpy as np

from chainrule.core.arrays import Array, empty
from chainrule.core.calls import Call, Calls, call, check_finite, take, total
from chainrule.core.engine.choice import Engine
from chainrule.core.mapped import check_mapped, mapped
from chainrule.training.data.augmentation import Augmenter
from chainrule.training.data.samples import TrainingData
from chainrule.training.execution.choice import bind_batch
from chainrule.training.state import TrainingState
from chainrule.training.task import Task

VALUE_AND_GRADIENT = "loss and gradient"
"""What this row of a step is called in a listing."""


class Gather:
    """Gathers rows of the data for a bound batch, through arrays of the data's own dtype.

    size: the samples of a batch; the last may have fewer.
    place (1,): the number of the batch that `load` gathers next: it counts.
    load: gathers, in the order of samples as it is when it is called.
    value_and_gradient: the batch's, and the epoch's loss grows by its share: its part of the samples, or of the sum of
        their weights; (), or (K,) where members have batches of their own.
    """

    def __init__(
        self, task: Task, n: int, size: int, state: TrainingState, augmenter: Augmenter | None, engine: Engine
    ) -> None:
        data, dtype, self.place = task.data, task.theta.dtype, np.zeros(1, np.int64)
        lead = task.theta.shape[:-1] if state.own_batches else ()
        order, rows = state.order if state.own_batches else state.order[0], np.empty((*lead, n), np.intp)
        start = order.shape[-1] // size * size
        is_short = n != size  # then it is the only one: its number is beyond the last
        by_batch = order[..., None, start:] if is_short else order[..., :start].reshape(*lead, -1, size)
        load: list[Call] = [] if mapped(data.x) is None else [partial(check_mapped, data.x)]
        load.append(bind_take(by_batch, self.place, len(lead), rows[..., None, :], engine))
        place = self.place.reshape(())
        load.append(call(np.add, place, np.array(1), out=place))
        is_class_number = data.y.ndim == 1 + data.own
        y = data.y.astype(dtype, copy=False) if is_class_number else data.y  # as they are compared with all classes
        taken: list[Array] = []
        for source in (data.x, y) if data.weights is None else (data.x, y, data.weights):
            of_sample = source.shape[1 + data.own :]  # all members' samples in a row, which the order counts through
            out = empty((*lead, n, *of_sample), source.dtype)
            flat, to = source.reshape(-1, *of_sample), out.reshape(-1, *of_sample)
            load.append(bind_take(flat, rows.reshape(-1), 0, to, engine))
            taken.append(out)
        x, y, weights = taken[0], taken[1], taken[2] if taken[2:] else None
        if augmenter is not None:
            x, augment = augmenter.bind(x, dtype)
            load += augment
        samples = TrainingData(x, y, weights, own=state.own_batches)
        batch = self.batch = bind_batch(task.objective, samples, state.parameters, state.generators, engine)
        share, part = np.full(lead, n / data.n, dtype), np.empty_like(batch.value)
        load += batch.load
        if data.weights is not None and weights is not None:
            sums, all_weights = np.empty(lead, weights.dtype), np.array(total(data.weights, axis=-1))
            load += [call(total, weights, axis=-1, out=sums), call(np.divide, sums, all_weights, out=share)]
        self.load = engine.row(Calls(*load), [self.place, x, *taken, share, *batch.loaded], "the batch")
        calls = Calls(
            *batch.value_and_gradient,
            call(np.multiply, batch.value, share, out=part),
            call(np.add, state.epoch_loss, part, out=state.epoch_loss),
            partial(check_finite, batch.value, state.monitor.ended),
        )
        self.value_and_gradient = engine.row(calls, [batch.value, *state.observed], VALUE_AND_GRADIENT)


def bind_take(source: Array, index: Array, axis: int, out: Array, engine: Engine) -> Call:
    """The call that takes entries along an axis; an index beyond the last one means that."""
    source = np.asarray(source)  # not as a memmap
    if (source.flags.c_contiguous and source.dtype.isnative) or engine.moves(source):
        return call(take, source, index, axis=axis, out=out, mode="clip")
    return partial(take_apart, source, index, axis, out)


def take_apart(source: Array, index: Array, axis: int, out: Array) -> None:
    """Take entries from where they are: of an array like this, NumPy's `take` would first make a whole copy.

    >>> out = np.empty((2, 1))
    >>> take_apart(np.arange(6.0).reshape(3, 2).T, np.array([9]), 1, out)
    >>> out
    array([[4.],
           [5.]])
    """
    which = np.minimum(index, source.shape[axis] - 1)
    out[...] = source[(*[slice(None)] * axis, which)]
