"""How NumPy is set while a plan runs."""

from collections.abc import Sequence
from contextvars import Context

import numpy as np

from chainrule.core.calls import Call

LEAST_BUFFER = 16
"""The smallest buffer that NumPy allows a ufunc, in numbers."""


class arithmetic:  # noqa: N801  # used as a function is, like np.errstate
    """NumPy's settings while a plan runs: overflow warnings off, ufunc buffers as small as NumPy allows.

    1 / (1 + inf) is right, and a diverging loss is checked for. No operand of a call needs a cast, so a ufunc has
    nothing to buffer; but over views it would take full buffers from the allocator, and copy through them.

    >>> with arithmetic():
    ...     print(np.exp(1000.0), np.getbufsize())
    inf 16
    """

    def __enter__(self) -> None:
        self._outside = np.errstate(over="ignore", under="ignore", invalid="ignore")
        self._outside.__enter__()
        np.setbufsize(LEAST_BUFFER)

    def __exit__(self, *exception: object) -> None:
        self._outside.__exit__(None, None, None)  # sets the buffers back, too


_prepared = Context()
_prepared.run(arithmetic().__enter__)


def run(calls: Sequence[Call]) -> None:
    """Make each call once, in order, under `arithmetic`, prepared once: entering it takes as long as six sums.

    >>> run([lambda: print(np.getbufsize())])
    16
    """
    _prepared.copy().run(_call_each, calls)


def _call_each(calls: Sequence[Call]) -> None:
    for call in calls:
        call()
