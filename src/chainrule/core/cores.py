"""How many cores this process may use, and how many threads a computation may start."""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

OF_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""The variables that limit the threads of a BLAS. Whoever sets one to 1 wants one thread, of the engine, too."""


def cores() -> int:
    """The number of cores that this process may use, in a container with a share of the machine, too."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    share = _share()
    return allowed if share is None else max(1, min(allowed, share))


@cache
def _share() -> int | None:
    """The cores that a container may use of the machine; None where it has no quota. Read once: each run asks."""
    with suppress(OSError, ValueError):  # another system than Linux, or no quota: "max"
        quota, period = map(int, Path("/sys/fs/cgroup/cpu.max").read_text().split())
        return -(-quota // period)
    return None


def threads() -> int:
    """The number of threads that the engine may use: as many as there are cores, or as the BLAS may have."""
    limits = [int(value) for name in OF_THREADS if (value := os.environ.get(name, "")).isdecimal() and int(value)]
    return min([cores(), *limits])
