"""The network drawn: a column a layer, units filled by what they answer, edges by their weight or by its gradient.

The sign is told twice, by colour and by the stroke: positive blue and whole, negative orange and dashed. Colours are
those of the report's figures, so that `dark_css()` turns them where a reader prefers dark pages; text has the page's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.layers.dense import Dense
from chainrule.lab.blocks import Block
from chainrule.lab.svg import COLOR, FONT

if TYPE_CHECKING:
    from chainrule.lab.explain.explanation import Explanation

MOST_UNITS = 10
"""A layer of more units is drawn as its first ones, a gap, and the last."""

ACROSS, DOWN, RADIUS, TOP, LEFT = 112.0, 46.0, 16.0, 68.0, 34.0
"""Pixels from layer to layer, from unit to unit, of a unit, above the units, and beside them."""

Place = tuple[int, str, tuple[int, ...]]
"""A layer's number, a parameter's name or "unit", and which, from 0."""


@dataclass(frozen=True, eq=False)
class Column:
    """A layer as it is drawn: its units from 0, None for the gap, each with its place and its number."""

    x: float
    units: tuple[int | None, ...]
    middle: float
    values: Array
    title: str
    below: str

    def y(self, row: int) -> float:
        """How far down a unit of the column is."""
        return self.middle + (row - (len(self.units) - 1) / 2) * DOWN

    def drawn(self) -> list[tuple[int, int]]:
        """The rows, from 0, each with the unit that stands there."""
        return [(row, unit) for row, unit in enumerate(self.units) if unit is not None]


def draw_step(of: Explanation, sample: int, marked: Place | None) -> tuple[str, ...]:
    """Drawings as a sample sees the step, edges by weight and edges by gradient; `marked` stands out.

    Weights are drawn where a Dense reads a vector; where there are none, one drawing says all.
    """
    columns = _columns(of, sample)
    if not any(_has_edges(block, columns[block.sources[0]]) for block in of.numbers.blocks):
        return (_draw(of, columns, of.theta, "plain", "The network", marked),)
    return (
        _draw(of, columns, of.theta, "weight", "Edges by weight", marked),
        _draw(of, columns, of.gradient, "gradient", "Edges by gradient", marked),
    )


def _columns(of: Explanation, sample: int) -> list[Column]:
    numbers = of.numbers
    answers = [numbers.tape.input[:, sample]]
    shapes: list[Shape] = [of.network.input_shape]
    names = ["input"]
    for block in numbers.blocks:
        last = block.head if block.activation is None else block.activation
        answers.append(numbers.of(last).output[:, sample])
        shapes.append(block.shape)
        names.append(_short(block))
    # Of feature maps each channel is one unit, filled by the mean of its answers.
    values = [each.reshape(shape[0], -1).mean(axis=1) for each, shape in zip(answers, shapes, strict=True)]
    units = [_shown(len(each)) for each in values]
    middle = TOP + (max(map(len, units)) - 1) / 2 * DOWN
    below = ["" if len(shape) == 1 else f"maps of {'×'.join(map(str, shape[1:]))}" for shape in shapes]
    return [
        Column(LEFT + i * ACROSS, units[i], middle, values[i], names[i] if i == 0 else f"{i} {names[i]}", below[i])
        for i in range(len(values))
    ]


def _shown(count: int) -> tuple[int | None, ...]:
    if count <= MOST_UNITS:
        return tuple(range(count))
    return (*range(MOST_UNITS - 2), None, count - 1)


def _short(block: Block) -> str:
    return "sum" if block.head.branch else type(block.head.layer).__name__


def _draw(of: Explanation, columns: Sequence[Column], theta: Array, kind: str, title: str, marked: Place | None) -> str:
    width = columns[-1].x + LEFT + 6
    height = 2 * (columns[0].middle - TOP) + TOP + 24
    name = f"network-{kind}" + ("" if marked is None else "-" + "-".join(map(str, (*marked[:2], *marked[2]))))
    edges, labels = [], []
    for block in of.numbers.blocks:
        for source in dict.fromkeys(block.sources):
            more, label = _edges(block, columns[source], columns[block.number], theta, marked)
            edges += more
            labels += label
    units = [part for number, column in enumerate(columns) for part in _units(number, column, marked)]
    described = (
        f"{title}: a column a layer, the input to the left. Blue and whole: positive; orange and dashed: negative; the "
        "wider, the larger. Units are filled by what they answer. The equations hold the numbers."
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-labelledby="{name}-title {name}-desc" style="font-family: {FONT}">\n'
        f'<title id="{name}-title">{title}</title>\n<desc id="{name}-desc">{escape(described)}</desc>\n'
        f'<text x="2" y="14" font-size="14" font-weight="700" fill="currentColor">{title}</text>\n'
        + "\n".join(edges + units + labels)
        + "\n</svg>"
    )


def _edges(
    block: Block, left: Column, right: Column, theta: Array, marked: Place | None
) -> tuple[list[str], list[str]]:
    """The lines between two layers: a weight each between two drawn vectors, else one a channel pair, or one in all."""
    if not _has_edges(block, left):
        return [_band(left, right)], []
    weights = block.head.named(theta)["weights"]
    largest = float(np.abs(weights).max()) or 1.0
    lines: list[tuple[bool, float, str]] = []
    labels: list[str] = []
    for (to, k), (from_, i) in product(right.drawn(), left.drawn()):
        weight = float(weights[k, i])
        is_marked = marked == (block.number, "weights", (k, i))
        x1, y1, x2, y2 = left.x + RADIUS, left.y(from_), right.x - RADIUS, right.y(to)
        share = abs(weight) / largest
        path = f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
        line = f'<line {path} style="stroke: {_color(weight)}" stroke-width="{0.5 + 4.5 * share:.2f}"'
        line += f' stroke-opacity="{1 if is_marked else 0.35 + 0.45 * share:.2f}"'
        line += ' stroke-dasharray="6 3"/>' if weight < 0 else "/>"
        if is_marked:
            halo = f'<line {path} style="stroke: {COLOR["ink"]}" stroke-width="{4.5 + 4.5 * share:.2f}"/>'
            paper = f'<line {path} style="stroke: {COLOR["paper"]}" stroke-width="{2.5 + 4.5 * share:.2f}"/>'
            line = halo + paper + line
            at = 0.5
            labels.append(_label(x1 + at * (x2 - x1), y1 + at * (y2 - y1) - 9, f"{weight:.3g}"))
        lines.append((is_marked, share, line))
    return [line for _, _, line in sorted(lines, key=lambda each: each[:2])], labels


def _has_edges(block: Block, left: Column) -> bool:
    """Whether each weight of a layer is a line of its own."""
    return isinstance(block.head.layer, Dense) and not left.below


def _band(left: Column, right: Column) -> str:
    """One line for all that goes from a layer to another; an arc over the layers between."""
    style = f'style="stroke: {COLOR["muted"]}" stroke-width="2" stroke-opacity="0.6" fill="none"'
    x1, x2, y = left.x + RADIUS + 2, right.x - RADIUS - 2, left.middle
    if right.x - left.x <= ACROSS:
        return f'<path d="M{x1:g} {y:g}H{x2:g}" {style}/>'
    top = TOP - 22
    return f'<path d="M{left.x:g} {left.y(0) - RADIUS:g}V{top:g}H{right.x:g}V{right.y(0) - RADIUS:g}" {style}/>'


def _units(number: int, column: Column, marked: Place | None) -> list[str]:
    largest = float(np.abs(column.values).max()) or 1.0
    parts = [_text(column.x, TOP - 28, column.title, 11, "700")]
    for row, unit in enumerate(column.units):
        y = column.y(row)
        if unit is None:
            parts.append(_text(column.x, y + 4, "⋮", 18))
            continue
        value = float(column.values[unit])
        is_marked = marked is not None and marked[0] == number and marked[2][0] == unit
        edge = 3 if is_marked else 1.2
        strength = 0.06 + 0.44 * abs(value) / largest
        if column.below:
            box = f'x="{column.x - RADIUS:g}" y="{y - RADIUS:g}" width="{2 * RADIUS:g}" height="{2 * RADIUS:g}" rx="3"'
            shape = f"rect {box}"
        else:
            shape = f'circle cx="{column.x:g}" cy="{y:g}" r="{RADIUS:g}"'
        parts.append(f'<{shape} style="fill: {COLOR["paper"]}"/>')
        parts.append(
            f'<{shape} style="fill: {_color(value)}; stroke: {COLOR["ink"]}" fill-opacity="{strength:.2f}" '
            f'stroke-width="{edge}"/>'
        )
        parts.append(_text(column.x, y + 3.5, _three(value), 10))
    if column.below:
        parts.append(_text(column.x, column.y(len(column.units) - 1) + RADIUS + 14, column.below, 10))
    return parts


def _three(value: float) -> str:
    """A number that fits into a unit.

    >>> _three(0.1234), _three(-12.34), _three(1234.5)
    ('0.12', '−12', '1e3')
    """
    if abs(value) >= 100:
        text = f"{value:.0e}".replace("e+0", "e").replace("e+", "e")
    else:
        text = f"{value:.2f}" if abs(value) < 9.995 else f"{value:.0f}"
    return text.replace("-", "−")


def _color(value: float) -> str:
    return COLOR["class 0" if value < 0 else "class 1"]


def _label(x: float, y: float, text: str) -> str:
    """A number on a line, on a piece of paper."""
    text, width = text.replace("-", "−"), 7.0 * len(text) + 8
    paper = f'<rect x="{x - width / 2:g}" y="{y - 9:g}" width="{width:g}" height="18" rx="4"'
    paper += f' style="fill: {COLOR["paper"]}; stroke: {COLOR["ink"]}"/>'
    return paper + _text(x, y + 4, text, 11.5, "700")


def _text(x: float, y: float, text: str, size: float, weight: str = "400") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" font-weight="{weight}" text-anchor="middle" '
        f'fill="currentColor">{escape(text)}</text>'
    )
