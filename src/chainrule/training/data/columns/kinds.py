"""What a column of a table holds: numbers, categories or moments; and its values as one column of floats.

All kinds have NaN for a gap: None, NaN, NaT or pandas' NA.
"""

import math
import numbers
from abc import abstractmethod
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array
from chainrule.core.description import Description, check_kind, check_names, setting
from chainrule.core.errors import DataError, SettingError
from chainrule.core.foreign import said
from chainrule.training.data.columns.values import (
    Place,
    as_float,
    called,
    column_of,
    composed,
    is_gap,
    level_of,
    reads_as,
    row,
)

MOST_LEVELS_SAID = 10
"""The most levels that a sentence lists."""

UNSEEN = "(unseen)"
"""What a level that isn't among a category's own is called where its raw number is all that is known of it."""

EPOCH = np.datetime64("1970-01-01", "us")
SECOND = np.timedelta64(1_000_000, "us")


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

        Numbers that are float64 already are returned as they are, not copied.

        Raises DataError, with the column and the place of the row, for a value of another type; ShapeError unless the
        values have one axis.
        """
        column = column_of(values, self.name)
        if column.dtype.kind in "biufM":
            return self._from_array(column, place)
        return np.array([self._from_value(each, i, place) for i, each in enumerate(column.tolist())], np.float64)

    def values(self, raw: Array) -> Array:
        """The values (n,) of a raw column: floats, level names with None for gaps, or datetime64; `raw` takes them."""
        return raw

    @abstractmethod
    def _from_array(self, column: Array, place: Place) -> Array:
        """Numbers, or datetime64, as floats."""

    @abstractmethod
    def _from_value(self, value: Any, i: int, place: Place) -> float:
        """A Python value as a float."""

    def _strange(self, expected: str, value: Any, i: int, place: Place) -> DataError:
        return DataError(
            f"{called(self.name)} should hold {expected}, got {said(value)} in {place(i)}. "
            "Correct it, or leave it empty."
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
        floats = np.asarray(column, np.float64)
        infinite = np.isinf(floats)
        if infinite.any():
            raise self._strange("finite numbers", column[infinite][0].item(), int(infinite.argmax()), place)
        return floats

    def _from_value(self, value: Any, i: int, place: Place) -> float:
        if is_gap(value):
            return math.nan
        number = as_float(value)
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
            raise DataError(f"{called(name)} should hold values, got gaps alone. Leave it out.")
        return Category(name, tuple(sorted(found, key=lambda level: (reads_as(level) is None, reads_as(level), level))))

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

    def values(self, raw: Array) -> Array:
        names = np.array([*self.levels, UNSEEN, None], object)  # positions -2 and -1 count from the end
        return names[np.where(np.isnan(raw), -1, np.where(raw == -1, -2, raw)).astype(np.intp)]

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
        return by_number.get(as_float(value), -1)

    @cached_property
    def _places(self) -> tuple[dict[str, int], dict[float, int]]:
        """The position of each level, by its name; of those that read as numbers also by their number."""
        by_name = {composed(level): k for k, level in enumerate(self.levels)}
        read = ((reads_as(level), k) for k, level in enumerate(self.levels))
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

    def values(self, raw: Array) -> Array:
        microseconds = np.where(np.isnan(raw), 0, np.round(raw * 1e6)).astype(np.int64)
        return np.where(np.isnan(raw), np.datetime64("NaT"), microseconds.astype("datetime64[us]"))

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
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            if isinstance(moment, datetime) and moment.tzinfo is not None:
                moment = moment.astimezone(UTC).replace(tzinfo=None)
            if isinstance(moment, date | np.datetime64):
                return float((np.datetime64(moment).astype("datetime64[us]") - EPOCH) / SECOND)
        except (ValueError, OverflowError):
            pass
        raise self._strange("dates such as 2024-01-31", value, i, place)
