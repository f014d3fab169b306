"""A line between a page and its server, that can be cut as a network is, or go dead without a word."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Passes on what comes to a port of its own; `address` leads to a server through it."""

    def __init__(self, address: str) -> None:
        self._server = urlsplit(address)
        self.address = ""
        self._passing: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.StreamWriter] = []
        self._is_cut = False
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()))
        self._thread.start()
        assert self._ready.wait(5)

    async def _listen(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        listening = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.address = self._server._replace(netloc=f"127.0.0.1:{listening.sockets[0].getsockname()[1]}").geturl()
        self._ready.set()
        await self._over.wait()
        listening.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        there, to_server = await asyncio.open_connection(self._server.hostname, self._server.port)
        self._ends += [writer, to_server]
        for source, target in ((reader, to_server), (there, writer)):
            self._passing.append(asyncio.create_task(_pass_on(source, target)))

    def cut(self) -> None:
        """End every connection, and every one that is tried, until the line is mended."""
        self._is_cut = True
        for each in list(self._ends):
            self._loop.call_soon_threadsafe(each.transport.abort)

    def mend(self) -> None:
        """Let new connections pass."""
        self._is_cut = False

    def deaden(self) -> None:
        """Pass on nothing more of the present connections, and end none: neither side hears of it."""
        for each in list(self._passing):
            self._loop.call_soon_threadsafe(each.cancel)

    def end(self) -> None:
        """End every connection, and listen no more."""
        self.cut()
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.close()


@contextmanager
def line(address: str) -> Iterator[Line]:
    """A line to a server."""
    made = Line(address)
    try:
        yield made
    finally:
        made.end()
