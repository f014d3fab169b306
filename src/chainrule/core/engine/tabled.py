"""Numbers that change from step to step, such as a schedule's rate: Python is asked for many steps at once.

They come from the function that NumPy's call asks at each step, and so are the same to the last bit.
"""

from __future__ import annotations

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.parameters import Numbers, NumbersOf

FIRST_STEPS, MOST_STEPS = 32, 512
"""Steps of a table, at first and at most: each time twice as many, so that about half of them at most are for nothing
where a run ends early, or its numbers are changed."""

MOST_NUMBERS = 2**14
"""Numbers of a table, of which a population's step may have many."""


class StepTable:
    """The numbers of coming steps, a row each. Called, it fills the table from this step on, and writes this step's.

    ends (2,): from which step on there are rows, and up to which, exclusive: none at first.
    """

    def __init__(self, numbers_of: NumbersOf, step: Array, numbers: Array) -> None:
        self._numbers_of, self._step, self._numbers = numbers_of, step, numbers
        n = max(1, min(MOST_STEPS, MOST_NUMBERS // numbers.size))
        self.ends, self.rows = np.zeros(2, np.int64), np.empty((n, *numbers.shape), numbers.dtype)

    @property
    def operands(self) -> tuple[Array, ...]:
        """As the extension takes them."""
        rows = self.rows.reshape(len(self.rows), -1, copy=False)
        return self._step, self.ends, rows, self._numbers.reshape(-1, copy=False)

    def __call__(self) -> None:
        """Fill the table; an error of a step to come is left to that step."""
        first = self._step.item()
        n = min(len(self.rows), max(FIRST_STEPS, 2 * int(self.ends[1] - self.ends[0])))
        numbers: list[Numbers] = []
        try:
            for step in range(first, first + n):
                numbers.append(self._numbers_of(step))
        except Exception:  # a schedule of a user's own may end where the run does
            if not numbers:
                raise
        self.ends[...] = first, first + len(numbers)
        for i, column in enumerate(zip(*numbers, strict=True)):
            self.rows[: len(numbers), i].T[...] = np.array(column).T  # (n,), also where the others are (n, K, 1)
        self._numbers[...] = self.rows[0]
