"""Run independent calls in two threads where that is faster, else in turn; results are identical bit for bit.

NumPy releases the interpreter's lock in large calls, so two threads keep two cores busy; but only if the BLAS doesn't
start threads of its own in each. threadpoolctl can limit it; where threadpoolctl is missing, doesn't know the BLAS, or
finds it at one thread already, as in one of several processes that share the cores, the calls are made in turn.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from chainrule.core.calls import Call

THREADS = 2
"""A constant, so that the order of sums never depends on the machine."""


class Threads:
    """Runs independent calls in threads that wait for more until they are closed.

    >>> threads = Threads()
    >>> threads.run([lambda: None, lambda: None])
    >>> threads.close()
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._pool: Any = None

    def close(self) -> None:
        """End the threads, and let the BLAS have its own again."""
        self._pool = None
        self._open.close()

    def run(self, calls: Sequence[Call]) -> None:
        """Make each call, the first in the caller's thread. All have ended when this returns or raises."""
        from concurrent import futures  # slow to import, and needed for large batches alone

        first, *others = calls
        if self._pool is None and others and one_blas_thread.is_possible:
            self._open.enter_context(one_blas_thread)
            self._pool = self._open.enter_context(futures.ThreadPoolExecutor(len(others), "chainrule-worker"))
        if self._pool is None:
            for call in calls:
                call()
            return
        running = [self._pool.submit(call) for call in others]
        try:
            first()
        finally:  # Ctrl-C included
            futures.wait(running)
        for each in running:
            each.result()


class OneBlasThread:
    """Limits the BLAS to one thread while it is held; the last holder restores the limit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._limit = ExitStack()

    @functools.cached_property
    def _limited(self) -> Callable[[], Any] | None:
        """The function that limits the BLAS. Under the lock, since a BLAS that is limited seems to have one thread."""
        try:
            from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped,unused-ignore]
        except ImportError:
            return None
        blas = ThreadpoolController().select(user_api="blas")
        has_several = any(each.num_threads > 1 for each in blas.lib_controllers)
        return functools.partial(blas.limit, limits=1) if has_several else None

    @property
    def is_possible(self) -> bool:
        """Whether the BLAS can be limited, and has more than one thread: a user who set one thread wants one."""
        with self._lock:
            return self._limited is not None

    def __enter__(self) -> None:
        with self._lock:
            if self._limited is not None and self._holders == 0:
                self._limit.enter_context(self._limited())
            self._holders += 1

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._holders -= 1
            if self._holders == 0:
                self._limit.close()


one_blas_thread = OneBlasThread()
"""A process has one BLAS, which all of its training runs share."""
