"""What a page shows of a moment: heat-maps over the plane, edges, the numbers of layers and samples."""

from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import arithmetic
from chainrule.core.objective import Objective
from chainrule.interfaces.play.messages import View
from chainrule.interfaces.play.stage import Samples, Stage
from chainrule.lab.diagnose.measurements import STEEPEST
from chainrule.lab.diagnose.thresholds import FLAT
from chainrule.training.links import LINKS
from chainrule.training.metrics.classes import confusion_matrix
from chainrule.training.watching import WatchedAnswers, WatchedLayer, WatchedStep, losses_of_samples

UNIT_MAP, ANSWER_MAP = 24, 72
"""The pixels of a side of a unit's map, and of the map of the answers."""

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
    """A stage's samples and its plane, watched."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        rows = stage.loss.rows(stage.learnt.y, stage.network.output_shape[0])
        objective = Objective(stage.network, stage.loss)
        self._step = WatchedStep(objective, stage.learnt.x, rows)
        self._answers = {True: self._answered(stage.learnt), False: self._answered(stage.test)}
        self._plane: tuple[tuple[float, ...], WatchedAnswers, WatchedAnswers, Array] | None = None
        self._seen: tuple[Array, Array] | None = None

    def _answered(self, samples: Samples) -> WatchedAnswers | None:
        return WatchedAnswers(self.stage.network, samples.x) if len(samples) else None

    @property
    def layers(self) -> tuple[WatchedLayer, ...]:
        """The layers with weights, as the learnt samples go through them."""
        return self._step.layers

    def described(self) -> dict[str, Any]:
        """What is drawn beside pictures: the layers and their places in theta, the inputs, the points with targets."""
        stage = self.stage
        layers = [
            {
                "units": len(each.z),
                "inputs": each.place.input_shape[0],
                "row": each.weights.shape[1],
                "start": each.place.start,
            }
            for each in self.layers
        ]
        points = {"learnt": stage.learnt.as_rows(), "test": stage.test.as_rows()}
        return {"classes": stage.n_classes, "layers": layers, "inputs": stage.plane.names, **points}

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
        head: dict[str, Any] = {}
        arrays: dict[str, Array] = {}
        self._look(theta, state)
        small, large, nearest = self._planes(view)
        small.look(theta, state)
        large.look(theta, state)
        arrays["units"], arrays["ranges"] = self._unit_maps(view, small.layers, nearest)
        arrays["idle"] = np.concatenate([_idle(each) for each in self._step.layers])
        arrays["answer"], head["answer_range"] = self._answer_map(large.outputs)
        if self.stage.n_classes:
            arrays["leads"] = leads(self._shares(large.outputs)).T.reshape(-1, ANSWER_MAP, ANSWER_MAP)
        arrays |= {"weight": theta, "gradient": self._step.gradient, "change": change}
        if view.samples or self.stage.n_classes > 2:
            self._add_samples(view, head, arrays)
        return head, arrays

    def _planes(self, view: View) -> tuple[WatchedAnswers, WatchedAnswers, Array]:
        """The plane in two resolutions, and for each pixel of a unit's map the nearest learnt sample."""
        window = (view.left, view.right, view.bottom, view.top)
        if self._plane is None or self._plane[0] != window:
            stage = self.stage
            coarse, fine = grid(window, UNIT_MAP), grid(window, ANSWER_MAP)
            apart = ((coarse[:, np.newaxis] - stage.learnt.points) ** 2).sum(axis=2)
            small, large = (WatchedAnswers(stage.network, stage.plane.inputs(each)) for each in (coarse, fine))
            self._plane = window, small, large, apart.argmin(axis=1)
        return self._plane[1:]

    def _unit_maps(self, view: View, layers: tuple[WatchedLayer, ...], nearest: Array) -> tuple[Array, Array]:
        """A map (units, side, side) for each unit, 1 to 255, 0 as 128; and its least and greatest number (units, 2)."""
        if view.units == "delta":
            numbers = np.concatenate([each.delta[:, nearest] for each in self._step.layers])
        else:
            numbers = np.concatenate([getattr(each, view.units) for each in layers])
        largest = np.nan_to_num(np.abs(numbers).max(axis=1), posinf=1.0)
        ranges = np.stack([numbers.min(axis=1), numbers.max(axis=1)], axis=1)
        return as_bytes(numbers, largest[:, np.newaxis]).reshape(-1, UNIT_MAP, UNIT_MAP), ranges

    def _answer_map(self, outputs: Array) -> tuple[Array, list[float]]:
        """What is answered over the plane: (1 or classes, side, side), 0 to 255, and the two numbers that these are."""
        if self.stage.n_classes:
            shares = self._shares(outputs)
            pixels = (np.clip(np.nan_to_num(shares), 0, 1) * 255).astype(np.uint8)
            return pixels.T.reshape(-1, ANSWER_MAP, ANSWER_MAP), [0.0, 1.0]
        shown = self.stage.learnt.shown
        low, high = float(shown.min()), float(shown.max())
        scaled = (np.nan_to_num(outputs[:, 0]) - low) / (high - low or 1.0)
        return (np.clip(scaled, 0, 1) * 255).astype(np.uint8).reshape(1, ANSWER_MAP, ANSWER_MAP), [low, high]

    def _shares(self, outputs: Array) -> Array:
        """The outputs (n, O) as probabilities."""
        with arithmetic():
            return LINKS[self.stage.loss.link](outputs)

    def _add_samples(self, view: View, head: dict[str, Any], arrays: dict[str, Array]) -> None:
        """The answers to the learnt samples, the loss of each, and the table of confusions."""
        stage, answers = self.stage, self._answers[True]
        if answers is None:
            return
        if stage.n_classes:
            table = confusion_matrix(stage.learnt.shown, chosen(stage, answers.outputs), range(stage.n_classes))
            head["confusion"] = table.tolist()
        if view.samples:
            arrays["answers"] = self._shares(answers.outputs)
            arrays["losses"] = losses_of_samples(stage.loss, answers.outputs, stage.targets(stage.learnt))


