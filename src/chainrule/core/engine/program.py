"""The program of a row: its operations as the extension takes them, and a listing of them beside the calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, one_by_one
from chainrule.core.engine.extension import _engine, table
from chainrule.core.engine.fuse import fused
from chainrule.core.engine.liveness import Stores, dead_stores
from chainrule.core.engine.registers import instruct
from chainrule.core.engine.row import Node, Operation, PythonCall, Reader

Record = tuple[str, tuple[Array, ...], tuple[int, ...]]


class Program:
    """A row of calls, compiled. Calling it does what the calls do; `run(times)` does it so many times.

    calls: the row as it was, one by one.  nodes: what became of them.
    """

    def __init__(self, calls: Sequence[Call], observed: Iterable[Array] | None, *, fuse: bool = True) -> None:
        self.calls = tuple(calls)
        reader = Reader()
        nodes = reader.row(self.calls)
        self.nodes: list[Node] = fused(nodes) if fuse else nodes
        seen = None if observed is None else [reader.view(each) for each in observed if each.size]
        self._dead: Stores = set() if seen is None else dead_stores(self.nodes, seen)
        records = (self._record(i, node) for i, node in enumerate(self.nodes))
        self._compiled = _engine.Program(tuple(each for each in records if each is not None), table=table())
        self.run = self._compiled.run

    def __call__(self) -> None:
        """Run once."""
        self.run()

    def _record(self, number: int, node: Node) -> Record | Call | None:
        """A node as the extension takes it; None where nothing is left to do."""
        if isinstance(node, PythonCall):
            return node.call
        if isinstance(node, Operation):
            return node.kind, node.operands, node.settings
        stored = {view.key for view in node.writes if (number, id(view)) not in self._dead}
        return instruct(node, stored) if stored else None


def lowered(calls: Call, observed: Iterable[Array] | None = None) -> Program | Calls:
    """A row as one call: a program, or the calls themselves where the engine isn't built.

    observed: the arrays that are read after a run; None: any of them may be.
    """
    row = one_by_one(calls)
    return Calls(*row) if _engine is None else Program(row, observed)
