"""What every notation shares: the walk over an expression, with names or with numbers, and where parentheses stand."""

from typing import ClassVar

from chainrule.lab.explain.expression import (
    Equation,
    Expression,
    Function,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from chainrule.lab.explain.symbols import Symbol, digits

Piece = tuple[str, str]
"""A term with the sign in front of it: "", "+" or "-"."""


class Notation:
    """The base: a new notation writes each kind of piece."""

    bars: ClassVar[bool] = False
    """Whether a fraction is drawn with a bar, which needs no parentheses."""

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

    def grouped(self, inner: str) -> str:
        """Parentheses."""
        raise NotImplementedError

    def write(self, expression: Expression, numbers: bool) -> str:
        """An expression, with names at its leaves or with their numbers."""
        match expression:
            case Number(value, symbol):
                return self.number(digits(value)) if numbers or symbol is None else self.symbol(symbol)
            case Sum() | Negative():
                return self.sum(self.pieces(expression, numbers))
            case Product(factors):
                return self.product([self._inside(each, numbers, Sum, Negative) for each in factors])
            case Quotient(over, under) if self.bars:
                return self.quotient(self.write(over, numbers), self.write(under, numbers))
            case Quotient(over, under):
                below = self._inside(under, numbers, Sum, Negative, Product, Quotient)
                return self.quotient(self._inside(over, numbers, Sum, Negative), below)
            case Power(base, exponent):
                return self.power(self._inside(base, numbers, Sum, Negative, Product, Quotient, Power), exponent)
            case Function(name, arguments):
                return self.function(name, [self.write(each, numbers) for each in arguments])
        raise TypeError(f"an expression of a known kind was expected, got {expression!r}.")

    def pieces(self, expression: Expression, numbers: bool) -> list[Piece]:
        """The terms of an expression, with their signs; of what is no sum, itself."""
        pieces: list[Piece] = []
        for each in expression.terms if isinstance(expression, Sum) else (expression,):
            inner, sign = (each.inner, "-") if isinstance(each, Negative) else (each, "+")
            if numbers and isinstance(inner, Number) and inner.value < 0:  # 0.5 - 0.2, not 0.5 + (-0.2)
                inner, sign = Number(-inner.value), "+" if sign == "-" else "-"
            shown = self._inside(inner, numbers, Sum, Negative)
            pieces.append(("" if not pieces and sign == "+" else sign, shown))
        return pieces

    def _inside(self, expression: Expression, numbers: bool, *kinds: type[Expression]) -> str:
        """An expression within another, in parentheses where it is of one of these kinds, or a negative number."""
        shown = self.write(expression, numbers)
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
        sides.append(self.pieces(Number(equation.value), numbers=True))
        return [side for i, side in enumerate(sides) if i == 0 or side != sides[i - 1]]
