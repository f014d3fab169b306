"""Memory: what a piece of work will need at least, compared with the machine's before any of it is taken.

The limit is the physical memory that the system tells by `os.sysconf` (Linux, macOS); where it tells nothing (Windows),
what an address can reach. A container's own limit isn't known here: there, as where other programs hold the memory,
NumPy's MemoryError becomes the same sentence.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from numpy.typing import DTypeLike

from chainrule.core.errors import SettingError

UNITS = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6))


@cache
def machine() -> int:
    """The bytes of memory that the machine has."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not told here
        return sys.maxsize


def check_memory(what: str, numbers: int, dtype: DTypeLike, advice: str) -> None:
    """Raise SettingError where so many numbers are more than the machine's memory holds.

    >>> check_memory("theta", 10**21, "float64", "Take smaller layers.")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    chainrule.core.errors.SettingError: theta needs 8e+09 TB of memory, ... Take smaller layers.
    """
    size = numbers * np.dtype(dtype).itemsize
    if size > machine():
        raise SettingError(f"{what} needs {readable(size)} of memory, this machine has {readable(machine())}. {advice}")


@contextmanager
def memory_for(what: str, numbers: int, dtype: DTypeLike, advice: str) -> Iterator[None]:
    """A block that takes memory for so many numbers, or somewhat more: `check_memory`, also where others hold it."""
    check_memory(what, numbers, dtype, advice)
    try:
        yield
    except MemoryError:
        size = readable(numbers * np.dtype(dtype).itemsize)
        raise SettingError(f"{what} needs {size} of memory or more, which isn't free here. {advice}") from None


def readable(size: int) -> str:
    """A number of bytes as people read it.

    >>> readable(75 * 10**9), readable(2_500_000), readable(10**30)
    ('75 GB', '2.5 MB', '1e+18 TB')
    """
    unit, factor = next(each for each in UNITS if size >= each[1] or each is UNITS[-1])
    return f"{size / factor:.3g} {unit}" if size < 10**300 else "over 1e+288 TB"
