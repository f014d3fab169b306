"""A derivation as LaTeX, for a document with the package amsmath; in ASCII alone, so that any LaTeX reads it."""

import math
import re
from unicodedata import normalize

from chainrule.core.foreign import in_latex
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.notes import Formula
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.content import Content
from chainrule.lab.explain.notations.notation import Notation, Piece, packed

WIDTH = 62
"""Digits that fit into a line of an article, beside the space around signs."""

SMALL = 0.7
"""The width of a digit that is raised or lowered, beside that of one on the line."""

POWER = re.compile(r"([0-9.]+)e([-−]?)([0-9]+)")
"""A number with a power of ten, in running text."""

LETTERS = {
    "Σω": r"\Sigma\omega",
    "Σw²": r"\Sigma w^2",
    "Σg²": r"\Sigma g^2",
    "f′": "f'",
    "u′": "u'",
    "m̂": r"\hat{m}",
    "v̂": r"\hat{v}",
    "x̂": r"\hat{x}",
    "X̂": r"\hat{X}",
    "Δ": r"\Delta",
    "‖g‖": r"\|g\|",
    "L₊": "L_{+}",
    "L₋": "L_{-}",
}
"""Letters with signs. What stands first is replaced first."""

GREEK = "alpha beta gamma delta epsilon eta lambda mu pi rho omega"
LETTERS |= {letter: rf"\{name}" for letter, name in zip("αβγδεηλμπρω", GREEK.split(), strict=True)}

SIGNS = {
    "≥": r"\geq",
    "≤": r"\leq",
    "±": r"\pm",
    "∂": r"\partial",
    "Σ": r"\Sigma",
    "½": r"\frac{1}{2}",
    "²": "^2",
    "·": r"\cdot",
}
"""Signs of formulas."""

RUNNING_TEXT = {"’": "'", "−": "$-$", "×": r"$\times$", "–": "--"}
"""In running text, what a keyboard doesn't have."""


