"""The door: a free port, a token, a browser; the server until Ctrl-C."""

import os
import secrets
import socket
import sys
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

from chainrule.core.errors import SettingError
from chainrule.core.extras import missing_extra


def serve(port: int | None = None, host: str = "127.0.0.1", browser: bool = True) -> None:
    """Serve the playground until Ctrl-C; its address is printed, and opened in a browser.

    port: None: the first free one from 8100 on.
    Raises SettingError for a port in use, MissingExtraError without the extra `play`.
    """
    try:
        import uvicorn

        from chainrule.interfaces.play.pages import Pages
        from chainrule.interfaces.play.server import SETTINGS, application
    except ImportError:
        raise missing_extra("the playground needs Starlette and what belongs to it", "play") from None
    listening = _listen(host, port)
    number = listening.getsockname()[1]
    token = _token(number)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{number}/?token={token}"
    sys.stdout.write(address + "\n")
    sys.stdout.flush()
    if browser:
        threading.Timer(0.3, webbrowser.open, (address,)).start()
    server = uvicorn.Server(uvicorn.Config(application(token, host, Pages()), **SETTINGS))
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


FIRST_PORT, PORTS = 8100, 100


def _listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens at this port, or at the first that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in range(FIRST_PORT, FIRST_PORT + PORTS) if port is None else (port,):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, number))
            listening.listen(128)
            return listening
        except OSError as error:
            listening.close()
            reason = error.strerror or str(error)
    if port is None:
        ports = f"{FIRST_PORT} to {FIRST_PORT + PORTS - 1}"
        raise SettingError(f"no port from {ports} is free at {host} ({reason}); give --port.")
    raise SettingError(f"can't listen at {host}, port {port} ({reason}); choose another --port, or leave it out.")


def _token(port: int) -> str:
    """The token of a port: the same as last time, so that pages find back after the server restarts; else a new one.

    It lies in the user's own folder of caches, readable for nobody else.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chainrule"
    path = folder / f"play-{port}.token"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_mode & 0o077 == 0 and path.stat().st_uid == os.getuid():
            kept = path.read_text().strip()
            if len(kept) == 43:
                return kept
        token = secrets.token_urlsafe(32)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token)
        return token
    except (OSError, AttributeError):  # no such folder, or a system without owners
        return secrets.token_urlsafe(32)
