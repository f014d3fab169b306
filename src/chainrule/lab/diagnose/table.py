"""The illnesses, in the order in which one causes another: the first that is found is the most probable first cause."""

from collections.abc import Callable, Sequence

import numpy as np

from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.checks import data as of_data
from chainrule.lab.diagnose.checks import layers as of_layers
from chainrule.lab.diagnose.checks import optimisation as of_learning
from chainrule.lab.diagnose.checks import settings as of_settings
from chainrule.lab.diagnose.checks import signals as of_signals
from chainrule.lab.diagnose.finding import Finding

Illness = Callable[[Case], Finding | None]
"""Looks for one illness: what it found, or None."""

OF_THE_START: tuple[Illness, ...] = (
    of_data.targets_out_of_reach,
    of_data.logits_held_back,
    of_data.classes_as_quantities,
    of_signals.symmetric_start,
    of_data.unscaled_targets,
    of_data.unscaled_inputs,
    of_signals.exploding_start,
    of_signals.saturated_start,
    of_signals.dead_at_start,
    of_signals.vanishing_start,
)
"""What a run is born with: the data before the weights."""

OF_THE_SETTINGS: tuple[Illness, ...] = (of_settings.held_back, of_settings.held_back_by_the_rest)
"""What holds it back: without it, there is nothing else to blame."""

OF_THE_WAY: tuple[Illness, ...] = (
    of_signals.dead_in_the_end,
    of_learning.too_high,
    of_signals.saturated_in_the_end,
    of_layers.without_bias,
    of_layers.linear_in_a_row,
    of_layers.constant_output,
    of_learning.too_low,
    of_learning.stopped_too_soon,
    of_signals.vanishing_in_the_end,
)
"""What it comes by: looked for where the start is sound, or the steps would be blamed for it."""

NOTHING_COMES_THROUGH: tuple[Illness, ...] = (of_layers.constant_output, of_signals.vanishing_in_the_end)

FOLLOWS: dict[str, tuple[Illness, ...]] = {
    "learning rate too high": (of_layers.linear_in_a_row, *NOTHING_COMES_THROUGH),
    "dead ReLUs": NOTHING_COMES_THROUGH,
    "saturated sigmoids": NOTHING_COMES_THROUGH,
    "saturated tanhs": NOTHING_COMES_THROUGH,
}
"""What an illness explains, by its name, isn't said after it: the advice would be against another cause."""

LAST_RESORT: tuple[Illness, ...] = (of_learning.plateau,)
"""A loss that stays, for no reason found."""

BESIDES: tuple[Illness, ...] = (of_learning.overfitting,)
"""What goes with any other."""

CERTAIN: tuple[Illness, ...] = (
    of_data.targets_out_of_reach,
    of_data.logits_held_back,
    of_signals.symmetric_start,
)
"""What is said of a run under way even while its loss falls: it won't pass. The others may be overcome."""


def findings(case: Case) -> tuple[Finding, ...]:
    """All that ails a run, each illness once, the most probable first cause first."""
    with np.errstate(all="ignore"):  # a run that explodes is looked at, too
        found = _looked_for(case, CERTAIN) if case.under_way and case.falls else _staged(case)
    return tuple({each.illness: each for each in reversed(found)}.values())[::-1]


def _staged(case: Case) -> list[Finding]:
    found: list[Finding] = []
    if (diverged := of_data.not_finite(case)) is not None:
        return [diverged]
    for stage in (OF_THE_START, OF_THE_SETTINGS, OF_THE_WAY, LAST_RESORT):
        found = found or _looked_for(case, stage)
    return found + _looked_for(case, BESIDES)


def _looked_for(case: Case, illnesses: Sequence[Illness]) -> list[Finding]:
    """What is found of these, but for what follows from another, and advice that leaves the run as it is."""
    found: list[Finding] = []
    for illness in illnesses:
        if any(illness in FOLLOWS.get(each.illness, ()) for each in found):
            continue
        each = illness(case)
        if each is not None and not _changes_nothing(case, each):
            found.append(each)
    return found


def _changes_nothing(case: Case, finding: Finding) -> bool:
    """Whether what is to be tried is what the run has."""
    changes = dict(finding.changes)
    network = changes.pop("network", None)
    return network is not None and case.is_as(network) and all(value is None for value in changes.values())
