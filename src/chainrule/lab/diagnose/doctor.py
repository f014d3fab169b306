"""The doctor at the bedside: a callback for `train` that looks at a run while it goes on."""

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.description import check_kind
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import Optimizer
from chainrule.lab.diagnose.diagnosis import diagnose
from chainrule.lab.diagnose.finding import Finding
from chainrule.training.early_stopping import Ending
from chainrule.training.history import History, Record
from chainrule.training.model import Model
from chainrule.training.run import Run, Setup

VISITS = 4
"""A run is looked at after each quarter of its epochs but the last, which `diagnose(run, x, y)` tells more of."""


class Doctor:
    """A callback for a single run: `train(..., callbacks=[doctor])`; `doctor.findings` is what ailed it when last seen.

    network, x, y, loss, optimizer, batch_size, seed: those of the run.
    stop: end the run where something ails it.

    It looks after each quarter of the run: what hasn't learnt by then is taken for what it is at that time.

    >>> from chainrule.core.initializers import Zeros
    >>> from chainrule.core.losses import HalfSquaredError
    >>> from chainrule.core.network import mlp
    >>> from chainrule.core.optimizers import SGD
    >>> from chainrule.training.datasets import xor
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
        seed: int = 0,
        stop: bool = False,
    ) -> None:
        check_kind("network", Network, "a Network such as mlp(2, 4, 1)", network)
        check_kind("optimizer", Optimizer, "an optimizer such as SGD(0.5)", optimizer)
        self.findings: tuple[Finding, ...] = ()
        self._data = x, y
        self._patient = network, loss
        self._how = optimizer, batch_size, seed
        self._stop = stop
        self._begin(None)

    def _begin(self, first: Record | None) -> None:
        self._first, self._history, self._visits = first, History(), 0

    def __call__(self, record: Record) -> bool:
        """Look at a record; whether the run is to end."""
        if self._first is None or record.epoch == 0:
            self._begin(record)
        self._history.append(record)
        if record.epoch < (self._visits + 1) * record.epochs / VISITS:
            return False
        self._visits = int(record.epoch * VISITS / record.epochs)
        self.findings = diagnose(self._run(record), *self._data)
        return self._stop and bool(self.findings)

    def _run(self, record: Record) -> Run:
        """The run as far as it has come."""
        (network, loss), (optimizer, batch_size, seed) = self._patient, self._how
        first = record if self._first is None else self._first
        return Run(
            model=Model(network, np.asarray(record.theta), loss, state=record.state),
            history=self._history,
            final_loss=record.loss,
            ending=Ending("under way", record.epoch),
            setup=Setup(first.theta, first.state, optimizer, max(1, record.epoch), batch_size, (seed,)),
        )
