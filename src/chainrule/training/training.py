"""A run under way: its records, changes and end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import arithmetic
from chainrule.core.description import COUNT, COUNT_OR_ZERO, NUMBER, Rule, check_kind, check_one_real, check_whole
from chainrule.core.errors import DivergenceError, SettingError
from chainrule.training.history import Record
from chainrule.training.model import Model
from chainrule.training.run import Run, Setup
from chainrule.training.state import TrainingState
from chainrule.training.steps import Steps
from chainrule.training.task import Task, changed

TIMED_RUNS = Rule("a whole number from 0 to 100,000", lambda value: 0 <= value <= 100_000)


class Training:
    """A run under way: an iterator over its records, then `result()`.

    task: the checked arguments, changes included.  state: all that steps change.  setup: the settings at the start.
    record: the latest record; `epoch`, `step`, `loss`, `validation_loss` and `theta` are the record's.

    Between records or steps it can be looked into and changed. It can't be pickled: `state.arrays()` can.
    """

    def __init__(self, task: Task) -> None:
        check_kind("task", Task, "the checked arguments that iterate() makes", task)
        self.task, self.state = task, TrainingState(task)
        self._steps = Steps(task, self.state)
        self._validate = self._steps.validate
        self.setup = Setup.of(task, self._steps.engine)
        self._begin()

    def _begin(self) -> None:
        """Forget what followed from an earlier state: the latest record, the end and the result."""
        self._latest: Record | None = None
        self._reason, self._steps.is_over = "stopped by the caller", False
        self._final: Array | None = None
        self._run: Run | None = None

    def _train_until(self, step: int) -> None:
        """Train on to a step."""
        self._train(partial(self._steps.run_until, step))

    def _train(self, make_steps: Callable[[], None]) -> None:
        """Make steps. Their threads end with them; an interrupt ends the run."""
        try:
            with arithmetic(), closing(self._steps.batches):
                make_steps()
        except KeyboardInterrupt:
            self._end("interrupted")
            raise

    def _end(self, reason: str) -> None:
        """End the run before its next step."""
        self._reason, self._steps.is_over = reason, True

    def program(self, *, runs: int = 0) -> str:
        """A step as it is made now: NumPy's calls, one per line, or a compiled step's operations: see `Run.program`.

        A compiled step is listed row by row; where its rows are made into one program, a product may read a batch as it
        was gathered.
        runs: makes a compiled step so many times, and shows the nanoseconds that each operation takes, the median: for
        a run that is begun to look at its steps, and has no use afterwards.
        """
        return self._steps.engine.listing(check_whole("runs", TIMED_RUNS, runs))

    def advance(self, steps: int = 1) -> bool:
        """Make so many steps, each one batch and its update, or as many as there are. Returns whether all were made.

        An epoch that ends and is recorded joins the history, and callbacks are called, as when iterating.

        >>> from chainrule.core.losses import SquaredError
        >>> from chainrule.core.network import mlp
        >>> from chainrule.core.optimizers import SGD
        >>> from chainrule.training.loop import iterate
        >>> training = iterate(mlp(1, 1), [[0.0], [1.0]], [0.0, 1.0], loss=SquaredError(), optimizer=SGD(1.0), epochs=3)
        >>> training.advance(), training.state.step
        (True, 1)
        """
        state, task = self.state, self.task
        end = state.step + check_whole("steps", COUNT, steps)
        while state.step < end:
            if self._steps.is_over or state.epoch >= task.epochs or state.monitor.all_ended:
                return False
            epochs = min(task.next_recorded(state.epoch) + 1, task.epochs)
            self._train_until(min(end, epochs * task.n_batches))
            if state.batch == 0:
                self._end_record()
            self._raise_if_diverged()
        return True

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        """Train on to the end of the next epoch that is recorded, or to the end of the run."""
        if self._steps.is_over:
            raise StopIteration
        if self.task.next_recorded(self.state.epoch) < self.task.epochs:
            record = self._train_to_next_record(self._train_until)
            if record is not None:
                return record
        else:
            self._finish()
        self._steps.is_over = True
        self._raise_if_diverged()
        raise StopIteration

    def _train_to_next_record(self, train_until: Callable[[int], None]) -> Record | None:
        """Train on to the end of the next epoch that is recorded; None where the run ends before."""
        epoch = self.task.next_recorded(self.state.epoch)
        train_until((epoch + 1) * self.task.n_batches)
        return self._end_record() if self.state.epoch > epoch else None

    def _make_records(self) -> None:
        """Train on to the end of the last epoch that is recorded, without going back to the caller in between."""
        while not self._steps.is_over and self.task.next_recorded(self.state.epoch) < self.task.epochs:
            if self._train_to_next_record(self._steps.run_until) is None:
                break

    def run(self) -> None:
        """Train on to the end, as iterating does.

        Only callbacks need the records of the epochs between. Without callbacks, and where all steps are alike, none is
        made: the history gets the losses alone.

        >>> from chainrule.core.losses import SquaredError
        >>> from chainrule.core.network import mlp
        >>> from chainrule.core.optimizers import SGD
        >>> from chainrule.training.loop import iterate
        >>> training = iterate(mlp(1, 1), [[0.0], [1.0]], [0.0, 1.0], loss=SquaredError(), optimizer=SGD(1.0), epochs=3)
        >>> first = next(training)
        >>> training.run()
        >>> training.result().history["epoch"]
        array([0, 1, 2])
        """
        if self._steps.are_alike and self.state.begun is None and not self.task.callbacks:
            self._train(self._steps.run_through)
        elif not self.task.callbacks:
            self._train(self._make_records)
        for _ in self:
            pass

    def _end_record(self) -> Record | None:
        """Complete the record of an epoch that has ended, where there is one, and call the callbacks."""
        state = self.state
        if state.monitor.all_ended or state.begun is None:
            return None
        begun, state.begun = state.begun, None
        loss, validation_loss = (self._of_active(each) for each in (self._steps.batches.loss, begun.validation_loss))
        fields = vars(begun) | {"loss": loss, "validation_loss": validation_loss}
        record = self._latest = Record(**fields)
        state.history.append(record)
        try:
            answers = [callback(self) for callback in self.task.callbacks]
        except KeyboardInterrupt:
            self._end("interrupted")
            raise
        if any(isinstance(answer, bool | np.bool) and answer for answer in answers):
            self._end("stopped by a callback")
        return record

    def _of_active(self, loss: Array | None) -> Any:
        """A loss for the record, NaN for the members that have ended."""
        if loss is None:
            return None
        loss, ended = np.asarray(loss), self.state.monitor.ended
        return as_returned(np.where(ended, np.nan, loss) if loss.ndim else loss)  # a single run hasn't ended

    def _finish(self) -> None:
        """Train on to the last epoch, and check the loss after the last update, too."""
        self._train_until(self.task.epochs * self.task.n_batches)
        if self._steps.is_over and self.state.epoch < self.task.epochs:
            return
        self._reason, monitor = "finished", self.state.monitor
        final = self._final = self._steps.evaluate()
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
        self._steps.is_over = True

    def change(self, **settings: Any) -> None:
        """Go on with other settings from the next step on: those of the optimizer by their names, and these.

        optimizer: another one. Of the same class, it goes on with the slots and the step number; of another class, it
            starts anew: slots at 0, and the steps of its schedule and bias correction counted from 0.
        penalty, clip, epochs: as in `train`. Epochs are counted from the run's start; the epochs between two records
            stay the same.
        A change before the first step is one of the start; `Run.setup` keeps the others beside their steps.
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
        if self._steps.is_over:
            raise SettingError("this run has ended, so nothing of it can be changed; begin another with train(...).")
        state, before = self.state, self.task
        task = self.task = changed(before, state.epoch + (state.batch > 0), settings)
        parameters = state.parameters
        if type(task.optimizer) is not type(before.optimizer):
            state.earlier_steps = state.step
            parameters.step[...] = 0
            parameters.slots = {name: np.zeros_like(parameters.theta) for name in task.optimizer.slots}
        if task.objective != before.objective:
            self._steps.bind_batches(task)
        self._steps.bind_update(task)
        if state.step == 0:
            self.setup = replace(
                self.setup,
                optimizer=task.optimizer,
                penalty=task.objective.penalty,
                clip=task.clip,
                epochs=task.epochs,
            )
            return
        self.setup = replace(self.setup, changes=(*self.setup.changes, (state.step, dict(settings))))

    def edit(self, place: int, value: float) -> None:
        """Put another number at a place of theta, and go on from there: a weight or a bias of a single run.

        The optimizer's slots and the step number stay. An edit before the first step makes another start of the run;
        `Run.setup` keeps the others beside their steps.
        Raises SettingError for a place that theta doesn't have, for a number that isn't finite, for a population, and
        once the run has ended; then nothing is changed.

        >>> from chainrule.core.losses import SquaredError
        >>> from chainrule.core.network import mlp
        >>> from chainrule.core.optimizers import SGD
        >>> from chainrule.training.loop import iterate
        >>> training = iterate(mlp(1, 1), [[0.0], [1.0]], [0.0, 1.0], loss=SquaredError(), optimizer=SGD(1.0), epochs=3)
        >>> training.advance()
        True
        >>> training.edit(0, 0.25)
        >>> float(training.state.parameters.theta[0]), training.setup.edits
        (0.25, ((1, 0, 0.25),))
        """
        if self._steps.is_over:
            raise SettingError("this run has ended, so nothing of it can be edited; begin another with train(...).")
        theta, step = self.state.parameters.theta, self.state.step
        if theta.ndim > 1:
            raise SettingError(f"expected a single run, got a population of {len(theta)}; edit each member's own run.")
        at = check_whole("place", COUNT_OR_ZERO, place)
        if at >= len(theta):
            raise SettingError(f"place must be one of theta's, from 0 to {len(theta) - 1}; got {at}.")
        number = theta.dtype.type(check_one_real("value", NUMBER, value))
        theta[at] = number
        if step == 0:
            start = self.setup.theta.copy()
            start[at] = number
            self.setup = replace(self.setup, theta=start)
            return
        others = (each for each in self.setup.edits if each[:2] != (step, at))
        self.setup = replace(self.setup, edits=(*others, (step, at, float(number))))

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Go on from what `state.arrays()` of a run with the same arguments returned, then or in another process.

        Raises SettingError, and changes nothing, unless the arrays are those of such a run.
        """
        self.state.restore(arrays)
        self.setup = replace(self.setup, edits=tuple(each for each in self.setup.edits if each[0] <= self.state.step))
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
            if not self._steps.is_over and state.epoch >= task.epochs:
                self._finish()
            self._steps.is_over = True
            endings = state.monitor.finish(self._reason, state.epoch)
            theta, statistics = state.parameters.theta, state.statistics
            learnt = {"state": statistics, "engine": self.setup.engine, **vars(task.names)}
            model = Model(task.network, theta, task.objective.loss, **learnt)
            final = self._steps.evaluate() if self._final is None or state.monitor.has_restored else self._final
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
