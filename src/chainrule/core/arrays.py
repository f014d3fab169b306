"""Arrays and shapes: the few names that every file shares.

One alphabet of axes: K population, n samples (always last), P all parameters, I and O features in and out,
C H W an image. `...` in a shape stands for the population axis, where there is one.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]


def count(shape: Shape) -> int:
    """The size of an array of this shape."""
    return math.prod(shape)


def as_operand(value: ArrayLike, ndim: int, dtype: np.dtype[Any]) -> Array:
    """One number as an array (); K numbers along the first of `ndim` axes.

    >>> as_operand([0.1, 0.2, 0.3], 2, np.dtype(float)).shape
    (3, 1)
    """
    array = np.array(value, dtype)
    return array.reshape(-1, *[1] * (ndim - 1)) if array.ndim else array


MOST_NUMBERS = 2**16
"""Long data are processed in chunks of about this many numbers: half a megabyte of float64, which a cache can hold."""


def chunks(n: int, size: int, at_least: int = 0) -> Iterable[slice]:
    """Slices that cut n samples of `size` numbers into chunks, so that data larger than memory can be processed.

    at_least: the fewest numbers per chunk, where the work per chunk costs as much as that.

    >>> list(chunks(100_000, 1))
    [slice(0, 65536, None), slice(65536, 100000, None)]
    """
    most = MOST_NUMBERS if at_least < MOST_NUMBERS else at_least
    if n * size <= most:
        return (slice(0, n),)
    rows = most // size or 1
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))
