"""Problems of the optimisation: steps too large or too small, a plateau."""

from typing import Any

import numpy as np

from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.networks import is_linear_bottleneck
from chainrule.lab.diagnose.trials.compared import compare
from chainrule.lab.diagnose.trials.held_out import validated_later
from chainrule.lab.diagnose.trials.rates import Tried, round_rate
from chainrule.lab.diagnose.trials.schedules import schedule_of, with_peak, with_rate
from chainrule.lab.diagnose.trials.trial import pace, trial
from chainrule.lab.diagnose.trials.tried import Prolonged, TriedRun, Verdict
from chainrule.lab.figures.numbers import short
from chainrule.training.stopping import EarlyStopping


def diverged(run: TriedRun) -> Seen | None:
    """A loss that is no longer finite, of a run that no rate can be tried for."""
    return {"epoch": run.ending.epoch} if run.diverged and run.rate_verdict is None else None


def overshoots(run: TriedRun) -> Seen | None:
    """Steps that overshoot the valley, where smaller ones get down: see `TriedRun.rate_verdict`."""
    verdict = run.rate_verdict
    if verdict is None or verdict.too == "low" or not (verdict.trial.overshoots or run.diverged):
        return None
    seen: Seen = {"how": ""}
    if run.diverged:
        seen = {"epoch": run.ending.epoch, "how": f"The loss is no longer finite at epoch {run.ending.epoch}; "}
    elif run.broke_down:
        seen = _lowest_and_last(run)
    elif run.ended_worse:
        ends = f"The loss {'is' if run.under_way else 'ended'} at {short(run.end_loss)}"
        seen = {"last loss": run.end_loss, "first loss": run.start_loss}
        seen |= {"how": f"{ends}, above {short(run.start_loss)} at the start; "}
    return seen | _shown(verdict, verdict.trial.lower) | {"from": "from" if seen["how"] else "From"}


def broke_down(run: TriedRun) -> Seen | None:
    """A run that had learnt and lost it again, and keeps it at a lower rate; the trial may end before that place."""
    verdict = run.rate_verdict
    if verdict is None or verdict.too == "low" or verdict.trial.overshoots or run.diverged:
        return None
    return _lowest_and_last(run) | _advised(verdict)


def too_long_steps(run: TriedRun) -> Seen | None:
    """Steps so long that the loss can't settle, though most samples are classified correctly: tried at a tenth.

    Suspected where a few steps at that rate bring the loss far down from where the run ended, as a rate that decays
    would; named where as many as the run took bring it lower from the start.
    """
    optimizer = None if run.setup is None else run.setup.optimizer
    rate = getattr(optimizer, "learning_rate", None)
    if optimizer is None or not isinstance(rate, float) or run.under_way:
        return None
    lower = with_rate(optimizer, round_rate(rate / 10))
    settled = trial(run, run.usable_end, pace(run).steps, [{"optimizer": lower}])
    if not settled.losses[0] < thresholds.FAR_LOWER * run.end_loss:
        return None
    compared = compare(run, {"optimizer": lower}, holds_out=False)
    if not compared.changed < thresholds.MUCH_LOWER * min(compared.own, run.end_loss):
        return None
    seen = {"rate": rate, "own loss": compared.own, "better rate": round_rate(rate / 10), "loss": compared.changed}
    return seen | compared.words | {"changes": {"optimizer": lower}}


def too_slow(run: TriedRun) -> Seen | None:
    """Steps so small that even ten times as many would end before the valley, where larger ones get down."""
    verdict = run.rate_verdict
    if verdict is None or verdict.too == "high":
        return None
    return _shown(verdict, verdict.trial.higher) | {"how": "", "from": "From"}


def _lowest_and_last(run: TriedRun) -> Seen:
    """The lowest and the last loss, in numbers and words."""
    k = int(run.losses.argmin())
    epoch, lowest, last = int(run.epochs[k]), float(run.losses[k]), float(run.losses[-1])
    ends = "is" if run.under_way else "ended"
    how = f"The loss was down to {short(lowest)} at epoch {epoch}, and {ends} at {short(last)}; "
    return {"epoch": epoch, "lowest loss": lowest, "last loss": last, "how": how}


def _shown(verdict: Verdict, other: Tried) -> Seen:
    """The losses of a trial at the run's own rate and at another, and at the rate advised."""
    rates, advised = verdict.trial, verdict.advised
    seen: Seen = {"rate": rates.rate, "own loss": rates.loss, "trial": rates, "other": other}
    if advised.rate == round_rate(other.rate) and rates.origin == "the start":
        return seen | _advised(verdict) | {"loss": other.loss, "restarted": ""}
    return seen | {"rate tried": other.rate, "loss tried": other.loss, "restarted": f"; {advised}"} | _advised(verdict)


def _advised(verdict: Verdict) -> Seen:
    advised = verdict.advised
    changes = {"optimizer": advised.optimizer}
    return {"better rate": advised.rate, "loss": advised.loss, "advised": advised, "changes": changes}


