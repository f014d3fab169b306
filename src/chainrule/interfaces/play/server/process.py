"""The server's end of a run's process; the other end is `../player.py`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

from chainrule.lab.experiments.worker_process import environment

PROGRAM = """
import sys
sys.path[:] = {path!r}
from chainrule.core.imports import imported_for_good
with imported_for_good():
    from chainrule.interfaces.play.player import main
main()
"""
"""A run's process finds the modules that the server finds; it doesn't run the caller's own script again."""

PATIENCE = 1.0
"""Seconds that a process has to end by itself once its input is closed; then it is killed."""


class RunProcess:
    """A run's process: what it is told, and what it says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, beginning: bytes) -> "RunProcess":
        """Start a process. beginning: what `Playing` begins with, pickled."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", PROGRAM.format(path=sys.path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment(),
            start_new_session=True,  # Ctrl-C is for the server alone
        )
        started = cls(process)
        await started.send(beginning)
        return started

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.returncode is None

    async def send(self, message: bytes) -> None:
        """Send a command; a process that has died gets nothing."""
        pipe = self._process.stdin
        if pipe is None or pipe.is_closing():
            return
        with suppress(ConnectionError):
            pipe.write(len(message).to_bytes(4, "little") + message)
            await pipe.drain()

    async def messages(self) -> AsyncIterator[bytes]:
        """What the process says, until it ends."""
        pipe = self._process.stdout
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while pipe is not None:
                length = int.from_bytes(await pipe.readexactly(4), "little")
                yield await pipe.readexactly(length)

    async def end(self) -> None:
        """End the process, and wait for its end: by closing its input, and by force where that isn't enough."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