def grid(window: tuple[float, ...], side: int) -> Array:
    """The middles of side x side pixels of a window (left, right, bottom, top), row by row from the top: (side², 2)."""
    left, right, bottom, top = window
    steps = (np.arange(side) + 0.5) / side
    x1, x2 = np.meshgrid(left + (right - left) * steps, top + (bottom - top) * steps)
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


def as_bytes(numbers: Array, largest: Array) -> Array:
    """Numbers from -largest to largest as 1 to 255; 0 is 128."""
    scaled = np.divide(numbers, largest, out=np.zeros_like(numbers), where=largest > 0)
    pixels: Array = (128 + 127 * np.clip(np.nan_to_num(scaled), -1, 1)).astype(np.uint8)
    return pixels


def leads(shares: Array) -> Array:
    """By how much a class leads the best of the others: (n, 1) for two classes, (n, O) for more; 0 at the boundary.

    >>> leads(np.array([[0.75], [0.5]])).tolist(), leads(np.array([[0.5, 0.25, 0.25]])).tolist()
    ([[0.5], [0.0]], [[0.25, -0.25, -0.25]])
    """
    n_classes = shares.shape[1]
    if n_classes == 1:
        led: Array = 2.0 * shares - 1.0
        return led
    others = [np.delete(shares, k, axis=1).max(axis=1) for k in range(n_classes if n_classes > 2 else 1)]
    return np.stack([shares[:, k] - each for k, each in enumerate(others)], axis=1)


def chosen(stage: Stage, outputs: Array) -> Array:
    """The classes that outputs (n, O) stand for."""
    classes: Array = outputs.argmax(axis=1)
    if outputs.shape[1] == 1:
        classes = (outputs[:, 0] >= (0.5 if stage.loss.link == "identity" else 0.0)).astype(np.intp)
    return classes


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
    """For each unit (O,): SATURATED if its slope is nearly 0 for every sample, DEAD if it is 0, else 0."""
    if layer.activation is None:
        return np.zeros(len(layer.z), np.uint8)
    steepest = layer.slopes().max(axis=1)
    flat = steepest < FLAT * STEEPEST.get(type(layer.activation), 1.0)
    return np.where(steepest == 0, DEAD, np.where(flat, SATURATED, 0)).astype(np.uint8)
