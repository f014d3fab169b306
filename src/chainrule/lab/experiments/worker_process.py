"""A worker as its caller sees it: a process to which jobs are sent, and whose messages join those of all workers."""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import IO, Any, cast

from chainrule.core.engine.choice import VARIABLE, asked
from chainrule.core.errors import ChainruleError

ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)

PROGRAM = """
import sys
sys.path[:] = {path!r}
from chainrule.core.imports import imported_for_good
with imported_for_good():
    from chainrule.lab.experiments.worker import main
main()
"""
"""A worker finds the modules that its caller finds; it doesn't run the caller's own script again."""


def environment() -> dict[str, str]:
    """The environment of a process that computes for this one: one thread of the BLAS, the engine asked for here."""
    return os.environ | ONE_THREAD | {VARIABLE: asked()}


class WorkerError(ChainruleError, RuntimeError):
    """Workers that ended without an answer, or couldn't be started: killed, or out of memory."""


class Worker:
    """A process that computes one job after another; what it says is put into `messages`.

    messages: (worker, kind, content), as `worker.py` sends them; ("death", None) once the process has ended.
    """

    def __init__(self, messages: "SimpleQueue[Message]") -> None:
        try:
            with _interrupts_blocked():
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", PROGRAM.format(path=sys.path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=environment(),
                    creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                )
        except OSError as error:
            raise WorkerError(f"can't start a process: {error.strerror or error}; try processes=1.") from None
        self._jobs, self._answers = (cast(IO[bytes], each) for each in (self._process.stdin, self._process.stdout))
        threading.Thread(target=self._receive, args=(messages,), daemon=True).start()

    def send(self, job: bytes) -> None:
        """Send a pickled job. A worker that is dead doesn't read it: its message tells."""
        with suppress(OSError):
            pickle.dump(job, self._jobs)
            self._jobs.flush()

    def _receive(self, messages: "SimpleQueue[Message]") -> None:
        """Pass messages on until the process ends, in the middle of one, too."""
        with self._answers, suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                messages.put((self, *pickle.load(self._answers)))
        messages.put((self, "death", None))

    def ending(self) -> str:
        """How the process ended, in words."""
        code = self._process.wait()
        return f"by signal {-code}" if code < 0 else f"with exit code {code}"

    def kill(self) -> None:
        """End the process at once, and wait for its end."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):  # of a job that it never read
            self._jobs.close()


Message = tuple[Worker, str, Any]


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block SIGINT in this thread, and so in the processes it starts: Ctrl-C goes to all, and is for the caller alone.

    Windows has no such mask; there a process group of its own keeps Ctrl-C away.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
