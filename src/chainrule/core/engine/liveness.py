"""Dead stores: what is written over before anything reads it need not be written at all.

A row runs over and over, so after its last node comes its first one; in between the observed arrays are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter

from chainrule.core.engine.nodes import Node, PythonCall, View

Access = tuple[int, bool, View]
"""The number of a node, whether it writes, and what."""

Stores = set[tuple[int, int]]
"""Stores by the number of their node and the id of what is written there."""


def dead_stores(nodes: Sequence[Node], observed: Iterable[View]) -> Stores:
    """The stores that are never read."""
    opaque, dead = opaque_among(nodes), set()
    for block in by_block(accesses_of(nodes, observed)):
        for place, (number, writes, view) in enumerate(block):
            if writes and is_dead(number, view, chain(block[place + 1 :], block[: place + 1]), opaque):
                dead.add((number, id(view)))
    return dead


def without_unread(nodes: Sequence[Node], doubted: Sequence[Node], observed: Iterable[View]) -> list[Node]:
    """The nodes without those of the doubted that are never read, so that what only they read isn't read, either.

    doubted: nodes that write one array each.
    """
    if not doubted:
        return list(nodes)
    opaque, accesses, unread = opaque_among(nodes), accesses_of(nodes, observed), set()
    stores = [i for i, (number, writes, _) in enumerate(accesses) if writes and nodes[number] in doubted]
    for place in stores:
        number, _, view = accesses[place]
        if is_dead(number, view, chain(accesses[place + 1 :], accesses[: place + 1]), opaque):
            unread.add(number)
    return [node for i, node in enumerate(nodes) if i not in unread]


def accesses_of(nodes: Sequence[Node], observed: Iterable[View]) -> list[Access]:
    """Who reads and who writes, in order; after the last node the observed arrays are read."""
    accesses: list[Access] = []
    for i, node in enumerate(nodes):  # a node reads before it writes
        accesses += [(i, False, view) for view in node.reads]
        accesses += [(i, True, view) for view in node.writes]
    accesses += [(len(nodes), False, view) for view in observed]
    return accesses


def opaque_among(nodes: Iterable[Node]) -> list[int]:
    """The numbers of the nodes that may read anything."""
    return [i for i, node in enumerate(nodes) if isinstance(node, PythonCall) and node.opaque]


def is_dead(node: int, view: View, around: Iterable[Access], opaque: Sequence[int]) -> bool:
    """Whether all that a store writes is written over before it is read. around: the accesses after it, once around."""
    since: list[View] = []  # what was written after it, part by part
    for other, writes, what in around:
        if opaque and any(node < i <= other if node < other else i > node or i <= other for i in opaque):
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


def by_block(accesses: Sequence[Access]) -> list[list[Access]]:
    """The accesses, in their order, for each block of memory whose views overlap, directly or through others."""
    views = {id(access[2]): access[2] for access in accesses}.values()
    blocks: list[list[Access]] = []
    block_of: dict[int, list[Access]] = {}
    high = 0
    for view in sorted(views, key=attrgetter("low")):
        if view.low >= high:
            blocks.append([])
        block_of[id(view)] = blocks[-1]
        high = max(high, view.high)
    for access in accesses:
        block_of[id(access[2])].append(access)
    return blocks
