"""The messages that wait for a page, bounded: a page that doesn't read slows nothing down and fills no memory."""

import asyncio

MOST = 64
"""The most messages that wait for a page; beyond these, new ones are lost."""

BEGINNING = 40
"""Messages that share this many first bytes are of one kind: only the newest of a kind is sent."""


class Outbox:
    """A queue of messages; a newer one replaces an older one of the same kind.

    >>> outbox = Outbox()
    >>> for message in (b"frame 1", b'{"kind": "refused"}', b"frame 2"):
    ...     outbox.put(message)
    >>> [asyncio.run(outbox.get()) for _ in range(2)]
    [b'frame 2', b'{"kind": "refused"}']
    """

    def __init__(self) -> None:
        self._waiting: dict[bytes, bytes] = {}
        self._is_filled = asyncio.Event()

    def put(self, message: bytes) -> None:
        """Add a message: JSON, which begins with "{", or a frame."""
        key = message[:BEGINNING] if message[:1] == b"{" else b"frame"
        if key in self._waiting or len(self._waiting) < MOST:
            self._waiting[key] = message
            self._is_filled.set()

    async def get(self) -> bytes:
        """Take the first message; wait for one."""
        while not self._waiting:
            self._is_filled.clear()
            await self._is_filled.wait()
        return self._waiting.pop(next(iter(self._waiting)))
