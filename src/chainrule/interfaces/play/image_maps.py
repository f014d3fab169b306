"""What a page shows of an image: its feature maps, the answer to it and where that comes from, one kernel at work."""

import base64
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.layers.convolution import Conv2D
from chainrule.core.layers.normalize import BatchNorm
from chainrule.interfaces.play.answers import shares
from chainrule.interfaces.play.messages import Pixel, View
from chainrule.interfaces.play.pixels import as_bytes, enlarged
from chainrule.interfaces.play.stage import Stage
from chainrule.training.watching import WatchedAnswers, WatchedLayer, WatchedOutput, WatchedStep

UNIT_MAP = 24
"""The pixels of a side of a feature map as it is sent, whatever its own."""

INK = 240
"""The byte of a pixel that is full of ink: sixteenths, as those of the digits, are whole numbers of it."""


class ImageMaps:
    """The image that one looks at, watched. learnt: the samples that are learnt, as they were looked at last."""

    def __init__(self, stage: Stage, learnt: WatchedStep) -> None:
        self._stage, self._learnt = stage, learnt
        self._x = np.concatenate([stage.learnt.x, stage.test.x])
        self._truths = np.concatenate([stage.learnt.shown, stage.test.shown])
        self._answers_alike = not any(isinstance(each, BatchNorm) for each in stage.network.layers)
        self._watched: tuple[Array, WatchedAnswers, WatchedOutput | None] | None = None

    def described(self) -> dict[str, Any]:
        """The layers as they are drawn, one line for all weights between two maps; all images as bytes, in base64."""
        layers: list[dict[str, Any]] = []
        start = 0
        for each, sources in zip(self._learnt.layers, self._sources(), strict=True):
            units, row = len(each.z), sources + _biases(each)
            layers.append(
                {
                    "units": units,
                    "inputs": sources,
                    "row": row,
                    "start": start,
                    "map": each.z.shape[1:-1],
                    "kernel": _kernel_sides(each, sources),
                }
            )
            start += units * row
        bytes_of_images = base64.b64encode(_ink(self._x).tobytes()).decode()
        return {"layers": layers, "inputs": [""], "images": bytes_of_images, "side": self._x.shape[-1], "ink": INK}

    def _sources(self) -> list[int]:
        """From how many maps or units each layer takes what comes in: the image is one."""
        return [1, *(len(each.z) for each in self._learnt.layers[:-1])]

    def taken(self, view: View, theta: Array, state: Array) -> tuple[dict[str, Any], dict[str, Array]]:
        """What is shown at a moment: numbers, and arrays."""
        image, sample = self._image(view)
        answers, output = self._watch(image)
        answers.look(theta, state)
        found = shares(self._stage, answers.outputs)[0]
        winner = int(answers.outputs[0].argmax())
        n_learnt = len(self._stage.learnt)
        arrays = {"image": _ink(image[0, 0])}
        arrays["units"], arrays["ranges"] = self._unit_maps(view.units, answers, sample)
        arrays["kernels"] = np.concatenate([_kernels(each) for each in answers.layers])
        head: dict[str, Any] = {
            "sample": sample,
            "row": None if sample is None else sample - (0 if sample < n_learnt else n_learnt),
            "is_learnt": sample is not None and sample < n_learnt,
            "truth": None if sample is None else int(self._truths[sample]),
            "answers": [_finite(each) for each in found],
            "winner": winner,
            "ink": INK,
        }
        if output is not None:
            output.look(theta)
            slopes = output.slopes(winner)[0]
            both = np.stack([slopes, slopes * image[0, 0]]).reshape(2, -1)
            largest = np.nan_to_num(np.abs(both).max(axis=1, keepdims=True))
            arrays["relevance"] = as_bytes(both, largest).reshape(2, *slopes.shape)
            head["largest"] = [_finite(each) for each in largest[:, 0]]
        return {"image": head, "patch": None if view.pixel is None else _patch(answers.layers, view.pixel)}, arrays

    def _image(self, view: View) -> tuple[Array, int | None]:
        """The image (1, 1, H, W) that one looks at, and which sample it is; None: it is drawn."""
        if view.drawing is not None:
            return np.array(view.drawing).reshape(1, *self._x.shape[1:]), None
        sample = min(view.image, len(self._x) - 1)
        return self._x[sample : sample + 1], sample

    def _watch(self, image: Array) -> tuple[WatchedAnswers, WatchedOutput | None]:
        """The network with this image."""
        if self._watched is None or not np.array_equal(self._watched[0], image):
            network = self._stage.network
            output = WatchedOutput(network, image) if self._answers_alike else None
            self._watched = image, WatchedAnswers(network, image), output
        return self._watched[1:]

    def _unit_maps(self, units: str, answers: WatchedAnswers, sample: int | None) -> tuple[Array, Array]:
        """A map (units, side, side) for each unit, 1 to 255, 0 as 128; and its least and greatest number (units, 2).

        A layer's maps are on one scale. There is a delta of samples that are learnt; of other images it is shown as 0.
        """
        maps, ranges = [], []
        is_learnt = sample is not None and sample < len(self._stage.learnt)
        for now, learnt in zip(answers.layers, self._learnt.layers, strict=True):
            if units == "delta":
                numbers = learnt.delta[..., sample] if is_learnt else np.zeros(learnt.delta.shape[:-1])
            else:
                numbers = getattr(now, units)[..., 0]
            flat = numbers.reshape(len(numbers), -1)
            ranges.append(np.stack([flat.min(axis=1), flat.max(axis=1)], axis=1))
            pixels = as_bytes(numbers, np.nan_to_num(np.abs(numbers).max(), posinf=1.0))
            maps.append(enlarged(pixels.reshape(len(numbers), *_sides(numbers)), UNIT_MAP))
        return np.concatenate(maps), np.concatenate(ranges)


