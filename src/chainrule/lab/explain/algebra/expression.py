"""Expressions: named numbers, and the arithmetic that combines them. One tree, and one way through it: `fold`.

Python's operators make the tree, so that an equation here reads like the textbook's: `1 / (1 + exp(-z))`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from operator import is_
from typing import TypeVar, cast

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.explain.algebra.symbols import DIGITS, Symbol

T = TypeVar("T")


class Expression:
    """The base: a number, or an operation on other expressions, which are its parts."""

    parts: tuple[Expression, ...] | Terms

    def with_parts(self, parts: Iterable[Expression]) -> Expression:
        """The operation on other parts."""
        return self

    def evaluate(self) -> float:
        """The value, computed from the numbers at the leaves."""
        return fold(self, computed)

    def __add__(self, other: Expression | float) -> Expression:
        return Sum((*_terms(self), _expression(other)))

    def __radd__(self, other: float) -> Expression:
        return constant(other) + self

    def __sub__(self, other: Expression | float) -> Expression:
        return self + -_expression(other)

    def __rsub__(self, other: float) -> Expression:
        return constant(other) - self

    def __neg__(self) -> Expression:
        return Negative((self,))

    def __mul__(self, other: Expression | float) -> Expression:
        factors = self.parts if isinstance(self, Product) else (self,)
        return Product((*factors, _expression(other)))

    def __rmul__(self, other: float) -> Expression:
        return constant(other) * self

    def __truediv__(self, other: Expression | float) -> Expression:
        return Quotient((self, _expression(other)))

    def __rtruediv__(self, other: float) -> Expression:
        return constant(other) / self

    def __pow__(self, exponent: int) -> Expression:
        return Power((self,), exponent)


@dataclass(frozen=True)
class Number(Expression):
    """A number, with its name where it has one; a constant of an equation has none.

    digits: how many significant digits it is shown with.
    """

    parts = ()
    value: float
    symbol: Symbol | None = None
    digits: int = field(default=DIGITS, repr=False, compare=False)

    @property
    def name(self) -> Symbol:
        """The symbol, where it is known that there is one."""
        return cast(Symbol, self.symbol)


@dataclass(frozen=True)
class Operation(Expression):
    """The base of what combines other expressions."""

    parts: tuple[Expression, ...] | Terms

    def with_parts(self, parts: Iterable[Expression]) -> Expression:
        others = tuple(parts)
        own = self.parts  # most often nothing has changed
        is_same = isinstance(own, tuple) and len(own) == len(others) and all(map(is_, own, others))
        return self if is_same else self._of(others)

    def _of(self, parts: tuple[Expression, ...]) -> Expression:
        """The operation, of these parts: `replace` takes five times as long."""
        return type(self)(parts)


class Sum(Operation):
    """Terms, added; what is subtracted is a `Negative`. The parts may be `Terms`."""

    def values(self) -> Array:
        """Each term's value (m,)."""
        terms = self.parts if isinstance(self.parts, Terms) else Terms.of(self.parts)
        return terms.values


class Negative(Operation):
    """An expression, subtracted."""


class Product(Operation):
    """Factors, multiplied."""


class Quotient(Operation):
    """The first part over the second."""


@dataclass(frozen=True)
class Power(Operation):
    """Its one part to a whole power."""

    exponent: int

    def _of(self, parts: tuple[Expression, ...]) -> Expression:
        return Power(parts, self.exponent)


