"""Lanes: calls that share nothing, side by side in threads where that pays, else one after the other. The same bits.

NumPy lets go of the interpreter in large calls, so two threads keep two cores busy; but only if the BLAS doesn't start
threads of its own in each. threadpoolctl can tell it so; where it is missing, doesn't know the BLAS, or finds it at one
thread already, as in one of several processes that share the cores, the lanes run one after the other.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from chainrule.core.calls import Call

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


class Lanes:
    """Runs the lanes of each step while a stretch of training lasts; no thread is left behind it.

    >>> with Lanes() as lanes:
    ...     lanes.run([lambda: None, lambda: None])
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._threads = None
        self._open.close()

    def run(self, calls: Sequence[Call]) -> None:
        """Call each, the first in the caller's thread. All have ended when this returns or raises."""
        from concurrent.futures import ThreadPoolExecutor, wait  # large: only where there is a large batch

        first, *others = calls
        if self._threads is None and others and held_blas.is_known:
            self._open.enter_context(held_blas)
            self._threads = self._open.enter_context(ThreadPoolExecutor(len(others), "chainrule-lane"))
        if self._threads is None:
            for call in calls:
                call()
            return
        under_way = [self._threads.submit(call) for call in others]
        try:
            first()
        finally:  # Ctrl-C included
            wait(under_way)
        for each in under_way:
            each.result()


class HeldBlas:
    """The BLAS at one thread for each caller, while anybody asks for it; the last to leave sets it free."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._limit = ExitStack()

    @functools.cached_property
    def _one_thread_each(self) -> Callable[[], Any] | None:
        try:
            from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped,unused-ignore]
        except ImportError:
            return None
        blas = ThreadpoolController().select(user_api="blas")
        has_several = any(each.num_threads > 1 for each in blas.lib_controllers)
        return functools.partial(blas.limit, limits=1) if has_several else None

    @property
    def is_known(self) -> bool:
        """Whether there is a way to tell it, and more than one thread: where there is one, somebody wants it so."""
        return self._one_thread_each is not None

    def __enter__(self) -> None:
        with self._lock:
            if self._one_thread_each is not None and self._holders == 0:
                self._limit.enter_context(self._one_thread_each())
            self._holders += 1

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._holders -= 1
            if self._holders == 0:
                self._limit.close()


held_blas = HeldBlas()
"""There is one BLAS in a process, whoever trains in it."""