def _patch(layers: tuple[WatchedLayer, ...], at: Pixel) -> dict[str, Any] | None:
    """One number of a feature map worked out: the patch, the kernel and their products (C, k, k); bias, z and a.

    None where the network, by now another one, has no such number.
    """
    if at.layer >= len(layers) or not isinstance(kind := layers[at.layer].place.layer, Conv2D):
        return None
    layer = layers[at.layer]
    place = at.unit, at.row, at.column
    if any(index >= size for index, size in zip(place, layer.z.shape, strict=False)):
        return None
    side = int(np.max(kind.kernel))
    patch = layer.input[:, at.row : at.row + side, at.column : at.column + side, 0]
    n_weights = patch.size
    kernel = layer.weights[at.unit, :n_weights].reshape(patch.shape)
    return {
        "at": at.model_dump(),
        "side": side,
        "field": _field(layers[: at.layer + 1], at),
        "patch": patch.tolist(),
        "kernel": kernel.tolist(),
        "products": (patch * kernel).tolist(),
        "sum": _finite((patch * kernel).sum()),
        "bias": _finite(layer.weights[at.unit, n_weights]) if _biases(layer) else None,
        "z": _finite(layer.z[*place, 0]),
        "a": _finite(layer.a[*place, 0]),
        "activation": "" if layer.activation is None else type(layer.activation).__name__,
    }


def _field(layers: tuple[WatchedLayer, ...], at: Pixel) -> dict[str, int]:
    """What of the image a number of the last of these layers depends on: the first row and column, and the side."""
    row, column, side = at.row, at.column, 1
    for k in range(len(layers) - 1, -1, -1):
        side += layers[k].input.shape[1] - layers[k].z.shape[1]
        if k:
            pool = layers[k - 1].z.shape[1] // layers[k].input.shape[1]
            row, column, side = pool * row, pool * column, pool * side
    return {"row": row, "column": column, "side": side}


def _biases(layer: WatchedLayer) -> int:
    """How many biases each unit has."""
    return int(getattr(layer.place.layer, "bias", False))


def _kernel_sides(layer: WatchedLayer, sources: int) -> tuple[int, int]:
    """The height and the width of a unit's weights from one map."""
    n_weights = (layer.weights.shape[1] - _biases(layer)) // sources
    side = round(n_weights**0.5)
    return (side, side) if side * side == n_weights else (1, n_weights)


def _kernels(layer: WatchedLayer) -> Array:
    """A layer's weights, unit by unit, as bytes on one scale, without the biases."""
    weights = layer.weights[:, : layer.weights.shape[1] - _biases(layer)]
    return as_bytes(weights, np.nan_to_num(np.abs(weights).max(), posinf=1.0)).ravel()


def _sides(numbers: Array) -> tuple[int, ...]:
    """The sides of a unit's map: one number is a map of one pixel."""
    return numbers.shape[1:] or (1, 1)


def _ink(images: Array) -> Array:
    return np.round(INK * images).astype(np.uint8)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
