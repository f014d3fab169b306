"""A derivation as lines of text, for a terminal: names with raised and lowered digits, long sums over several lines."""

from textwrap import wrap

from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.notes import Formula
from chainrule.lab.explain.algebra.symbols import Symbol, digits
from chainrule.lab.explain.content import Content
from chainrule.lab.explain.notations.notation import Notation, Piece

WIDTH = 88
"""Columns of a page, unless a terminal has fewer."""

MOST_MARGIN = 24
"""The lines of a long sum are set in by at most so many columns."""

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

Line = tuple[str, str]
"""A style's name (title, heading, note, equation), and the text."""


class Text(Notation):
    """Names such as w⁽²⁾₁,₃, and what a keyboard has for the rest."""

    def symbol(self, symbol: Symbol) -> str:
        layer = "" if symbol.layer is None else f"⁽{str(symbol.layer).translate(RAISED)}⁾"
        index = ",".join(str(each).translate(LOWERED) for each in symbol.index)
        sample = "" if symbol.sample is None else f"[{symbol.sample}]"
        name = f"{symbol.letter}{layer}{index}{sample}"
        name = name if symbol.of is None else f"∂{self.symbol(symbol.of)}/∂{name}"
        return f"{symbol.prefix} {name}" if symbol.prefix else name

    def sum(self, pieces: list[Piece]) -> str:
        return "".join(_term(i, sign, shown) for i, (sign, shown) in enumerate(pieces))

    def product(self, factors: list[str]) -> str:
        return " · ".join(factors)

    def quotient(self, over: str, under: str) -> str:
        return f"{over} / {under}"

    def power(self, base: str, exponent: int) -> str:
        return f"{base}{str(exponent).translate(RAISED)}"

    def function(self, name: str, arguments: list[str]) -> str:
        return f"{name}({', '.join(arguments)})"

    def grouped(self, inner: str) -> str:
        return f"({inner})"

    def formula(self, formula: Formula) -> str:
        return " ".join(each if isinstance(each, str) else self.symbol(each) for each in formula.parts)


TEXT = Text()


def page(content: Content, width: int = WIDTH) -> str:
    """The whole derivation, in lines of at most about `width` columns."""
    return "\n".join(text for _, text in lines(content, width))


def lines(content: Content, width: int = WIDTH) -> list[Line]:
    """The lines of a page, each with its style."""
    found: list[Line] = [
        ("title", content.title),
        ("equation", f"{TEXT.symbol(content.symbol)} = {digits(content.shown_value.value)}"),
    ]
    found += [("note", line) for line in wrap(content.lead, width)]
    for section in content.sections:
        found += [("", ""), ("heading", section.title)]
        if section.remark:
            found += [("note", line) for line in _set_in(TEXT.note(section.remark), 2, width)]
        for each in section.equations:
            found += [("equation", line) for line in equation_lines(each, width)]
            found += [("note", line) for line in _set_in(TEXT.note(each.remark), 6, width)]
    return found


def equation_lines(equation: Equation, width: int = WIDTH) -> list[str]:
    """An equation on one line, where it fits; else a line for each side, and more for a long sum."""
    name, *sides = TEXT.sides(equation)
    head = f"  {TEXT.sum(name)}"
    whole = " = ".join([head, *(TEXT.sum(side) for side in sides)])
    if len(whole) <= width:
        return [whole]
    found = []
    for i, side in enumerate(sides):
        margin = len(head) if i == 0 else 5
        found += _broken(f"{head} = " if i == 0 else "    = ", side, width, margin)
    return found


def _broken(start: str, side: list[Piece], width: int, margin: int) -> list[str]:
    """A sum on as many lines as it takes, broken in front of a sign, the next ones set in by `margin`."""
    found, line = [], start
    for i, (sign, shown) in enumerate(side):
        piece = _term(i, sign, shown)
        if i and len(line) + len(piece) > width:
            found.append(line)
            line = " " * min(margin, MOST_MARGIN) + piece
        else:
            line += piece
    within = " " * (min(margin, MOST_MARGIN) + 4)
    return [part for each in [*found, line] for part in _narrowed(each, within, width)]


def _term(i: int, sign: str, shown: str) -> str:
    """The i-th term of a sum, with what separates it from the one in front of it."""
    return f"{sign}{shown}" if i == 0 else f" {sign} {shown}" if sign else f" {shown}"


def _narrowed(line: str, within: str, width: int) -> list[str]:
    """A line that is one long term, broken at its spaces."""
    if len(line) <= width:
        return [line]
    return wrap(line, width, subsequent_indent=within, break_long_words=False, break_on_hyphens=False)


def _set_in(text: str, margin: int, width: int) -> list[str]:
    """Words in lines, set in by so many columns."""
    return [" " * margin + line for line in wrap(text, width - margin)]
