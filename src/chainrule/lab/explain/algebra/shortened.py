"""Long sums made short: their largest terms stay, the others become one number with a name that says so."""

import math
from collections.abc import Collection

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.explain.algebra.expression import Expression, Number, Sum
from chainrule.lab.explain.algebra.notes import Note
from chainrule.lab.explain.algebra.symbols import Symbol

WHOLE, LARGEST = 24, 12
"""A sum of up to 24 terms is shown whole; of a longer one the 12 largest, and the others as one number."""


def shortened(
    expression: Expression, whole: int = WHOLE, largest: int = LARGEST, kept: Collection[int] = ()
) -> Expression:
    """An expression of equal value without long sums: their largest terms stay, in order, then the sum of the others.

    kept: terms of this sum that stay, too, by their places; of many so many of the largest.
    A last term of another kind, such as a bias behind products, stays the last. Others that are all 0 are left out.

    >>> short = shortened(Sum(tuple(Number(float(k)) for k in range(1, 6))), whole=4, largest=2)
    >>> short.parts[0], short.parts[-1].value, short.parts[-1].symbol.letter
    (Number(value=4.0, symbol=None), 6.0, '(the sum of 3 others)')
    """
    parts = expression.parts
    if isinstance(expression, Sum) and len(parts) > whole:
        places, n_others, others = _cut(expression, largest, kept)
        terms = [parts[i] for i in places]
        if others.any():
            place = len(terms) - (1 if ends_otherwise(expression) else 0)
            terms.insert(place, Number(math.fsum(others.tolist()), Symbol(f"(the sum of {n_others} others)")))
        parts = tuple(terms)
    return expression.with_parts(shortened(each, whole, largest) for each in parts)


def note_of_zeros(expression: Expression, kept: Collection[int] = ()) -> Note:
    """A sentence that says so where all terms left out of a long sum are 0."""
    for long in cut_sums(expression):
        _, n_others, others = _cut(long, LARGEST, kept if long is expression else ())
        if not others.any():
            return (f"The other {n_others} terms are all 0.",)
    return ()


def cut_sums(expression: Expression) -> tuple[Sum, ...]:
    """The long sums of an expression that are shortened, the outermost."""
    if isinstance(expression, Sum):
        return (expression,) if len(expression.parts) > WHOLE else ()
    return tuple(long for part in expression.parts for long in cut_sums(part))


def _cut(long: Sum, largest: int, also: Collection[int]) -> tuple[list[int], int, Array]:
    """Which terms stay, the number of the others, and their values."""
    values = long.values()
    sizes = np.abs(values)
    least = np.partition(sizes, -largest)[-largest]  # of those that stay; sorting all of them takes long
    order = np.flatnonzero((sizes >= least) & (sizes > 0))
    kept = set(order[np.argsort(-sizes[order], kind="stable")][:largest].tolist()) or {0}
    if ends_otherwise(long):
        kept.add(len(values) - 1)
    kept.update(sorted(also, key=lambda place: -sizes[place])[:largest])
    others = np.delete(values, sorted(kept))
    return sorted(kept), len(others), others


def ends_otherwise(long: Sum) -> bool:
    """Whether the last term begins with another letter than the first."""
    return _letter(long.parts[0]) != _letter(long.parts[len(long.parts) - 1])


def _letter(expression: Expression) -> str:
    """The letter that an expression begins with."""
    while not isinstance(expression, Number):
        expression = expression.parts[0]
    return "" if expression.symbol is None else expression.symbol.letter
