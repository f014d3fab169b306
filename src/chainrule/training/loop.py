"""The training loop: bound once, then a few NumPy calls an epoch, whether it trains one network or a population."""

import math
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call
from chainrule.core.errors import DivergenceError
from chainrule.core.objective import Objective
from chainrule.core.optimizers import Memory, Update
from chainrule.core.penalties import bind_clip
from chainrule.core.plan.plan import arithmetic
from chainrule.training.batches import Appraiser, Batches, FullBatch, MiniBatches
from chainrule.training.history import History, Record
from chainrule.training.model import Model
from chainrule.training.run import Run, Setup
from chainrule.training.signatures import takes
from chainrule.training.stopping import Watch
from chainrule.training.task import Task, check_task


class Training:
    """A run under way: an iterator over its records, then `result()`."""

    def __init__(self, task: Task) -> None:
        self._task = task
        theta, state = self._theta, self._state = task.theta, task.state
        self._setup = Setup(
            theta.copy(),
            state.copy(),
            task.optimizer,
            task.epochs,
            task.batch_size,
            task.seeds,
            task.objective.penalty,
            task.clip,
            augmented=bool(task.augmentations),
            weighted=task.data.weights is not None,
        )
        gradient = np.empty_like(theta)
        slots = {name: np.zeros_like(theta) for name in task.optimizer.slots}
        memory = Memory(theta, gradient, slots, task.objective.network.is_weight(theta.dtype))
        self._update = Update.of(task.optimizer.bind(memory))
        self._batches: Batches
        if task.batch_size is None:
            self._batches = FullBatch(task.objective, task.data, theta, state, gradient, task.seeds)
        else:
            self._batches = MiniBatches(
                task.objective, task.data, theta, state, gradient, task.seeds, task.batch_size, task.augmentations
            )
        self._appraise = Appraiser(task.objective, task.data, theta, state)
        self._validate: Appraiser | None = None
        if task.validation is not None:
            without_penalty = Objective(task.objective.network, task.objective.loss)
            self._validate = Appraiser(without_penalty, task.validation, theta, state)
        watched = "training loss" if task.validation is None else "validation loss"
        self._watch = Watch(theta, state, task.early_stopping, watched)
        self._bind_looks(task)
        if task.clip is not None:
            self._before_update += bind_clip(task.clip, memory)

        self._history = History()
        self._epoch = self._step = 0
        self._reason = "stopped by the caller"
        self._final: Array | None = None
        self._run: Run | None = None
        self._records = self._walk()

    def _bind_looks(self, task: Task) -> None:
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

        by_validation = task.early_stopping is not None and validate is not None
        by_loss = task.early_stopping is not None and validate is None
        full_batch = task.batch_size is None
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
        """The records, every so many epochs; then the rest of the run."""
        task = self._task
        for epoch in range(0, task.epochs, task.record_every):
            with arithmetic(), self._batches.lanes:
                self._train_until(epoch)
                theta, state, step = self._theta.copy(), self._state.copy(), self._step
                validation_loss = None if self._validate is None else self._validate()
                self._train_until(epoch + 1)
            if self._watch.over:
                break
            loss, validation_loss = self._of_the_living(self._batches.loss), self._of_the_living(validation_loss)
            record = Record(epoch, task.epochs, step, loss, theta, validation_loss, state)
            self._history.append(record)
            yield record
            answers = [callback(record) for callback in task.callbacks]
            if any(isinstance(answer, bool | np.bool) and answer for answer in answers):
                self._reason = "stopped by a callback"
                return
        with arithmetic(), self._batches.lanes:
            self._train_until(task.epochs)
        self._reason = "finished"
        self._look_at_the_last_update()

    def _of_the_living(self, loss: Array | None) -> Any:
        """A loss for the record, NaN for the members that have ended."""
        if loss is None:
            return None
        return as_door(np.where(self._watch.ended, np.nan, loss) if loss.ndim else loss)  # a single run isn't over

    def _look_at_the_last_update(self) -> None:
        """What the last update made is judged like what the others made."""
        final = self._final = self._appraise()
        self._watch.diverged(self._epoch, final)
        if self._validate is not None:
            self._watch.keep(self._epoch, self._validate())
        elif self._task.batch_size is None:
            self._watch.keep(self._epoch, final)

    def _train_until(self, epoch: int) -> None:
        """Train on to the start of an epoch, or until every member has ended."""
        batches, watch, step = self._batches, self._watch, self._step
        set_rates, move = self._update.set_rates, self._update.calls
        at_start, before_update, at_end = self._at_start, self._before_update, self._at_end
        if watch.over:
            return
        first = self._epoch
        for self._epoch in range(first, epoch):
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
                set_rates(step)
                for call in move:
                    call()
                step += 1
            for call in at_end:
                call()
            self._step = step
        self._epoch = epoch

    def _divergence(self) -> DivergenceError:
        run = self.result()
        error = DivergenceError(
            f"{run.ending} with {self._task.optimizer}. Try a smaller learning rate, or scale the inputs; "
            "what was learnt until then is in this error's `run`, and cr.diagnose(error.run, x, y) says more."
        )
        error.run = run
        return error

    def result(self) -> Run:
        """What the run has come to. The run is over when it is asked for."""
        if self._run is None:
            self._records.close()
            endings = self._watch.finish(self._reason, self._epoch)
            objective = self._task.objective
            model = Model(objective.network, self._theta, objective.loss, state=self._state)
            single = self._watch.ended.ndim == 0
            final = self._appraise() if self._final is None or self._watch.has_restored else self._final
            self._run = Run(
                model=model,
                history=self._history,
                final_loss=as_door(final),
                ending=endings[0] if single else endings,
                final_validation_loss=None if self._validate is None else as_door(self._validate()),
                setup=self._setup,
            )
        return self._run


