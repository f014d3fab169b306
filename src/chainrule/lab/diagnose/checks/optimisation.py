"""Problems of the optimisation: steps too large or too small, a plateau, overfitting."""

from typing import Any

from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.checks.observation import Observation
from chainrule.lab.diagnose.networks import is_linear_bottleneck
from chainrule.lab.diagnose.sentences import short
from chainrule.lab.diagnose.trials.rates import Tried, round_rate
from chainrule.lab.diagnose.trials.tried import Prolonged, TriedRun, Verdict
from chainrule.training.stopping import EarlyStopping


def diverged(run: TriedRun) -> Observation | None:
    """A loss that is no longer finite, of a run that no rate can be tried for."""
    if not run.diverged or run.rate_verdict is not None:
        return None
    return Observation({"epoch": run.ending.epoch})


def overshoots(run: TriedRun) -> Observation | None:
    """Steps that overshoot the valley, where smaller ones get down: see `TriedRun.rate_verdict`."""
    verdict = run.rate_verdict
    if verdict is None or verdict.too == "low" or not (verdict.trial.overshoots or run.diverged):
        return None
    evidence: dict[str, float] = {}
    how = ""
    if run.diverged:
        evidence, how = {"epoch": run.ending.epoch}, f"The loss is no longer finite at epoch {run.ending.epoch}; "
    elif run.broke_down:
        evidence, how = _lowest_and_last(run)
    elif run.ended_worse:
        evidence = {"last loss": run.end_loss, "first loss": run.start_loss}
        ends = "is" if run.under_way else "ended"
        how = f"The loss {ends} at {short(run.end_loss)}, above {short(run.start_loss)} at the start; "
    return _shown(verdict, verdict.trial.lower, evidence, how)


def broke_down(run: TriedRun) -> Observation | None:
    """A run that had learnt and lost it again, and keeps it at a lower rate; the trial may end before that place."""
    verdict = run.rate_verdict
    if verdict is None or verdict.too == "low" or verdict.trial.overshoots or run.diverged:
        return None
    evidence, how = _lowest_and_last(run)
    advised = {"better rate": verdict.advised.rate, "loss": verdict.advised.loss}
    return Observation(evidence | advised, words={"how": how, "advised": verdict.advised}, changes=_optimizer(verdict))


def too_slow(run: TriedRun) -> Observation | None:
    """Steps so small that even ten times as many would end before the valley, where larger ones get down."""
    verdict = run.rate_verdict
    return None if verdict is None or verdict.too == "high" else _shown(verdict, verdict.trial.higher, {}, "")


def _lowest_and_last(run: TriedRun) -> tuple[dict[str, float], str]:
    """Numbers and words: where the loss was lowest, and where it is or ended."""
    k = int(run.losses.argmin())
    epoch, lowest, last = int(run.epochs[k]), float(run.losses[k]), float(run.losses[-1])
    ends = "is" if run.under_way else "ended"
    how = f"The loss was down to {short(lowest)} at epoch {epoch}, and {ends} at {short(last)}; "
    return {"epoch": epoch, "lowest loss": lowest, "last loss": last}, how


def _shown(verdict: Verdict, other: Tried, evidence: dict[str, float], how: str) -> Observation:
    """What a trial showed: the losses at the run's own rate and at another, and what the rate advised leads to."""
    rates, advised = verdict.trial, verdict.advised
    evidence = evidence | {"rate": rates.rate, "own loss": rates.loss}
    restarted = ""
    if advised.rate == round_rate(other.rate) and rates.origin == "the start":
        evidence |= {"better rate": advised.rate, "loss": other.loss}
    else:
        restarted = f"; {advised}"
        evidence |= {"rate tried": other.rate, "loss tried": other.loss}
        evidence |= {"better rate": advised.rate, "loss": advised.loss}
    words = {"how": f"{how}from " if how else "From ", "trial": rates, "other": other, "restarted": restarted}
    return Observation(evidence, words=words, changes=_optimizer(verdict))


def _optimizer(verdict: Verdict) -> dict[str, Any]:
    return {"optimizer": verdict.advised.optimizer}


def stopped_early_too_soon(run: TriedRun) -> Observation | None:
    """Early stopping that ended a run on its way. It has its reasons, so the loss must come down to half."""
    further = run.goes_on
    if run.ending.reason != "stopped early" or further is None or further.loss > thresholds.MUCH_LOWER * run.end_loss:
        return None
    ended = run.ending.epoch
    patience = max(20, 10 * (ended - (run.ending.best_epoch or 0)))
    return _unfinished(run, further, {"early_stopping": EarlyStopping(patience)})


def too_few_epochs(run: TriedRun) -> Observation | None:
    """Epochs that end while the loss falls: with its own settings it goes on down."""
    further = run.goes_on
    if run.ending.reason == "stopped early" or further is None or run.setup is None:
        return None
    return _unfinished(run, further, {"epochs": (1 + further.times) * run.setup.epochs})


def _unfinished(run: TriedRun, further: Prolonged, changes: dict[str, Any]) -> Observation | None:
    if run.unexplained < thresholds.UNLEARNT or run.under_way:
        return None
    evidence = {"epochs": run.ending.epoch, "loss": run.end_loss, "loss later": further.loss}
    return Observation(evidence, words={"steps": further.steps}, changes=changes)


def plateau(run: TriedRun) -> Observation | None:
    """The loss has stopped falling, far from what can be learnt, and no rate leads on: a flat place, or a minimum.

    What can be learnt: all but what nearest neighbours differ by (`Inspection.noise`). A linear network has no other
    minimum than its best (Baldi and Hornik, "Neural networks and principal component analysis", 1989).
    """
    if len(run.losses) < 4 or run.end is None or is_linear_bottleneck(run.network):
        return None
    middle, last = run.losses[len(run.losses) // 2], run.losses[-1]
    is_near = run.unexplained <= thresholds.UNLEARNT or run.under_way
    if not last > (1 - thresholds.NEGLIGIBLE if is_near else thresholds.LOWER) * middle:
        return None
    if run.rates_from_end is not None and run.rates_from_end.is_slow():
        return None  # it is slow, or was stopped: a larger rate leads on
    return Observation(
        {"loss": last, "fell": 1.0 - last / middle, "unexplained": run.unexplained},
        words={"since": run.epochs[len(run.losses) // 2]},
    )


def overfitting(run: TriedRun) -> Observation | None:
    """The loss of data held out rises again while that of the data learnt falls on.

    Source: Prechelt, "Early stopping - but when?" (1998).
    """
    if len(run.validation) < 4 or run.stopped_early or run.end is None:
        return None
    best, last, training = float(run.validation.min()), float(run.validation[-1]), float(run.losses[-1])
    untrained = float(run.validation[0])
    if not (
        best < thresholds.CLEARLY_LOWER * last and last - best > thresholds.NEGLIGIBLE * untrained and training < best
    ):
        return None
    epoch = int(run.epochs[int(run.validation.argmin())])
    return Observation({"lowest": best, "last": last, "epoch": epoch, "training loss": training})
