"""The chain of a weight or of a unit: the very lines of `explain`."""

from typing import Any

from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import Glass
from chainrule.lab.explain.notations import mathml


def chain(step: NextStep, asked: Glass) -> dict[str, Any] | None:
    """The chain as a part of the page, its number and the number by a difference. None where none is asked for."""
    if (of := asked.chain) is None:
        return None
    sample = None if asked.sample is None or asked.sample not in step.samples else asked.sample
    if of.source is None:
        found = step.explanation.unit(of.layer, of.unit, sample)
    else:
        found = step.explanation.weight(of.layer, of.unit, of.source, sample)
    return {
        "of": of.model_dump(),
        "title": found.title,
        "lead": found.lead,
        "html": "\n".join([mathml.answer(found), *mathml.sections(found, heading=4)]),
        "value": found.value,
        "difference": found.difference,
    }
