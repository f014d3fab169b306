"""A contender's process: it answers one question at a time, and is idle while others answer.

Threads and cores are settled before the process begins, since libraries look at them when they are imported.
"""

import importlib
import math
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS
from benchmarks.work import Work

SETTLING = 0.2
"""Seconds for which the threads of a BLAS or of OpenMP may spin after their last work."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class WorkerError(RuntimeError):
    """A contender that failed."""


class Worker:
    """A contender's process, on cores of its own."""

    def __init__(self, contender: str, cores: Sequence[int]) -> None:
        self.contender = contender
        self.idle_share = 0.0
        """The largest fraction of a core that it used while it should have been idle."""
        self._connection, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=serve, args=(contender, theirs))
        with surroundings(cores):
            self._process.start()
        theirs.close()

    def ask(self, question: str, *arguments: Any) -> Any:
        """Ask a question and wait for the answer. Raises WorkerError if there is none."""
        self.send(question, *arguments)
        return self.receive()

    def send(self, question: str, *arguments: Any) -> None:
        """Ask a question; `receive` returns the answer. Raises WorkerError if the process has ended."""
        try:
            self._connection.send((question, *arguments))
        except OSError:
            raise WorkerError(f"{self.contender} has ended.") from None

    def receive(self) -> Any:
        """The answer to the question that was sent."""
        try:
            answer, failure, idle = self._connection.recv()
        except (EOFError, OSError):
            raise WorkerError(f"{self.contender} ended without an answer.") from None
        if failure is not None:
            raise WorkerError(f"{self.contender} failed:\n{failure}")
        self.idle_share = max(self.idle_share, idle)
        return answer

    @property
    def lives(self) -> bool:
        """Whether the process can answer."""
        return self._process.is_alive()

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()


@contextmanager
def surroundings(cores: Sequence[int]) -> Iterator[None]:
    """Start processes with these cores only, and one thread per core."""
    flags = "--xla_cpu_multi_thread_eigen=false" if len(cores) == 1 else ""
    said = dict.fromkeys(THREADS, str(len(cores))) | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    before, had = {name: os.environ.get(name) for name in said}, available_cores()
    os.environ.update(said)
    pin(cores)
    try:
        yield
    finally:
        pin(had)
        for name, value in before.items():
            os.environ.pop(name)
            os.environ |= {} if value is None else {name: value}


def available_cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def pin(cores: Sequence[int]) -> None:
    """Bind this process and those that it starts to these cores, if the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def serve(contender: str, connection: Connection) -> None:
    """The loop of the worker process: receive a question, send the answer."""
    answers = Answers(contender)
    idle_from = time.perf_counter(), time.process_time()
    while True:
        try:
            question, *arguments = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        idle = idle_share(*idle_from)
        try:
            answer, failure = getattr(answers, question)(*arguments), None
        except KeyboardInterrupt:
            return
        except Exception:
            answer, failure = None, traceback.format_exc()
        if len(available_cores()) > 1:
            time.sleep(SETTLING)  # the next process would have to share its cores with these threads
        idle_from = time.perf_counter(), time.process_time()
        connection.send((answer, failure, idle))


def idle_share(since: float, used_before: float) -> float:
    """The fraction of a core that this process used since then; 0 if the time was too short to tell."""
    passed, used = time.perf_counter() - since, time.process_time() - used_before
    return used / passed if passed > 0.5 else 0.0


class Answers:
    """The questions that a contender's process answers."""

    def __init__(self, contender: str) -> None:
        self._module = importlib.import_module(f"benchmarks.contenders.{CONTENDERS[contender].module}")
        self._runs: dict[Work, Callable[[int], Any]] = {}
        self._answers: dict[Work, Any] = {}

    def computes(self, work: Work) -> Work:
        """The work that this contender computes in place of this one, if it can only do something close."""
        return self._module.computes(work) if work.kind == "train" and hasattr(self._module, "computes") else work

    def prepare(self, work: Work) -> float:
        """The seconds by which preparing and the first run are longer than a later run: compiling."""
        work.arrays()  # so that loading data is not timed
        begin = time.perf_counter()
        run = self._runs[work] = getattr(self._module, work.kind)(work)
        run(1)
        first = time.perf_counter() - begin
        return max(0.0, first - seconds(run, 1))

    def answers(self, work: Work) -> Any:
        """The losses to compare."""
        if work not in self._answers:
            run = self._runs.get(work) or getattr(self._module, work.kind)(work)
            self._answers[work] = self.computes(work).answers(run)
        return self._answers[work]

    def time(self, work: Work, at_least: float) -> float:
        """Seconds per run, over the runs that fill the given time; a short run before them wakes the process up."""
        run, amount, times = self._runs[work], work.amount, 0
        run(1)
        begin = time.perf_counter()
        while True:
            run(amount)
            times += 1
            passed = time.perf_counter() - begin
            if passed >= at_least:
                return passed / times

    def profile(self, work: Work) -> Any:
        """The NumPy functions that chainrule calls for this work, how often, and their time."""
        from benchmarks.profile import profile

        return profile(work)

    def remark(self, work: Work) -> str:
        """What a reader should know of a run, if the contender tells: chainrule's engine."""
        return self._module.remark(work) if work.kind == "train" and hasattr(self._module, "remark") else ""

    def forget(self) -> None:
        """Release everything that was prepared."""
        self._runs.clear()
        self._answers.clear()

    def growth(self, work: Work) -> float:
        """The MB by which the process grows at its peak, in preparing and running this. Ask it first, and once."""
        getattr(self._module, work.kind)  # loads the module with its libraries
        before = resident("VmRSS")
        getattr(self._module, work.kind)(work)(work.amount)
        return resident("VmHWM") - before


def seconds(run: Callable[[int], Any], amount: int) -> float:
    begin = time.perf_counter()
    run(amount)
    return time.perf_counter() - begin


def resident(name: str) -> float:
    """The memory of this process (VmRSS), or its peak (VmHWM), in MB; NaN on other systems than Linux."""
    lines = Path("/proc/self/status").read_text().splitlines() if sys.platform == "linux" else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), math.nan)
