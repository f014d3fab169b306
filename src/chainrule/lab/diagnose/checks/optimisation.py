"""Illnesses of the way down: steps that are too long or too short, no way down at all, or a way that leads too far."""

from typing import Any

from chainrule.core.layers.dense import Dense
from chainrule.core.optimizers import Adam, AdamW
from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.checks.layers import is_linear_bottleneck
from chainrule.lab.diagnose.finding import Finding, in_words, said
from chainrule.lab.diagnose.remedies import widened, with_hidden_layer
from chainrule.lab.diagnose.trials.rates import UNLEARNT, Verdict, round_rate
from chainrule.lab.diagnose.trials.trial import with_rate
from chainrule.training.stopping import EarlyStopping

CREEPS, STANDS = 0.1, 0.01
"""A loss lies on a plateau where it fell by less than the one part in the second half of the run, with much left to
learn, or by less than the other, with little (but more than `LEARNT`), or under way."""

ROSE, OF_A_GUESS = 1.25, 0.05
"""Held-out loss that rose by this factor from its lowest, and by this part of what a constant answer costs."""

MUCH_LOWER = 0.5
"""Early stopping ended a run too soon only where the loss goes down to this part: it has its reasons."""


def too_high(case: Case) -> Finding | None:
    """Steps that leap over the valley, where smaller ones would get down: see `rates.judge`."""
    verdict = case.verdict
    if case.diverged is None and (verdict is None or verdict.too == "low"):
        return None
    evidence: dict[str, float] = {}
    seen = []
    if case.diverged is not None:
        seen.append(f"The loss is no longer finite at epoch {case.diverged}")
        evidence["epoch"] = case.diverged
    elif case.broken_down:
        k = int(case.losses.argmin())
        epoch, lowest, last = int(case.epochs[k]), float(case.losses[k]), float(case.losses[-1])
        seen.append(
            f"The loss was down to {said(lowest)} at epoch {epoch}, and {'is' if case.under_way else 'ended'} at "
            f"{said(last)}"
        )
        evidence |= {"epoch": epoch, "lowest loss": lowest, "last loss": last}
    elif case.fled and case.bench is not None and case.end is not None and case.start is not None:
        ended, began = (float(case.bench.value(each.theta)) for each in (case.end, case.start))
        seen.append(
            f"The loss {'is' if case.under_way else 'ended'} at {said(ended)}, above {said(began)} at the start"
        )
        evidence |= {"last loss": ended, "first loss": began}
    if verdict is None or case.setup is None:
        return Finding("learning rate too high", f"{'; '.join(seen)}.", "Try a tenth of the learning rate.", evidence)
    if verdict.trial.leaps or case.diverged is not None:
        sentence, measured = _shown(verdict, *verdict.trial.lower, is_first=not seen)
        seen.append(sentence)
        evidence |= measured
    else:
        seen.append(_anew(verdict))
        evidence |= _led_to(verdict)
    optimizer = with_rate(case.setup.optimizer, verdict.rate)
    return Finding(
        "learning rate too high",
        f"{'; '.join(seen)}.",
        f"Try {in_words(optimizer)}.",
        evidence,
        changes={"optimizer": optimizer},
        may_pass=case.under_way and not verdict.trial.leaps,
    )


def too_low(case: Case) -> Finding | None:
    """Steps so short that even ten times as many would end before the valley, where larger ones get down."""
    verdict = case.verdict
    if verdict is None or verdict.too == "high" or case.setup is None:
        return None
    optimizer = with_rate(case.setup.optimizer, verdict.rate)
    sentence, measured = _shown(verdict, *verdict.trial.higher)
    return Finding(
        "learning rate too low",
        f"{sentence}.",
        f"Try {in_words(optimizer)}.",
        measured,
        changes={"optimizer": optimizer},
        may_pass=True,
    )


def _shown(verdict: Verdict, rate: float, loss: float, is_first: bool = True) -> tuple[str, dict[str, float]]:
    """What the trial showed, at the run's own rate and at another, and the numbers said there: a name for each."""
    trial = verdict.trial
    text = (
        f"{'From' if is_first else 'from'} {trial.origin}, {trial.steps} steps at the learning rate {said(trial.rate)} "
        f"bring the loss from {said(trial.before)} to {said(trial.loss)}, at {said(rate, 1)} to {said(loss)}"
    )
    own = {"rate": trial.rate, "own loss": trial.loss}
    if verdict.rate == round_rate(rate) and trial.origin == "the start":
        return text, own | {"better rate": verdict.rate, "loss": loss}
    return f"{text}; {_anew(verdict)}", own | {"rate tried": rate, "loss tried": loss} | _led_to(verdict)


