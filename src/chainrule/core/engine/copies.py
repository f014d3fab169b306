"""Products that read a matrix where it was copied from, if it lies there as they want it.

A mini-batch is gathered row by row, and copied to samples last, as W x reads it. dW = dz xᵀ wants xᵀ row by row: it
would turn the copy again. The gathering is a row of its own, so that only a program of several rows sees this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from chainrule.core.arrays import CACHE_LINE, Array
from chainrule.core.calls import Call
from chainrule.core.engine.likeness import start_of
from chainrule.core.engine.row import INSTRUCTIONS
from chainrule.core.engine.sections import Record, Section, written

FEWEST_ROWS, LONGEST = 9, 512
"""A product of fewer rows, or of so long sums, may be made by dots (`product.c`): they read columns as they lie."""


def from_sources(records: Iterable[Record | Section | Call]) -> Iterator[Record | Section | Call]:
    """The records of a program, in which products read the sources of copies; the numbers are the same."""
    copies: list[tuple[Array, Array]] = []
    for record in records:
        if type(record) is not tuple or len(record) != 3 or record[0] == "section":
            copies = []  # which it may write to
            yield record
            continue
        yield from read_from_sources(record, copies)
        changed = written(record) if copies else ()
        copies = [each for each in copies if not any(np.may_share_memory(x, y) for x in each for y in changed)]
        copies += turned_copies(record)


def read_from_sources(record: Record, copies: Iterable[tuple[Array, Array]]) -> tuple[Record, ...]:
    """An operation with the source of one of these copies, if it can read that; else as it is."""
    for copy, source in copies:
        if found := from_source(record, copy, source):
            return found
    return (record,)


def turned_copies(record: Record) -> Iterator[tuple[Array, Array]]:
    """The copy and its source, of an operation that copies a matrix of whole cache lines to the other order."""
    kind, operands, settings = record
    if kind == "elementwise" and len(settings) == 5 and settings[1] == INSTRUCTIONS["copy"]:
        copy, source = operands[settings[2]], operands[settings[3]]
        is_turned = copy.ndim == source.ndim == 2 and source.strides[0] == copy.strides[1] == copy.itemsize
        if is_turned and len(copy) * copy.itemsize % CACHE_LINE == 0:
            yield copy, source


def from_source(record: Record, copy: Array, source: Array) -> tuple[Record, ...]:
    """A product with the columns of a copy, and perhaps one column more, as products with the source and with that one.

    Nothing, where it is something else.
    """
    kind, operands, settings = record
    if kind != "product" or settings or any(each.ndim != 2 for each in operands):
        return ()
    A, B, C = operands
    n = len(copy)
    is_copy = B.strides == copy.strides[::-1] and len(B) == copy.shape[1] and start_of(B) == start_of(copy)
    if not is_copy or not n <= B.shape[1] <= n + 1 or len(A) < FEWEST_ROWS or len(B) >= LONGEST:
        return ()
    if C.strides[1] != C.itemsize or np.may_share_memory(C, source):  # sums in another order; or a source written to
        return ()
    products = (kind, (A, source.T, C[:, :n]), settings), (kind, (A, B[:, n:], C[:, n:]), settings)
    return products[: B.shape[1] - n + 1]
