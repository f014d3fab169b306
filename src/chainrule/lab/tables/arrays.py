"""NumPy's files as tables: which of their arrays are x and y, and what they hold."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import FileError, ShapeError
from chainrule.core.foreign import said
from chainrule.lab.tables.found import Found, FoundColumn, Reading, by_row
from chainrule.lab.tables.inputs import Input, judge_input
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.table import Table
from chainrule.lab.tables.targets import judge_target
from chainrule.training.data.columns.kinds import Number
from chainrule.training.data.sets.numpy_files import is_npz, is_numpy, read_numpy
from chainrule.training.files.npz import ZIP, Archive, Header
from chainrule.training.files.reading import Source, reading

FIRST_MEMBER = 512
"""The bytes of an archive in which the name of its first member is looked for."""

NUMBERS, TEXT = "biuf", "US"
"""The kinds of dtypes that hold numbers, and text."""


def holds_arrays(source: Source) -> bool:
    """Whether a file is NumPy's: workbooks are archives too, whose first member isn't an array."""
    first = source.head(FIRST_MEMBER)
    is_other = first.startswith(ZIP) and b".npy" not in first and not source.name.endswith(".npz")
    return is_numpy(source) and not is_other


def arrays_of(source: Source, options: Options, y: str | None = None) -> tuple[Array, Array | None, str, str]:
    """The arrays x (n, ...) and y of an `.npz`, or x of an `.npy`, and their names; y is None where there is none.

    y: the name of the targets, in place of the option's. Raises FileError, SettingError, ShapeError.
    """
    if not is_npz(source):
        return *read_numpy(source), Path(source.name).stem, ""
    with reading(source, "an .npz file of numbers", "save numbers: np.savez(path, x=x, y=y)"):
        archive = Archive(source)
        headers = archive.headers()
        for name in (options.x or "x", options.y or y or "y"):
            if name in archive.names and name not in headers:
                archive.read([name])  # says why it can't be read
        x_name, y_name = _pair(source.name, headers, options.x, options.y or y)
        wanted = [x_name] if y_name is None else [x_name, y_name]
        found = archive.read(wanted, NUMBERS + TEXT)
    if found[x_name].dtype.kind not in NUMBERS:
        raise FileError(f"{source.name}: the array {x_name} holds text; expected numbers. Name another with --x.")
    x = found[x_name]
    if x.ndim < 2 or len(x) == 0:
        raise ShapeError(f"{source.name}: expected x (n, features), got {x.shape}; save it with one row per sample.")
    if y_name is None:
        return x, None, x_name, ""
    if found[y_name].ndim not in (1, 2) or len(found[y_name]) != len(x):
        raise ShapeError(
            f"{source.name}: expected one row of {y_name} for each of the {len(x)} rows of {x_name}, got "
            f"{found[y_name].shape}; save both from the same samples."
        )
    return x, found[y_name], x_name, y_name


def _pair(file: str, headers: dict[str, Header], x: str | None, y: str | None) -> tuple[str, str | None]:
    """The names of x and y: those that are asked for, those two letters, or the only pair that fits."""
    for name in (x, y):
        if name is not None and name not in headers:
            there = ", ".join(headers) or "none"
            raise FileError(f"{file} has no array {said(name)}; it has {there}. Name the array to read.")
    xs = [x] if x else ["x"] if "x" in headers else [name for name, each in headers.items() if len(each.shape) > 1]
    pairs = [(one, other) for one in xs for other in _partners(headers, one, y)]
    if len(pairs) == 1:
        return pairs[0]
    if len(xs) == 1 and not pairs:
        return xs[0], y
    shapes = ", ".join(f"{name} {each.shape}" for name, each in headers.items()) or "no arrays"
    raise FileError(f"{file}: which arrays are the inputs and the targets? It has {shapes}. Say --x NAME and --y NAME.")


def _partners(headers: dict[str, Header], x: str, y: str | None) -> list[str]:
    """The arrays that may be the targets of x: y, or those of as many rows, of one axis before those of two."""
    if y is not None:
        return [y]
    if "y" in headers and x != "y":
        return ["y"]
    rows = headers[x].shape[:1]
    others = {name: each for name, each in headers.items() if name != x and each.shape[:1] == rows}
    flat = [name for name, each in others.items() if len(each.shape) == 1]
    return flat or [name for name, each in others.items() if len(each.shape) == 2]


def judge_arrays(source: Source, x: Array, y: Array, names: tuple[str, str], options: Options) -> Table:
    """What is learnt from arrays x (n, features), or (n, channels, ...), and y (n,) or (n, several).

    Numbers without gaps are inputs as they are: the table then has no kinds.
    """
    several = y.reshape(len(y), -1).T
    targets = [_as_column(names[1] + str(k) * (len(several) > 1), each, k) for k, each in enumerate(several, start=1)]
    features = [_as_column(f"x{k}", each, k) for k, each in enumerate(x.T, start=1)] if x.ndim == 2 else []
    notes = (f"{names[0]} {x.shape} are the inputs, {names[1]} {y.shape} the targets",)
    found = Found(source.name, (*features, *targets), Reading("NumPy", header=False, notes=notes), by_row)
    answer = judge_target(found, targets, options)
    if len(targets) > 1 and answer.classes:
        answer = replace(answer, names=(names[1],), classes=tuple(map(str, range(len(targets)))))
    if x.ndim == 2 and x.dtype.kind == "f" and not np.isfinite(x).all():
        return Table.of(found, tuple(judge_input(found, each, options) for each in features), answer)
    inputs = tuple(Input(each, Number(each.name)) for each in features)
    return Table(found, x if len(answer.rows) == len(x) else x[answer.rows], (), inputs, answer)


def _as_column(name: str, values: Array, position: int) -> FoundColumn:
    """A column of an array: numbers as floats, text as objects, of which the empty one is a gap."""
    if values.dtype.kind in TEXT:
        texts: list[Any] = [each.decode() if isinstance(each, bytes) else each for each in values.tolist()]
        return FoundColumn(name, np.array([each or None for each in texts], object), position)
    return FoundColumn(name, values.astype(np.float64) if values.dtype.kind == "b" else values, position)
