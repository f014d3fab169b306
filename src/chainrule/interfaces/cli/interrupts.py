"""Signals: Ctrl-C, SIGTERM and SIGHUP end a command, the first one gently where there is something to keep.

Only the command line handles signals; the library leaves them to the program that uses it. Windows offers less: there
is no SIGHUP and no SIGPIPE, and what ends a program ends it at once, unsaved, but for Ctrl-C and Ctrl-Break.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""The signals that end a command, on the systems that have them."""

WAY_OUT = 1.0
"""Seconds for which other signals don't disturb a command on its way out: some wrappers send each Ctrl-C twice."""

CTRL_C, READER_GONE = 130, 141
"""Exit codes, 128 + SIGINT and 128 + SIGPIPE: of a program that was interrupted, and of one whose reader has gone."""


class Interruption(KeyboardInterrupt):
    """A signal that ends a command.

    After a plain KeyboardInterrupt inside exec(), where dataclasses are made, Python would end itself by SIGINT, though
    it was caught.
    """


class _Signals:
    """What came, and what is done about the next one."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.stop: Callable[[], object] | None = None
        self.is_gentle = self.is_held = self.is_due = self.is_listening = False
        self.raised = -WAY_OUT

    def handle(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        if self.stop is not None:
            stop, self.stop = self.stop, None
            stop()
        elif self.is_held and not self.is_gentle and not self.is_due:
            self.raised, self.is_due = time.monotonic(), True
        elif time.monotonic() >= self.raised + WAY_OUT:
            self.raised, self.is_due = time.monotonic(), self.is_held
            raise Interruption


_signals = _Signals()


def listen() -> None:
    """Handle the signals that end a program, but for those that it was started to ignore, as by nohup.

    Until a command begins, a reader that leaves ends the program as it ends others: quietly, at once.
    """
    _signals.is_listening = True
    for number in _numbers():
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _signals.handle)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def begin_command() -> None:
    """From here on a reader that leaves is an OSError: a command may have something to keep."""
    if _signals.is_listening and hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def end() -> None:
    """The command is done, and its exit code settled: what still comes changes nothing."""
    for number in _numbers():
        if signal.getsignal(number) == _signals.handle:
            signal.signal(number, signal.SIG_IGN)


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in ENDING if hasattr(signal, name)]


def exit_code(otherwise: int = CTRL_C) -> int:
    """128 + the number of the signal that came, as shells count; what is given if none came."""
    return otherwise if _signals.number is None else 128 + _signals.number


@contextmanager
def gently(stop: Callable[[], object]) -> Iterator[None]:
    """Inside the block the first signal only calls `stop`, which sets a mark; the next one raises KeyboardInterrupt.

    A signal that waits already, held back, is the first one. Whoever asked to stop is on the way out afterwards.
    """
    _signals.stop, _signals.is_gentle = stop, True
    if _signals.is_due:
        stop()
    try:
        yield
    finally:
        if _signals.stop is None:
            _signals.raised = time.monotonic()
        _signals.stop, _signals.is_gentle = None, False


@contextmanager
def held() -> Iterator[None]:
    """Let a signal wait for the end of the block, in which something is saved; but not inside a gentle block in it.

    Raises KeyboardInterrupt at its end if one waited, or interrupted a gentle block. Another one, a second later, ends
    the block: saving may take for ever, as in a FIFO that has no reader.
    """
    _signals.is_held, _signals.is_due = True, False
    try:
        yield
    finally:
        _signals.is_held = False
    if _signals.is_due:
        raise Interruption
