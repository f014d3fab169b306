"""A step as rows of calls, which are made as many times as there are steps until there is something to look at.

    load the batch -> its loss and gradient, checked to be finite -> early stopping -> the update, which counts the step

Compiled, all of these are one program, so that a run returns to Python only where there is something to do for it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, Ended
from chainrule.core.engine.program import in_turn
from chainrule.training.state import TrainingState


@dataclass(frozen=True, eq=False)
class EqualBatches:
    """Batches of one length, which follow each other in an epoch: their steps are the same calls.

    n: how many there are.
    value: the loss of the one that was run last, () or (K,).
    place (1,): the number of the next one, among all of the epoch.
    load: loads that, and counts it.
    value_and_gradient: computes its loss and gradient, and ends the step where the loss isn't finite.
    """

    n: int
    value: Array
    place: Array
    load: Call
    value_and_gradient: Call


class RepeatedSteps:
    """The steps of an epoch.

    batches: its batches.  look: looks at the loss of a step, in front of its update, and may raise Ended.
    value: the loss of the step that was made last, or begun.
    """

    def __init__(self, state: TrainingState, batches: Sequence[EqualBatches], look: Call, update: Call) -> None:
        self._state, self._rest = state, (look, update)
        self._ends = list(accumulate(each.n for each in batches[:-1]))  # the last one's is the epoch's
        self._places, self._values = [each.place for each in batches], [each.value for each in batches]
        self._runs = [in_turn(each.load, each.value_and_gradient, look, update) for each in batches]
        self.value = self._values[0]

    def run(self, times: int, losses: Array | None = None, every: int = 1) -> bool:
        """Make so many steps, but none of batches of another size; False where a step ended before its update.

        losses (n, ...): become those of the first step, and then of every so many.
        The update counts steps, so that `TrainingState.step` is right after an exception, too.
        """
        batch = self._state.batch
        which = bisect_right(self._ends, batch)
        if which < len(self._ends):
            times = min(times, self._ends[which] - batch)
        self.value, self._places[which][...] = self._values[which], batch
        try:
            kept = () if losses is None else (self.value, losses, every)
            return self._runs[which](times, *kept) == times
        except Ended:  # by `look`, inside a program
            return False

    def complete(self) -> None:
        """Make what is left of a step whose loss isn't finite for some members of a population."""
        with suppress(Ended):
            Calls(*self._rest)()
