"""Arrays and shapes: the few names that every file shares.

One alphabet of axes: K population, n samples (always last), P all parameters, I and O features in and out,
C H W an image. `...` in a shape stands for the population axis, where there is one.
"""

import math
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chainrule.core.errors import DataError, ShapeError, reason
from chainrule.core.foreign import said
from chainrule.core.mapped import check_mapped

Array = NDArray[Any]
Shape = tuple[int, ...]

NUMBERS = "fiub"
"""The kinds of dtypes that hold real numbers: floats, integers with and without a sign, and bools."""

CACHE_LINE = 64
"""Bytes."""


def count(shape: Shape) -> int:
    """The size of an array of this shape."""
    return math.prod(shape)


def empty(shape: Shape, dtype: np.dtype[np.generic]) -> Array:
    """An empty array that begins where a cache line does: a vector across two of them takes twice as long to load."""
    memory = np.empty(count(shape) * dtype.itemsize + CACHE_LINE, np.uint8)
    start = -memory.__array_interface__["data"][0] % CACHE_LINE
    return np.ndarray(shape, dtype, memory, start)


def zeros(shape: Shape, dtype: np.dtype[np.generic]) -> Array:
    """Zeros that begin where a cache line does."""
    array = empty(shape, dtype)
    array.fill(0)
    return array


def in_lines(array: Array) -> Array:
    """A copy that begins where a cache line does."""
    copy = empty(array.shape, array.dtype)
    copy[...] = array
    return copy


def as_operand(value: ArrayLike, ndim: int, dtype: np.dtype[Any]) -> Array:
    """One number as an array (); K numbers along the first of `ndim` axes.

    >>> as_operand([0.1, 0.2, 0.3], 2, np.dtype(float)).shape
    (3, 1)
    """
    array = np.array(value, dtype)
    return array.reshape(-1, *[1] * (ndim - 1)) if array.ndim else array


def frozen(array: Array) -> Array:
    """The array, read-only from now on, as is all that it is a view of: its numbers never change."""
    each: Any = array
    while isinstance(each, np.ndarray):
        each.flags.writeable = False
        each = each.base
    return array


def only_number(array: Array) -> Array | None:
    """The number, as a view (), that a frozen array holds everywhere; None for any other array.

    >>> only_number(frozen(np.full((2, 3), 0.5))), only_number(np.full((2, 3), 0.5)), only_number(frozen(np.eye(2)))
    (array(0.5), None, None)
    """
    each: Any = array
    while isinstance(each, np.ndarray):
        if each.flags.writeable:
            return None
        each = each.base
    if each is not None or not array.size:
        return None
    at_first: Any = (*[0] * array.ndim, ...)
    first: Array = array[at_first]
    return first if bool((array == first).all()) else None


def as_array(values: ArrayLike, name: str) -> Array:
    """Whatever a user passes, as an array of numbers, names or dates; `name` is the argument's, for the sentence.

    Every public function begins here. A file mapped into memory stays one. An array of Python objects becomes one of
    floats where each is a number (an int of any size, a Decimal, a Fraction), and one of text where each is text.
    Raises DataError for masked arrays, for objects of other kinds, for what can't become an array, and for an array
    whose file was cut short, ShapeError for rows of different lengths.

    >>> from fractions import Fraction
    >>> as_array([Fraction(1, 2), 10**30], "x"), as_array(np.array(["cat", "dog"], object), "y")
    (array([5.e-01, 1.e+30]), array(['cat', 'dog'], dtype='<U3'))
    """
    if type(values) is np.ndarray and values.dtype.kind in NUMBERS:  # as it is: a single prediction can't wait for more
        if values.base is not None:  # else the memory is its own
            check_mapped(values, name)
        return values
    if is_masked(values) or (isinstance(values, list | tuple) and any(is_masked(each) for each in values)):
        raise DataError(f"{name} should be a plain array, got a masked one. Fill its gaps: {name}.filled(...).")
    try:
        array = np.asarray(values)
    except MemoryError:
        raise
    except Exception as error:  # whatever the object's own __array__ raises
        if isinstance(error, ValueError) and isinstance(values, list | tuple):
            raise ShapeError(
                f"{name} should be an array, got rows of different lengths. Make them equally long."
            ) from None
        raise DataError(
            f"{name} should be an array, got a {type(values).__name__} that doesn't become one: {reason(error)}."
        ) from None
    check_mapped(array, name)
    if array.dtype.kind == "T":  # text of any length
        return array.astype(np.str_)
    return _without_objects(array, name) if array.dtype.kind == "O" else array


