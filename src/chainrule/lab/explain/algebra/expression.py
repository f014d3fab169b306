"""Expressions: numbers with names, and what is reckoned with them. One tree, one evaluation, many notations."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.explain.algebra.symbols import Symbol


class Expression:
    """The base: something that has a value."""

    @property
    def parts(self) -> tuple["Expression", ...]:
        """The expressions that it is made of; none of a number."""
        return ()

    def with_parts(self, parts: tuple["Expression", ...]) -> "Expression":
        """The same of other parts."""
        return self

    def evaluate(self) -> float:
        """The value, from the numbers at the leaves."""
        raise NotImplementedError(f"{type(self).__name__} must define evaluate()")


@dataclass(frozen=True)
class Number(Expression):
    """A number, by its name where it has one; a constant of an equation has none."""

    value: float
    symbol: Symbol | None = None

    def evaluate(self) -> float:
        return self.value


@dataclass(frozen=True, eq=False)
class Terms:
    """Terms of a sum that may be long: all of their values (m,), and each one's expression, made when it is asked for.

    >>> squares = Terms(np.array([1.0, 4.0, 9.0]), lambda j: Power(Number(j + 1.0), 2))
    >>> len(squares), squares[2], Sum(squares).evaluate()
    (3, Power(base=Number(value=3.0, symbol=None), exponent=2), 14.0)
    """

    values: Array
    made: Callable[[int], Expression]

    @classmethod
    def of(cls, terms: Sequence[Expression]) -> "Terms":
        """Terms that are made already."""
        return cls(np.array([each.evaluate() for each in terms], float), lambda j: terms[j])

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, j: int) -> Expression:
        return self.made(j)

    def __iter__(self) -> Iterator[Expression]:
        return map(self.made, range(len(self)))

    def __add__(self, others: "Terms") -> "Terms":
        values, n = np.concatenate([self.values, others.values]), len(self)
        return Terms(values, lambda j: self[j] if j < n else others[j - n])


@dataclass(frozen=True)
class Sum(Expression):
    """Terms, added. What is taken away is `negative`."""

    terms: tuple[Expression, ...] | Terms

    @property
    def parts(self) -> tuple[Expression, ...]:
        return tuple(self.terms)

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        return Sum(parts)

    def values(self) -> Array:
        """Each term's (m,)."""
        return self.terms.values if isinstance(self.terms, Terms) else Terms.of(self.terms).values

    def evaluate(self) -> float:
        return math.fsum(self.values().tolist())


@dataclass(frozen=True)
class Negative(Expression):
    """An expression, taken away."""

    inner: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.inner,)

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        return Negative(*parts)

    def evaluate(self) -> float:
        return -self.inner.evaluate()


@dataclass(frozen=True)
class Product(Expression):
    """Factors, multiplied."""

    factors: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.factors

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        return Product(parts)

    def evaluate(self) -> float:
        return math.prod(each.evaluate() for each in self.factors)


@dataclass(frozen=True)
class Quotient(Expression):
    """One expression over another."""

    over: Expression
    under: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.over, self.under)

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        return Quotient(*parts)

    def evaluate(self) -> float:
        return self.over.evaluate() / self.under.evaluate()


@dataclass(frozen=True)
class Power(Expression):
    """A base, and a whole number that it is raised to."""

    base: Expression
    exponent: int

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.base,)

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        return Power(parts[0], self.exponent)

    def evaluate(self) -> float:
        return self.base.evaluate() ** self.exponent


FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": lambda z: math.exp(z) if z < 709 else math.inf,
    "log": math.log,
    "max": lambda *each: max(each),
    "sqrt": math.sqrt,
    "tanh": math.tanh,
}
"""The functions that a calculator has keys for, and the one that it needs none for."""


@dataclass(frozen=True)
class Function(Expression):
    """A function of `FUNCTIONS`, by its name, of one argument or more.

    >>> Function("max", (Number(0.0), Number(0.5))).evaluate()
    0.5
    """

    name: str
    arguments: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.arguments

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        return Function(self.name, parts)

    def evaluate(self) -> float:
        return FUNCTIONS[self.name](*(each.evaluate() for each in self.arguments))


def plus(*terms: Expression) -> Expression:
    """A sum; of one term, the term itself."""
    return added(terms)


def added(terms: tuple[Expression, ...] | Terms) -> Expression:
    """The same of terms that may be many; of none, 0."""
    return Sum(terms) if len(terms) > 1 else terms[0] if len(terms) else Number(0.0)


def minus(one: Expression, other: Expression) -> Expression:
    """A difference."""
    return Sum((one, Negative(other)))


def times(*factors: Expression) -> Expression:
    """A product; of one factor, the factor itself."""
    return factors[0] if len(factors) == 1 else Product(factors)


def function(name: str, *arguments: Expression) -> Expression:
    """A function of `FUNCTIONS`."""
    return Function(name, arguments)


def constant(value: float) -> Number:
    """A number of the equation itself."""
    return Number(float(value))


ONE = constant(1)
