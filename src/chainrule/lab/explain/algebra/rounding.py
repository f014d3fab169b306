"""Rounding: which numbers are 0 but for their error, and how many digits a line needs.

A number that isn't larger than what rounding may have left is shown as 0; where terms cancel, their leading digits are
lost, and they are shown with as many more. A line has the digits that lead a calculator to its value, or to the value
whose last digit is 1 more or less: `typed`. The bound is Higham's running error analysis, to first order ("Accuracy and
Stability of Numerical Algorithms", 3.3).
"""

import math
from collections.abc import Mapping

import numpy as np

from chainrule.lab.explain.algebra.expression import (
    Expression,
    Function,
    Number,
    Power,
    Sum,
    Terms,
    computed,
    fold,
    numbers_in,
)
from chainrule.lab.explain.algebra.symbols import DIGITS, Symbol, digits

EPSILON = float(np.finfo(np.float64).eps)

MOST_DIGITS = 17
"""Digits that tell any two numbers apart."""

MARGIN = 4.0
"""A number of less than 4 times its error bound is 0: a sum in another order, or another formula, rounds otherwise."""


def error_bound(expression: Expression, known: Mapping[Symbol, float]) -> float:
    """The largest distance of a value from the true one, by rounding alone.

    An operation rounds its result. Beside this, each part in turn is moved by its own error bound: how far the result
    moves with it adds up.

    known: the error bounds of numbers that were computed before, by name.

    >>> third = Number(1 / 3, Symbol("a"))
    >>> error_bound(third - third, {}) > 0.0, error_bound(Number(1.0), {})
    (True, 0.0)
    """

    def moved(node: Expression, parts: tuple[tuple[float, float], ...]) -> tuple[float, float]:
        """The value of a node, and its error bound."""
        match node:
            case Number(value, symbol):
                return value, 0.0 if symbol is None else known.get(symbol, EPSILON * abs(value))
            case Sum(Terms(terms)):
                return node.evaluate(), 2.0 * EPSILON * float(np.abs(terms).sum())
            case Function((Sum((Number(1.0, None), small)),), "log"):  # as NumPy's log1p, which rounds no sum
                value = node.evaluate()
                return value, error_bound(small, known) / math.exp(value) + EPSILON * abs(value)
        values, errors = zip(*parts, strict=True)
        result = computed(node, values)
        if isinstance(node, Sum):  # its largest term rounds it
            return result, sum(errors) + EPSILON * max(map(abs, values))
        bound = EPSILON * abs(result)
        if isinstance(node, Function) and node.name == "max":  # which one is the largest may be rounding, too
            return result, bound + max(errors)
        for i, (value, error) in enumerate(parts):
            if error == 0.0:
                continue
            further = value + math.copysign(error, value)
            bound += abs(computed(node, [*values[:i], further, *values[i + 1 :]]) - result)
        return result, bound

    return fold(expression, moved)[1]


def settled(expression: Expression, zeros: frozenset[Symbol], is_zero: bool) -> Expression:
    """An expression with 0 for the numbers of these names, and for terms that are negligible in their sum.

    is_zero: whether the whole is 0 but for rounding; then negligible is measured by its largest number.
    """

    def settle(node: Expression, parts: tuple[Expression, ...]) -> Expression:
        if isinstance(node, Number):
            return Number(0.0, node.symbol) if node.symbol in zeros else node
        if isinstance(node, Sum):
            sizes = [abs(each.evaluate()) for each in parts]
            nothing = MARGIN * MARGIN * EPSILON * (_largest_number(node) if is_zero else max(sizes))
            parts = tuple(
                _without_its_smallest(each) if 0.0 < size <= nothing else each
                for each, size in zip(parts, sizes, strict=True)
            )
        return node.with_parts(parts)

    return fold(expression, settle)


def in_numbers(expression: Expression, digits: int = DIGITS) -> Expression:
    """Numbers without their names, each with the digits that it is shown with: more where terms of a sum cancel."""
    match expression:
        case Number(value, symbol, own):
            same = symbol is None and own >= digits
            return expression if same else Number(value, digits=max(digits, own))
        case Sum():
            digits += lost(expression)
        case Function((argument,), "exp"):  # e to a large number needs its digits behind the point
            size = abs(argument.evaluate())
            digits += math.floor(math.log10(size)) if size > 1 else 0
    return expression.with_parts(in_numbers(each, digits) for each in expression.parts)


def typed(expression: Expression, value: Number) -> Expression:
    """Numbers as they are typed into a calculator: as few digits as lead to the value shown, give or take its last one.

    >>> line = typed(2.219187 - Number(0.2) * Number(0.05000046), Number(2.209186908))
    >>> is_followed(line, Number(2.209186908)), as_shown(line)
    (True, 2.209186908)
    """
    most = MOST_DIGITS if value.value else DIGITS
    lines = (in_numbers(expression, places) for places in range(DIGITS, most + 1))
    return next((line for line in lines if is_followed(line, value)), None) or in_numbers(expression)


def is_followed(line: Expression, value: Number) -> bool:
    """Whether a line of numbers comes to the value that is shown, or to one whose last digit is 1 more or less."""
    shown = float(digits(value.value, value.digits))
    last = 10.0 ** (math.floor(math.log10(abs(shown))) + 1 - value.digits) if shown else 0.0
    return abs(as_shown(line) - shown) <= last


def as_shown(expression: Expression) -> float:
    """The value that a calculator comes to from the digits that are shown."""

    def shown(node: Expression, parts: tuple[float, ...]) -> float:
        return float(digits(node.value, node.digits)) if isinstance(node, Number) else computed(node, parts)

    return fold(expression, shown)


def lost(expression: Sum) -> int:
    """The count of leading digits that cancel in a sum, rounded down; 0 where only rounding is left.

    >>> lost(Number(1.0) - 0.9995), lost(Number(1.0) - 0.5)
    (3, 0)
    """
    value, largest = abs(expression.evaluate()), float(np.abs(expression.values()).max(initial=0.0))
    if value == 0.0 or not math.isfinite(largest):
        return 0
    n_digits = max(0, math.floor(math.log10(largest / value)))
    return 0 if n_digits and value <= MARGIN * error_bound(expression, {}) else n_digits


def _without_its_smallest(term: Expression) -> Expression:
    """A negligible term with 0 for its smallest number; unchanged where it isn't 0 then.

    What is raised to a power stays: 0.9^430 is nothing beside 1, and its 0.9 is not.
    """
    named = [each for each in _numbers_outside_powers(term) if each.symbol is not None]
    smallest = min(named, key=lambda each: abs(each.value), default=Number(0.0))
    without = settled(term, frozenset({smallest.symbol}) if smallest.symbol else frozenset(), False)
    return term if without.evaluate() else without  # e^-72 is nothing beside 1, and its 72 is not


def _numbers_outside_powers(term: Expression) -> list[Number]:
    """The numbers of a term but those that are raised to a power."""
    if isinstance(term, Number):
        return [term]
    return [] if isinstance(term, Power) else [each for part in term.parts for each in _numbers_outside_powers(part)]


def _largest_number(expression: Expression) -> float:
    return max(abs(each.value) for each in numbers_in(expression))
