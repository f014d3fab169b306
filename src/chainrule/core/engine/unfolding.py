"""Copies of windows, and where else the numbers in them can be read: in the image that they were copied from."""

from __future__ import annotations

from dataclasses import dataclass, field

from chainrule.core.arrays import Array, Shape
from chainrule.core.engine.nodes import Instruction, Key, View

Source = tuple[Array, list[int]]
"""A view of windows, and how many axes of it each axis of its copy became."""

LEAST_AXES = 4
"""Of windows: kernel, channels, places, samples."""


@dataclass(eq=False)
class Unfolding:
    """A copy of windows to columns, as long as both are what they were. written: what was written over since."""

    windows: View
    columns: View
    written: list[View] = field(default_factory=list)
    sources: dict[tuple[Key, Shape], Source | None] = field(default_factory=dict)

    def source(self, view: View) -> Source | None:
        """What a view of the columns is a copy of, and how many axes each of its axes became; None if it is no copy."""
        if not (self.columns.low <= view.low and view.high <= self.columns.high):
            return None
        if self.written and any(map(view.meets, self.written)):
            return None
        key = view.key, view.array.shape  # a pool's way back reads what its way forward read
        if key not in self.sources:
            start = view.start - self.columns.start
            self.sources[key] = part_of(self.windows.array, self.columns.array, view.array, start)
        return self.sources[key]


def is_unfolding(copy: Instruction) -> bool:
    """Whether a copy has the form of one that unfolds: of many axes, each within a step of the next, to whole rows."""
    out, source = copy.out.array, copy.inputs[0].array
    if copy.name != "copy" or out.ndim < LEAST_AXES or out.shape != source.shape:
        return False
    if out.strides[-2] != out.shape[-1] * out.strides[-1]:
        return False
    end = out.itemsize
    for step, length in sorted(
        (step, length) for step, length in zip(out.strides, out.shape, strict=True) if length > 1
    ):
        if step < end:
            return False
        end = step * length
    return True


def part_of(source: Array, copy: Array, view: Array, start: int) -> Source | None:
    """The view of `source` that lies there as `view` lies in its copy, `start` bytes from its begin; or None.

    Also how many axes each axis of the view became: one that runs through several axes of the copy is split.
    """
    long = [axis for axis in range(copy.ndim) if copy.shape[axis] > 1]
    axis_of = {copy.strides[axis]: axis for axis in long}
    first = [0] * copy.ndim
    for stride in sorted(axis_of, reverse=True):
        first[axis_of[stride]], start = divmod(start, stride)
    taken: dict[int, int] = {}
    places: list[list[int]] = []
    for length, stride in zip(view.shape, view.strides, strict=True):
        places.append([])
        while length > 1:
            axis = axis_of.get(stride, -1)
            if axis < 0 or axis in taken:
                return None
            taken[axis] = n = min(length, copy.shape[axis])
            if length % n or (n < length and first[axis]):
                return None
            places[-1].insert(0, axis)
            length, stride = length // n, stride * copy.shape[axis]
    ends = [i + taken.get(axis, 1) for axis, i in enumerate(first)]
    if start or any(end > length for end, length in zip(ends, copy.shape, strict=True)):
        return None
    cut = source[tuple(slice(first[axis], ends[axis]) if axis in taken else first[axis] for axis in range(copy.ndim))]
    kept = sorted(taken)
    turned = cut.transpose([kept.index(axis) for axes in places for axis in axes])
    shape = [n for axes in places for n in ([taken[axis] for axis in axes] or [1])]
    return turned.reshape(shape, copy=False), [len(axes) or 1 for axes in places]
