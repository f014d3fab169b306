"""Descriptions that differ in real-valued settings alone, zipped into one that has K values of these."""

from collections.abc import Sequence
from typing import Any

from chainrule.core.description import Description


def pattern(value: Any, per_member: bool = False) -> Any:
    """The settings that two descriptions must share to be trained as one population: all but the real-valued ones.

    >>> from chainrule.core.optimizers import SGD, Momentum
    >>> pattern(SGD(0.1)) == pattern(SGD(0.5)), pattern(SGD(0.1)) == pattern(Momentum(0.1))
    (True, False)
    """
    if isinstance(value, Description):
        inner = (pattern(each, field.metadata.get("per member", False)) for field, each in value.settings())
        return (type(value).__name__, *inner)
    if isinstance(value, tuple):
        return tuple(pattern(each) for each in value)
    return "a number" if per_member and isinstance(value, float) else value


def zipped(values: Sequence[Any], per_member: bool = False) -> Any:
    """K descriptions of one pattern as one description, with K values of each real-valued setting that differs.

    >>> from chainrule.core.optimizers import Momentum
    >>> zipped([Momentum(0.1), Momentum(0.5)])
    Momentum((0.1, 0.5))
    """
    first = values[0]
    if all(each is first or each == first for each in values):
        return first
    if per_member and isinstance(first, float):
        return tuple(values)
    if isinstance(first, Description):
        columns = zip(*([value for _, value in each.settings()] for each in values), strict=True)
        marks = (field.metadata.get("per member", False) for field, _ in first.settings())
        return type(first)(*(zipped(column, mark) for column, mark in zip(columns, marks, strict=True)))
    return tuple(zipped(column) for column in zip(*values, strict=True))
