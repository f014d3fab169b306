"""The one way in which chainrule reads a file: bounded in memory, and in one sentence whatever the file holds."""

import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from chainrule.core.errors import ChainruleError, FileError, reason
from chainrule.core.foreign import said
from chainrule.training.files.limits import LIMIT, Size, check_size, shown
from chainrule.training.files.storage import FilePath, check_path

STANDARD_INPUT = "-"
"""The name under which standard input is read, as a stream."""

CHUNK = 2**20
"""The bytes read at once: no more than this is read beyond a limit."""


@dataclass
class Source:
    """A file that is open to be read; a stream's contents are in memory already.

    name: as sentences call it.  path: of a file on disk, which can be mapped; None for a stream.
    file: at its start, and seekable.  limit: the most bytes of memory that its contents may take.
    place: where in it a reader is, such as "line 3", for the sentence about what is wrong there.
    """

    name: str
    path: FilePath | None
    file: BinaryIO
    limit: int
    place: str = ""

    def head(self, n: int) -> bytes:
        """The first n bytes, or all of a shorter file."""
        self.file.seek(0)
        found = self.file.read(n)
        self.file.seek(0)
        return found

    def size(self) -> int:
        """The length of the file, in bytes."""
        return self.file.seek(0, os.SEEK_END)

    def check(self, size: int, unpacked: bool = False) -> None:
        """Raise FileError where this many bytes are more than may be read."""
        if size > self.limit:
            raise _too_large(self.name, self.limit, size, unpacked)

    def contents(self) -> bytearray:
        """All bytes of the file, if they are within the limit."""
        self.check(self.size())
        self.file.seek(0)
        found = at_most(self.file, self.limit + 1)  # a file may grow, and those of /proc say that they are empty
        if len(found) > self.limit:
            raise _too_large(self.name, self.limit)
        return found

    def text(self, mend: str = "save it as text in UTF-8") -> str:
        """The contents as text in UTF-8, without a byte order mark. mend: the advice where they aren't."""
        found = self.contents()
        try:
            text = found.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FileError(f"{self.name} isn't text in UTF-8, at byte {error.start}; {mend}.") from None
        if "\0" in text:
            raise FileError(f"{self.name} isn't text: byte {found.index(0)} is zero; {mend}.")
        return text


@contextmanager
def reading(path: "FilePath | Source", expected: str, mend: str, max_size: Size = LIMIT) -> Iterator[Source]:
    """Open a file, a FIFO, or standard input by the name "-", and end every error of the block in one sentence.

    expected: what the file should be, "a CSV table"; mend: what to do if it isn't. max_size: the most bytes of memory
    that its contents may take, unpacked, or a text such as "4 GiB". An open Source is read from its start.

    Raises FileError, with the file and the place in it, for a file that isn't there, is a folder or a device, is larger
    than max_size, or makes the block raise any exception but chainrule's own, which pass. Ctrl-C passes too.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open(f"{folder}/n", "w") as file:
    ...         _ = file.write("seven")
    ...     try:
    ...         with reading(f"{folder}/n", "a whole number", "correct it") as source:
    ...             int(source.text())
    ...     except FileError as error:
    ...         print(str(error).partition("/n ")[2])
    isn't a whole number (invalid literal for int() with base 10: 'seven'); correct it.
    """
    if not isinstance(path, str | os.PathLike | Source):  # bytes could be contents
        raise FileError(f"expected the name of a file, got {said(path)}; give a text or a Path.")
    source = None
    name = path.name if isinstance(path, Source) else name_of(path)
    limit = check_size("max_size", max_size)
    try:
        with _opened(path, limit) as source:
            yield source
    except ChainruleError:
        raise
    except MemoryError:
        raise FileError(f"{name} needs more memory than there is; read fewer samples, or narrower numbers.") from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            advice = "check its permissions" if isinstance(error, PermissionError) else "copy it, and read the copy"
            raise FileError(f"can't read {name}: {error.strerror or error}; {advice}.") from None
        place = f", {source.place}," if source is not None and source.place else ""
        raise FileError(f"{name}{place} isn't {expected} ({reason(error)}); {mend}.") from None


def name_of(path: FilePath) -> str:
    """A file as sentences call it."""
    return "standard input" if is_standard_input(path) else str(path)


def is_standard_input(path: FilePath) -> bool:
    """Whether this is the name of standard input, "-"."""
    return check_path(path) == STANDARD_INPUT


def is_stream(path: FilePath) -> bool:
    """Whether a name stands for a stream, which can be read only once: "-", or a FIFO."""
    try:
        return is_standard_input(path) or stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):  # its reader will say what is wrong
        return False


def at_most(stream: BinaryIO, n: int) -> bytearray:
    """Up to n bytes of a stream. It takes memory for those that come, not for those that a header promises."""
    found = bytearray()
    while len(found) < n and (chunk := stream.read(min(CHUNK, n - len(found)))):
        found += chunk
    return found


def in_memory(name: str, content: bytes) -> Source:
    """A source of these bytes. name: as sentences call it."""
    return Source(name, None, io.BytesIO(content), len(content))


@contextmanager
def _opened(path: FilePath | Source, limit: int) -> Iterator[Source]:
    if isinstance(path, Source):
        path.file.seek(0)
        yield path
    elif is_standard_input(path):
        yield _held(name_of(path), _standard_input(), limit)
    else:
        is_fifo = _check_kind(path)
        with open(path, "rb") as file:
            yield _held(str(path), file, limit) if is_fifo else Source(str(path), path, file, limit)


def _check_kind(path: FilePath) -> bool:
    """Whether the path is a FIFO's. Raises FileError unless there is a FIFO or a file with contents of its own."""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise FileError(f"there is no file {path}; check the name and the folder.") from None
    if stat.S_ISDIR(mode):
        raise FileError(f"expected a file, got the folder {path}; name a file in it.")
    if stat.S_ISREG(mode) or stat.S_ISFIFO(mode):
        return stat.S_ISFIFO(mode)
    kind = "a socket" if stat.S_ISSOCK(mode) else "a device"
    raise FileError(f"expected a file, got {kind}, {path}; name a file, or - for standard input.")


def _held(name: str, stream: BinaryIO, limit: int) -> Source:
    """A stream as a source: it is read to its end, or to the limit."""
    contents = at_most(stream, limit + 1)
    if len(contents) > limit:
        raise _too_large(name, limit)
    if not contents:
        raise FileError(f"{name} is empty, or was read before, which is possible only once; save it in a file.")
    return Source(name, None, io.BytesIO(contents), limit)


def _standard_input() -> BinaryIO:
    stream: BinaryIO | None = getattr(sys.stdin, "buffer", None)
    if stream is None or stream.closed:
        raise FileError("expected data on standard input, and it is closed; name a file.")
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):  # a stream without a file behind it, as in tests
        return stream
    if stat.S_ISCHR(mode) and not stream.isatty():
        raise FileError("expected data on standard input, got a device; use a pipe, or name a file.")
    return stream


def _too_large(name: str, limit: int, size: int = 0, unpacked: bool = False) -> FileError:
    """The error about a file beyond the limit. size: what it would take, where that is known."""
    enough = max(2 * limit, size)
    holds = f"takes {shown(size)}{' unpacked' if unpacked else ''}" if size else "goes on"
    gib = -(-enough // 2**30)
    return FileError(
        f"{name} {holds}, beyond the limit of {shown(limit)}; if it is what you want to read, raise the limit: "
        f'max_size="{gib} GiB", in a shell --max-size {gib}GiB.'
    )
