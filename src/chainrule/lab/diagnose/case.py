"""A case: all that the doctor knows of one run. Everything beyond the data is measured when it is first asked for."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.lab.diagnose.signs import Signs, examine
from chainrule.lab.diagnose.trial import Trial, try_rates
from chainrule.training.model import LINKS
from chainrule.training.run import Setup

LEARNT = 0.12
"""A run has learnt where it leaves at most this part of the targets' variance unexplained, beyond their noise."""

MOST_SAMPLES = 500
"""So many samples are examined, evenly spaced among all."""


@dataclass(frozen=True, eq=False)
class Point:
    """Parameters (P,) and running statistics (S,), at one point of a run."""

    theta: Array
    state: Array


@dataclass(frozen=True, eq=False)
class Case:
    """One run, or one network's parameters.

    x (n, *shape), y in the form of `Loss.rows`: a sample of the data.
    start, end: None where it isn't known, or isn't finite.
    losses, validation: of the epochs recorded, as far as they are finite; empty where there are none.
    setup: of a single run.  diverged: at which epoch, if it did.
    stopped_early: whether the end is that of the lowest validation loss.
    """

    network: Network
    loss: Loss
    x: Array
    y: Array
    start: Point | None
    end: Point | None
    epochs: Array
    losses: Array
    validation: Array
    setup: Setup | None
    diverged: int | None = None
    stopped_early: bool = False

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

    def value(self, point: Point) -> float:
        """The loss there, without the penalty."""
        value, _ = self.network.loss_and_gradient(point.theta, self.x, self.y, self.loss)
        return float(value)

    def answers(self, point: Point) -> Array:
        """(n, O): the network's, through the loss's link."""
        with np.errstate(over="ignore", invalid="ignore"):
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
    def from_start(self) -> Trial | None:
        """Other learning rates, from where the run began."""
        return self._tried(self.start)

    @cached_property
    def from_end(self) -> Trial | None:
        """Other learning rates, from where the run ended."""
        return self._tried(self.end)

    def _tried(self, point: Point | None) -> Trial | None:
        if point is None or self.setup is None:
            return None
        return try_rates(
            self.network, self.loss, self.x, self.y, point.theta, point.state, self.setup, self.value(point)
        )
