"""Sections: operations of a population's row that are done for one member after the other, and dealt out to threads.

Operations that follow each other make a section where no member's part of what they write meets another member's part
of what they read or write. What a section writes before it reads it, and what isn't read after it, members have in
turns: all members of a thread have it in the same memory, which stays in the cache.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from chainrule.core.arrays import Array
from chainrule.core.calls import Call
from chainrule.core.engine.liveness import covers, opaque_among
from chainrule.core.engine.nodes import Elementwise, Key, Node, Operation, View, find_blocks
from chainrule.core.engine.row import MOST_AXES, Reader

Record = tuple[Any, ...]
"""A kind, operands, settings, and perhaps a call."""

Section = tuple[Any, ...]
"""The word, the number of members, records, and perhaps where each member's own records end."""

SHARED, OWN, IN_TURNS = range(3)
"""Whose an operand is: the same for all members, each has a part of its own, or they have one part in turns."""

BROADCAST = ("product", "reduction")
"""Operations whose operands broadcast against each other, as those of elementwise ones do."""

LED = ("convolve", "convolve_to_weights", "convolve_to_input")
"""Operations that have the population's axis in all of their operands, or in none."""

FEWEST = 512
"""Numbers of a member for which an operation alone is worth a section."""

AT_ONCE = -1
"""The step of an access whose node isn't cut into members."""


@dataclass(eq=False, slots=True)
class Access:
    """What a node reads or writes: of the first member the bytes from low to high, and `step` on, the next one's.

    step 0: the same for all members; AT_ONCE: their parts can't be told apart, the node is done for all at once.
    """

    node: int
    writes: bool
    view: View
    low: int
    high: int
    step: int


Touched = dict[int, tuple[int, int, set[int], bool]]
"""Of blocks of memory: the first member's bytes that are touched, from, to; all steps; whether any is written."""


class Sections:
    """The sections of a row of nodes.

    stored: what each node writes to memory.  observed: what is read after a run; None: all.
    found: the nodes of each section.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        stored: Sequence[set[Key]],
        observed: Iterable[View] | None,
        reader: Reader,
        members: int,
    ) -> None:
        self._reader, self._members = reader, members
        of_nodes = [list(accesses(i, each, stored[i], reader, members)) for i, each in enumerate(nodes)]
        after = [Access(len(nodes), False, each, each.low, each.high, AT_ONCE) for each in observed or ()]
        of_all = [*chain(*of_nodes), *after]
        find_blocks({each.view for each in of_all})  # smaller ones, where columns aren't made
        of_blocks: dict[int, list[Access]] = defaultdict(list)
        for each in of_all:
            of_blocks[each.view.block].append(each)
        opaque = opaque_among(nodes)
        sections = cut(of_nodes, opaque)
        self.found = [each for each in sections if is_worth_it(of_nodes[each.start : each.stop], members)]
        self._in_turns: list[tuple[int, int]] = []  # memory, from where to where
        if observed is not None and not opaque:
            for block in of_blocks.values():
                if any(is_passed_on(block, each) for each in self.found):
                    views = [each.view for each in block]
                    self._in_turns.append((min(each.low for each in views), max(each.high for each in views)))

    def records(self, records: Sequence[Record | Call | None]) -> Iterator[Record | Call | Section | None]:
        """What the extension makes of the nodes, given what it makes of each by itself."""
        section_at = {each.start: each for each in self.found}
        end = 0
        for i, record in enumerate(records):
            if i in section_at:
                end = section_at[i].stop
                inside = [self._by_members(each) for each in records[i:end] if type(each) is tuple]
                yield "section", self._members, tuple(inside)
            elif i >= end:
                yield record

    def _by_members(self, record: Record) -> Record:
        """An operation, with whose each of its operands is."""
        kind, operands, settings = record
        most = 0 if kind in LED else max(each.ndim for each in operands)
        parts, marks = [], []
        for each in operands:
            leads = each.ndim > 0 and each.ndim == (most or each.ndim)
            is_one = leads and (each.shape[0] == 1 or each.strides[0] == 0)
            low = self._reader.view(each).low
            is_in_turns = any(first <= low < end for first, end in self._in_turns)
            parts.append(each[0, ...] if is_one else each)
            marks.append(
                SHARED if is_one or not leads or len(each) != self._members else IN_TURNS if is_in_turns else OWN
            )
        return kind, tuple(parts), settings, tuple(marks)


def has_members(array: Array, most: int, members: int) -> bool:
    """Whether an operand has the population's axis. most: the axes of operands that do; 0: as many as they have."""
    return array.ndim == (most or array.ndim) and array.shape[:1] == (members,)


