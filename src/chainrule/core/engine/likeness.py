"""Rows that are alike: a row like one before gets that one's records, with its own arrays in them.

Lowering looks at functions, at settings, and at how arrays are made and lie to each other; never at numbers, but for
whether an array is frozen and holds one everywhere. So rows are alike where all of these are: the same calls, on arrays
of the same types, shapes and strides, and where arrays share memory, the same distances between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from types import BuiltinFunctionType
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, Shape, only_number
from chainrule.core.calls import Call, SideBySide
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.lowering import Lowering, record_of_call
from chainrule.core.engine.row import KINDS, READERS
from chainrule.core.engine.sections import Record, Section
from chainrule.core.engine.tabled import StepTable
from chainrule.core.layers.unfold import Fold

MOST_KNOWN = 64
"""Rows that are remembered. One of LeNet's takes 0.1 MB; a run has about ten."""

CONSTANTS = (bool, int, float, str, type(None), np.number, np.bool_)
"""Settings, by their values: of the plain types in C, of others here, such as an enumeration's."""

ViewPlace = tuple[int, int, Shape, Shape, "np.dtype[Any]"]
"""A view of an array of the row: that one's number, how far behind its first number it begins, its shape, strides and
type."""

Place = int
"""An operand: the number of an array of the row; behind these the row's views are counted."""

At = Callable[[Place], Array]
"""Gives the operand at a place."""

Records = tuple[Record | Section | Call, ...]

Part = Callable[[Sequence[Call], At], Record | Section | Call]
"""Makes a record, of the calls and the operands of a row."""


class NotAlike(Exception):  # noqa: N818  # no error: the row is lowered
    """A row that can't be compared with others."""


known_rows: dict[object, Known] = {}
"""By the keys of rows."""


class Row:
    """A row as it is compared.

    arrays: its arrays, each once.  views: those views of them that are operands, as far as places were asked for.
    key: equal for rows that are alike. Made in C: in Python it took two thirds of the time that a row like one before
        took in all.
    """

    def __init__(self, calls: Sequence[Call], observed: Sequence[Array] | None, *settings: object) -> None:
        self.calls = calls
        self.arrays: list[Array] = []
        self.views: dict[ViewPlace, Place] = {}
        self._numbers: dict[int, int] = {}  # of arrays, by their ids
        self._owners: dict[int, tuple[Any, int]] = {}  # of arrays' memory, and how far from its begin an array starts
        row, seen = self._flattened(tuple(calls)), None if observed is None else self._flattened(tuple(observed))
        layout, read_only = _engine.layout(self.arrays)
        one_number = tuple([i for i in read_only if only_number(self.arrays[i]) is not None])
        self.key = settings, seen, row, layout, one_number

    def _flattened(self, values: tuple[Any, ...]) -> object:
        """Calls, and what they hold, arrays as their numbers: all that a reader sees."""
        types = np.ndarray, partial
        return _engine.flattened(values, self._numbers, self.arrays, types, KINDS, READERS, self._flattened_other)

    def _flattened_other(self, value: Any) -> tuple[object, ...]:
        """Anything else than an array, a bound call, or a plain setting."""
        if isinstance(value, CONSTANTS):
            return type(value), value
        if isinstance(value, Fold):  # it is made of these alone
            return Fold, value.axes, self._flattened((value.columns, value.x, value.zero))
        if isinstance(value, SideBySide):  # whether it is a section of programs, or called
            return SideBySide, type(record_of_call(value)) is tuple
        if isinstance(value, BuiltinFunctionType):
            return value.__name__, self._flattened((value.__self__,))
        if isinstance(value, tuple | list):
            return tuple, self._flattened(tuple(value))
        if isinstance(value, np.ndarray | partial):  # of a class of its own
            raise NotAlike
        return type(value), getattr(value, "__name__", "")  # of a function, as a listing names it

    @cached_property
    def _extents(self) -> dict[int, list[tuple[int, int, int, int]]]:
        """By the owners of memory the arrays in it: their numbers and extents."""
        found: dict[int, list[tuple[int, int, int, int]]] = {}
        for i, each in enumerate(self.arrays):
            found.setdefault(id(owner_of(each)), []).append((i, *_engine.extent(each)))
        return found

    def place(self, operand: Array) -> Place:
        """Where an operand of this row's records is to be found in a row that is alike."""
        number = self._numbers.get(id(operand))
        if number is not None:
            return number
        start, low, high = _engine.extent(operand)
        for i, first, begin, end in self._extents.get(id(owner_of(operand)), ()):
            if begin <= low and high <= end:
                view = i, start - first, operand.shape, operand.strides, operand.dtype
                return self.views.setdefault(view, len(self.arrays) + len(self.views))
        raise NotAlike

    def view(self, place: ViewPlace) -> Array:
        """The view of an array of this row that lies there."""
        number, offset, shape, strides, dtype = place
        if number not in self._owners:
            owner = owner_of(self.arrays[number])
            self._owners[number] = owner, start_of(self.arrays[number]) - start_of(owner)
        owner, start = self._owners[number]
        return np.ndarray(shape, dtype, owner, start + offset, strides)


