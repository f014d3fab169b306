"""The server, for real: its process, its sockets, the processes of its pages."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import websockets

import chainrule.interfaces.play
from played import SOURCE, free_port, of_kind, page, result_of, server, until
from processes import children
from pseudo_terminal import posix

pytestmark = posix


def test_a_page_trains_survives_its_process_and_leaves_none_behind(tmp_path: Path):
    async def played(address: str, pid: int) -> None:
        async with page(address) as socket:
            assert (await until(socket, of_kind("welcome")))["new"]
            await socket.send('{"kind": "play"}')
            await until(socket, lambda message: message["kind"] == "frame" and message["step"] > 100)
            kept = await until(socket, of_kind("kept"))
            assert kept["file"]["scene"]["data"]["name"] == "xor"
            for text in ("nonsense", '{"kind": "fly"}', "[" * 9999):
                await socket.send(text)
                await until(socket, of_kind("refused"))
            for each in children(pid):
                os.kill(each, signal.SIGKILL)
            assert "a new one has what was kept of it" in (await until(socket, of_kind("lost")))["sentence"]
            assert (await until(socket, of_kind("frame")))["step"] > 100
        async with page(address) as socket:  # it comes back to its run
            assert not (await until(socket, of_kind("welcome")))["new"]
            assert (await until(socket, of_kind("frame")))["step"] > 100

    with server(tmp_path) as (program, address):
        result_of(played(address, program.pid))
        before = time.monotonic()
        while len(children(program.pid)) > 1:  # the spare stays
            assert time.monotonic() - before < 10
            time.sleep(0.1)


def test_nobody_comes_in_without_the_token_or_from_elsewhere(tmp_path: Path):
    async def is_refused(address: str, **changes: Any) -> bool:
        try:
            async with page(address, **changes) as socket:
                await socket.recv()
        except websockets.exceptions.ConnectionClosedError as error:
            return error.rcvd.code == 4001
        return False

    def status(address: str, **headers: str) -> int:
        try:
            return int(urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=5).status)
        except urllib.error.HTTPError as error:
            return error.code

    with server(tmp_path) as (_, address):
        assert result_of(is_refused(address, token="guessed"))
        assert result_of(is_refused(address, origin="http://elsewhere.example"))
        assert result_of(is_refused(address, origin=None))
        assert status(address) == 200
        assert status(address.split("?")[0]) == 403
        assert status(address, Host="elsewhere.example") == 403
        assert status(address.split("?")[0] + "page/app.js") == 200
        assert status(address.split("?")[0] + "page/app.js", Host="elsewhere.example") == 403
        assert status(address.split("?")[0] + "page/../server.py") == 404
        policy = urllib.request.urlopen(address, timeout=5).headers["Content-Security-Policy"]
        assert "unsafe" not in policy


def test_a_ninth_page_is_told_that_it_is_one_too_many(tmp_path: Path):
    async def ninth(address: str) -> Any:
        async with contextmanager_stack([page(address, str(k)) for k in range(8)]), page(address, "ninth") as socket:
            return await until(socket, of_kind("full"))

    with server(tmp_path) as (_, address):
        assert "8 pages are open" in result_of(ninth(address))["sentence"]


@asynccontextmanager
async def contextmanager_stack(contexts: list[Any]) -> Any:
    """All of these, entered."""
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(each) for each in contexts]


def test_a_port_in_use_is_a_sentence_and_a_restarted_server_has_its_token(tmp_path: Path):
    port = free_port()
    with server(tmp_path, "--port", port) as (_, address):
        command = [sys.executable, "-m", "chainrule", "play", "--no-browser", "--port", port]
        environment = os.environ | {"PYTHONPATH": SOURCE}
        second = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
        assert second.returncode == 2
        assert "choose another --port" in second.stderr
    with server(tmp_path, "--port", port) as (_, again):
        assert again == address
    assert (tmp_path / "chainrule" / f"play-{port}.token").stat().st_mode & 0o077 == 0


def test_the_page_takes_at_most_500_kb_in_all():
    page = Path(chainrule.interfaces.play.__file__).parent / "page"
    sent = [each for each in page.rglob("*") if each.is_file() and not each.name.endswith((".d.ts", "tsconfig.json"))]
    assert 300_000 < sum(each.stat().st_size for each in sent) <= 500_000
