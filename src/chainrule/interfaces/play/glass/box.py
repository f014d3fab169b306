"""The glass box of a page: what it asks for, and what it gets with each frame."""

from collections.abc import Callable
from typing import Any

from chainrule.core.errors import ChainruleError
from chainrule.interfaces.play.glass.chain import chain
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import Glass
from chainrule.interfaces.play.stage import Stage
from chainrule.training.training import Training

PARTS: dict[str, Callable[[NextStep, Glass], dict[str, Any] | None]] = {"chain": chain}
"""The parts of the glass box. Each is None unless it is asked for."""


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
        self.asked = Glass(kind="glass")

    def shown(self, stage: Stage, training: Training) -> dict[str, Any]:
        """The parts that are asked for, by name; what can't be shown says so in a `sentence`."""
        step = NextStep(stage, training)
        found = {name: _answered(part, step, self.asked) for name, part in PARTS.items()}
        return {name: each for name, each in found.items() if each is not None}


def _answered(
    part: Callable[[NextStep, Glass], dict[str, Any] | None], step: NextStep, asked: Glass
) -> dict[str, Any] | None:
    try:
        return part(step, asked)
    except ChainruleError as error:
        return {"sentence": str(error)}
