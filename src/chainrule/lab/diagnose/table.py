"""The illnesses, in the order in which one causes another: the first that is found is the most probable first cause."""

from collections.abc import Callable

from chainrule.lab.diagnose import of_data, of_layers, of_learning, of_signals
from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.finding import Finding

Illness = Callable[[Case], Finding | None]
"""Looks for one illness: what it found, or None."""

OF_THE_START: tuple[Illness, ...] = (
    of_data.targets_out_of_reach,
    of_data.logits_held_back,
    of_data.classes_as_quantities,
    of_signals.symmetric_start,
    of_data.unscaled_inputs,
    of_signals.exploding_start,
    of_signals.saturated_start,
    of_signals.dead_at_start,
    of_signals.vanishing_start,
)
"""What a run is born with: the data before the weights."""

OF_THE_WAY: tuple[Illness, ...] = (
    of_signals.dead_in_the_end,
    of_learning.too_high,
    of_signals.saturated_in_the_end,
    of_layers.linear_in_a_row,
    of_layers.constant_output,
    of_learning.too_low,
    of_signals.vanishing_in_the_end,
)
"""What it comes by: looked for where the start is sound, or the steps would be blamed for it."""

LAST_RESORT: tuple[Illness, ...] = (of_learning.plateau,)
"""A loss that stays, for no reason found."""

BESIDES: tuple[Illness, ...] = (of_learning.overfitting,)
"""What goes with any other."""


def findings(case: Case) -> tuple[Finding, ...]:
    """All that ails a run, each illness once, the most probable first cause first."""
    found: list[Finding] = []
    for stage in (OF_THE_START, OF_THE_WAY, LAST_RESORT):
        found = found or [each for illness in stage if (each := illness(case)) is not None]
    found += [each for illness in BESIDES if (each := illness(case)) is not None]
    return tuple({each.illness: each for each in reversed(found)}.values())[::-1]
