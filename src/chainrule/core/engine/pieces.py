"""Pieces: a program for some samples, run for all pieces of a user's array, which are dealt out to threads.

The pieces are to a section what members of a population are: each has samples and outputs of its own. What the program
writes in between, the pieces of a thread have in turns. Results are the same on any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from chainrule.core.arrays import CACHE_LINE, Array, Shape
from chainrule.core.engine.extension import _engine, table
from chainrule.core.engine.likeness import owner_of, start_of
from chainrule.core.engine.sections import IN_TURNS, OWN, SHARED, Record, written

if TYPE_CHECKING:
    from chainrule.core.engine.program import Program


class Pieces:
    """A program as it is run for many pieces.

    own: the arrays of its row, as its calls have them, that stand for a piece of users' arrays.
    is_possible: whether all of it can be done by pieces: not where it calls Python, or may have to.

    >>> from chainrule.core.calls import Calls, call
    >>> from chainrule.core.engine.program import lowered
    >>> x, double, piece, result = np.arange(6.0), np.empty(2), np.empty(2), np.empty(2)
    >>> row = Calls(call(np.add, piece, piece, out=double), call(np.add, double, piece, out=result))
    >>> program = lowered(row, [result])
    >>> out = np.empty(6)
    >>> Pieces(program, [piece, result]).run([x.reshape(3, 2), out.reshape(3, 2)])
    >>> out
    array([ 0.,  3.,  6.,  9., 12., 15.])
    """

    def __init__(self, program: Program, own: Sequence[Array]) -> None:
        self._threads = program.threads
        self._number = {place_of(each): number for number, each in enumerate(own)}
        self._taboo = {id(owner_of(each)) for each in own}
        self._in_turns: dict[int, Array] = {}  # copies of memory, by the id of its owner
        self._records: list[Record] = []
        self.is_possible = all(
            type(each) is tuple and len(each) == 3 and each[0] != "section" for each in program.records
        )
        if not self.is_possible:
            return
        records = cast(Sequence[Record], program.records)
        self._written = {id(owner_of(each)) for record in records for each in written(record)}
        for kind, operands, settings in records:
            parts, marks = zip(*map(self._part, operands), strict=True)
            self._records.append((kind, parts, settings, marks))

    def _part(self, operand: Array) -> tuple[Array | int, int]:
        """What stands for an operand in a section, a number for an array of the user's; and whose it is."""
        owner = owner_of(operand)
        if id(owner) in self._taboo:
            if (number := self._number.get(place_of(operand))) is not None:
                return number, OWN
            self.is_possible = False  # another view of such an array
        elif id(owner) in self._written and self._threads > 1:  # a single thread needs no copies
            if id(owner) not in self._in_turns:
                self._in_turns[id(owner)] = copies(owner, self._threads)
            return each_of(self._in_turns[id(owner)], operand, owner), IN_TURNS
        return operand, SHARED

    def bind(self, own: Sequence[Array]) -> Callable[[], int]:
        """A function that runs it for all pieces, on what the arrays hold then; and returns 1, for once.

        own: for each array that stands for a piece those of all pieces, (pieces, ...).
        """
        records = tuple(
            (kind, tuple(own[each] if isinstance(each, int) else each for each in parts), settings, marks)
            for kind, parts, settings, marks in self._records
        )
        section = "section", len(own[0]), records
        run: Callable[[], int] = _engine.Program((section,), table=table(), threads=self._threads).run
        return run

    def run(self, own: Sequence[Array]) -> None:
        """Run it for all pieces of these arrays, once."""
        self.bind(own)()


def place_of(array: Array) -> tuple[int, Shape, Shape]:
    """Equal for views of the same numbers in the same order."""
    return start_of(array), array.shape, array.strides


def copies(owner: Array, n: int) -> Array:
    """The bytes of an array's memory, n times, (n, bytes): each in cache lines of its own, aligned as the array is."""
    size = -(-owner.nbytes // CACHE_LINE) * CACHE_LINE + CACHE_LINE
    memory = np.empty((n + 1) * size, np.uint8)
    start = (start_of(owner) - start_of(memory)) % CACHE_LINE
    each = memory[start : start + n * size].reshape(n, size)
    in_order = owner.transpose(sorted(range(owner.ndim), key=lambda axis: -owner.strides[axis]))
    each[:, : owner.nbytes] = in_order.reshape(-1, copy=False).view(np.uint8)
    return each


def each_of(copies: Array, view: Array, owner: Array) -> Array:
    """Of each copy of a memory what a view is of the memory itself: (n, *view.shape)."""
    n, size = copies.shape
    memory: Any = copies.base
    offset = start_of(view) - start_of(owner) + start_of(copies) - start_of(memory)
    return np.ndarray((n, *view.shape), view.dtype, memory, offset, (size, *view.strides))
