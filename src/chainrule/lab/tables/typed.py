"""Columns whose values have types already, as workbooks, databases and data frames hold them."""

import datetime
import numbers
from collections.abc import Iterable, Sequence

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError
from chainrule.core.foreign import said
from chainrule.lab.tables.cells import Cells, decided_mark, number_column, understood
from chainrule.lab.tables.found import FoundColumn
from chainrule.lab.tables.header import names_of
from chainrule.lab.tables.options import Options

Values = Sequence[object] | Array

EPOCH = datetime.datetime(1970, 1, 1)


def typed_columns(
    table: str, names: Iterable[str], columns: Iterable[Values], options: Options
) -> tuple[FoundColumn, ...]:
    """The columns of these values: numbers, moments, spans of time as seconds, truth, text, None for a gap.

    table: its name, for sentences. A mixture is read as text is. Raises DataError for other values, such as lists.

    >>> [each.values.tolist() for each in typed_columns("t", ["a", "b"], [[1, None], ["1,5", "x"]], Options())]
    [[1.0, nan], ['1,5', 'x']]
    """
    own, notes = names_of(names)
    found: dict[int, FoundColumn] = {}
    written: dict[int, Cells] = {}
    for j, (name, values) in enumerate(zip(own, columns, strict=True)):
        array = values if isinstance(values, np.ndarray) else np.array([*values, None], object)[:-1]
        as_text = name in options.categorical or name in options.drop
        if as_text or array.dtype.kind not in "fiuMm":
            typed = _typed(f"{table}, column {name}", array, as_text)
        else:
            typed = array
        if isinstance(typed, Cells):
            written[j] = typed
        elif typed.dtype.kind == "M":
            found[j] = FoundColumn(name, typed.astype("datetime64[us]"), j)
        else:
            seconds = typed / np.timedelta64(1, "s") if typed.dtype.kind == "m" else typed
            found[j] = number_column(name, j, seconds.astype(np.float64), options)
    mark = options.mark or decided_mark(written.values())
    for j, cells in written.items():
        found[j] = understood(own[j], j, cells, options, mark, ".")
    return tuple(found[j].noting(note) for j, note in enumerate(notes))


def _typed(place: str, values: Array, as_text: bool) -> Array | Cells:
    """The values as an array of numbers or of moments, or as cells of text."""
    known = [each for each in values.tolist() if not _is_gap(each)] if values.dtype == object else values.tolist()
    kinds = {_kind(each) for each in known}
    if "other" in kinds and not as_text:
        odd = next(each for each in known if _kind(each) == "other")
        raise DataError(f"{place}: expected numbers, text or dates, got {said(odd)}; leave it out with --drop.")
    if kinds == {"number"} and not as_text:
        return np.array([np.nan if _is_gap(each) else float(each) for each in values], np.float64)
    if kinds == {"span"} and not as_text:
        return np.array([np.nan if _is_gap(each) else each.total_seconds() for each in values], np.float64)
    if kinds == {"moment"} and not as_text:
        return np.array([np.datetime64("NaT") if _is_gap(each) else _moment(each) for each in values], "datetime64[us]")
    return Cells.of(None if _is_gap(each) else text_of(each) for each in values.tolist())


def text_of(value: object) -> str:
    """A value as it would be written: whole numbers without a point.

    >>> text_of(3.0), text_of(2.5), text_of(True), text_of("a")
    ('3', '2.5', 'True', 'a')
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _is_gap(value: object) -> bool:
    return value is None or (isinstance(value, float) and value != value) or str(value) in ("NaT", "<NA>")


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool | np.bool_):
        return "truth"
    if isinstance(value, datetime.timedelta):
        return "span"
    if isinstance(value, numbers.Number) and not isinstance(value, complex):
        return "number"
    return "moment" if isinstance(value, datetime.date | datetime.time | np.datetime64) else "other"


def _moment(value: object) -> np.datetime64:
    if isinstance(value, datetime.time):
        value = datetime.datetime.combine(EPOCH, value)
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    when: np.datetime64 = np.datetime64(value, "us")  # type: ignore[call-overload]  # a date, or a datetime
    return when
