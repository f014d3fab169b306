"""Schedules: the step from which one is next to nothing, and one spread over more steps, or with other rates."""

from dataclasses import fields, replace

import numpy as np

from chainrule.core.description import Real
from chainrule.core.optimizers import Optimizer
from chainrule.core.schedules import Constant, Cosine, Exponential, Schedule, StepDecay, WarmUp
from chainrule.lab.diagnose import thresholds
from chainrule.lab.figures.numbers import significant

RATES = {Constant: ("value",), StepDecay: ("start",), Exponential: ("start",), Cosine: ("start", "end")}
"""The settings that are rates, by schedule; a `WarmUp` has those of what follows it."""


def schedule_of(optimizer: Optimizer) -> Schedule | None:
    """The schedule of an optimizer's learning rate; None where the rate is constant."""
    rate = getattr(optimizer, "learning_rate", None)
    return rate if isinstance(rate, Schedule) else None


def peak_of(optimizer: Optimizer, steps: int) -> float | None:
    """The largest learning rate in a number of steps; None where the optimizer has no rate."""
    rate = getattr(optimizer, "learning_rate", None)
    if isinstance(rate, Schedule):
        return max(float(np.max(rate(step))) for step in np.linspace(0, steps - 1, min(steps, 100)).astype(int))
    return rate if isinstance(rate, float) else None


def with_rate(optimizer: Optimizer, rate: float | Schedule) -> Optimizer:
    """The optimizer with another learning rate.

    >>> from chainrule.core.optimizers import Momentum
    >>> with_rate(Momentum(0.1), 0.01)
    Momentum(0.01)
    """
    known = {each.name for each in fields(optimizer)}  # type: ignore[arg-type]  # every optimizer is a dataclass
    return replace(optimizer, learning_rate=rate) if "learning_rate" in known else optimizer  # type: ignore[type-var]


def fades_at(schedule: Schedule, steps: int) -> int | None:
    """The step from which the rate is next to nothing for most of the steps; None where it isn't.

    >>> fades_at(Cosine(0.5, steps=100), 1000), fades_at(Cosine(0.5, steps=1000), 1000)
    (95, None)
    """
    at = np.linspace(0, steps - 1, min(steps, 200)).astype(int)
    rates = np.array([float(np.max(schedule(int(step)))) for step in at])
    (counts,) = np.nonzero(rates > thresholds.NEGLIGIBLE * rates.max())
    if counts[-1] + 1 >= thresholds.MOST * len(at):
        return None
    return int(at[counts[-1] + 1])


def spread(schedule: Schedule, factor: float) -> Schedule:
    """The schedule with all its lengths times a factor.

    >>> spread(WarmUp(Cosine(0.5, steps=100), steps=10), 3)
    WarmUp(Cosine(0.5, 300), 30)
    """
    changed: dict[str, int | Schedule] = {}
    for each in fields(schedule):  # type: ignore[arg-type]  # every schedule is a dataclass
        value = getattr(schedule, each.name)
        if isinstance(value, Schedule):
            changed[each.name] = spread(value, factor)
        elif isinstance(value, int):
            changed[each.name] = max(1, round(significant(factor * value, 2)))
    return replace(schedule, **changed)  # type: ignore[type-var]


def with_peak(optimizer: Optimizer, peak: float, steps: int) -> Optimizer:
    """The optimizer with another rate; a schedule is kept, with that rate as its largest, and spread over the steps.

    It is spread only where it fades early in them; one of one's own gives way to a constant rate.

    >>> from chainrule.core.optimizers import SGD
    >>> with_peak(SGD(Cosine(0.5, steps=100)), 2.0, steps=100), with_peak(SGD(0.5), 2.0, steps=100)
    (SGD(Cosine(2.0, 100)), SGD(2.0))
    """
    schedule, largest = schedule_of(optimizer), peak_of(optimizer, steps)
    kept = None if schedule is None or not largest else raised(schedule, peak / largest)
    if kept is None:
        return with_rate(optimizer, peak)
    fades = fades_at(kept, steps)
    return replace(optimizer, learning_rate=kept if fades is None else spread(kept, steps / max(1, fades)))  # type: ignore[type-var]


def raised(schedule: Schedule, factor: float) -> Schedule | None:
    """The schedule with its rates times a factor; None for one of one's own.

    >>> raised(WarmUp(Cosine(0.5, steps=100), steps=10), 0.1)
    WarmUp(Cosine(0.05, 100), 10)
    """
    if isinstance(schedule, WarmUp):
        then = raised(schedule.then, factor) if isinstance(schedule.then, Schedule) else _times(schedule.then, factor)
        return None if then is None else replace(schedule, then=then)
    names = RATES.get(type(schedule))
    if names is None:
        return None
    return replace(schedule, **{name: _times(getattr(schedule, name), factor) for name in names})  # type: ignore[type-var]


def _times(rate: Real, factor: float) -> float:
    return significant(factor * float(np.max(rate)), 2)
