"""The past of a page's run: how it began, and what was changed at which step. It goes with files, as JSON does."""

from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError
from chainrule.interfaces.play.scene import Scene, Strict, Table
from chainrule.interfaces.play.stage import Stage, changeable
from chainrule.training.run import Setup

MOST_CHANGES, MOST_NUMBERS = 500, 20_000
"""The most changes, and the most numbers of a start, that are remembered: they go with each file."""

Numbers = Annotated[tuple[float, ...], Field(max_length=MOST_NUMBERS)]
Step = Annotated[int, Field(ge=0, lt=2**63)]
Place = Annotated[int, Field(ge=0, lt=2**31)]


class Settings(Strict):
    """The settings that can be changed on the way, within a scene's bounds."""

    optimizer: Table
    penalty: Annotated[float, Field(ge=0.0, le=1e3)] = 0.0
    clip: Annotated[float, Field(gt=0.0, le=1e9)] | None = None

    @classmethod
    def of(cls, made: dict[str, Any]) -> "Settings":
        """The settings that `changeable` made."""
        strength = 0.0 if made["penalty"] is None else made["penalty"].strength
        return cls(optimizer=made["optimizer"].to_dict(), penalty=strength, clip=made["clip"])

    def made(self) -> dict[str, Any]:
        """The settings as `Training.change` takes them."""
        return changeable(Scene(optimizer=self.optimizer, penalty=self.penalty, clip=self.clip))


class Past(Strict):
    """How a run began, its changes and its edits. theta, state: where it began; None: where its scene begins."""

    start: Settings
    theta: Numbers | None = None
    state: Numbers | None = None
    changes: Annotated[tuple[tuple[Step, Settings], ...], Field(max_length=MOST_CHANGES)] = ()
    edits: Annotated[tuple[tuple[Step, Place, float], ...], Field(max_length=MOST_CHANGES)] = ()

    @classmethod
    def of(cls, setup: Setup, stage: Stage) -> "Past | None":
        """The past that a setup tells; None where it is too long to be remembered.

        >>> from chainrule.interfaces.play.playing import Playing
        >>> playing = Playing()
        >>> Past.of(playing.training.setup, playing.stage).changes
        ()
        """
        start = stage.start()
        theta, state = _other(setup.theta, start[0]), _other(setup.state, start[1])
        n_numbers = len(theta or ()) + len(state or ())
        if max(len(setup.changes), len(setup.edits)) > MOST_CHANGES or n_numbers > MOST_NUMBERS:
            return None
        settings = Settings.of({"optimizer": setup.optimizer, "penalty": setup.penalty, "clip": setup.clip})
        changes = tuple((step, Settings.of(made)) for step, made in setup.changes)
        return cls(start=settings, theta=theta, state=state, changes=changes, edits=setup.edits)

    def setup(self, begun: Setup) -> Setup:
        """The setup of a run that was begun anew with the same scene. Raises DataError where it doesn't fit."""
        theta, state = (
            now if own is None else np.array(own) for own, now in ((self.theta, begun.theta), (self.state, begun.state))
        )
        if theta.shape != begun.theta.shape or state.shape != begun.state.shape:
            raise DataError("the start in this file has another network's weights; open another file.")
        changes = tuple((step, settings.made()) for step, settings in self.changes)
        if any(place >= begun.theta.size for _, place, _ in self.edits):
            raise DataError("the edits in this file are of another network's weights; open another file.")
        told: dict[str, Any] = {"theta": theta, "state": state, "changes": changes, "edits": self.edits}
        return replace(begun, **told, **self.start.made())


def _other(own: Array, usual: Array) -> tuple[float, ...] | None:
    """A start as numbers, where it isn't the usual one."""
    return None if np.array_equal(own, usual) else tuple(own.tolist())
