"""The samples that each step learns from, in their order.

The data stay as the user gave them, and should stay so during a run: a full batch that runs whole is copied once, a
mini-batch is gathered when its turn comes, micro-batches and groups with samples of their own are read at each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, Ended, check_finite, run
from chainrule.core.engine.choice import Engine
from chainrule.core.mapped import check_mapped
from chainrule.training.data.augmentation import Augmenter
from chainrule.training.execution.choice import bind_batch
from chainrule.training.gather import VALUE_AND_GRADIENT, Gather
from chainrule.training.repeated_steps import EqualBatches
from chainrule.training.state import TrainingState
from chainrule.training.task import Task

WORTH_LOWERING = 10**7
"""Parameters, of all members, times samples: a pass forward makes about as many multiplications, and more where weights
are shared, as a convolution's are. Where there are fewer, a step's own program has the loss, with its gradient, before
a program of the loss alone would be lowered: that takes 0.1 to 0.4 ms."""


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
        self._batch = bind_batch(task.objective, data, state.parameters, state.generators, engine)
        check_mapped(data.x)
        self._batch.load()
        self._engine, self._multiplications = engine, task.theta.size * data.n
        value = self.loss = self._batch.value
        calls = Calls(*self._batch.value_and_gradient, partial(check_finite, value, state.monitor.ended))
        value_and_gradient = engine.row(calls, [value, *state.observed], VALUE_AND_GRADIENT)
        self.equal: Sequence[EqualBatches] = [
            EqualBatches(1, value, np.zeros(1), Calls(), value_and_gradient)
        ]  # loaded once for all

    def begin_epoch(self) -> None:
        """The order stays the data's own."""

    def evaluate(self) -> Array:
        """The loss of the next step: of a network that is the same in prediction, the objective at present."""
        row: Call = self._batch.evaluate
        if self._engine.numpy_because is None:
            is_large = self._multiplications >= WORTH_LOWERING
            row = self._engine.row(self._batch.evaluate, [self.loss]) if is_large else self.equal[0].value_and_gradient
        with suppress(Ended):  # where it isn't finite
            run(row)
        self.close()
        return self.loss.astype(np.float64)

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
        in_listings_order = reversed(lengths)  # a listing shows the longer, which is bound last
        self._gathers = [Gather(task, n, size, state, augmenter, engine) for _, n in in_listings_order][::-1]
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
