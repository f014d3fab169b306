"""NumPy's files, read within bounds: headers first, and archives of arrays under a checksum. Nothing is unpickled.

NumPy's own reader evaluates a header as Python, warns, and takes the memory that a header asks for.
Source: numpy.lib.format, and PKWARE's APPNOTE for zip archives.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

import numpy as np

from chainrule.core.arrays import Array, Shape, count
from chainrule.core.foreign import said
from chainrule.training.files.reading import Source, at_most
from chainrule.training.files.storage import FilePath, replacing

NPY, ZIP = b"\x93NUMPY", (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of an array's file, and of an archive: one with members, or without."""

LONGEST_HEADER = 10_000
"""The most characters of an array's header, as in NumPy."""

LONGEST_DIRECTORY = 2**22
"""The most bytes of an archive's directory: some 60,000 arrays."""

COMPRESSIONS = (0, 8)
"""The ways in which NumPy writes an archive's members: stored, and deflated."""

CHECKSUM = "checksum"
"""The array of a checked archive that holds the checksum of the others."""


@dataclass(frozen=True)
class Header:
    """What an array's file says of it. start: where its numbers begin, in bytes."""

    dtype: np.dtype[Any]
    order: Literal["C", "F"]
    shape: Shape
    start: int

    @property
    def size(self) -> int:
        """The bytes that the array's numbers take."""
        return count(self.shape) * self.dtype.itemsize

    def check(self, size: int) -> None:
        """Raise ValueError unless a file of this size holds the header and the array."""
        if self.start + self.size != size:
            raise ValueError(
                f"its header promises {self.start + self.size:,} bytes, an array of shape {self.shape}, got {size:,}"
            )


def read_header(file: BinaryIO) -> Header:
    """The header of an array's file, which is read up to its numbers. Raises ValueError for another file.

    >>> import io
    >>> buffer = io.BytesIO()
    >>> np.save(buffer, np.zeros((3, 2)))
    >>> _ = buffer.seek(0)
    >>> read_header(buffer)
    Header(dtype=dtype('float64'), order='C', shape=(3, 2), start=128)
    """
    magic = bytes(at_most(file, 8))
    if magic[:6] != NPY or magic[6:] not in (b"\1\0", b"\2\0", b"\3\0"):
        raise ValueError(f"expected an array's header, got {magic.hex(' ') or 'no bytes'}")
    n_bytes = 2 if magic[6] == 1 else 4
    length = int.from_bytes(at_most(file, n_bytes), "little")
    if length > LONGEST_HEADER:
        raise ValueError(f"expected a header of at most {LONGEST_HEADER:,} bytes, got {length:,}")
    text = at_most(file, length).decode("latin-1")
    fields = (
        r"""['"]descr['"]\s*:\s*['"]([^'"]{1,20})['"]""",
        r"fortran_order\W*(True|False)",
        r"shape\W*?\(([0-9L, ]*)\)",
    )
    descr, order, shape = (re.search(each, text) for each in fields)
    if descr is None or order is None or shape is None:
        raise ValueError(f"expected the dtype and the shape of a plain array, got {text.strip()}")
    dtype = np.dtype(descr[1])
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are never loaded")
    lengths = tuple(int(each) for each in shape[1].replace("L", "").split(",") if each.strip())
    return Header(dtype, "F" if order[1] == "True" else "C", lengths, 8 + n_bytes + length)


def read_array(file: BinaryIO, header: Header) -> Array:
    """The array behind a header, read from a stream. Raises ValueError where that doesn't hold it."""
    content = at_most(file, header.size)
    header.check(header.start + len(content))
    if not header.size:
        return np.zeros(header.shape, header.dtype)
    return np.frombuffer(content, header.dtype).reshape(header.shape, order=header.order)


class Archive:
    """An archive of arrays, in an open source. names: of the arrays."""

    def __init__(self, source: Source) -> None:
        import zipfile  # slow to import, as hashlib is

        self._source = source
        self._zip = zipfile.ZipFile(_Sparing(source.file))  # type: ignore[type-var,unused-ignore]  # it reads, and seeks
        self._members = {each.filename.removesuffix(".npy"): each for each in self._zip.infolist()}
        self.names = list(self._members)

    def headers(self) -> dict[str, Header]:
        """What the archive's arrays say of themselves, without those that can't be read."""
        found = {}
        for name, member in self._members.items():
            with suppress(ValueError), self._zip.open(member) as file:
                found[name] = read_header(file)  # type: ignore[arg-type]  # it reads
        return found

    def read(self, names: Iterable[str], kinds: str = "biuf") -> dict[str, Array]:
        """The arrays of these names, whose dtypes must be of these kinds.

        Raises FileError where they take more memory than may be read, KeyError for a name that isn't there, TypeError
        for another kind, ValueError for a member that isn't an array, or holds more or less than its header says.
        """
        found, total = {}, 0
        for name in names:
            self._source.place = f"array {said(name)}"
            member = self._members[name]
            if member.compress_type not in COMPRESSIONS:
                raise ValueError("it is compressed in a way that NumPy doesn't use")
            with self._zip.open(member) as file:
                header = read_header(file)  # type: ignore[arg-type]  # it reads
                if header.dtype.kind not in kinds:
                    raise TypeError(f"it holds {header.dtype}")
                total += header.size
                self._source.check(total, unpacked=True)
                header.check(member.file_size)
                found[name] = read_array(file, header)  # type: ignore[arg-type]  # as above
                if file.read(1):
                    raise ValueError("it holds more than its header promises")
        self._source.place = ""
        return found


class _Sparing:
    """A file of which only so much is read at once: zipfile reads an archive's directory as a whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, n: int = -1) -> bytes:
        if n > LONGEST_DIRECTORY:
            raise ValueError(f"expected a directory of at most {LONGEST_DIRECTORY:,} bytes, got {n:,}")
        return self._file.read(n)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def save_checked(path: FilePath, arrays: Mapping[str, Any]) -> None:
    """Write arrays to an archive (.npz), with a checksum, whole or not at all."""
    named: dict[str, Any] = {name: np.asarray(each) for name, each in arrays.items()}
    with replacing(path, "wb") as file:
        np.savez(file, **named, checksum=checksum(named))


def load_checked(source: Source, names: Iterable[str]) -> dict[str, Array]:
    """The arrays that `save_checked` wrote, which must have these names.

    Raises ValueError for other arrays, or for contents that don't fit the checksum, and what `Archive.read` raises.
    """
    archive, expected = Archive(source), [*names, CHECKSUM]
    if sorted(archive.names) != sorted(expected):
        raise ValueError(f"expected the arrays {', '.join(expected)}, got {', '.join(archive.names[:20]) or 'none'}")
    arrays = archive.read(expected, kinds="biufU")
    if str(arrays.pop(CHECKSUM)) != checksum(arrays):
        raise ValueError("it was changed: its checksum doesn't fit its contents")
    return arrays


def checksum(arrays: Mapping[str, Array]) -> str:
    """SHA-256 of the arrays with their names, dtypes and shapes, whatever their order.

    >>> checksum({"a": np.zeros(2)})[:8] == checksum({"a": np.zeros(3)})[:8]
    False
    """
    import hashlib

    found = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        found.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()
