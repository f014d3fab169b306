"""A run beside itself with one thing changed: both from their starts, for as long as the run took."""

from typing import NamedTuple

import numpy as np

from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Inspection
from chainrule.lab.diagnose.trials.held_out import split
from chainrule.lab.diagnose.trials.trial import Changes, cost, loss_at, start_of, trial


class Compared(NamedTuple):
    """Losses after `steps` steps: with the run's own settings, and with the `best` of the changes.

    NaN where it can't be tried, or where next to nothing is left to gain.
    holds_out: whether they are of rows held out.
    """

    own: float
    changed: float
    steps: int
    best: int = 0
    holds_out: bool = False

    @property
    def words(self) -> dict[str, str]:
        """The steps, and whose losses they are, for a sentence."""
        return {
            "steps": f"{self.steps:,}",
            "which loss": "the held-out loss" if self.holds_out else "the training loss",
        }


def compare(run: Inspection, *changes: Changes, holds_out: bool | None = None, keeps_best: bool = False) -> Compared:
    """The run from its start, and with some settings of `train` changed; a network that is changed from its own start.

    Several changes are of one setting, and differ in real values.

    As many steps as the run took, as far as a trial can afford them. If that is fewer, the changed one is compared with
    the end of the run, too: what only falls faster at first is no better.
    holds_out: whether both are judged by rows held out and not by those learnt. None: where
        the run seems to have learnt, for a stronger setting always explains more of the rows learnt, noise or not.
    keeps_best: of rows held out, the lowest losses on the way and not those in the end.
    """
    if run.setup is None or run.start is None or run.end is None or run.unexplained < thresholds.NEGLIGIBLE:
        return Compared(np.nan, np.nan, 0)
    network = changes[0].get("network", run.network)
    x, y = run.draw(thresholds.MOST_LEARNT)
    learnt, held_out = split(x, y) if (run.seems_learnt if holds_out is None else holds_out) else ((x, y), None)
    batch = min(len(learnt[0]), run.batch_size)
    if 10 * thresholds.FEWEST_STEPS * batch * cost(network) > thresholds.LARGE_BUDGET:
        batch = max(min(batch, thresholds.LARGE_BATCH), network.least_samples)
    taken = run.steps_in(run.ending.epoch)
    affordable = max(thresholds.FEWEST_STEPS, 2 * thresholds.LARGE_BUDGET / (batch * cost(network)))
    steps = min(taken, affordable, thresholds.MOST_PROLONGED)
    own = trial(run, run.start, steps, learnt=learnt, held_out=held_out, batch=batch, keeps_best=keeps_best)
    start = start_of(run, network) if "network" in changes[0] else run.start
    settings = [{name: value for name, value in each.items() if name not in ("theta", "state")} for each in changes]
    tried = trial(run, start, steps, settings, learnt=learnt, held_out=held_out, batch=batch, keeps_best=keeps_best)
    least = float(own.losses[0])
    if steps < taken:
        least = min(least, float(loss_at(run, run.end.theta, held_out or learnt)))
    best = int(tried.losses.argmin())
    return Compared(least, float(tried.losses[best]), tried.steps, best, held_out is not None)