def axes_with_members(node: Node) -> int | None:
    """How many axes operands have that have the population's, 0: any number; None where a node isn't cut."""
    if isinstance(node, Elementwise):
        return max(view.array.ndim for each in node.instructions for view in (each.out, *each.inputs))
    if not isinstance(node, Operation) or max(each.ndim for each in node.operands) > MOST_AXES:
        return None
    if node.kind in LED:
        is_led = node.operands[-1].ndim == 3 + (len(node.settings) // 2 if node.kind == "convolve_to_input" else 0)
        return 0 if is_led else None
    if node.kind == "product" and max(each.ndim for each in node.operands) == 2:
        return None
    return max(each.ndim for each in node.operands) if node.kind in BROADCAST else None


def accesses(i: int, node: Node, stored: set[Key], reader: Reader, members: int) -> Iterator[Access]:
    """What a node reads and writes; by members, if it is done for each of them."""
    most, reads, writes = axes_with_members(node), node.reads, node.writes
    if isinstance(node, Elementwise):
        writes = [each for each in writes if each.key in stored]
        reads = reads if writes else ()
    elif isinstance(node, Operation) and most is not None:  # axes may be missing in the call's own arrays
        *reads, write = map(reader.view, node.operands)
        writes = [write]
    found = [(each, False) for each in reads] + [(each, True) for each in writes]
    steps = [
        AT_ONCE if most is None else each.array.strides[0] if has_members(each.array, most, members) else 0
        for each, _ in found
    ]
    if any(step < 0 or (is_written and not step) for step, (_, is_written) in zip(steps, found, strict=True)):
        steps = [AT_ONCE] * len(found)
    for step, (each, is_written) in zip(steps, found, strict=True):
        yield Access(i, is_written, each, each.low, each.high - step * (members - 1), step)


def cut(of_nodes: Sequence[Sequence[Access]], opaque: Sequence[int]) -> Iterator[range]:
    """The longest sections, from the first node on. opaque: the nodes that may touch anything, which are in none."""
    start, touched = 0, Touched()
    for i, node in enumerate(of_nodes):
        joined = None if i in opaque else with_node(touched, node)
        if joined is None:
            yield range(start, i)
            start, joined = i, None if i in opaque else with_node({}, node)
            if joined is None:
                start, joined = i + 1, {}
        touched = joined
    yield range(start, len(of_nodes))


def is_worth_it(section: Sequence[Sequence[Access]], members: int) -> bool:
    """Whether a section of such nodes has several operations, or a large one."""
    sizes = [max(each.view.array.size for each in node) // members for node in section if node]
    return len(sizes) > 1 or max(sizes, default=0) >= FEWEST


def with_node(touched: Touched, node: Iterable[Access]) -> Touched | None:
    """What a section touches with one more node; None where members' parts of what is written would meet."""
    touched = dict(touched)
    for each in node:
        low, high, steps, is_written = touched.get(each.view.block, (each.low, each.high, set(), False))
        low, high, steps, is_written = (
            min(low, each.low),
            max(high, each.high),
            steps | {each.step},
            is_written or each.writes,
        )
        if AT_ONCE in steps or (is_written and (len(steps) > 1 or high - low > min(steps))):
            return None
        touched[each.view.block] = low, high, steps, is_written
    return touched


def is_passed_on(block: Sequence[Access], section: range) -> bool:
    """Whether a section writes to a block, reads what it wrote, and nothing else touches it.

    By the contract of a row, what isn't written in such a block, as a row of ones, is the same for all members.
    """
    if not any(each.writes for each in block) or not all(each.node in section and each.step > 0 for each in block):
        return False
    writes = [each for each in block if each.writes]
    for read in block:
        before = [each.view for each in writes if each.node < read.node]
        for later in writes if not read.writes else ():
            if later.node < read.node or not later.view.meets(read.view):
                continue
            if not any(covers(each, later.view) or covers(each, read.view) for each in before):
                return False
    return True


def written(record: Record) -> Sequence[Array]:
    """The operands that an operation writes.

    >>> import numpy as np
    >>> x, out = np.ones(3), np.empty(())
    >>> written(("reduction", (x, out), (0,)))[0] is out
    True
    """
    kind, settings = record[0], record[2]
    operands: Sequence[Array] = record[1]
    if kind == "check":
        return ()
    if kind == "count":
        return operands[:1]
    if kind == "elementwise":
        results = settings[2::4]  # of instructions: their places among the operands, and behind these the registers
        return [operands[place] for place in results if place < len(operands)]
    return operands[-1:]
