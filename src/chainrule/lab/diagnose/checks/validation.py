"""What the validation data show: overfitting, or that they are unlike the data learnt."""

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.trials.held_out import best_penalty, split
from chainrule.lab.diagnose.trials.trial import Changes, pace, trial
from chainrule.lab.diagnose.trials.tried import TriedRun
from chainrule.lab.figures.numbers import short
from chainrule.training.stopping import EarlyStopping


def unlike(run: TriedRun) -> Seen | None:
    """Validation data that the network never predicts better than untrained, or than their mean, unlike other rows.

    Where the training loss itself came down. Their features are of another size, or rows held out of the data learnt
    are predicted well all the same.
    """
    if not run.fails_held_out or run.setup is None or run.setup.validation is None:
        return None
    if not run.losses.min() < thresholds.CLEARLY_LOWER * run.mean_loss:
        return None
    seen: Seen = {"lowest": float(run.validation.min()), "epoch": int(run.epochs[run.validation.argmin()])}
    differs = _scales(run, run.setup.validation.x)
    if differs is not None:
        return seen | {
            "how": differs,
            "advice": "Scale them as the training data: with the Standardizer fitted to those",
        }
    learnt, held_out = split(run.x, run.y)
    steps = min(thresholds.LONGER * pace(run).steps, run.steps_in(run.ending.epoch))
    batch = min(len(learnt[0]), pace(run).batch)
    loss = float(trial(run, run.start, steps, learnt=learnt, held_out=held_out, batch=batch).losses[0])
    mean = run.loss_of_mean(learnt[1], held_out[1])
    if not loss < thresholds.CLEARLY_LOWER * mean:
        return None
    how = f"; but of rows held out of the training data it comes to {short(loss)}, where the mean has {short(mean)}"
    advice = "Check that their columns have the same order, and that each row of their y belongs to the same row of x"
    return seen | {"loss": loss, "mean loss": mean, "how": how, "advice": advice}


def _scales(run: TriedRun, x: Array) -> str | None:
    """The feature that differs most in size or place, in words; None where none differs by much."""
    own, other = (each.reshape(len(each), -1).astype(np.float64) for each in (run.x, x))
    varies = np.flatnonzero(own.std(axis=0) > 0)
    means, deviations = own.mean(axis=0)[varies], own.std(axis=0)[varies]
    apart = (other[:, varies] - means) / deviations
    sizes, spreads = np.sqrt(np.square(apart).mean(axis=0)), apart.std(axis=0)
    if sizes.max() > thresholds.UNLIKE:
        k = int(sizes.argmax())
    elif np.median(spreads) < 1 / thresholds.UNLIKE:
        k = int(spreads.argmin())
    else:
        return None
    values = other[:, varies[k]]
    return (
        f": {run.feature_name(int(varies[k]))} lies around {short(values.mean())} with a deviation of "
        f"{short(values.std())} in them, around {short(_around(means[k], deviations[k]))} with one of "
        f"{short(deviations[k])} in the training data"
    )


def _around(mean: float, deviation: float) -> float:
    """The mean, without rounding."""
    return mean if abs(mean) > 1e-9 * deviation else 0.0


def learnt_by_heart(run: TriedRun) -> Seen | None:
    """Data held out of which little is learnt, beside data learnt several times as well: a gap that needn't grow.

    Compared with the loss of always answering the mean. Penalties are tried on rows held out of those learnt.
    """
    last = run.held_out_loss
    if last is None or run.stopped_early or run.end is None or not len(run.losses):
        return None
    training = float(run.losses[-1])
    is_bad = last >= thresholds.UNLEARNT * run.mean_loss and training <= thresholds.GAP * last
    is_exact = last >= thresholds.LEARNT * run.mean_loss and training <= thresholds.BY_HEART * last
    if not (is_bad or is_exact):
        return None
    how = "by heart" if training <= thresholds.LEARNT * last else "much better than others"
    seen: Seen = {"last": last, "training loss": training, "mean loss": run.mean_loss, "rows": f"{run.n_samples:,}"}
    seen |= {"how": how}
    penalty, left = best_penalty(run)
    changes: Changes = {"penalty": penalty}
    is_validated = len(run.validation) and not run.fails_held_out
    if is_validated and (lowest := float(run.validation.min()) / last) < left:
        changes, left = {"early_stopping": EarlyStopping(20)}, lowest
    if not left < thresholds.LOWER:
        return seen | {"advice": "Learn from more data, or with a smaller network"}
    (tried,) = changes.values()
    return seen | {"advice": f"Learn from more data, or with {tried!r}", "changes": changes}


def overfitting(run: TriedRun) -> Seen | None:
    """The loss of data held out rises again while that of the data learnt falls on.

    Source: Prechelt, "Early stopping - but when?" (1998).
    """
    if len(run.validation) < 4 or run.stopped_early or run.end is None or run.fails_held_out:
        return None
    best, last, training = float(run.validation.min()), float(run.validation[-1]), float(run.losses[-1])
    rose = best < thresholds.CLEARLY_LOWER * last and last - best > thresholds.NEGLIGIBLE * run.validation[0]
    if not rose or training >= best:
        return None
    epoch = int(run.epochs[int(run.validation.argmin())])
    return {"lowest": best, "last": last, "epoch": epoch, "training loss": training}
