"""The course of a run: losses, accuracies and what layers held, at steps that grow further apart as the run goes on."""

import itertools

import numpy as np

from chainrule.core.arrays import Array

MOST_ROWS = 2000
"""When there are so many rows, every second one is dropped."""


_numbers = itertools.count(1)


class Course:
    """Rows of numbers; the first column is the step.

    number: that of no other course, and another one after each thinning or cut: whoever has rows of another gets all.

    >>> course = Course(2)
    >>> for step in range(3):
    ...     course.add(np.array([step, 0.5]))
    >>> course.rows(course.number, 1)[:, 0].tolist()
    [1.0, 2.0]
    """

    def __init__(self, columns: int) -> None:
        self.number, self._rows = next(_numbers), np.empty((MOST_ROWS, columns))
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, row: Array) -> None:
        """Add a row, unless the last one is of the same step."""
        if self._length and self._rows[self._length - 1, 0] == row[0]:
            return
        if self._length == MOST_ROWS:
            self._length = MOST_ROWS // 2
            self._rows[: self._length] = self._rows[::2]
            self.number = next(_numbers)
        self._rows[self._length] = row
        self._length += 1

    def cut(self, step: int) -> None:
        """Forget what came after a step: the run went back to it."""
        length = int(np.searchsorted(self._rows[: self._length, 0], step, side="right"))
        if length < self._length:
            self._length, self.number = length, next(_numbers)

    def rows(self, number: int, known: int) -> Array:
        """The rows that whoever knows so many of the course of this number lacks."""
        return self._rows[known if number == self.number and known <= self._length else 0 : self._length].copy()
