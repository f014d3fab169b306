"""A derivation as a part of a page: headings, the drawing, and equations in MathML. No script is needed."""

from dataclasses import replace

from chainrule.core.foreign import in_xml
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.notes import Formula
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.content import Content
from chainrule.lab.explain.notations.notation import Notation, Piece

PREFIX = '<mo form="prefix">−</mo>'
"""The sign of a number, which stands close to it."""

OPEN, CLOSE, OPEN_SQUARE, CLOSE_SQUARE = (f'<mo stretchy="false">{sign}</mo>' for sign in "()[]")
"""Parentheses and brackets of the size of the text; around a fraction parentheses stretch."""

SIGNED = {"L₊": "+", "L₋": "−"}
"""Letters with a sign below."""

STYLE = """\
.derivation { max-width: 64rem; }
.derivation h3 { margin: 1.2rem 0 .3rem; }
.derivation .equation { margin: .35rem 0; padding-left: 1.4rem; text-indent: -1.4rem; line-height: 2; max-width: none; \
overflow-x: auto; overflow-y: hidden; }
.derivation .equation > * { text-indent: 0; }
.derivation math { font-size: 1.05em; }
.derivation .side { margin-left: .25em; }
.derivation .remark { margin: -.2rem 0 .4rem; padding-left: 1.4rem; }
.derivation .answer { font-size: 1.25rem; margin: .6rem 0 1rem; }
.derivation .drawings { display: flex; flex-wrap: wrap; gap: 1rem 2rem; margin: 1rem 0 .5rem; }
.derivation .drawing { max-width: 100%; overflow-x: auto; }
.derivation .drawing svg { display: block; max-width: 100%; height: auto; }
"""
"""The styles that a page needs for a derivation."""


class MathML(Notation):
    """Presentation MathML, as browsers draw it."""

    bars = True
    opening, closing, over, comma = OPEN, CLOSE, '<mo form="infix">/</mo>', "<mo>,</mo>"

    def symbol(self, symbol: Symbol) -> str:
        kind = "mi" if len(symbol.letter) <= 2 else "mtext"
        name = f"<{kind}>{in_xml(symbol.letter)}</{kind}>"
        if symbol.letter.endswith("\N{COMBINING CIRCUMFLEX ACCENT}"):
            name = f"<mover><mi>{symbol.letter[:-1]}</mi><mo>^</mo></mover>"
        if symbol.letter.endswith("′"):  # a name of two letters would stand upright
            name = f"<mrow><mi>{symbol.letter[:-1]}</mi><mo>′</mo></mrow>"
        if symbol.letter in SIGNED:
            name = f"<msub><mi>{symbol.letter[0]}</mi><mo>{SIGNED[symbol.letter]}</mo></msub>"
        above = "" if symbol.layer is None else f"<mrow>{OPEN}<mn>{symbol.layer}</mn>{CLOSE}</mrow>"
        below = "<mo>,</mo>".join(f"<mn>{each}</mn>" for each in symbol.index)
        below = f"<mrow>{below}</mrow>" if below else ""
        if above and below:
            name = f"<msubsup>{name}{below}{above}</msubsup>"
        elif above or below:
            tag = "msup" if above else "msub"
            name = f"<{tag}>{name}{above or below}</{tag}>"
        if symbol.sample is not None:
            name = f"<mrow>{name}{OPEN_SQUARE}<mn>{symbol.sample}</mn>{CLOSE_SQUARE}</mrow>"
        if symbol.of is not None:
            of = self.symbol(symbol.of)
            name = f"<mfrac><mrow><mi>∂</mi>{of}</mrow><mrow><mi>∂</mi>{name}</mrow></mfrac>"
        return f"<mrow><mtext>{in_xml(symbol.prefix)}&nbsp;</mtext>{name}</mrow>" if symbol.prefix else name

    def words(self, text: str) -> str:
        return f"<mtext>&nbsp;{self.plain(text)}</mtext>"

    def number(self, text: str) -> str:
        sign, text = (PREFIX, text[1:]) if text.startswith("-") else ("", text)
        mantissa, _, exponent = text.partition("e")
        if not exponent:
            return f"<mrow>{sign}<mn>{mantissa}</mn></mrow>" if sign else f"<mn>{mantissa}</mn>"
        power = f"<mn>{exponent.lstrip('+-0')}</mn>"
        power = f"<mrow>{PREFIX}{power}</mrow>" if exponent.startswith("-") else power
        return f"<mrow>{sign}<mn>{mantissa}</mn><mo>·</mo><msup><mn>10</mn>{power}</msup></mrow>"

    def sum(self, pieces: list[Piece]) -> str:
        return f"<mrow>{super().sum(pieces)}</mrow>"

    def term(self, i: int, sign: str, shown: str) -> str:
        """Between two terms the sign is an operator, also where a line breaks there; in front of the first a prefix."""
        if i == 0:
            return f"{PREFIX}{shown}" if sign else shown
        return f'<mo form="infix">{"−" if sign == "-" else "+"}</mo>{shown}' if sign else shown

    def product(self, factors: list[str]) -> str:
        return f"<mrow>{'<mo>·</mo>'.join(factors)}</mrow>"

    def quotient(self, over: str, under: str) -> str:
        return f"<mfrac>{over}{under}</mfrac>"

    def power(self, base: str, exponent: int) -> str:
        return f"<msup>{base}<mn>{exponent}</mn></msup>"

    def function(self, name: str, arguments: list[str]) -> str:
        if name == "exp":
            return f"<msup><mi>e</mi>{arguments[0]}</msup>"
        if name == "sqrt":
            return f"<msqrt>{arguments[0]}</msqrt>"
        inside = self.comma.join(arguments)
        return f"<mrow>{self.function_name(name)}<mrow><mo>(</mo>{inside}<mo>)</mo></mrow></mrow>"

    def function_name(self, name: str) -> str:
        return f"<mi>{name}</mi><mo>&#8289;</mo>"

    def plain(self, text: str) -> str:
        return in_xml(text)

    def formula(self, formula: Formula) -> str:
        parts = (_sign(each) if isinstance(each, str) else self._inline(each) for each in formula.parts)
        return f"<math>{''.join(parts)}</math>"

    def _inline(self, symbol: Symbol) -> str:
        """A name within a line, where a fraction has a stroke."""
        if symbol.of is None:
            return self.symbol(symbol)
        by = self.symbol(replace(symbol, of=None))
        return f"<mi>∂</mi>{self.symbol(symbol.of)}<mo>/</mo><mi>∂</mi>{by}"

    def grouped(self, inner: str) -> str:
        start, end = ("<mo>(</mo>", "<mo>)</mo>") if "<mfrac" in inner else (OPEN, CLOSE)
        return f"<mrow>{start}{inner}{end}</mrow>"


