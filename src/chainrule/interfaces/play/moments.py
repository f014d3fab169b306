"""The moments of a page's run that undo and redo go back to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError
from chainrule.interfaces.play.past import Past
from chainrule.interfaces.play.scene import Scene

MOST_MOMENTS = 50
"""The most changes that can be undone."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A scene, and the run's arrays at one moment. past: how the run came there; None where that isn't known."""

    scene: Scene
    arrays: Mapping[str, Array] = field(repr=False)
    past: Past | None = field(repr=False, default=None)


class Moments:
    """What was before each change, and what was undone.

    >>> moments = Moments()
    >>> moments.remember(Moment(Scene(seed=1), {}))
    >>> moments.back("undo", Moment(Scene(seed=2), {})).scene.seed, moments.counts
    (1, {'undo': 0, 'redo': 1})
    """

    def __init__(self) -> None:
        self._undo: list[Moment] = []
        self._redo: list[Moment] = []
        self._grip: int | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many moments there are to undo, and to redo."""
        return {"undo": len(self._undo), "redo": len(self._redo)}

    def remember(self, before: Moment, grip: int | None = None) -> None:
        """Keep what was before a change, of a grip perhaps; what was undone before it is gone."""
        self._undo = [*self._undo, before][-MOST_MOMENTS:]
        self._redo, self._grip = [], grip

    def holds(self, grip: int | None) -> bool:
        """Whether the last change was of this grip: the next one belongs to it."""
        return grip is not None and grip == self._grip

    def back(self, kind: str, now: Moment) -> Moment:
        """The moment to go to, by "undo" or "redo". Raises DataError where there is none."""
        source, other = (self._undo, self._redo) if kind == "undo" else (self._redo, self._undo)
        if not source:
            raise DataError(f"there is nothing to {kind}.")
        other.append(now)
        self._grip = None
        return source.pop()
