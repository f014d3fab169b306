"""Many starts on one of the lab's tasks, trained as one population, and their outcome."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import choose
from chainrule.core.optimizers import SGD
from chainrule.lab.report.reference import TASKS, Lab, LabTask
from chainrule.training.loop import iterate
from chainrule.training.model import Model

Report = Callable[[int, int], object]
"""Called as `report(done, total)`, both in epochs."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """The outcome of all starts on one task.

    epochs (R,): the epochs recorded.  losses (R, K): the mean squared error there.  final (K,): that after the last
    epoch.  theta (K, P): the final parameters.  seconds: the time that the training took.
    """

    lab: Lab
    task: str
    epochs: Array
    losses: Array
    final: Array
    theta: Array
    seconds: float

    @property
    def model(self) -> Model:
        """The model of all starts, a population."""
        return Model(self.lab.network, self.theta, self.lab.loss)

    @property
    def shown(self) -> int:
        """The start that is shown in detail: the one of median final loss, or just below the median."""
        return int(np.argsort(self.final, kind="stable")[(len(self.final) - 1) // 2])


def train_task(lab: Lab, task: str, report: Report = lambda done, total: None) -> Outcome:
    """Train all starts of one task as one population, in this process; `report(done, total)` counts epochs.

    Raises SettingError for an unknown task. Ctrl-C ends it with KeyboardInterrupt.

    >>> outcome = train_task(Lab(epochs=40, starts=2), "xor")
    >>> outcome.losses.shape, outcome.theta.shape
    ((40, 2), (2, 37))
    """
    what = choose("task", task, TASKS)
    begin = time.perf_counter()
    found = train_starts(what, lab, lab.optimizer(what), lab.seeds, lab.record_every, report=report)
    return Outcome(lab, task, *found, time.perf_counter() - begin)


Curves = tuple[Array, Array, Array, Array]
"""epochs (R,), losses (R, K), final (K,) and theta (K, P), as in `Outcome`."""


def train_starts(
    task: LabTask,
    lab: Lab,
    optimizer: SGD,
    seeds: Sequence[int],
    record_every: int,
    dtype: str = "float64",
    report: Report = lambda done, total: None,
) -> Curves:
    """One population of the lab's network: member k has the seed `seeds[k]`, and the k-th of K learning rates."""
    training = iterate(
        lab.network,
        *points_for(task, lab, seeds),
        loss=lab.loss,
        optimizer=optimizer,
        epochs=lab.epochs,
        record_every=record_every,
        population=len(seeds),
        seed=tuple(seeds),
        dtype=dtype,
    )
    for record in training:
        report(record.epoch, lab.epochs)
    run = training.result()
    report(lab.epochs, lab.epochs)
    # The loss that is trained is half the mean squared error.
    return run.history["epoch"], 2 * run.history["loss"], 2 * np.asarray(run.final_loss), run.model.theta


def points_for(task: LabTask, lab: Lab, seeds: Sequence[int]) -> tuple[Array, Array]:
    """The points that the starts learn from: one set for all, x (n, 2), or one drawn for each, x (K, n, 2).

    Points drawn for each start let the band of losses show the randomness of the draw, too.
    """
    if not task.drawn:
        return task.points(lab.seed).points()
    draws = [task.points(seed).points() for seed in seeds]
    return np.stack([x for x, _ in draws]), np.stack([y for _, y in draws])
