"""The doctor at the bedside: a callback for `train` that looks at a run while it goes on."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.description import Real, check_kind
from chainrule.core.errors import SettingError
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import Optimizer
from chainrule.core.penalties import L2
from chainrule.core.streams import Seed, member_seeds
from chainrule.lab.diagnose.diagnosis import diagnose
from chainrule.training.history import History, Record
from chainrule.training.loop import Training
from chainrule.training.model import Model
from chainrule.training.run import Run, Setup
from chainrule.training.stopping import Ending
from chainrule.training.task import check_task

VISITS = 4
"""A run is looked at after each quarter of its epochs but the last, which `diagnose(run, x, y)` tells more of."""

ALARM = 10.0
"""It is looked at once between, where the loss has risen to so many times the first."""


class Doctor:
    """A callback: `train(..., callbacks=[doctor])`; `doctor.findings` is what ailed the run when last seen.

    network, x, y, loss, optimizer, batch_size, seed, penalty, clip: those of the run.
    stop: end the run where something ails it that won't pass; a population, where every member has such an illness.

    It looks after each quarter of the run. While the loss falls, only what is certain is said, such as a symmetric
    start; a run that could be faster, or isn't done, is none of its business. A run that diverges before a look ends
    with a `DivergenceError`, and `diagnose(error.run, x, y)` tells why. Of a population the findings are K tuples.
    Raises ShapeError, DataError and SettingError for what `train` wouldn't take.

    >>> from chainrule.core.initializers import Zeros
    >>> from chainrule.core.losses import HalfSquaredError
    >>> from chainrule.core.network import mlp
    >>> from chainrule.core.optimizers import SGD
    >>> from chainrule.training.data.sets import xor
    >>> from chainrule.training.loop import train
    >>> network, (x, y), loss = mlp(2, 4, 1, initializer=Zeros()), xor(), HalfSquaredError()
    >>> doctor = Doctor(network, x, y, loss=loss, optimizer=SGD(0.5), stop=True)
    >>> run = train(network, x, y, loss=loss, optimizer=SGD(0.5), epochs=4000, callbacks=[doctor])
    >>> str(run.ending), doctor.findings[0].illness
    ('stopped by a callback after 1001 epochs', 'symmetric start')
    """

    def __init__(
        self,
        network: Network,
        x: ArrayLike,
        y: ArrayLike,
        *,
        loss: Loss,
        optimizer: Optimizer,
        batch_size: int | None = None,
        seed: Seed = 0,
        penalty: L2 | None = None,
        clip: Real | None = None,
        stop: bool = False,
    ) -> None:
        how = {"batch_size": batch_size, "seed": seed, "penalty": penalty, "clip": clip}
        task = check_task(network, x, y, loss=loss, optimizer=optimizer, epochs=1, **how)  # type: ignore[arg-type]
        check_kind("stop", bool, "True or False", stop)
        self.findings: Any = ()
        self._data = x, y
        self._patient = network, loss
        self._how = optimizer, batch_size, seed
        self._kept_small = penalty, task.clip
        self._stop = stop
        self._begin(None)

    def _begin(self, first: Record | None) -> None:
        self._first, self._history, self._visits, self._alarmed = first, History(), 0, False

    def __call__(self, training: Training) -> bool:
        """Look at the run's latest record; whether the run is to end."""
        check_kind(
            "what a Doctor looks at", Training, "a Training, as train(..., callbacks=[doctor]) gives it", training
        )
        record = training.record
        if self._first is None or record.epoch == 0:
            self._check(record)
            self._begin(record)
        self._history.append(record)
        if not (self._is_due(record) or self._is_alarming(record)):
            return False
        self._visits = int(record.epoch * VISITS / record.epochs)
        self.findings = diagnose(self._run(record), *self._data)
        members = self.findings if np.ndim(record.theta) == 2 else (self.findings,)
        return self._stop and all(any(not each.may_pass for each in found) for found in members)

    def _check(self, record: Record) -> None:
        """Raise unless the record can be of the doctor's network."""
        network, _ = self._patient
        n = np.shape(record.theta)[-1]
        if n != network.n_parameters:
            raise SettingError(
                f"the run's network has {n} parameters, but the Doctor was made for {network!r}, which has "
                f"{network.n_parameters}. Make the Doctor with the run's network."
            )

    def _is_due(self, record: Record) -> bool:
        return record.epoch >= (self._visits + 1) * record.epochs / VISITS

    def _is_alarming(self, record: Record) -> bool:
        """Whether a loss has risen far above the first, for the first time."""
        first = record if self._first is None else self._first
        rises = bool(np.any(np.asarray(record.loss) > ALARM * np.asarray(first.loss)))
        is_alarming, self._alarmed = rises and not self._alarmed, rises or self._alarmed
        return is_alarming

    def _run(self, record: Record) -> Run:
        """The run as far as it has come."""
        (network, loss), (optimizer, batch_size, seed) = self._patient, self._how
        first = record if self._first is None else self._first
        theta = np.asarray(record.theta)
        members = len(theta) if theta.ndim == 2 else None
        endings = [
            Ending("under way" if np.isfinite(each) else "diverged", max(1, record.epoch))
            for each in np.ravel(record.loss)
        ]
        return Run(
            model=Model(network, theta, loss, state=record.state),
            history=self._history,
            final_loss=record.loss,
            ending=endings[0] if members is None else tuple(endings),
            setup=Setup(
                first.theta,
                first.state,
                optimizer,
                max(1, record.epoch),
                batch_size,
                member_seeds(seed, members),
                *self._kept_small,
            ),
        )
