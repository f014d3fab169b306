"""A layer's matrices as a part of a page: MathML tables, each over its name and its shape. No script is needed."""

from collections.abc import Mapping

from chainrule.core.foreign import in_xml
from chainrule.lab.explain.algebra.expression import Expression
from chainrule.lab.explain.algebra.symbols import digits
from chainrule.lab.explain.matrices.matrix import DIGITS, Lit, Matrix, MatrixContent, MatrixEquation, Part
from chainrule.lab.explain.matrices.text import line
from chainrule.lab.explain.notations import mathml
from chainrule.lab.explain.notations.mathml import MATHML

STYLE = """\
.matrices .product { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .35rem; margin: .5rem 0; }
.matrices .matrix { display: inline-flex; flex-direction: column; align-items: center; }
.matrices mtable { font-variant-numeric: tabular-nums; border: solid; border-width: 0 1.5px; border-radius: .4em; }
.matrices mtd { padding: .2em .4em; }
.matrices mtd.lit { background: #f0e442; color: #000; border-radius: .2em; }
.matrices .shape { font-size: .75rem; }
"""
"""The styles that a page needs for matrices, beside those of a derivation."""


def page(content: MatrixContent, *, heading: int = 2) -> str:
    """The layer's matrices as one HTML element; the title is a heading of this level."""
    parts = [f"<style>\n{mathml.STYLE}{STYLE}</style>", '<div class="derivation matrices">']
    parts += [f"<h{heading}>{in_xml(content.title)}</h{heading}>", f"<p>{in_xml(content.lead)}</p>"]
    return "\n".join([*parts, *sections(content, heading + 1), "</div>"])


Marks = Mapping[int, str]
"""A mark for parameters, by their places in theta: it stands beside the gradient."""


def sections(content: MatrixContent, heading: int, marks: Marks | None = None) -> list[str]:
    """The equations under their headings."""
    found = []
    for section in content.sections:
        found.append(f"<h{heading}>{in_xml(section.title)}</h{heading}>")
        found += [equation(each, marks or {}) for each in section.equations]
    return found


def equation(which: MatrixEquation, marks: Marks) -> str:
    """The names, the numbers with the chosen entry lit and what meets in it, and the equations of that entry."""
    names = "".join([name(which.result), '<mo form="infix">=</mo>' if which.parts else "", *map(_name, which.parts)])
    found = [f'<p class="equation"><math displaystyle="true"><mrow>{names}</mrow></math></p>']
    if which.note:
        found.append(f'<p class="note">{MATHML.note(which.note)}</p>')
    gradient = which.result.symbol.of is not None and which.result.places is not None
    row = [_matrix(which.result, which, "entry", "result", marks if gradient else {})]
    if which.parts:
        row += [_sign("="), *(_shown(each, which) for each in which.parts)]
    label = in_xml(line(which))
    found.append(f'<div class="product" role="group" tabindex="0" aria-label="{label}">{"".join(row)}</div>')
    found += [mathml.equation(each) for each in which.entry]
    picks = {"sample": "sample", "input": "weight"}.get(which.result.columns.name, "")
    return f'<div class="of-matrices" data-picks="{picks}">{"".join(found)}</div>'


def name(matrix: Matrix) -> str:
    """A matrix's name."""
    symbol = MATHML.symbol(matrix.symbol)
    return f"<msup><mrow>{symbol}</mrow><mo>⊤</mo></msup>" if matrix.is_transposed else symbol


def _name(part: Part | Expression | str) -> str:
    if isinstance(part, Part):
        return name(part.matrix)
    return (
        f'<mo stretchy="false">{in_xml(part).replace("-", "−")}</mo>' if isinstance(part, str) else MATHML.write(part)
    )


def _shown(part: Part | Expression | str, which: MatrixEquation) -> str:
    if isinstance(part, Part):
        return _matrix(part.matrix, which, part.lit, part.lit)
    return _sign(part) if isinstance(part, str) else f"<math displaystyle='true'>{MATHML.write(part)}</math>"


def _sign(text: str) -> str:
    return f'<span class="sign">{in_xml(text).replace("-", "−")}</span>'


def _matrix(matrix: Matrix, which: MatrixEquation, lit: Lit, role: str, marks: Marks | None = None) -> str:
    """A matrix in brackets, over its name and its shape. role: what of it lights, or that it is the result."""
    rows = []
    for r in matrix.rows.laid_out:
        cells = []
        for c in matrix.columns.laid_out:
            if r is None or c is None:
                cells.append(f"<mtd><mo>{'⋯' if r is not None else '⋮' if c is not None else '⋱'}</mo></mtd>")
                continue
            kind = ' class="lit"' if which.lit(lit, r, c) else ""
            number = MATHML.number(digits(float(matrix.values[r, c]), DIGITS))
            mark = (marks or {}).get(-1 if matrix.places is None else int(matrix.places[r, c]), "")
            shown = f"{number}<mtext>{in_xml(mark)}</mtext>" if mark else number
            cells.append(f'<mtd data-row="{r}" data-column="{c}"{kind}>{shown}</mtd>')
        rows.append(f"<mtr>{''.join(cells)}</mtr>")
    table = f"<math><mtable>{''.join(rows)}</mtable></math>"
    shape = f'<span class="shape note"><math>{name(matrix)}</math> {matrix.shape}</span>'
    return f'<span class="matrix" data-lights="{role}">{table}{shape}</span>'
