"""The server: the page's files, and a socket for each page; only for whoever has the token."""

import hmac
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from chainrule.core.errors import ChainruleError
from chainrule.interfaces.play.messages import LONGEST
from chainrule.interfaces.play.server.pages import Pages

PAGE = Path(__file__).parents[1] / "page"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""The headers of each file: the browser loads nothing from elsewhere and runs the page's own scripts alone."""

LOCAL = ("127.0.0.1", "localhost", "::1")

REFUSED = 4001, 4002
"""The codes with which a socket is closed: without the token, or from elsewhere; one page too many."""


class Guard:
    """Access control: a request needs the token, and a name of this machine as its host.

    The name is checked since a page from elsewhere could lead its own name here, with the reader's browser.
    """

    def __init__(self, token: str, host: str) -> None:
        self._token, self._host = token, host

    def admits(self, connection: HTTPConnection) -> bool:
        """Whether the token is right, and the host and the origin are this server."""
        given = connection.query_params.get("token", "")
        return hmac.compare_digest(given.encode(), self._token.encode()) and self.knows(connection)

    def knows(self, connection: HTTPConnection) -> bool:
        """Whether the host and, where there is one, the origin are this server."""
        host = connection.headers.get("host", "")
        origin = connection.headers.get("origin")
        return self._is_here(host) and (origin is None or urlsplit(origin).netloc == host)

    def _is_here(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in (*LOCAL, self._host):
            return True
        return self._host in ("0.0.0.0", "::") and _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def application(token: str, host: str, pages: Pages) -> Starlette:
    """The server's routes."""
    guard = Guard(token, host)

    async def index(request: Request) -> Response:
        if not guard.admits(request):
            text = "This address lacks its token: open the one that chainrule play printed.\n"
            return PlainTextResponse(text, 403, HEADERS)
        return FileResponse(PAGE / "index.html", headers=HEADERS)

    async def run(socket: WebSocket) -> None:
        await socket.accept()
        if not guard.admits(socket) or "origin" not in socket.headers:
            await socket.close(REFUSED[0], "the token is missing or of another server")
            return
        name = socket.query_params.get("page", "")[:64]
        try:
            page = await pages.open(name)
        except ChainruleError as error:
            await socket.send_json({"kind": "full", "sentence": str(error)})
            await socket.close(REFUSED[1])
            return
        await socket.send_json({"kind": "welcome", "new": page.is_new})
        await page.connect(socket)
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    break
                text = message.get("text")
                await page.receive(text if text is not None else "a message of bytes")
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            page.disconnect(socket, name)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pages.warm_up()
        yield
        await pages.close_all()

    routes = [
        Route("/", index),
        WebSocketRoute("/run", run),
        Mount("/page", _Files(guard)),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


class _Files(StaticFiles):
    """The page's files, which hold no secret: without a token, but for this server alone."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(directory=PAGE)
        self._guard = guard

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not self._guard.knows(HTTPConnection(scope)):
            return PlainTextResponse("This server is for this machine.\n", 403, HEADERS)
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


SETTINGS: dict[str, Any] = {
    "log_level": "critical",
    "access_log": False,
    "ws_max_size": LONGEST,
    "ws_max_queue": 8,
    "ws_ping_timeout": 60.0,  # a flood of commands is in front of the answer
    "ws_per_message_deflate": False,
    "timeout_graceful_shutdown": 1,
}
"""uvicorn's settings: no log, messages no longer than a command, a short queue, no compression of pictures."""
