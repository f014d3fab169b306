"""What there is to learn: data that tell nothing, and a class too rare to be noticed."""

from typing import NamedTuple

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.finding import BALANCED
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.trials.held_out import FOLDS, shown_by_all, split, try_shuffled
from chainrule.lab.diagnose.trials.trial import Samples, pace, trial
from chainrule.lab.diagnose.trials.tried import TriedRun

MOST_NAMED = 3
"""The most classes that a sentence names."""


def nothing_to_learn(run: TriedRun) -> Seen | None:
    """Targets that don't depend on x: rows held out are predicted no better than after learning shuffled targets.

    Asked only where nearest neighbours tell little, and of enough rows for an answer.
    """
    if run.noise < thresholds.MOST or run.under_way or len(run.x) < thresholds.FEWEST_ROWS:
        return None
    if len(run.validation) and run.validation.min() < thresholds.LOWER * run.mean_loss:
        return None  # the run itself has shown it
    if run.n_samples > len(run.x) and shown_by_all(run) < thresholds.LOWER:
        return None
    tried = try_shuffled(run)
    is_no_luck = tried.loss < tried.shuffled.min() and not run.fails_held_out
    if is_no_luck or tried.loss <= thresholds.LOWER * tried.mean:
        return None
    better = tried.loss < tried.mean
    how = f"{'hardly' if better else 'no'} better than the targets' mean{', no more than by luck' * better}"
    rare = find_rare(run)
    why = "" if rare is None else f" Only {rare.rows:,} of them are of class {run.class_name(rare.number)}."
    return {
        "how": how,
        "why": why,
        "loss": tried.loss,
        "loss shuffled": float(tried.shuffled.min()),
        "loss of the mean": tried.mean,
    }


def rare_class(run: TriedRun) -> Seen | None:
    """A class so rare that answering the others costs little, and that the network finds far less often than those.

    Tried, on rows held out: learning with all classes equally frequent. It must get clearly below the loss of the run's
    own way and below that of the mean, for a rare class that x tells nothing about is found no better.
    Source: He and Garcia, "Learning from imbalanced data" (2009).
    """
    rare = find_rare(run)
    if run.setup is not None and run.setup.weighted:
        return None  # what would be advised is done already, or in another way
    if rare is None or rare.rows < FOLDS or rare.recall >= thresholds.CLEARLY_LOWER * rare.recall_of_others:
        return None
    own, tried, mean, steps = 0.0, 0.0, 0.0, 0
    x, y = run.draw(thresholds.MOST_LEARNT)
    for fold in range(FOLDS):
        learnt, (x_out, y_out) = split(x, y, fold)
        balanced, held_out = _equally_frequent(*learnt), _equally_frequent(x_out, y_out)
        batch = min(run.batch_size, len(balanced[0]), len(learnt[0]))
        own_trial, balanced_trial = (
            trial(run, run.start, thresholds.LONGER * pace(run).steps / 2, learnt=rows, held_out=held_out, batch=batch)
            for rows in (learnt, balanced)
        )
        own, tried = own + float(own_trial.losses[0]) / FOLDS, tried + float(balanced_trial.losses[0]) / FOLDS
        mean, steps = mean + run.loss_of_mean(balanced[1], held_out[1]) / FOLDS, balanced_trial.steps
    if not tried < thresholds.CLEARLY_LOWER * min(own, mean):
        return None
    shares = rare.shares[rare.shares > 0]
    weights = {
        "weight": float(1 / (len(shares) * shares.min())),
        "other weight": float(1 / (len(shares) * shares.max())),
    }
    seen: Seen = {"share": float(shares.min()), "recall": rare.recall, "recall of others": rare.recall_of_others}
    seen |= {"loss": own, "loss when equal": tried, "steps": f"{steps:,}", "rare": run.class_name(rare.number)}
    return seen | weights | {"changes": {"sample_weight": BALANCED}}


