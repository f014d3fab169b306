"""Trials on rows held out: whether there is anything to learn from, and how much a penalty helps."""

from typing import Any, NamedTuple

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.optimizers import Adam
from chainrule.core.penalties import L2
from chainrule.core.streams import stream
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Inspection
from chainrule.lab.diagnose.trials.trial import Samples, cost, loss_at, pace, trial

PENALTIES = (0.0, 0.001, 0.01, 0.1, 0.3)
"""The penalties tried, the first none at all."""


FOLDS = round(1 / thresholds.HELD_OUT)
"""The parts of the rows that are held out in turn."""


class Permuted(NamedTuple):
    """Lowest losses of rows held out: with the targets as they are, with the targets learnt shuffled, of their mean."""

    loss: float
    shuffled: Array
    mean: float


def split(x: Array, y: Array, fold: int = 0) -> tuple[Samples, Samples]:
    """Samples in two: those to learn, and a quarter to hold out; which of the quarters is the `fold`.

    Each class, and quantities of each size, lie in both as often.
    """
    mixed = stream(0, "diagnosis", 2).permutation(len(x))  # data may lie class by class
    if y.size == len(y):
        mixed = mixed[np.argsort(y.reshape(-1)[mixed], kind="stable")]
    is_out = np.arange(len(x)) % FOLDS == fold
    learnt, held_out = mixed[~is_out], mixed[is_out]
    return (x[learnt], y[learnt]), (x[held_out], y[held_out])


def try_shuffled(run: Inspection) -> Permuted:
    """Learn the targets as they are, and shuffled among the rows, with Adam: does the first predict rows held out?

    Each quarter of the rows is held out in turn; the losses are means over the quarters.
    Source: Ojala and Garriga, "Permutation tests for studying classifier performance" (2010).
    """
    generator = stream(0, "diagnosis", 5)
    members = 1 + thresholds.SHUFFLES
    changes = [{"optimizer": Adam(0.01), "penalty": None, "clip": None}] * members
    losses, mean = np.zeros(members), 0.0
    for fold in range(FOLDS):
        (x, y), held_out = split(run.x, run.y, fold)
        targets = np.stack([y, *(y[generator.permutation(len(y))] for _ in range(thresholds.SHUFFLES))])
        how: dict[str, Any] = {"learnt": (np.broadcast_to(x, (members, *x.shape)), targets), "held_out": held_out}
        steps, batch = pace(run, members).steps, min(len(x), pace(run).batch)
        losses += trial(run, run.start, steps, changes, batch=batch, **how).losses / FOLDS
        mean += run.loss_of_mean(y, held_out[1]) / FOLDS
    return Permuted(float(losses[0]), losses[1:], mean)


def shown_by_all(run: Inspection) -> float:
    """The loss of rows held out after learning others, more than are inspected, as a part of the loss of their mean."""
    learnt, held_out = split(*run.draw(thresholds.MOST_LEARNT))
    how: dict[str, Any] = {"learnt": learnt, "held_out": held_out, "batch": min(len(learnt[0]), pace(run).batch)}
    steps = thresholds.LONGER * pace(run).steps
    tried = trial(run, run.start, steps, [{"optimizer": Adam(0.01), "penalty": None, "clip": None}], **how)
    return float(tried.losses[0]) / run.loss_of_mean(learnt[1], held_out[1])


class Later(NamedTuple):
    """The validation loss at the end of a run, and the lowest after `more` steps more."""

    loss: float
    later: float
    more: int


def validated_later(run: Inspection) -> Later | None:
    """The run restarted, with the steps that early stopping spared: none of its settings is changed.

    None without validation data.
    """
    if run.setup is None or run.setup.validation is None or run.end is None:
        return None
    learnt, rows = run.draw(thresholds.MOST_LEARNT), slice(thresholds.MOST_LEARNT)
    held_out = run.setup.validation.x[rows], run.setup.validation.y[rows]
    batch, taken = min(len(learnt[0]), run.batch_size), run.steps_in(run.ending.epoch)
    most = min(thresholds.MOST_PROLONGED, 2 * thresholds.LARGE_BUDGET / (batch * cost(run.network)))
    steps = min(run.planned_steps, taken + most)
    tried = trial(run, run.start, steps, learnt=learnt, held_out=held_out, batch=batch)
    return Later(float(loss_at(run, run.end.theta, held_out)), float(tried.losses[0]), tried.steps - taken)


def best_penalty(run: Inspection) -> tuple[L2, float]:
    """The penalty with which rows held out are predicted best, each quarter in turn, and what is left of the loss.

    Source: Stone, "Cross-validatory choice and assessment of statistical predictions" (1974).
    """
    changes = [{"penalty": L2(each)} for each in PENALTIES]
    steps = min(thresholds.LONGER * pace(run, len(PENALTIES)).steps, run.steps_in(run.ending.epoch))
    losses = np.zeros(len(PENALTIES))
    for fold in range(FOLDS):
        learnt, held_out = split(run.x, run.y, fold)
        how: dict[str, Any] = {"learnt": learnt, "held_out": held_out, "batch": min(len(learnt[0]), pace(run).batch)}
        losses += trial(run, run.start, steps, changes, keeps_best=False, **how).losses
    k = int(losses.argmin())
    return L2(PENALTIES[k]), float(losses[k] / losses[0])
