"""CSV files, written."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_array
from chainrule.core.description import check_kind, check_names
from chainrule.core.errors import DataError, ShapeError
from chainrule.training.files.csv_text import write_rows
from chainrule.training.files.storage import FilePath


def write_csv(
    path: FilePath,
    x: ArrayLike,
    y: ArrayLike | None = None,
    features: Sequence[str] | None = None,
    target: str = "y",
    classes: Sequence[str] = (),
) -> None:
    """Write a CSV file: a header, the features, then the target. `read_table` reads it back to the last digit.

    x (n, features); y (n,) or (n, 1), or None to write features alone. `features` are their names (x1, x2, ...);
    `classes` are the names to write in place of y's class numbers. The file is written completely or not at all.
    Raises ShapeError if the shapes don't fit, DataError for NaN, infinity or class numbers without a name, FileError if
    the file can't be written.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_csv(f"{folder}/two.csv", [[0.5, 1.0], [0.1, 2.0]], [0, 1])
    ...     print(Path(f"{folder}/two.csv").read_text())
    x1,x2,y
    0.5,1.0,0
    0.1,2.0,1
    """
    x = as_array(x, "x")
    if x.ndim != 2 or 0 in x.shape:
        raise ShapeError(f"write_csv expects x (n, features), got {x.shape}; reshape it to one row per sample.")
    names = [f"x{k}" for k in range(1, x.shape[1] + 1)] if features is None else [*check_names("features", features)]
    classes = check_names("classes", classes)
    check_kind("target", str, "a column's name", target)
    if len(names) != x.shape[1]:
        raise ShapeError(f"write_csv expects {x.shape[1]} names of features, got {len(names)}; name each column.")
    _check_finite("x", x)
    rows = x.tolist()
    if y is not None:
        y = as_array(y, "y")
        if y.shape not in ((len(x),), (len(x), 1)):
            raise ShapeError(f"write_csv expects one target per sample, {len(x)} of them, got {y.shape}; pass y (n,).")
        _check_finite("y", y)
        values = y.reshape(-1).tolist()
        if classes:
            unnamed = [value for value in values if value not in range(len(classes))]
            if unnamed:
                raise DataError(f"write_csv has names for classes 0 to {len(classes) - 1}, got {unnamed[0]}; name it.")
            values = [classes[int(value)] for value in values]
        names, rows = [*names, target], [[*row, value] for row, value in zip(rows, values, strict=True)]
    if not all([*names, *classes]):
        raise DataError("write_csv expects a name for each column and each class, got one that is empty; name it.")
    write_rows(path, [names, *rows])


def _check_finite(name: str, values: Array) -> None:
    if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
        raise DataError(f"write_csv expects finite numbers in {name}, got NaN, infinity or text; remove those samples.")
