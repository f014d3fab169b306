"""A run under way: its steps, in the order that `loop.py` lists; its records, changes and end."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Calls, arithmetic
from chainrule.core.description import check_kind
from chainrule.core.engine.choice import Engine
from chainrule.core.errors import DivergenceError, SettingError
from chainrule.core.objective import Objective
from chainrule.core.optimizers import bind_update
from chainrule.core.penalties import bind_clip
from chainrule.training.batches import Batches, Evaluator, FullBatch, MiniBatches
from chainrule.training.history import Record
from chainrule.training.model import Model
from chainrule.training.run import Run, Setup
from chainrule.training.state import TrainingState
from chainrule.training.task import Task, changed


class Training:
    """A run under way: an iterator over its records, then `result()`.

    task: the checked arguments, changes included.  state: all that steps change.  setup: the settings at the start.
    record: the latest record; `epoch`, `step`, `loss`, `validation_loss` and `theta` are the record's.

    Between records or steps it can be looked into and changed. It can't be pickled: `state.arrays()` can.
    """

    def __init__(self, task: Task) -> None:
        check_kind("task", Task, "the checked arguments that iterate() makes", task)
        self.task, self.state = task, TrainingState(task)
        self._engine = Engine.of(task.engine, task.epochs * task.n_batches, task.n_numbers)
        self._validate: Evaluator | None = None
        if task.validation is not None:
            without_penalty = Objective(task.network, task.objective.loss)
            self._validate = Evaluator(without_penalty, task.validation, self.state.parameters, self._engine)
        self._patience_checked = task.patience_checked
        self._bind_batches()
        self._bind_update()
        self.setup = Setup.of(task, self._engine)
        self._begin()

    def _begin(self) -> None:
        """Forget what followed from an earlier state: the latest record, the end and the result."""
        self._latest: Record | None = None
        self._reason, self._is_over = "stopped by the caller", False
        self._final: Array | None = None
        self._run: Run | None = None

    def _bind_batches(self) -> None:
        """Bind the network, the loss, the penalty and the data to the state's memory."""
        kind = FullBatch if self.task.batch_size is None else MiniBatches
        self._batches: Batches = kind(self.task, self.state, self._engine)
        self._evaluate = Evaluator(self.task.objective, self.task.data, self.state.parameters, self._engine)

    def _bind_update(self) -> None:
        """Bind the clip and the optimizer to the state's memory."""
        task, parameters = self.task, self.state.parameters
        parameters.step[...] = self.state.optimizer_steps
        clip = Calls() if task.clip is None else bind_clip(task.clip, parameters)
        update = Calls(*clip, *bind_update(task.optimizer, parameters))
        self._update = self._engine.row(update, self.state.observed, "the update")

    def _train_until(self, epoch: int, batch: int = 0) -> None:
        """Train on to the start of a batch in an epoch, or until every member has ended or the run is stopped."""
        state, monitor, batches, update = self.state, self.state.monitor, self._batches, self._update
        load, patience = batches.load, self._patience_checked
        while (state.epoch < epoch or state.batch < batch) and not (monitor.all_ended or self._is_over):
            if state.batch == 0:
                self._begin_epoch()
                if monitor.all_ended:
                    return
            value_and_gradient = load(state.batch)
            value_and_gradient()
            monitor.check_finite(state.epoch, batches.value)
            if patience == "at each step":
                monitor.check_patience(state.epoch, batches.loss)
            if monitor.all_ended:
                return
            update()
            state.step += 1
            state.batch += 1
            if state.batch == batches.n:
                if patience == "after each epoch":
                    monitor.check_patience(state.epoch, batches.loss)
                state.epoch, state.batch = state.epoch + 1, 0

    def _begin_epoch(self) -> None:
        """The epoch's validation loss, the start of its record, and the order of its samples."""
        task, state = self.task, self.state
        is_recorded = state.epoch % task.record_every == 0
        is_monitored = self._patience_checked == "before each epoch"
        validation_loss = None
        if self._validate is not None and (is_recorded or is_monitored):
            validation_loss = self._validate()
            if is_monitored:
                state.monitor.check_patience(state.epoch, validation_loss)
        if is_recorded:
            theta, statistics = state.parameters.theta.copy(), state.statistics.copy()
            state.begun = Record(state.epoch, task.epochs, state.step, None, theta, validation_loss, statistics)
        self._batches.begin_epoch()

    def advance(self) -> bool:
        """Make a single step: one batch, and its update. Returns whether there was one left to make.

        An epoch that ends and is recorded joins the history, and callbacks are called, as when iterating.

        >>> from chainrule.core.losses import SquaredError
        >>> from chainrule.core.network import mlp
        >>> from chainrule.core.optimizers import SGD
        >>> from chainrule.training.loop import iterate
        >>> training = iterate(mlp(1, 1), [[0.0], [1.0]], [0.0, 1.0], loss=SquaredError(), optimizer=SGD(1.0), epochs=3)
        >>> training.advance(), training.state.step
        (True, 1)
        """
        state = self.state
        if self._is_over or state.epoch >= self.task.epochs or state.monitor.all_ended:
            return False
        is_last = state.batch + 1 == self._batches.n
        with self._running():
            self._train_until(state.epoch + is_last, 0 if is_last else state.batch + 1)
        if state.batch == 0:
            self._end_record()
        self._raise_if_diverged()
        return True

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        """Train on to the end of the next epoch that is recorded, or to the end of the run."""
        if self._is_over:
            raise StopIteration
        task, state = self.task, self.state
        epoch = -(-state.epoch // task.record_every) * task.record_every
        if epoch < task.epochs:
            with self._running():
                self._train_until(epoch + 1)
            record = self._end_record() if state.epoch > epoch else None
            if record is not None:
                return record
        else:
            self._finish()
        self._is_over = True
        self._raise_if_diverged()
        raise StopIteration

    @contextmanager
    def _running(self) -> Iterator[None]:
        """NumPy's settings, and threads that end with the block; an interrupt ends the run."""
        try:
            with arithmetic(), closing(self._batches):
                yield
        except KeyboardInterrupt:
            self._reason, self._is_over = "interrupted", True
            raise

    def _end_record(self) -> Record | None:
        """Complete the record of an epoch that has ended, where there is one, and call the callbacks."""
        state = self.state
        if state.monitor.all_ended or state.begun is None:
            return None
        begun, state.begun = state.begun, None
        loss, validation_loss = (self._of_active(each) for each in (self._batches.loss, begun.validation_loss))
        record = self._latest = replace(begun, loss=loss, validation_loss=validation_loss)
        state.history.append(record)
        try:
            answers = [callback(self) for callback in self.task.callbacks]
        except KeyboardInterrupt:
            self._reason, self._is_over = "interrupted", True
            raise
        if any(isinstance(answer, bool | np.bool) and answer for answer in answers):
            self._reason, self._is_over = "stopped by a callback", True
        return record

    def _of_active(self, loss: Array | None) -> Any:
        """A loss for the record, NaN for the members that have ended."""
        if loss is None:
            return None
        loss, ended = np.asarray(loss), self.state.monitor.ended
        return as_returned(np.where(ended, np.nan, loss) if loss.ndim else loss)  # a single run hasn't ended

    def _finish(self) -> None:
        """Train on to the last epoch, and check the loss after the last update, too."""
        with self._running():
            self._train_until(self.task.epochs)
        if self._is_over and self.state.epoch < self.task.epochs:
            return
        self._reason, monitor = "finished", self.state.monitor
        final = self._final = self._evaluate()
        monitor.check_finite(self.state.epoch, final)
        if self._validate is not None:
            monitor.keep_best(self.state.epoch, self._validate())
        elif self.task.batch_size is None:
            monitor.keep_best(self.state.epoch, final)

    def stop(self) -> None:
        """End the run before its next step. It only sets a mark: a signal handler or another thread may call it.

        What iterates then comes to its end, and `result()` is what was learnt until then.

        >>> from chainrule.core.losses import SquaredError
        >>> from chainrule.core.network import mlp
        >>> from chainrule.core.optimizers import SGD
        >>> from chainrule.training.loop import iterate
        >>> training = iterate(mlp(1, 1), [[0.0], [1.0]], [0.0, 1.0], loss=SquaredError(), optimizer=SGD(1.0), epochs=9)
        >>> for record in training:
        ...     training.stop()
        >>> str(training.result().ending)
        'stopped by the caller after 1 epoch'
        """
        self._is_over = True

    def change(self, **settings: Any) -> None:
        """Go on with other settings from the next step on: those of the optimizer by their names, and these.

        optimizer: another one. Of the same class, it goes on with the slots and the step number; of another class, it
            starts anew: slots at 0, and the steps of its schedule and bias correction counted from 0.
        penalty, clip, epochs: as in `train`. Epochs are counted from the run's start; the epochs between two records
            stay the same.
        `Run.setup` keeps the settings at the start, and what was changed at which step.
        Raises SettingError for an unknown name, for a value that doesn't fit, and once the run has ended; then nothing
        is changed.

        >>> from chainrule.core.losses import SquaredError
        >>> from chainrule.core.network import mlp
        >>> from chainrule.core.optimizers import SGD
        >>> from chainrule.training.loop import iterate
        >>> training = iterate(mlp(1, 1), [[0.0], [1.0]], [0.0, 1.0], loss=SquaredError(), optimizer=SGD(1.0), epochs=3)
        >>> first = next(training)
        >>> training.change(learning_rate=0.1)
        >>> training.task.optimizer
        SGD(0.1)
        """
        if self._is_over:
            raise SettingError("this run has ended, so nothing of it can be changed; begin another with train(...).")
        state, before = self.state, self.task
        task = self.task = changed(before, state.epoch + (state.batch > 0), settings)
        parameters = state.parameters
        if type(task.optimizer) is not type(before.optimizer):
            state.earlier_steps = state.step
            parameters.slots = {name: np.zeros_like(parameters.theta) for name in task.optimizer.slots}
        if task.objective != before.objective:
            self._bind_batches()
        self._bind_update()
        self.setup = replace(self.setup, changes=(*self.setup.changes, (state.step, dict(settings))))

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Go on from what `state.arrays()` of a run with the same arguments returned, then or in another process.

        Raises SettingError, and changes nothing, unless the arrays are those of such a run.
        """
        self.state.restore(arrays)
        self._begin()

    def _raise_if_diverged(self) -> None:
        """Raise the DivergenceError of a single run whose loss is no longer finite."""
        if self.state.monitor.ended.ndim > 0 or not self.state.monitor.has_diverged:
            return
        run = self.result()
        error = DivergenceError(
            f"{run.ending} with {self.task.optimizer}. Try a smaller learning rate, or scale the inputs; "
            "what was learnt until then is in this error's `run`, and cr.diagnose(error.run, x, y) says more."
        )
        error.run = run
        raise error

    def result(self) -> Run:
        """The finished run. Asking for it ends the run."""
        if self._run is None:
            task, state = self.task, self.state
            if not self._is_over and state.epoch >= task.epochs:
                self._finish()
            self._is_over = True
            endings = state.monitor.finish(self._reason, state.epoch)
            theta, statistics = state.parameters.theta, state.statistics
            model = Model(task.network, theta, task.objective.loss, state=statistics, engine=self.setup.engine)
            final = self._evaluate() if self._final is None or state.monitor.has_restored else self._final
            self._run = Run(
                model=model,
                history=state.history,
                final_loss=as_returned(final),
                ending=endings if state.monitor.ended.ndim else endings[0],
                final_validation_loss=None if self._validate is None else as_returned(self._validate()),
                setup=self.setup,
            )
        return self._run

    def __reduce__(self) -> Any:
        raise TypeError("a Training can't be pickled or copied; keep training.state.arrays(), and restore them.")

    @property
    def record(self) -> Record:
        """The latest record. Raises SettingError before the first."""
        if self._latest is None:
            raise SettingError("a run has no record before its first recorded epoch ends; call next(training) first.")
        return self._latest

    @property
    def epoch(self) -> int:
        """The latest record's epoch."""
        return self.record.epoch

    @property
    def epochs(self) -> int:
        """The number of epochs of the whole run."""
        return self.task.epochs

    @property
    def step(self) -> int:
        """The latest record's step."""
        return self.record.step

    @property
    def loss(self) -> Any:
        """The latest record's loss: a float, or (K,)."""
        return self.record.loss

    @property
    def validation_loss(self) -> Any:
        """The latest record's validation loss, where there is validation data."""
        return self.record.validation_loss

    @property
    def theta(self) -> Array:
        """The latest record's parameters, (P,) or (K, P)."""
        return self.record.theta


def as_returned(loss: Array) -> Any:
    """A loss as it is returned to users: a float, or a new float64 array (K,)."""
    return float(loss) if loss.ndim == 0 else loss.astype(np.float64)
