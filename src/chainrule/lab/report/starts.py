"""Many starts on one of the lab's tasks, trained as one population, and what they came to."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import choose
from chainrule.core.optimizers import SGD, Memory
from chainrule.core.plan.plan import Plan, arithmetic, run
from chainrule.lab.report.reference import TASKS, Lab, Task
from chainrule.training.loop import iterate
from chainrule.training.model import Model

Report = Callable[[int, int], object]
"""Called with how many epochs are done, of how many."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What all starts came to on one task.

    epochs (R,): the epochs recorded.  losses (R, K): the mean squared error there.  final (K,): after the last epoch.
    theta (K, P): the parameters that they ended with.  seconds: how long the training took.
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
        """All starts, as the model of a population."""
        return Model(self.lab.network, self.theta, self.lab.loss)

    @property
    def shown(self) -> int:
        """The start that is shown in detail: the middle one, ordered by final loss (the better one of two)."""
        return int(np.argsort(self.final, kind="stable")[(len(self.final) - 1) // 2])


def train_task(lab: Lab, task: str, report: Report = lambda done, total: None) -> Outcome:
    """All starts of one task, as one population, in this process; `report(done, total)` counts epochs.

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
    task: Task,
    lab: Lab,
    optimizer: SGD,
    seeds: Sequence[int],
    record_every: int,
    dtype: str = "float64",
    report: Report = lambda done, total: None,
) -> Curves:
    """One population of the lab's network: member k has the seed `seeds[k]`, and the k-th of K learning rates."""
    train = _train_on_own_points if task.drawn else _train_on_same_points
    epochs, losses, final, theta = train(task, lab, optimizer, seeds, record_every, dtype, report)
    report(lab.epochs, lab.epochs)
    return epochs, 2 * losses, 2 * final, theta  # the loss that is trained is half the mean squared error


def _train_on_same_points(
    task: Task, lab: Lab, optimizer: SGD, seeds: Sequence[int], record_every: int, dtype: str, report: Report
) -> Curves:
    """The population of `train`: every start learns from the same points."""
    x, y = task.points(lab.seed).points()
    training = iterate(
        lab.network,
        x,
        y,
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
    done = training.result()
    return done.history["epoch"], done.history["loss"], np.asarray(done.final_loss), done.model.theta


def _train_on_own_points(
    task: Task, lab: Lab, optimizer: SGD, seeds: Sequence[int], record_every: int, dtype: str, report: Report
) -> Curves:
    """A population whose starts have points of their own, so that the band holds the chance of the draw too.

    Member k does what `train(network, *points(seeds[k]), seed=seeds[k], ...)` does; a test compares them.
    """
    network, draws = lab.network, [task.points(seed).points() for seed in seeds]
    theta = network.initialize(tuple(seeds), len(seeds), dtype)  # (K, P)
    gradient = np.empty_like(theta)
    plan = Plan(network, len(draws[0][0]), theta, gradient, loss=lab.loss, own_samples=True)
    plan.set_input(np.stack([x for x, _ in draws]))  # (K, n, 2)
    plan.set_targets(np.stack([y for _, y in draws]))  # (K, n, 1)
    update = optimizer.bind(Memory(theta, gradient, {}, network.is_weight(theta.dtype)))
    losses = []
    for first in range(0, lab.epochs, record_every):
        with arithmetic():
            for epoch in range(first, min(first + record_every, lab.epochs)):
                for call in plan.measure:
                    call()
                if epoch == first:
                    losses.append(plan.value.copy())
                update(epoch)
        report(first, lab.epochs)
    run(plan.appraise)
    epochs = np.arange(0, lab.epochs, record_every)
    return epochs, np.array(losses, np.float64), plan.value.astype(np.float64), theta
