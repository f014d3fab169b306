"""Columns by name, as text or as a data frame."""

import io
from collections.abc import Mapping
from typing import Any

from chainrule.core.errors import MissingExtraError
from chainrule.training.files.storage import FilePath, replacing

Columns = Mapping[str, Any]
"""Lists, or arrays, of one length."""


def columns_to_csv(columns: Columns, path: FilePath | None = None) -> str:
    """CSV text, a header and then a row for each entry of the columns; also written to `path` where one is given.

    >>> print(columns_to_csv({"epoch": [0, 5], "loss": [0.25, 0.125]}))
    epoch,loss
    0,0.25
    5,0.125
    """
    import csv  # only where a table is asked for

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    if path is not None:
        with replacing(path, "w") as file:
            file.write(text.getvalue())
    return text.getvalue().rstrip("\n")


def columns_to_pandas(columns: Columns) -> Any:
    """A data frame. Raises MissingExtraError where pandas isn't installed."""
    try:
        import pandas  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise MissingExtraError('to_pandas() needs pandas: pip install "chainrule[pandas]".') from None
    return pandas.DataFrame(columns)
