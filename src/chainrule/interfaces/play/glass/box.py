"""The glass box of a page: what it asks for, and what it gets with each frame."""

import time
from collections.abc import Callable
from typing import Any

from chainrule.core.errors import ChainruleError
from chainrule.interfaces.play.glass.chain import chain
from chainrule.interfaces.play.glass.hand import hand
from chainrule.interfaces.play.glass.matrices import matrices
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.glass.proof import proofs
from chainrule.interfaces.play.glass.walk import Walk
from chainrule.interfaces.play.messages import Glass
from chainrule.interfaces.play.stage import Stage
from chainrule.training.training import Training

PARTS: dict[str, Callable[[NextStep, Glass], dict[str, Any] | None]] = {
    "chain": chain,
    "matrices": matrices,
    "hand": hand,
}
"""The parts of the glass box. Each is None unless it is asked for."""

EVERY = 1 / 15
"""Seconds from one look inside to the next while the run trains: more can't be read."""


class GlassBox:
    """What a page asks of the next step.

    >>> from chainrule.interfaces.play import messages
    >>> from chainrule.interfaces.play.playing import Playing
    >>> playing = Playing()
    >>> playing.obey(messages.command('{"kind": "glass", "chain": {"layer": 2, "unit": 1, "source": 3}}'))
    >>> playing.glass.shown(playing.stage, playing.training)["chain"]["title"]
    'Layer 2: the weight to unit 1 from unit 3'
    """

    def __init__(self) -> None:
        self.asked, self.walk = Glass(kind="glass"), Walk()
        self._last: dict[str, Any] = {}
        self._due = 0.0
        self._proofs = proofs()

    @property
    def is_at_work(self) -> bool:
        """Whether the next frame has more to say, even if the run stands still."""
        return any(each.is_under_way for each in self._proofs.values())

    @property
    def _parts(self) -> dict[str, Callable[[NextStep, Glass], dict[str, Any] | None]]:
        return PARTS | {"phases": self.walk.shown, **self._proofs}

    def is_due(self, now: float, is_playing: bool) -> bool:
        """Whether to look inside: at once where the run stands still or a proof is under way, else now and then.

        With marks in each frame: so the gradients that it draws carry theirs, or none.
        """
        has_marks = self.asked.marks is not None or self.asked.deltas is not None
        return not is_playing or self.is_at_work or has_marks or now >= self._due

    def shown(self, stage: Stage, training: Training) -> dict[str, Any]:
        """The parts that are asked for, by name; what can't be shown says so in a `sentence`."""
        self._due = time.monotonic() + EVERY
        step = NextStep(stage, training, self._last)
        found = {name: _answered(part, step, self.asked) for name, part in self._parts.items()}
        self._last = {name: each for name, each in found.items() if each is not None}
        return self._last


def _answered(
    part: Callable[[NextStep, Glass], dict[str, Any] | None], step: NextStep, asked: Glass
) -> dict[str, Any] | None:
    try:
        return part(step, asked)
    except ChainruleError as error:
        return {"sentence": str(error)}
