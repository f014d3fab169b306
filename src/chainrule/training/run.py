"""A finished run: its model, history and ending."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.engine.choice import Engine
from chainrule.core.optimizers import Optimizer
from chainrule.core.penalties import L2
from chainrule.training.data.samples import TrainingData
from chainrule.training.history import History
from chainrule.training.model import Model
from chainrule.training.stopping import Ending
from chainrule.training.task import Task

HOW_TO_LIST = 'iterate(...).program() lists its calls, and with engine="compiled" what becomes of them.'
"""What a run by NumPy says of its calls: a list of them would take as long as a few of its steps."""


@dataclass(frozen=True, eq=False)
class Setup:
    """The settings and the start of a run; its network and loss are the model's, the data learnt are not kept.

    theta, state: the parameters and running statistics of its start: (P,) and (S,), or (K, P) and (K, S).
    clip: the largest norm of a gradient, for each member if there are many.
    augmented, weighted: whether the data were augmented, and had sample weights.
    engine: what made the calls, as "compiled (avx512, 18 operations, 0 in Python)" or "numpy (a short run)"; "2 of
        them by the BLAS" counts large products, whose last digits may depend on its threads.
    program: what makes the calls of a step, as text: see `Run.program`.
    validation: the data held out, checked, not copied.
    changes: the settings that `Training.change` has changed since: the step, counted from 0, and the settings by name.
    edits: the numbers that `Training.edit` has put since: the step, counted from 0, the place in theta, and the number.
    """

    theta: Array = field(repr=False)
    state: Array = field(repr=False)
    optimizer: Optimizer
    epochs: int
    batch_size: int | None
    seeds: tuple[int, ...]
    penalty: L2 | None = None
    clip: Any = None
    augmented: bool = False
    weighted: bool = False
    engine: str = "numpy"
    program: str = field(default="", repr=False)
    validation: TrainingData | None = field(default=None, repr=False)
    changes: tuple[tuple[int, dict[str, Any]], ...] = ()
    edits: tuple[tuple[int, int, float], ...] = ()

    @classmethod
    def of(cls, task: Task, engine: Engine) -> "Setup":
        """The setup of a task whose rows are bound. Its start stays as it is: steps move a copy."""
        return cls(
            theta=task.theta,
            state=task.state,
            optimizer=task.optimizer,
            epochs=task.epochs,
            batch_size=task.batch_size,
            seeds=task.seeds,
            penalty=task.objective.penalty,
            clip=task.clip,
            augmented=bool(task.augmentations),
            weighted=task.data.weights is not None,
            engine=str(engine),
            program=engine.listing() if engine.numpy_because is None else f"{engine}: {HOW_TO_LIST}",
            validation=task.validation,
        )


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    model: the network with its parameters and running statistics (the best ones with early stopping).
    history: columns of the epochs recorded.
    final_loss: of the model on the training data, in prediction mode (nothing drawn, running statistics), penalty
        included: a float, or (K,).
    ending: how the run ended; for a population a tuple of K.
    final_validation_loss: of the model on the validation data, where there is some.
    setup: the settings at the start, and what was changed since.
    """

    model: Model
    history: History
    final_loss: Any
    ending: Ending | tuple[Ending, ...]
    final_validation_loss: Any = None
    setup: Setup | None = None

    def program(self) -> str:
        """What made the calls of a step; of a compiled step one line per operation, beside the calls that it makes.
        `Training.program` lists the calls that NumPy makes as well.

        Each line has the operation, the shapes that it works on, its calls, and how many of their results stay in
        registers: they are never written to memory.
        """
        return "" if self.setup is None else self.setup.program

    def __str__(self) -> str:
        if isinstance(self.ending, Ending):
            return f"{self.ending}; loss {self.final_loss:.6g}"
        reasons = Counter(ending.reason for ending in self.ending)
        said = ", ".join(f"{n} {reason}" for reason, n in reasons.items())
        finite = self.final_loss[np.isfinite(self.final_loss)]
        if not len(finite):
            return f"{len(self.ending)} members: {said}; no loss is finite"
        low, middle, high = np.quantile(finite, [0.0, 0.5, 1.0])
        return f"{len(self.ending)} members: {said}; median loss {middle:.6g}, from {low:.6g} to {high:.6g}"