MATHML = MathML()


def page(content: Content, *, heading: int = 2, style: bool = True) -> str:
    """The whole derivation as one element, its title a heading of this level."""
    parts = [f'<div class="derivation">\n<h{heading}>{in_xml(content.title)}</h{heading}>\n{answer(content)}']
    parts.append(f"<p>{in_xml(content.lead)}</p>")
    if content.drawings:
        parts.append(drawings(content))
    parts += sections(content, heading + 1)
    return ("<style>\n" + STYLE + "</style>\n" if style else "") + "\n".join(parts) + "\n</div>"


def answer(content: Content) -> str:
    """The number that is derived, and its value."""
    return equation(Equation(content.symbol, content.shown_value.value)).replace("equation", "equation answer", 1)


def drawings(content: Content) -> str:
    """The network, drawn side by side where there is room, and how to read it."""
    boxes = "\n".join(f'<div class="drawing">{each}</div>' for each in content.drawings)
    return f'<div class="drawings">\n{boxes}\n</div>\n<p class="note">{in_xml(content.key)}</p>'


def sections(content: Content, heading: int) -> list[str]:
    """The equations under their headings."""
    found = []
    for section in content.sections:
        found.append(f"<h{heading}>{in_xml(section.title)}</h{heading}>")
        if section.remark:
            found.append(f'<p class="note">{MATHML.note(section.remark)}</p>')
        for each in section.equations:
            found.append(equation(each))
            if each.remark:
                found.append(f'<p class="note remark">{MATHML.note(each.remark)}</p>')
    return found


def equation(which: Equation, sample: int | None = None) -> str:
    """An equation, which may break in front of each sign: a line of its own where a page is narrow.

    sample: the terms of this sample, by its row of the data, get the class `followed`, in names and in numbers.
    """
    name, *sides = MATHML.sides(which)
    parts = [_math(MATHML.sum(name))]
    own = f"{OPEN_SQUARE}<mn>{sample}</mn>{CLOSE_SQUARE}"
    followed = {i for i, (_, shown) in enumerate(sides[0]) if sample is not None and own in shown}
    for side in sides:
        for i, piece in enumerate(side):
            kinds = ["side"] * (i == 0) + ["followed"] * (i in followed and len(side) == len(sides[0]))
            start = '<mo form="infix">=</mo>' if i == 0 else ""
            parts.append(_math(start + MATHML.term(i, *piece), " ".join(kinds)))
    return f'<p class="equation">{" ".join(parts)}</p>'


def _sign(text: str) -> str:
    """A sign or a number within a formula."""
    return f"<mn>{text}</mn>" if text.isdigit() else f"<mo>{in_xml(text)}</mo>"


def _math(inner: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<math displaystyle="true"{named}><mrow>{inner}</mrow></math>'
