"""Arrays that are mapped from a file: the file must stay as long as it was."""

import mmap
from typing import Any

import numpy as np

from chainrule.core.errors import DataError


def check_mapped(array: np.ndarray[Any, Any], name: str = "the data") -> None:
    """Raise DataError if an array, or a view of one, is mapped from a file that was cut short since.

    Linux and macOS end a program that reads what is gone, by the signal SIGBUS, which Python can't turn into an error.
    So every public function looks before it reads, and a run before each batch; a file that is cut short in between
    still ends the program. Windows doesn't let a mapped file be cut short.

    >>> import os, tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(bytes(80_000))
    ...     x = np.memmap(file.name, np.float64, "r", shape=(100, 100))
    ...     os.truncate(file.name, 40_000)
    ...     try:
    ...         check_mapped(x[5:], "x")
    ...     except DataError as error:
    ...         print(str(error).replace(file.name, "FILE"))
    x is mapped from FILE, which was cut short: expected 80000 bytes, got 40000. Restore the file, and read it again.
    """
    whole = mapped(array)
    if whole is None:
        return
    expected, found = whole.offset + whole.nbytes, whole.base.size()
    if found < expected:
        raise DataError(
            f"{name} is mapped from {whole.filename}, which was cut short: expected {expected} bytes, got {found}. "
            "Restore the file, and read it again."
        )


def mapped(array: np.ndarray[Any, Any]) -> Any:
    """The `memmap` that an array is, or is a view of; None for one in memory."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array if isinstance(array.base, mmap.mmap) and isinstance(array, np.memmap) else None
