"""Illnesses of the way down: steps that are too long or too short, no way down at all, or a way that leads too far."""

from chainrule.core.optimizers import Adam
from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.cures import round_rate
from chainrule.lab.diagnose.finding import Finding, said
from chainrule.lab.diagnose.trial import Trial, with_rate
from chainrule.training.early_stopping import EarlyStopping

BETTER = 0.8
"""A learning rate is better than another where it leads to less than this part of the other's loss."""

MUCH_BETTER = 0.5
"""The same, where the other does get down."""

STILL = 0.95
"""A run doesn't get down where it keeps this part of its loss."""

SLOW = 0.7
"""A run is on its way, and only has to go on, where a trial at its own rate leaves less than this part of the loss."""

UNLEARNT = 0.3
"""A run is too slow only where this part of the targets' variance is left: with less it only isn't finished."""

CREEPS, STANDS = 0.1, 0.01
"""A loss lies on a plateau where it fell by less than the one part in the second half of the run, with much left to
learn, or by less than the other, with little (but more than `LEARNT`)."""

ROSE, OF_A_GUESS = 1.25, 0.05
"""Held-out loss that rose by this factor from its lowest, and by this part of what a constant answer costs."""


def too_high(case: Case) -> Finding | None:
    """A learning rate beyond the edge of stability: steps leap over the valley, and smaller ones would get down.

    Gradient descent is stable up to α = 2 / λ, λ the largest curvature (LeCun et al., 1998, 4.1; Cohen et al.,
    "Gradient descent on neural networks typically occurs at the edge of stability", 2021). Measured is what follows
    from it: a trial at other rates (`trial.py`).
    """
    if case.diverged is None and case.learnt:
        return None
    trial = next((each for each in (case.from_end, case.from_start) if each is not None and _leaps(each)), None)
    if trial is None and case.diverged is None:
        return None
    evidence: dict[str, float] = {}
    changes = {}
    seen = []
    if case.diverged is not None:
        seen.append(f"The loss is no longer finite at epoch {case.diverged}")
        evidence["epoch"] = case.diverged
        trial = trial or case.from_start
    if trial is not None and case.setup is not None:
        rate, loss = trial.lower
        seen.append(
            f"{trial.steps} steps at the learning rate {said(trial.rate)} bring the loss from {said(trial.before)} to "
            f"{said(trial.own)}, at {said(rate, 1)} to {said(loss)}"
        )
        evidence |= {"rate": trial.rate, "better rate": rate, "loss": loss}
        changes = {"optimizer": with_rate(case.setup.optimizer, round_rate(rate))}
    advice = f"Try {changes['optimizer']}." if changes else "Try a tenth of the learning rate."
    return Finding("learning rate too high", f"{'; '.join(seen)}.", advice, evidence, changes=changes)


def _leaps(trial: Trial) -> bool:
    """Whether the run's own rate gets nowhere where a smaller one gets down."""
    lower = trial.lower[1]
    return lower < MUCH_BETTER * trial.own or (lower < BETTER * trial.own and not trial.own < STILL * trial.before)


def too_low(case: Case) -> Finding | None:
    """Steps so short that the run ends long before the valley: larger ones, from where it ended, get further."""
    trial = None if case.learnt or case.left < UNLEARNT else case.from_end
    if trial is None or case.setup is None or trial.own < SLOW * trial.before:
        return None
    if not trial.higher[1] < BETTER * min(trial.own, trial.before):
        return None
    rate, loss = trial.higher
    optimizer = with_rate(case.setup.optimizer, round_rate(rate))
    return Finding(
        "learning rate too low",
        f"From where the run ended, {trial.steps} steps at its learning rate {said(trial.rate)} bring the loss from "
        f"{said(trial.before)} to {said(trial.own)}, at {said(rate, 1)} to {said(loss)}.",
        f"Try {optimizer}, or many more epochs.",
        {"rate": trial.rate, "better rate": rate, "own loss": trial.own, "loss": loss},
        changes={"optimizer": optimizer},
    )


def plateau(case: Case) -> Finding | None:
    """The loss has stopped falling, far from what can be learnt, and no rate leads on: a flat place, or a minimum.

    What can be learnt: all but what nearest neighbours differ by (`Case.noise`).
    """
    if case.learnt or len(case.losses) < 4 or case.end is None:
        return None
    middle, last = case.losses[len(case.losses) // 2], case.losses[-1]
    if not last > (1.0 - (CREEPS if case.left > UNLEARNT else STANDS)) * middle:
        return None
    return Finding(
        "plateau",
        f"The loss has stayed near {said(last)} since epoch {case.epochs[len(case.losses) // 2]}, with {case.left:.0%} "
        "of the targets' variance left to explain.",
        "Start from another seed, and take Adam(0.01) or more hidden units.",
        {"loss": float(last), "fell": float(1.0 - last / middle), "unexplained": case.left},
        changes={"seed": 1 + (case.setup.seeds[0] if case.setup else 0), "optimizer": Adam(0.01), "theta": None},
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
    )
