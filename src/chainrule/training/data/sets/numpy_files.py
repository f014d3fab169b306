"""NumPy's own files, `.npy` and `.npz`. Nothing in a file is ever executed."""

import tokenize
import zipfile
import zlib
from pathlib import Path

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import FileError, ShapeError
from chainrule.training.files.storage import FilePath, check_exists

BROKEN = (
    *(ValueError, EOFError, OSError, KeyError, RuntimeError, SyntaxError, OverflowError, MemoryError),
    *(tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
"""The errors that NumPy raises for damaged files."""


def read_numpy(
    path: FilePath, y_path: FilePath | None = None, *, x: str = "x", y: str | None = "y"
) -> tuple[Array, Array | None]:
    """Read `(x, y)` from NumPy's files: an `.npz` with both, or an `.npy` for x and optionally a second one for y.

    An array in an `.npy` file stays on disk, mapped into memory read-only, so it may be larger than memory. In an
    `.npz`, `x` and `y` are the names of the arrays; y=None reads x alone. Without a target, y is None.

    x (n, ...), y (n,) or (n, outputs), in the dtype of the file. NaN is checked for where the data are used, not here.
    Raises FileError for files that aren't NumPy's or don't hold numbers, ShapeError if x and y don't fit. Pickled
    objects are never loaded. Source: numpy.lib.format.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/two.npz", x=np.zeros((2, 3)), y=np.ones(2))
    ...     features, classes = read_numpy(f"{folder}/two.npz")
    >>> features.shape, classes
    ((2, 3), array([1., 1.]))
    """
    if _is_zip(path):
        if y_path is not None:
            raise FileError(f"{path} is an .npz file, which holds its own y; expected no second file, got {y_path}.")
        features, *rest = _read_npz(path, [x] if y is None else [x, y])
        targets = rest[0] if rest else None
    else:
        features = _read_npy(path)
        targets = None if y_path is None else _read_npy(y_path)
    if features.ndim < 2 or len(features) == 0:
        raise ShapeError(f"{path}: expected x (n, features), got {features.shape}; save it with one row per sample.")
    if targets is not None and (targets.ndim == 0 or len(targets) != len(features)):
        raise ShapeError(
            f"{y_path or path}: expected one row of y for each of the {len(features)} rows of x, got {targets.shape}; "
            "save both from the same samples."
        )
    return features, targets


def _is_zip(path: FilePath) -> bool:
    """Whether a file is a zip archive: by its first bytes, or by its name where they don't tell."""
    check_exists(path)
    try:
        with open(path, "rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise FileError(f"can't read {path}: {error.strerror or error}; check its permissions.") from None
    return magic in (b"PK\x03\x04", b"PK\x05\x06") or (magic != b"\x93NUM" and Path(path).suffix == ".npz")


def _read_npz(path: FilePath, names: list[str]) -> list[Array]:
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            missing = [name for name in names if name not in archive]
            if missing:
                there = ", ".join(archive.files) or "none"
                raise FileError(f"{path} has no array {missing[0]!r}; it has {there}. Name the array to read.")
            return [_numeric(path, archive[name]) for name in names]
    except FileError:
        raise
    except BROKEN as error:
        raise FileError(f"{path} isn't an .npz file of numbers ({error}); use np.savez(path, x=x, y=y).") from None


def _read_npy(path: FilePath) -> Array:
    check_exists(path)
    try:
        return _numeric(path, np.lib.format.open_memmap(path, mode="r"))
    except FileError:
        raise
    except BROKEN as error:
        raise FileError(f"{path} isn't an .npy file of numbers ({error}); use np.save(path, x).") from None


def _numeric(path: FilePath, values: object) -> Array:
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "biuf":
        kind = getattr(values, "dtype", type(values).__name__)
        raise FileError(f"{path}: expected an array of numbers, got {kind}; save x.astype(float).")
    return values
