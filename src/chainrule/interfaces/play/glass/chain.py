"""The chain of a weight or of a unit: the very lines of `explain`."""

from typing import Any

from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import Chain, Glass
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.notations import mathml


def chain(step: NextStep, asked: Glass) -> dict[str, Any] | None:
    """The chain as a part of the page, its number and the number by a difference. None where none is asked for."""
    if (of := asked.chain) is None:
        return None
    found = chain_of(step, of, asked.sample)
    return {
        "of": of.model_dump(),
        "title": found.title,
        "lead": found.lead,
        "html": "\n".join([mathml.answer(found), *mathml.sections(found, heading=4)]),
        "value": found.value,
        "difference": found.difference,
    }


def chain_of(step: NextStep, of: Chain, sample: int | None) -> Derivation:
    """The chain of a weight or of a unit, along a sample where it is in the step's batch."""
    if of.source is None:
        return step.explanation.unit(of.layer, of.unit, step.followed(sample))
    return step.explanation.weight(of.layer, of.unit, of.source, step.followed(sample))
