"""Named columns as CSV text or as a data frame."""

from collections.abc import Mapping
from typing import Any

from chainrule.core.extras import missing_extra
from chainrule.training.files.csv_text import csv_text, write_rows
from chainrule.training.files.storage import FilePath

Columns = Mapping[str, Any]
"""Lists or arrays of equal length, by name."""


def columns_to_csv(columns: Columns, path: FilePath | None = None) -> str:
    """The columns as CSV text: a header, then one row per entry. It is also written to `path`, if given.

    >>> print(columns_to_csv({"epoch": [0, 5], "loss": [0.25, 0.125]}))
    epoch,loss
    0,0.25
    5,0.125
    """
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    if path is not None:
        write_rows(path, rows)
    return csv_text(rows).removesuffix("\n")


def columns_to_pandas(columns: Columns) -> Any:
    """The columns as a pandas data frame. Raises MissingExtraError without pandas."""
    try:
        import pandas  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise missing_extra("to_pandas() needs pandas", "pandas") from None
    return pandas.DataFrame(columns)
