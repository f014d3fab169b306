"""Bound NumPy calls: a pass, or a whole training step, is a row of them, made one after the other.

Making a call that is bound to its arrays takes about 0.6 of the time of the same call inside a Python function, where
every name is looked up anew. And a row lists all that a step does.
"""

import math
from collections.abc import Callable, Sequence
from contextvars import Context
from functools import partial
from typing import Any

import numpy as np

from chainrule.core.arrays import Array

Call = Callable[[], object]

Pass = tuple[Call, Call]
"""A bound layer or loss: forward and backward, called over and over."""

dot = np.ndarray.dot
"""The product of two contiguous matrices; np.dot does the same behind a wrapper."""

total = np.add.reduce
"""The sum over axes; np.sum does the same behind a wrapper that costs as much as the sum of a small array."""

take = np.ndarray.take
"""Entries along an axis; np.take does the same behind a wrapper."""


class Calls(tuple[Call, ...]):
    """A row of calls, such as a layer's pass. The plan joins the rows of all layers and makes the calls one by one.

    >>> a = np.array([1.0, 4.0])
    >>> roots = Calls(call(np.sqrt, a, out=a), call(np.negative, a, out=a))
    >>> roots()
    >>> a
    array([-1., -2.])
    """

    def __new__(cls, *calls: Call) -> "Calls":
        return super().__new__(cls, calls)

    def __call__(self) -> None:
        for each in self:
            each()

    def __getnewargs__(self) -> tuple[Call, ...]:
        return tuple(self)


class SideBySide:
    """Calls of which none touches what another one writes, so that they may be made at the same time.

    make: makes such calls, in threads or in turn; all have ended when it returns.
    """

    def __init__(self, calls: Sequence[Call], make: Callable[[Sequence[Call]], object]) -> None:
        self.calls = tuple(calls)
        self._make = partial(make, [partial(run, each) for each in calls])  # NumPy's settings hold in one thread

    def __call__(self) -> None:
        self._make()


def one_by_one(row: Call) -> tuple[Call, ...]:
    """The calls of a row, with the rows inside it opened; any other call is a row of one, and so is a `Fold`."""
    if type(row) is not Calls:
        return (row,)
    if Calls not in map(type, row):
        return tuple(row)
    return tuple(each for inner in row for each in one_by_one(inner))


def call(function: Callable[..., Any], *arrays: Array, out: Array | None, **settings: Any) -> Call:
    """A NumPy function bound to its arrays.

    out: None where the result isn't needed and the call is never made.  settings: such as a reduction's axis.
    `out` goes by position where NumPy allows it: by keyword a call takes a fifth longer.
    """
    takes_out_last = function is dot or isinstance(function, np.ufunc)
    if takes_out_last and function not in (np.maximum, np.minimum):  # NumPy 2.4 deprecates a positional out for these
        return partial(function, *arrays, out)
    return partial(function, *arrays, out=out, **settings)


def bind_copy(source: Array, out: Array) -> Call:
    """A copy of `source` to `out`, which may be larger: then it is broadcast."""
    return partial(np.copyto, out, source)


class Ended(Exception):  # noqa: N818  # no error: whoever made the calls knows what to do
    """Raised by a call of a row: the calls after it aren't to be made."""


def repeat(
    calls: Sequence[Call], times: int, value: Array | None = None, rows: Array | None = None, every: int = 1
) -> int:
    """Make the calls of a row so many times; return how often they came to their end: fewer times if one raised Ended.

    rows: after the first time, and then after every so many, the next of them becomes a copy of `value`.

    >>> a = np.array(np.inf)
    >>> repeat([call(np.add, a, a, out=a), partial(check_finite, a, np.array(False))], times=3)
    0
    """
    for done in range(times):
        try:
            for each in calls:
                each()
        except Ended:
            return done
        if rows is not None and done % every == 0:
            rows[done // every] = value
    return times


def check_finite(values: Array, ignored: Array) -> None:
    """Raise Ended unless all values are finite, () or (K,), but for those that are ignored, a bool for each.

    Bound, it ends a row of calls in front of the calls that come after it.

    >>> check_finite(np.array([1.0, np.nan]), np.array([False, True]))
    """
    if values.ndim == 0 and math.isfinite(values.item()):  # in a tenth of the time that NumPy takes for one number
        return
    are_finite = np.isfinite(values)
    if not are_finite.all() and not (are_finite | ignored).all():
        raise Ended


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


def run(call: Call) -> None:
    """Make a call, such as a row's, under `arithmetic`, prepared once: entering it takes as long as six sums.

    >>> run(lambda: print(np.getbufsize()))
    16
    """
    _prepared.copy().run(call)
