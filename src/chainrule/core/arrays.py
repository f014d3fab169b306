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

product = np.matmul
total = np.add.reduce
"""The sum over axes; np.sum is the same behind a wrapper that costs as much as the sum of a small array."""

take = np.ndarray.take
"""Entries along an axis; np.take is the same behind a wrapper, too."""


def bind_product(A: Array, B: Array, C: Array) -> Call:
    """C = A B, bound: of small matrices. For two of them alone NumPy's `dot` looks at less than its `matmul`.

    `dot` would copy a matrix that doesn't lie in one piece. C must, in a single network's memory.
    """
    return partial(A.dot, B, C) if C.ndim == 2 else partial(product, A, B, C)


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
    rows = max(MOST_NUMBERS, at_least) // max(1, size) or 1
    if n <= rows:
        return (slice(0, n),)
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))
