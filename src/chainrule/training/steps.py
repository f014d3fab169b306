"""The steps of a run, in the order that `loop.py` lists: rows of calls, bound once to the state that they change."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.core.calls import Calls, Ended, check_finite
from chainrule.core.engine.choice import Engine
from chainrule.core.objective import Objective
from chainrule.core.optimizers import bind_update
from chainrule.core.penalties import bind_clip
from chainrule.training.batches import FullBatch, MiniBatches
from chainrule.training.data.samples import TrainingData
from chainrule.training.evaluator import Evaluator
from chainrule.training.history import Record
from chainrule.training.repeated_steps import RepeatedSteps
from chainrule.training.state import TrainingState
from chainrule.training.task import Task


class Steps:
    """The steps of a run that remain, from the place where its state is.

    batches: what a step learns from.  evaluate, validate: the loss of all training and validation data (None without).
    engine: what makes the calls.  is_over: a mark that ends the steps before the next one.
    """

    def __init__(self, task: Task, state: TrainingState) -> None:
        self._state, self._mark = state, np.zeros(())
        members = count(task.theta.shape[:-1])
        self.engine = Engine.of(task.engine, task.epochs * task.n_batches, task.n_numbers, members)
        self.validate: Evaluator | None = None
        if task.validation is not None:
            without_penalty = Objective(task.network, task.objective.loss)
            data = self._as_read(task.validation)
            self.validate = Evaluator(without_penalty, data, state.parameters, self.engine)
        self._patience_checked = task.patience_checked
        self.bind_batches(task)
        self.bind_update(task)

    @property
    def is_over(self) -> bool:
        """Whether no step is to follow: a number that each step checks, so that a program under way ends, too."""
        return self._mark.item() != 0.0

    @is_over.setter
    def is_over(self, value: bool) -> None:
        self._mark[...] = np.nan if value else 0.0

    def bind_batches(self, task: Task) -> None:
        """Bind the network, the loss, the penalty and the data to the state's memory."""
        kind, task = FullBatch if task.batch_size is None else MiniBatches, replace(task, data=self._as_read(task.data))
        batches = self.batches = kind(task, self._state, self.engine)
        self.evaluate: Callable[[], Array]
        if isinstance(batches, FullBatch) and task.network.is_the_same_in_prediction:
            self.evaluate = batches.evaluate
        else:
            self.evaluate = Evaluator(task.objective, task.data, self._state.parameters, self.engine)

    def _as_read(self, data: TrainingData) -> TrainingData:
        """Data as what makes the calls reads them."""
        return data if self.engine.numpy_because is not None else data.for_programs(self._state.parameters.theta.dtype)

    def bind_update(self, task: Task) -> None:
        """Bind the clip and the optimizer to the state's memory, and so the steps."""
        self._task, parameters = task, self._state.parameters
        clip = Calls() if task.clip is None else bind_clip(task.clip, parameters)
        check_mark = partial(check_finite, self._mark, np.array(False))
        update = Calls(*clip, *bind_update(task.optimizer, parameters), check_mark)
        bound = self.engine.row(update, self._state.observed, "the update")
        look = self._look if self._patience_checked == "at each step" else Calls()
        self._repeated = RepeatedSteps(self._state, self.batches.equal, look, bound)

    def run_until(self, step: int) -> None:
        """Make steps until there are so many, or until every member has ended or the run is over."""
        state, monitor, repeated = self._state, self._state.monitor, self._repeated
        while (made := state.step) < step and not (monitor.all_ended or self.is_over):
            if state.batch == 0:
                self._begin_epoch()
                if monitor.all_ended:
                    return
            is_complete = repeated.run(min(step, self._next_look()) - made)
            if not is_complete and monitor.check_finite(state.epoch, repeated.value) and not monitor.all_ended:
                repeated.complete()  # for the members that go on
            if self._patience_checked == "after each epoch" and state.batch == 0:
                monitor.check_patience(state.epoch - 1, self.batches.loss)

    @property
    def are_alike(self) -> bool:
        """Whether there is nothing to do between steps: nothing to shuffle, to validate, or to stop early by."""
        return self._task.batch_size is None and self.validate is None and self._patience_checked == "never"

    def run_through(self) -> None:
        """Make all steps that are left, which are alike; the history gets the losses of the epochs that it records."""
        task, state, monitor, repeated = self._task, self._state, self._state.monitor, self._repeated
        while (epoch := state.epoch) < task.epochs and not (monitor.all_ended or self.is_over):
            recorded = task.next_recorded(epoch)
            until = task.epochs if epoch == recorded else min(recorded, task.epochs)
            n = max(0, -(-(until - recorded) // task.record_every))
            losses = np.empty((n, *monitor.ended.shape), task.theta.dtype)
            try:
                is_complete = repeated.run(until - epoch, losses if n else None, task.record_every)
            finally:
                self._record(epoch, losses)
            if is_complete:
                continue
            if monitor.check_finite(ended := state.epoch, repeated.value) and not monitor.all_ended:
                repeated.complete()  # for the members that go on
                self._record(ended, repeated.value[np.newaxis])

    def _record(self, since: int, losses: Array) -> None:
        """Add to the history what was made of a full batch's epochs since one; losses: of those that are recorded."""
        epochs = range(self._task.next_recorded(since), self._state.epoch, self._task.record_every)
        losses = np.where(self._state.monitor.ended, np.nan, losses[: len(epochs)])
        self._state.history.extend(epochs, epochs, losses)

    def _next_look(self) -> int:
        """The step in front of which there is something else to do: shuffle, validate, begin a record."""
        task, epoch = self._task, self._state.epoch + 1
        if task.batch_size is None and self._patience_checked != "before each epoch":
            epoch = task.next_recorded(epoch)
        return epoch * task.n_batches

    def _look(self) -> None:
        """Early stopping, by the loss of a step."""
        monitor = self._state.monitor
        monitor.check_patience(self._state.epoch, self.batches.loss)
        if monitor.all_ended:
            raise Ended

    def _begin_epoch(self) -> None:
        """The epoch's validation loss, the start of its record, and the order of its samples."""
        task, state = self._task, self._state
        epoch = state.epoch
        is_recorded = epoch % task.record_every == 0
        is_monitored = self._patience_checked == "before each epoch"
        validation_loss = None
        if self.validate is not None and (is_recorded or is_monitored):
            validation_loss = self.validate()
            if is_monitored:
                state.monitor.check_patience(epoch, validation_loss)
        if is_recorded:
            theta, statistics = state.parameters.theta.copy(), state.statistics.copy()
            state.begun = Record(epoch, task.epochs, state.step, None, theta, validation_loss, statistics)
        self.batches.begin_epoch()
