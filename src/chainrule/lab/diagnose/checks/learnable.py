"""What there is to learn: data that tell nothing, rows learnt by heart, and a class too rare to be noticed."""

from typing import NamedTuple

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.finding import BALANCED
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.trials.held_out import best_penalty, try_shuffled
from chainrule.lab.diagnose.trials.trial import Samples, loss_at, pace, trial
from chainrule.lab.diagnose.trials.tried import TriedRun


def nothing_to_learn(run: TriedRun) -> Seen | None:
    """Targets that don't depend on x: rows held out are predicted no better than after learning shuffled targets.

    Asked only where nearest neighbours tell little, and of enough rows for an answer.
    """
    if run.noise < thresholds.MOST or run.under_way or len(run.x) < thresholds.FEWEST_ROWS:
        return None
    tried = try_shuffled(run)
    if not (tried.loss >= tried.shuffled.min() and tried.loss > thresholds.LOWER * tried.mean):
        return None
    how = "no" if tried.loss >= (1 - thresholds.NEGLIGIBLE) * tried.mean else "hardly"
    return {
        "how": how,
        "loss": tried.loss,
        "loss shuffled": float(tried.shuffled.min()),
        "loss of the mean": tried.mean,
    }


def learnt_by_heart(run: TriedRun) -> Seen | None:
    """Data held out of which little is learnt, beside data learnt almost perfectly: a gap that needn't grow.

    Compared with the loss of always answering the mean. Penalties are tried on rows held out of those learnt.
    """
    if len(run.validation) < 4 or run.stopped_early or run.end is None:
        return None
    last, training = float(run.validation[-1]), float(run.losses[-1])
    is_bad = last >= thresholds.UNLEARNT * run.mean_loss and training <= thresholds.LEARNT * last
    is_exact = last >= thresholds.LEARNT * run.mean_loss and training <= thresholds.BY_HEART * last
    if not (is_bad or is_exact):
        return None
    seen: Seen = {"last": last, "training loss": training, "mean loss": run.mean_loss, "rows": f"{run.n_samples:,}"}
    penalty = best_penalty(run)
    if penalty is None:
        return seen | {"advice": "Learn from more data, or with a smaller network"}
    return seen | {"advice": f"Learn from more data, or with a penalty: {penalty!r}", "changes": {"penalty": penalty}}


def rare_class(run: TriedRun) -> Seen | None:
    """A class so rare that answering the others costs next to nothing, and that the network doesn't find.

    Tried: all classes equally frequent. Source: He and Garcia, "Learning from imbalanced data" (2009).
    """
    rare = find_rare(run)
    if rare is None or run.end is None or rare.recall >= thresholds.MOST:
        return None
    x, y = run.draw(run.n_samples)
    balanced = _equally_frequent(x, y)
    at_end = float(loss_at(run, run.end.theta, balanced))
    steps = thresholds.LONGER * pace(run).steps
    tried = trial(
        run, run.start, steps, learnt=balanced, held_out=balanced, batch=min(len(balanced[0]), run.batch_size)
    )
    if not tried.losses[0] < thresholds.CLEARLY_LOWER * at_end:
        return None
    shares = rare.shares[rare.shares > 0]
    weights = {
        "weight": float(1 / (len(shares) * shares.min())),
        "other weight": float(1 / (len(shares) * shares.max())),
    }
    seen: Seen = {"share": float(shares.min()), "recall": rare.recall, "loss of the run": at_end}
    seen |= {"loss": float(tried.losses[0]), "steps": tried.steps, "rare": f"{rare.number}"}
    return seen | weights | {"changes": {"sample_weight": BALANCED}}


class Rare(NamedTuple):
    """The rarest class: its number, the shares of all classes, and how much of it is classified correctly."""

    number: int
    shares: Array
    recall: float


def find_rare(run: TriedRun) -> Rare | None:
    """The rarest class of a run, where it is a rare one."""
    if run.end is None or _shares(run, run.y).min() > 2 * thresholds.RARE:
        return None
    x, y = run.draw(run.n_samples)
    shares = _shares(run, y)
    number = int(np.where(shares > 0, shares, np.inf).argmin())
    if shares[number] > thresholds.RARE:
        return None
    rows = np.flatnonzero(y.reshape(-1) == number)[: thresholds.MOST_SAMPLES]
    outputs = run.network.predict(run.end.theta, x[rows], run.end.state)
    threshold = 0.5 if run.loss.link == "identity" else 0.0
    answers = (outputs[:, 0] >= threshold) if outputs.shape[1] == 1 else outputs.argmax(axis=1)
    return Rare(number, shares, float((answers == number).mean()))


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
