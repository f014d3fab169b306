"""Products with a floor: C = max(A B, 0), a layer and its ReLU, while the sums are still in registers."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.core.engine.nodes import Elementwise, Node, Operation

WITH_FLOOR = ("product", "convolve")
"""Operations that take such a number in front of what they write, and say so by a last setting of 1."""


def with_floors(nodes: Iterable[Node]) -> list[Node]:
    """The nodes of a row, with a product and the maximum of its results and one number as a single operation."""
    found: list[Node] = []
    for node in nodes:
        joined = with_floor(found[-1], node) if found else None
        if joined is None:
            found.append(node)
        else:
            found[-1] = joined
    return found


def with_floor(product: Node, node: Node) -> Operation | None:
    """A product, and what is done next, as one operation; None where that is something else."""
    if not isinstance(product, Operation) or product.kind not in WITH_FLOOR or not isinstance(node, Elementwise):
        return None
    (written,), maximum = product.writes, node.instructions[0]
    if len(node.instructions) > 1 or maximum.name != "maximum":
        return None
    result, floor = maximum.inputs
    is_all = (result.low, result.high) == (written.low, written.high)
    is_all &= result.fills_its_bytes and written.fills_its_bytes and result.key == maximum.out.key
    if not is_all or floor.array.ndim or floor.meets(written):
        return None
    *operands, out = product.operands
    return Operation(
        product.call,
        product.kind,
        (*operands, floor.array, out),
        (*product.reads, floor),
        product.writes,
        (*product.settings, 1),
        then=maximum.call,
    )
