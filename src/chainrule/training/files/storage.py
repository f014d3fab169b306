"""Files: checked to exist before they are read, written completely or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Literal

from chainrule.core.errors import FileError

FilePath = str | os.PathLike[str]


@contextmanager
def replacing(path: FilePath, mode: Literal["w", "wb"] = "w") -> Iterator[IO[Any]]:
    """Open a file for writing that replaces `path` when the block ends without an error.

    The block writes to a temporary file in the same folder, which is then renamed: a reader sees the old file or the
    new one, never half of one. If the block fails, the temporary file is removed and the old file stays as it was.
    Text is written as UTF-8, its line ends unchanged. Raises FileError if the file can't be written.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/notes.txt") as file:
    ...         _ = file.write("whole")
    ...     Path(f"{folder}/notes.txt").read_text()
    'whole'
    """
    import secrets  # imported here, since both are slow to import and most runs write no file
    from pathlib import Path

    target = Path(os.path.realpath(path))  # behind a symbolic link, the file is replaced, not the link
    if target.is_dir():
        raise FileError(f"expected the name of a file to write, got the folder {path}; add a file name.")
    if not target.parent.is_dir():
        raise FileError(f"can't write {path}: there is no folder {target.parent}; create it first.")
    temporary = target.with_name(f".chainrule-{secrets.token_hex(8)}.tmp")
    text = {} if mode == "wb" else {"encoding": "utf-8", "newline": ""}
    try:
        with open(temporary, mode.replace("w", "x"), **text) as file:  # type: ignore[call-overload]
            yield file
            file.flush()
            os.fsync(file.fileno())  # the contents reach the disk before the name does
        os.replace(temporary, target)
    except OSError as error:
        raise FileError(f"can't write {path}: {error.strerror or error}; choose another place.") from error
    finally:
        temporary.unlink(missing_ok=True)


def check_exists(path: FilePath) -> None:
    """Raise FileError unless there is a file at `path`."""
    if os.path.isdir(path):
        raise FileError(f"expected a file, got the folder {path}; name a file in it.")
    if not os.path.exists(path):
        raise FileError(f"there is no file {path}; check the name and the folder.")
