"""Whatever a page sends, and however it sends it: the run obeys or refuses, the server answers, no process is left."""

import asyncio
import base64
import io
import json
import os
import re
import socket
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest

import chainrule as cr
from chainrule.core.errors import ChainruleError
from chainrule.interfaces.play.beginning import beginning_of
from chainrule.interfaces.play.door import Playground
from chainrule.interfaces.play.messages import Open, Step, command
from chainrule.interfaces.play.playing import Playing
from drawn import SOAK
from played import obey, of_kind, page, refusals, result_of, server, until
from processes import children, ends_within, memory
from pseudo_terminal import posix
from stormy import messages

pytestmark = pytest.mark.soak

COUNT = 300 if SOAK == 1 else 5000 * SOAK
"""The messages of a storm: 100,000 in a soak, a tenth in CI."""


def test_a_run_obeys_or_refuses_whatever_comes():
    playing = Playing()
    for number, text in enumerate(messages(1, COUNT)):
        try:
            given = command(text)
        except ChainruleError as error:
            assert "\n" not in str(error), text  # noqa: PT017  # most are refused, and some are not
            continue
        if isinstance(given, Step) and playing.training.task.n_batches > 50:
            continue  # an epoch of so many batches takes a while
        playing.obey(given)
        for said in refusals(playing):
            assert "\n" not in said, text
        playing.answers.clear()
        if number % 10 == 0:
            playing.train_a_while()
            playing.next_frame()
    obey(playing, "set", scene={})
    obey(playing, "step")
    assert refusals(playing) == []


@posix
def test_a_server_answers_during_and_after_a_storm(tmp_path: Path):
    async def storm(address: str) -> int:
        async with page(address, "stormy") as stormy, page(address, "calm") as calm:
            await until(calm, of_kind("frame"))

            async def read() -> None:
                async for _ in stormy:
                    pass

            reading = asyncio.create_task(read())
            longest = 0.0
            for number, text in enumerate(messages(2, COUNT)):
                await stormy.send(text.encode("utf-8", "replace").decode())
                if number % max(1, COUNT // 20) == 0:
                    began = asyncio.get_running_loop().time()
                    await calm.send('{"kind": "fly"}')
                    await until(calm, of_kind("refused"))
                    longest = max(longest, asyncio.get_running_loop().time() - began)
            reading.cancel()
            assert longest < 5.0
        await asyncio.sleep(2.1)  # the storm's share of commands comes back
        async with page(address, "calm") as calm:
            await calm.send('{"kind": "step"}')
            return int((await until(calm, lambda message: message.get("step", 0) > 0))["step"])

    with server(tmp_path) as (_, address):
        assert result_of(storm(address)) > 0
        for cut in range(2, 40, 3):
            _cut_off(address, cut)
        assert result_of(storm(address)) > 0


def _cut_off(address: str, cut: int) -> None:
    """Open a socket as a browser does, and end it in the middle of a message, without a word."""
    host, port, token = re.fullmatch(r"http://([^:]+):(\d+)/\?token=(.+)", address).groups()
    key = base64.b64encode(os.urandom(16)).decode()
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            f"GET /run?token={token}&page=cut HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert connection.recv(12) == b"HTTP/1.1 101"
        text = b'{"kind": "step", "unit": "epoch"}'
        whole = bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text  # a text, masked by zeros
        connection.sendall(whole[:cut])


@posix
def test_a_page_that_never_reads_slows_nothing(tmp_path: Path):
    async def trained(address: str) -> int:
        async with page(address, "deaf") as deaf:
            await deaf.send('{"kind": "pace", "steps_per_second": 1000}')
            await deaf.send('{"kind": "play"}')
            await deaf.send(json.dumps({"kind": "set", "scene": _large()}))
            await until(deaf, lambda message: message.get("step", 0) > 0)
            deaf.transport.pause_reading()
            for _ in range(40):
                await deaf.send('{"kind": "save"}')
                await deaf.send('{"kind": "fly"}')
                await asyncio.sleep(0.1)
            deaf.transport.abort()
        async with page(address, "deaf") as back:
            await until(back, of_kind("catalogue"))
            return int((await until(back, of_kind("frame")))["step"])

    with server(tmp_path) as (program, address):
        before = memory(program.pid)
        assert result_of(trained(address)) > 100
        assert memory(program.pid) - before < 50e6


def _large() -> dict[str, Any]:
    """A scene whose copy is long: a table with all the numbers that there may be."""
    x = np.random.default_rng(0).normal(size=(1000, 50)).tolist()
    table = {"file": "large", "inputs": [f"x{k}" for k in range(50)], "x": x, "y": [0.0, 1.0] * 500}
    return {"data": {"name": "table", "table": table | {"classes": ["a", "b"]}}}


@cache
def hostile() -> dict[str, bytes]:
    """Archives that shouldn't be unpacked; to pack the bombs takes seconds."""

    def packed(**members: bytes) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in members.items():
                archive.writestr(f"{name}.npy", content)
        return file.getvalue()

    def header(shape: str, descr: str = "<f8") -> bytes:
        text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
        return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text

    def saved(array: Any, **settings: Any) -> bytes:
        file = io.BytesIO()
        np.save(file, array, **settings)
        return file.getvalue()

    return {
        "a bomb": packed(theta=header(f"({2**27},)") + bytes(2**27)),
        "many bombs": packed(**{f"a{k}": header(f"({2**20},)") + bytes(2**23) for k in range(20)}),
        "a promise": packed(theta=header("(99999999999999,)")),
        "objects": packed(theta=saved(np.array([{}]), allow_pickle=True)),
        "another shape": packed(theta=saved(np.zeros((3, 4)))),
        "nothing": packed(),
        "no archive": b"PK\3\4 but no more",
        "text": b"text",
    }


HOSTILE = (
    "a bomb", "many bombs", "a promise", "objects", "another shape", "nothing", "no archive", "text",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence_within_bounds(name: str):
    assert set(hostile()) == set(HOSTILE)
    playing = Playing()
    arrays = base64.b64encode(hostile()[name]).decode()
    playing.obey(Open(kind="open", file=playing.kept() | {"arrays": arrays}))
    (said,) = refusals(playing)
    assert "\n" not in said
    assert playing.training.state.step == 0


EATEN: Any = []


@dataclass(frozen=True, repr=False)
class Eater(cr.Layer):
    """A layer that eats memory once it has samples."""

    def signature(self, shape: tuple[int, ...]) -> Any:
        return cr.Identity().signature(shape)

    def bind(self, at: Any) -> Any:
        def forward() -> None:
            while at.input.shape[-1] == 8:
                EATEN.append(np.empty(2**24))
            at.output[...] = at.input

        def backward() -> None:
            at.d_input[...] = at.d_output

        return forward, backward


@posix
def test_a_run_that_eats_memory_ends_alone(monkeypatch: Any, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    x = np.eye(2)[np.arange(8) % 2]
    network = cr.Network((2,), (cr.Dense(2), Eater(), cr.Dense(1)))
    scene, given = beginning_of(network, x, x[:, 0] * 2.5)
    before = set(children())
    with Playground(cloudpickle.dumps((scene, given))) as playground:
        playground.start(browser=False)

        async def eaten() -> str:
            async with page(playground.address) as socket:
                return str((await until(socket, of_kind("lost"), 60))["sentence"])

        assert "process ended" in result_of(eaten())
        started = set(children()) - before
    assert all(ends_within(5.0, each) for each in started)
