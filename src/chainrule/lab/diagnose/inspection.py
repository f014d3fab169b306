"""The inspected run: everything that can be said of it without training. Measured when first needed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from chainrule.core.arrays import Array, one_hot
from chainrule.core.layers.shape import Flatten
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.measurements import MeasuredLayer, Point, measure_layers, rms
from chainrule.lab.figures.numbers import short
from chainrule.training.links import LINKS
from chainrule.training.run import Setup
from chainrule.training.stopping import Ending

_SMALLEST = 1e-12
_LOGITS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda mean: mean,
    "sigmoid": lambda mean: np.log(np.maximum(mean, _SMALLEST) / np.maximum(1 - mean, _SMALLEST)),
    "softmax": lambda mean: np.log(np.maximum(mean, _SMALLEST)),
}
"""The outputs that a loss's link turns into given answers."""

Seen = dict[str, Any]
"""The result of a check: numbers, which are evidence; words for the sentence; the `layer`; and `changes`, settings of
`train` that the check has tried."""


class Moment(NamedTuple):
    """The layers at the start or at the end of a run, and when that is, in the words of a sentence."""

    when: str
    layers: tuple[MeasuredLayer, ...]


@dataclass(frozen=True, eq=False)
class Inspection:
    """One run, or one network's parameters.

    x (n, *shape), y in the form of `Loss.rows`: the samples inspected, of the `n_samples` of the data.
    start, end: None where unknown, or not finite.
    epochs, losses, validation: recorded, as far as the losses are finite; empty where there are none.
    setup: what a run began with; None without a run.
    ending: its reason is "under way" while the run goes on, "" without a run.
    features, classes: the names of the columns of x, and of the class numbers, where they are known.
    draw: that many samples of all the data, drawn at random, and their targets; fewer where there are no more.
    held_out: samples that weren't learnt, and their targets, as x and y; None where there are none.
    loss_factor: all losses are this many times the network's own, as a log shows them.
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
    ending: Ending
    features: tuple[str, ...]
    classes: tuple[str, ...]
    draw: Callable[[int], tuple[Array, Array]]
    loss_factor: float = 1.0
    held_out: tuple[Array, Array] | None = None

    # How the run went

    @property
    def diverged(self) -> bool:
        """Whether the loss became NaN or infinite."""
        return self.ending.reason == "diverged"

    @property
    def under_way(self) -> bool:
        """Whether the run goes on, or would if it hadn't been interrupted."""
        return self.ending.reason not in ("", "finished", "stopped early", "diverged")

    @property
    def stopped_early(self) -> bool:
        """Whether the end is the best that early stopping found."""
        return self.ending.best_epoch is not None

    @property
    def batch_size(self) -> int:
        """Samples per step; all of them without a run."""
        return (self.setup and self.setup.batch_size) or self.n_samples

    @property
    def seed(self) -> int:
        """The run's seed; 0 without a run."""
        return 0 if self.setup is None else self.setup.seeds[0]

    @property
    def planned_steps(self) -> int:
        """The number of steps that the run was to take."""
        return 0 if self.setup is None else self.steps_in(self.setup.epochs)

    def steps_in(self, epochs: int) -> int:
        """The number of steps in some epochs."""
        return epochs * -(-self.n_samples // self.batch_size)

    @property
    def falls(self) -> bool:
        """Whether the last loss is below the first, and lower than the one in the middle of the records."""
        losses = self.losses
        return len(losses) > 1 and losses[-1] < min(losses[0], thresholds.LOWER * losses[(len(losses) - 1) // 2])

    @cached_property
    def moved(self) -> float:
        """The parameters' distance from the start, relative to their size there; 1 where one of both is unknown."""
        if self.start is None or self.end is None or rms(self.start.theta) == 0:
            return 1.0
        return rms(self.end.theta - self.start.theta) / rms(self.start.theta)

    def began_as(self, network: Network) -> bool:
        """Whether the run began with this network as its seed draws it: a restart would change nothing."""
        if network != self.network or self.start is None:
            return False
        drawn = network.initialize(self.seed, dtype=self.start.theta.dtype)
        return np.array_equal(drawn, self.start.theta)

    # What it has learnt

    @cached_property
    def targets(self) -> Array:
        """(n, O): class numbers as columns of zeros and a one."""
        return self.columns(self.y)

    def columns(self, y: Array) -> Array:
        """Targets (n, O), of y in the form of `Loss.rows`."""
        return one_hot(y, self.network.output_shape[0]) if y.ndim == 1 else y.astype(np.float64)

    @cached_property
    def variance(self) -> float:
        """The targets' variance, summed over outputs."""
        return float(self.targets.var(axis=0).sum())

    def answers(self, point: Point) -> Array:
        """(n, O): the network's outputs, through the loss's link."""
        return LINKS[self.loss.link](self.network.predict(point.theta, self.x, point.state).astype(np.float64))

    @cached_property
    def unexplained(self) -> float:
        """The fraction of the targets' variance that the end leaves, 1 - R²; infinite where there is no end."""
        return self._unexplained_at(self.end)

    def _unexplained_at(self, point: Point | None) -> float:
        if point is None:
            return np.inf
        error = float(np.square(self.answers(point) - self.targets).sum(axis=1).mean())
        fraction = error / self.variance if self.variance > 0 else 0.0
        return fraction if np.isfinite(fraction) else np.inf

    @cached_property
    def fails_held_out(self) -> bool:
        """Whether the validation loss was never below that of the untrained network, or of the mean."""
        if len(self.validation) < 2:
            return False
        held_out = self.y if self.setup is None or self.setup.validation is None else self.setup.validation.y
        mean = self.loss_of_mean(self.y, held_out)
        return self.validation.argmin() == 0 or bool(self.validation.min() > (1 - thresholds.NEGLIGIBLE) * mean)

    @cached_property
    def held_out_loss(self) -> float | None:
        """The loss, at the end, of samples that weren't learnt: of the validation, else of a test; None without."""
        if len(self.validation) >= 4:
            return float(self.validation[-1])
        if self.held_out is None or self.end is None:
            return None
        x, y = self.held_out
        return self.loss_of(self.network.predict(self.end.theta, x, self.end.state).astype(np.float64), y)

    @cached_property
    def mean_loss(self) -> float:
        """The loss of always answering the targets' mean; for classes, their frequencies."""
        return self.loss_of_mean(self.y, self.y)

    def loss_of_mean(self, learnt: Array, y: Array) -> float:
        """The loss on y of always answering the mean of the targets learnt, both in the form of `Loss.rows`."""
        return self.loss_of(np.tile(self.logits(self.columns(learnt).mean(axis=0)), (len(y), 1)), y)

    def logits(self, answers: Array) -> Array:
        """The outputs that the loss's link turns into these answers."""
        return _LOGITS[self.loss.link](answers)

    def loss_of(self, outputs: Array, y: Array) -> float:
        """The loss of a network's outputs (n, O) for y in the form of `Loss.rows`."""
        passing_on = Network(outputs.shape[1:], [Flatten()])
        value, _ = passing_on.loss_and_gradient(np.zeros(0), outputs, y, self.loss)
        return self.loss_factor * float(value)

    def predicted_loss(self, point: Point) -> float:
        """The loss of what is predicted at a point, by the running statistics: `loss_at` takes the samples' own."""
        return self.loss_of(self.network.predict(point.theta, self.x, point.state).astype(np.float64), self.y)

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
    def noise(self) -> float:
        """The fraction of the targets' variance that x can't tell: half of the difference of nearest neighbours.

        Source: the delta test; Pi and Peterson, "Finding the embedding dimension and variable dependencies in time
        series" (1994).
        """
        differs = np.square(self.targets - self.targets[self.nearest]).sum(axis=1).mean()
        return float(0.5 * differs / self.variance) if self.variance > 0 else 0.0

    @cached_property
    def seems_learnt(self) -> bool:
        """Whether what the run leaves is little, or about as much as nearest neighbours differ by."""
        return self.unexplained <= max(thresholds.LEARNT, thresholds.NOISE * self.noise + thresholds.BESIDES_NOISE)

    # Its layers

    @cached_property
    def at_start(self) -> Moment:
        """The layers at the start; at the end where the start isn't known."""
        if self.start is None:
            return Moment("With these parameters", self.at_end.layers)
        return Moment("At the start", self._measured(self.start))

    @cached_property
    def at_untrained_start(self) -> Moment:
        """The layers at the start; none where it answers better than the targets' mean, as trained parameters do.

        What is saturated or off there, learning has led to: other weights at the start are no advice against it.
        """
        has_learnt = self._unexplained_at(self.start) < thresholds.LOWER
        return Moment(self.at_start.when, () if has_learnt else self.at_start.layers)

    @cached_property
    def at_end(self) -> Moment:
        """The layers at the end; none where there is no end."""
        when = "By now" if self.under_way else "In the end"
        return Moment(when, () if self.end is None else self._measured(self.end))

    def _measured(self, point: Point) -> tuple[MeasuredLayer, ...]:
        return measure_layers(self.network, self.loss, point.theta, self.x, self.y)

    # In the words of a sentence

    @property
    def every_sample(self) -> str:
        """All samples inspected."""
        return "every sample" if len(self.x) == self.n_samples else "every sample inspected"

    def feature_name(self, k: int) -> str:
        """The name of a column of x, as rows (n, features); of images and series the place of the number."""
        if self.features:
            return self.features[k]
        shape = self.network.input_shape
        if len(shape) == 1:
            return f"feature {k + 1}"
        channel, *place = (int(each) + 1 for each in np.unravel_index(k, shape))
        said = f"the pixel at row {place[0]}, column {place[1]}" if len(place) == 2 else f"place {place[0]}"
        return said + f" of channel {channel}" * (shape[0] > 1)

    def class_name(self, number: int) -> str:
        """The name of a class; its number where it has none."""
        return self.classes[number] if self.classes else str(number)

    @property
    def what_is_left(self) -> str:
        """The variance that the end leaves unexplained."""
        left = self.unexplained
        if not np.isfinite(left):
            return "nothing of them is explained"
        if left <= 1 + thresholds.NEGLIGIBLE:
            return f"{left:.0%} of the targets' variance is left"
        worse = f"{short(left)} times" if left > 1 / thresholds.MUCH_LOWER else f"{left:.0%} of"
        return f"the answers are worse than the targets' mean, with a squared error of {worse} the variance"
