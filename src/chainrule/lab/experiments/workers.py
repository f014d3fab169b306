"""Long calls side by side, each in a process of its own, with one thread for linear algebra.

Populations of tiny networks gain nothing from threads, so several of them run in several processes.
"""

import pickle
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from chainrule.core.cores import cores
from chainrule.core.extras import missing_extra
from chainrule.lab.experiments.worker import INTERVAL
from chainrule.lab.experiments.worker_process import Message, Worker, WorkerError

Progress = Callable[[str, int, int], object]
"""Called as `progress(task, done, total)`, always from the caller's own thread. What it raises ends the work."""

Job = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function of a module, and its arguments. It also gets `report=`, a function of (done, total)."""

TRIES = 3
"""A job is given up when as many workers as this have died of it."""


def silent(task: str, done: int, total: int) -> None:
    """A progress that shows nothing."""


def keep_nothing(task: str, answer: Any) -> None:
    """A keep that keeps nothing."""


def run_side_by_side(
    jobs: Mapping[str, Job],
    progress: Progress = silent,
    at_once: int | None = None,
    keep: Callable[[str, Any], object] = keep_nothing,
) -> dict[str, Any]:
    """The jobs' answers by name. At most `at_once` run at the same time; None: as many as there are cores.

    `keep(name, answer)` is called as soon as a job has ended, in the caller's own thread. `progress` is called with the
    latest counts of the jobs under way at least every 0.2 seconds; before a job's first count they are (0, 0).

    The job of a worker that died is begun again by another; a worker that only is slow is waited for. Raises what a
    job, `progress` or `keep` raises, and WorkerError for a job of which three workers died. Whatever happens, Ctrl-C
    and the sudden end of this process included, no worker is left behind, and no file.
    """
    try:
        from cloudpickle import dumps  # type: ignore[import-untyped,unused-ignore]  # a user's own classes, too
    except ImportError:
        raise missing_extra("worker processes need cloudpickle", "report") from None
    pickled = {name: dumps(job) for name, job in jobs.items()}
    return _SideBySide(pickled, progress, keep).run(at_once or cores())


class _SideBySide:
    """Jobs under way: those that wait, those that workers compute, and the answers."""

    def __init__(self, jobs: dict[str, bytes], progress: Progress, keep: Callable[[str, Any], object]) -> None:
        self._jobs, self._progress, self._keep = jobs, progress, keep
        self._waiting = list(reversed(jobs))
        self._working: dict[Worker, str] = {}
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._counts = dict.fromkeys(jobs, (0, 0))
        self._deaths: Counter[str] = Counter()
        self._answers: dict[str, Any] = {}

    def run(self, at_once: int) -> dict[str, Any]:
        """The answers by name, in the order of the jobs."""
        shown = time.monotonic()
        try:
            while len(self._answers) < len(self._jobs):
                while self._waiting and len(self._working) < at_once:
                    self._begin(Worker(self._messages))
                with suppress(Empty):
                    self._receive(*self._messages.get(timeout=INTERVAL))
                if time.monotonic() >= shown + INTERVAL:
                    shown = time.monotonic()
                    for name in self._working.values():
                        self._progress(name, *self._counts[name])
        finally:
            for worker in self._working:
                worker.kill()
        return {name: self._answers[name] for name in self._jobs}

    def _begin(self, worker: Worker) -> None:
        """Let a worker compute the next job that waits; without one, end it."""
        if not self._waiting:
            worker.kill()
            return
        name = self._working[worker] = self._waiting.pop()
        worker.send(self._jobs[name])

    def _receive(self, worker: Worker, kind: str, content: Any) -> None:
        """A message of a worker: a "count", an "answer", an "error", or its "death"."""
        if worker not in self._working:
            return  # it was ended by `_begin`
        if kind == "count":
            self._counts[self._working[worker]] = content
            return
        name = self._working.pop(worker)
        if kind == "error":
            worker.kill()
            raise pickle.loads(content)
        if kind == "death":
            worker.kill()  # which closes its input, too
            self._deaths[name] += 1
            if self._deaths[name] == TRIES:
                raise WorkerError(
                    f"{TRIES} workers ended without an answer, one after the other, the last {worker.ending()}; "
                    "if memory ran out, try fewer starts, or processes=1."
                )
            self._waiting.append(name)
            return
        self._begin(worker)
        answer = self._answers[name] = pickle.loads(content)
        self._keep(name, answer)
        self._progress(name, *self._counts[name])
