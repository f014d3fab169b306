"""Dead stores: what is written over before anything reads it need not be written at all.

A row runs over and over, so after its last node comes its first one; in between the observed arrays are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chainrule.core.engine.matrices import is_product
from chainrule.core.engine.nodes import Node, PythonCall, View


@dataclass(eq=False, slots=True)
class Block:
    """Memory whose views overlap, directly or through others; and who reads or writes it, in the row's order."""

    high: int
    accesses: list[tuple[int, bool, View]] = field(default_factory=list)  # node, whether it writes, what


Stores = set[tuple[int, int]]
"""Stores by the number of their node and the id of what is written there."""


def dead_stores(nodes: Sequence[Node], observed: Iterable[View]) -> Stores:
    """The stores that are never read."""
    end = len(nodes)
    accesses = [(i, False, view) for i, node in enumerate(nodes) for view in node.reads]
    accesses += [(i, True, view) for i, node in enumerate(nodes) for view in node.writes]
    accesses += [(end, False, view) for view in observed]
    opaque = [i for i, node in enumerate(nodes) if isinstance(node, PythonCall) and node.opaque]
    dead: Stores = set()
    for block in blocks(accesses):
        block.accesses.sort(key=lambda access: access[:2])  # a node reads before it writes
        for place, (node, writes, view) in enumerate(block.accesses):
            around = block.accesses[place + 1 :] + block.accesses[: place + 1]
            if writes and is_dead(node, view, around, opaque):
                dead.add((node, id(view)))
    return dead


def without_unread_products(nodes: Sequence[Node], observed: Iterable[View]) -> list[Node]:
    """The nodes without products that are never read, so that what only they read isn't read, either."""
    dead = dead_stores(nodes, observed)
    unread = [is_product(node) and all((i, id(view)) in dead for view in node.writes) for i, node in enumerate(nodes)]
    return [node for node, left_out in zip(nodes, unread, strict=True) if not left_out]


def is_dead(node: int, view: View, around: Iterable[tuple[int, bool, View]], opaque: Sequence[int]) -> bool:
    """Whether all that a store writes is written over before it is read. around: the accesses after it, once around."""
    since: list[View] = []  # what was written after it, part by part
    for other, writes, what in around:
        if any(node < i <= other if node < other else i > node or i <= other for i in opaque):
            return False
        if not writes and what.meets(view) and not any(covers(each, what) for each in since):
            return False
        if writes and covers(what, view):
            return True
        if writes:
            since.append(what)
    return False  # never reached: the store covers itself


def covers(one: View, other: View) -> bool:
    """Whether writing one writes over all of the other."""
    return one.key == other.key or (one.fills_its_bytes and one.low <= other.low and other.high <= one.high)


def blocks(accesses: Iterable[tuple[int, bool, View]]) -> list[Block]:
    """The accesses by the memory that they touch."""
    found: list[Block] = []
    for access in sorted(accesses, key=lambda access: access[2].low):
        view = access[2]
        if not found or view.low >= found[-1].high:
            found.append(Block(view.high))
        found[-1].high = max(found[-1].high, view.high)
        found[-1].accesses.append(access)
    return found
