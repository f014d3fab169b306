"""Dead stores: what is written over before anything reads it need not be written at all.

A row runs over and over, so after its last node comes its first one; in between the observed arrays are read. A check
that isn't passed is followed by these, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter

from chainrule.core.calls import check_finite
from chainrule.core.engine.nodes import Elementwise, Node, PythonCall, View

Access = tuple[int, bool, View]
"""The number of a node, whether it writes, and what."""

Stores = set[tuple[int, int]]
"""Stores by the number of their node and the id of what is written there."""


def dead_stores(nodes: Sequence[Node], observed: Iterable[View]) -> Stores:
    """The stores that are never read."""
    opaque, checks, dead = opaque_among(nodes), checks_among(nodes), set()
    for block in by_block(accesses_of(nodes, observed)):
        for place, (number, writes, view) in enumerate(block):
            if writes and is_unread(place, block, opaque, checks):
                dead.add((number, id(view)))
    return dead


def without_unread(nodes: Sequence[Node], doubted: Sequence[Node], observed: Iterable[View]) -> list[Node]:
    """The nodes without those of the doubted that are never read, so that what only they read isn't read, either.

    doubted: nodes that write one array each.
    """
    if not doubted:
        return list(nodes)
    opaque, checks, accesses = opaque_among(nodes), checks_among(nodes), accesses_of(nodes, observed)
    stores = [i for i, (number, writes, _) in enumerate(accesses) if writes and nodes[number] in doubted]
    unread = {accesses[place][0] for place in stores if is_unread(place, accesses, opaque, checks)}
    return [node for i, node in enumerate(nodes) if i not in unread]


def accesses_of(nodes: Sequence[Node], observed: Iterable[View]) -> list[Access]:
    """Who reads and who writes, in order; after the last node, and at a check, the observed arrays are read."""
    accesses: list[Access] = []
    checks, observed = checks_among(nodes), tuple(observed)
    for i, node in enumerate(nodes):  # a node reads before it writes
        accesses += [(i, False, view) for view in node.reads]
        accesses += [(i, True, view) for view in node.writes]
        accesses += [(i, False, view) for view in observed if i in checks]
    accesses += [(len(nodes), False, view) for view in observed]
    return accesses


def opaque_among(nodes: Iterable[Node]) -> list[int]:
    """The numbers of the nodes that may read anything."""
    return [i for i, node in enumerate(nodes) if isinstance(node, PythonCall) and node.opaque]


def checks_among(nodes: Sequence[Node]) -> list[int]:
    """The numbers of the nodes where a run may end before the last one."""
    return [
        i
        for i, node in enumerate(nodes[:-1])
        if not isinstance(node, Elementwise) and getattr(node.call, "func", None) is check_finite
    ]


def is_unread(place: int, accesses: Sequence[Access], opaque: Sequence[int], checks: Sequence[int]) -> bool:
    """Whether the store at a place is dead on the way around, and on every way that a check cuts short."""
    number, _, view = accesses[place]
    after, until = accesses[place + 1 :], accesses[: place + 1]
    return is_dead(number, view, chain(after, until), opaque) and all(
        is_dead(number, view, chain((each for each in after if each[0] <= check), until), opaque)
        for check in checks
        if check > number
    )


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
