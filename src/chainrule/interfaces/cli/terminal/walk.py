"""The page of one weight, from which the arrow keys lead to the other weights: `explain --walk`."""

import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from rich.console import Console, Group
from rich.text import Text

from chainrule.core.arrays import Array
from chainrule.core.errors import SettingError
from chainrule.core.extras import missing_extra
from chainrule.interfaces.cli.terminal.encoding import writable
from chainrule.interfaces.cli.terminal.page import styled
from chainrule.lab.explain.explanation import Explanation
from chainrule.lab.explain.step.addresses import find_parameter

HELP = "← → from   ↑ ↓ to   PgUp PgDn layer   j k scroll   q ends"

Address = tuple[int, str, tuple[int, ...]]
"""A layer, counted from 1; a parameter's name; and an index into that parameter, counted from 0."""


class Walker:
    """The weight that is shown, how far its page is scrolled, and what each key does to both.

    Left and right go through the weights and the bias of a unit or channel, up and down through the units.
    """

    def __init__(self, step: Explanation, start: tuple[Any, ...], sample: int | None = None) -> None:
        self._step, self._sample = step, sample
        block, name, index = find_parameter(step.numbers.blocks, *start)
        self.layer, self.to, self.scroll = block.number, index[0], 0
        self.from_ = self._sources(index[0]).index((name, index))
        self._chosen = self.address  # by a key other than Page Up and Page Down

    def _sources(self, to: int) -> list[tuple[str, tuple[int, ...]]]:
        """Every parameter of a unit or channel, by name and index."""
        return [
            (name, (to, *rest)) for name, array in self._parameters().items() for rest in np.ndindex(array.shape[1:])
        ]

    def _parameters(self) -> Mapping[str, Array]:
        return self._step.layers[self.layer - 1].parameters

    def _n_units(self) -> int:
        return len(next(iter(self._parameters().values())))

    @property
    def address(self) -> Address:
        """The address of the weight that is shown."""
        return (self.layer, *self._sources(self.to)[self.from_])

    def press(self, key: str) -> None:
        """Do what a key means; behind the last weight, unit or layer comes the first."""
        step = 1 if key in ("right", "down", "page down", "scroll down") else -1
        match key:
            case "left" | "right":
                self.from_ = (self.from_ + step) % len(self._sources(self.to))
            case "up" | "down":
                self.to = (self.to + step) % self._n_units()
            case "page up" | "page down":
                layers = [each.number for each in self._step.layers if each.parameters]
                self._enter(layers[(layers.index(self.layer) + step) % len(layers)])
            case "scroll up" | "scroll down":
                self.scroll = max(0, self.scroll + 5 * step)
                return
            case _:
                return
        self.scroll = 0
        if not key.startswith("page"):
            self._chosen = self.address

    def _enter(self, layer: int) -> None:
        """Go to a layer, and there to the indices that were chosen last, or as near as its shapes allow."""
        _, name, (to, *rest) = self._chosen
        self.layer = layer
        self.to = min(to, self._n_units() - 1)
        sources = self._sources(self.to)
        alike = [k for k, (other, _) in enumerate(sources) if other == name]
        near = [k for k in alike if all(i <= j for i, j in zip(sources[k][1][1:], rest, strict=False))]
        self.from_ = (near or alike or [0])[-1 if near else 0]

    def page(self, width: int, height: int) -> Group:
        """The screen: the weight's page from the line that it is scrolled to, and below it the keys."""
        layer, name, index = self.address
        to, *rest = (each + 1 for each in index)
        derivation = self._step.weight(layer, to, tuple(rest) if name == "weights" else name, self._sample)
        lines, room = styled(derivation, width), max(0, height - 2)
        self.scroll = min(self.scroll, max(0, len(lines) - room))
        shown = lines[self.scroll : self.scroll + room]
        more = len(lines) - self.scroll - len(shown)
        rest_of_page = f"   ({more} more lines)" if more > 0 else ""
        foot = Text(writable(HELP) + rest_of_page, "reverse", no_wrap=True, overflow="crop")
        for line in shown:
            line.no_wrap, line.overflow = True, "crop"
        return Group(*shown, *[Text()] * (room - len(shown)), foot)


class ResizedError(Exception):
    """The window's size changed while the program waited for a key."""


def walk_through(step: Explanation, start: tuple[Any, ...], sample: int | None = None) -> None:
    """Show a weight, and another one at each key, until q. The page follows the size of the window."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SettingError("--walk needs a terminal for its keys and its page; leave it out, and name a --weight.")
    read = _key_reader()
    walker, console = Walker(step, start, sample), Console(highlight=False)
    with no_echo(), console.screen(hide_cursor=True) as screen:
        while True:
            size = console.size
            screen.update(walker.page(*size))
            try:
                with resizing():
                    key = read() if console.size == size else ""
            except ResizedError:
                continue
            if key == "q":
                return
            walker.press(key)


@contextmanager
def resizing() -> Iterator[None]:
    """Raise ResizedError if the window's size changes inside the block, on systems that have a signal for it."""
    if not hasattr(signal, "SIGWINCH"):
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise ResizedError

    before = signal.signal(signal.SIGWINCH, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)


@contextmanager
def no_echo() -> Iterator[None]:
    """Keep the terminal from writing keys into the page that are pressed while it is computed."""
    try:
        import termios
        import tty
    except ImportError:  # Windows echoes nothing
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin, termios.TCSADRAIN)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _key_reader() -> Callable[[], str]:
    """A function that waits for a key and returns its name; "" for a key without a meaning here."""
    try:
        from readchar import key as keys
        from readchar import readkey
    except ImportError:
        raise missing_extra("--walk needs readchar", "cli") from None
    names = {
        keys.LEFT: "left",
        keys.RIGHT: "right",
        keys.UP: "up",
        keys.DOWN: "down",
        keys.PAGE_UP: "page up",
        keys.PAGE_DOWN: "page down",
        "j": "scroll down",
        "k": "scroll up",
        " ": "scroll down",
        "q": "q",
        "Q": "q",
    }
    return lambda: names.get(readkey(), "")
