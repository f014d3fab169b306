"""The illnesses, in the order in which one causes another: the first that is found is the most probable first cause."""

from collections.abc import Callable

from chainrule.lab.diagnose import of_data, of_layers, of_learning, of_signals
from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.finding import Finding

Illness = Callable[[Case], Finding | None]
"""Looks for one illness: what it found, or None."""

ILLNESSES: tuple[Illness, ...] = (
    of_data.targets_out_of_reach,
    of_data.logits_held_back,
    of_data.classes_as_quantities,
    of_signals.symmetric_start,
    of_data.unscaled_inputs,
    of_signals.saturated_start,
    of_signals.exploding_start,
    of_signals.dead_units,
    of_signals.vanishing_start,
    of_learning.too_high,
    of_signals.saturated_in_the_end,
    of_layers.linear_in_a_row,
    of_layers.constant_output,
    of_learning.too_low,
    of_signals.vanishing_in_the_end,
    of_learning.overfitting,
)
"""What comes with the data comes before the start, the start before the steps, and the steps before what they lead to."""

LAST_RESORT: Illness = of_learning.plateau
"""Looked for where nothing else was found."""


def findings(case: Case) -> tuple[Finding, ...]:
    """All that ails a run, each illness once, the most probable first cause first."""
    found: dict[str, Finding] = {}
    for illness in ILLNESSES:
        finding = illness(case)
        if finding is not None:
            found.setdefault(finding.illness, finding)
    if not found:
        last = LAST_RESORT(case)
        return () if last is None else (last,)
    return tuple(found.values())
