"""Frames: tables with named columns, of pandas, Polars or any library whose frames have `columns` and `frame[name]`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, as_array, is_masked
from chainrule.core.errors import DataError, ShapeError, nearest, reason
from chainrule.core.foreign import said
from chainrule.training.data.columns.kinds import Kind, Number
from chainrule.training.data.columns.values import Place, composed, row

MOST_NAMES_SAID = 20
"""The most names that a sentence lists."""


def names_of(table: Any) -> tuple[str, ...]:
    """The names of a frame's columns, in composed Unicode; the name of a series; () for anything else.

    Names that aren't text, as pandas gives to the columns of an array, count as none.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"weight": [4.0, 20.0], "kind": ["cat", "dog"]})
    >>> names_of(frame), names_of(frame["kind"]), names_of(frame.to_numpy())
    (('weight', 'kind'), ('kind',), ())
    """
    if isinstance(table, np.ndarray) or not hasattr(type(table), "__getitem__"):
        return ()
    return _texts(table, "columns") or _texts(table, "name")


def is_frame(table: Any) -> bool:
    """Whether a table's columns have names."""
    return not isinstance(table, np.ndarray) and bool(_texts(table, "columns"))


def _texts(table: Any, attribute: str) -> tuple[str, ...]:
    """The text or texts in an attribute, in composed Unicode; () where it isn't there or holds anything else."""
    try:
        value = getattr(table, attribute, None)
        texts = [value] if isinstance(value, str) else list(value if value is not None else ())
    except Exception:  # whatever a property of somebody's own raises
        return ()
    return tuple(map(composed, texts)) if all(isinstance(each, str) for each in texts) else ()


def raw_of(kinds: Sequence[Kind], table: Any, place: Place = row) -> Array:
    """The raw matrix (n, kinds) of a table: of a frame by the names of its columns, else by their positions.

    A frame's columns may come in any order, and more of them than needed. An array or a list of rows has one column
    for each kind; one of objects may hold text, numbers, dates and None.
    Raises DataError for a column that is missing, there twice or of another type, ShapeError for another number of
    columns.

    >>> from chainrule.training.data.columns.kinds import Category, Number
    >>> raw_of((Number("weight"), Category("kind", ("cat", "dog"))), [[4.0, "cat"], [None, "dog"]]).tolist()
    [[4.0, 0.0], [nan, 1.0]]
    """
    names = [kind.name for kind in kinds]
    columns = columns_of(names, table) if is_frame(table) else _by_position(kinds, table)
    raw = [kind.raw(values, place) for kind, values in zip(kinds, columns, strict=True)]
    if len({len(each) for each in raw}) > 1:
        raise ShapeError(f"columns should be equally long, got {said([len(each) for each in raw])} rows. Pad them.")
    return np.stack(raw, axis=1)


def columns_of(names: Sequence[str], frame: Any) -> list[Any]:
    """The columns of these names. Raises DataError for one that is missing, or there twice."""
    given = list(frame.columns)
    by_name = dict(zip(map(_composed, given), given, strict=True))
    times = Counter(map(_composed, given))
    for name in map(_composed, names):
        if name not in by_name:
            raise DataError(missing(name, by_name))
        if times[name] > 1:
            raise DataError(f"expected one column named {name}, got several. Rename the others.")
    return [frame[by_name[name]] for name in map(_composed, names)]


def table_of(names: Sequence[str], table: Any) -> Any:
    """The columns of these names of a frame, as an array (n, names); anything else as it is.

    Raises DataError for a column that is missing, or there twice.
    """
    if not names or not is_frame(table):
        return table
    columns = [as_array(column, f"column {name}") for name, column in zip(names, columns_of(names, table), strict=True)]
    return np.stack(columns, axis=1)


def missing(name: str, there: Iterable[str], what: str = "a frame") -> str:
    """The sentence about a column that isn't there."""
    names = list(there)
    near = nearest(name, names)
    more = f", ... ({len(names):,} in all)" if len(names) > MOST_NAMES_SAID else ""
    hint = f"Did you mean {near}? Rename it" if near else "Add it"
    return f"expected a column named {name}, got {what} with {', '.join(names[:MOST_NAMES_SAID])}{more}. {hint}."


def _by_position(kinds: Sequence[Kind], table: Any) -> list[Any]:
    if is_masked(table):
        raise DataError("x should be a plain array, got a masked one. Fill its gaps: x.filled(...).")
    try:
        array = np.array(table, object) if isinstance(table, list | tuple) else np.asarray(table)
    except MemoryError:
        raise
    except Exception as error:  # whatever the object's own __array__ raises
        raise DataError(f"x should be an array or a frame, got a {type(table).__name__}: {reason(error)}.") from None
    if array.ndim != 2 or array.shape[1] != len(kinds):
        hint = "For one sample write x[None]. " if array.shape == (len(kinds),) else ""
        names = ", ".join(kind.name for kind in kinds[:MOST_NAMES_SAID])
        raise ShapeError(
            f"x should have shape (n, {len(kinds)}), one row per sample and one column each for {names}"
            f"{', ...' if len(kinds) > MOST_NAMES_SAID else ''}, got {array.shape}. {hint}"
            "A frame with these columns is taken in any order."
        )
    if array.dtype.kind in "US" and any(isinstance(kind, Number) for kind in kinds):
        raise DataError(
            "x should hold numbers and text, got an array of text alone, in which numbers have become text. "
            "np.array(rows, dtype=object) keeps them, and so does a list of rows."
        )
    return list(array.T)


def _composed(name: Any) -> Any:
    return composed(name) if isinstance(name, str) else name
