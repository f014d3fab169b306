"""Long calls side by side, each in a process of its own, with one thread for linear algebra.

Populations of tiny networks gain nothing from threads, so several of them run in several processes.
"""

import os
import signal
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.core.errors import ChainruleError
from chainrule.core.extras import missing_extra

Progress = Callable[[str, int, int], object]
"""Called as `progress(task, done, total)`, always from the caller's own thread."""

Job = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function of a module, and its arguments. It also gets `report=`, a function of (done, total)."""

ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)

INTERVAL = 0.2
"""Seconds from one report of the workers' progress to the next."""


class WorkerError(ChainruleError, RuntimeError):
    """A worker that ended without an answer: killed, or out of memory."""


def silent(task: str, done: int, total: int) -> None:
    """A progress that shows nothing."""


def run_side_by_side(
    jobs: Mapping[str, Job], progress: Progress = silent, at_once: int | None = None
) -> dict[str, Any]:
    """The jobs' answers by name. At most `at_once` run at the same time; None: as many as there are cores.

    Raises what a job raises, and WorkerError if one ends without an answer. No worker is left behind, whatever happens,
    Ctrl-C included.
    """
    try:
        import loky  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise missing_extra("worker processes need loky", "report") from None
    with tempfile.TemporaryDirectory() as folder:
        # The workers count in a file that all of them map into memory: one row per job, (done, total).
        path = Path(folder) / "progress"
        counts = np.memmap(path, np.int64, "w+", shape=(len(jobs), 2))
        size = min(at_once or loky.cpu_count(), len(jobs))
        executor = loky.ProcessPoolExecutor(size, initializer=_leave_interrupts_to_the_caller, env=ONE_THREAD)
        try:
            futures = [executor.submit(_work, job, path, i, len(jobs)) for i, job in enumerate(jobs.values())]
            answers = _wait_for(futures, lambda: _show(progress, jobs, counts))
        except loky.BrokenProcessPool as error:
            raise WorkerError(
                f"a worker ended without an answer ({_first_line(error)}); if memory ran out, try fewer starts."
            ) from None
        finally:
            executor.shutdown(kill_workers=True)
    return dict(zip(jobs, answers, strict=True))


def _wait_for(futures: list[Future[Any]], report: Callable[[], None]) -> list[Any]:
    """The answers, once all are there; the first error as soon as there is one."""
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=INTERVAL, return_when=FIRST_EXCEPTION)
        report()
        for future in done:
            future.result()
    return [future.result() for future in futures]


def _show(progress: Progress, jobs: Mapping[str, Job], counts: np.ndarray[Any, Any]) -> None:
    for name, (done, total) in zip(jobs, counts.tolist(), strict=True):
        if total:
            progress(name, done, total)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def _leave_interrupts_to_the_caller() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(job: Job, path: os.PathLike[str], i: int, n_jobs: int) -> Any:
    """Run one job in a worker; it counts in its row."""
    counts = np.memmap(path, np.int64, "r+", shape=(n_jobs, 2))

    def report(done: int, total: int) -> None:
        counts[i] = done, total

    function, arguments = job
    return function(*arguments, report=report)
