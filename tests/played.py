"""A page's run, as its page plays it, without a server and with one: commands as JSON, frames that are answered."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import websockets

import chainrule
from chainrule.interfaces.play.frames import parsed
from chainrule.interfaces.play.messages import command
from chainrule.interfaces.play.playing import Playing
from processes import children, ends_within


def obey(playing: Playing, kind: str, **fields: Any) -> None:
    """Let a run obey a command that came as JSON."""
    playing.obey(command(json.dumps({"kind": kind, **fields})))


def seen(playing: Playing) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The next frame, which is then answered as the page does."""
    head, arrays = parsed(playing.next_frame())
    obey(playing, "seen", frame=head["frame"], history=head["course"], rows=head["rows"])
    return head, arrays


def scene_of(playing: Playing, **parts: Any) -> dict[str, Any]:
    """The run's scene with other parts, as a page sends it."""
    return playing.scene.model_dump(mode="json") | parts


def refusals(playing: Playing) -> list[str]:
    """The sentences in which something was refused."""
    return [each["sentence"] for each in playing.answers if each["kind"] == "refused"]


@asynccontextmanager
async def page(address: str, name: str = "one", **changes: Any) -> Any:
    """A page's socket at a server, which it has greeted."""
    host, token = re.fullmatch(r"http://([^/]+)/\?token=(.+)", address).groups()
    given = {"token": token, "origin": f"http://{host}"} | changes
    where = f"ws://{host}/run?token={given['token']}&page={name}"
    async with websockets.connect(where, origin=given["origin"], max_size=None, ping_interval=None) as socket:
        with suppress(websockets.ConnectionClosed):  # one that is refused hears so when it listens
            await socket.send('{"kind": "hello"}')
        yield socket


async def until(socket: Any, is_wanted: Any, seconds: float = 20.0) -> Any:
    """The first message that is wanted; frames are answered as the page does."""
    async with asyncio.timeout(seconds):
        while True:
            message = await socket.recv()
            if isinstance(message, bytes):
                head, _ = parsed(message)
                seen = {"kind": "seen", "frame": head["frame"], "history": head["course"], "rows": head["rows"]}
                await socket.send(json.dumps(seen))
                message = {"kind": "frame", **head}
            else:
                message = json.loads(message)
            if is_wanted(message):
                return message


def of_kind(kind: str) -> Any:
    return lambda message: message["kind"] == kind


SOURCE = str(Path(chainrule.__file__).parents[1])


def result_of(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns, run in a thread: Playwright has this thread's loop while there is a browser."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def free_port() -> str:
    """A port for a server that starts again: of those that no server takes unless it is told to."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@contextmanager
def server(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server and its address; it is to end by Ctrl-C, without a word, and its processes with it."""
    environment = os.environ | {"PYTHONPATH": SOURCE, "XDG_CACHE_HOME": str(folder)}
    command = [sys.executable, "-m", "chainrule", "play", "--no-browser", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as program:
        try:
            yield program, program.stdout.readline().strip()
            workers = children(program.pid)
            program.send_signal(signal.SIGINT)
            _, said = program.communicate(timeout=10)
            assert said == ""
            assert all(ends_within(5.0, each) for each in workers)
        finally:
            program.kill()
