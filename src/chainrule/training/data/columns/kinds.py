"""What a column of a table holds: numbers, categories or moments; and its values as one column of floats.

All kinds have NaN for a gap: None, NaN, NaT or pandas' NA.
"""

import math
import numbers
import unicodedata
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, is_masked
from chainrule.core.description import Description, check_kind, check_names, setting
from chainrule.core.errors import DataError, SettingError, ShapeError, reason
from chainrule.core.foreign import said

Place = Callable[[int], str]
"""Where a row is, in the words of an error: "row 3", or "line 5" of a file."""

MOST_LEVELS_SAID = 10
"""The most levels that a sentence lists."""

EPOCH = np.datetime64("1970-01-01", "us")
SECOND = np.timedelta64(1_000_000, "us")


def row(number: int) -> str:
    """A row of an array, counted from 0.

    >>> row(3)
    'row 3'
    """
    return f"row {number}"


def _check_levels(name: str, value: Any) -> tuple[str, ...]:
    levels = check_names(name, value)
    if not levels or len(set(levels)) < len(levels):
        raise SettingError(f"{name} must be different names, at least one; got {said(levels)}.")
    return levels


@dataclass(frozen=True, repr=False)
class Kind(Description):
    """The base of the kinds: a column with a name."""

    name: str = setting(lambda name, value: check_kind(name, str, "the name of a column", value))

    def raw(self, values: ArrayLike, place: Place = row) -> Array:
        """The values (n,), of an array, a list or a series, as floats (n,): what a raw matrix holds of this column.

        Raises DataError, with the column and the place of the row, for a value of another type; ShapeError unless the
        values have one axis.
        """
        column = column_of(values, self.name)
        if column.dtype.kind in "biufM":
            return self._from_array(column, place)
        return np.array([self._from_value(each, i, place) for i, each in enumerate(column.tolist())], np.float64)

    @abstractmethod
    def _from_array(self, column: Array, place: Place) -> Array:
        """Numbers, or datetime64, as floats."""

    @abstractmethod
    def _from_value(self, value: Any, i: int, place: Place) -> float:
        """A Python value as a float."""

    def _strange(self, expected: str, value: Any, i: int, place: Place) -> DataError:
        return DataError(
            f"column {self.name} should hold {expected}, got {said(value)} in {place(i)}. Correct it, or leave it empty."
        )


@dataclass(frozen=True, repr=False)
class Number(Kind):
    """Numbers; True is 1 and False 0.

    >>> Number("weight").raw([4, None, True]).tolist()
    [4.0, nan, 1.0]
    """

    def _from_array(self, column: Array, place: Place) -> Array:
        if column.dtype.kind == "M":
            raise self._strange("numbers", str(column[0]), 0, place)
        floats = column.astype(np.float64)
        infinite = np.isinf(floats)
        if infinite.any():
            raise self._strange("finite numbers", column[infinite][0].item(), int(infinite.argmax()), place)
        return floats

    def _from_value(self, value: Any, i: int, place: Place) -> float:
        if is_gap(value):
            return math.nan
        number = _as_float(value)
        if not math.isfinite(number):
            raise self._strange("numbers" if math.isnan(number) else "finite numbers", value, i, place)
        return number


