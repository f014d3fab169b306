"""A layer's matrices as LaTeX, for a document with amsmath."""

from dataclasses import replace

from chainrule.lab.explain.algebra.expression import Expression
from chainrule.lab.explain.algebra.symbols import digits
from chainrule.lab.explain.matrices.matrix import DIGITS, Lit, Matrix, MatrixContent, MatrixEquation, Part
from chainrule.lab.explain.notations.latex import LATEX, aligned

SIGNS = {"∘": r"\circ", "f": "f", "f′": "f'"}


def page(content: MatrixContent) -> str:
    """The layer's matrices as LaTeX."""
    parts = [r"\allowdisplaybreaks", rf"\section*{{{LATEX.plain(content.title)}}}", LATEX.plain(content.lead)]
    for section in content.sections:
        parts += ["", rf"\subsection*{{{LATEX.plain(section.title)}}}"]
        for each in section.equations:
            parts += [LATEX.note(each.note), *equation(each)]
    return "\n".join(parts) + "\n"


def equation(which: MatrixEquation) -> list[str]:
    """Names, then each matrix beneath the one before, since together they are wider than a page; then the entry."""
    made = " ".join(_part(each) for each in which.parts)
    matrices = [(which.result, "entry"), *((each.matrix, each.lit) for each in which.parts if isinstance(each, Part))]
    once = {name(each): (each, lit) for each, lit in matrices}
    rows = [f"{name(which.result)} &= {made}"] if made else []
    rows += [f"{key} &= {_numbers(each, which, lit)}" for key, (each, lit) in once.items() if each.symbol.letter != "1"]
    rows += [aligned(each) for each in which.entry]
    return [r"\begin{align*}", " \\\\\n".join(rows), r"\end{align*}"]


def name(matrix: Matrix) -> str:
    """A matrix's name."""
    if not matrix.is_transposed:
        return LATEX.symbol(matrix.symbol)
    return rf"{{{LATEX.symbol(replace(matrix.symbol))}}}^{{\top}}"


def _part(part: Part | Expression | str) -> str:
    if isinstance(part, Part):
        return name(part.matrix)
    return SIGNS.get(part, part) if isinstance(part, str) else LATEX.write(part)


def _numbers(matrix: Matrix, which: MatrixEquation, lit: Lit) -> str:
    rows = []
    for r in matrix.rows.laid_out:
        row = []
        for c in matrix.columns.laid_out:
            if r is None or c is None:
                row.append(r"\dots")
                continue
            shown = LATEX.number(digits(float(matrix.values[r, c]), DIGITS))
            row.append(rf"\boxed{{{shown}}}" if which.lit(lit, r, c) else shown)
        rows.append(" & ".join(row))
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"
