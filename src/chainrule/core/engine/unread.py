"""What is never read isn't computed: products whose columns are summed at once, and the last row of other products.

Such a row is the gradient of the ones below a layer's input.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chainrule.core.engine.liveness import Liveness
from chainrule.core.engine.nodes import Node, Operation
from chainrule.core.engine.row import Reader


def without_unread(
    nodes: Sequence[Node], doubted: Collection[Node], liveness: Liveness, reader: Reader
) -> dict[int, Node]:
    """The nodes of a row by their numbers, without those that are never read, and with C = A B without its last row
    where that isn't. `liveness` is kept up.

    doubted: the nodes that may be left out; each writes one array.
    """
    found = dict(enumerate(nodes))
    for number, node in enumerate(nodes) if doubted else ():
        if node in doubted:
            (view,) = node.writes
            block = liveness.blocks[view.block]
            if liveness.is_unread(block.index((number, True, view)), block):
                liveness.forget(number, found.pop(number))
    for number, node in found.items():
        if isinstance(node, Operation) and has_rows(node):
            view = node.writes[0]
            block = liveness.blocks[view.block]
            if any(view.key == other.key for _, writes, other in block if not writes):
                continue  # all of it is read at once
            place = block.index((number, True, view))
            block[place] = number, True, reader.view(view.array[-1:])
            if liveness.is_unread(place, block):
                node = found[number] = without_last_row(node, reader)
            block[place] = number, True, node.writes[0]
    return found


def has_rows(node: Operation) -> bool:
    """Whether an operation is a product of two matrices, without a floor, that has several rows."""
    C = node.operands[-1]
    is_product = node.kind == "product" and not node.settings
    return is_product and C is node.writes[0].array and C.ndim == 2 and len(C) > 1


def without_last_row(product: Operation, reader: Reader) -> Operation:
    """A product of two matrices without its last row."""
    A, B, C = product.operands
    A, C = A[:-1], C[:-1]
    return Operation(product.call, product.kind, (A, B, C), (reader.view(A), reader.view(B)), (reader.view(C),))
