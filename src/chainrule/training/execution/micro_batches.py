"""A large batch of a network with convolutions, run in micro-batches whose activations a cache can hold.

    loss = Σ over the micro-batches,    gradient = Σ over them,    each sample with its share of the whole batch's mean

The micro-batches are dealt out to two workers, which have memory of their own and may run at the same time, in threads.
How large a micro-batch is, whose it is, and in which order the sums are taken follow from the network and the batch
alone: results are the same on any number of cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, call, run
from chainrule.core.engine.choice import Engine
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import Generators
from chainrule.core.plan.plan import Plan, bind_penalty
from chainrule.training.execution.threads import THREADS, Threads


class MicroBatches:
    """A `BoundBatch` that runs in micro-batches. What is set is held, and read at each run."""

    def __init__(
        self,
        objective: Objective,
        chunks: Sequence[slice],
        parameters: Parameters,
        generators: Sequence[Generators],
        engine: Engine,
        *,
        weighted: bool,
        own_samples: bool,
    ) -> None:
        self.n, self.parameters = chunks[-1].stop, parameters
        threads = Threads()
        self.close = threads.close
        theta = parameters.theta
        self.value = np.zeros(theta.shape[:-1], theta.dtype)
        self.x = self.rows = np.empty(0)
        self.weights: Array | None = None
        one, other = (
            Worker(self, objective, chunks[i::THREADS], generators[i], weighted=weighted, own_samples=own_samples)
            for i in range(THREADS)
        )
        add_penalty, add_its_gradient = bind_penalty(objective, parameters, self.value)  # of theta: added once
        add_values = call(np.add, one.value, other.value, out=self.value)
        add_gradients = call(np.add, one.gradient, other.gradient, out=parameters.gradient)

        def side_by_side(*rows: Call) -> Call:
            """The rows in threads, each under NumPy's settings: those hold in the thread that makes the calls alone."""
            return partial(threads.run, [partial(run, row) for row in rows])

        in_threads = [
            engine.row(each.value_and_gradient, [each.value, each.gradient], f"loss and gradient, thread {number}")
            for number, each in enumerate((one, other), start=1)
        ]
        self.forward = Calls(side_by_side(one.forward, other.forward))
        self.evaluate = Calls(side_by_side(one.evaluate, other.evaluate), add_values, *add_penalty)
        self.value_and_gradient = Calls(
            side_by_side(*in_threads),
            add_gradients,
            add_values,
            *add_penalty,
            *add_its_gradient,
        )

    def set_input(self, x: Array) -> None:
        """Set the samples (n, *shape), or (K, n, *shape) where each member has its own."""
        self.x = x

    def set_targets(self, rows: Array) -> None:
        """Set the targets in the form of `Loss.rows`."""
        self.rows = rows

    def set_weights(self, weights: Array) -> None:
        """Set the samples' weights (..., n)."""
        self.weights = weights


class Worker:
    """Every second micro-batch of a batch, one after the other, in memory of the worker's own, and their sums."""

    def __init__(
        self,
        batch: MicroBatches,
        objective: Objective,
        chunks: Sequence[slice],
        generators: Generators,
        *,
        weighted: bool,
        own_samples: bool,
    ) -> None:
        self._batch = batch
        theta = batch.parameters.theta
        gradient, value = self.gradient, self.value = np.empty_like(theta), np.empty_like(batch.value)
        of_chunk = replace(batch.parameters, gradient=np.empty_like(theta))
        without_penalty = replace(objective, penalty=None)
        plans = {
            n: Plan(
                without_penalty,
                n,
                of_chunk,
                generators=generators,
                own_samples=own_samples,
                weighted=weighted,
                of=batch.n,
            )
            for n in {which.stop - which.start for which in chunks}
        }
        samples_first = (slice(None),) * (theta.ndim - 1 if own_samples else 0)
        forward: list[Call] = []
        evaluate: list[Call] = [partial(value.fill, 0.0)]
        value_and_gradient: list[Call] = [partial(gradient.fill, 0.0), partial(value.fill, 0.0)]
        for which in chunks:
            plan = plans[which.stop - which.start]
            load = partial(self._load, (*samples_first, which), plan)
            add_value = call(np.add, value, plan.value, out=value)
            add_gradient = call(np.add, gradient, of_chunk.gradient, out=gradient)
            forward += [load, *plan.forward]
            evaluate += [load, *plan.evaluate, add_value]
            value_and_gradient += [load, *plan.value_and_gradient, add_gradient, add_value]
        self.forward, self.evaluate = Calls(*forward), Calls(*evaluate)
        self.value_and_gradient = Calls(*value_and_gradient)

    def _load(self, which: tuple[slice, ...], plan: Plan) -> None:
        """Load the samples of a micro-batch."""
        batch = self._batch
        plan.set_input(batch.x[which])
        plan.set_targets(batch.rows[which])
        if batch.weights is not None:
            plan.set_weights(batch.weights[which], of=batch.weights)
