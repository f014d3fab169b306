"""IDX files: MNIST and its relatives, as they are published."""

import gzip
from typing import Any, BinaryIO

import numpy as np

from chainrule.core.arrays import Array, Shape, count
from chainrule.core.errors import DataError, FileError, ShapeError
from chainrule.training.files.limits import LIMIT, Size
from chainrule.training.files.reading import Source, at_most, reading
from chainrule.training.files.storage import FilePath

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""The dtype that a file's third byte stands for; numbers of several bytes are big-endian."""

GZIP = b"\x1f\x8b"
"""The first bytes of a compressed file."""

MOST_AXES = 64
"""NumPy's own limit."""


def read_idx(path: FilePath, max_size: Size = LIMIT) -> Array:
    r"""Read the array of an IDX file, compressed by gzip or not, in the file's dtype.

    Arrays of bytes, such as MNIST's, are read-only. Those of an uncompressed file stay on disk, mapped into memory, so
    they may be larger than memory (see `read_numpy`); wider numbers are copied into the machine's byte order.
    `max_size`: the most bytes that an array in memory may take, unpacked, or a text such as "4 GiB".
    Raises FileError for a file that isn't IDX, is damaged or takes more than `max_size`, DataError for an empty array.
    Source: "The IDX file format" in LeCun, Cortes and Burges, "The MNIST database of handwritten digits".

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "labels").write_bytes(b"\0\0\x08\x01" + b"\0\0\0\x03" + b"\5\0\4")
    ...     read_idx(f"{folder}/labels").tolist()
    [5, 0, 4]
    """
    with reading(path, "a whole IDX file", "copy or download it again", max_size) as source:
        if source.head(2) != GZIP:
            return _read_array(source, source.file)
        with gzip.GzipFile(fileobj=source.file) as unpacked:
            return _read_array(source, unpacked)  # type: ignore[arg-type]  # it reads


def _read_array(source: Source, stream: BinaryIO) -> Array:
    """The array in a source. stream: its bytes, unpacked."""
    dtype, shape, start = _read_header(source.name, stream)
    size = count(shape) * dtype.itemsize
    is_packed = stream is not source.file
    there = start + size if is_packed else source.size()
    if there == start + size:
        if not is_packed and source.path is not None and dtype.itemsize == 1:
            return np.memmap(source.path, dtype, "r", start, shape)
        source.check(size, unpacked=is_packed)
        stream.seek(start)
        content = at_most(stream, size + 1)
        there = start + len(content)
    if there != start + size:
        got = f"{there:,}" if there < start + size or not is_packed else "more"
        raise FileError(
            f"{source.name} is damaged: expected {start + size:,} bytes for an array of shape {shape}, got {got}. "
            "Copy or download it again."
        )
    values = np.frombuffer(content, dtype).reshape(shape)
    return values if dtype.itemsize == 1 else np.array(values, dtype.newbyteorder("="))


def _read_header(name: str, stream: BinaryIO) -> tuple[np.dtype[Any], Shape, int]:
    """The dtype and the shape that a file begins with, and where its numbers begin."""
    head = bytes(at_most(stream, 4))
    is_idx = len(head) == 4 and head[:2] == b"\0\0" and head[2] in DTYPES and 1 <= head[3] <= MOST_AXES
    lengths = bytes(at_most(stream, 4 * head[3] if is_idx else 4))
    if not is_idx or len(lengths) < 4 * head[3]:
        raise FileError(
            f"{name} isn't an IDX file: expected two zero bytes, the kind of number (8, 9, 11 to 14), the number of "
            f"axes (1 to {MOST_AXES}) and a length for each; got {(head + lengths)[:8].hex(' ') or 'no bytes'}. "
            "Name a file such as train-images-idx3-ubyte.gz."
        )
    shape = tuple(np.frombuffer(lengths, ">u4").tolist())
    if 0 in shape:
        raise DataError(f"{name} holds no numbers: its array has shape {shape}. At least one sample is needed.")
    return np.dtype(DTYPES[head[2]]), shape, 4 + len(lengths)


def read_images(images: FilePath, labels: FilePath, max_size: Size = LIMIT) -> tuple[Array, Array]:
    r"""Read images and their classes from a pair of IDX files, such as MNIST's.

    x (n, 1, H, W), read as by `read_idx`: MNIST's are bytes, 0 to 255; x / 255 is from 0 to 1. y (n,) int64.
    `max_size`: as in `read_idx`, for each file.
    Raises as `read_idx` does, FileError for labels that are fractions, ShapeError unless the first file holds images
    and the second one label for each.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "images").write_bytes(b"\0\0\x08\x03" + b"\0\0\0\2\0\0\0\1\0\0\0\2" + b"\0\xff\x80\0")
    ...     _ = Path(folder, "labels").write_bytes(b"\0\0\x08\x01" + b"\0\0\0\2" + b"\7\1")
    ...     x, y = read_images(f"{folder}/images", f"{folder}/labels")
    >>> x.shape, y
    ((2, 1, 1, 2), array([7, 1]))
    """
    x, y = read_idx(images, max_size), read_idx(labels, max_size)
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
