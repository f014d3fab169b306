"""Random rows of calls whose arrays share a little memory in every way: stretches, blocks, turned, stepped."""

import math
import random
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chainrule.core.arrays import Array, Shape
from chainrule.core.calls import Ended, bind_copy, call, check_finite, dot, take
from exact_rows import DrawnCall, DrawnRow

UNARY = [np.negative, np.absolute, np.floor, np.sqrt]
BINARY = [np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.heaviside]
"""None divides: which of 0.0 and -0.0 is the larger depends on the processor, and 1 / 0 would show it."""

COMPARISONS = [np.greater, np.less_equal, np.equal, np.not_equal]
SUMS = [np.add.reduce, np.maximum.reduce, np.minimum.reduce]
SHAPES: list[Shape] = [(3, 4), (3, 4), (4, 3), (12,), (2, 3, 2), (3, 2, 2), (4,), (1, 4), (3, 1), (2, 2), (1,), ()]
STARTS = [0, 0, 0, 12, 12, 24, 24, 36, 1, 6, 14, 23]
MEMORY = 72
"""Numbers of the memory, in multiples of the scale."""

MEMBERS = 3
SHAPES_OF_A_POPULATION: list[Shape] = [
    (3, 2, 4),
    (3, 2, 4),
    (3, 2, 4),
    (3, 4, 2),
    (3, 2, 2),
    (3, 1, 4),
    (3, 2, 1),
    (2, 4),
]
STARTS_OF_A_POPULATION = [0, 0, 24, 24, 48, 48, 8]


