"""The steps of a run, in the order that `loop.py` lists: rows of calls, bound once to the state that they change."""

from chainrule.core.calls import Calls
from chainrule.core.engine.choice import Engine
from chainrule.core.objective import Objective
from chainrule.core.optimizers import bind_update
from chainrule.core.penalties import bind_clip
from chainrule.training.batches import Batches, Evaluator, FullBatch, MiniBatches
from chainrule.training.history import Record
from chainrule.training.state import TrainingState
from chainrule.training.task import Task


class Steps:
    """The steps of a run that remain, from the place where its state is.

    batches: what a step learns from.  evaluate, validate: the loss of all training and validation data (None without).
    engine: what makes the calls.  is_over: a mark that ends the steps before the next one.
    """

    def __init__(self, task: Task, state: TrainingState) -> None:
        self._state, self.is_over = state, False
        self.engine = Engine.of(task.engine, task.epochs * task.n_batches, task.n_numbers)
        self.validate: Evaluator | None = None
        if task.validation is not None:
            without_penalty = Objective(task.network, task.objective.loss)
            self.validate = Evaluator(without_penalty, task.validation, state.parameters, self.engine)
        self._patience_checked = task.patience_checked
        self.bind_batches(task)
        self.bind_update(task)

    def bind_batches(self, task: Task) -> None:
        """Bind the network, the loss, the penalty and the data to the state's memory."""
        kind = FullBatch if task.batch_size is None else MiniBatches
        self.batches: Batches = kind(task, self._state, self.engine)
        self.evaluate = Evaluator(task.objective, task.data, self._state.parameters, self.engine)

    def bind_update(self, task: Task) -> None:
        """Bind the clip and the optimizer to the state's memory."""
        self._task, parameters = task, self._state.parameters
        parameters.step[...] = self._state.optimizer_steps
        clip = Calls() if task.clip is None else bind_clip(task.clip, parameters)
        update = Calls(*clip, *bind_update(task.optimizer, parameters))
        self._update = self.engine.row(update, self._state.observed, "the update")

    def run_until(self, epoch: int, batch: int = 0) -> None:
        """Make the steps up to a batch of an epoch, or until every member has ended or the run is over."""
        state, monitor, batches, update = self._state, self._state.monitor, self.batches, self._update
        load, patience = batches.load, self._patience_checked
        while (state.epoch < epoch or state.batch < batch) and not (monitor.all_ended or self.is_over):
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
        task, state = self._task, self._state
        is_recorded = state.epoch % task.record_every == 0
        is_monitored = self._patience_checked == "before each epoch"
        validation_loss = None
        if self.validate is not None and (is_recorded or is_monitored):
            validation_loss = self.validate()
            if is_monitored:
                state.monitor.check_patience(state.epoch, validation_loss)
        if is_recorded:
            theta, statistics = state.parameters.theta.copy(), state.statistics.copy()
            state.begun = Record(state.epoch, task.epochs, state.step, None, theta, validation_loss, statistics)
        self.batches.begin_epoch()
