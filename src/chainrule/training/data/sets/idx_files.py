"""IDX files: MNIST and its relatives, as they are published."""

import gzip
import zlib
from pathlib import Path

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.core.errors import DataError, FileError, ShapeError
from chainrule.training.files.storage import FilePath, check_exists

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""The dtype that a file's third byte stands for; numbers of several bytes are big-endian."""

MOST_AXES = 64
"""NumPy's own limit."""


def read_idx(path: FilePath) -> Array:
    r"""Read the array of an IDX file, compressed by gzip or not, in the file's dtype.

    Arrays of bytes, such as MNIST's, are read-only. Those of an uncompressed file stay on disk, mapped into memory, so
    they may be larger than memory; wider numbers are copied into the machine's byte order.
    Raises FileError for a file that isn't IDX or is damaged, DataError for an empty array.
    Source: "The IDX file format" in LeCun, Cortes and Burges, "The MNIST database of handwritten digits".

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "labels").write_bytes(b"\0\0\x08\x01" + b"\0\0\0\x03" + b"\5\0\4")
    ...     read_idx(f"{folder}/labels").tolist()
    [5, 0, 4]
    """
    content = _content(path)
    head = content[:4].tobytes()
    is_idx = len(head) == 4 and head[:2] == b"\0\0" and head[2] in DTYPES and 1 <= head[3] <= MOST_AXES
    start = 4 + 4 * head[3] if is_idx else 0
    if not is_idx or len(content) < start:
        raise FileError(
            f"{path} isn't an IDX file: expected two zero bytes, the kind of number (8, 9, 11 to 14), the number of "
            f"axes (1 to {MOST_AXES}) and a length for each; got {content[:8].tobytes().hex(' ') or 'no bytes'}. "
            "Name a file such as train-images-idx3-ubyte.gz."
        )
    shape = tuple(content[4:start].view(">u4").tolist())
    if 0 in shape:
        raise DataError(f"{path} holds no numbers: its array has shape {shape}. At least one sample is needed.")
    dtype = np.dtype(DTYPES[head[2]])
    size = start + count(shape) * dtype.itemsize
    if len(content) != size:
        raise FileError(
            f"{path} is damaged: expected {size:,} bytes for an array of shape {shape}, got {len(content):,}. "
            "Copy or download it again."
        )
    values = content[start:].view(dtype).reshape(shape)
    return values if dtype.itemsize == 1 else np.array(values, dtype.newbyteorder("="))


def read_images(images: FilePath, labels: FilePath) -> tuple[Array, Array]:
    r"""Read images and their classes from a pair of IDX files, such as MNIST's.

    x (n, 1, H, W), read as by `read_idx`: MNIST's are bytes, 0 to 255; x / 255 is from 0 to 1. y (n,) int64.
    Raises as `read_idx` does, FileError for labels that are fractions, ShapeError unless the first file holds images
    and the second one label for each.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "images").write_bytes(b"\0\0\x08\x03" + b"\0\0\0\2\0\0\0\1\0\0\0\2" + b"\0\xff\x80\0")
    ...     _ = Path(folder, "labels").write_bytes(b"\0\0\x08\x01" + b"\0\0\0\2" + b"\7\1")
    ...     x, y = read_images(f"{folder}/images", f"{folder}/labels")
    >>> x.shape, y
    ((2, 1, 1, 2), array([7, 1]))
    """
    x, y = read_idx(images), read_idx(labels)
    if x.ndim != 3:
        raise ShapeError(f"{images}: expected images (n, H, W), got {x.shape}; name the file of images first.")
    if y.shape != x.shape[:1]:
        raise ShapeError(
            f"{labels}: expected a label for each of the {len(x):,} images, got {y.shape}; "
            "take both files from the same part of the set."
        )
    if y.dtype.kind == "f":
        raise FileError(
            f"{labels}: expected class numbers, got {y.dtype}; name a file such as train-labels-idx1-ubyte."
        )
    return x[:, np.newaxis], np.array(y, np.int64)


def _content(path: FilePath) -> Array:
    """The bytes of a file, (size,): mapped into memory, or decompressed into it."""
    check_exists(path)
    try:
        with open(path, "rb") as file:
            if file.read(2) == b"\x1f\x8b":
                file.seek(0)
                return np.frombuffer(gzip.decompress(file.read()), np.uint8)
        is_empty = Path(path).stat().st_size == 0
        return np.zeros(0, np.uint8) if is_empty else np.memmap(path, np.uint8, "r")  # an empty file can't be mapped
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path} is damaged: {error}. Copy or download it again.") from None
    except OSError as error:
        raise FileError(f"can't read {path}: {error.strerror or error}; check its permissions.") from None
