"""The folder in which the copy of a table lies while it is read."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from chainrule.core.errors import FileError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.ENOENT})
"""What a system says where nothing more can be written; the last one where there is no temporary folder."""


@contextmanager
def folder_for_copy(name: str) -> Iterator[str]:
    """A temporary folder, which is gone after the block. name: of the table, for sentences.

    Raises FileError where there is no such folder, or no room in it.
    """
    try:
        with TemporaryDirectory(prefix="chainrule-") as folder:
            yield folder
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise FileError(
            f"can't write the temporary copy from which {name} is read: {error.strerror}; make room, or name another "
            "folder in the variable TMPDIR."
        ) from None