def as_door(loss: Array) -> Any:
    """A loss as a caller likes it, fresh: a float, or (K,) in float64."""
    return float(loss) if loss.ndim == 0 else loss.astype(np.float64)


@takes(check_task)
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
    return Training(check_task(*data, **settings))


@takes(check_task)
def train(*data: Any, **settings: Any) -> Run:
    """Train a network, or a population of K at once.

    x, y: samples (n, *input_shape), and targets that fit the loss.
    loss, optimizer: what is minimised, and how.
    epochs: passes over the data.
    batch_size: samples a step; None: all of them, in their order. Else shuffled anew each epoch.
    population: K. Settings with K values, K seeds or theta (K, P) set it too.
    seed: everything random; member k has seed + k, unless K seeds are given.
    theta: starting parameters, (P,) or (K, P), copied; without them `network.initialize(seed)`.
    state: starting statistics of the layers that keep some, copied; without them `network.initialize_state()`.
    dtype: float64 or float32, kept throughout.
    record_every: epochs from record to record; None: about 200 records.
    validation: held-out (x, y).
    early_stopping: an `EarlyStopping`.
    penalty: an `L2`.
    clip: the largest norm of a step's gradient.
    sample_weight: (n,), divided by their sum.
    augment: what changes each mini-batch at random before it is learnt: `Shift`, `Flip`, `Noise`, a function
        (x, rng) of your own, or a list of them. Validation and the final loss see the data as they are.
    callbacks: functions of a `Record`, called at each record (see `record_every`); one that returns True ends the run.

    A single run whose loss becomes NaN or infinite raises a `DivergenceError` that says at which epoch and carries what
    was learnt until then; in a population that member ends, and the others go on. Ctrl-C ends the run and returns what
    it had. Raises ShapeError, DataError and SettingError for what doesn't fit, before any work is done.

    >>> from chainrule.core.losses import SquaredError
    >>> from chainrule.core.network import mlp
    >>> from chainrule.core.optimizers import SGD
    >>> x, y = [[0.0], [1.0]], [0.0, 1.0]
    >>> run = train(mlp(1, 1), x, y, loss=SquaredError(), optimizer=SGD(1.0), epochs=1000)
    >>> run.final_loss < 0.01, str(run.ending)
    (True, 'finished after 1000 epochs')
    >>> print(train(mlp(1, 1), x, y, loss=SquaredError(), optimizer=SGD([1.0, 2.0]), epochs=100))
    2 members: 2 finished; median loss 0.0136633, from 0.00812768 to 0.0191989
    """
    training = Training(check_task(*data, **settings))
    try:
        for _ in training:
            pass
    except KeyboardInterrupt:
        pass
    return training.result()
