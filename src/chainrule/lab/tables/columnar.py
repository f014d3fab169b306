"""Parquet and JSON, found: read by DuckDB."""

import os
import shutil
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.errors import DataError
from chainrule.lab.tables.copies import folder_for_copy
from chainrule.lab.tables.database import database, fetched
from chainrule.lab.tables.decoded import Text
from chainrule.lab.tables.found import Found, Reading, by_row, without_empty_rows
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.typed import Values, typed_columns
from chainrule.training.files.reading import Source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARQUET = b"PAR1"

MOST_KEYS = 10_000
"""The most columns of a JSON file: DuckDB takes some seconds for so many."""

MOST_NUMBERS = 2**27
"""The most values of a table: packed in Parquet, a few bytes can be billions of them."""


def is_parquet(source: Source) -> bool:
    """Whether this is a Parquet file."""
    return source.head(len(PARQUET)) == PARQUET


def found_parquet(source: Source, options: Options) -> Found:
    """The table in a Parquet file. Raises FileError for one that is damaged, DataError for one without samples."""
    source.check(source.size())
    with folder_for_copy(source.name) as folder:
        path = os.path.join(folder, "table.parquet")
        source.file.seek(0)
        with open(path, "wb") as copy:
            shutil.copyfileobj(source.file, copy)
        with database(folder) as connection:
            return _found(source.name, "Parquet", connection, "read_parquet(?)", path, options)


def is_json(head: str) -> bool:
    """Whether a text begins as JSON does: with an object, or a list of objects.

    >>> is_json(' [{"a": 1}]'), is_json("[a]"), is_json('{"a": 1}')
    (True, False, True)
    """
    start = "".join(head.split())[:2]
    return start in ("[{", '{"', "{}", "[]")


def found_json(text: Text, options: Options) -> Found:
    """The table in a JSON file: a list of records, a record a line, or a list per column. Raises as `found_parquet`."""
    with database(os.path.dirname(text.path)) as connection:
        keys = "SELECT DISTINCT unnest(json_keys(json)) FROM read_json_objects(?, maximum_object_size = 67108864)"
        counted = connection.execute(f"SELECT count(*) FROM ({keys})", [text.path]).fetchone()
        if counted is not None and counted[0] > MOST_KEYS:
            raise DataError(f"{text.name} has {counted[0]:,} columns, more than {MOST_KEYS:,}; save it as CSV.")
        call = "read_json(?, sample_size = -1, maximum_object_size = 67108864, map_inference_threshold = -1)"
        return _found(text.name, "JSON", connection, call, text.path, options)


def _found(name: str, form: str, connection: "DuckDBPyConnection", call: str, path: str, options: Options) -> Found:
    described = connection.execute(f"DESCRIBE SELECT * FROM {call}", [path]).fetchall()
    counted = connection.execute(f"SELECT count(*) FROM {call}", [path]).fetchone()
    n = counted[0] if counted else 0
    if form == "JSON" and [each[:2] for each in described] == [("json", "JSON")]:
        raise DataError(f"{name} holds JSON, but no table; expected a list of records, or a list for each column.")
    if n == 0 or not described:
        raise DataError(f"{name} has no samples; expected a row, or a record, for each.")
    if n * len(described) > MOST_NUMBERS:
        raise DataError(
            f"{name} has {n:,} rows of {len(described):,} values, more than {MOST_NUMBERS:,} in all; read a part of it."
        )
    names = [each[0] for each in described]
    wanted = ", ".join(
        _readable(f'"{each[0]}"'.replace(each[0], each[0].replace('"', '""')), each[1]) for each in described
    )
    columns: list[Values] = list(fetched(connection, f"SELECT {wanted} FROM {call}", [path]))
    if n == 1 and form == "JSON":
        columns = [_unfolded(each) for each in columns]
        if len({len(each) for each in columns}) > 1:
            raise DataError(f"{name} has columns of different lengths; expected a list of records.")
    found = typed_columns(name, names, columns, options)
    return without_empty_rows(Found(name, found, Reading(form), by_row))


def _readable(column: str, kind: str) -> str:
    """A column in SQL: decimals and huge integers as floats, and moments with a zone in UTC."""
    if kind.startswith(("DECIMAL", "HUGEINT", "UHUGEINT")):
        return f"{column}::DOUBLE"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_us({column})::BIGINT"
    return column


def _unfolded(column: Values) -> Values:
    """The values of a column whose only value is a list of them, or a dict by row."""
    value = column[0]
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list | np.ndarray) else column
