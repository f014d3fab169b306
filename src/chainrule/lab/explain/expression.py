"""Expressions: numbers with names, and what is reckoned with them. One tree, one evaluation, many notations."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.explain.symbols import Symbol

WHOLE, LARGEST = 24, 12
"""A sum of up to so many terms is shown whole; of a longer one so many, the largest, and the others are one number."""


class Expression:
    """The base: something that has a value."""

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

    def values(self) -> Array:
        """Each term's (m,)."""
        return self.terms.values if isinstance(self.terms, Terms) else Terms.of(self.terms).values

    def evaluate(self) -> float:
        return math.fsum(self.values().tolist())


@dataclass(frozen=True)
class Negative(Expression):
    """An expression, taken away."""

    inner: Expression

    def evaluate(self) -> float:
        return -self.inner.evaluate()


@dataclass(frozen=True)
class Product(Expression):
    """Factors, multiplied."""

    factors: tuple[Expression, ...]

    def evaluate(self) -> float:
        return math.prod(each.evaluate() for each in self.factors)


@dataclass(frozen=True)
class Quotient(Expression):
    """One expression over another."""

    over: Expression
    under: Expression

    def evaluate(self) -> float:
        return self.over.evaluate() / self.under.evaluate()


@dataclass(frozen=True)
class Power(Expression):
    """A base, and a whole number that it is raised to."""

    base: Expression
    exponent: int

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


def shortened(expression: Expression, whole: int = WHOLE, largest: int = LARGEST) -> Expression:
    """The same value without long sums: their largest terms stay, the others become one number.

    >>> short = shortened(Sum(tuple(Number(float(k)) for k in range(1, 6))), whole=4, largest=2)
    >>> short.terms[0], short.terms[-1].value, short.terms[-1].symbol.letter
    (Number(value=4.0, symbol=None), 6.0, '(3 more terms)')
    """
    match expression:
        case Sum(terms) as long if len(terms) > whole:
            values = long.values()
            sizes = np.abs(values)
            least = np.partition(sizes, -largest)[-largest]  # of those that stay; to sort all takes long
            order = np.flatnonzero((sizes >= least) & (sizes > 0))
            kept = sorted(order[np.argsort(-sizes[order], kind="stable")][:largest].tolist()) or [0]
            others = np.delete(values, kept).tolist()
            more = Number(math.fsum(others), Symbol(f"({len(others)} more terms)"))
            return Sum((*(shortened(terms[i]) for i in kept), more))
        case Sum(terms):
            return Sum(tuple(shortened(each) for each in terms))
        case Negative(inner):
            return Negative(shortened(inner))
        case Product(factors):
            return Product(tuple(shortened(each) for each in factors))
        case Quotient(over, under):
            return Quotient(shortened(over), shortened(under))
        case Power(base, exponent):
            return Power(shortened(base), exponent)
        case Function(name, arguments) if len(arguments) <= whole:
            return Function(name, tuple(shortened(each) for each in arguments))
    return expression


@dataclass(frozen=True)
class Equation:
    """A named number of the training step, and how it comes from others.

    value: what the plan has.  expression: what it is made of, None for what nothing is made of here.
    note: words beside it.
    """

    symbol: Symbol
    value: float
    expression: Expression | None = None
    note: str = ""

    @property
    def shown(self) -> Expression | None:
        """The expression as it is shown: long sums shortened."""
        return None if self.expression is None else shortened(self.expression)

    @property
    def error(self) -> float:
        """How far what the expression comes to is from what the plan has."""
        return 0.0 if self.expression is None else abs(self.expression.evaluate() - self.value)
