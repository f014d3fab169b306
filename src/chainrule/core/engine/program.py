"""The program of a row: its operations as the extension takes them, and a listing of them beside the calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, chain

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, Ended, SideBySide, one_by_one, repeat
from chainrule.core.engine.convolution import without_columns
from chainrule.core.engine.extension import _engine, table
from chainrule.core.engine.fuse import fused
from chainrule.core.engine.listing import IN_PYTHON, listing
from chainrule.core.engine.liveness import Stores, dead_stores, without_unread
from chainrule.core.engine.matrices import is_product
from chainrule.core.engine.nodes import Key, Node, Operation, PythonCall
from chainrule.core.engine.registers import instruct
from chainrule.core.engine.row import Reader, Unknown
from chainrule.core.engine.sections import SHARED, Record, Section, Sections


class Program:
    """A row of calls, compiled. Calling it does what the calls do.

    calls: the row as it was, one by one.  nodes: what became of them.  stored: what each of these writes to memory.
    members: of a population; each in turn does what it has of the row, on as many threads, `threads`, as there may be.
    run(times): runs the program so many times, without the interpreter's lock between calls into Python, and returns
        how often it ran to its end: fewer times where a `check_finite` in it found a number that isn't finite.
        run(times, value, rows, every) keeps values, as `repeat` does.

    >>> import numpy as np
    >>> from chainrule.core.calls import call
    >>> a, one = np.zeros(3), np.ones(())
    >>> program = lowered(Calls(call(np.add, a, one, out=a), call(np.multiply, a, a, out=a)))
    >>> for _ in range(3):
    ...     program()
    >>> a
    array([25., 25., 25.])
    """

    def __init__(
        self,
        calls: Sequence[Call],
        observed: Iterable[Array] | None,
        *,
        fuse: bool = True,
        members: int = 1,
        threads: int = 1,
    ) -> None:
        self.calls = tuple(calls)
        reader = Reader()
        nodes = reader.row(self.calls)
        try:
            seen = None if observed is None else [reader.view(each) for each in observed if each.size]
        except Unknown:  # of another byte order, say: then every store counts
            seen = None
        if fuse:
            nodes, doubted = without_columns(nodes, reader)
            nodes = fused(nodes if seen is None else without_unread(nodes, doubted, seen))
        self.nodes: list[Node] = nodes
        dead: Stores = set() if seen is None else dead_stores(self.nodes, seen)
        self.stored = [
            {view.key for view in node.writes if (i, id(view)) not in dead} for i, node in enumerate(self.nodes)
        ]
        self._records = [record_of(*each) for each in zip(self.nodes, self.stored, strict=True)]
        records: Iterable[Record | Section | Call | None] = self._records
        self.by_members: set[int] = set()
        if members > 1:
            sections = Sections(self.nodes, self.stored, seen, reader, members)
            records = sections.records(self._records)
            self.by_members.update(*sections.found)
        self.records = tuple(each for each in records if each is not None)
        self.threads = threads
        self.run: Callable[..., int] = _engine.Program(self.records, table=table(), threads=threads).run

    def __call__(self) -> None:
        """Run once; raises Ended as the calls would."""
        if not self.run():
            raise Ended

    @property
    def n(self) -> int:
        """The number of operations, calls into Python included."""
        return len(self.nodes)

    @property
    def n_python(self) -> int:
        """The number of calls into Python."""
        return sum(type(each) is not tuple for each in self.records)

    @property
    def n_blas(self) -> int:
        """The number of large products, which the BLAS makes: their last digits may depend on its threads."""
        return sum(isinstance(each, PythonCall) and is_product(each) for each in self.nodes)

    def __str__(self) -> str:
        """The operations, one per line, with the calls that each does."""
        kinds = [kind_of(*each) for each in zip(self.nodes, self._records, strict=True)]
        return listing(self.nodes, self.stored, kinds, self.by_members)


def record_of(node: Node, stored: set[Key]) -> Record | Call | None:
    """A node as the extension takes it; None where nothing is left to do. stored: what it writes to memory."""
    if isinstance(node, PythonCall):
        return together(node.call) if isinstance(node.call, SideBySide) else node.call
    if isinstance(node, Operation):
        record = node.kind, node.operands, node.settings
        return record if node.otherwise is None else (*record, node.otherwise)
    return instruct(node, stored) if stored else None


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


def together(call: SideBySide) -> Section | Call:
    """The programs of several calls as one section, for a thread each; or the call, where they call Python."""
    found = [each.records if isinstance(each, Program) else () for each in call.calls]
    marked: list[Record] = []
    for record in chain.from_iterable(found):
        if type(record) is not tuple or record[0] == "section" or len(record) > 3:
            return call
        marked.append((*record, (SHARED,) * len(record[1])))
    return ("section", len(found), tuple(marked), tuple(accumulate(map(len, found)))) if all(found) else call


def lowered(
    calls: Call, observed: Iterable[Array] | None = None, *, members: int = 1, threads: int = 1
) -> Program | Calls:
    """A row as one call: a program, or the calls themselves where the engine isn't built.

    observed: the arrays that are read after a run; None: any of them may be.
    members: of a population, which are dealt out to so many threads.

    A row like one before is lowered again. To know that it is alike, its arrays lying to each other in the same way,
    takes a sixth of lowering it (0.09 of 0.54 ms for T1), and operands must be made anew: perhaps a third in all.
    """
    row = one_by_one(calls)
    return Calls(*row) if _engine is None else Program(row, observed, members=members, threads=threads)


def in_turn(*rows: Call) -> Callable[..., int]:
    """A function that makes the calls of several rows, one row after the other, so many times; it takes what follows
    the calls in `repeat`.

    It returns how often they came to their end: fewer times where a `check_finite` found a number that isn't finite.
    Rows that are programs are run as one; between them only what each has as observed is read.

    >>> import numpy as np
    >>> from chainrule.core.calls import call
    >>> a, one = np.zeros(3), np.ones(())
    >>> run = in_turn(lowered(call(np.add, a, one, out=a)), lowered(call(np.multiply, a, a, out=a)))
    >>> run(3), a
    (3, array([25., 25., 25.]))
    """
    if not any(isinstance(row, Program) for row in rows):
        return partial(repeat, one_by_one(Calls(*rows)))
    threads = max(row.threads for row in rows if isinstance(row, Program))
    run: Callable[..., int] = _engine.Program(tuple(records(rows)), table=table(), threads=threads).run
    return run


def records(rows: Iterable[Call]) -> Iterator[Record | Section | Call]:
    """What the extension makes of rows, some of them programs."""
    for row in rows:
        yield from row.records if isinstance(row, Program) else one_by_one(row)
