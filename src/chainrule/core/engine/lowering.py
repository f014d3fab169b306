"""Lowering: what becomes of the calls of a row, stage by stage, up to the records that the extension takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, SideBySide, one_by_one
from chainrule.core.engine.convolution import without_columns
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.floors import with_floors
from chainrule.core.engine.fuse import fused
from chainrule.core.engine.listing import IN_PYTHON, listing
from chainrule.core.engine.liveness import Liveness, Stores
from chainrule.core.engine.matrices import is_product
from chainrule.core.engine.nodes import Elementwise, Key, Node, Operation, PythonCall
from chainrule.core.engine.registers import instruct
from chainrule.core.engine.row import Reader, Unknown
from chainrule.core.engine.sections import SHARED, Record, Section, Sections
from chainrule.core.engine.turned import turned
from chainrule.core.engine.unread import without_unread


class Lowering:
    """A row of calls, lowered.

    nodes: what became of the calls.  stored: what each of these writes to memory.
    records: the operations, sections and calls into Python that are left to do.
    """

    def __init__(self, calls: Sequence[Call], observed: Iterable[Array] | None, *, fuse: bool, members: int) -> None:
        reader = Reader()
        nodes = reader.row(calls)
        try:
            seen = None if observed is None else [reader.view(each) for each in observed if each.size]
        except Unknown:  # of another byte order, say: then every store counts
            seen = None
        reader.find_blocks()
        doubted: set[Node] = set()
        if fuse:
            nodes, doubted = without_columns(nodes, reader)
            nodes = [*turned(with_floors(fused(nodes)), doubted, reader)]
        numbered, dead = dict(enumerate(nodes)), Stores()
        if seen is not None:
            liveness = Liveness(nodes, seen)
            if fuse:
                numbered = without_unread(nodes, doubted, liveness, reader)
            dead = liveness.dead_stores()
        self.nodes: list[Node] = list(numbered.values())
        self.stored = [{view.key for view in node.writes if (i, id(view)) not in dead} for i, node in numbered.items()]
        self._records = [record_of(*each) for each in zip(self.nodes, self.stored, strict=True)]
        self._calls = {
            id(record): node.call
            for record, node in zip(self._records, self.nodes, strict=True)
            if not isinstance(node, Elementwise)
        }
        records: Iterable[Record | Section | Call | None] = self._records
        self._by_members: set[int] = set()
        if members > 1:
            sections = Sections(self.nodes, self.stored, seen, reader, members)
            records = sections.records(self._records)
            self._by_members.update(*sections.found)
        self.records = tuple(each for each in records if each is not None)

    def call_of(self, record: Record | Section | Call) -> Call:
        """The call that a call into Python, or an operation that isn't elementwise, stands for."""
        return self._calls[id(record)]

    @property
    def n_blas(self) -> int:
        """The number of large products, which the BLAS makes."""
        return sum(isinstance(each, PythonCall) and is_product(each) for each in self.nodes)

    def text(self, took: Sequence[float] = ()) -> str:
        """The listing. took: the nanoseconds of each record; shown where each is one operation."""
        kinds = [kind_of(*each) for each in zip(self.nodes, self._records, strict=True)]
        left = iter(() if self._by_members else took)
        times = [0.0 if record is None else next(left, None) for record in self._records]
        return listing(self.nodes, self.stored, kinds, self._by_members, times)

    def __str__(self) -> str:
        return self.text()


def record_of(node: Node, stored: set[Key]) -> Record | Call | None:
    """A node as the extension takes it; None where nothing is left to do. stored: what it writes to memory."""
    if isinstance(node, PythonCall):
        return record_of_call(node.call)
    if isinstance(node, Operation):
        record = node.kind, node.operands, node.settings
        return record if node.otherwise is None else (*record, node.otherwise)
    return instruct(node, stored) if stored else None


def record_of_call(call: Call) -> Section | Call:
    """A call into Python, or the programs of several calls as one section."""
    return together(call) if isinstance(call, SideBySide) else call


def kind_of(node: Node, record: Record | Call | None) -> str:
    """What does a node's work, in words."""
    if isinstance(node, Operation):
        return node.kind
    if isinstance(node, PythonCall):
        return "side by side" if type(record) is tuple else IN_PYTHON
    return "fused kernel" if has_kernel(record) else "elementwise"


def has_kernel(record: Record | Call | None) -> bool:
    """Whether a fused kernel does an elementwise operation."""
    return type(record) is tuple and bool(_engine.has_kernel(len(record[1]), record[2]))


def records_of(call: Call) -> tuple[Record | Section | Call, ...]:
    """The records of a program; or a call, as it is."""
    return getattr(call, "records", (call,))


def together(call: SideBySide) -> Section | Call:
    """The programs of several calls as one section, for a thread each; or the call, where they call Python."""
    found = [tuple(chain.from_iterable(map(records_of, one_by_one(each)))) for each in call.calls]
    marked: list[Record] = []
    for record in chain.from_iterable(found):
        if type(record) is not tuple or record[0] == "section" or len(record) > 3:
            return call
        marked.append((*record, (SHARED,) * len(record[1])))
    return ("section", len(found), tuple(marked), tuple(accumulate(map(len, found)))) if all(found) else call
