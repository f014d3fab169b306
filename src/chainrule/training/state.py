"""The state of a training run: all that moves as the run goes on, which can be taken out as arrays and put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import SettingError, ShapeError, listing
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import generators
from chainrule.core.streams import stream
from chainrule.training.execution.threads import THREADS
from chainrule.training.history import History, Record
from chainrule.training.stopping import StoppingMonitor
from chainrule.training.task import Task

COUNTERS = ("epoch", "batch")


class TrainingState:
    """Parameters and slots, the place in the epoch, every generator, the best so far, the history.

    epoch: the epoch under way, from 0.  batch: how many of its batches are done.
    order: the order of the samples in this epoch, one row for each seed; loss: the mean loss of its batches so far.
    """

    def __init__(self, task: Task) -> None:
        seeds, data = task.seeds, task.data
        self.parameters = Parameters.of(task.network, task.theta, task.state, task.optimizer.slots)
        self.epoch = self.batch = 0
        self.own_samples = data.own or (task.batch_size is not None and len(set(seeds)) > 1)
        order_seeds = seeds if self.own_samples else seeds[:1]  # members with one seed see the same batches
        n_ordered = 0 if task.batch_size is None else data.n
        self._in_order = np.arange(n_ordered) + data.n * data.own * np.arange(len(order_seeds))[:, None]
        self.order = self._in_order.copy()
        self.loss = np.zeros_like(task.theta, shape=task.theta.shape[:-1])
        self.generators = [generators(task.network, seeds, thread) for thread in range(THREADS)]
        self.shuffle_generators = [stream(seed, "shuffle") for seed in order_seeds]
        self.augment_generators = [stream(seed, "augment") for seed in order_seeds]
        monitored = "training loss" if task.validation is None else "validation loss"
        self.monitor = StoppingMonitor(self.parameters, task.early_stopping, monitored)
        self.history = History()
        self.begun: Record | None = None
        """The record of the epoch under way, as the epoch found the parameters; without its loss."""

    def shuffle(self) -> None:
        """A new order of the samples."""
        for order, in_order, generator in zip(self.order, self._in_order, self.shuffle_generators, strict=True):
            order[...] = in_order
            generator.shuffle(order)

    def arrays(self) -> dict[str, Array]:
        """All that moves, as fresh arrays by name: put back into a run of the same task, it goes on bit for bit."""
        arrays = {name: array.copy() for name, array in self._moved()}
        arrays |= {name: np.array(getattr(self, name)) for name in COUNTERS}
        arrays |= {name: _state_of(generator) for name, generator in self._generators()}
        arrays |= {f"history/{name}": self.history[name] for name in self.history}
        if self.begun is not None:
            begun = vars(self.begun).items()
            arrays |= {f"begun/{name}": np.array(value) for name, value in begun if value is not None}
        return arrays

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Put back what `arrays` took out of a run of the same task. Raises where names or shapes differ."""
        moved, generators = dict(self._moved()), dict(self._generators())
        expected = {*moved, *generators, *COUNTERS}
        variable = {name for name in arrays if name.startswith(("history/", "begun/"))}
        if expected != arrays.keys() - variable:
            differ = listing(expected.symmetric_difference(arrays.keys() - variable))
            raise SettingError(f"the arrays should be those of a run with the same settings; these differ: {differ}.")
        for name, array in moved.items():
            if array.shape != np.shape(arrays[name]):
                raise ShapeError(
                    f"{name} should have shape {array.shape}, as in a run with the same settings, "
                    f"got {np.shape(arrays[name])}."
                )
        for name, array in moved.items():
            array[...] = arrays[name]
        for name, generator in generators.items():
            _set_state(generator, arrays[name])
        self.epoch, self.batch = (int(arrays[name]) for name in COUNTERS)
        self.history.replace(_under(arrays, "history/"))
        begun = _under(arrays, "begun/")
        plain: dict[str, Any] = {name: each.item() if each.ndim == 0 else each.copy() for name, each in begun.items()}
        self.begun = Record(**{"loss": None, **plain}) if plain else None
        self.monitor.refresh()

    def _moved(self) -> Iterator[tuple[str, Array]]:
        """The arrays that steps write to, by name."""
        parameters = self.parameters
        yield "theta", parameters.theta
        if parameters.state is not None:
            yield "state", parameters.state
        for name, slot in parameters.slots.items():
            yield f"slots/{name}", slot
        yield "step", parameters.step
        yield "order", self.order
        yield "loss", self.loss
        for name, array in self.monitor.arrays().items():
            yield f"best/{name}", array

    def _generators(self) -> Iterator[tuple[str, np.random.Generator]]:
        """Every generator, by name."""
        for k, generator in enumerate(self.shuffle_generators):
            yield f"random/shuffle/{k}", generator
        for k, generator in enumerate(self.augment_generators):
            yield f"random/augment/{k}", generator
        for thread, of_layers in enumerate(self.generators):
            for number, of_members in of_layers.items():
                for k, generator in enumerate(of_members):
                    yield f"random/layer/{number}/{thread}/{k}", generator


def _under(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {name.removeprefix(prefix): np.asarray(arrays[name]) for name in arrays if name.startswith(prefix)}


HALF = 2**64


def _state_of(generator: np.random.Generator) -> Array:
    """A PCG64 generator as six numbers: the two halves of its state and of its increment, and a number in store."""
    state = generator.bit_generator.state
    halves = [half for each in (state["state"]["state"], state["state"]["inc"]) for half in divmod(each, HALF)]
    return np.array([*halves, state["has_uint32"], state["uinteger"]], np.uint64)


def _set_state(generator: np.random.Generator, numbers: Array) -> None:
    high, low, increment_high, increment_low, has_one, in_store = (int(each) for each in numbers)
    generator.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": high * HALF + low, "inc": increment_high * HALF + increment_low},
        "has_uint32": has_one,
        "uinteger": in_store,
    }
