"""The training loop: bound once, then a few NumPy calls an epoch, whether it trains one network or a population."""

import inspect
import math
import reprlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from chainrule.core.arrays import Array, Call, stretches
from chainrule.core.description import COUNT, POSITIVE, Real, check_kind, check_real, check_whole
from chainrule.core.errors import DataError, DivergenceError, SettingError
from chainrule.core.evaluate import (
    check_numbers,
    check_samples,
    check_targets,
    check_theta,
    check_weights,
)
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import Memory, Optimizer
from chainrule.core.penalties import L2, bind_clip
from chainrule.core.plan import quiet
from chainrule.core.population import agree, check_dtype
from chainrule.core.streams import Seed, member_seeds
from chainrule.training.batches import Appraiser, Batches, FullBatch, MiniBatches, Objective, Samples
from chainrule.training.early_stopping import EarlyStopping, Ending, Watch
from chainrule.training.history import History, Record
from chainrule.training.model import Model

RECORDS = 200
"""About how many records a run makes where nobody says how often."""

Given = ParamSpec("Given")
Result = TypeVar("Result")

Callback = Callable[[Record], object]
"""Called with each record; a callback that returns True ends the run."""


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    model: the network with its parameters (the best ones with early stopping).
    history: columns of the epochs recorded.
    final_loss: of the model on the training data, nothing drawn, penalty included: a float, or (K,).
    ending: how the run ended; for a population a tuple of K.
    final_validation_loss: of the model on the validation data, where there is some.
    """

    model: Model
    history: History
    final_loss: Any
    ending: Ending | tuple[Ending, ...]
    final_validation_loss: Any = None


class Training:
    """A run under way: an iterator over its records, then `result()`."""

    def __init__(
        self,
        network: Network,
        x: ArrayLike,
        y: ArrayLike,
        *,
        loss: Loss,
        optimizer: Optimizer,
        epochs: int,
        batch_size: int | None = None,
        population: int | None = None,
        seed: Seed = 0,
        theta: ArrayLike | None = None,
        dtype: DTypeLike = "float64",
        record_every: int | None = None,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
        early_stopping: EarlyStopping | None = None,
        penalty: L2 | None = None,
        clip: Real | None = None,
        sample_weight: ArrayLike | None = None,
        callbacks: Sequence[Callback] = (),
    ) -> None:
        check_kinds(network, loss, optimizer, early_stopping, penalty, callbacks)
        self._epochs = check_whole("epochs", COUNT, epochs)
        record_every = record_every if record_every is not None else math.ceil(self._epochs / RECORDS)
        self._record_every = check_whole("record_every", COUNT, record_every)
        batch_size = None if batch_size is None else check_whole("batch_size", COUNT, batch_size)
        clip = None if clip is None else check_real("clip", POSITIVE, clip)
        clip = None if clip is None else check_real("clip", POSITIVE, clip)
        data = check_data(network, loss, x, y, sample_weight, dtype)

        counts = {"clip": len(clip)} if isinstance(clip, tuple) else {}
        if theta is not None:
            theta = check_numbers(theta, "theta")
            counts |= {"theta": len(theta)} if theta.ndim == 2 else {}
        members = agree(population, seed, network, optimizer, early_stopping, penalty, **counts)
        seeds = member_seeds(seed, members)
        self._theta = starting_parameters(network, theta, seed, members, dtype)
        gradient = np.empty_like(self._theta)

        self._network, self._optimizer, self._loss = network, optimizer, loss
        objective = Objective(network, loss, penalty)
        self._batches: Batches
        if batch_size is None:
            self._batches = FullBatch(objective, data, self._theta, gradient, seeds)
        else:
            self._batches = MiniBatches(objective, data, self._theta, gradient, seeds, batch_size)
        slots = {name: np.zeros_like(self._theta) for name in optimizer.slots}
        memory = Memory(self._theta, gradient, slots, network.is_weight(self._theta.dtype))
        self._update = optimizer.bind(memory)

        self._appraise = Appraiser(objective, data, self._theta)
        self._validate: Appraiser | None = None
        if validation is not None:
            held_out = check_validation(network, loss, validation, dtype)
            self._validate = Appraiser(Objective(network, loss), held_out, self._theta)
        watched = "training loss" if validation is None else "validation loss"
        self._watch = Watch(self._theta, early_stopping, watched)
        self._bind_looks(early_stopping is not None, batch_size is None)
        if clip is not None:
            self._before_update += (bind_clip(clip, memory),)

        self._callbacks = tuple(callbacks)
        self._history = History()
        self._epoch = self._step = 0
        self._reason = "stopped by the caller"
        self._run: Run | None = None
        self._records = self._walk()

    def _bind_looks(self, stops_early: bool, full_batch: bool) -> None:
        """What is looked at, and when: the loss of every step, and what early stopping watches."""
        batches, watch, validate = self._batches, self._watch, self._validate
        finite = np.empty(watch.ended.shape, bool)

        def look_if_finite() -> None:
            if not math.isfinite(batches.value.item()):
                watch.diverged(self._epoch, batches.value)

        def look_if_all_finite() -> None:
            np.isfinite(batches.value, out=finite)
            np.logical_or(finite, watch.ended, out=finite)
            if not np.logical_and.reduce(finite):
                watch.diverged(self._epoch, batches.value)

        def look_at_loss() -> None:
            watch.look(self._epoch, batches.loss)

        def look_at_validation() -> None:
            if validate is not None:
                watch.look(self._epoch, validate())

        by_validation = stops_early and validate is not None
        by_loss = stops_early and validate is None
        self._at_start: tuple[Call, ...] = (look_at_validation,) if by_validation else ()
        self._before_update: tuple[Call, ...] = (look_if_all_finite if finite.ndim else look_if_finite,)
        self._before_update += (look_at_loss,) if by_loss and full_batch else ()
        self._at_end: tuple[Call, ...] = (look_at_loss,) if by_loss and not full_batch else ()

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        try:
            return next(self._records)
        except KeyboardInterrupt:
            self._reason = "interrupted"
            raise
        except StopIteration:
            if self._watch.ended.ndim == 0 and self._watch.has_diverged:
                raise self._divergence() from None
            raise

    def _walk(self) -> Generator[Record, None, None]:
        """The records: each is of the first epoch of a stretch."""
        for first in range(0, self._epochs, self._record_every):
            theta, step = self._theta.copy(), self._step
            validation_loss = None if self._validate is None else as_door(self._validate())
            self._stretch(range(first, first + 1))
            if self._watch.over:
                break
            loss = as_door(np.where(self._watch.ended, np.nan, self._batches.loss))
            record = Record(first, self._epochs, step, loss, theta, validation_loss)
            self._history.append(record)
            yield record
            answers = [callback(record) for callback in self._callbacks]
            if any(isinstance(answer, bool | np.bool) and answer for answer in answers):
                self._reason = "stopped by a callback"
                return
            self._stretch(range(first + 1, min(first + self._record_every, self._epochs)))
            if self._watch.over:
                break
        self._reason = "finished"

    def _stretch(self, epochs: range) -> None:
        """Train for these epochs, or until every member has ended."""
        batches, watch, update, step = self._batches, self._watch, self._update, self._step
        at_start, before_update, at_end = self._at_start, self._before_update, self._at_end
        with quiet():
            for self._epoch in epochs:
                for call in at_start:
                    call()
                if watch.over:
                    return
                for measure in batches.epoch():
                    for call in measure:
                        call()
                    for call in before_update:
                        call()
                    if watch.over:
                        return
                    update(step)
                    step += 1
                for call in at_end:
                    call()
                self._step = step
            self._epoch = epochs.stop

    def _divergence(self) -> DivergenceError:
        run = self.result()
        error = DivergenceError(
            f"{run.ending} with {self._optimizer}. Try a smaller learning rate, or scale the inputs; "
            "what was learnt until then is in this error's `run`."
        )
        error.run = run
        return error

    def result(self) -> Run:
        """What the run has come to. The run is over when it is asked for."""
        if self._run is None:
            self._records.close()
            endings = self._watch.finish(self._reason, self._epoch)
            model = Model(self._network, self._theta.copy(), self._loss)
            single = self._watch.ended.ndim == 0
            self._run = Run(
                model=model,
                history=self._history,
                final_loss=as_door(self._appraise()),
                ending=endings[0] if single else endings,
                final_validation_loss=None if self._validate is None else as_door(self._validate()),
            )
        return self._run


def as_door(loss: Array) -> Any:
    """A loss as a caller likes it, fresh: a float, or (K,) in float64."""
    return float(loss) if loss.ndim == 0 else loss.astype(np.float64)


def takes(constructor: Callable[Given, Any]) -> Callable[[Callable[..., Result]], Callable[Given, Result]]:
    """Give a function that hands everything on the signature of what it hands it to."""

    def decorate(function: Callable[..., Result]) -> Callable[Given, Result]:
        function.__signature__ = inspect.signature(constructor)  # type: ignore[attr-defined]
        return function

    return decorate


@takes(Training)
def iterate(*data: Any, **settings: Any) -> Training:
    """Train and yield a `Record` at each recorded epoch; `result()` of what is returned gives the `Run`.

    Takes what `train` takes.

    >>> from chainrule.core.losses import SquaredError
    >>> from chainrule.core.network import mlp
    >>> from chainrule.core.optimizers import SGD
    >>> training = iterate(mlp(1, 1), [[0.0], [1.0]], [0.0, 1.0], loss=SquaredError(), optimizer=SGD(1.0), epochs=3)
    >>> [record.epoch for record in training]
    [0, 1, 2]
    """
    return Training(*data, **settings)


@takes(Training)
def train(*data: Any, **settings: Any) -> Run:
    """Train a network, or a population of K at once.

    x, y: samples (n, *input_shape), and targets that fit the loss.
    loss, optimizer: what is minimised, and how.
    epochs: passes over the data.
    batch_size: samples a step; None: all of them, in their order. Else shuffled anew each epoch.
    population: K. Settings with K values, K seeds or theta (K, P) set it too.
    seed: everything random; member k has seed + k, unless K seeds are given.
    theta: starting parameters, (P,) or (K, P), copied; without them `network.initialize(seed)`.
    dtype: float64 or float32, kept throughout.
    record_every: epochs from record to record; None: about 200 records.
    validation: held-out (x, y).
    early_stopping: an `EarlyStopping`.
    penalty: an `L2`.
    clip: the largest norm of a step's gradient.
    sample_weight: (n,), divided by their sum.
    callbacks: functions of a `Record`; one that returns True ends the run.

    A single run whose loss becomes NaN or infinite raises a `DivergenceError` that says at which epoch; in a
    population that member ends, and the others go on. Ctrl-C ends the run and returns what it had.

    >>> from chainrule.core.losses import SquaredError
    >>> from chainrule.core.network import mlp
    >>> from chainrule.core.optimizers import SGD
    >>> x, y = [[0.0], [1.0]], [0.0, 1.0]
    >>> run = train(mlp(1, 1), x, y, loss=SquaredError(), optimizer=SGD(1.0), epochs=1000)
    >>> run.final_loss < 0.01, str(run.ending)
    (True, 'finished after 1000 epochs')
    """
    training = Training(*data, **settings)
    try:
        for _ in training:
            pass
    except KeyboardInterrupt:
        pass
    return training.result()


def check_kinds(
    network: Network,
    loss: Loss,
    optimizer: Optimizer,
    early_stopping: EarlyStopping | None,
    penalty: L2 | None,
    callbacks: Sequence[Callback],
) -> None:
    """Raise unless each argument is of the kind that it should be."""
    check_kind("network", Network, "a Network such as mlp(2, 4, 1)", network)
    check_kind("loss", Loss, "a loss such as SquaredError()", loss)
    check_kind("optimizer", Optimizer, "an optimizer such as SGD(0.5)", optimizer)
    check_kind("early_stopping", (EarlyStopping, type(None)), "an EarlyStopping(patience=10) or None", early_stopping)
    check_kind("penalty", (L2, type(None)), "an L2(0.001) or None", penalty)
    if network.n_parameters == 0:
        raise SettingError(f"a network to train needs parameters; got {network!r}. Add a layer such as Dense(4).")
    if not isinstance(callbacks, Sequence) or not all(callable(each) for each in callbacks):
        raise SettingError(f"callbacks must be a list of functions of a record; got {reprlib.repr(callbacks)}.")


def check_data(
    network: Network, loss: Loss, x: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, dtype: DTypeLike
) -> Samples:
    """Training data that can be learnt from."""
    inputs = check_samples(network.input_shape, x, dtype=check_dtype(dtype))
    targets = check_targets(network, loss, y, len(inputs), dtype=dtype)
    rows = loss.rows(targets, network.output_shape[0])
    blocks = (rows[which] for which in stretches(len(rows), rows[0].size))
    is_class = loss.link != "identity" and np.array_equal(rows[0], np.floor(rows[0]))
    if is_class and all((block == rows[0]).all() for block in blocks):
        raise DataError(f"y should hold two classes or more, got {rows[0]} for every sample. Add samples of another.")
    return Samples(inputs, rows, check_weights(sample_weight, len(inputs)))


def check_validation(
    network: Network, loss: Loss, validation: tuple[ArrayLike, ArrayLike], dtype: DTypeLike
) -> Samples:
    """Held-out data that fit the network and the loss."""
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise SettingError(f"validation must be a pair (x, y); got {type(validation).__name__}.")
    inputs = check_samples(network.input_shape, validation[0], "validation x", dtype)
    targets = check_targets(network, loss, validation[1], len(inputs), "validation y", dtype)
    return Samples(inputs, loss.rows(targets, network.output_shape[0]))


def starting_parameters(
    network: Network, theta: ArrayLike | None, seed: Seed, members: int | None, dtype: DTypeLike
) -> Array:
    """A fresh theta, (P,) or (K, P): drawn, or a copy of the caller's, which all members may share."""
    if theta is None:
        return network.initialize(seed, members, dtype)
    start = check_theta(network, theta)
    if not np.isfinite(start).all():
        raise DataError(f"theta should hold finite numbers, got {start[~np.isfinite(start)][0]}. Start somewhere else.")
    lead = () if members is None else (members,)
    return np.array(np.broadcast_to(start, (*lead, network.n_parameters)), check_dtype(dtype), order="C")
