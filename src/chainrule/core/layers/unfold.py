"""Unfold (im2col) copies the windows of an input to columns; fold (col2im), its transpose, adds columns to an input.

    unfold   columns[i, j, c, h, w] = x[c, h s + i - p, w s + j - p], and 0 where that is padding
    fold     x[c, y, x] = the sum of all entries of the columns that unfold copies from x[c, y, x]

The windows are one view of the input, which unfold copies at once. Fold adds the columns, one offset (i, j) of the
kernel after the other; offsets within one stride never overlap, and are copied instead. There is no loop over samples
or members, and with samples as the last axis NumPy's inner loops are long and contiguous.
"""

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chainrule.core.arrays import Array, Shape
from chainrule.core.calls import Call, Calls, bind_copy, call
from chainrule.core.layers.windows import Axes, Axis

Index = tuple[Any, ...]


def kernel_of(axes: Axes) -> Shape:
    """The kernel's size along each axis."""
    return tuple(axis.kernel for axis in axes)


def as_columns(a: Array, channels: int, axes: Axes) -> Array:
    """A matrix (..., C kh kw, OH OW n), perhaps with a row of ones below, as (kh, kw, ..., C, OH, OW, n): a view."""
    kernel, windows = kernel_of(axes), tuple(axis.windows for axis in axes)
    n_rows, lead = channels * math.prod(kernel), a.ndim - 2
    columns = a[..., :n_rows, :].reshape(*a.shape[:-2], channels, *kernel, *windows, -1, copy=False)
    return np.moveaxis(columns, range(lead + 1, lead + 1 + len(axes)), range(len(axes)))


def windows_of(x: Array, axes: Axes) -> Array:
    """All windows of x (..., C, H, W, n) as (kh, kw, ..., C, OH, OW, n): a view, in which windows may overlap."""
    spatial = range(-1 - len(axes), -1)
    windows = sliding_window_view(x, kernel_of(axes), tuple(spatial))  # (..., C, H', W', n, kh, kw)
    taken: Index = tuple(slice(0, (axis.windows - 1) * axis.stride + 1, axis.stride) for axis in axes)
    return np.moveaxis(windows, range(-len(axes), 0), range(len(axes)))[(..., *taken, slice(None))]


def with_padding(x: Array, axes: Axes, padding: float) -> tuple[Array, Array]:
    """A padded array as large as the windows reach, and the view of it for x; both are x where no padding is needed."""
    lengths = [axis.padded for axis in axes]
    if lengths == [axis.length for axis in axes]:
        return x, x
    padded = np.full((*x.shape[: -1 - len(axes)], *lengths, x.shape[-1]), padding, x.dtype)
    inside: Index = tuple(slice(axis.before, axis.before + axis.length) for axis in axes)
    return padded, padded[(..., *inside, slice(None))]


def bind_unfold(x: Array, columns: Array, axes: Axes, padding: float = 0.0) -> Calls:
    """Copy the windows of x (..., C, H, W, n) to columns (kh, kw, ..., C, OH, OW, n)."""
    padded, inside = with_padding(x, axes, padding)
    windows = bind_copy(windows_of(padded, axes), out=columns)
    return Calls(windows) if inside is x else Calls(bind_copy(x, out=inside), windows)


class Fold(Calls):
    """The calls of a fold, which stay together, so that the engine knows what they are: it sums the columns into x.

    zero: what x is filled with first, where the columns leave gaps.
    """

    columns: Array
    x: Array
    zero: Array
    axes: Axes


def bind_fold(columns: Array, x: Array, axes: Axes) -> Fold:
    """Sum the columns (kh, kw, ..., C, OH, OW, n) into x (..., C, H, W, n), leaving out padding."""
    copies: list[Call] = []
    sums: list[Call] = []
    zero = np.zeros((), x.dtype)
    for offset in np.ndindex(kernel_of(axes)):
        windows, inputs = zip(*map(Axis.reach, axes, offset), strict=True)
        here, column = x[(..., *inputs, slice(None))], columns[offset][(..., *windows, slice(None))]
        if all(i < axis.stride for axis, i in zip(axes, offset, strict=True)):
            copies.append(bind_copy(column, out=here))  # the first at its place: these offsets never overlap
        else:
            sums.append(call(np.add, here, column, out=here))
    covers = all(
        axis.stride <= axis.kernel and axis.before + axis.length <= axis.windows * axis.stride for axis in axes
    )
    if not covers:  # the copies leave gaps, which start at zero
        copies.insert(0, partial(np.ndarray.fill, x, zero))
    fold = Fold(*copies, *sums)
    fold.columns, fold.x, fold.zero, fold.axes = columns, x, zero, axes
    return fold
