"""NumPy's own files, `.npy` and `.npz`. Nothing in a file is ever executed."""

from pathlib import Path

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import check_kind
from chainrule.core.errors import FileError, ShapeError
from chainrule.core.foreign import said
from chainrule.training.files.limits import LIMIT, Size
from chainrule.training.files.npz import NPY, ZIP, Archive, read_array, read_header
from chainrule.training.files.reading import Source, reading
from chainrule.training.files.storage import FilePath, check_path


def read_numpy(
    path: FilePath | Source,
    y_path: FilePath | None = None,
    *,
    x: str = "x",
    y: str | None = "y",
    max_size: Size = LIMIT,
) -> tuple[Array, Array | None]:
    """Read `(x, y)` from NumPy's files: an `.npz` with both, or an `.npy` for x and optionally a second one for y.

    An array in an `.npy` file stays on disk, mapped into memory read-only, so it may be larger than memory. Such a file
    must not be cut short while its array is used: Linux and macOS end a program that reads what is gone (SIGBUS).
    In an `.npz`, `x` and `y` are the names of the arrays; y=None reads x alone. Without a target, y is None.
    `max_size`: the most bytes that the arrays of an `.npz` or a FIFO may take, or a text such as "4 GiB".

    x (n, ...), y (n,) or (n, outputs), in the dtype of the file. NaN is checked for where the data are used, not here.
    Raises FileError for files that aren't NumPy's, don't hold numbers or take more than `max_size`, ShapeError if x and
    y don't fit. Pickled objects are never loaded. Source: numpy.lib.format.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/two.npz", x=np.zeros((2, 3)), y=np.ones(2))
    ...     features, classes = read_numpy(f"{folder}/two.npz")
    >>> features.shape, classes
    ((2, 3), array([1., 1.]))
    """
    check_kind("x", str, "the name of an array in the file", x)
    check_kind("y", (str, type(None)), "the name of an array in the file, or None", y)
    with reading(path, "a NumPy file of numbers", "use np.savez(path, x=x, y=y)", max_size) as source:
        name = source.name
        if not is_npz(source):
            features = _read_npy(source, max_size)
            targets = None if y_path is None else _read_npy(y_path, max_size)
        elif y_path is not None:
            raise FileError(
                f"{name} is an .npz file, which holds its own y; expected no second file, got {check_path(y_path)}."
            )
        else:
            features, targets = _read_npz(source, x, y)
    if features.ndim < 2 or len(features) == 0:
        raise ShapeError(f"{name}: expected x (n, features), got {features.shape}; save it with one row per sample.")
    if targets is not None and (targets.ndim == 0 or len(targets) != len(features)):
        raise ShapeError(
            f"{y_path or name}: expected one row of y for each of the {len(features)} rows of x, got {targets.shape}; "
            "save both from the same samples."
        )
    return features, targets


def is_numpy(source: Source) -> bool:
    """Whether a file is NumPy's: by its first bytes, or by its name where they don't tell."""
    return source.head(len(NPY)) == NPY or is_npz(source) or Path(source.name).suffix.lower() == ".npy"


def is_npz(source: Source) -> bool:
    """Whether a file is an archive, likewise."""
    first = source.head(len(NPY))
    return first[:4] in ZIP or (first != NPY and Path(source.name).suffix.lower() == ".npz")


def _read_npz(source: Source, x: str, y: str | None) -> tuple[Array, Array | None]:
    with reading(source, "an .npz file of numbers", "use np.savez(path, x=x, y=y)"):
        archive = Archive(source)
        names = [x] if y is None else [x, y]
        missing = [name for name in names if name not in archive.names]
        if missing:
            there = ", ".join(archive.names) or "none"
            raise FileError(f"{source.name} has no array {said(missing[0])}; it has {there}. Name the array to read.")
        arrays = archive.read(names)
        return arrays[x], None if y is None else arrays[y]


def _read_npy(path: FilePath | Source, max_size: Size) -> Array:
    with reading(path, "an .npy file of numbers", "use np.save(path, x)", max_size) as source:
        header = read_header(source.file)
        if header.dtype.kind not in "biuf":
            raise TypeError(f"it holds {header.dtype}")
        header.check(source.size())
        if source.path is not None and header.size:  # an empty array can't be mapped
            return np.memmap(source.path, header.dtype, "r", header.start, header.shape, header.order)
        source.check(header.size)
        source.file.seek(header.start)
        return read_array(source.file, header)
