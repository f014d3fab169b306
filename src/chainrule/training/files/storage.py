"""Files, written completely or not at all."""

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Literal

from chainrule.core.errors import FileError
from chainrule.core.foreign import said
from chainrule.training.files.temporary import remove_leftovers, temporary_name

FilePath = str | os.PathLike[str]

Mode = Literal["w", "wb"]
"""Text, written as UTF-8 with its line ends unchanged, or bytes."""


@contextmanager
def replacing(path: FilePath, mode: Mode = "w") -> Iterator[IO[Any]]:
    """Open a file for writing that replaces `path` when the block ends without an error.

    The block writes to a temporary file in the same folder, which is then renamed: a reader sees the old file or the
    new one, never half of one. If the block fails, the temporary file is removed and the old file stays as it was. A
    file that is replaced keeps its permissions, and its owner where the system permits it; a link is followed. What
    isn't a file, such as a FIFO or /dev/null, gets the whole contents at the end of the block.
    Raises FileError if the file can't be written.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/notes.txt") as file:
    ...         _ = file.write("whole")
    ...     Path(f"{folder}/notes.txt").read_text()
    'whole'
    """
    target, there = destination(path)
    with in_a_sentence(path):
        if is_replaced(there):
            with beside(target) as temporary:
                with filling(temporary, there, mode) as file:
                    yield file
                os.replace(temporary, target)
        else:
            memory = io.BytesIO() if mode == "wb" else io.StringIO(newline="")
            yield memory
            contents = memory.getvalue()
            _send(contents.encode() if isinstance(contents, str) else contents, target, there)


def write_text(path: FilePath, text: str) -> None:
    """Write a text file, as `replacing` does."""
    with replacing(path) as file:
        file.write(text)


def destination(path: FilePath) -> tuple[str, os.stat_result | None]:
    """The file that a path names, behind its links, and what is there now; None: nothing is.

    Raises FileError if nothing can be written there: for a folder, a socket, a folder that is missing, a place without
    permission. It is the check to make before any work.
    """
    with in_a_sentence(path):
        there = _status(path)
        name = os.fsdecode(path)
        target = os.path.realpath(name)
        is_deleted = there is not None and _status(target) is None  # but open somewhere, as /proc/self/fd/3
    if there is not None and _standard_stream(there) is not None:
        return name, there
    if not os.path.basename(name) or (there is not None and stat.S_ISDIR(there.st_mode)):
        raise FileError(f"expected the name of a file to write, got the folder {path}; add a file name.")
    if there is not None and stat.S_ISSOCK(there.st_mode):
        raise FileError(f"can't write {path}: it is a socket; name a file.")
    if there is not None and not os.access(name, os.W_OK):
        raise FileError(f"can't write {path}: it is write-protected; change its permissions or choose another place.")
    if not is_replaced(there):
        return name, there
    if is_deleted:
        raise FileError(f"can't write {path}: its file was deleted; name another.")
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise FileError(f"can't write {path}: there is no folder {folder}; create it first.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileError(f"can't write {path}: the folder {folder} can't be written to; choose another place.")
    return target, there


def file_to_replace(path: FilePath) -> tuple[str, os.stat_result | None]:
    """As `destination`, of a file that chainrule reads again: raises FileError for a device or a FIFO, too."""
    target, there = destination(path)
    if not is_replaced(there):
        raise FileError(f"can't replace {path}: it isn't a file; remove it or choose another folder.")
    return target, there


def is_replaced(there: os.stat_result | None) -> bool:
    """Whether what is there, or nothing, is replaced by a new file; else it is opened and written to."""
    return there is None or (stat.S_ISREG(there.st_mode) and _standard_stream(there) is None)


def same_file(one: FilePath, other: FilePath) -> bool:
    """Whether two paths name one file: by links or in another spelling, too. Devices, as /dev/null, have room for two.

    >>> same_file("notes.txt", "./notes.txt"), same_file(os.devnull, os.devnull)
    (True, False)
    """
    try:
        first, second = _status(one), _status(other)
        if first is not None and second is not None:
            return os.path.samestat(first, second) and not stat.S_ISCHR(first.st_mode)
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))
    except (OSError, ValueError):
        return False


@contextmanager
def beside(target: str) -> Iterator[str]:
    """The name of a temporary file in the folder of a file; what is there at the end of the block is removed."""
    folder = os.path.dirname(target)
    remove_leftovers(folder)
    temporary = os.path.join(folder, temporary_name())
    try:
        yield temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary)


@contextmanager
def filling(temporary: str, there: os.stat_result | None, mode: Mode) -> Iterator[IO[Any]]:
    """Open a new file, whose contents are on the disk after the block, with the owner and the permissions of another.

    Until then only its owner may read what replaces another file.
    """
    permissions = 0o666 if there is None else 0o600
    text = {} if mode == "wb" else {"encoding": "utf-8", "newline": ""}
    opener = lambda name, flags: os.open(name, flags, permissions)  # noqa: E731
    with open(temporary, mode.replace("w", "x"), opener=opener, **text) as file:  # type: ignore[call-overload]
        yield file
        file.flush()
        os.fsync(file.fileno())  # the contents reach the disk before the name does
    if there is None:
        return
    if hasattr(os, "chown"):
        for owner, group in ((-1, there.st_gid), (there.st_uid, -1)):
            with suppress(OSError):  # the system permits it, or the file is the writer's
                os.chown(temporary, owner, group)
    with suppress(OSError):
        os.chmod(temporary, stat.S_IMODE(there.st_mode))


@contextmanager
def in_a_sentence(path: FilePath) -> Iterator[None]:
    """Turn what the system or Python say against writing a file into a FileError."""
    try:
        yield
    except OSError as error:
        raise FileError(f"can't write {path}: {error.strerror or error}; choose another place.") from error
    except UnicodeEncodeError as error:
        odd = error.object[error.start]
        raise FileError(f"can't write {path}: UTF-8 has no {odd!r}, which a text holds; leave it out.") from error


def check_path(path: FilePath) -> str:
    """The path as text. Raises FileError for what can't be a file's name."""
    with suppress(OSError):  # of a name too long, or a folder that may not be read
        _status(path)
    return os.fsdecode(path)


def _status(path: FilePath) -> os.stat_result | None:
    """What is at a path, behind its links; None: nothing. Raises FileError for what can't be a file's name."""
    try:
        return os.stat(os.fsdecode(path))
    except FileNotFoundError:
        return None
    except (TypeError, ValueError):  # not text, or text with the character NUL
        raise FileError(f"expected the name of a file, got {said(path)}; give one that the system takes.") from None


def _standard_stream(there: os.stat_result) -> int | None:
    """The number of the process's standard output or error, if this is it: replacing it would lose what is printed."""
    for number in (1, 2):
        with suppress(OSError):  # it may be closed
            if there.st_ino and os.path.samestat(there, os.fstat(number)):
                return number
    return None


def _send(contents: bytes, name: str, there: os.stat_result | None) -> None:
    """Write to what isn't a file of its own: a device, a FIFO, the standard output under its name."""
    stream = None if there is None else _standard_stream(there)
    if stream is not None:
        with open(os.dup(stream), "wb") as file:
            file.write(contents)
        return
    opener = lambda name, flags: os.open(name, flags & ~(os.O_CREAT | os.O_TRUNC))  # noqa: E731
    with open(name, "wb", opener=opener) as file:  # a FIFO waits here for its reader
        file.write(contents)
