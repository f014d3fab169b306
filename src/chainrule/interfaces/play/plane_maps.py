"""What a page shows over a plane: a heat-map of each unit, and one of the answers."""

from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.interfaces.play.answers import shares
from chainrule.interfaces.play.messages import View
from chainrule.interfaces.play.pixels import as_bytes
from chainrule.interfaces.play.planes import Plane
from chainrule.interfaces.play.stage import Stage
from chainrule.training.watching import WatchedAnswers, WatchedStep

UNIT_MAP, ANSWER_MAP = 24, 72
"""The pixels of a side of a unit's map, and of the map of the answers."""


class PlaneMaps:
    """A plane under a stage's samples, watched. learnt: these, as they were looked at last."""

    def __init__(self, stage: Stage, plane: Plane, learnt: WatchedStep) -> None:
        self._stage, self._plane, self._learnt = stage, plane, learnt
        self._window: tuple[float, ...] | None = None

    def described(self) -> dict[str, Any]:
        """The layers as they are drawn, each weight a line; and the names of the inputs."""
        layers = [
            {
                "units": len(each.z),
                "inputs": each.place.input_shape[0],
                "row": each.weights.shape[1],
                "start": each.place.start,
            }
            for each in self._learnt.layers
        ]
        return {"layers": layers, "inputs": self._plane.names}

    def taken(self, view: View, theta: Array, state: Array) -> tuple[dict[str, Any], dict[str, Array]]:
        """The maps at a moment: numbers, and arrays."""
        head: dict[str, Any] = {}
        arrays: dict[str, Array] = {}
        self._watch((view.left, view.right, view.bottom, view.top))
        self._small.look(theta, state)
        self._large.look(theta, state)
        outputs = self._large.outputs
        arrays["units"], arrays["ranges"] = self._unit_maps(view.units)
        arrays["answer"], head["answer_range"] = self._answer_map(outputs)
        if self._stage.n_classes:
            arrays["leads"] = leads(shares(self._stage, outputs)).T.reshape(-1, ANSWER_MAP, ANSWER_MAP)
        return head, arrays

    def _watch(self, window: tuple[float, ...]) -> None:
        """Watch a window of the plane in two resolutions; for each pixel of a unit's map find the nearest sample."""
        if self._window == window:
            return
        coarse, fine = grid(window, UNIT_MAP), grid(window, ANSWER_MAP)
        apart = ((coarse[:, np.newaxis] - self._stage.learnt.points) ** 2).sum(axis=2)
        self._small, self._large = (
            WatchedAnswers(self._stage.network, self._plane.inputs(each)) for each in (coarse, fine)
        )
        self._window, self._nearest = window, apart.argmin(axis=1)

    def _unit_maps(self, units: str) -> tuple[Array, Array]:
        """A map (units, side, side) for each unit, 1 to 255, 0 as 128; and its least and greatest number (units, 2)."""
        if units == "delta":
            numbers = np.concatenate([each.delta[:, self._nearest] for each in self._learnt.layers])
        else:
            numbers = np.concatenate([getattr(each, units) for each in self._small.layers])
        largest = np.nan_to_num(np.abs(numbers).max(axis=1), posinf=1.0)
        ranges = np.stack([numbers.min(axis=1), numbers.max(axis=1)], axis=1)
        return as_bytes(numbers, largest[:, np.newaxis]).reshape(-1, UNIT_MAP, UNIT_MAP), ranges

    def _answer_map(self, outputs: Array) -> tuple[Array, list[float]]:
        """What is answered over the plane: (1 or classes, side, side), 0 to 255, and the two numbers that these are."""
        if self._stage.n_classes:
            pixels = (np.clip(np.nan_to_num(shares(self._stage, outputs)), 0, 1) * 255).astype(np.uint8)
            return pixels.T.reshape(-1, ANSWER_MAP, ANSWER_MAP), [0.0, 1.0]
        shown = self._stage.learnt.shown
        low, high = float(shown.min()), float(shown.max())
        scaled = (np.nan_to_num(outputs[:, 0]) - low) / (high - low or 1.0)
        return (np.clip(scaled, 0, 1) * 255).astype(np.uint8).reshape(1, ANSWER_MAP, ANSWER_MAP), [low, high]


def grid(window: tuple[float, ...], side: int) -> Array:
    """The middles of side x side pixels of a window (left, right, bottom, top), row by row from the top: (side², 2)."""
    left, right, bottom, top = window
    steps = (np.arange(side) + 0.5) / side
    x1, x2 = np.meshgrid(left + (right - left) * steps, top + (bottom - top) * steps)
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


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