class Drawing:
    """Draws a row from a seed.

    Some rows are wide, so that operations have several tiles of numbers. Some are those of a population, whose arrays
    have the members along their first axis.
    """

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.scale = self.draw.choice([1, 1, 1, 1, 1, 5, 18, 70])
        is_populations = self.draw.random() < 0.3
        self.shapes = SHAPES_OF_A_POPULATION if is_populations else SHAPES
        self.starts = STARTS_OF_A_POPULATION if is_populations else STARTS
        self.reals = np.empty(MEMORY * self.scale, self.draw.choice(["float64", "float64", "float32"]))
        self.flags = np.empty(MEMORY * self.scale, bool)
        self.count = np.empty((), np.int64)
        self.views = [self.view(self.reals) for _ in range(self.draw.randint(4, 14))]
        self.views += [turned for each in self.views[:3] if (turned := each.T).ndim > 1]
        self.bools = [self.view(self.flags) for _ in range(3)]
        self.log: list[Array] = []

    def view(self, memory: Array) -> Array:
        """A view that reaches none of its numbers twice."""
        draw, shape = self.draw, self.draw.choice(self.shapes)
        if shape and shape[-1] > 1:
            shape = (*shape[:-1], shape[-1] * self.scale)
        if len(shape) == 2 and draw.random() < 0.25:  # a block of the memory as a matrix
            matrix = memory.reshape(4, -1)
            first = draw.randint(0, matrix.shape[1] - min(shape[1], matrix.shape[1]))
            block = matrix[: shape[0], first : first + shape[1]]
            if block.shape == shape:
                return block
        step, n = draw.choice([1, 1, 1, 2, -1, -2]), math.prod(shape)
        start = draw.choice(self.starts) * self.scale
        stretch = memory[start : start + n * abs(step)][::step]
        if len(stretch) < n:
            stretch = memory[:n]
        view = stretch.reshape(shape)
        return np.moveaxis(view, 0, -1) if draw.random() < 0.15 and view.ndim > 1 else view

    def reads(self, shape: Shape, views: Sequence[Array]) -> Array:
        """A view that broadcasts to a shape; it may reach its numbers more than once."""
        draw = self.draw
        if draw.random() < 0.08 and len(shape) == 2 and views is self.views:
            needed = sum(shape) - 1
            if needed <= len(self.reals):
                start = draw.randint(0, len(self.reals) - needed)
                return sliding_window_view(self.reals[start : start + needed], shape[1])
        fitting = [each for each in views if fits(each.shape, shape)]
        if not fitting or draw.random() < 0.1:
            whole = views[draw.randrange(len(views))]
            return np.broadcast_to(whole[(*[0] * whole.ndim, ...)], shape)
        return draw.choice(fitting)

    def one(self) -> DrawnCall | None:
        """One call, or None where nothing fits."""
        draw = self.draw
        alike = [each for each in self.views if each.shape == self.views[0].shape]  # neighbours are fused
        out = draw.choice(alike if draw.random() < 0.5 else self.views)
        return draw.choices(list(KINDS), KINDS.values())[0](self, out)

    def unary(self, out: Array) -> DrawnCall:
        x = out if self.draw.random() < 0.2 else self.reads(out.shape, self.views)
        return DrawnCall(call(self.draw.choice(UNARY), x, out=out), (x, out))

    def binary(self, out: Array) -> DrawnCall:
        x = out if self.draw.random() < 0.3 else self.reads(out.shape, self.views)
        y = x if self.draw.random() < 0.1 else self.reads(out.shape, self.views)
        x, y = (x, y) if self.draw.random() < 0.7 else (y, x)
        return DrawnCall(call(self.draw.choice(BINARY), x, y, out=out), (x, y, out))

    def copy(self, out: Array) -> DrawnCall:
        x = self.reads(out.shape, self.views)
        return DrawnCall(bind_copy(x, out), (x, out))

    def fill(self, out: Array) -> DrawnCall:
        return DrawnCall(partial(np.ndarray.fill, out, np.zeros((), out.dtype)), (out,))

    def compare(self, _: Array) -> DrawnCall:
        out = self.draw.choice(self.bools)
        x, y = self.reads(out.shape, self.views), self.reads(out.shape, self.views)
        return DrawnCall(call(self.draw.choice(COMPARISONS), x, y, out=out), (x, y, out))

    def from_bool(self, out: Array) -> DrawnCall:
        x = self.reads(out.shape, self.bools)
        return DrawnCall(bind_copy(x, out), (x, out))

    def reduction(self, out: Array) -> DrawnCall | None:
        x, reduce = self.draw.choice(self.views), self.draw.choice(SUMS)
        if not x.ndim:
            return None
        axis = self.draw.choice([None, *range(x.ndim), *([tuple(range(x.ndim))[-2:]] if x.ndim > 1 else [])])
        for keepdims in (True, False):
            shape = np.empty(x.shape, bool).any(axis=axis, keepdims=keepdims).shape
            fitting = [each for each in self.views if each.shape == shape]
            if fitting:
                out = self.draw.choice(fitting)
                added = (x,) if reduce == np.add.reduce else ()
                return DrawnCall(call(reduce, x, out=out, axis=axis, keepdims=keepdims), (x, out), added)
        return None

    def product(self, _: Array) -> DrawnCall | None:
        matrices = [each for each in self.views if each.ndim >= 2]
        pairs = [
            (a, b) for a in matrices for b in matrices if a.shape[:-2] == b.shape[:-2] and a.shape[-1] == b.shape[-2]
        ]
        self.draw.shuffle(pairs)
        for a, b in pairs:
            fitting = [each for each in matrices if each.shape == (*a.shape[:-1], b.shape[-1])]
            if fitting:
                out = self.draw.choice(fitting)
                contiguous = out.ndim == 2 and all(each.flags.c_contiguous for each in (a, b, out))
                multiply = dot if contiguous and self.draw.random() < 0.5 else np.matmul
                return DrawnCall(call(multiply, a, b, out=out), (a, b, out), (a, b))
        return None

    def inner(self, out: Array) -> DrawnCall | None:
        longer = [each for each in self.views if each.ndim and each.shape[:-1] == out.shape]
        if not longer:
            return None
        x, y = self.draw.choice(longer), self.draw.choice(longer)
        return DrawnCall(call(np.vecdot, x, y, out=out), (x, y, out), (x, y)) if x.shape == y.shape else None

    def gather(self, out: Array) -> DrawnCall | None:
        if not out.ndim:
            return None
        axis = self.draw.randrange(out.ndim)
        fitting = [
            each
            for each in self.views
            if each.ndim == out.ndim
            and each.shape[:axis] + each.shape[axis + 1 :] == out.shape[:axis] + out.shape[axis + 1 :]
            and not np.shares_memory(each, out)
        ]
        if not fitting:
            return None
        x, n = self.draw.choice(fitting), out.shape[axis]
        index = np.array([self.draw.randint(0, x.shape[axis] + 1) for _ in range(n)])
        if n == 1 and self.draw.random() < 0.5:
            index = self.count[None]
        return DrawnCall(call(take, x, index, axis=axis, out=out, mode="clip"), (x, index, out))

    def counting(self, _: Array) -> DrawnCall:
        return DrawnCall(call(np.add, self.count, np.array(1), out=self.count), (self.count,))

    def check(self, out: Array) -> DrawnCall:
        ignored = self.reads(out.shape, self.bools)
        return DrawnCall(partial(check_finite, out, ignored), (out, ignored))

    def unknown(self, out: Array) -> DrawnCall:
        return DrawnCall(partial(np.clip, out, -3.0, 3.0, out=out), (out,))

    def opaque(self, out: Array) -> DrawnCall:
        log = self.log
        other = self.draw.choice(self.views)
        if self.draw.random() < 0.7:
            return DrawnCall(lambda: log.append(out.copy()), None)

        def ends() -> None:
            other[...] = np.sign(other)
            if out.flat[0] > 6.0:
                raise Ended

        return DrawnCall(ends, None)

    def drawn(self) -> DrawnRow:
        """The row."""
        draw = self.draw
        calls = [each for _ in range(draw.randint(2, 18)) if (each := self.one()) is not None]
        candidates = [*self.views, *self.bools, self.count]
        observed = [draw.choice(candidates) for _ in range(draw.choice([0, 1, 1, 2, 4]))]
        numbers = np.random.default_rng(draw.randrange(2**32)).integers(-6, 7, len(self.reals)) / 2
        start = [numbers.astype(self.reals.dtype), numbers > 0, np.array(0)]
        return DrawnRow(calls, [self.reals, self.flags, self.count], start, observed, self.log)


def fits(shape: Shape, to: Shape) -> bool:
    """Whether an array of a shape broadcasts to another."""
    return len(shape) <= len(to) and all(n in (1, m) for n, m in zip(shape[::-1], to[::-1], strict=False))


KINDS: dict[Callable[[Drawing, Array], DrawnCall | None], float] = {
    Drawing.unary: 4,
    Drawing.binary: 9,
    Drawing.copy: 2,
    Drawing.fill: 1,
    Drawing.compare: 2,
    Drawing.from_bool: 1,
    Drawing.reduction: 3,
    Drawing.product: 2,
    Drawing.inner: 1,
    Drawing.gather: 2,
    Drawing.counting: 1,
    Drawing.check: 1.5,
    Drawing.unknown: 0.7,
    Drawing.opaque: 1,
}
"""What is drawn, and how often."""
