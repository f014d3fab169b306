"""The lines between two columns: one for a weight, for all weights between two channels, or where there is none."""

from itertools import product
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.lab.explain.drawing.columns import ACROSS, RADIUS, TOP, Column, Mark
from chainrule.lab.explain.drawing.elements import Row, element, style


def edges(
    block: Block, left: Column, right: Column, theta: Array, mark: Mark
) -> tuple[list[Row], list[tuple[float, float, float]]]:
    """The lines, a marked one last; and for each number that is written on one: its place, and the number."""
    if right.x - left.x > ACROSS:
        return [_around(left, right)], []
    weights = strengths(block, left, theta)
    if weights is None:
        return _plain(left, right), []
    has_signs = not _is_of_many(block, left)
    largest = float(np.abs(weights).max()) or 1.0
    lines: list[tuple[bool, float, Row]] = []
    labels: list[tuple[float, float, float]] = []
    for (to, k), (from_, i) in product(right.drawn(), left.drawn()):
        strength = float(weights[k, i])
        share = abs(strength) / largest
        color = "muted" if not has_signs else "class 0" if strength < 0 else "class 1"
        path = {"x1": left.x + RADIUS, "y1": left.y(from_), "x2": right.x - RADIUS, "y2": right.y(to)}
        is_marked = (mark.layer, mark.to, mark.from_) == (block.number, k, i)
        line = [_line(path, color, 0.5 + 4.5 * share)]
        line[0].set("stroke-opacity", f"{1 if is_marked else 0.35 + 0.45 * share:.2f}")
        if strength < 0:
            line[0].set("stroke-dasharray", "6 3")
        if is_marked:
            line = [_line(path, "ink", 4.5 + 4.5 * share), _line(path, "paper", 2.5 + 4.5 * share), *line]
            number = float(block.head.named(theta)["weights"][mark.index])
            labels.append(((path["x1"] + path["x2"]) / 2, (path["y1"] + path["y2"]) / 2 - 9, number))
        lines.append((is_marked, share, line))
    return [line for _, _, line in sorted(lines, key=lambda each: each[:2])], labels


def strengths(block: Block, left: Column, theta: Array) -> Array | None:
    """A layer's weights (O, I), or the root mean square of all between two channels; None of a layer without any."""
    if not isinstance(block.head.layer, Dense | Convolution):
        return None
    weights = block.head.named(theta)["weights"]
    if not _is_of_many(block, left):
        return weights
    between = weights.reshape(len(weights), left.shape[0], -1)  # a Dense behind Flatten, too
    root: Array = np.sqrt(np.square(between).mean(axis=-1))
    return root


def _is_of_many(block: Block, left: Column) -> bool:
    """Whether each line stands for many weights."""
    return left.has_maps or not isinstance(block.head.layer, Dense)


def _line(path: dict[str, Any], color: str, width: float) -> Element:
    return element("line", **path, style=style(stroke=color), stroke_width=f"{width:.2f}")


def _path(d: str, width: float) -> Row:
    """A grey path, for what isn't weights."""
    return [element("path", d=d, style=style(stroke="muted"), stroke_width=width, stroke_opacity=0.6, fill="none")]


def _plain(left: Column, right: Column) -> list[Row]:
    """Lines of a layer without weights: from each unit to its own, or to all where they aren't as many."""
    is_own = len(left.values) == len(right.values)
    return [
        _path(f"M{left.x + RADIUS:g} {left.y(from_):g}L{right.x - RADIUS:g} {right.y(to):g}", 1.5)
        for (from_, i), (to, k) in product(left.drawn(), right.drawn())
        if i == k or not is_own
    ]


def _around(left: Column, right: Column) -> Row:
    """One line over the layers between, from the first unit to the first unit."""
    top = TOP - 22
    return _path(f"M{left.x:g} {left.y(0) - RADIUS:g}V{top:g}H{right.x:g}V{right.y(0) - RADIUS:g}", 2)