@dataclass(eq=False)
class Known:
    """What is known of rows that are alike.

    n: operations, calls into Python included.  n_python: these calls.  n_blas: products that the BLAS makes.
    text: the listing, once made.
    parts: what makes the records.  views: of a row's arrays, which are operands as well.
    """

    n: int
    n_python: int
    n_blas: int
    parts: Sequence[Part] = ()
    views: Sequence[ViewPlace] = ()
    text: str = ""

    def records_of(self, row: Row) -> Records:
        """The records of a row that is alike."""
        operand = [*row.arrays, *map(row.view, self.views)].__getitem__
        return tuple([part(row.calls, operand) for part in self.parts])


def known(
    calls: Sequence[Call], observed: Sequence[Array] | None, settings: object, lower: Callable[[], Lowering]
) -> tuple[Known, Records]:
    """What is known of a row, and its records: those of a row that is alike, or by lowering it."""
    try:
        row = Row(calls, observed, settings)
        found = known_rows.get(row.key)
        if found is not None:
            return found, found.records_of(row)
    except (NotAlike, TypeError, ValueError, BufferError):  # values without a hash, memory that tells nothing of itself
        row = None
    lowering = lower()
    n_python = sum(type(each) is not tuple for each in lowering.records)
    found = Known(len(lowering.nodes), n_python, lowering.n_blas)
    if row is not None:
        try:
            found.parts = [part_of_record(each, lowering, row) for each in lowering.records]
        except NotAlike:
            return found, lowering.records
        found.views = tuple(row.views)
        if len(known_rows) >= MOST_KNOWN:
            known_rows.pop(next(iter(known_rows)), None)  # the oldest
        known_rows[row.key] = found
    return found, lowering.records


def part_of_record(record: Record | Section | Call, lowering: Lowering, row: Row) -> Part:
    """What makes such a record for a row that is alike."""
    if type(record) is not tuple or len(record) > 3:
        call = lowering.call_of(record)
        if sum(each is call for each in row.calls) != 1:  # or of a fold
            raise NotAlike
        is_tabled = type(record) is tuple and record[0] == "tabled"
        return partial(tabled if is_tabled else called, row.calls.index(call))
    if record[0] == "section":
        name, members, records = record
        return partial(section, (name, members), [part_of_operation(each, row) for each in records])
    return part_of_operation(record, row)


def part_of_operation(record: Record, row: Row) -> Part:
    """What makes such an operation."""
    kind, operands, *rest = record
    return partial(operation, kind, [row.place(each) for each in operands], tuple(rest))


def operation(kind: str, places: Sequence[Place], rest: tuple[Any, ...], calls: Sequence[Call], operand: At) -> Record:
    """An operation on operands at these places."""
    return kind, tuple(map(operand, places)), *rest


def section(begin: tuple[str, int], parts: Sequence[Part], calls: Sequence[Call], operand: At) -> Section:
    """Operations that are done for one member after the other."""
    return *begin, tuple([part(calls, operand) for part in parts])


def called(number: int, calls: Sequence[Call], operand: At) -> Section | Call:
    """A call of a row, by its number."""
    return record_of_call(calls[number])


def tabled(number: int, calls: Sequence[Call], operand: At) -> Record:
    """A call of a row that writes numbers which change from step to step."""
    call: Any = calls[number]
    table = StepTable(*call.args)
    return "tabled", table.operands, (), table


def start_of(array: Array) -> int:
    """The address of an array's first number."""
    start: int = _engine.extent(array)[0]
    return start


def owner_of(array: Any) -> Any:
    """The object that an array's memory belongs to."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return array
