"""The chain of a weight or of a unit: the very lines of `explain`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.interfaces.play.glass.lines import sections_in_sight, whole
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import Chain, Glass
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.chains import unit_chain, weight_chain
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.equations.paths import MOST_UNITS, Paths
from chainrule.lab.explain.notations import mathml
from chainrule.lab.explain.notations.mathml import MATHML
from chainrule.lab.explain.sections import share_of
from chainrule.lab.explain.step.addresses import find_parameter, find_unit

MOST_ON_THE_WAY = 24
"""The most units on the way to the loss, in all layers: more lines than theirs can't be read, nor made in time."""

LARGEST, KEPT = "the one with the largest δ of this unit", "the one that was followed before"
"""Why a sample is followed that nobody has asked for."""


def chain(step: NextStep, asked: Glass) -> dict[str, Any] | None:
    """The chain as a part of the page, with its proof and the way that it goes. None where none is asked for."""
    if (of := asked.chain) is None:
        return None
    before = step.before.get("chain", {})
    if before.get("of") != _told(of) or before.get("sample_asked") != asked.sample or "sample" not in before:
        before = {}
    found = _derived(step, of, *_sample(step, asked, of, before), before)
    return {
        "of": _told(of),
        "title": found.title,
        "lead": found.lead,
        "sample": found.sample,
        "sample_asked": asked.sample,
        "answer": mathml.answer(found),
        "verdict": step.verdicts.of(found.symbol),
        "value": whole(found.value),
        "difference": whole(found.difference),
        "error": whole(found.error),
        "share": whole(_share(found)),
        "update": _update(step, of),
        "sections": sections_in_sight(found.sections, of.lines, step.verdicts.of, found.sample),
        "way": step.drawn_units(found.way),
        "kept": {number: list(units) for number, units in found.way.items()},
    }


def chain_of(step: NextStep, of: Chain, sample: int | None) -> Derivation:
    """The chain of a weight or of a unit, along a sample where it is in the step's batch."""
    if of.source is None:
        return step.explanation.unit(*step.unit(of), step.followed(sample))
    return step.explanation.weight(*step.weight(of, of.source), step.followed(sample))


def _told(of: Chain) -> dict[str, Any]:
    """What is asked for, without the lines that are in sight."""
    return of.model_dump(exclude={"lines"})


def _sample(step: NextStep, asked: Glass, of: Chain, before: Mapping[str, Any]) -> tuple[int | None, str | None]:
    """The sample to follow, and why: the one asked for, that of the frame before, or the one with the largest share."""
    if (sample := step.followed(asked.sample)) is not None:
        return sample, None
    if (sample := step.followed(before.get("sample"))) is not None:
        return sample, KEPT
    if of.source is not None:
        return None, None
    explanation, (number, index) = step.explanation, step.unit(of)
    delta = explanation.layers[number - 1].delta
    sizes = np.abs(delta.reshape(len(delta), -1)[:, find_unit(step.drawn(of.layer), index)])
    return explanation.samples[int(sizes.argmax())], LARGEST


def _derived(step: NextStep, of: Chain, sample: int | None, why: str | None, before: Mapping[str, Any]) -> Derivation:
    """The chain: the units that it goes by stay the same from frame to frame."""
    explanation, block = step.explanation, step.drawn(of.layer)
    numbers, layers = explanation.numbers, len(explanation.layers) - block.number + 1
    most = min(MOST_UNITS, max(1, MOST_ON_THE_WAY // layers))
    paths = Paths(numbers, explanation.objective, most, before.get("kept", {}))
    if of.source is None:
        return unit_chain(explanation, *step.unit(of), sample, paths, why)
    return weight_chain(explanation, *step.weight(of, of.source), sample, paths, why)


def _share(found: Derivation) -> float | None:
    """The followed sample's share of a weight's gradient; None of a unit, or where it is the only sample."""
    name = share_of(found.symbol, found.sample or 0)
    return next((each.value for each in found.equations if each.symbol == name), None)


def _update(step: NextStep, of: Chain) -> list[dict[str, Any]]:
    """A weight and what the optimizer keeps of it, before the step and after it, with all digits; none of a unit."""
    if of.source is None:
        return []
    explanation, numbers = step.explanation, step.explanation.numbers
    block, name, index = find_parameter(numbers.blocks, *step.weight(of, of.source))
    at, weight = numbers.position(block, name, index), numbers.parameter(block, name, index)
    rows = [(weight.name, explanation.theta, explanation.new_theta)]
    rows += [(Symbol(slot), explanation.before[slot], explanation.after[slot]) for slot in explanation.before]
    return [
        {"name": f"<math>{MATHML.symbol(symbol)}</math>", "before": whole(before[at]), "after": whole(after[at])}
        for symbol, before, after in rows
    ]
