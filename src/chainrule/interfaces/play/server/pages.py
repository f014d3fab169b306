"""The pages that are open, each with a run in a process of its own, and a warm process for the next one."""

import asyncio
import json
import pickle
import time
from contextlib import suppress
from typing import Protocol

from chainrule.core.errors import ChainruleError, DataError
from chainrule.interfaces.play.messages import command
from chainrule.interfaces.play.server.outbox import Outbox
from chainrule.interfaces.play.server.process import RunProcess

MOST_PAGES = 8
"""The most pages open at once, by default."""

GRACE = 6.0
"""Seconds for which a page that was closed, or lost its connection, may come back to its run."""

RATE, BURST = 200.0, 400.0
"""The most commands per second on average, and in one burst."""

PER_COMMAND = 20_000.0
"""Each such number of bytes counts as one more command, so that large files don't pile up in a process."""

QUICK, LONGEST_PAUSE = 5.0, 60.0
"""A process that ends within QUICK seconds three times is restarted after a pause, longer each time."""


class Socket(Protocol):
    """The connection to a page."""

    async def send_text(self, data: str) -> None:
        """Send JSON."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a frame."""


class Page:
    """A page's run, whoever is connected to it at the moment.

    is_new: nobody has told the run anything yet.
    """

    def __init__(self, pages: "Pages", process: RunProcess) -> None:
        self._pages, self.process, self.is_new = pages, process, True
        self._socket: Socket | None = None
        self._outbox = Outbox()
        self._sending: asyncio.Task[None] | None = None
        self._kept: bytes | None = None
        self._left, self._filled, self._is_over_rate = BURST, 0.0, False
        self._relay = asyncio.create_task(self._pass_on())
        self._leaving: asyncio.Task[None] | None = None

    async def connect(self, socket: Socket) -> None:
        """Connect a socket to the page. The run sends it the whole state: a new one once the page has greeted it.

        A page that returns to another server says before its greeting what it has kept, and is shown nothing else.
        """
        self._stop_sending()
        self._socket, self._outbox = socket, Outbox()
        self._sending = asyncio.create_task(_send_all(socket, self._outbox))
        if self._leaving is not None:
            self._leaving.cancel()
        if not self.is_new:
            await self.process.send(b'{"kind":"hello"}')

    def disconnect(self, socket: Socket, name: str) -> None:
        """The page has gone: unless it comes back soon, its process ends."""
        if self._socket is socket:
            self._socket = None
            self._stop_sending()
            self._leaving = asyncio.create_task(self._leave(name))

    def _stop_sending(self) -> None:
        if self._sending is not None:
            self._sending.cancel()

    async def _leave(self, name: str) -> None:
        await asyncio.sleep(GRACE)
        await self._pages.close(name)

    async def receive(self, text: str) -> None:
        """Pass a command of the page on to the run, or refuse it in a sentence."""
        try:
            if not self._has_time(len(text)):
                return
            command(text)
        except ChainruleError as error:
            self.say({"kind": "refused", "sentence": str(error)})
            return
        self.is_new = False
        await self.process.send(text.encode())

    def _has_time(self, size: int) -> bool:
        """Whether the page keeps to the rate limit. Raises DataError for the first command beyond it."""
        now, cost = asyncio.get_running_loop().time(), 1.0 + size / PER_COMMAND
        self._left = min(BURST, self._left + RATE * (now - self._filled))
        self._filled = now
        if self._left < cost:
            was, self._is_over_rate = self._is_over_rate, True
            if was:
                return False
            raise DataError(f"expected at most {RATE:g} commands a second, got more; those beyond are left out.")
        self._left -= cost
        self._is_over_rate = self._is_over_rate and self._left < BURST / 2
        return True

    def say(self, message: dict[str, object]) -> None:
        """Send the page a message of the server's own."""
        self._outbox.put(json.dumps(message).encode())

    async def _pass_on(self) -> None:
        """Pass on what the run says; if its process ends, go on with another from what was kept."""
        quickly = 0
        while True:
            began = time.monotonic()
            async for message in self.process.messages():
                if message.startswith(b'{"kind": "kept"'):
                    self._kept = message
                if self._socket is not None:
                    self._outbox.put(message)
            await self.process.end()
            quickly = quickly + 1 if time.monotonic() - began < QUICK else 0
            if quickly > 2:
                self._kept = None  # perhaps it is what ends the process
                await asyncio.sleep(min(2.0 ** (quickly - 2), LONGEST_PAUSE))
            self.process = await self._pages.another()
            sentence = (
                f"The run's process ended; a new one has {'what was kept of it' if self._kept else 'its beginning'}: "
                "press Play to go on."
            )
            self.say({"kind": "lost", "sentence": sentence})
            if self._kept is not None:
                file = json.loads(self._kept)["file"]
                await self.process.send(json.dumps({"kind": "open", "file": file}).encode())
            await self.process.send(b'{"kind":"hello"}')

    async def close(self) -> None:
        """End the run's process."""
        self._relay.cancel()
        self._stop_sending()
        if self._leaving is not None and self._leaving is not asyncio.current_task():
            self._leaving.cancel()
        await self.process.end()


async def _send_all(socket: Socket, outbox: Outbox) -> None:
    """Send the outbox's messages until the socket closes."""
    with suppress(RuntimeError, OSError):  # it has gone; the server says so
        while True:
            message = await outbox.get()
            if message[:1] == b"{":
                await socket.send_text(message.decode())
            else:
                await socket.send_bytes(message)


class Pages:
    """All pages by their names, and the spare process."""

    def __init__(self, beginning: bytes = pickle.dumps(()), most: int = MOST_PAGES) -> None:
        self._beginning, self._most = beginning, most
        self._pages: dict[str, asyncio.Task[Page]] = {}
        self._spare: asyncio.Task[RunProcess] | None = None

    def warm_up(self) -> None:
        """Start a process for the next page."""
        if self._spare is None:
            self._spare = asyncio.create_task(RunProcess.start(self._beginning))

    async def another(self) -> RunProcess:
        """A process for a run: the spare one, which is replaced."""
        self.warm_up()
        spare, self._spare = self._spare, None
        process = await spare if spare is not None else await RunProcess.start(self._beginning)
        self.warm_up()
        return process if process.is_alive else await RunProcess.start(self._beginning)

    async def open(self, name: str) -> Page:
        """The page of this name, which is opened where it isn't yet. Raises DataError for one too many."""
        if name not in self._pages:
            if len(self._pages) >= self._most:
                raise DataError(f"{self._most} pages are open, and no more can be; close one, and open this one again.")
            self._pages[name] = asyncio.create_task(self._begin())
        return await asyncio.shield(self._pages[name])

    async def _begin(self) -> Page:
        return Page(self, await self.another())

    async def close(self, name: str) -> None:
        """End a page's process."""
        page = self._pages.pop(name, None)
        if page is not None:
            await (await page).close()

    async def close_all(self) -> None:
        """End every process."""
        for name in list(self._pages):
            await self.close(name)
        if self._spare is not None:
            spare = await self._spare
            await spare.end()
