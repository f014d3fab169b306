"""Numbers of an optimizer or its schedule that are far from the usual: tried at the usual, even if a run has learnt."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from chainrule.core.optimizers import Optimizer
from chainrule.core.schedules import WarmUp
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.measurements import rms
from chainrule.lab.diagnose.networks import single
from chainrule.lab.diagnose.trials.compared import compare
from chainrule.lab.diagnose.trials.schedules import schedule_of, with_rate
from chainrule.lab.diagnose.trials.tried import TriedRun
from chainrule.lab.figures.numbers import short, significant


class Unusual(NamedTuple):
    """A setting far from the usual.

    name: as a person writes it.  why: what it does to the run, measured.
    usual: the optimizer with a usual value; of a momentum, at several rates.
    """

    name: str
    why: str
    usual: list[Optimizer]


def _remembers(run: TriedRun, value: float) -> str | None:
    """Of momentum: a gradient counts for 1 / (1 - μ) steps (Sutskever et al., 2013)."""
    if value <= thresholds.HEAVY_MOMENTUM:
        return None
    return f"It adds up the gradients of about {short(1 / (1 - value), 2)} steps, and the run has {_taken(run):,}"


def _forgets(run: TriedRun, value: float) -> str | None:
    """Of the mean of squared gradients: with few of them the divisor jumps as the gradient does."""
    if value >= thresholds.SHORT_MEMORY:
        return None
    return f"It averages the squared gradients of about {short(1 / (1 - value), 2)} steps, so that steps differ much"


def _outweighs(run: TriedRun, value: float) -> str | None:
    """Of ε: a step is α g / (√v + ε). Where ε is above the gradient's size, it rules, and the step is α g / ε."""
    if run.start is None:
        return None
    _, gradient = run.network.loss_and_gradient(run.start.theta, run.x, run.y, run.loss)
    size = rms(gradient)
    if not value > size:
        return None
    return f"It is added to the gradient's root mean square, which is {short(size, 2)} at the start, and outweighs it"


NUMBERS: dict[str, tuple[Callable[[TriedRun, float], str | None], float]] = {
    "momentum": (_remembers, thresholds.USUAL_MOMENTUM),
    "beta1": (_remembers, thresholds.USUAL_MOMENTUM),
    "beta2": (_forgets, 0.999),
    "decay": (_forgets, 0.99),
    "epsilon": (_outweighs, 1e-8),
}
"""Settings of optimizers: what is said of one that is unusual, and the usual value, the optimizers' default."""


def unusual_settings(run: TriedRun) -> Iterator[Unusual]:
    """The unusual settings of a run's optimizer.

    Another momentum wants another rate: those tried are a decade apart, from the run's to that with the same
    α / (1 - μ), the length of many steps in one direction.
    """
    optimizer = None if run.setup is None else run.setup.optimizer
    if optimizer is None:
        return
    for name, (says, usual) in NUMBERS.items():
        value = single(getattr(optimizer, name, usual))
        why = says(run, value) if value != usual else None
        if why is None:
            continue
        changed = replace(optimizer, **{name: usual})  # type: ignore[type-var]  # every optimizer is a dataclass
        rate, tried = getattr(optimizer, "learning_rate", None), [changed]
        if name == "momentum" and isinstance(rate, float):
            decades = round(np.log10((1 - usual) / (1 - value)))
            tried += [with_rate(changed, significant(rate * 10.0**k, 2)) for k in range(1, decades + 1)]
        yield Unusual(f"{name}={value:g}", why, tried)
    schedule, taken = schedule_of(optimizer), _taken(run)
    if isinstance(schedule, WarmUp) and schedule.steps > thresholds.MOST * taken:
        shorter = replace(schedule, steps=max(1, taken // 10))
        why = f"Its rate rises for {schedule.steps:,} steps, and the run has {taken:,}"
        yield Unusual(f"The warm-up of {schedule!r}", why, [with_rate(optimizer, shorter)])


def _taken(run: TriedRun) -> int:
    return run.steps_in(run.ending.epoch)


def unusual(run: TriedRun) -> Seen | None:
    """The unusual setting that costs most, if one does: at a usual value the run gets clearly lower."""
    if run.under_way:
        return None
    found = []
    for each in unusual_settings(run):
        compared = compare(run, *({"optimizer": usual} for usual in each.usual))
        if compared.changed < thresholds.CLEARLY_LOWER * compared.own:
            found.append((compared.changed, each, compared))
    if not found:
        return None
    _, setting, compared = min(found, key=lambda each: each[0])
    advised = setting.usual[compared.best]
    seen = {"loss with": compared.own, "loss without": compared.changed, **compared.words}
    return seen | {"name": setting.name, "why": setting.why, "changes": {"optimizer": advised}}
