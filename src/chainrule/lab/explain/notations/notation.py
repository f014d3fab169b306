"""Expressions in writing: which terms and factors stand in parentheses, and where a line may break.

The base is the notation of plain text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import (
    Expression,
    Function,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    fold,
)
from chainrule.lab.explain.algebra.notes import Formula, Note
from chainrule.lab.explain.algebra.symbols import Symbol, digits

Piece = tuple[str, str]
"""A term with the sign in front of it: "", "+" or "-". A line may break between two pieces."""

MOST_IN_ONE = 3
"""Up to 3 terms of a sum stay together above a bar, and up to 3 arguments of a function; more are broken like a sum."""


RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Written:
    """An expression as a notation writes it: on one line, and in pieces between which a line may break."""

    node: Expression
    parts: tuple["Written", ...]
    whole: str
    pieces: list[Piece]


class Notation:
    """Plain text, with names such as w⁽²⁾₁,₃. Another notation says what it writes otherwise."""

    bars: ClassVar[bool] = False
    """Whether a fraction is drawn with a bar, which needs no parentheses."""

    opening: ClassVar[str] = "("
    closing: ClassVar[str] = ")"
    over: ClassVar[str] = " / "
    comma: ClassVar[str] = ","
    """The signs around expressions that are broken over lines."""

    def symbol(self, symbol: Symbol) -> str:
        """A name."""
        layer = "" if symbol.layer is None else f"⁽{str(symbol.layer).translate(RAISED)}⁾"
        index = ",".join(str(each).translate(LOWERED) for each in symbol.index)
        sample = "" if symbol.sample is None else f"[{symbol.sample}]"
        name = f"{symbol.letter}{layer}{index}{sample}"
        name = name if symbol.of is None else f"∂{self.symbol(symbol.of)}/∂{name}"
        return f"{symbol.prefix} {name}" if symbol.prefix else name

    def name(self, equation: Equation) -> str:
        """What an equation is about: x₁ (weight)."""
        symbol = self.symbol(equation.symbol)
        return f"{symbol} {self.words(f'({equation.label})')}" if equation.label else symbol

    def words(self, text: str) -> str:
        """Text within a formula."""
        return text

    def number(self, text: str) -> str:
        """A number, from the digits that all notations show."""
        return text

    def sum(self, pieces: list[Piece]) -> str:
        """Terms with their signs."""
        return "".join(self.term(i, *piece) for i, piece in enumerate(pieces))

    def term(self, i: int, sign: str, shown: str) -> str:
        """Term i of a sum, with what separates it from the one in front of it."""
        return f"{sign}{shown}" if i == 0 else f" {sign} {shown}" if sign else f" {shown}"

    def product(self, factors: list[str]) -> str:
        """Factors."""
        return " · ".join(factors)

    def quotient(self, over: str, under: str) -> str:
        """A fraction."""
        return f"{over} / {under}"

    def power(self, base: str, exponent: int) -> str:
        """A power."""
        return f"{base}{str(exponent).translate(RAISED)}"

    def function(self, name: str, arguments: list[str]) -> str:
        """A function, with its parentheses."""
        return f"{name}({', '.join(arguments)})"

    def function_name(self, name: str) -> str:
        """A function's name, without them."""
        return name

    def grouped(self, inner: str) -> str:
        """Parentheses."""
        return f"({inner})"

    def plain(self, text: str) -> str:
        """Running text."""
        return text

    def formula(self, formula: Formula) -> str:
        """A formula in running text."""
        return " ".join(each if isinstance(each, str) else self.symbol(each) for each in formula.parts)

    def note(self, note: Note) -> str:
        """A sentence."""
        return "".join(self.plain(each) if isinstance(each, str) else self.formula(each) for each in note)

    def sides(self, equation: Equation) -> list[list[Piece]]:
        """The name, and everything that is equal to it; a side that looks like the one before is left out."""
        sides = [[("", self.name(equation))], *map(self.pieces, equation.sides)]
        return [side for i, side in enumerate(sides) if i == 0 or side != sides[i - 1]]

    def pieces(self, expression: Expression) -> list[Piece]:
        """An expression as terms with their signs; what isn't a sum is a single one, unless it is long."""
        return fold(expression, self.written).pieces

    def write(self, expression: Expression) -> str:
        """An expression on one line."""
        return fold(expression, self.written).whole

    def written(self, node: Expression, parts: tuple[Written, ...]) -> Written:
        """A node, from its parts as they are written."""
        pieces: list[Piece] | None = None
        match node, parts:
            case Number(value, None, places), _:
                whole = self.number(digits(value, places))
                pieces = [("-", self.number(digits(-value, places)))] if value < 0 else None
            case Number(_, symbol), _ if symbol is not None:
                whole = self.symbol(symbol)
            case Sum() | Negative(), _:
                whole, pieces = self.sum(self._terms(node, parts)), self._terms(node, parts, is_broken=True)
            case Product(), _:
                factors = [self._inside(each, Sum, Negative) for each in parts]
                whole, pieces = self.product(factors), self._broken_product(factors, parts)
            case Quotient(), (over, under):
                below = self._inside(under, Sum, Negative, Product, Quotient)
                if self.bars:
                    whole = self.quotient(over.whole, under.whole)
                else:
                    whole = self.quotient(self._inside(over, Sum, Negative), below)
                if self._is_long(over.node, self._most_above):
                    pieces = self._around("", over.pieces, self.over + below, isinstance(over.node, Sum))
            case Power(_, exponent), (base,):
                shown = self._inside(base, Sum, Negative, Product, Quotient, Power)
                if isinstance(base.node, Number) and _is_long_for_a_power(base.node):
                    shown = self.grouped(shown)
                whole = self.power(shown, exponent)
            case Function(_, name), _:
                arguments = [each.whole for each in parts]
                whole = self.function(name, arguments)
                if len(arguments) > MOST_IN_ONE:
                    rows = [("", each + self.comma) for each in arguments[:-1]]
                    pieces = self._around(self.function_name(name), [*rows, ("", arguments[-1])], "", True)
            case _:
                raise TypeError(f"an expression of a known kind was expected, got {node!r}.")
        return Written(node, parts, whole, pieces or [("", whole)])

    def _terms(self, node: Expression, parts: tuple[Written, ...], is_broken: bool = False) -> list[Piece]:
        """The terms of a sum, with their signs; is_broken: a long term is several pieces, too."""
        pieces: list[Piece] = []
        for each in parts:
            is_negative = isinstance(node, Negative) or isinstance(each.node, Negative)
            inner = each.parts[0] if isinstance(node, Sum) and is_negative else each
            stays = isinstance(inner.node, Sum | Negative) or not (is_broken or isinstance(inner.node, Number))
            (sign, first), *others = [("", self._inside(inner, Sum, Negative))] if stays else inner.pieces
            if sign:  # 0.5 - 0.2, not 0.5 + (-0.2)
                is_negative = not is_negative
            if inner.node == Number(0.0) and not pieces:  # 0, not -0
                is_negative = False
            pieces += [("-" if is_negative else "+" if pieces else "", first), *others]
        return pieces

    def _broken_product(self, factors: list[str], parts: tuple[Written, ...]) -> list[Piece] | None:
        """A product's pieces, if just one of its factors is long."""
        long = [i for i, each in enumerate(parts) if self._is_long(each.node, 1)]
        if len(long) != 1:
            return None
        inner, before, after = parts[long[0]], factors[: long[0]], factors[long[0] + 1 :]
        start, end = self.product([*before, ""]) if before else "", self.product(["", *after]) if after else ""
        return self._around(start, inner.pieces, end, isinstance(inner.node, Sum))

    def _around(self, before: str, pieces: list[Piece], after: str, in_parentheses: bool) -> list[Piece]:
        """Pieces with something in front of the first and behind the last."""
        start, end = (self.opening, self.closing) if in_parentheses else ("", "")
        (sign, first), *others = pieces
        whole = [("", before + start + self.term(0, sign, first)), *others]
        sign, last = whole[-1]
        return [*whole[:-1], (sign, last + end + after)]

    @property
    def _most_above(self) -> int:
        """How many terms stay together above a fraction's stroke."""
        return MOST_IN_ONE if self.bars else 1

    def _is_long(self, expression: Expression, most: int) -> bool:
        """Whether a line may be broken within an expression that is a part of another."""
        match expression:
            case Sum(terms):
                return len(terms) > most
            case Quotient((over, _)):
                return self._is_long(over, self._most_above)
            case Function(arguments):
                return len(arguments) > MOST_IN_ONE
        return False

    def _inside(self, inner: Written, *kinds: type[Expression]) -> str:
        """An expression within another, in parentheses where it is of one of these kinds, or a negative number."""
        is_negative = isinstance(inner.node, Number) and inner.node.symbol is None and inner.node.value < 0
        return self.grouped(inner.whole) if is_negative or isinstance(inner.node, kinds) else inner.whole


def packed(widths: Sequence[int], first: int, further: int, room: int) -> list[slice]:
    """Pieces of these widths in as few rows as hold them; the first row begins at a column, further ones at another.

    >>> packed([4, 4, 4], first=0, further=2, room=9)
    [slice(0, 2, None), slice(2, 3, None)]
    """
    starts, taken = [0], first
    for i, width in enumerate(widths):
        if i > starts[-1] and taken + width > room:
            starts.append(i)
            taken = further
        taken += width
    return [slice(start, stop) for start, stop in pairwise([*starts, len(widths)])]


def _is_long_for_a_power(number: Number) -> bool:
    """Whether a power would seem to be of a part alone: of a name's index, or of the 10 in 6.6·10⁻⁶."""
    if number.symbol is not None:
        return not number.symbol.is_bare
    return number.value > 0 and "e" in digits(number.value, number.digits)
