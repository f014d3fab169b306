"""A derivation as lines of text, for a terminal: names with raised and lowered digits, long sums over several lines."""

from textwrap import wrap

from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.symbols import digits
from chainrule.lab.explain.content import Content
from chainrule.lab.explain.notations.notation import Notation, Piece, packed

WIDTH = 88
"""Columns of a page, unless a terminal has fewer."""

MOST_MARGIN = 24
"""The lines of a long sum are indented by at most 24 columns."""

Line = tuple[str, str]
"""A style's name (title, heading, note, equation), and the text."""


TEXT = Notation()


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
    start = f"  {TEXT.sum(name)}"
    whole = " = ".join([start, *(TEXT.sum(side) for side in sides)])
    if len(whole) <= width:
        return [whole]
    found = []
    for i, side in enumerate(sides):
        margin = len(start) if i == 0 else 5
        found += _broken(f"{start} = " if i == 0 else "    = ", side, width, margin)
    return found


def _broken(start: str, side: list[Piece], width: int, margin: int) -> list[str]:
    """A sum on as many lines as it takes, broken in front of a sign; further lines are indented by `margin`."""
    terms, further = [TEXT.term(i, *piece) for i, piece in enumerate(side)], min(margin, MOST_MARGIN)
    rows = ["".join(terms[row]) for row in packed([*map(len, terms)], len(start), further, width)]
    lines = [start + rows[0], *(" " * further + row for row in rows[1:])]
    return [part for line in lines for part in _narrowed(line, " " * (further + 4), width)]


def _narrowed(line: str, within: str, width: int) -> list[str]:
    """A line that is one long term, broken at its spaces."""
    if len(line) <= width:
        return [line]
    return wrap(line, width, subsequent_indent=within, break_long_words=False, break_on_hyphens=False)


def _set_in(text: str, margin: int, width: int) -> list[str]:
    """Running text in lines, indented by `margin` columns."""
    return [" " * margin + line for line in wrap(text, width - margin)]
