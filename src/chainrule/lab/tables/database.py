"""DuckDB, locked: it reads what lies in one folder of ours, and nothing else; it fetches and loads no extensions."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import reason
from chainrule.core.extras import missing_extra

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BEFORE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "memory_limit": "2GB",
    "threads": 1,  # a piece is read by one, and each takes memory
}
"""What is said before the database is there: nothing is fetched."""

AFTER = ("SET temp_directory = ''", "SET enable_external_access = false", "SET lock_configuration = true")
"""What is said last; nothing can be said after it."""


@contextmanager
def database(folder: str) -> Iterator["DuckDBPyConnection"]:
    """A database in memory that may read the files in this folder alone.

    Raises MissingExtraError without DuckDB, ValueError for what it raises in the block, without the folder's name.
    """
    try:
        import duckdb
    except ImportError:
        raise missing_extra("tables need DuckDB", "tables") from None
    with duckdb.connect(":memory:", config=BEFORE) as connection:
        connection.execute("SET allowed_directories = ?", [[os.path.realpath(folder), folder]])
        for statement in AFTER:
            connection.execute(statement)
        try:
            yield connection
        except duckdb.Error as error:
            copy = rf"""(?:in )?[Ff]ile ['"]?{re.escape(folder)}[^'"\s]*['"]?,?\s*"""
            words = re.sub(copy, "", re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", reason(error)))
            raise ValueError(words.strip()) from None


def fetched(connection: "DuckDBPyConnection", query: str, parameters: list[Any]) -> list[Array]:
    """The columns that a query gives, (n,) each; NULL is NaN, NaT or None."""
    columns = connection.execute(query, parameters).fetchnumpy()
    return [_without_mask(each) for each in columns.values()]


def _without_mask(column: Any) -> Array:
    if not isinstance(column, np.ma.MaskedArray):
        plain: Array = np.asarray(column)
        return plain
    if column.dtype.kind in "biu" and column.mask.any():
        column = column.astype(object if column.dtype.kind == "b" else np.float64)
    gap: Any = {"f": np.nan, "M": np.datetime64("NaT")}.get(column.dtype.kind)
    filled: Array = column.data.copy()
    if column.mask.any():
        filled[column.mask] = gap
    return filled
