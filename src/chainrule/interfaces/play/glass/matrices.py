"""A layer's whole step in matrices, around the chain's weight or unit; each gradient in sight carries its check."""

from typing import Any

from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import Glass
from chainrule.lab.explain.matrices import mathml
from chainrule.lab.explain.matrices.matrix import Matrix
from chainrule.lab.explain.proof import AGREES, DIFFERS, KINK

MARKS = {AGREES: "✓", KINK: "◇", DIFFERS: "✗"}
"""The marks beside gradients."""


def matrices(step: NextStep, asked: Glass) -> dict[str, Any] | None:
    """The matrices as a part of the page. None where none are asked for. samples: the rows that the columns are."""
    if (of := asked.matrices) is None:
        return None
    number, to, *source = step.unit(of) if of.source is None else step.weight(of, of.source)
    form = step.explanation.matrices(number, to, source[0] if source else None, step.followed(asked.sample))
    places = [each for equation in form.equations for each in _shown(equation.result)]
    marks = {place: MARKS[found] for place, found in zip(places, step.verdicts.on(places), strict=True)}
    return {
        "of": of.model_dump(exclude={"lines"}),
        "title": form.title,
        "lead": form.lead,
        "html": "\n".join(mathml.sections(form, heading=4, marks=marks)),
        "samples": step.samples,
    }


def _shown(matrix: Matrix) -> list[int]:
    """Where theta holds the parameters whose gradients are shown."""
    if matrix.places is None or matrix.symbol.of is None:
        return []
    return [int(matrix.places[r, c]) for r in matrix.rows.shown for c in matrix.columns.shown]