@dataclass(frozen=True)
class Function(Operation):
    """A function of `FUNCTIONS`, by its name, of one argument or more.

    >>> Function((Number(0.0), Number(0.5)), "max").evaluate()
    0.5
    """

    name: str

    def _of(self, parts: tuple[Expression, ...]) -> Expression:
        return Function(parts, self.name)


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of a sum that may be long: all values (m,), and each term's expression, made when it is asked for.

    >>> squares = Terms(np.array([1.0, 4.0, 9.0]), lambda j: Number(j + 1.0) ** 2)
    >>> len(squares), squares[2].evaluate(), Sum(squares).evaluate()
    (3, 9.0, 14.0)
    """

    values: Array
    made: Callable[[int], Expression]

    @classmethod
    def of(cls, terms: Sequence[Expression]) -> Terms:
        """Terms that are made already."""
        return cls(np.array([each.evaluate() for each in terms], float), lambda j: terms[j])

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, j: int) -> Expression:
        return self.made(j)

    def __iter__(self) -> Iterator[Expression]:
        return map(self.made, range(len(self)))

    def __add__(self, others: Terms) -> Terms:
        values, n = np.concatenate([self.values, others.values]), len(self)
        return Terms(values, lambda j: self[j] if j < n else others[j - n])


def fold(expression: Expression, combine: Callable[[Expression, tuple[T, ...]], T]) -> T:
    """Combine an expression from its leaves up. Evaluation, each notation and the error analysis are such folds.

    combine: gets a node, and the results of its parts; none for `Terms`, which have their values already.

    >>> fold(2 * Number(3.0) + 1, lambda node, parts: 1 + sum(parts))  # counts the nodes
    5
    """
    parts = expression.parts
    if isinstance(parts, Terms) or not parts:
        return combine(expression, ())
    return combine(expression, tuple([fold(part, combine) for part in parts]))


def numbers_in(expression: Expression) -> list[Number]:
    """The numbers at the leaves."""
    return fold(expression, lambda node, parts: [node] if isinstance(node, Number) else [*chain(*parts)])


def functions_in(expression: Expression) -> frozenset[str]:
    """The names of the functions that are used."""
    own = {expression.name} if isinstance(expression, Function) else set()
    return frozenset(own).union(*map(functions_in, expression.parts))


def has_names(expression: Expression) -> bool:
    """Whether any number in it has a name.

    >>> has_names(Number(4.0) - Number(6.1)), has_names(1 - Number(0.5, Symbol("p")))
    (False, True)
    """
    if isinstance(expression, Number):
        return expression.symbol is not None
    return isinstance(expression.parts, Terms) or any(map(has_names, expression.parts))


def computed(node: Expression, parts: Sequence[float]) -> float:
    """The value of a node, from the values of its parts."""
    match node, parts:
        case Number(value), _:
            return value
        case Sum(Terms(values)), _:
            return math.fsum(values.tolist())
        case Sum(), terms:
            return math.fsum(terms)
        case Negative(), (inner,):
            return -inner
        case Product(), factors:
            return math.prod(factors)
        case Quotient(), (over, under):
            return over / under
        case Power(_, exponent), (base,):
            return float(base**exponent)
        case Function(_, name), arguments:
            return FUNCTIONS[name](*arguments)
    raise TypeError(f"an expression of a known kind was expected, got {node!r}.")


FUNCTIONS: dict[str, Callable[..., float]] = {
    "cos": math.cos,
    "exp": lambda z: math.exp(z) if z < 709 else math.inf,
    "log": math.log,
    "max": lambda *each: max(each),
    "sqrt": math.sqrt,
    "tanh": math.tanh,
}
"""The functions that an expression may use."""


def function(name: str, *arguments: Expression | float) -> Expression:
    """A function of `FUNCTIONS`."""
    return Function(tuple(map(_expression, arguments)), name)


cos, exp, log, largest, sqrt, tanh = (partial(function, name) for name in FUNCTIONS)


def constant(value: float) -> Number:
    """A number of the equation itself."""
    return Number(float(value))


def added(terms: Sequence[Expression] | Terms) -> Expression:
    """The sum of terms that may be many; a single term is itself, and the sum of none is 0."""
    terms = terms if isinstance(terms, Terms) else tuple(terms)
    return Sum(terms) if len(terms) > 1 else terms[0] if len(terms) else constant(0)


def _expression(value: Expression | float) -> Expression:
    return value if isinstance(value, Expression) else constant(value)


def _terms(expression: Expression) -> tuple[Expression, ...]:
    return expression.parts if isinstance(expression, Sum) and isinstance(expression.parts, tuple) else (expression,)
