"""A layer's matrices as lines of text, for a terminal."""

from collections.abc import Callable, Sequence
from textwrap import wrap

from chainrule.lab.explain.algebra.expression import Expression
from chainrule.lab.explain.algebra.symbols import digits
from chainrule.lab.explain.matrices.matrix import DIGITS, Lit, Matrix, MatrixContent, MatrixEquation, Part, Parts
from chainrule.lab.explain.notations.text import TEXT, WIDTH, equation_lines

Box = list[str]
"""A block of text: lines of equal width."""

BRACKETS = {"first": ("⎡", "⎤"), "middle": ("⎢", "⎥"), "last": ("⎣", "⎦"), "only": ("[", "]")}
"""Around a row of a matrix, by its place."""


def page(content: MatrixContent) -> str:
    """The layer's matrices as a page of text."""
    found = [content.title, *wrap(content.lead, WIDTH)]
    for section in content.sections:
        found += ["", section.title]
        for each in section.equations:
            found += equation(each)
    return "\n".join(found)


def equation(which: MatrixEquation) -> list[str]:
    """The names, the shapes, the numbers, and the equations of the chosen entry."""
    found = ["", f"  {line(which)}"]
    if which.parts:
        found += wrap(shapes(which), WIDTH, initial_indent="  ", subsequent_indent="      ")
    found += wrap(TEXT.note(which.note), WIDTH, initial_indent="  ", subsequent_indent="  ")
    boxes = [_matrix(which.result, which, "entry")]
    if which.parts and not _is_function(which.parts):
        boxes += [["="], *(_box(each, which) for each in which.parts)]
    found += _beside(boxes)
    for each in which.entry:
        found += [f"  {one}" for one in equation_lines(each)]
    return found


def line(which: MatrixEquation) -> str:
    """The equation in names: Z⁽²⁾ = W⁽²⁾ A⁽¹⁾ + b⁽²⁾ 1ᵀ."""
    made = "".join([name(which.result), " = " if which.parts else "", *_joined(which.parts, name)])
    return made


def shapes(which: MatrixEquation) -> str:
    """The shapes of the matrices: which axes meet."""
    return f"{which.result.shape} = " + "".join(_joined(which.parts, lambda each: f"[{each.shape}]"))


def name(matrix: Matrix) -> str:
    """A matrix's name."""
    return TEXT.symbol(matrix.symbol) + ("ᵀ" if matrix.is_transposed else "")


def _joined(parts: Parts, shown: Callable[[Matrix], str]) -> list[str]:
    found: list[str] = []
    for part in parts:
        text = part if isinstance(part, str) else shown(part.matrix) if isinstance(part, Part) else TEXT.write(part)
        close = not found or text == ")" or found[-1].endswith(("(", "f", "f′"))
        found.append(text if close else f" {text}")
    return found


def _is_function(parts: Parts) -> bool:
    """Whether a matrix is a function of another, entry by entry."""
    return isinstance(parts[0], str) and parts[0].startswith("f")


def _box(part: Part | Expression | str, which: MatrixEquation) -> Box:
    if isinstance(part, Part):
        return _matrix(part.matrix, which, part.lit)
    return [part if isinstance(part, str) else TEXT.write(part)]


def _matrix(matrix: Matrix, which: MatrixEquation, lit: Lit) -> Box:
    """A matrix in brackets."""
    rows: list[list[str]] = []
    for r in matrix.rows.laid_out:
        row = []
        for c in matrix.columns.laid_out:
            shown = "…" if r is None or c is None else digits(float(matrix.values[r, c]), DIGITS)
            is_lit = r is not None and c is not None and which.lit(lit, r, c)
            row.append(f"‹{shown}›" if is_lit else f" {shown} ")
        rows.append(row)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    found = []
    for i, row in enumerate(rows):
        place = "only" if len(rows) == 1 else "first" if i == 0 else "last" if i == len(rows) - 1 else "middle"
        left, right = BRACKETS[place]
        found.append(left + "".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + right)
    return found


def _beside(boxes: Sequence[Box]) -> list[str]:
    """Boxes side by side, in as many rows of them as they need."""
    rows: list[list[Box]] = [[]]
    for box in boxes:
        if rows[-1] and 2 + sum(len(each[0]) + 1 for each in rows[-1]) + len(box[0]) > WIDTH:
            rows.append([])
        rows[-1].append(box)
    found = []
    for row in rows:
        height = max(map(len, row))
        padded = [_centred(box, height) for box in row]
        found += ["  " + " ".join(lines).rstrip() for lines in zip(*padded, strict=True)]
    return found


def _centred(box: Box, height: int) -> Box:
    above = (height - len(box)) // 2
    blank = [" " * len(box[0])]
    return [*(blank * above), *box, *(blank * (height - len(box) - above))]
