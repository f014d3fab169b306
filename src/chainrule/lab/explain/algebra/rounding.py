"""What rounding leaves of a number, and how many digits a sum needs whose terms cancel.

A float's operations are each off by half a unit in the last place. Followed through an expression to first order, they
say how far its value may be from the true one (Higham, "Accuracy and Stability of Numerical Algorithms", 3.3). A number
that isn't larger than that is 0 for all that anybody knows; and where terms cancel, their leading digits are lost.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from chainrule.lab.explain.algebra.expression import (
    ONE,
    Expression,
    Function,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Terms,
)
from chainrule.lab.explain.algebra.symbols import Symbol

if TYPE_CHECKING:
    from chainrule.lab.explain.derivation import Section

EPSILON = float(np.finfo(np.float64).eps)

MARGIN = 4.0
"""So many times its noise a number must be to be one: a sum in another order, or another formula, rounds otherwise."""

Known = Mapping[Symbol, float]
"""The noise of numbers that were worked out before, by name."""


def noise(expression: Expression, known: Known) -> float:
    """How far a value may be from the true one, by rounding alone.

    >>> third = Number(1 / 3, Symbol("a"))
    >>> noise(Sum((third, Negative(third))), {}) > 0.0, noise(ONE, {})
    (True, 0.0)
    """
    match expression:
        case Number(value, symbol):
            return 0.0 if symbol is None else known.get(symbol, EPSILON * abs(value))
        case Sum(terms) if isinstance(terms, Terms):
            return 2.0 * EPSILON * float(np.abs(terms.values).sum())
        case Sum(terms):
            return sum(noise(each, known) for each in terms) + EPSILON * max(abs(each.evaluate()) for each in terms)
        case Negative(inner):
            return noise(inner, known)
        case Product(factors):
            values = [each.evaluate() for each in factors]
            whole = sum(
                noise(each, known) * abs(math.prod(values[:i] + values[i + 1 :])) for i, each in enumerate(factors)
            )
            return whole + EPSILON * abs(math.prod(values))
        case Quotient(over, under):
            below, value = abs(under.evaluate()), abs(expression.evaluate())
            return (noise(over, known) + value * noise(under, known)) / below + EPSILON * value
        case Power(base, exponent):
            own, size = noise(base, known), abs(base.evaluate())
            return exponent * max(size, own) ** (exponent - 1) * own + EPSILON * size**exponent
        case Function(name, arguments):
            return _of_function(name, arguments, known) + EPSILON * abs(expression.evaluate())
    raise TypeError(f"an expression of a known kind was expected, got {expression!r}.")


def _of_function(name: str, arguments: tuple[Expression, ...], known: Known) -> float:
    """The noise of a function's arguments, times its slope."""
    first = arguments[0]
    if name == "log" and isinstance(first, Sum) and first.terms[0] is ONE:  # reckoned by log1p
        return noise(first.terms[1], known) / first.evaluate()
    own = [noise(each, known) for each in arguments]
    match name:
        case "exp":
            return own[0] * Function("exp", arguments).evaluate()
        case "log":
            return own[0] / first.evaluate()
        case "sqrt":
            return own[0] / (2.0 * math.sqrt(max(first.evaluate(), own[0]))) if own[0] else 0.0
    return max(own)


def marked(sections: Iterable["Section"]) -> tuple["Section", ...]:
    """The same, each equation told which names, its own or earlier ones, are of numbers that are 0 but for rounding."""
    known: dict[Symbol, float] = {}
    zeros: frozenset[Symbol] = frozenset()
    found = []
    for section in sections:
        equations = []
        for each in section.equations:
            if each.expression is not None:
                known[each.symbol] = own = noise(each.expression, known)
                is_zero = each.value != 0.0 and abs(each.value) <= MARGIN * own
                zeros = zeros | {each.symbol} if is_zero else zeros - {each.symbol}
            equations.append(replace(each, zeros=zeros))
        found.append(replace(section, equations=tuple(equations)))
    return tuple(found)


def settled(expression: Expression, zeros: frozenset[Symbol], is_zero: bool) -> Expression:
    """The same, with 0 for the numbers of these names, and for what is nothing beside the other terms of a sum.

    is_zero: whether the whole is 0 but for rounding; then its largest number says what is nothing.
    """
    if isinstance(expression, Number):
        return Number(0.0, expression.symbol) if expression.symbol in zeros else expression
    parts = tuple(settled(each, zeros, is_zero) for each in expression.parts)
    if isinstance(expression, Sum):
        sizes = [abs(each.evaluate()) for each in parts]
        largest = max(abs(each.value) for each in _numbers(expression)) if is_zero else max(sizes)
        nothing = MARGIN * MARGIN * EPSILON * largest
        parts = tuple(
            _without_its_smallest(each) if 0.0 < size <= nothing else each
            for each, size in zip(parts, sizes, strict=True)
        )
    return expression.with_parts(parts)


def _without_its_smallest(term: Expression) -> Expression:
    """A term that is nothing, with 0 for the smallest number in it; as it is where that isn't what makes it so."""
    named = [each for each in _numbers(term) if each.symbol is not None]
    if not named:
        return term
    smallest = min(named, key=lambda each: abs(each.value))
    without = settled(term, frozenset({smallest.symbol}) if smallest.symbol else frozenset(), False)
    return term if without.evaluate() else without  # e^-72 is nothing beside 1, and its 72 is not


def _numbers(expression: Expression) -> list[Number]:
    """The numbers at the leaves."""
    if isinstance(expression, Number):
        return [expression]
    return [found for part in expression.parts for found in _numbers(part)]


def lost(expression: Sum) -> int:
    """How many leading digits of a sum's terms cancel, but for a part of one; none where only rounding is left.

    >>> lost(Sum((Number(1.0), Negative(Number(0.9995))))), lost(Sum((Number(1.0), Negative(Number(0.5)))))
    (3, 0)
    """
    value, largest = abs(expression.evaluate()), float(np.abs(expression.values()).max(initial=0.0))
    if value == 0.0 or not math.isfinite(largest) or value <= MARGIN * noise(expression, {}):
        return 0
    return max(0, math.floor(math.log10(largest / value)))
