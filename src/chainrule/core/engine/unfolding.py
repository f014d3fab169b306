"""Copies of windows, and where else the numbers in them can be read: in the image that they were copied from."""

from __future__ import annotations

from dataclasses import dataclass, field

from chainrule.core.arrays import Array, Shape
from chainrule.core.engine.nodes import Elementwise, Key, Node, View

Source = tuple[Array, list[int]]
"""A view of windows, and how many axes of it each axis of its copy became."""

LEAST_AXES = 4
"""Of windows: kernel, channels, places, samples."""


@dataclass(eq=False)
class Unfolding:
    """A copy of windows to columns. holds: until windows are written over.  written: over the columns, since."""

    windows: View
    columns: View
    holds: bool = True
    written: list[View] = field(default_factory=list)
    sources: dict[tuple[Key, Shape], Source | None] = field(default_factory=dict)

    def source(self, view: View) -> Source | None:
        """What a view of the columns is a copy of, and how many axes each of its axes became; None if it is no copy."""
        if not (self.holds and self.columns.low <= view.low and view.high <= self.columns.high):
            return None
        if self.written and any(map(view.meets, self.written)):
            return None
        key = view.key, view.array.shape  # a pool's way back reads what its way forward read
        if key not in self.sources:
            start = view.start - self.columns.start
            self.sources[key] = part_of(self.windows.array, self.columns.array, view.array, start)
        return self.sources[key]


def is_unfolding(node: Node) -> bool:
    """Whether it has the form of a copy that unfolds: of many axes, each within a step of the next, to whole rows."""
    if not isinstance(node, Elementwise) or node.instructions[0].name != "copy":
        return False
    copy = node.instructions[0]
    out = copy.out.array
    if out.ndim < LEAST_AXES or out.shape != copy.inputs[0].array.shape:
        return False
    shape, strides = out.shape, out.strides
    if strides[-2] != shape[-1] * strides[-1]:
        return False
    end = out.itemsize
    for step, length in sorted([(step, length) for step, length in zip(strides, shape, strict=True) if length > 1]):
        if step < end:
            return False
        end = step * length
    return True


def part_of(source: Array, copy: Array, view: Array, start: int) -> Source | None:
    """The view of `source` that lies there as `view` lies in its copy, `start` bytes from its begin; or None.

    Also how many axes each axis of the view became: one that runs through several axes of the copy is split.
    """
    lengths = copy.shape
    axis_of = {step: axis for axis, step in enumerate(copy.strides) if lengths[axis] > 1}
    first = [0] * copy.ndim
    for step in sorted(axis_of, reverse=True) if start else ():
        first[axis_of[step]], start = divmod(start, step)
    taken: dict[int, int] = {}
    order: list[int] = []
    shape: list[int] = []
    became: list[int] = []
    for length, step in zip(view.shape, view.strides, strict=True):
        n_before, begin = len(order), len(shape)
        while length > 1:
            axis = axis_of.get(step, -1)
            if axis < 0 or axis in taken:
                return None
            taken[axis] = n = min(length, lengths[axis])
            if length % n or (n < length and first[axis]):
                return None
            order.insert(n_before, axis)
            shape.insert(begin, n)
            length, step = length // n, step * lengths[axis]
        if len(shape) == begin:
            shape.append(1)
        became.append(len(shape) - begin)
    if start or any(i + taken.get(axis, 1) > lengths[axis] for axis, i in enumerate(first)):
        return None
    cut = source[tuple([slice(i, i + taken[axis]) if axis in taken else i for axis, i in enumerate(first)])]
    kept = sorted(order)
    if order != kept:
        cut = cut.transpose([kept.index(axis) for axis in order])
    return cut if len(order) == len(shape) else cut.reshape(shape, copy=False), became
