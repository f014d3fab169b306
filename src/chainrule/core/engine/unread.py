"""Products without a last row that nobody reads, as that of the gradient of the ones below a layer's input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chainrule.core.engine.liveness import accesses_of, by_block, checks_among, is_unread, opaque_among
from chainrule.core.engine.nodes import Node, Operation, View
from chainrule.core.engine.row import Reader


def without_unread_rows(nodes: Sequence[Node], observed: Iterable[View], reader: Reader) -> list[Node]:
    """The nodes of a row, with C = A B without its last row where that is never read."""
    opaque, checks, found = opaque_among(nodes), checks_among(nodes), list(nodes)
    for block in by_block(accesses_of(nodes, observed)):
        read = {view.key for _, writes, view in block if not writes}
        for place, (number, writes, view) in enumerate(block):
            shorter = without_last_row(nodes[number], reader) if writes and view.key not in read else None
            if shorter is not None:
                last = number, True, reader.view(view.array[-1:])
                if is_unread(place, [*block[:place], last, *block[place + 1 :]], opaque, checks):
                    found[number] = shorter
    return found


def without_last_row(node: Node, reader: Reader) -> Operation | None:
    """A product of two matrices without its last row; None if it has just one, or is something else."""
    if not isinstance(node, Operation) or node.kind != "product":
        return None
    A, B, C = node.operands
    if C is not node.writes[0].array or C.ndim > 2 or len(C) == 1:
        return None
    A, C = A[:-1], C[:-1]
    return Operation(node.call, node.kind, (A, B, C), (reader.view(A), reader.view(B)), (reader.view(C),))
