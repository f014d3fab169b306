"""A working as LaTeX, for a document with the package amsmath."""

from chainrule.lab.explain.expression import Equation
from chainrule.lab.explain.notation import Notation, Piece
from chainrule.lab.explain.symbols import Symbol
from chainrule.lab.explain.working import Working

TERMS_A_LINE = 3

LETTERS = {
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "ε": r"\epsilon",
    "λ": r"\lambda",
    "μ": r"\mu",
    "ρ": r"\rho",
    "Σω": r"\Sigma\omega",
    "ω": r"\omega",
    "f′": "f'",
    "m̂": r"\hat{m}",
    "v̂": r"\hat{v}",
    "x̂": r"\hat{x}",
    "‖g‖": r"\|g\|",
}
"""Letters that a keyboard doesn't have."""

WORDS = {
    **LETTERS,
    "≥": r"$\geq$",
    "±": r"$\pm$",
    "∂": r"$\partial$",
    "Σ": r"$\Sigma$",
    "½": r"$\frac{1}{2}$",
    "²": r"$^2$",
    "’": "'",
    "_": r"\_",
    "#": r"\#",
    "%": r"\%",
    "&": r"\&",
}
"""The same in running text, and what means something else to LaTeX."""


class Latex(Notation):
    """Fractions with bars, as in a book."""

    bars = True

    def symbol(self, symbol: Symbol) -> str:
        letter = LETTERS.get(symbol.letter, symbol.letter)
        name = letter if len(symbol.letter) == 1 or symbol.letter in LETTERS else rf"\text{{{escaped(letter)}}}"
        if symbol.layer is not None:
            name = f"{{{name}}}^{{({symbol.layer})}}" if "'" in name else f"{name}^{{({symbol.layer})}}"
        if symbol.index:
            name += f"_{{{','.join(map(str, symbol.index))}}}"
        if symbol.sample is not None:
            name += f"[{symbol.sample}]"
        name = rf"\frac{{\partial L}}{{\partial {name}}}" if symbol.of_loss else name
        return rf"\text{{{escaped(symbol.prefix)} }}{name}" if symbol.prefix else name

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
        return rf"\{name}\left({', '.join(arguments)}\right)"

    def grouped(self, inner: str) -> str:
        return rf"\left({inner}\right)"


LATEX = Latex()


def page(working: Working) -> str:
    """All of it: sections with their equations, aligned."""
    parts = [rf"\section*{{{words(working.title)}}}", words(working.lead)]
    for section in working.sections:
        parts += ["", rf"\subsection*{{{words(section.title)}}}", words(section.note)]
        parts += [r"\begin{align*}", " \\\\\n".join(aligned(each) for each in section.equations), r"\end{align*}"]
    return "\n".join(parts) + "\n"


def alone(equation: Equation) -> str:
    """One equation, as a notebook shows it."""
    return f"$$\\begin{{aligned}}\n{aligned(equation)}\n\\end{{aligned}}$$"


def aligned(equation: Equation) -> str:
    """An equation's lines, aligned at the sign: one for each side, and more for a long sum."""
    name, *sides = LATEX.sides(equation)
    found = []
    for i, side in enumerate(sides):
        rows = [side[at : at + TERMS_A_LINE] for at in range(0, len(side), TERMS_A_LINE)]
        for j, row in enumerate(rows):
            start = f"{LATEX.sum(name)} &= " if i == j == 0 else "&= " if j == 0 else r"&\quad "
            found.append(start + LATEX.sum(row))
    return " \\\\\n".join(found)


def escaped(text: str) -> str:
    """Words within an equation."""
    return "".join(rf"\{each}" if each in "_#%&" else each for each in text)


def words(text: str) -> str:
    """Running text."""
    for sign, code in WORDS.items():
        text = text.replace(sign, f"${code}$" if sign in LETTERS else code)
    return text