def as_numbers(values: ArrayLike, name: str) -> Array:
    """As `as_array`, of real numbers alone. Raises DataError for text, dates and complex numbers, too.

    >>> as_numbers([1, 2], "x")
    array([1, 2])
    """
    array = as_array(values, name)
    if array.dtype.kind not in NUMBERS:
        held = "text" if array.dtype.kind in "US" else str(array.dtype)
        raise DataError(
            f"{name} should hold real numbers, got {held}. Turn categories into numbers, as "
            "np.unique(labels, return_inverse=True) does, and leave nothing empty."
        )
    return array


def is_masked(values: object) -> bool:
    """Whether this is of np.ma, which is large, and loaded by those who use it."""
    return isinstance(values, np.ndarray) and hasattr(values, "mask")


def _without_objects(array: Array, name: str) -> Array:
    """An array of objects as one of floats or of text."""
    objects = list(array.flat)
    if objects and all(isinstance(each, str) for each in objects):
        return array.astype(np.str_)
    floats = [_as_float(each) for each in objects]
    if None not in floats:
        return np.array(floats, np.float64).reshape(array.shape)
    strange = [i for i, each in enumerate(floats) if each is None]
    first = next((i for i in strange if not isinstance(objects[i], str)), strange[0])  # text beside None is right
    sample = f" in sample {np.unravel_index(first, array.shape)[0]}" if array.ndim else ""
    advice = "Fill such gaps, or remove the sample" if array.ndim else "Give a list or an array of numbers"
    got = "a gap (None)" if objects[first] is None and array.ndim else said(objects[first])
    raise DataError(f"{name} should hold real numbers, got {got}{sample}. {advice}.")


def _as_float(value: object) -> float | None:
    """A number of any kind as a float; None for what isn't one, and for 10**400."""
    try:
        return float(value) if isinstance(value, numbers.Number) else None  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def one_hot(numbers: Array, n_classes: int) -> Array:
    """Class numbers (n,) as rows of zeros and a one, (n, C).

    >>> one_hot(np.array([0, 2]), 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    return np.equal(numbers.astype(np.intp)[:, np.newaxis], np.arange(n_classes)).astype(np.float64)


MOST_NUMBERS = 2**16
"""Long data are processed in chunks of about this many numbers: half a megabyte of float64, which a cache can hold.
A chunk that is rounded up to whole lines has up to four times as many."""

WHOLE_LINES, FEWEST_ROUNDED = 16, 4
"""A chunk's samples are rounded up to a multiple of 16, unless there are fewer than 4 of them: rows of float32 then
begin at cache lines. Predictions and gradients of images took 0.3 to 0.5 of the time by 16 that they took by 4 or 7,
LeNet's 0.65 to 0.75 of that by 15."""


def chunks(n: int, size: int, at_least: int = 0) -> Iterable[slice]:
    """Slices that cut n samples of `size` numbers into chunks, so that data larger than memory can be processed.

    at_least: the fewest numbers per chunk, where the work per chunk costs as much as that.

    >>> list(chunks(100_000, 1)), list(chunks(20, 10_000))
    ([slice(0, 65536, None), slice(65536, 100000, None)], [slice(0, 16, None), slice(16, 20, None)])
    """
    most = MOST_NUMBERS if at_least < MOST_NUMBERS else at_least
    if n * size <= most:
        return (slice(0, n),)
    rows = most // size or 1
    if rows >= FEWEST_ROUNDED:
        rows = -(-rows // WHOLE_LINES) * WHOLE_LINES
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))
