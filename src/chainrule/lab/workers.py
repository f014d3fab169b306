"""Long calls side by side, each in an interpreter of its own.

Populations of tiny networks gain nothing from threads, so that two of them want two processes. Each is started as
`python -c`, with one thread for linear algebra: unlike a process pool this works from scripts without a `__main__`
guard, from notebooks and from threads, and nothing is forked. What a worker reports comes back through its pipe.
"""

import contextlib
import json
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import IO, Any

from chainrule.core.errors import ChainruleError

Progress = Callable[[str, int, int], object]
"""Called as `progress(task, done, total)`, always from the caller's own thread."""

Job = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function of a module, and its arguments. It is called with `report=` besides: a function of (done, total)."""

ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)

_START = (
    "import json, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = json.loads(sys.argv[1]); "
    "from chainrule.lab.workers import serve; serve()"
)


class WorkerError(ChainruleError, RuntimeError):
    """A worker that ended without an answer: killed, or out of memory."""


def silent(task: str, done: int, total: int) -> None:
    """The progress of those who don't want to know."""


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_side_by_side(
    jobs: Mapping[str, Job], progress: Progress = silent, at_once: int | None = None
) -> dict[str, Any]:
    """The jobs' answers by name, as many at once as there are cores (or as `at_once` says).

    Raises what a job raises, and WorkerError if one ends without an answer. Whatever happens, Ctrl-C included, no
    worker is left behind.
    """
    messages: queue.Queue[tuple[str, str, Any]] = queue.Queue()
    waiting, running, answers = list(jobs), dict[str, subprocess.Popen[bytes]](), dict[str, Any]()
    try:
        while waiting or running:
            while waiting and len(running) < (at_once or cores()):
                name = waiting.pop(0)
                running[name] = _start(name, jobs[name], messages)
            try:
                name, kind, content = messages.get(timeout=0.5)  # a wait without end can't be interrupted everywhere
            except queue.Empty:
                continue
            if kind == "progress":
                progress(name, *content)
            elif kind == "answer":
                answers[name] = content
            elif kind == "error":
                raise content
            else:
                code = running.pop(name).wait()
                if name not in answers:
                    raise WorkerError(
                        f"the worker of {name} ended without an answer (exit code {code}). "
                        "If memory ran out, try again with fewer starts."
                    )
    finally:
        for process in running.values():
            process.kill()
        for process in running.values():
            process.wait()
    return {name: answers[name] for name in jobs}


def _start(name: str, job: Job, messages: "queue.Queue[tuple[str, str, Any]]") -> subprocess.Popen[bytes]:
    """Start a worker, hand it its job, and pass on what it says."""
    process = subprocess.Popen(
        [sys.executable, "-c", _START, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | ONE_THREAD,
    )

    def listen(into: IO[bytes], out: IO[bytes]) -> None:
        try:
            with into, contextlib.suppress(OSError):  # it died at once: the end of its output says so
                pickle.dump(job, into)
            with out, contextlib.suppress(EOFError):
                while True:
                    kind, content = pickle.load(out)
                    messages.put((name, kind, content))
        finally:
            messages.put((name, "end", None))

    if process.stdin is not None and process.stdout is not None:
        threading.Thread(target=listen, args=(process.stdin, process.stdout), daemon=True).start()
    return process


def serve() -> None:
    """The worker's side: one job from standard input, its reports and its answer to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else writes to standard output doesn't get in between

    def say(kind: str, content: Any) -> None:
        pickle.dump((kind, content), out)
        out.flush()

    try:
        function, arguments = pickle.load(sys.stdin.buffer)
        say("answer", function(*arguments, report=lambda done, total: say("progress", (done, total))))
    except BrokenPipeError:  # nobody listens any more
        os._exit(1)
    except Exception as error:
        say("error", error)
