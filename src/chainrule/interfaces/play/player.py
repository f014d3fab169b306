"""The process of a page's run: commands come through its standard input, answers and frames leave by its output.

Each message is its length in 4 bytes, and the bytes: JSON that begins with "{", or a frame. The first one is the
beginning, pickled by the server: what `Playing` begins with. When the input ends, however its
server ended, the process ends too, even in the middle of a step.
"""

import json
import os
import pickle
import sys
import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import IO

from chainrule.core.errors import ChainruleError
from chainrule.interfaces.play.messages import command
from chainrule.interfaces.play.playing import Playing

KEEP_EVERY = 2.0
"""Seconds from one copy of the run that its page keeps to the next, while the scene stays."""

MOST_MEMORY = 2 * 2**30
"""The most bytes of memory that a run's process may ask for: 2 GiB, ten times what the largest scene takes."""

FRAME = 1 / 60
"""The fewest seconds from frame to frame."""


def main() -> None:
    """Obey commands until the input ends."""
    _limit_memory()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a network of one's own prints doesn't come between messages
    commands: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, commands), daemon=True).start()
    _Player(out, commands).run()


def _limit_memory() -> None:
    """Limit the process's memory, so that a run that takes too much fails alone; Windows has no such limit."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _receive(stream: IO[bytes], commands: SimpleQueue[bytes]) -> None:
    """Queue the commands that come in; end the process with its input."""
    try:
        while True:
            length = stream.read(4)
            if len(length) < 4:
                break
            commands.put(stream.read(int.from_bytes(length, "little")))
    finally:
        os._exit(0)


class _Player:
    """The main loop: obey commands, train for a while, send frames and answers."""

    def __init__(self, out: IO[bytes], commands: SimpleQueue[bytes]) -> None:
        self._out, self._commands = out, commands
        self._playing = Playing(*pickle.loads(commands.get()))
        self._shown = self._kept = 0.0
        self._is_kept, self._kept_scene = True, self._playing.scene

    def run(self) -> None:
        """Obey, train a while, show; wait where there is nothing to do. Nothing is shown before the first command."""
        playing, wait = self._playing, 0.0
        self._obey(self._commands.get())
        while True:
            self._obey_all(wait)
            until_step = playing.train_a_while()
            self._send_what_is_new()
            wait = until_step if playing.is_playing else 1.0
            if playing.wants_a_frame:
                wait = min(wait, max(0.0, self._shown + FRAME - time.monotonic()))
            if playing.visits.is_under_way:
                wait = min(wait, 0.1)

    def _obey_all(self, wait: float) -> None:
        """Obey the waiting commands, for one frame's time at most; wait up to `wait` seconds for the first."""
        try:
            text = self._commands.get(timeout=wait) if wait > 0 else self._commands.get_nowait()
            began = time.monotonic()
            self._obey(text)
            while time.monotonic() < began + FRAME:
                self._obey(self._commands.get_nowait())
        except Empty:
            pass

    def _obey(self, text: bytes) -> None:
        try:
            given = command(text)
        except ChainruleError as error:
            self._playing.answers.append({"kind": "refused", "sentence": str(error)})
            return
        self._is_kept = self._is_kept and given.kind == "seen"
        self._playing.obey(given)

    def _send_what_is_new(self) -> None:
        """Answers at once, a frame if one is due, and now and then a copy to keep; of another scene at once."""
        playing, now = self._playing, time.monotonic()
        while playing.answers:
            self._send(json.dumps(playing.answers.pop(0)).encode())
        if now >= self._shown + FRAME and (frame := playing.next_frame()) is not None:
            self._shown = now
            self._send(frame)
        has_changed = playing.scene is not self._kept_scene and self._commands.empty()  # a slider's last one is enough
        is_due = (playing.is_playing or not self._is_kept) and now >= self._kept + KEEP_EVERY
        if has_changed or is_due:
            self._kept, self._is_kept, self._kept_scene = now, not playing.is_playing, playing.scene
            self._send(json.dumps({"kind": "kept", "file": playing.kept()}).encode())

    def _send(self, message: bytes) -> None:
        self._out.write(len(message).to_bytes(4, "little") + message)
        self._out.flush()
