"""What every notation shares: the walk over an expression, with names or with numbers, and where parentheses stand."""

import math
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
)
from chainrule.lab.explain.algebra.rounding import lost
from chainrule.lab.explain.algebra.symbols import DIGITS, Symbol, digits
from chainrule.lab.explain.notes import Formula, Words

Piece = tuple[str, str]
"""A term with the sign in front of it: "", "+" or "-". A line may break between two pieces."""

MOST_IN_ONE = 3
"""So many terms of a sum stay together above a bar, and so many arguments of a function; more are broken like a sum."""


class Notation:
    """The base: a new notation writes each kind of piece."""

    bars: ClassVar[bool] = False
    """Whether a fraction is drawn with a bar, which needs no parentheses."""

    opening: ClassVar[str] = "("
    closing: ClassVar[str] = ")"
    over: ClassVar[str] = " / "
    comma: ClassVar[str] = ","
    """The signs around what is broken over lines."""

    def symbol(self, symbol: Symbol) -> str:
        """A name."""
        raise NotImplementedError

    def number(self, text: str) -> str:
        """A number, from the digits that all notations show."""
        raise NotImplementedError

    def sum(self, pieces: list[Piece]) -> str:
        """Terms with their signs."""
        raise NotImplementedError

    def product(self, factors: list[str]) -> str:
        """Factors."""
        raise NotImplementedError

    def quotient(self, over: str, under: str) -> str:
        """A fraction."""
        raise NotImplementedError

    def power(self, base: str, exponent: int) -> str:
        """A power."""
        raise NotImplementedError

    def function(self, name: str, arguments: list[str]) -> str:
        """A function, with its parentheses."""
        raise NotImplementedError

    def function_name(self, name: str) -> str:
        """A function's name, without them."""
        raise NotImplementedError

    def grouped(self, inner: str) -> str:
        """Parentheses."""
        raise NotImplementedError

    def plain(self, text: str) -> str:
        """Running text."""
        raise NotImplementedError

    def formula(self, formula: Formula) -> str:
        """A formula in running text."""
        raise NotImplementedError

    def words(self, words: Words) -> str:
        """A sentence."""
        return "".join(self.plain(each) if isinstance(each, str) else self.formula(each) for each in words)

    def write(self, expression: Expression, numbers: bool, places: int = DIGITS) -> str:
        """An expression, with names at its leaves or with their numbers: of so many digits, more where terms cancel."""
        match expression:
            case Number(value, symbol):
                return self.number(digits(value, places)) if numbers or symbol is None else self.symbol(symbol)
            case Sum() | Negative():
                return self.sum(self._terms(expression, numbers, places))
            case Product(factors):
                return self.product([self._inside(each, numbers, places, Sum, Negative) for each in factors])
            case Quotient(over, under) if self.bars:
                return self.quotient(self.write(over, numbers, places), self.write(under, numbers, places))
            case Quotient(over, under):
                return self.quotient(
                    self._inside(over, numbers, places, Sum, Negative), self._below(under, numbers, places)
                )
            case Power(base, exponent):
                shown = self._inside(base, numbers, places, Sum, Negative, Product, Quotient, Power)
                if not numbers and isinstance(base, Number) and base.symbol is not None and not base.symbol.is_bare:
                    shown = self.grouped(shown)  # else the power seems to be a part of the name
                return self.power(shown, exponent)
            case Function("exp", (argument,)):
                size = abs(argument.evaluate())  # e to a large number needs its digits behind the point
                return self.function("exp", [self.write(argument, numbers, places + _before_the_point(size))])
            case Function(name, arguments):
                return self.function(name, [self.write(each, numbers, places) for each in arguments])
        raise TypeError(f"an expression of a known kind was expected, got {expression!r}.")

    def pieces(self, expression: Expression, numbers: bool, places: int = DIGITS) -> list[Piece]:
        """The terms of an expression, with their signs; of what is no sum, itself.

        A long sum within a fraction or a product, and a function of many numbers, are pieces too.
        """
        match expression:
            case Quotient(over, under) if self._is_long(over, self._above()):
                after = self.over + self._below(under, numbers, places)
                return self._around("", self.pieces(over, numbers, places), after, _is_sum(over))
            case Product(factors) if sum(self._is_long(each, 1) for each in factors) == 1:
                at = next(i for i, each in enumerate(factors) if self._is_long(each, 1))
                shown = [self._inside(each, numbers, places, Sum, Negative) for each in factors]
                before, after = (self.product([*shown[:at], ""]) if at else "", self.product(["", *shown[at + 1 :]]))
                after = after if shown[at + 1 :] else ""
                return self._around(before, self.pieces(factors[at], numbers, places), after, _is_sum(factors[at]))
            case Function(name, arguments) if len(arguments) > MOST_IN_ONE:
                each = [self.write(argument, numbers, places) for argument in arguments]
                rows = [("", one + (self.comma if i + 1 < len(each) else "")) for i, one in enumerate(each)]
                return self._around(self.function_name(name), rows, "", True)
        return self._terms(expression, numbers, places, is_broken=True)

    def _terms(self, expression: Expression, numbers: bool, places: int, is_broken: bool = False) -> list[Piece]:
        """The terms of a sum, with their signs; is_broken: a long one is pieces, too."""
        pieces: list[Piece] = []
        if numbers and isinstance(expression, Sum):
            places += lost(expression)
        for each in expression.terms if isinstance(expression, Sum) else (expression,):
            inner, sign = (each.inner, "-") if isinstance(each, Negative) else (each, "+")
            if numbers and isinstance(inner, Number) and inner.value < 0:  # 0.5 - 0.2, not 0.5 + (-0.2)
                inner, sign = Number(-inner.value), "+" if sign == "-" else "-"
            elif numbers and isinstance(inner, Number) and not inner.value and not pieces:
                sign = "+"  # 0, not -0
            sign = "" if not pieces and sign == "+" else sign
            if is_broken and inner is not expression and not isinstance(inner, Sum | Negative):
                (_, first), *others = self.pieces(inner, numbers, places)
                pieces += [(sign, first), *others]
            else:
                pieces.append((sign, self._inside(inner, numbers, places, Sum, Negative)))
        return pieces

    def _above(self) -> int:
        """How many terms stay together above a fraction's stroke."""
        return MOST_IN_ONE if self.bars else 1

    def _is_long(self, expression: Expression, most: int) -> bool:
        """Whether a line may be broken within an expression that is a part of another."""
        match expression:
            case Sum(terms):
                return len(terms) > most
            case Quotient(over, _):
                return self._is_long(over, self._above())
            case Function(_, arguments):
                return len(arguments) > MOST_IN_ONE
        return False

    def _around(self, before: str, pieces: list[Piece], after: str, in_parentheses: bool) -> list[Piece]:
        """Pieces with something in front of the first and behind the last."""
        start, end = (self.opening, self.closing) if in_parentheses else ("", "")
        (sign, first), *others = pieces
        whole = [("", before + start + self.signed(sign, first)), *others]
        sign, last = whole[-1]
        return [*whole[:-1], (sign, last + end + after)]

    def signed(self, sign: str, shown: str) -> str:
        """A first term with its sign."""
        return f"{sign}{shown}"

    def _below(self, under: Expression, numbers: bool, places: int) -> str:
        """What stands behind a slanted stroke."""
        return self._inside(under, numbers, places, Sum, Negative, Product, Quotient)

    def _inside(self, expression: Expression, numbers: bool, places: int, *kinds: type[Expression]) -> str:
        """An expression within another, in parentheses where it is of one of these kinds, or a negative number."""
        shown = self.write(expression, numbers, places)
        is_negative = isinstance(expression, Number) and numbers and expression.value < 0
        return self.grouped(shown) if isinstance(expression, kinds) or is_negative else shown

    def sides(self, equation: Equation) -> list[list[Piece]]:
        """What is said to be equal: the name, the expression in names, in numbers, and the value."""
        sides = [[("", self.symbol(equation.symbol))]]
        shown = equation.shown
        if shown is not None and not (isinstance(shown, Number) and shown.symbol is None):
            sides.append(self.pieces(shown, numbers=False))
            if not isinstance(shown, Number):
                sides.append(self.pieces(shown, numbers=True))
        sides.append(self.pieces(equation.shown_value, True, equation.places))
        return [side for i, side in enumerate(sides) if i == 0 or side != sides[i - 1]]


def _is_sum(expression: Expression) -> bool:
    return isinstance(expression, Sum)


def _before_the_point(size: float) -> int:
    return math.floor(math.log10(size)) if size > 1 else 0
