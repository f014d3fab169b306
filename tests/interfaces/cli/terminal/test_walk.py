"""`explain --walk`: what each key does, and how the page follows the size of the window."""

import contextlib
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

import chainrule as cr
from chainrule.interfaces.cli.terminal.walk import Walker
from chainrule.lab.report.reference import TASKS, Lab
from pseudo_terminal import posix


def reference_step() -> cr.Explanation:
    """The first step of the reference network on sample 3 of xor."""
    lab = Lab()
    x, y = cr.datasets.xor()
    theta = lab.network.initialize(0)
    return cr.explain(lab.network, theta, x, y, lab.loss, lab.optimizer(TASKS["xor"]), samples=3)


def test_a_walk_goes_to_every_weight():
    walker = Walker(reference_step(), (2, 1, 3))
    assert walker.address == (2, "weights", (0, 2))
    for key, place in (
        ("right", (2, "weights", (0, 3))),
        ("right", (2, "bias", (0,))),
        ("right", (2, "weights", (0, 0))),
        ("left", (2, "bias", (0,))),
        ("down", (2, "bias", (1,))),
        ("up", (2, "bias", (0,))),
        ("up", (2, "bias", (3,))),
        ("page down", (3, "bias", (0,))),
        ("page down", (1, "bias", (3,))),
        ("left", (1, "weights", (3, 1))),
        ("page down", (2, "weights", (3, 1))),
        ("page down", (3, "weights", (0, 1))),
        ("page up", (2, "weights", (3, 1))),
        ("right", (2, "weights", (3, 2))),
        ("page up", (1, "weights", (3, 1))),
        ("page down", (2, "weights", (3, 2))),
        ("", (2, "weights", (3, 2))),
    ):
        walker.press(key)
        assert walker.address == place, key
    walker.press("scroll down")
    assert walker.scroll == 5
    walker.page(80, 200)
    assert walker.scroll == 0  # all of it is on the screen


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (5, 3), (20, 2), (300, 200)])
def test_a_screen_of_any_size_has_a_page(size: tuple[int, int]):
    walker = Walker(reference_step(), (2, 1, 3))
    for key in ("scroll down", "scroll up", "page down"):
        walker.press(key)
        assert len(walker.page(*size).renderables) == max(1, size[1] - 1)


@posix
def test_a_walk_in_a_terminal():
    import pty

    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "chainrule", "explain", "xor", "--sample", "3", "--walk", "--weight", "2:1:3"]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment) as walk:
        os.close(terminal)
        try:
            assert seen(controller, "from unit 3")
            assert pressed(controller, b"\x1b[C", lambda: seen(controller, "from unit 4", 2))
            assert pressed(controller, b"q", lambda: ended(walk, controller))
            assert walk.returncode == 0
        finally:
            walk.kill()
            os.close(controller)


@posix
def test_the_page_is_drawn_again_when_the_size_of_the_window_changes():
    import fcntl
    import pty
    import termios

    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    command = [sys.executable, "-m", "chainrule", "explain", "xor", "--sample", "3", "--walk", "--weight", "2:1:3"]
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    environment |= {"TERM": "xterm-256color"}
    settings = {"stdin": terminal, "stdout": terminal, "stderr": terminal, "start_new_session": True}
    with subprocess.Popen(command, env=environment, **settings) as walk:
        try:
            assert seen(controller, "more lines")
            for _ in range(10):
                fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 90, 100, 0, 0))
                walk.send_signal(signal.SIGWINCH)
                if seen(controller, "error = ", 2):  # the last line of the page
                    break
            else:
                pytest.fail("the page was not drawn again")
            assert pressed(controller, b"q", lambda: ended(walk, controller))
            assert walk.returncode == 0
        finally:
            walk.kill()
            os.close(controller)
            os.close(terminal)


def pressed(controller: int, key: bytes, has_come: Callable[[], bool]) -> bool:
    """Whether a key has its effect. It is pressed again while the program isn't yet waiting for it."""
    for _ in range(10):
        os.write(controller, key)
        if has_come():
            return True
    return False


def ended(program: subprocess.Popen[bytes], controller: int) -> bool:
    """Whether a program ends soon. Its last output is read, since it waits for that."""
    seen(controller, "no such words", 1)
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(1)
    return program.returncode is not None


def seen(controller: int, words: str, seconds: float = 40.0) -> bool:
    """Whether the terminal shows these words within some seconds."""
    shown, deadline = "", time.monotonic() + seconds
    while words not in shown and time.monotonic() < deadline:
        if select.select([controller], [], [], 0.1)[0]:
            try:
                shown += os.read(controller, 65536).decode(errors="replace")
            except OSError:  # the program has ended
                break
    return words in shown
