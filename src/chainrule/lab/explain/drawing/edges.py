"""The lines between two columns: one for a weight, for all weights between two channels, or where there is none."""

from __future__ import annotations

from itertools import product

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.lab.explain.drawing.columns import ACROSS, RADIUS, TOP, Column, Place, ends_of, mean_square_root
from chainrule.lab.figures.svg import COLOR


def edges(
    block: Block, left: Column, right: Column, theta: Array, marked: Place | None
) -> tuple[list[str], list[tuple[float, float, float]]]:
    """The lines, a marked one last; and for each number that is written on one, where, and which number."""
    if right.x - left.x > ACROSS:
        return [_around(left, right)], []
    weights = strengths(block, left, theta)
    if weights is None:
        return _plain(left, right), []
    has_signs = not _is_of_many(block, left)
    largest = float(np.abs(weights).max()) or 1.0
    lines: list[tuple[bool, float, str]] = []
    labels: list[tuple[float, float, float]] = []
    ends = None if marked is None or marked[0] != block.number else ends_of(block, left.shape, marked)
    for (to, k), (from_, i) in product(right.drawn(), left.drawn()):
        strength = float(weights[k, i])
        share = abs(strength) / largest
        color = COLOR["muted"] if not has_signs else COLOR["class 0"] if strength < 0 else COLOR["class 1"]
        x1, y1, x2, y2 = left.x + RADIUS, left.y(from_), right.x - RADIUS, right.y(to)
        path = f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
        is_marked = ends == (k, i)
        line = f'<line {path} style="stroke: {color}" stroke-width="{0.5 + 4.5 * share:.2f}"'
        line += f' stroke-opacity="{1 if is_marked else 0.35 + 0.45 * share:.2f}"'
        line += ' stroke-dasharray="6 3"/>' if strength < 0 else "/>"
        if is_marked and marked is not None:
            halo = f'<line {path} style="stroke: {COLOR["ink"]}" stroke-width="{4.5 + 4.5 * share:.2f}"/>'
            paper = f'<line {path} style="stroke: {COLOR["paper"]}" stroke-width="{2.5 + 4.5 * share:.2f}"/>'
            line = halo + paper + line
            number = float(block.head.named(theta)["weights"][marked[2]])
            labels.append(((x1 + x2) / 2, (y1 + y2) / 2 - 9, number))
        lines.append((is_marked, share, line))
    return [line for _, _, line in sorted(lines, key=lambda each: each[:2])], labels


def strengths(block: Block, left: Column, theta: Array) -> Array | None:
    """A layer's weights (O, I), or the root mean square of all between two channels; None of a layer without any."""
    if not isinstance(block.head.layer, Dense | Convolution):
        return None
    weights = block.head.named(theta)["weights"]
    if not _is_of_many(block, left):
        return weights
    if isinstance(block.head.layer, Dense):  # behind Flatten
        weights = weights.reshape(len(weights), left.shape[0], -1)
    return mean_square_root(weights)


def _is_of_many(block: Block, left: Column) -> bool:
    """Whether a line stands for many weights."""
    return left.has_maps or not isinstance(block.head.layer, Dense)


def _plain(left: Column, right: Column) -> list[str]:
    """Lines of a layer without weights: from each unit to its own, or to all where they aren't as many."""
    style = f'style="stroke: {COLOR["muted"]}" stroke-width="1.5" stroke-opacity="0.6" fill="none"'
    is_own = len(left.values) == len(right.values)
    return [
        f'<path d="M{left.x + RADIUS:g} {left.y(from_):g}L{right.x - RADIUS:g} {right.y(to):g}" {style}/>'
        for (from_, i), (to, k) in product(left.drawn(), right.drawn())
        if i == k or not is_own
    ]


def _around(left: Column, right: Column) -> str:
    """One line over the layers between, from the first unit to the first unit."""
    style = f'style="stroke: {COLOR["muted"]}" stroke-width="2" stroke-opacity="0.6" fill="none"'
    top = TOP - 22
    return f'<path d="M{left.x:g} {left.y(0) - RADIUS:g}V{top:g}H{right.x:g}V{right.y(0) - RADIUS:g}" {style}/>'
