"""From weight to weight with the keyboard: a page of the terminal, redrawn at each key."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from rich.console import Console, Group
from rich.text import Text

from chainrule.core.errors import MissingExtraError, SettingError
from chainrule.interfaces.cli.commands.explain import styled
from chainrule.interfaces.cli.terminal.encoding import writable
from chainrule.lab.explain.explanation import Explanation
from chainrule.lab.explain.step.addresses import find_parameter

HELP = "← → from   ↑ ↓ to   PgUp PgDn layer   j k scroll   q ends"

Place = tuple[int, str, tuple[int, ...]]
"""A layer, from 1; a parameter's name; and its place among the numbers of that name, from 0."""


class Walker:
    """Where a walk is: a weight, and how far its page is scrolled.

    Left and right go through what a unit listens to, its bias last; up and down through the units.
    """

    def __init__(self, step: Explanation, start: tuple[Any, ...], sample: int | None = None) -> None:
        self._step, self._sample = step, sample
        block, name, index = find_parameter(step.numbers.blocks, *start)
        self.layer, self.to, self.scroll = block.number, index[0], 0
        self.from_ = self._sources(index[0]).index((name, index))
        self._kept = self.place

    def _sources(self, to: int) -> list[tuple[str, tuple[int, ...]]]:
        """Every number of a unit or a channel, by name and place."""
        arrays = self._step.layers[self.layer - 1].parameters
        return [(name, (to, *rest)) for name, array in arrays.items() for rest in (_places(array.shape[1:]))]

    @property
    def place(self) -> Place:
        """The weight that is shown."""
        return (self.layer, *self._sources(self.to)[self.from_])

    def press(self, key: str) -> None:
        """Go where a key leads, round at the ends; other keys do nothing."""
        step = 1 if key in ("right", "down", "page down", "scroll down") else -1
        match key:
            case "left" | "right":
                self.from_ = (self.from_ + step) % len(self._sources(self.to))
            case "up" | "down":
                units = len(next(iter(self._step.layers[self.layer - 1].parameters.values())))
                self.to = (self.to + step) % units
            case "page up" | "page down":
                learning = [each.number for each in self._step.layers if each.parameters]
                self._enter(learning[(learning.index(self.layer) + step) % len(learning)])
            case "scroll up" | "scroll down":
                self.scroll = max(0, self.scroll + 5 * step)
                return
            case _:
                return
        self.scroll = 0
        if not key.startswith("page"):
            self._kept = self.place

    def _enter(self, layer: int) -> None:
        """Go to a layer, there to the unit and the source that were chosen last, or to those next to them."""
        _, name, (to, *rest) = self._kept
        self.layer = layer
        units = len(next(iter(self._step.layers[layer - 1].parameters.values())))
        self.to = min(to, units - 1)
        sources = self._sources(self.to)
        alike = [place for place, (other, _) in enumerate(sources) if other == name]
        near = [place for place in alike if all(i <= j for i, j in zip(sources[place][1][1:], rest, strict=False))]
        self.from_ = (near or alike or [0])[-1 if near else 0]

    def page(self, width: int, height: int) -> Group:
        """What is on the screen: the page from where it is scrolled to, and the keys."""
        layer, name, index = self.place
        to, *rest = (each + 1 for each in index)
        working = self._step.weight(layer, to, tuple(rest) if name == "weights" else name, self._sample)
        lines = styled(working, width)
        self.scroll = min(self.scroll, max(0, len(lines) - (height - 2)))
        shown = lines[self.scroll : self.scroll + height - 2]
        more = len(lines) - self.scroll - len(shown)
        foot = Text(
            writable(HELP) + (f"   ({more} more lines)" if more > 0 else ""), "reverse", no_wrap=True, overflow="crop"
        )
        for line in shown:
            line.no_wrap, line.overflow = True, "crop"
        return Group(*shown, *[Text()] * (height - 2 - len(shown)), foot)


def _places(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [tuple(each) for each in np.ndindex(shape)]


class ResizedError(Exception):
    """The window has another size: what waits for a key stops waiting."""


def walk_through(step: Explanation, start: tuple[Any, ...], sample: int | None = None) -> None:
    """Show a weight, and another at each key, until q; again where the window gets another size."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SettingError("--walk needs a terminal for its keys and its page; leave it out, and name a --weight.")
    read = _key_reader()
    walker, console = Walker(step, start, sample), Console(highlight=False)
    with keys_unseen(), console.screen(hide_cursor=True) as screen:
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
    """Raise ResizedError where the window gets another size meanwhile, on systems that tell."""
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
def keys_unseen() -> Iterator[None]:
    """Keep keys that are pressed between two readings from being echoed into the page."""
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
    """A function that waits for a key and gives its name; "" for those that mean nothing here."""
    try:
        from readchar import key as keys
        from readchar import readkey
    except ImportError:
        raise MissingExtraError('--walk needs readchar: pip install "chainrule[cli]".') from None
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
