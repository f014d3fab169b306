"""A layer's matrices as a part of a page: MathML tables, each over its name and its shape. No script is needed."""

from chainrule.core.foreign import in_xml
from chainrule.lab.explain.algebra.expression import Expression
from chainrule.lab.explain.algebra.symbols import digits
from chainrule.lab.explain.matrices.matrix import DIGITS, Lit, Matrix, MatrixContent, MatrixEquation, Part
from chainrule.lab.explain.matrices.text import line
from chainrule.lab.explain.notations import mathml
from chainrule.lab.explain.notations.mathml import CLOSE_SQUARE, MATHML, OPEN_SQUARE

STYLE = """\
.matrices .product { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .35rem; margin: .5rem 0; }
.matrices .matrix { display: inline-flex; flex-direction: column; align-items: center; }
.matrices .matrix mtable { font-variant-numeric: tabular-nums; }
.matrices mtd { padding: .1em .3em; text-align: right; }
.matrices mtd.lit { background: #f0e442; color: #000; border-radius: .2em; }
.matrices .shape { font-size: .75rem; }
"""
"""The styles that a page needs for matrices, beside those of a derivation."""


def page(content: MatrixContent, *, heading: int = 2) -> str:
    """The whole form as one element, its title a heading of this level."""
    parts = [f"<style>\n{mathml.STYLE}{STYLE}</style>", '<div class="derivation matrices">']
    parts += [f"<h{heading}>{in_xml(content.title)}</h{heading}>", f"<p>{in_xml(content.lead)}</p>"]
    return "\n".join([*parts, *sections(content, heading + 1), "</div>"])


def sections(content: MatrixContent, heading: int) -> list[str]:
    """The equations under their headings."""
    found = []
    for section in content.sections:
        found.append(f"<h{heading}>{in_xml(section.title)}</h{heading}>")
        found += [equation(each) for each in section.equations]
    return found


def equation(which: MatrixEquation) -> str:
    """The names, the numbers with the chosen entry lit and what meets in it, and the equations of that entry."""
    names = "".join([name(which.result), '<mo form="infix">=</mo>' if which.parts else "", *map(_name, which.parts)])
    found = [f'<p class="equation"><math displaystyle="true"><mrow>{names}</mrow></math></p>']
    if which.note:
        found.append(f'<p class="note">{MATHML.note(which.note)}</p>')
    row = [_matrix(which.result, which, "entry", "result")]
    if which.parts:
        row += [_sign("="), *(_shown(each, which) for each in which.parts)]
    found.append(f'<div class="product" role="group" aria-label="{in_xml(line(which))}">{"".join(row)}</div>')
    found += [mathml.equation(each) for each in which.entry]
    return f'<div class="of-matrices">{"".join(found)}</div>'


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


def _matrix(matrix: Matrix, which: MatrixEquation, lit: Lit, role: str) -> str:
    """A matrix in brackets, over its name and its shape."""
    rows = []
    for r in matrix.rows.laid_out:
        cells = []
        for c in matrix.columns.laid_out:
            if r is None or c is None:
                cells.append(f"<mtd><mo>{'⋯' if r is not None else '⋮' if c is not None else '⋱'}</mo></mtd>")
                continue
            kind = ' class="lit"' if which.lit(lit, r, c) else ""
            number = MATHML.number(digits(float(matrix.values[r, c]), DIGITS))
            cells.append(f'<mtd data-row="{r}" data-column="{c}"{kind}>{number}</mtd>')
        rows.append(f"<mtr>{''.join(cells)}</mtr>")
    brackets = OPEN_SQUARE.replace("false", "true"), CLOSE_SQUARE.replace("false", "true")
    table = f"<math><mrow>{brackets[0]}<mtable>{''.join(rows)}</mtable>{brackets[1]}</mrow></math>"
    shape = f'<span class="shape note"><math>{name(matrix)}</math> {matrix.shape}</span>'
    return f'<span class="matrix" data-lights="{role}">{table}{shape}</span>'
