"""Nodes: what the calls of a row become, each with the memory that it reads and writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call

MOST_WORK: Any = 1000
"""Steps that NumPy may take to decide whether two views share memory."""


Key = bytes
"""Stands for numbers in memory, in their order: views of the same ones have the same key."""


@dataclass(eq=False, slots=True)
class View:
    """An array as an operand, and its place in memory: what the extension says of it.

    start: the address of its first number.  type: of its numbers, as a character; "o" where no operation takes it.
    low, high: the bytes between which it lies; not all of them need be its own.
    fills_its_bytes: whether no byte between its first and last is another's.
    block: the first byte of a block of memory that shares none with views of other blocks.
    """

    array: Array
    key: Key
    start: int
    type: str
    low: int
    high: int
    fills_its_bytes: bool
    writable: bool
    block: int = -1

    def meets(self, other: View) -> bool:
        """Whether the two may share memory: a proof that they don't is looked for where views lie among each other."""
        if self.low >= other.high or other.low >= self.high:
            return False
        if self.fills_its_bytes or other.fills_its_bytes:
            return True
        try:
            return np.shares_memory(self.array, other.array, max_work=MOST_WORK)
        except np.exceptions.TooHardError:
            return True


def find_blocks(views: Iterable[View]) -> list[int]:
    """Find the blocks of memory whose views overlap, directly or through others: where they begin and end, in turn."""
    bounds: list[int] = []
    for view in sorted(views, key=attrgetter("low")):
        if not bounds or view.low >= bounds[-1]:
            bounds += view.low, view.high
        elif view.high > bounds[-1]:
            bounds[-1] = view.high
        view.block = bounds[-2]
    return bounds


@dataclass(eq=False, slots=True)
class Instruction:
    """One elementwise call: its name in the tile machine, where the result goes, and one or two operands."""

    call: Call
    name: str
    out: View
    inputs: tuple[View, ...]


@dataclass(eq=False, slots=True)
class Elementwise:
    """Instructions over one index space, carried out together; as read from a row, a single one.

    reads: what is read before it is written.  writes: what is written, each place once.
    """

    instructions: list[Instruction]
    reads: Collection[View]
    writes: Collection[View]


@dataclass(eq=False, slots=True)
class Operation:
    """Any other operation of the extension: its kind, operands as it takes them, and settings.

    otherwise: what is called where it can't be done.  then: a call that it makes as well.
    """

    call: Call
    kind: str
    operands: tuple[Array, ...]
    reads: tuple[View, ...]
    writes: tuple[View, ...]
    settings: tuple[int, ...] = ()
    otherwise: Call | None = None
    then: Call | None = None


@dataclass(eq=False, slots=True)
class PythonCall:
    """A call that is made as it is. opaque: it may read and write anything."""

    call: Call
    reads: tuple[View, ...] = ()
    writes: tuple[View, ...] = ()
    opaque: bool = False


Node = Elementwise | Operation | PythonCall
