"""A case: all that the doctor knows of one run. Everything beyond the data is measured when it is first asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.lab.diagnose.finding import said
from chainrule.lab.diagnose.measurements import Signs, examine, rms
from chainrule.lab.diagnose.trials.prolonged import Longer, prolong
from chainrule.lab.diagnose.trials.rates import Trial, Verdict, judge, round_rate, try_rates
from chainrule.lab.diagnose.trials.trial import Bench, Point
from chainrule.training.model import LINKS
from chainrule.training.run import Setup
from chainrule.training.stopping import Ending

LEARNT = 0.12
"""A run has learnt where it leaves at most this part of the targets' variance unexplained, beyond their noise."""

NO_BETTER, TIMES_AS_LARGE = 1.02, 2.0
"""Answers that leave more of the variance than this are worse than the mean; from the other on it is said in times."""

FELL = 0.9
"""A loss falls where the second half of the records leaves less than this part of it."""

FAR_ABOVE = 1.5
"""A run has broken down where its loss ended at more than so many times the lowest recorded."""

FLED = 1.05
"""A run has fled its start where the loss is more than so many times the one there."""

MOST_SAMPLES = 500
"""So many samples are examined, drawn at random: rows a step apart would fall in with data that alternate."""


@dataclass(frozen=True, eq=False)
class Case:
    """One run, or one network's parameters.

    x (n, *shape), y in the form of `Loss.rows`: a sample of the data, which are `n_samples`.
    start, end: None where it isn't known, or isn't finite.
    losses, validation: of the epochs recorded, as far as they are finite; empty where there are none.
    setup: of a single run.
    features: the names of the columns of x, where they are known.
    more: so many samples of all the data, drawn at random, and their targets; fewer where there are no more.
    ending: how it ended; its reason is "under way" while it goes on.  None of a network without a run.
    """

    network: Network
    loss: Loss
    x: Array
    y: Array
    n_samples: int
    start: Point | None
    end: Point | None
    epochs: Array
    losses: Array
    validation: Array
    setup: Setup | None
    ending: Ending | None = None
    features: tuple[str, ...] = ()
    more: Callable[[int], tuple[Array, Array]] | None = None

    @property
    def diverged(self) -> int | None:
        """At which epoch, if it did."""
        return self.ending.epoch if self.ending is not None and self.ending.reason == "diverged" else None

    @property
    def under_way(self) -> bool:
        """Whether the run goes on, or would if it hadn't been interrupted."""
        return self.ending is not None and self.ending.reason not in ("finished", "stopped early", "diverged")

    @property
    def stopped_early(self) -> bool:
        """Whether the end is the best that early stopping found."""
        return self.ending is not None and self.ending.best_epoch is not None

    @property
    def steps(self) -> int:
        """How many the run took."""
        return 0 if self.ending is None else self._steps_of(self.ending.epoch)

    @property
    def planned(self) -> int:
        """How many it was to take."""
        return 0 if self.setup is None else self._steps_of(self.setup.epochs)

    def _steps_of(self, epochs: int) -> int:
        batch = None if self.setup is None else self.setup.batch_size
        return epochs * -(-self.n_samples // (batch or self.n_samples))

    @property
    def every_sample(self) -> str:
        """All that was looked at, for a sentence."""
        return "every sample" if len(self.x) == self.n_samples else "every sample looked at"

    @property
    def falls(self) -> bool:
        """Whether the loss is below the first, and lower than in the middle of the records."""
        losses = self.losses
        return len(losses) > 1 and losses[-1] < min(losses[0], FELL * losses[(len(losses) - 1) // 2])

    @cached_property
    def targets(self) -> Array:
        """(n, O): class numbers as columns of zeros and a one."""
        n_outputs = self.network.output_shape[0]
        return np.eye(n_outputs)[self.y.astype(int)] if self.y.ndim == 1 else self.y.astype(np.float64)

    @cached_property
    def variance(self) -> float:
        """Of the targets, summed over outputs."""
        return float(self.targets.var(axis=0).sum())

    def unexplained(self, point: Point) -> float:
        """The part of the targets' variance that the answers, through the loss's link, leave: 1 - R²."""
        answers = self.answers(point)
        error = float(np.square(answers - self.targets).sum(axis=1).mean())
        return error / self.variance if self.variance > 0 else 0.0

    def answers(self, point: Point) -> Array:
        """(n, O): the network's, through the loss's link."""
        return LINKS[self.loss.link](self.network.predict(point.theta, self.x, point.state).astype(np.float64))

    @cached_property
    def noise(self) -> float:
        """The part of the targets' variance that x can't tell: half of what differs between nearest neighbours.

        Source: the delta test; Pi and Peterson, "Finding the embedding dimension and variable dependencies in time
        series" (1994).
        """
        differs = np.square(self.targets - self.targets[self.nearest]).sum(axis=1).mean()
        return float(0.5 * differs / self.variance) if self.variance > 0 else 0.0

    @cached_property
    def nearest(self) -> Array:
        """(n,): the row of each sample's nearest neighbour, in features of deviation 1."""
        x = self.x.reshape(len(self.x), -1).astype(np.float64)
        deviation = x.std(axis=0)
        x = (x - x.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
        squares = np.square(x).sum(axis=1)
        distance = squares[:, np.newaxis] + squares - 2.0 * x @ x.T
        np.fill_diagonal(distance, np.inf)
        return np.asarray(distance.argmin(axis=1))

    @cached_property
    def left(self) -> float:
        """What the end leaves unexplained; infinite where there is no end."""
        left = np.inf if self.end is None else self.unexplained(self.end)
        return left if np.isfinite(left) else np.inf

    @property
    def what_is_left(self) -> str:
        """The same, in the words of a sentence."""
        if not np.isfinite(self.left):
            return "nothing of them is explained"
        if self.left <= NO_BETTER:
            return f"{self.left:.0%} of the targets' variance is left"
        worse = f"{said(self.left)} times" if self.left > TIMES_AS_LARGE else f"{self.left:.0%} of"
        return f"the answers are worse than the targets' mean, with a squared error of {worse} the variance"

    @cached_property
    def learnt(self) -> bool:
        """Whether the run has learnt what there is to learn."""
        return self.left <= max(LEARNT, 1.3 * self.noise + 0.07)

    @cached_property
    def before(self) -> tuple[Signs, ...]:
        """The layers at the start; at the end where the start isn't known."""
        return self.after if self.start is None else self._examined(self.start)

    @property
    def when(self) -> str:
        """When `before` is, for a sentence."""
        return "With these parameters" if self.start is None else "At the start"

    @cached_property
    def after(self) -> tuple[Signs, ...]:
        """The layers at the end; none where there is no end."""
        return () if self.end is None else self._examined(self.end)

    def _examined(self, point: Point) -> tuple[Signs, ...]:
        return examine(self.network, self.loss, point.theta, self.x, self.y)

    @cached_property
    def bench(self) -> Bench | None:
        """What trials are made of; None where the settings aren't known, or the sample is of one class alone."""
        if self.setup is None or self.variance == 0:
            return None
        return Bench(self.network, self.loss, self.x, self.y, self.setup)

    @cached_property
    def from_start(self) -> Trial | None:
        """Other learning rates, from where the run began."""
        return self._tried(self.start, "the start")

    @cached_property
    def from_end(self) -> Trial | None:
        """Other learning rates, from where the run ended."""
        return self._tried(self.end, "where the run is" if self.under_way else "where the run ended")

    def _tried(self, point: Point | None, origin: str) -> Trial | None:
        return None if point is None or self.bench is None else try_rates(self.bench, point, origin, self.planned)

    @cached_property
    def fled(self) -> bool:
        """Whether the run ended above where it began: from there, no rate is judged."""
        if self.bench is None or self.start is None or self.end is None:
            return False
        return bool(self.bench.value(self.end.theta) > FLED * self.bench.value(self.start.theta))

    @cached_property
    def broken_down(self) -> bool:
        """Whether the run had learnt and lost it again: its last loss, and that of its end, are far above the lowest.

        With sample weights only the recorded losses are compared: they are weighted, the other isn't. A run that was
        stopped early has the parameters of its best epoch.
        """
        if self.stopped_early or self.bench is None or self.start is None or self.end is None:
            return False
        last, lowest = self.losses[-1:], self.losses.min(initial=np.inf)
        if not (last > FAR_ABOVE * lowest).any() or lowest > FELL * self.losses[0]:
            return False
        return self.bench.setup.weighted or bool(self.bench.value(self.end.theta) > FAR_ABOVE * lowest)

    @cached_property
    def moved(self) -> float:
        """How far the parameters are from the start, beside their size there; 1 where one of both isn't known."""
        if self.start is None or self.end is None or rms(self.start.theta) == 0:
            return 1.0
        return rms(self.end.theta - self.start.theta) / rms(self.start.theta)

    @cached_property
    def verdict(self) -> Verdict | None:
        """On the run's learning rate."""
        return judge(self)

    @property
    def smaller_rate(self) -> float | None:
        """The one to advise where a long step has done harm: None where no smaller one gets the run further."""
        if self.verdict is not None:
            return self.verdict.rate if self.verdict.too == "high" else None
        trial = self.from_start
        return None if trial is None or not trial.lower[1] < trial.loss else round_rate(trial.lower[0])

    @property
    def at_the_end(self) -> str:
        """When `after` is, for a sentence."""
        return "By now" if self.under_way else "In the end"

    def is_as(self, network: Network) -> bool:
        """Whether the run began with this network, drawn as it draws: starting it anew would change nothing."""
        if network != self.network or self.setup is None or self.start is None:
            return False
        drawn = network.initialize(self.setup.seeds[0], dtype=self.start.theta.dtype)
        return np.array_equal(drawn, self.start.theta)

    @cached_property
    def longer(self) -> Longer | None:
        """The run prolonged; None where it fled its start."""
        if self.bench is None or self.end is None or self.fled:
            return None
        return prolong(self.bench, self.end, self.steps, self.planned - self.steps)
