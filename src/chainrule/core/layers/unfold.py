"""Unfold and fold: the windows of an input side by side, and back. Each is the transpose (the adjoint) of the other.

    unfold   columns[i, j, c, h, w] = x[c, h s + i - p, w s + j - p], and 0 where that is padding
    fold     x[c, y, x] = the sum of what stands in the columns that unfold copies from there

Both walk over the kernel's offsets (i, j), never over samples or members: each offset is one NumPy call on views that
are cut once, and samples last make its inner loop long and contiguous.
"""

from collections.abc import Iterable

import numpy as np

from chainrule.core.arrays import Array, Call, count
from chainrule.core.layers.windows import Axes, meetings


def as_columns(a: Array, channels: int, axes: Axes) -> Array:
    """A matrix (..., C kh kw, OH OW n), perhaps with a row of ones below, as (kh kw, ..., C, OH, OW, n): a view."""
    n_offsets = len(meetings(axes))
    windows = tuple(axis.windows for axis in axes)
    shape = (*a.shape[:-2], channels, n_offsets, *windows, a.shape[-1] // count(windows))
    return np.moveaxis(a[..., : channels * n_offsets, :].reshape(shape, copy=False), a.ndim - 1, 0)


def bind_unfold(x: Array, columns: Iterable[Array], axes: Axes, padding: float = 0.0) -> Call:
    """Copy the windows of x (..., C, H, W, n) to a column (..., C, OH, OW, n) for each offset of the kernel.

    The padding is written here, once: nothing else may write to these columns.
    """
    pairs = []
    for column, (inputs, windows) in zip(columns, meetings(axes), strict=True):
        column[...] = padding
        pairs.append((x[inputs], column[windows]))

    def unfold() -> None:
        for there, column in pairs:
            np.copyto(column, there)

    return unfold


def bind_fold(columns: Iterable[Array], x: Array, axes: Axes) -> Call:
    """Add up in x (..., C, H, W, n) what stands in the columns (..., C, OH, OW, n), one for each offset."""
    pairs = [(x[inputs], column[windows]) for column, (inputs, windows) in zip(columns, meetings(axes), strict=True)]
    if all(axis.kernel <= axis.stride for axis in axes):

        def fold_apart() -> None:
            x.fill(0.0)
            for there, column in pairs:  # nowhere do two windows meet
                np.copyto(there, column)

        return fold_apart

    # Ufuncs take buffers from the allocator for views like these, copies don't: the sums are made in contiguous memory.
    room = np.empty((2, max(column.size for _, column in pairs)), x.dtype)
    terms = [(*pair, *room[:, : pair[1].size].reshape(2, *pair[1].shape, copy=False)) for pair in pairs]

    def fold() -> None:
        x.fill(0.0)
        for there, column, so_far, more in terms:
            np.copyto(so_far, there)
            np.copyto(more, column)
            np.add(so_far, more, out=so_far)
            np.copyto(there, so_far)

    return fold