def stopped_early_too_soon(run: TriedRun) -> Seen | None:
    """Early stopping that ended a run on its way. It has its reasons, so the loss must come down to half.

    With validation data their loss must come far down: else only rows are learnt by heart. A short
    patience is asked even if the run has learnt: of a noisy loss one epoch tells nothing (Prechelt, 1998).
    """
    ending, further = run.ending, None
    if ending.reason != "stopped early" or run.setup is None:
        return None
    patience = ending.epoch - (ending.best_epoch or 0)
    is_open = not run.learnt and run.unexplained >= thresholds.UNLEARNT
    seen: Seen = {"epochs": ending.epoch, "changes": {"early_stopping": EarlyStopping(max(20, 10 * patience))}}
    if len(run.validation):
        held_out = validated_later(run) if is_open or patience <= thresholds.SHORT_PATIENCE else None
        if held_out is None or not held_out.later < thresholds.FAR_LOWER * held_out.loss:
            return None
        words = {"which loss": "validation loss", "steps": f"{held_out.more:,}"}
        return seen | words | {"loss": held_out.loss, "loss later": held_out.later}
    further = run.prolonged if is_open else None
    if further is None or further.loss > thresholds.MUCH_LOWER * run.end_loss:
        return None
    words = {"which loss": "training loss", "steps": f"{further.steps:,}"}
    return seen | words | {"loss": run.end_loss, "loss later": further.loss}


def too_few_epochs(run: TriedRun) -> Seen | None:
    """Epochs that end while the loss falls: with its own settings it goes on down."""
    further, setup = run.prolonged, run.setup
    if run.ending.reason == "stopped early" or further is None or setup is None:
        return None
    changes: dict[str, Any] = {"epochs": (1 + further.times) * setup.epochs}
    if schedule_of(setup.optimizer) is None:
        return _unfinished(run, further, changes, spread="")
    changes |= {"optimizer": further.optimizer}
    return _unfinished(run, further, changes, spread=f", with the schedule spread over them: {further.optimizer}")


def _unfinished(run: TriedRun, further: Prolonged, changes: dict[str, Any], **words: str) -> Seen | None:
    if run.unexplained < thresholds.UNLEARNT or run.under_way:
        return None
    seen = {"epochs": run.ending.epoch, "loss": run.end_loss, "loss later": further.loss}
    return seen | words | {"steps": f"{further.steps:,}", "changes": changes}


def falls_slowly(run: TriedRun) -> Seen | None:
    """A loss that falls steadily, but by little, and falls much further at a higher rate: no plateau.

    As many steps are tried as the run took, for the short trials of `rate_verdict` may end on the same slope.
    """
    if run.under_way or run.unexplained < thresholds.UNLEARNT or not _falls_by_little(run):
        return None
    if run.longer_at_higher is None:
        return None
    rates = run.longer_at_higher
    if not rates.is_slow():
        return None
    optimizer = with_peak(rates.optimizer, round_rate(rates.higher.rate), max(1, run.planned_steps))
    seen: Seen = {"loss": rates.before, "own loss": rates.loss, "loss tried": rates.higher.loss, "rate": rates.rate}
    seen |= {"better rate": rates.higher.rate, "steps": f"{rates.steps:,}", "changes": {"optimizer": optimizer}}
    return seen | {"since": f"{run.epochs[len(run.losses) // 2]}"}


def _falls_by_little(run: TriedRun) -> bool:
    """Whether the loss fell in each quarter of the second half of the run, but by little in all."""
    if len(run.losses) < thresholds.FEWEST_RECORDS:
        return False
    second = run.losses[len(run.losses) // 2 :]
    means = [each.mean() for each in np.array_split(second, 4)]
    return bool(np.all(np.diff(means) < 0) and second[-1] > thresholds.LOWER * second[0])


def plateau(run: TriedRun) -> Seen | None:
    """The loss has stopped falling, far from what can be learnt, and no rate leads on: a flat place, or a minimum.

    What can be learnt: all but what nearest neighbours differ by (`Inspection.noise`). A linear network has no other
    minimum than its best (Baldi and Hornik, "Neural networks and principal component analysis", 1989).
    """
    if len(run.losses) < 4 or run.end is None or is_linear_bottleneck(run.network):
        return None
    if run.setup is not None and run.setup.weighted:
        return None  # what is left of the targets' variance isn't what was to be made small
    middle, last = run.losses[len(run.losses) // 2], run.losses[-1]
    is_near = run.unexplained <= thresholds.UNLEARNT or run.under_way
    if not last > (1 - thresholds.NEGLIGIBLE if is_near else thresholds.LOWER) * middle:
        return None
    if run.rates_from_end is not None and run.rates_from_end.is_slow():
        return None  # it is slow, or was stopped: a larger rate leads on
    since, fell = f"{run.epochs[len(run.losses) // 2]}", float(1.0 - last / middle)
    how = f"has stayed near {short(last)}" if fell < thresholds.NEGLIGIBLE else f"has fallen by only {fell:.0%}"
    return {"loss": last, "fell": fell, "unexplained": run.unexplained, "since": since, "how": how}
