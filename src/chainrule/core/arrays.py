"""The few array words that every file shares.

One alphabet of axes: K population, n samples (always last), P all parameters, I and O features in and out,
C H W an image. `...` in a shape stands for the population axis, where there is one.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Call = Callable[[], None]

product = np.matmul
total = np.add.reduce
"""The sum over axes; np.sum is the same behind a wrapper that costs as much as the sum of a small array."""


def count(shape: Shape) -> int:
    """How many numbers an array of this shape holds."""
    return math.prod(shape)
