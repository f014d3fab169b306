"""The few array words that every file shares.

One alphabet of axes: K population, n samples (always last), P all parameters, I and O features in and out,
C H W an image. `...` in a shape stands for the population axis, where there is one.
"""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Call = Callable[[], object]

dot = np.ndarray.dot
"""The product of two matrices in one piece each; np.dot is the same behind a wrapper."""

total = np.add.reduce
"""The sum over axes; np.sum is the same behind a wrapper that costs as much as the sum of a small array."""

take = np.ndarray.take
"""Entries along an axis; behind a wrapper, too, in np.take."""


class Calls(tuple[Call, ...]):
    """Calls one after the other: a layer's pass as a row of NumPy calls, which the plan calls one by one.

    >>> a = np.array([1.0, 4.0])
    >>> roots = Calls(call(np.sqrt, a, out=a), call(np.negative, a, out=a))
    >>> roots()
    >>> a
    array([-1., -2.])
    """

    def __new__(cls, *calls: Call) -> "Calls":
        return super().__new__(cls, calls)

    def __call__(self) -> None:
        for each in self:
            each()


def one_by_one(row: Call) -> tuple[Call, ...]:
    """A row's calls, with the rows inside it opened; any other call is a row of one."""
    return tuple(each for inner in row for each in one_by_one(inner)) if isinstance(row, Calls) else (row,)


def call(function: Callable[..., Any], *arrays: Array, out: Array | None, **settings: Any) -> Call:
    """A NumPy call bound to its arrays. Run, it costs little more than half of what it costs in a Python function.

    out: None where nobody asks for the result, so that the call is never made.  settings: such as a reduction's axis.
    """
    takes_out_last = function is dot or isinstance(function, np.ufunc)
    if takes_out_last and function not in (np.maximum, np.minimum):  # NumPy fears three operands there
        return partial(function, *arrays, out)
    return partial(function, *arrays, out=out, **settings)


def bind_copy(source: Array, out: Array) -> Call:
    """A copy of all of `source` to `out`, bound."""
    return partial(np.copyto, out, source)


def count(shape: Shape) -> int:
    """How many numbers an array of this shape holds."""
    return math.prod(shape)


MOST_NUMBERS = 2**16
"""Long data are walked in stretches of about this many numbers: half a megabyte of float64, which a cache can hold."""


def stretches(n: int, size: int, at_least: int = 0) -> Iterable[slice]:
    """Slices that cover n samples of `size` numbers, so that data larger than memory can be walked.

    `at_least`: so many numbers a stretch, where what is done once a stretch costs as much as that.

    >>> list(stretches(100_000, 1))
    [slice(0, 65536, None), slice(65536, 100000, None)]
    """
    most = MOST_NUMBERS if at_least < MOST_NUMBERS else at_least
    if n * size <= most:
        return (slice(0, n),)
    rows = most // size or 1
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))
