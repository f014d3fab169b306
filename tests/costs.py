"""What training costs, as counts: the NumPy functions that it calls, and the memory that it takes."""

import tracemalloc
from typing import Any

from benchmarks.profile import called

import chainrule as cr


class CountingNumPy:
    """NumPy, or one of its functions, that notes the name of each function called. Threads may share the notes."""

    def __init__(self, wrapped: Any, calls: list[str]):
        self._wrapped, self._calls = wrapped, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._wrapped, name)
        return CountingNumPy(found, self._calls) if callable(found) and not isinstance(found, type) else found

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self._calls.append(called(self._wrapped))
        return self._wrapped(*arguments, **named)


def steady_state_bytes(network: cr.Network, x: Any, y: Any, thousand: int = 1000, **settings: Any) -> int:
    """The most that a thousand epochs (or another number) take from the allocator, beyond the record of their last.

    The trace sees other threads too (the test runner's own talk to each other): what the epochs themselves take, they
    take in every thousand, so the least of three is theirs.
    """
    training = cr.iterate(network, x, y, epochs=4 * thousand + 1, record_every=thousand, **settings)
    next(training)  # epoch 0, and its record
    taken = []
    while len(taken) < 3 and min(taken, default=4096) >= 4096:
        tracemalloc.start()
        start, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        record = next(training)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        taken.append(peak - start - record.theta.nbytes)
    return min(taken)