class Latex(Notation):
    """Fractions with bars, as in a book."""

    bars = True

    def symbol(self, symbol: Symbol) -> str:
        name = self._name(symbol)
        name = name if symbol.of is None else rf"\frac{{\partial {self.symbol(symbol.of)}}}{{\partial {name}}}"
        return rf"\text{{{self.plain(symbol.prefix)} }}{name}" if symbol.prefix else name

    def _name(self, symbol: Symbol) -> str:
        """A letter and its indices."""
        is_word = len(symbol.letter) > 1 and symbol.letter not in LETTERS
        name = rf"\text{{{self.plain(symbol.letter)}}}" if is_word else LETTERS.get(symbol.letter, symbol.letter)
        if symbol.layer is not None:
            name = f"{{{name}}}^{{({symbol.layer})}}" if "'" in name else f"{name}^{{({symbol.layer})}}"
        if symbol.index:
            name += f"_{{{','.join(map(str, symbol.index))}}}"
        return name if symbol.sample is None else f"{name}[{symbol.sample}]"

    def words(self, text: str) -> str:
        return rf"\text{{ {self.plain(text)}}}"

    def number(self, text: str) -> str:
        mantissa, _, exponent = text.partition("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa

    def sum(self, pieces: list[Piece]) -> str:
        return " ".join(f"{sign} {shown}".strip() for sign, shown in pieces)

    def product(self, factors: list[str]) -> str:
        return r" \cdot ".join(factors)

    def quotient(self, over: str, under: str) -> str:
        return rf"\frac{{{over}}}{{{under}}}"

    def power(self, base: str, exponent: int) -> str:
        return f"{{{base}}}^{{{exponent}}}"

    def function(self, name: str, arguments: list[str]) -> str:
        if name == "exp":
            return f"e^{{{arguments[0]}}}"
        if name == "sqrt":
            return rf"\sqrt{{{arguments[0]}}}"
        return rf"{self.function_name(name)}\left({', '.join(arguments)}\right)"

    def function_name(self, name: str) -> str:
        return rf"\{name}"

    def grouped(self, inner: str) -> str:
        return rf"\left({inner}\right)"

    def plain(self, text: str) -> str:
        """Running text. What LaTeX has no sign for here loses its accents, or becomes a question mark."""
        text = POWER.sub(_power_of_ten, in_latex(text))
        for sign, code in RUNNING_TEXT.items():
            text = text.replace(sign, code)
        for sign, code in (*LETTERS.items(), *SIGNS.items()):
            text = text.replace(sign, f"${code}$")
        return normalize("NFKD", text).encode("ascii", "replace").decode()

    def formula(self, formula: Formula) -> str:
        parts = (self._sign(each) if isinstance(each, str) else self._inline(each) for each in formula.parts)
        return f"${' '.join(parts)}$"

    def _inline(self, symbol: Symbol) -> str:
        """A name within a line, where a fraction has a stroke."""
        if symbol.of is None:
            return self.symbol(symbol)
        return rf"\partial {self.symbol(symbol.of)} / \partial {self._name(symbol)}"

    def _sign(self, text: str) -> str:
        for sign, code in SIGNS.items():
            text = text.replace(sign, f"{code} ")
        return text.strip()


def _power_of_ten(found: re.Match[str]) -> str:
    mantissa, sign, exponent = found.groups()
    power = f"10^{{{'-' if sign else ''}{int(exponent)}}}"
    return f"${power}$" if mantissa == "1" else rf"${mantissa} \cdot {power}$"


class Measure(Notation):
    """Text as wide as what LaTeX writes, that breaks where it does, to measure lines by: indices are small."""

    bars = Latex.bars

    def symbol(self, symbol: Symbol) -> str:
        above = 0 if symbol.layer is None else len(f"({symbol.layer})")
        below = len(",".join(map(str, symbol.index)))
        sample = "" if symbol.sample is None else f"[{symbol.sample}]"
        name = symbol.letter + "i" * math.ceil(SMALL * max(above, below)) + sample
        name = name if symbol.of is None else max("d" + name, "d" + self.symbol(symbol.of), key=len)
        return f"{symbol.prefix} {name}" if symbol.prefix else name

    def quotient(self, over: str, under: str) -> str:
        return max(over, under, key=len)


LATEX, MEASURE = Latex(), Measure()


def page(content: Content) -> str:
    """The whole derivation: sections with their equations, aligned; a long row of them may go on on the next page."""
    parts = [r"\allowdisplaybreaks", rf"\section*{{{LATEX.plain(content.title)}}}", LATEX.plain(content.lead)]
    for section in content.sections:
        parts += ["", rf"\subsection*{{{LATEX.plain(section.title)}}}", LATEX.note(section.remark)]
        rows: list[str] = []
        for each in section.equations:
            if rows and each.symbol.prefix and each.symbol.of:  # so long a name would move the other rows aside
                parts.append(_together(rows))
                rows = []
            rows.append(aligned(each))
            if each.remark:
                parts += [_together(rows), rf"\noindent {LATEX.note(each.remark)}"]
                rows = []
        parts += [_together(rows)] if rows else []
    return "\n".join(parts) + "\n"


def _together(rows: list[str]) -> str:
    """Equations below one another, aligned at their signs."""
    return "\n".join([r"\begin{align*}", " \\\\[1ex]\n".join(rows), r"\end{align*}"])


def alone(equation: Equation) -> str:
    """One equation, as a notebook shows it."""
    return f"$$\\begin{{aligned}}\n{aligned(equation)}\n\\end{{aligned}}$$"


def aligned(equation: Equation) -> str:
    """An equation's lines, aligned at the sign: one for each side, and more for a long sum."""
    room = WIDTH - len(MEASURE.name(equation))
    before, found = [("", LATEX.name(equation))], []
    start = f"{LATEX.name(equation)} &= "
    for expression in equation.sides:
        side = LATEX.pieces(expression)
        if side == before:
            continue
        widths = [len(sign) + len(shown) + 2 for sign, shown in MEASURE.pieces(expression)]
        for row in packed(widths, 0, 2, room):
            found.append(start + LATEX.sum(side[row]))
            start = r"&\quad "
        before, start = side, "&= "
    return " \\\\\n".join(found)
