"""Recognise a fold: the calls that sum the columns of a product into an image.

Its stride, padding and kernel are read from the first and the last of these calls; then they must be the calls that
`bind_fold` makes with such settings, from the same places to the same places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.engine.matrices import MOST_AXES, SHORTEST, Product, lies_in_a_row
from chainrule.core.engine.nodes import Elementwise, Key, Node, Operation
from chainrule.core.engine.row import Bound, Reader
from chainrule.core.layers.unfold import as_columns, kernel_of
from chainrule.core.layers.windows import Axes, Axis


def folded(product: Product, nodes: Sequence[Node], reader: Reader) -> tuple[int, list[Node]] | None:
    """WT dz in columns, and their fold into dx, as one operation after the product, which liveness may leave out.

    nodes: the product, what fills dx with zeros, and the fold's copies and sums.
    Returns how many nodes are done, and what they become; None where it is no fold.
    """
    whole = product.uncut()
    WT, dz, columns = whole.A, whole.B, whole.C
    dx = filled(nodes[1]) if len(nodes) > 2 else None
    if dx is None or columns.ndim > MOST_AXES or dx.ndim - columns.ndim not in (1, 2):
        return None
    channels, n = dx.shape[columns.ndim - 2], dx.shape[-1]
    n_taps = columns.shape[-2] // channels
    terms = nodes[2 : 2 + n_taps]
    axes = axes_of(dx, columns, terms, reader)
    if axes is None or not is_fold(columns, dx, axes, terms, reader):
        return None
    kernel, windows = tuple(axis.kernel for axis in axes), tuple(axis.windows for axis in axes)
    if n * dx.itemsize < SHORTEST or not lies_in_a_row(dx) or not lies_in_a_row(dz):
        return None
    lead = WT.shape[:-2]
    WT = WT.reshape(*lead, channels, *kernel, WT.shape[-1], copy=False)
    dz = dz.reshape(*dz.shape[:-1], *windows, n, copy=False)
    settings = tuple(number for axis in axes for number in (axis.stride, axis.before))
    reads, write = (reader.view(WT), reader.view(dz)), reader.view(dx)
    fold = Operation(product.call, "convolve_to_input", (WT, dz, dx), reads, (write,), settings)
    return 2 + n_taps, [nodes[0], fold]


def filled(node: Node) -> Array | None:
    """The image that a node fills with zeros."""
    call: Bound = node.instructions[0].call if isinstance(node, Elementwise) else None
    if getattr(call, "func", None) is not np.ndarray.fill or call.args[1] != 0:
        return None
    image: Array = call.args[0]
    return image


def axes_of(dx: Array, columns: Array, terms: Sequence[Node], reader: Reader) -> Axes | None:
    """The windows along each axis of dx, if these copies and sums are a fold: the kernel's offsets in order."""
    ends = [each.instructions[0] for each in (terms[0], terms[-1]) if isinstance(each, Elementwise)] if terms else []
    if len(ends) != 2:
        return None
    n_axes = dx.ndim - columns.ndim
    spatial = slice(-1 - n_axes, -1)
    steps = dx.strides[spatial]
    first, last = ends
    column = first.inputs[0].array
    sample, strides = columns.strides[-1] * dx.shape[-1], first.out.array.strides[spatial]
    if first.name != "copy" or column.ndim != dx.ndim or sample < 1 or any(step < 1 for step in steps):
        return None
    lengths = [columns.shape[-1] // dx.shape[-1]]  # how many windows along each axis
    if n_axes == 2:
        across = column.strides[-3] // sample
        if across < 1 or lengths[0] % across:
            return None
        lengths = [lengths[0] // across, across]
    shifts = []
    for term, source in ((first, first.inputs[0]), (last, last.inputs[-1])):
        in_row = (source.start - reader.view(columns).start) % columns.strides[-2]
        windows = places(in_row, [math.prod(lengths[i + 1 :]) * sample for i in range(n_axes)])
        inputs = places(term.out.start - reader.view(dx).start, steps)
        shifts.append([x - w * (s // step) for x, w, s, step in zip(inputs, windows, strides, steps, strict=True)])
    axes = []
    for i in range(n_axes):
        before, stride = -shifts[0][i], strides[i] // steps[i]
        kernel = shifts[1][i] + before + 1
        if before < 0 or stride < 1 or kernel < 1:
            return None
        axes.append(Axis(dx.shape[spatial][i], kernel, stride, before, lengths[i]))
    return tuple(axes)


def places(distance: int, steps: Sequence[int]) -> Shape:
    """How many steps along each axis, the outermost first, lead so far in memory."""
    found = []
    for step in steps:
        count, distance = divmod(distance, step)
        found.append(count)
    return tuple(found)


def is_fold(columns: Array, dx: Array, axes: Axes, terms: Sequence[Node], reader: Reader) -> bool:
    """Whether these are the copies and sums that fold columns along these axes, after dx was filled with zeros."""
    n_axes, channels = len(axes), dx.shape[columns.ndim - 2]
    if math.prod(kernel_of(axes)) != len(terms) or len(terms) * channels != columns.shape[-2]:
        return False
    try:
        taps = as_columns(columns, channels, axes)  # (kh, kw, ..., C, OH, OW, n)
    except ValueError:  # columns that aren't one matrix
        return False
    image, column = reader.view(dx), reader.view(columns)
    spatial = slice(-1 - n_axes, -1)
    to_input, to_window, to_tap = dx.strides[spatial], taps.strides[spatial], taps.strides[:n_axes]
    # for each axis and offset: where the inputs begin, and where the columns that are added to them; how many
    parts = [
        [part(*each, i) for i in range(each[0].kernel)] for each in zip(axes, to_input, to_window, to_tap, strict=True)
    ]
    steps = tuple(step * axis.stride for step, axis in zip(to_input, axes, strict=True))
    strides = (*dx.strides[: -1 - n_axes], *steps, dx.strides[-1])
    offsets = sorted(np.ndindex(kernel_of(axes)), key=lambda offset: is_sum(offset, axes))
    for term, offset in zip(terms, offsets, strict=True):
        to, of, lengths = zip(*(parts[axis][i] for axis, i in enumerate(offset)), strict=True)
        shape = (*dx.shape[: -1 - n_axes], *lengths, dx.shape[-1])
        out = reader.key(image.start + sum(to), image.type, shape, strides)
        source = reader.key(column.start + sum(of), column.type, shape, taps.strides[n_axes:])
        done = (out, "add", out, source) if is_sum(offset, axes) else (out, "copy", source)
        if not isinstance(term, Elementwise) or does(term) != done:
            return False
    return True


def part(axis: Axis, to_input: int, to_window: int, to_tap: int, offset: int) -> tuple[int, int, int]:
    """Along an axis, for an offset of the kernel: the first input, the first column, in bytes; and how many."""
    windows, inputs = axis.reach(offset)
    return inputs.start * to_input, offset * to_tap + windows.start * to_window, windows.stop - windows.start


def is_sum(offset: Shape, axes: Axes) -> bool:
    """Whether a fold sums the columns of an offset: the first ones, within one stride, are copied."""
    return any(i >= axis.stride for axis, i in zip(axes, offset, strict=True))


def does(node: Elementwise) -> tuple[Key | str, ...]:
    """What an elementwise call computes: to which place, and from which ones."""
    (instruction,) = node.instructions
    return instruction.out.key, instruction.name, *(view.key for view in instruction.inputs)
