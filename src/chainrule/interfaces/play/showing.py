"""Frames, one after another: one more is made while the page draws the last, so a slow page drops frames."""

from typing import Any

from chainrule.core.arrays import Array
from chainrule.interfaces.play.course import Course
from chainrule.interfaces.play.frames import frame
from chainrule.interfaces.play.messages import Seen

AHEAD = 2
"""The most frames made but not yet shown: one being drawn, one on its way."""


class Showing:
    """The numbers of frames made and shown, and which rows of the course the page has."""

    def __init__(self) -> None:
        self._made = self._shown = 0
        self._known = (0, 0)

    def seen(self, seen: Seen) -> None:
        """Note that the page has shown a frame; frames of another process, and older ones, don't count."""
        if self._shown < seen.frame <= self._made:
            self._shown, self._known = seen.frame, (seen.history, seen.rows)

    @property
    def is_free(self) -> bool:
        """Whether the page may get another frame."""
        return self._made - self._shown < AHEAD

    def frame(self, head: dict[str, Any], arrays: dict[str, Array], course: Course) -> bytes:
        """The next frame, with the rows of the course that the page lacks."""
        self._made += 1
        rows, total = course.rows(*self._known), len(course)
        numbers = {"frame": self._made, "course": course.number, "rows": total, "from": total - len(rows)}
        return frame(head | numbers, arrays | {"course": rows})
