"""A large batch, run in micro-batches whose activations a cache can hold.

    loss = Σ over the micro-batches,    gradient = Σ over them,    each sample with its share of the whole batch's mean

The micro-batches are dealt out to two workers, which have memory of their own and may run at the same time, in threads.
How large a micro-batch is, whose it is, and in which order the sums are taken follow from the network and the batch
alone: results are the same on any number of cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, empty
from chainrule.core.calls import Call, Calls, SideBySide, call
from chainrule.core.engine.choice import Engine
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import Generators
from chainrule.core.plan.layout import Allocate
from chainrule.core.plan.plan import Plan, bind_penalty
from chainrule.training.data.samples import TrainingData
from chainrule.training.execution.threads import THREADS, Threads


class MicroBatches:
    """A `BoundBatch` that runs in micro-batches, which read their samples at each run."""

    def __init__(
        self,
        objective: Objective,
        samples: TrainingData,
        chunks: Sequence[slice],
        parameters: Parameters,
        generators: Sequence[Generators],
        engine: Engine,
    ) -> None:
        self.n, self.parameters, self.load = samples.n, parameters, Calls()
        self.loaded: Sequence[Array] = ()
        threads = Threads()
        self.close = threads.close
        self.value = np.zeros(parameters.theta.shape[:-1], parameters.theta.dtype)
        one, other = (
            Worker(objective, samples, chunks[i::THREADS], parameters, generators[i], engine.memory)
            for i in range(THREADS)
        )
        add_penalty, add_its_gradient = bind_penalty(objective, parameters, self.value)  # of theta: added once
        one_thread = replace(engine, threads=1)  # they are side by side already
        in_threads = [each.bind(one_thread, number) for number, each in enumerate((one, other), start=1)]
        self.value_and_gradient = Calls(
            SideBySide(in_threads, threads.run),
            call(np.add, one.gradient, other.gradient, out=parameters.gradient),
            call(np.add, one.value, other.value, out=self.value),
            *add_penalty,
            *add_its_gradient,
        )
        self.evaluate = self.value_and_gradient  # rows of their own would have to be lowered, too


class Worker:
    """Every second micro-batch of a batch, one after the other, in memory of the worker's own, and their sums."""

    def __init__(
        self,
        objective: Objective,
        samples: TrainingData,
        chunks: Sequence[slice],
        parameters: Parameters,
        generators: Generators,
        memory: Allocate,
    ) -> None:
        theta, is_alone = parameters.theta, len(chunks) == 1  # alone, its gradient and its value are the sums
        gradient = self.gradient = empty(theta.shape, theta.dtype)
        of_chunk = replace(parameters, gradient=gradient if is_alone else empty(theta.shape, theta.dtype))
        without_penalty = replace(objective, penalty=None)
        settings: dict[str, Any] = {
            "own_samples": samples.own,
            "weighted": samples.weights is not None,
            "memory": memory,
        }
        plans = {
            n: Plan(without_penalty, n, of_chunk, generators=generators, of=samples.n, **settings)
            for n in {which.stop - which.start for which in chunks}
        }
        value = self.value = next(iter(plans.values())).value if is_alone else np.empty(theta.shape[:-1], theta.dtype)
        zero = np.zeros((), theta.dtype)
        sums = () if is_alone else (gradient, value)
        self._begin = Calls(*(partial(np.ndarray.fill, each, zero) for each in sums))
        self._rows: dict[int, list[Calls]] = {}  # of each length of micro-batch, of which only the last may be another
        for which in chunks:
            plan = plans[which.stop - which.start]
            row = Calls(
                *samples.chunk(which).bind(plan, of=samples),
                *plan.value_and_gradient,
                *map(add_to, sums, (of_chunk.gradient, plan.value)),
            )
            self._rows.setdefault(plan.n, []).append(row)

    def bind(self, engine: Engine, number: int) -> Calls:
        """All of its micro-batches. Each is a row of its own: they are alike but for their samples, so that all but the
        first of a length are lowered at once; and that one is listed.
        """
        sums = [self.gradient, self.value]
        calls: list[Call] = [engine.row(self._begin, sums)] if self._begin else []
        for n, rows in self._rows.items():
            listed = f"loss and gradient, thread {number}, {len(rows)} times {n} samples"
            calls += [engine.row(row, sums, None if i else listed) for i, row in enumerate(rows)]
        return Calls(*calls)


def add_to(total: Array, part: Array) -> Call:
    """The call that adds to a sum."""
    return call(np.add, total, part, out=total)
