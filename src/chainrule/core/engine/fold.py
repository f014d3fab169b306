"""A fold of a product, as one operation: the product's columns are summed into an image, and never made."""

from __future__ import annotations

from chainrule.core.engine.matrices import MOST_MATRIX_AXES, SHORTEST, Product, lies_in_a_row
from chainrule.core.engine.nodes import Node, Operation, PythonCall
from chainrule.core.engine.row import Reader
from chainrule.core.layers.unfold import Fold, as_columns, kernel_of


def fold_of(node: Node) -> Fold | None:
    """The fold that a node is, not yet read call by call."""
    return node.call if isinstance(node, PythonCall) and isinstance(node.call, Fold) else None


def folded(product: Product, fold: Fold, reader: Reader) -> Operation | None:
    """WT dz in columns, and their fold into dx, as one operation; None where the fold is of something else."""
    whole, dx, axes = product.uncut(), fold.x, fold.axes
    WT, dz, columns = whole.A, whole.B, whole.C
    if columns.ndim > MOST_MATRIX_AXES or dx.ndim - columns.ndim != len(axes):
        return None
    channels, n, kernel = dx.shape[columns.ndim - 2], dx.shape[-1], kernel_of(axes)
    try:
        taps = as_columns(columns, channels, axes)
    except ValueError:  # columns that aren't one matrix, or not of these windows
        return None
    if reader.view(taps).key != reader.view(fold.columns).key or taps.size != columns.size:
        return None
    if n * dx.itemsize < SHORTEST or not lies_in_a_row(dx) or not lies_in_a_row(dz):
        return None
    WT = WT.reshape(*WT.shape[:-2], channels, *kernel, WT.shape[-1], copy=False)
    dz = dz.reshape(*dz.shape[:-1], *(axis.windows for axis in axes), n, copy=False)
    settings = tuple(number for axis in axes for number in (axis.stride, axis.before))
    reads, write = (reader.view(WT), reader.view(dz)), reader.view(dx)
    return Operation(product.call, "convolve_to_input", (WT, dz, dx), reads, (write,), settings)
