"""A layer's matrices as plain lists, numbers and strings, ready for JSON."""

from typing import Any

from chainrule.lab.explain.algebra.expression import Expression, fold
from chainrule.lab.explain.matrices.matrix import Matrix, MatrixContent, MatrixEquation, Part
from chainrule.lab.explain.matrices.text import name
from chainrule.lab.explain.notations import plain
from chainrule.lab.explain.notations.text import TEXT


def page(content: MatrixContent) -> dict[str, Any]:
    """The layer's matrices as a dictionary."""
    sections = [
        {"title": each.title, "equations": [equation(one) for one in each.equations]} for each in content.sections
    ]
    return {"title": content.title, "lead": content.lead, "sections": sections}


def equation(which: MatrixEquation) -> dict[str, Any]:
    """A matrix, what it is made of, and the equations of the chosen entry, counted from 1."""
    row, column = which.chosen
    return {
        **matrix(which.result),
        "made_of": [_part(each) for each in which.parts],
        "note": TEXT.note(which.note),
        "chosen": [row + 1, column + 1],
        "entry": [plain.equation(each) for each in which.entry],
    }


def matrix(which: Matrix) -> dict[str, Any]:
    """A matrix with all its numbers."""
    axes = {"rows": which.rows.said, "columns": which.columns.said}
    return {"name": name(which), **axes, "values": which.values.tolist()}


def _part(part: Part | Expression | str) -> Any:
    if isinstance(part, str):
        return part
    return matrix(part.matrix) if isinstance(part, Part) else fold(part, plain.tree)
