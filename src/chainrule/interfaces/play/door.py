"""The doors, `chainrule play` and `cr.play`: a free port, a token, a browser; a server until Ctrl-C, or in a thread."""

import os
import pickle
import secrets
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from pathlib import Path
from types import TracebackType

from numpy.typing import ArrayLike

from chainrule.core.errors import SettingError
from chainrule.core.extras import missing_extra
from chainrule.core.foreign import said
from chainrule.core.network import Network
from chainrule.lab.experiments.data import DataFile, DataSet
from chainrule.training.run import Run

NEEDS = "the playground needs Starlette and what belongs to it"


def serve(
    port: int | None = None, host: str = "127.0.0.1", browser: bool = True, data: DataSet | DataFile | None = None
) -> None:
    """Serve the playground until Ctrl-C; its address is printed, and opened in a browser.

    port: None: the first free one from 8100 on.  data: with which pages begin.
    Raises SettingError for a port in use, MissingExtraError without the extra `play`, and what is wrong with the data.
    """
    try:
        from chainrule.interfaces.play.beginning import scene_of_data
    except ImportError:
        raise missing_extra(NEEDS, "play") from None
    scene, named = scene_of_data(data)
    Playground(pickle.dumps((scene, None, named)), port, host).serve(browser)


def play(network_or_run: Network | Run, x: ArrayLike, y: ArrayLike, *, browser: bool = True) -> "Playground":
    """Open the playground with a network, its parameters and its data, in a browser.

    network_or_run: a Network, which begins as its initializer draws it, or a Run, which goes on from what it learnt,
    with its loss, and its optimizer where that is the library's. Inputs and outputs must be vectors. Layers and a loss
    of your own are sent along.
    x (n, I): its inputs as they are; of many rows so many are drawn at random as a page may hold.
    y (n,) or (n, 1): class numbers or quantities; (n, O): zeros and a one for each class.

    It prints the page's address. In a script it serves until Ctrl-C; in a notebook it returns at once, and serves until
    `close()` of what it returns, which also has the `address`. What is learnt on the page is saved there.
    Raises SettingError or DataError for what the page can't show, or what can't be sent to its process;
    MissingExtraError without the extra `play`.

    >>> import chainrule as cr
    >>> x, y = cr.datasets.moons()
    >>> cr.play(cr.mlp(2, 8, 1), x, y)  # doctest: +SKIP
    http://127.0.0.1:8100/?token=...
    """
    try:
        from cloudpickle import dumps  # type: ignore[import-untyped,unused-ignore]  # layers of one's own, too

        from chainrule.interfaces.play.beginning import beginning_of
    except ImportError:
        raise missing_extra(NEEDS, "play") from None
    beginning = beginning_of(network_or_run, x, y)
    try:
        sent = dumps(beginning)
    except Exception as error:  # whatever a layer's own code raises
        raise SettingError(
            f"this network can't be sent to the page's process ({type(error).__name__}: {said(str(error))}); "
            "leave open files, locks and generators out of its layers and its loss."
        ) from None
    playground = Playground(sent)
    if _is_notebook():
        playground.start(browser)
    else:
        playground.serve(browser)
    return playground


def _is_notebook() -> bool:
    """Whether somebody types on while the server runs: a notebook, or IPython."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


class Playground:
    """A server of the playground, which listens from the beginning. address: of its page, with the token.

    beginning: what each page begins with: a scene, and the network that came from Python, pickled.
    """

    def __init__(self, beginning: bytes, port: int | None = None, host: str = "127.0.0.1") -> None:
        try:
            import uvicorn

            from chainrule.interfaces.play.server.application import SETTINGS, application
            from chainrule.interfaces.play.server.pages import Pages
        except ImportError:
            raise missing_extra(NEEDS, "play") from None
        self._listening = _listen(host, port)
        number = self._listening.getsockname()[1]
        token = _token(number)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{number}/?token={token}"
        self._server = uvicorn.Server(uvicorn.Config(application(token, host, Pages(beginning)), **SETTINGS))
        self._thread: threading.Thread | None = None

    def serve(self, browser: bool = True) -> None:
        """Serve until Ctrl-C."""
        with self._ends_by_ctrl_c():
            self._announce(browser)
            self._server.run(sockets=[self._listening])

    @contextmanager
    def _ends_by_ctrl_c(self) -> Iterator[None]:
        """A block in which Ctrl-C ends the server, before it has begun as well; signals are the main thread's."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._server.handle_exit)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def start(self, browser: bool = True) -> None:
        """Serve in a thread, until `close()`."""
        self._announce(browser)
        run = partial(copy_context().run, self._server.run)  # in this context: its engine is the pages'
        self._thread = threading.Thread(target=run, args=([self._listening],), daemon=True)
        self._thread.start()

    def _announce(self, browser: bool) -> None:
        sys.stdout.write(self.address + "\n")
        sys.stdout.flush()
        if browser:
            threading.Timer(0.3, webbrowser.open, (self.address,)).start()

    def close(self) -> None:
        """End the server, and the processes of its pages; nothing, where it has ended."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        self._listening.close()

    def __enter__(self) -> "Playground":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return self.address


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
