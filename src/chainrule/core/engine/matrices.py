"""Products of matrices as a row makes them, and how their operands lie in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, dot
from chainrule.core.engine.nodes import Elementwise, Node, Operation, PythonCall
from chainrule.core.engine.row import Bound

MOST_MATRIX_AXES = 3
"""Of the matrices that the engine convolves: members, rows, columns."""

SHORTEST = 64
"""Bytes that lie in a row where the engine convolves: the widest vector."""


@dataclass(eq=False, slots=True)
class Product:
    """C = A B, in the engine or in the BLAS."""

    call: Call
    A: Array
    B: Array
    C: Array

    @classmethod
    def of(cls, node: Node) -> Product | None:
        """The product that a node is, if it is one of matrices that are alike in their leading axes."""
        if isinstance(node, Elementwise) or not is_product(node):
            return None
        call: Bound = node.call
        operands: list[Array] = [*call.args, *call.keywords.values()]
        A, B, C = operands
        alike = 2 <= A.ndim == B.ndim == C.ndim and call.func is not np.vecdot
        return cls(call, A, B, C) if alike else None

    def uncut(self) -> Product:
        """A product of a matrix and blocks of columns as one product; any other as it is."""
        blocks = joined(self.B, self.C) if self.C.ndim > 2 and self.A.shape[-3] == 1 else None
        return Product(self.call, self.A[..., 0, :, :], *blocks) if blocks else self


def is_product(node: Node) -> bool:
    """Whether a node multiplies matrices, and does nothing else."""
    if isinstance(node, PythonCall):
        func = getattr(node.call, "func", None)
        return func in (np.matmul, dot) and len(node.writes) == 1
    return isinstance(node, Operation) and node.kind == "product"


def joined(one: Array, other: Array) -> tuple[Array, Array] | None:
    """Blocks (..., n, R, N / n) of two matrices as the matrices (..., R, N), views; None where they are no blocks."""
    first, second = (
        each.swapaxes(-3, -2).reshape(*each.shape[:-3], each.shape[-2], each.shape[-3] * each.shape[-1], copy=False)
        if each.ndim > 2 and each.strides[-3] == each.shape[-1] * each.strides[-1]
        else None
        for each in (one, other)
    )
    return None if first is None or second is None else (first, second)


def lies_in_a_row(matrix: Array) -> bool:
    """Whether the numbers of each row do."""
    return matrix.strides[-1] == matrix.itemsize


def stretch(windows: Array, n_axes: int) -> bool:
    """Whether the last axes of windows, which are columns, are made of long enough stretches of memory."""
    length = 1
    for n, step in zip(windows.shape[: -1 - n_axes : -1], windows.strides[::-1], strict=False):
        if n != 1 and step != length * windows.itemsize:
            break
        length *= n
    return lies_in_a_row(windows) and length * windows.itemsize >= SHORTEST
