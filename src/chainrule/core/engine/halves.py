"""Operations of many numbers as two halves, done side by side, where a program has threads for sections anyway.

A step that runs in micro-batches on two threads begins and ends with work of one: samples are gathered, two gradients
are added up, theta moves. So does a population's: half of its members were just computed in each thread's cache, and
fetching their numbers from there takes longer than moving theta. Each number of these is made by itself, so halves of
them change no bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call
from chainrule.core.engine.sections import SHARED, Record, Section

MANY = 2**13
"""Numbers. A section costs a thread about a microsecond, in which it adds up half as many."""

LINE = 16
"""Halves of so many numbers, or more, meet where a cache line may begin, of float32 as well."""

INDEX, OUT = 1, 2
"""Operands of a take."""


def in_halves(records: Sequence[Record | Section | Call]) -> tuple[Record | Section | Call, ...]:
    """The records of a program, with those of many numbers as sections of two, if there are sections among them."""
    has_sections = any(type(each) is tuple and each[0] == "section" for each in records)
    return tuple(map(halved, records) if has_sections else records)


def halved(record: Record | Section | Call) -> Record | Section | Call:
    """An operation as a section of its halves; the record as it is where that can't be, or where it is small."""
    if type(record) is not tuple or len(record) != 3:  # a call, or with a call where it can't always be done
        return record
    kind, operands, settings = record
    if kind == "elementwise":
        most = max(each.ndim for each in operands)
        which = {i for i, each in enumerate(operands) if each.ndim == most > 0 and len(each) > 1}
    elif kind == "take" and settings == (0,):
        which = {INDEX, OUT}
    else:
        return record
    cut, whole = [operands[i] for i in which], [each for i, each in enumerate(operands) if i not in which]
    lengths = {len(each) for each in cut}
    if len(lengths) != 1 or max(each.size for each in cut) < MANY or (length := lengths.pop()) < 2:
        return record
    middle = length // 2 // LINE * LINE or length // 2
    first, second = [each[:middle] for each in cut], [each[middle:] for each in cut]
    if meet(first, second) or meet(cut, whole):  # what one of them writes the other one might read
        return record
    halves = [
        (kind, tuple(each[part] if i in which else each for i, each in enumerate(operands)), settings)
        for part in (slice(middle), slice(middle, None))
    ]
    return "section", 2, tuple((*each, (SHARED,) * len(operands)) for each in halves), (1, 2)


def meet(some: Iterable[Array], others: Sequence[Array]) -> bool:
    """Whether arrays might share memory with others."""
    return any(np.may_share_memory(one, other) for one in some for other in others)
