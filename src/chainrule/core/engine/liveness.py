"""Dead stores: what is written over before anything reads it need not be written at all.

A row runs over and over, so after its last node comes its first one; in between the observed arrays are read. A check
that isn't passed is followed by these, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

from chainrule.core.calls import check_finite
from chainrule.core.engine.nodes import Elementwise, Node, PythonCall, View

Access = tuple[int, bool, View]
"""The number of a node, whether it writes, and what."""

Stores = set[tuple[int, int]]
"""Stores by the number of their node and the id of what is written there."""


class Liveness:
    """Who reads and who writes the memory of a row.

    blocks: the accesses to each block of memory, in order; after the last node, and at a check, the observed are read.
    opaque: the numbers of the nodes that may read anything.  checks: of those where a run may end before the last one.
    """

    def __init__(self, nodes: Sequence[Node], observed: Iterable[View]) -> None:
        self.opaque, self.checks = opaque_among(nodes), list[int]()
        self.blocks = blocks = defaultdict[int, list[Access]](list)
        observed = tuple(observed)
        for i, node in enumerate(nodes):  # a node reads before it writes
            for view in node.reads:
                blocks[view.block].append((i, False, view))
            for view in node.writes:
                blocks[view.block].append((i, True, view))
            if not isinstance(node, Elementwise) and getattr(node.call, "func", None) is check_finite:
                self.checks.append(i)
                self._read(i, observed)
        self._read(len(nodes), observed)

    def _read(self, number: int, observed: Iterable[View]) -> None:
        for view in observed:
            self.blocks[view.block].append((number, False, view))

    def forget(self, number: int, node: Node) -> None:
        """Leave out a node."""
        for view in (*node.reads, *node.writes):
            self.blocks[view.block] = [each for each in self.blocks[view.block] if each[0] != number]

    def dead_stores(self) -> Stores:
        """The stores that are never read."""
        return {
            (number, id(view))
            for block in self.blocks.values()
            for place, (number, writes, view) in enumerate(block)
            if writes and self.is_unread(place, block)
        }

    def is_unread(self, place: int, block: Sequence[Access]) -> bool:
        """Whether the store at a place is dead on the way around, and on every way that a check cuts short."""
        number, _, view = block[place]
        if place + 1 < len(block):
            _, writes, other = block[place + 1]
            if not writes and other.key == view.key:
                return False  # as most are
        after, until = block[place + 1 :], block[: place + 1]
        return self.is_dead(number, view, chain(after, until)) and all(
            self.is_dead(number, view, chain((each for each in after if each[0] <= check), until))
            for check in self.checks
            if check > number
        )

    def is_dead(self, node: int, view: View, around: Iterable[Access]) -> bool:
        """Whether all that a store writes is written over before it is read.

        around: the accesses after it, once around.
        """
        since: list[View] = []  # what was written after it, part by part
        for other, writes, what in around:
            if self.opaque and self.is_between(node, other):
                return False
            if writes:
                if covers(what, view):
                    return True
                since.append(what)
            elif what.meets(view) and not any(covers(each, what) for each in since):
                return False
        return False  # never reached: the store covers itself

    def is_between(self, node: int, other: int) -> bool:
        """Whether an opaque node comes between two nodes, the second being that of the next access."""
        return any(node < i <= other if node < other else i > node or i <= other for i in self.opaque)


def opaque_among(nodes: Iterable[Node]) -> list[int]:
    """The numbers of the nodes that may read anything."""
    return [i for i, node in enumerate(nodes) if isinstance(node, PythonCall) and node.opaque]


def covers(one: View, other: View) -> bool:
    """Whether writing one writes over all of the other."""
    return one.key == other.key or (one.fills_its_bytes and one.low <= other.low and other.high <= one.high)