def _anew(verdict: Verdict) -> str:
    """What the rate that is advised leads to from the start."""
    return f"begun anew at {said(verdict.rate, 1)}, {verdict.steps} steps lead to {said(verdict.loss)}"


def _led_to(verdict: Verdict) -> dict[str, float]:
    return {"better rate": verdict.rate, "loss": verdict.loss}


def stopped_too_soon(case: Case) -> Finding | None:
    """A run that is on its way: with its own settings it goes on down, if it only goes on.

    Early stopping ends a run for a reason, so it must lead much further.
    """
    if case.learnt or case.left < UNLEARNT or case.fled or case.under_way:
        return None
    longer = case.longer
    is_early = case.ending is not None and case.ending.reason == "stopped early"
    if longer is None or case.setup is None or case.ending is None or not longer.gets_down:
        return None
    evidence = {"epochs": case.ending.epoch, "loss": longer.before, "loss later": longer.loss}
    goes_on = f"{longer.steps:,} steps more bring the loss from {said(longer.before)} to {said(longer.loss)}"
    if is_early:
        if longer.loss > MUCH_LOWER * longer.before:
            return None
        patience = max(20, 10 * (case.ending.epoch - (case.ending.best_epoch or 0)))
        return Finding(
            "stopped too soon",
            f"Early stopping ended the run at epoch {case.ending.epoch} of {case.setup.epochs}, but from there "
            f"{goes_on}.",
            f"Give it more patience: EarlyStopping({patience}).",
            evidence,
            changes={"early_stopping": EarlyStopping(patience)},
        )
    epochs = (1 + longer.times) * case.setup.epochs
    return Finding(
        "stopped too soon",
        f"Too few epochs: after {case.ending.epoch} the loss still falls, and {goes_on}.",
        f"Try {epochs:,} epochs.",
        evidence,
        changes={"epochs": epochs},
    )


def plateau(case: Case) -> Finding | None:
    """The loss has stopped falling, far from what can be learnt, and no rate leads on: a flat place, or a minimum.

    What can be learnt: all but what nearest neighbours differ by (`Case.noise`). A linear network has no other minimum
    than its best (Baldi and Hornik, "Neural networks and principal component analysis", 1989): it only is narrow.
    """
    if case.learnt or len(case.losses) < 4 or case.end is None or is_linear_bottleneck(case.network):
        return None
    middle, last = case.losses[len(case.losses) // 2], case.losses[-1]
    if not last > (1.0 - (STANDS if case.left <= UNLEARNT or case.under_way else CREEPS)) * middle:
        return None
    if case.from_end is not None and case.from_end.lags():
        return None  # it is slow, or was stopped: a larger rate leads on
    advice = "Start from another seed, and take Adam(0.01) or more hidden units."
    changes: dict[str, Any] = {"optimizer": Adam(0.01), "theta": None, "state": None}
    if case.setup is not None and isinstance(case.setup.optimizer, Adam | AdamW):
        advice = "Start from another seed, with more hidden units."
        changes = {"network": widened(case.network), "theta": None, "state": None}
    changes["seed"] = 1 + (case.setup.seeds[0] if case.setup else 0)
    learning = [each.layer for each in case.network.leaves if each.learns]
    if len(learning) == 1 and isinstance(learning[0], Dense):
        advice = "Put a hidden layer in front, such as Dense(16), Tanh(): without one only straight lines are learnt."
        changes = {"network": with_hidden_layer(case.network), "theta": None, "state": None}
    return Finding(
        "plateau",
        f"The loss has stayed near {said(last)} since epoch {case.epochs[len(case.losses) // 2]}, and "
        f"{case.what_is_left}.",
        advice,
        {"loss": last, "fell": 1.0 - last / middle, "unexplained": case.left},
        changes=changes,
        may_pass=True,
    )


def overfitting(case: Case) -> Finding | None:
    """The loss of data held out rises again while that of the data learnt falls on.

    Source: Prechelt, "Early stopping - but when?" (1998).
    """
    if len(case.validation) < 4 or case.stopped_early:
        return None
    best, last, training = float(case.validation.min()), float(case.validation[-1]), float(case.losses[-1])
    guess = float(case.validation[0])
    if not (last > ROSE * best and last - best > OF_A_GUESS * guess and training < best):
        return None
    epoch = int(case.epochs[int(case.validation.argmin())])
    return Finding(
        "overfitting",
        f"The loss of the data held out was lowest at epoch {epoch}, {said(best)}, and rose to {said(last)} while that "
        f"of the data learnt fell to {said(training)}.",
        "Stop at the lowest: EarlyStopping(20); or learn from more data, with a penalty, or with Dropout(0.2).",
        {"lowest": best, "last": last, "epoch": epoch, "training loss": training},
        changes={"early_stopping": EarlyStopping(20)},
        may_pass=True,
    )
