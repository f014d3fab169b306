"""The state of a training run: all that moves as the run goes on, which can be taken out as arrays and put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, as_array, in_lines
from chainrule.core.description import check_kind
from chainrule.core.errors import SettingError, listing
from chainrule.core.foreign import said
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import generators
from chainrule.core.streams import stream
from chainrule.training.execution.threads import THREADS
from chainrule.training.history import History, Record
from chainrule.training.stopping import StoppingMonitor
from chainrule.training.task import Task

COUNTERS = ("epoch", "batch", "step", "earlier_steps")
"""What `arrays` has beside arrays; the first three follow from the last, and from the steps of the optimizer."""


class TrainingState:
    """Parameters and slots, the place in the epoch, every generator, the best so far, the history.

    step: the number of steps made.  earlier_steps: those made by optimizers that the present one has replaced.
    epoch: the epoch under way, from 0.  batch: the number of its batches that are done. Both follow from `step`.
    order: the order of the samples in this epoch, one row per seed.  epoch_loss: the mean loss of its batches so far.
    own_batches: whether each member of a population has batches of its own.
    """

    def __init__(self, task: Task) -> None:
        seeds, data = task.seeds, task.data
        self.statistics = task.state.copy()
        self.parameters = Parameters.of(task.network, in_lines(task.theta), self.statistics, task.optimizer.slots)
        self.earlier_steps, self._n_batches = 0, task.n_batches
        self.own_batches = data.own or (task.batch_size is not None and len(set(seeds)) > 1)
        order_seeds = seeds if self.own_batches else seeds[:1]  # members with one seed share their batches
        n_ordered = 0 if task.batch_size is None else data.n
        self._in_order = np.arange(n_ordered) + data.n * data.own * np.arange(len(order_seeds))[:, None]
        self.order = self._in_order.copy()
        self.epoch_loss = np.zeros_like(task.theta, shape=task.theta.shape[:-1])
        self.generators = [generators(task.network, seeds, thread) for thread in range(THREADS)]
        self._order_seeds = order_seeds
        monitored = "training loss" if task.validation is None else "validation loss"
        self.monitor = StoppingMonitor(self.parameters, task.early_stopping, monitored)
        self.history = History()
        self.begun: Record | None = None
        """The record of the epoch under way, with the parameters at its start; without its loss."""
        self._columns = ["epoch", "step", "loss", *(["validation_loss"] if task.validation is not None else [])]
        self._most = {"epoch": task.epochs, "batch": task.n_batches - 1}
        size = task.batch_size or 0
        self._settings = {"record_every": task.record_every, "batch_size": size, "seeds": task.seeds}

    @cached_property
    def shuffle_generators(self) -> list[np.random.Generator]:
        """Those that order the samples, one per seed; begun where they are used."""
        return [stream(seed, "shuffle") for seed in self._order_seeds]

    @cached_property
    def augment_generators(self) -> list[np.random.Generator]:
        """Those that change the samples, one per seed; begun where they are used."""
        return [stream(seed, "augment") for seed in self._order_seeds]

    @property
    def optimizer_steps(self) -> int:
        """The number of steps that the present optimizer has made: its update counts them."""
        made: int = self.parameters.step.item()
        return made

    @property
    def step(self) -> int:
        """The number of steps made."""
        made: int = self.parameters.step.item()
        return self.earlier_steps + made

    @property
    def epoch(self) -> int:
        """The epoch under way, from 0."""
        return self.step // self._n_batches

    @property
    def batch(self) -> int:
        """The number of the epoch's batches that are done."""
        return self.step % self._n_batches

    @property
    def observed(self) -> list[Array]:
        """What the rows of a step write and what is read between them: by the loop, callbacks, records, `arrays`."""
        parameters = self.parameters
        moved = [parameters.theta, parameters.gradient, *parameters.slots.values(), parameters.step]
        return [*moved, self.statistics, self.epoch_loss]

    def shuffle(self) -> None:
        """A new order of the samples."""
        for order, in_order, generator in zip(self.order, self._in_order, self.shuffle_generators, strict=True):
            order[...] = in_order
            generator.shuffle(order)

    def arrays(self) -> dict[str, Array]:
        """All that moves, as fresh arrays by name, which `np.savez(file, **arrays)` writes as they are.

        Restored into a run with the same arguments, they let it go on bit for bit. Not among them are the data, what
        `Training.change` has changed (change it again before restoring), and what functions of your own keep.

        >>> from chainrule.core.losses import SquaredError
        >>> from chainrule.core.network import mlp
        >>> from chainrule.core.optimizers import Adam
        >>> from chainrule.training.loop import iterate
        >>> x, y = [[0.0], [1.0]], [0.0, 1.0]
        >>> def begin():
        ...     return iterate(mlp(1, 1), x, y, loss=SquaredError(), optimizer=Adam(0.1), epochs=9)
        >>> first, second = begin(), begin()
        >>> for _ in range(4):
        ...     _ = first.advance()
        >>> second.restore(first.state.arrays())
        >>> len(list(first)), len(list(second)), bool((first.result().model.theta == second.result().model.theta).all())
        (5, 5, True)
        """
        arrays = {name: array.copy() for name, array in self._moved()}
        arrays |= {name: np.array(getattr(self, name)) for name in COUNTERS}
        arrays |= {f"settings/{name}": np.array(value) for name, value in self._settings.items()}
        arrays |= {name: _state_of(generator) for name, generator in self._generators()}
        columns = {name: self.history[name] if len(self.history) else np.empty(0) for name in self._columns}
        arrays |= {f"history/{name}": column for name, column in columns.items()}
        if self.begun is not None:
            begun = vars(self.begun).items()
            arrays |= {f"begun/{name}": np.array(value) for name, value in begun if value is not None}
        return arrays

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Put back what `arrays` took out of a run with the same arguments; see `Training.restore`."""
        check_kind("arrays", Mapping, "what state.arrays() gave", arrays)
        given = {str(name): as_array(array, f"the array {said(name)}") for name, array in arrays.items()}
        begun = _under(given, "begun/")
        self._check(given, begun)
        for name, array in self._moved():
            array[...] = given[name]
        for name, generator in self._generators():
            _set_state(generator, given[name])
        self.earlier_steps = int(given["earlier_steps"])
        self.history.replace(_under(given, "history/"))
        plain: dict[str, Any] = {name: each.item() if each.ndim == 0 else each.copy() for name, each in begun.items()}
        self.begun = Record(**{"loss": None, **plain}) if plain else None
        self.monitor.refresh()

    def _check(self, given: Mapping[str, Array], begun: Mapping[str, Array]) -> None:
        """Raise SettingError unless the arrays can be those of a run with these arguments; nothing is changed yet."""
        expected = self.arrays()
        fixed = {name: array for name, array in expected.items() if not name.startswith(("history/", "begun/"))}
        names = {*fixed, *(f"history/{name}" for name in self._columns)}
        if begun:
            names |= {f"begun/{name}" for name in ("epoch", "epochs", "step", "theta", "state")}
            names |= {"begun/validation_loss"} if "validation_loss" in self._columns else set()
        if names != given.keys():
            differ = listing(names.symmetric_difference(given.keys()))
            raise SettingError(f"the arrays should be those of a run with the same settings; these differ: {differ}.")
        lengths = {len(given[f"history/{name}"]) if given[f"history/{name}"].ndim else -1 for name in self._columns}
        faults = [] if len(lengths) == 1 else ["history/epoch"]
        for name, array in fixed.items():
            here = given[name]
            fits = here.shape == array.shape and here.dtype == array.dtype
            if fits and name in self._most:
                fits = 0 <= int(here) <= self._most[name]
            if fits and name == "order":
                fits = np.array_equal(np.sort(here), np.sort(self._in_order))
            if fits and name.startswith("settings/"):
                fits = np.array_equal(here, array)
            faults += [] if fits else [name]
        likes = {"begun/theta": self.parameters.theta, "begun/state": self.statistics}
        faults += [name for name, like in likes.items() if begun and given[name].shape != like.shape]
        if not faults:
            epoch, batch, step, earlier = (int(given[name]) for name in COUNTERS)
            made = earlier + int(given["optimizer_step"])
            faults += [] if step == made == epoch * self._n_batches + batch else ["step"]
        if faults:
            name = faults[0]
            like = expected.get(name)
            raise SettingError(
                f"{name} should be as in a run with the same settings, such as {_said(like)}; "
                f"got {_said(given[name])}. Begin the run with the arguments of the one that the arrays are from."
            )

    def _moved(self) -> Iterator[tuple[str, Array]]:
        """The arrays that steps write to, by name."""
        yield "theta", self.parameters.theta
        yield "state", self.statistics
        for name, slot in self.parameters.slots.items():
            yield f"slots/{name}", slot
        yield "optimizer_step", self.parameters.step
        yield "order", self.order
        yield "epoch_loss", self.epoch_loss
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
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _said(array: Array | None) -> str:
    """An array as a sentence names it: its shape and dtype, a single number by its value."""
    if array is None:
        return "another length"
    return f"{array}" if array.ndim == 0 else f"an array {array.shape} of {array.dtype}"


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