@dataclass(frozen=True, repr=False)
class Category(Kind):
    """One of some levels, each by its name; its raw number is its position among them, and -1 that of an unseen one.

    A number is the level that reads as this number, where any level reads as one.

    >>> Category("kind", ("cat", "dog")).raw(["dog", "cow", None, "cat"]).tolist()
    [1.0, -1.0, nan, 0.0]
    """

    levels: tuple[str, ...] = setting(_check_levels)

    @staticmethod
    def of(name: str, values: ArrayLike) -> "Category":
        """The category of a column, whose levels are the different values (n,), sorted: numbers by size, before text.

        Raises DataError where all are gaps.

        >>> Category.of("rooms", [10, 2, None, 2.0]).levels
        ('2', '10')
        """
        found = {level_of(each) for each in column_of(values, name).tolist() if not is_gap(each)}
        if not found:
            raise DataError(f"column {name} should hold values, got gaps alone. Leave it out.")
        return Category(
            name, tuple(sorted(found, key=lambda level: (_reads_as(level) is None, _reads_as(level), level)))
        )

    def _from_array(self, column: Array, place: Place) -> Array:
        if column.dtype.kind == "M":
            raise self._strange(self._expected(), str(column[0]), 0, place)
        different, first, of_each = np.unique(column, return_index=True, return_inverse=True)
        positions = [
            math.nan if is_gap(each) else self._position(each, int(i), place)
            for each, i in zip(different.tolist(), first, strict=True)
        ]
        return np.array(positions, np.float64)[of_each.reshape(-1)]

    def _from_value(self, value: Any, i: int, place: Place) -> float:
        return math.nan if is_gap(value) else self._position(value, i, place)

    def _position(self, value: Any, i: int, place: Place) -> float:
        by_name, by_number = self._places
        is_text = isinstance(value, str)
        if not is_text and not isinstance(value, numbers.Number):
            raise self._strange(self._expected(), value, i, place)
        level = level_of(value)
        if is_text or level in by_name:
            return by_name.get(level, -1)
        if not by_number or isinstance(value, bool | np.bool_):
            raise self._strange(self._expected(), value, i, place)
        return by_number.get(_as_float(value), -1)

    @cached_property
    def _places(self) -> tuple[dict[str, int], dict[float, int]]:
        """The position of each level, by its name; of those that read as numbers also by their number."""
        by_name = {_composed(level): k for k, level in enumerate(self.levels)}
        read = ((_reads_as(level), k) for k, level in enumerate(self.levels))
        return by_name, {number: k for number, k in read if number is not None}

    def _expected(self) -> str:
        more = ", ..." if len(self.levels) > MOST_LEVELS_SAID else ""
        return f"categories ({', '.join(self.levels[:MOST_LEVELS_SAID])}{more})"


@dataclass(frozen=True, repr=False)
class Moment(Kind):
    """Dates, with or without a time; raw: seconds since 1970-01-01. A time with a zone is taken in UTC.

    >>> Moment("day").raw(np.array(["1970-01-02", "NaT"], "datetime64[D]")).tolist()
    [86400.0, nan]
    """

    def _from_array(self, column: Array, place: Place) -> Array:
        if column.dtype.kind != "M":
            if column.dtype.kind == "f" and np.isnan(column).all():
                return column.astype(np.float64)
            number = int(np.isfinite(column).argmax())
            raise self._strange("dates", column[number].item(), number, place)
        seconds: Array = (column.astype("datetime64[us]") - EPOCH) / SECOND
        return seconds

    def _from_value(self, value: Any, i: int, place: Place) -> float:
        if is_gap(value):
            return math.nan
        moment: Any = value
        if isinstance(value, datetime) and value.tzinfo is not None:
            moment = value.astimezone(UTC).replace(tzinfo=None)
        if not isinstance(moment, str | date | np.datetime64):
            raise self._strange("dates such as 2024-01-31", value, i, place)
        try:
            return float((np.datetime64(moment, "us") - EPOCH) / SECOND)
        except (ValueError, OverflowError):
            raise self._strange("dates such as 2024-01-31", value, i, place) from None


def column_of(values: ArrayLike, name: str) -> Array:
    """Values as an array (n,): of numbers or datetime64 where it has such a dtype, else of objects.

    Raises DataError for what can't become an array or is masked, ShapeError unless it has one axis.
    """
    if is_masked(values):
        raise DataError(f"column {name} should be a plain array, got a masked one. Fill its gaps: .filled(...).")
    try:
        column = np.array(values, object) if isinstance(values, list | tuple) else np.asarray(values)
    except MemoryError:
        raise
    except Exception as error:  # whatever the object's own __array__ raises
        raise DataError(
            f"column {name} should be an array, got a {type(values).__name__} that doesn't become one: {reason(error)}."
        ) from None
    if column.ndim != 1:
        raise ShapeError(f"column {name} should have one axis, (n,), got shape {column.shape}. Give its values alone.")
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
        return _composed(value)
    if isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _as_float(value: Any) -> float:
    """A number of any kind as a float; NaN for what isn't one, infinity for one that is too large."""
    try:
        return float(value) if isinstance(value, numbers.Number) else math.nan  # type: ignore[arg-type]
    except OverflowError:
        return math.inf
    except (TypeError, ValueError):  # complex numbers
        return math.nan


def _reads_as(level: str) -> float | None:
    """The finite number that a level reads as, or None."""
    try:
        number = float(level)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