def never_answered(run: TriedRun) -> Seen | None:
    """Classes that are never answered, of less than half an even share: the accuracy hides it.

    On rows held out, where there are some.
    """
    if run.end is None or len(_shares(run, run.y)) < 2:
        return None
    x, y = run.held_out or run.draw(thresholds.MOST_LEARNT)
    counts = np.round(_shares(run, y) * len(y)).astype(int)
    answered = np.bincount(_chosen(run, x), minlength=len(counts))
    are_few = counts < len(y) / (2 * np.count_nonzero(counts))
    missing = np.flatnonzero((counts > 1) & are_few & (answered == 0))
    if not len(missing):
        return None
    names = [run.class_name(int(k)) for k in missing[:MOST_NAMED]]
    more = [f"{len(missing) - MOST_NAMED} more"] * (len(missing) > MOST_NAMED)
    n = int(counts[missing].sum())
    what = f"Class {names[0]} is" if len(missing) == 1 else f"The classes {', '.join(names + more)} are"
    seen: Seen = {"what": what, "rows": f"{n:,}", "share": n / len(y)}
    seen["rows of"] = f"{len(y):,} rows{' held out' * (run.held_out is not None)}"
    weighted = run.setup is not None and run.setup.weighted
    if weighted:
        return seen | {"advice": "Add rows of that class, or features that tell it from the others"}
    return seen | {
        "advice": "Give all classes the same weight, and judge each by itself",
        "changes": {"sample_weight": BALANCED},
    }


class Rare(NamedTuple):
    """The rarest class: its number and rows, the shares of all classes, and how much of it is classified correctly.

    recall_of_others: the fraction of all other rows that is.
    """

    number: int
    rows: int
    shares: Array
    recall: float
    recall_of_others: float


def find_rare(run: TriedRun) -> Rare | None:
    """The rarest class of a run, where it is a rare one."""
    if run.end is None or _shares(run, run.y).min() > 2 * thresholds.RARE:
        return None
    x, y = run.draw(run.n_samples)
    shares = _shares(run, y)
    number = int(np.where(shares > 0, shares, np.inf).argmin())
    if shares[number] > thresholds.RARE:
        return None
    of_class = y.reshape(-1).astype(int)
    others = [int(each) for each in np.flatnonzero(shares) if each != number]
    of_others = np.average([_recall(run, x, of_class, each) for each in others], weights=shares[others])
    rows = int((of_class == number).sum())
    return Rare(number, rows, shares, _recall(run, x, of_class, number), float(of_others))


def _recall(run: TriedRun, x: Array, of_class: Array, number: int) -> float:
    """The fraction of the rows of a class, of as many as are inspected, that the network classifies correctly."""
    rows = np.flatnonzero(of_class == number)[: thresholds.MOST_SAMPLES]
    return float((_chosen(run, x[rows]) == number).mean())


def _chosen(run: TriedRun, x: Array) -> Array:
    """The number of the class that the network answers, for each row."""
    outputs = run.network.predict(run.end.theta, x, run.end.state)  # type: ignore[union-attr]  # there is an end
    threshold = 0.5 if run.loss.link == "identity" else 0.0
    chosen = outputs[:, 0] >= threshold if outputs.shape[1] == 1 else outputs.argmax(axis=1)
    return np.asarray(chosen, dtype=np.intp)


def _shares(run: TriedRun, y: Array) -> Array:
    """The share of each class among targets in the form of `Loss.rows`; a single 1 where they are no classes."""
    if y.ndim == 1:
        return np.bincount(y.astype(int), minlength=run.network.output_shape[0]) / len(y)
    if y.shape[1] == 1 and np.isin(y, (0, 1)).all():
        return np.array([1 - y.mean(), y.mean()])
    return np.ones(1)


def _equally_frequent(x: Array, y: Array) -> Samples:
    """Rows of which each class has as many, those of a rare one several times."""
    classes = y.reshape(-1)
    occurring = np.unique(classes)
    each = max(1, thresholds.MOST_SAMPLES // len(occurring))
    rows = np.concatenate([np.resize(np.flatnonzero(classes == c), each) for c in occurring])
    return x[rows], y[rows]
