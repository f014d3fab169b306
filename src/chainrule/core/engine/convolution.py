"""Convolutions whose columns are never made: what reads the copy of an image's windows reads the image instead.

A convolution's row copies the windows to columns and multiplies these; backward, products of columns are folded, summed
into the image. Here each of the three products becomes one operation on the windows, a view of the image:

    columns = windows                                    stays; liveness leaves it out where the columns are never read
    z = W columns, in blocks                             convolve
    dWT = columns dzᵀ, in blocks, and their sum          convolve_to_weights
    columns = WT dz; fold columns into dx                convolve_to_input

A pool's calls read the windows, too. What is a copy of windows, and what reads it, is decided by where arrays lie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.core.arrays import Array
from chainrule.core.calls import Call
from chainrule.core.engine.fold import fold_of, folded
from chainrule.core.engine.matrices import MOST_MATRIX_AXES, Product, joined, lies_in_a_row, stretch
from chainrule.core.engine.nodes import Elementwise, Instruction, Node, Operation, PythonCall, View
from chainrule.core.engine.row import Reader
from chainrule.core.engine.unfolding import Unfolding, is_unfolding
from chainrule.core.layers.unfold import Fold

MOST_WINDOWS = 9
"""The most numbers per window of a pool that are joined one call after the other, not by a reduction."""

Step = tuple[int, list[Node]]
"""How many nodes are done, and what they become."""


def without_columns(nodes: Sequence[Node], reader: Reader) -> tuple[list[Node], set[Node]]:
    """The nodes of a row, with windows read in place of columns where they can be; products that may be unread now."""
    if not any(fold_of(node) or is_unfolding(node) for node in nodes):
        return list(nodes), set()
    rewriting, left = Rewriting(reader), list(nodes)
    done: list[Node] = []
    doubted: set[Node] = set()
    while left:
        if (fold := fold_of(left[0])) is not None:
            left[:1] = map(reader.node, fold)
            continue
        n_done, made = rewriting.step(left)
        for each in made:
            rewriting.note(each)
        done += made
        if n_done > 1:
            doubted.update(made[:-1])
        del left[:n_done]
    return done, doubted


@dataclass(eq=False)
class Rewriting:
    """A walk along the nodes, with the unfoldings that hold where it is, by the blocks of memory that they touch."""

    reader: Reader
    unfoldings: dict[int, list[Unfolding]] = field(default_factory=dict)

    def step(self, nodes: Sequence[Node]) -> Step:
        """What becomes of the next nodes."""
        node = nodes[0]
        if isinstance(node, Elementwise):
            return 1, [self.elementwise(node)]
        fold = fold_of(nodes[1]) if len(nodes) > 1 else None
        product = Product.of(node)
        if product is not None:
            return self.forward(product) or self.to_weights(product, nodes) or self.to_input(product, nodes, fold)
        if isinstance(node, Operation) and node.kind == "reduction":
            return 1, self.reduction(node)
        return 1, [node]

    def note(self, node: Node) -> None:
        """Remember what a node writes over, and whether it unfolds."""
        if isinstance(node, PythonCall) and node.opaque:
            self.unfoldings.clear()
        for view in node.writes:
            for each in self.unfoldings.get(view.block, ()):
                if view.meets(each.windows):
                    each.holds = False
                elif view.meets(each.columns):
                    each.written.append(view)
        if isinstance(node, Elementwise) and is_unfolding(node):
            unfolding = Unfolding(node.instructions[0].inputs[0], node.instructions[0].out)
            for block in {unfolding.windows.block, unfolding.columns.block}:
                self.unfoldings.setdefault(block, []).append(unfolding)

    def forward(self, product: Product) -> Step | None:
        """W a, a being columns."""
        whole = product.uncut()
        found = self.windows(whole.B) if whole.C.ndim <= MOST_MATRIX_AXES and lies_in_a_row(whole.C) else None
        if found is None:
            return None
        windows, n_row_axes = found
        return 1, [self.operation(product.call, "convolve", (whole.A, *windows, whole.C), n_row_axes)]

    def to_weights(self, product: Product, nodes: Sequence[Node]) -> Step | None:
        """A dzᵀ, a being columns: as one product, or as products of blocks and their sum, which is the next node."""
        a, dz, dWT, call, before = product.A, product.B.mT, product.C, product.call, nodes[:0]
        total = self.sum_of_blocks(dWT, nodes)
        whole = None if total is None else joined(a, dz)
        if whole is not None and total is not None:
            (a, dz), dWT, call, before = whole, total.operands[1][..., 0, :, :], total.call, nodes[:1]
        found = self.windows(a) if dWT.ndim <= MOST_MATRIX_AXES and lies_in_a_row(dz) else None
        if found is None:
            return None
        windows, n_row_axes = found
        operation = self.operation(call, "convolve_to_weights", (*windows, dz, dWT), n_row_axes)
        return len(before) + 1, [*before, operation]

    def to_input(self, product: Product, nodes: Sequence[Node], fold: Fold | None) -> Step:
        """WT dz, and the fold of these columns, which is the next node."""
        operation = None if fold is None else folded(product, fold, self.reader)
        return (1, [nodes[0]]) if operation is None else (2, [nodes[0], operation])

    def sum_of_blocks(self, products: Array, nodes: Sequence[Node]) -> Operation | None:
        """The second node, if it sums products over blocks."""
        node = nodes[1] if len(nodes) > 1 else None
        if not isinstance(node, Operation) or node.kind != "reduction" or node.settings != (0,):
            return None
        blocks, sums = node.operands
        matches = self.reader.view(blocks).key == self.reader.view(products).key and blocks.ndim == products.ndim > 2
        return node if matches and sums.shape == (*products.shape[:-3], 1, *products.shape[-2:]) else None

    def windows(self, a: Array) -> tuple[tuple[Array, ...], int] | None:
        """Columns as windows, and the rows below them, if any; and how many axes of the windows are rows."""
        whole = self.reader.view(a)
        for unfolding in self.unfoldings.get(whole.block, ()):
            columns = unfolding.columns
            if not whole.low <= columns.low < whole.high:
                continue
            n_rows = columns.array.size // (math.prod(a.shape[:-2]) * a.shape[-1])
            if not 0 < n_rows <= a.shape[-2]:
                continue
            found = unfolding.source(self.reader.view(a[..., :n_rows, :]))
            if found is None:
                continue
            windows, (*lead, n_row_axes, n_column_axes) = found
            below = a[..., n_rows:, :]
            if set(lead) <= {1} and stretch(windows, n_column_axes) and lies_in_a_row(below):
                return (windows, below) if below.size else (windows,), n_row_axes
        return None

    def operation(self, call: Call, kind: str, operands: tuple[Array, ...], n_row_axes: int) -> Operation:
        """A product that reads windows; the last operand is written."""
        *reads, write = map(self.reader.view, operands)
        return Operation(call, kind, operands, tuple(reads), (write,), (n_row_axes,))

    def elementwise(self, node: Elementwise) -> Elementwise:
        """An elementwise call that reads windows, not their copies."""
        if not any(view.block in self.unfoldings for view in node.reads):
            return node
        copied = node.instructions[0]
        inputs = tuple([self.read(view, copied.out) for view in copied.inputs])
        return Elementwise([Instruction(copied.call, copied.name, copied.out, inputs)], inputs, node.writes)

    def read(self, view: View, out: View) -> View:
        """Where the numbers of a view can be read as well, and `out` isn't written: the view itself if nowhere."""
        for unfolding in self.unfoldings.get(view.block, ()):
            if view.low < unfolding.columns.low or unfolding.columns.high < view.high:
                continue
            found = unfolding.source(view)
            if found is not None and set(found[1]) <= {1}:
                other = self.reader.view(found[0])
                if not other.meets(out):
                    return other
        return view

    def reduction(self, node: Operation) -> list[Node]:
        """The sum or the extremum of each window, if small, as one elementwise call after the other."""
        x, out = node.operands
        if not 2 <= x.shape[0] <= MOST_WINDOWS or out.shape != (1, *x.shape[1:]):
            return [node]
        target, copies = self.reader.view(out[0, ...]), [self.reader.view(x[i, ...]) for i in range(len(x))]
        windows = [self.read(each, target) for each in copies]
        if any(window is copy for window, copy in zip(windows, copies, strict=True)):
            return [node]
        name = ("add", "maximum", "minimum")[node.settings[0]]
        pairs = [(windows[0], windows[1]), *((target, each) for each in windows[2:])]
        return [Elementwise([Instruction(node.call, name, target, pair)], pair, (target,)) for pair in pairs]
