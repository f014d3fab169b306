"""Data frames, found: of pandas, Polars, pyarrow, and whatever else narwhals knows. They are taken as they are."""

from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.core.errors import DataError, reason
from chainrule.core.extras import missing_extra
from chainrule.core.foreign import said
from chainrule.lab.tables.found import Found, FoundColumn, Reading, by_row
from chainrule.lab.tables.header import names_of
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.typed import text_of, typed_columns

NAME = "the data frame"


def found_frame(frame: Any, options: Options) -> Found:
    """The columns of a data frame, or of a series. Text stays text, and a category keeps its levels in their order.

    Raises DataError for what isn't a data frame, for one without rows, and for columns of lists and the like.
    """
    try:
        import narwhals.stable.v2 as nw
    except ImportError:
        raise missing_extra("data frames need narwhals", "tables") from None
    try:
        table = nw.from_native(frame, allow_series=True)
    except Exception as error:  # TypeError, or what the frame's own library raises
        raise DataError(
            f"expected a file's name, or a data frame such as pandas' or Polars', got {said(frame)} ({reason(error)})."
        ) from None
    if isinstance(table, nw.LazyFrame):
        table = table.collect()
    columns = [table] if isinstance(table, nw.Series) else list(table.iter_columns())
    if not columns or len(columns[0]) == 0:
        raise DataError(f"{NAME} has no {'rows' if columns else 'columns'}; expected a row for each sample.")
    names, notes = names_of(str(each.name) for each in columns)
    found = [_column(nw, name, j, each, options) for j, (name, each) in enumerate(zip(names, columns, strict=True))]
    noted = tuple(column.noting(note) for column, note in zip(found, notes, strict=True))
    return Found(NAME, noted, Reading("a data frame"), by_row)


def _column(nw: Any, name: str, position: int, series: Any, options: Options) -> FoundColumn:
    kind = series.dtype
    if kind.is_numeric() and name not in options.categorical:
        values: Any = series.cast(nw.Float64).to_numpy()
    elif isinstance(kind, nw.Datetime | nw.Date) and name not in options.categorical:
        if getattr(kind, "time_zone", None) is not None:
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        values = np.asarray(series.to_numpy()).astype("datetime64[us]")
    elif isinstance(kind, nw.Categorical | nw.Enum | nw.String):
        is_category = not isinstance(kind, nw.String)
        levels = tuple(map(text_of, series.cat.get_categories().to_list())) if is_category else ()
        texts = [None if each is None or each != each else text_of(each) for each in series.to_list()]
        gaps = set(options.missing_values)
        values = np.array([*(None if each in gaps else each for each in texts), None], object)[:-1]
        return FoundColumn(name, values, position, levels=levels)
    else:
        values = series.to_list()
    (column,) = typed_columns(NAME, [name], [values], options)
    return replace(column, position=position)
