"""The `Doctor`: a callback for `train` that diagnoses a run while it goes on."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.description import check_kind
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.diagnosis import check_data, diagnose
from chainrule.training.model import Model
from chainrule.training.run import Run
from chainrule.training.stopping import Ending
from chainrule.training.training import Training


class Doctor:
    """A callback: `train(..., callbacks=[doctor])`; `doctor.findings` are the problems of the run at the last visit.

    x, y: the data that the run learns from, as `train` takes them.
    stop: end the run if it has a problem that won't pass; a population, if every member has such a problem.

    The doctor visits after each quarter of the run but the last, of which `diagnose(run, x, y)` tells more, and once
    between if the loss rises to ten times the first. While the loss falls, only what is certain is said, such as a
    symmetric start; a run that could be faster, or isn't finished, is never stopped. A run that diverges before a visit
    ends with a `DivergenceError`, and `diagnose(error.run, x, y)` tells why. A population's findings are K tuples.
    Raises SettingError for another kind of `stop`, and, at the run's first record, ShapeError and DataError for data
    that don't fit the run's network and loss.

    >>> from chainrule.core.initializers import Zeros
    >>> from chainrule.core.losses import HalfSquaredError
    >>> from chainrule.core.network import mlp
    >>> from chainrule.core.optimizers import SGD
    >>> from chainrule.training.data.sets import xor
    >>> from chainrule.training.loop import train
    >>> network, (x, y) = mlp(2, 4, 1, initializer=Zeros()), xor()
    >>> doctor = Doctor(x, y, stop=True)
    >>> run = train(network, x, y, loss=HalfSquaredError(), optimizer=SGD(0.5), epochs=4000, callbacks=[doctor])
    >>> str(run.ending), doctor.findings[0].illness
    ('stopped by a callback after 1001 epochs', 'symmetric start')
    """

    def __init__(self, x: ArrayLike, y: ArrayLike, *, stop: bool = False) -> None:
        check_kind("stop", bool, "True or False", stop)
        self.findings: Any = ()
        self._data, self._stop = (x, y), stop
        self._visits, self._alarmed = 0, False

    def __call__(self, training: Training) -> bool:
        """Visit the run, if that is due; whether the run is to end."""
        check_kind(
            "what a Doctor is called with", Training, "a Training, as train(..., callbacks=[doctor]) gives it", training
        )
        if training.epoch == 0:
            check_data(_so_far(training).model, *self._data)
            self._visits, self._alarmed = 0, False
        if not (self._is_due(training) or self._is_alarming(training)):
            return False
        self._visits = int(training.epoch * thresholds.VISITS / training.epochs)
        self.findings = diagnose(_so_far(training), *self._data)
        members = self.findings if np.ndim(training.theta) == 2 else (self.findings,)
        return self._stop and all(any(not each.may_pass for each in found) for found in members)

    def _is_due(self, training: Training) -> bool:
        return training.epoch >= (self._visits + 1) * training.epochs / thresholds.VISITS

    def _is_alarming(self, training: Training) -> bool:
        """Whether a loss has risen far above the first, for the first time."""
        rises = bool(np.any(training.loss > thresholds.ALARM * training.state.history["loss"][0]))
        is_alarming, self._alarmed = rises and not self._alarmed, rises or self._alarmed
        return is_alarming


def _so_far(training: Training) -> Run:
    """The run as far as its latest record, as if it had been meant to end there."""
    record, task = training.record, training.task
    epochs = max(1, record.epoch)
    endings = [Ending("under way" if np.isfinite(each) else "diverged", epochs) for each in np.ravel(record.loss)]
    return Run(
        model=Model(task.network, record.theta, task.objective.loss, state=record.state, **vars(task.names)),
        history=training.state.history,
        final_loss=record.loss,
        ending=tuple(endings) if record.theta.ndim == 2 else endings[0],
        setup=replace(training.setup, optimizer=task.optimizer, epochs=epochs),
    )
