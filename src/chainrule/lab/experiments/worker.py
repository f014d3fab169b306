"""A worker: a process that computes jobs, one after another, and ends when the process that sends them does.

Jobs come through its standard input, answers and counts leave through its standard output. Once the other end of the
input is closed, however the caller ended, the worker ends too, even in the middle of a job. It leaves nothing
behind: it has no files, no semaphores and no shared memory.
"""

import os
import pickle
import sys
import threading
import time
import traceback
from queue import SimpleQueue
from typing import IO, Any

from chainrule.core.errors import ChainruleError

INTERVAL = 0.2
"""Seconds from one count that is sent to the next."""


def main() -> None:
    """Compute jobs until the input ends."""
    answers = _answers()
    jobs: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, jobs), daemon=True).start()
    while True:
        answer = _compute(jobs.get(), answers)
        pickle.dump(answer, answers)
        answers.flush()


def _answers() -> IO[bytes]:
    """The stream to the caller. What jobs print goes to stderr instead of into it."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _receive(messages: IO[bytes], jobs: SimpleQueue[bytes]) -> None:
    """Queue the jobs that come in; end the process with its input."""
    try:
        while True:
            jobs.put(pickle.load(messages))
    finally:
        os._exit(0)


def _compute(job: bytes, answers: IO[bytes]) -> tuple[str, bytes]:
    """Run a job, which sends its counts meanwhile: ("answer", ...) or ("error", ...), pickled."""
    from cloudpickle import dumps  # type: ignore[import-untyped,unused-ignore]

    shown = 0.0

    def report(done: int, total: int) -> None:
        nonlocal shown
        if done >= total or time.monotonic() >= shown + INTERVAL:
            shown = time.monotonic()
            pickle.dump(("count", (done, total)), answers)
            answers.flush()

    try:
        function, arguments = pickle.loads(job)
        return "answer", dumps(function(*arguments, report=report))
    except Exception as error:
        return "error", _pickled(error, dumps)


def _pickled(error: Exception, dumps: Any) -> bytes:
    """An exception for the caller: one that isn't meant for users has where it was raised as a note."""
    if not isinstance(error, ChainruleError):
        error.add_note(f"In a worker:\n{traceback.format_exc()}")
    try:
        pickled: bytes = dumps(error)
        pickle.loads(pickled)
    except Exception:
        return bytes(dumps(RuntimeError("".join(traceback.format_exception(error)))))
    return pickled
