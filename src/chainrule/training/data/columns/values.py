"""The values of a column, from whatever holds them: an array, a list, a series of pandas or Polars."""

import math
import numbers
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, is_masked
from chainrule.core.errors import DataError, ShapeError, reason

Place = Callable[[int], str]
"""Where a row is, in the words of an error: "row 3", or "line 5" of a file."""


def row(number: int) -> str:
    """A row of an array, counted from 0.

    >>> row(3)
    'row 3'
    """
    return f"row {number}"


def called(name: str) -> str:
    """A column in a sentence; the name of one without a name in the file is its position already.

    >>> called("weight"), called("column 3")
    ('column weight', 'column 3')
    """
    return name if name.startswith("column ") else f"column {name}"


def column_of(values: ArrayLike, name: str) -> Array:
    """Values (n,) or (n, 1) as an array (n,): of numbers or datetime64 where it has such a dtype, else of objects.

    Raises DataError for what can't become an array or is masked, ShapeError unless it has one axis.
    """
    if is_masked(values):
        raise DataError(f"{called(name)} should be a plain array, got a masked one. Fill its gaps: .filled(...).")
    try:
        column = np.array(values, object) if isinstance(values, list | tuple) else np.asarray(values)
    except MemoryError:
        raise
    except Exception as error:  # whatever the object's own __array__ raises
        raise DataError(
            f"{called(name)} should be an array, got a {type(values).__name__} that doesn't become one: "
            f"{reason(error)}."
        ) from None
    if column.ndim == 2 and column.shape[1] == 1:  # one column as a frame
        column = column[:, 0]
    if column.ndim != 1:
        raise ShapeError(f"{called(name)} should have one axis, (n,), got shape {column.shape}. Give its values alone.")
    return column if column.dtype.kind in "biufM" else column.astype(object)


def is_gap(value: Any) -> bool:
    """Whether a value stands for a gap: None, NaN, NaT, or pandas' NA, which can't be compared.

    >>> is_gap(None), is_gap(math.nan), is_gap("")
    (True, True, False)
    """
    if value is None:
        return True
    try:
        return bool(value != value)
    except Exception:  # NA raises a TypeError; what others raise is no number, and found where it is read
        return type(value).__name__ == "NAType"


def level_of(value: Any) -> str:
    """The name of a value as a level: text in composed Unicode, a number in its shortest form.

    >>> level_of(2.0), level_of(0.5), level_of("cat")
    ('2', '0.5', 'cat')
    """
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_):
        number = as_float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value)


def composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def as_float(value: Any) -> float:
    """A number of any kind as a float; NaN for what isn't one, infinity for one that is too large."""
    try:
        return float(value) if isinstance(value, numbers.Number) else math.nan  # type: ignore[arg-type]
    except OverflowError:
        return math.inf
    except (TypeError, ValueError):  # complex numbers
        return math.nan


def reads_as(level: str) -> float | None:
    """The finite number that a level reads as, or None."""
    try:
        number = float(level)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
