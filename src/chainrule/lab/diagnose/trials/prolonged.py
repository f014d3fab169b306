"""A run that ended before its time: what it comes to where it simply goes on."""

from typing import NamedTuple

from chainrule.lab.diagnose.trials.trial import Bench, Point

TIMES = (3, 10)
"""A run is prolonged by so many times its steps."""

FEWEST, MOST = 300, 5000
"""But in the end by no fewer steps than the one, and by no more than the other."""

LONGEST_OF_LARGE = 90
"""Of a network that is large."""

SLOW = 0.7
"""A run is on its way, and only has to go on, where this leaves less than this part of its loss."""


class Longer(NamedTuple):
    """before, loss: at the end of the run, and after it went on for `steps` steps, `times` those that it had."""

    before: float
    loss: float
    steps: int
    times: int

    @property
    def gets_down(self) -> bool:
        """Whether it only has to go on."""
        return self.loss < SLOW * self.before


def prolong(bench: Bench, end: Point, steps: int, left: int) -> Longer:
    """Go on from the end of a run of so many steps with its own settings: for three times as long, or for ten.

    left: how many steps early stopping spared it; so many it goes on at least.
    """
    before = float(bench.value(end.theta))
    shorter, longer = (max(times * steps, left) for times in TIMES)
    most = LONGEST_OF_LARGE if bench.is_large else MOST
    for to_take in (min(shorter, most), min(max(longer, FEWEST), most)):
        losses, taken = bench.train_on(end, 1, max(1, to_take))
        result = Longer(before, float(losses[0]), taken, -(-to_take // max(1, steps)))
        if result.gets_down or to_take == most:
            break
    return result
