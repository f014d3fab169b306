"""What a page shows of a moment: maps of the plane or of an image, lines, the numbers of layers and samples."""

from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.objective import Objective
from chainrule.interfaces.play.answers import chosen, shares
from chainrule.interfaces.play.drawn_lines import drawn_lines
from chainrule.interfaces.play.image_maps import ImageMaps
from chainrule.interfaces.play.messages import View
from chainrule.interfaces.play.plane_maps import PlaneMaps
from chainrule.interfaces.play.planes import Images
from chainrule.interfaces.play.stage import Samples, Stage
from chainrule.lab.diagnose.measurements import STEEPEST
from chainrule.lab.diagnose.thresholds import FLAT
from chainrule.training.metrics.classes import confusion_matrix
from chainrule.training.watching import WatchedAnswers, WatchedLayer, WatchedStep, losses_of_samples

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The parts of a layer's numbers that are drawn over time."""

MOST_SORTED = 4001
"""The most numbers of a layer whose quantiles are taken: a frame's time goes to this. An odd step visits all units."""

PER_LAYER = 2 * len(QUANTILES) + 2
"""The columns of a layer in the course: quantiles of its activations, of its gradients' sizes; flat and dead units."""

COLUMNS = 5
"""The columns in front: step, loss of the learnt and of the test, accuracy of both."""

SMALLEST = 1e-12
"""Sizes of gradients below this are drawn as this, on their logarithmic axis."""


SATURATED, DEAD = 1, 2
"""How a unit that learns little or nothing is marked."""


class Pictures:
    """A stage's samples and what they are seen on, watched."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        rows = stage.loss.rows(stage.learnt.y, stage.network.output_shape[0])
        objective = Objective(stage.network, stage.loss)
        self._step = WatchedStep(objective, stage.learnt.x, rows)
        self._answers = {True: self._answered(stage.learnt), False: self._answered(stage.test)}
        ground = stage.ground
        self._maps: PlaneMaps | ImageMaps = (
            ImageMaps(stage, self._step) if isinstance(ground, Images) else PlaneMaps(stage, ground, self._step)
        )
        self._seen: tuple[Array, Array] | None = None

    def _answered(self, samples: Samples) -> WatchedAnswers | None:
        return WatchedAnswers(self.stage.network, samples.x) if len(samples) else None

    @property
    def layers(self) -> tuple[WatchedLayer, ...]:
        """The layers with weights, as the learnt samples go through them."""
        return self._step.layers

    def described(self) -> dict[str, Any]:
        """What is drawn beside pictures: the layers and where their lines are, the inputs, the points with targets."""
        stage = self.stage
        points = {"learnt": stage.learnt.as_rows(), "test": stage.test.as_rows()}
        return {"classes": stage.n_classes, **points, **self._maps.described()}

    @property
    def columns(self) -> int:
        """The number of columns of the course."""
        return COLUMNS + PER_LAYER * len(self._step.layers)

    def _look(self, theta: Array, state: Array) -> None:
        """Compute the samples at a moment, unless that is what was computed last."""
        if self._seen is not None and all(map(np.array_equal, self._seen, (theta, state))):
            return
        self._step.look(theta)
        for answers in self._answers.values():
            if answers is not None:
                answers.look(theta, state)
        self._seen = theta.copy(), state.copy()

    def course_row(self, step: int, theta: Array, state: Array) -> Array:
        """What the course keeps of a moment."""
        (loss, accuracy), (test_loss, test_accuracy) = (self.judged(each, theta, state) for each in (True, False))
        row = [float(step), loss, test_loss, accuracy, test_accuracy]
        self._look(theta, state)
        for layer in self._step.layers:
            row += [*_quantiles(layer.a), *_sizes(layer), *_flat_and_dead(layer)]
        return np.array(row)

    def judged(self, of_learnt: bool, theta: Array, state: Array) -> tuple[float, float]:
        """The loss and the accuracy of the learnt or of the test samples; NaN without samples, or of quantities."""
        samples, answers = self.stage.learnt if of_learnt else self.stage.test, self._answers[of_learnt]
        if answers is None:
            return np.nan, np.nan
        self._look(theta, state)
        stage, outputs = self.stage, answers.outputs
        loss = float(losses_of_samples(stage.loss, outputs, stage.targets(samples)).mean())
        accuracy = float((chosen(stage, outputs) == samples.shown).mean()) if stage.n_classes else np.nan
        return loss, accuracy

    def taken(self, view: View, theta: Array, state: Array, change: Array) -> tuple[dict[str, Any], dict[str, Array]]:
        """The pictures of a moment: numbers, and arrays. change (P,): of theta in the last step."""
        self._look(theta, state)
        head, arrays = self._maps.taken(view, theta, state)
        arrays["idle"] = np.concatenate([_idle(each) for each in self._step.layers])
        lines = {"weight": theta, "gradient": self._step.gradient, "change": change}
        arrays |= {name: drawn_lines(self.stage, each) for name, each in lines.items()}
        if isinstance(self.stage.ground, Images):
            arrays["answered"] = self._answered_classes()
        if view.samples or self.stage.n_classes > 2:
            self._add_samples(view, head, arrays)
        return head, arrays

    def _answered_classes(self) -> Array:
        """The class that is answered to each sample, the learnt ones first: (n,)."""
        found = [chosen(self.stage, each.outputs) for each in self._answers.values() if each is not None]
        return np.concatenate(found).astype(np.uint8)

    def _add_samples(self, view: View, head: dict[str, Any], arrays: dict[str, Array]) -> None:
        """The answers to the learnt samples, the loss of each, and the table of confusions."""
        stage, answers = self.stage, self._answers[True]
        if answers is None:
            return
        if stage.n_classes:
            table = confusion_matrix(stage.learnt.shown, chosen(stage, answers.outputs), range(stage.n_classes))
            head["confusion"] = table.tolist()
        if view.samples:
            arrays["answers"] = shares(stage, answers.outputs)
            arrays["losses"] = losses_of_samples(stage.loss, answers.outputs, stage.targets(stage.learnt))


def _quantiles(numbers: Array) -> Array:
    """Quantiles of numbers; of very many, those of an even choice of them."""
    flat = numbers.reshape(-1)
    quantiles: Array = np.quantile(flat[:: -(-len(flat) // MOST_SORTED)], QUANTILES)
    return quantiles


def _sizes(layer: WatchedLayer) -> Array:
    """Quantiles of the sizes of the gradients of a layer's weights."""
    return _quantiles(np.maximum(np.abs(layer.gradient), SMALLEST))


def _flat_and_dead(layer: WatchedLayer) -> tuple[float, float]:
    """The part of a layer's units that are saturated or dead, and of those that are dead."""
    idle = _idle(layer)
    return float((idle > 0).mean()), float((idle == DEAD).mean())


def _idle(layer: WatchedLayer) -> Array:
    """For each unit (O,): SATURATED if its slope is nearly 0 wherever it answers, DEAD if it is 0, else 0."""
    if layer.activation is None:
        return np.zeros(len(layer.z), np.uint8)
    steepest = layer.slopes().reshape(len(layer.z), -1).max(axis=1)
    flat = steepest < FLAT * STEEPEST.get(type(layer.activation), 1.0)
    return np.where(steepest == 0, DEAD, np.where(flat, SATURATED, 0)).astype(np.uint8)
