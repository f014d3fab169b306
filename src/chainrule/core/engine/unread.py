"""What is never read isn't computed: products whose columns are summed at once, and the last row of other products.

Such a row is the gradient of the ones below a layer's input.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from chainrule.core.engine.liveness import Access, Liveness
from chainrule.core.engine.nodes import Node, Operation, View
from chainrule.core.engine.row import Reader


def without_unread(
    nodes: Sequence[Node], doubted: Collection[Node], observed: Iterable[View], reader: Reader
) -> list[Node]:
    """The nodes of a row, without those that are never read, and with C = A B without its last row where that isn't.

    doubted: the nodes that may be left out; each writes one array.
    """
    liveness = Liveness(nodes, observed)
    found: dict[int, Node] = dict(enumerate(nodes))
    for number, node in enumerate(nodes) if doubted else ():
        if node in doubted:
            (view,) = node.writes
            block = liveness.blocks[view.block]
            if liveness.is_unread(block.index((number, True, view)), block):
                del found[number]
    for number, node in found.items():
        if isinstance(node, Operation) and node.kind == "product":
            view = node.writes[0]
            block = [each for each in liveness.blocks[view.block] if each[0] in found or each[0] == len(nodes)]
            if has_rows(node) and not is_read(view, block):
                place = block.index((number, True, view))
                block[place] = number, True, reader.view(view.array[-1:])
                if liveness.is_unread(place, block):
                    found[number] = without_last_row(node, reader)
    return list(found.values())


def has_rows(product: Operation) -> bool:
    """Whether a product is one of two matrices, and has several rows."""
    C = product.operands[-1]
    return C is product.writes[0].array and C.ndim == 2 and len(C) > 1


def is_read(view: View, block: Iterable[Access]) -> bool:
    """Whether all of a view is read at once."""
    return any(view.key == other.key for _, writes, other in block if not writes)


def without_last_row(product: Operation, reader: Reader) -> Operation:
    """A product of two matrices without its last row."""
    A, B, C = product.operands
    A, C = A[:-1], C[:-1]
    return Operation(product.call, product.kind, (A, B, C), (reader.view(A), reader.view(B)), (reader.view(C),))
