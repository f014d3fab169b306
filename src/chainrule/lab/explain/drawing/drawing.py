"""The network drawn: a column a layer, units filled by what they answer, edges by their weight or by its gradient.

The sign is told twice, by colour and by the stroke: positive blue and whole, negative orange and dashed. Colours are
those of the report's figures, so that `dark_css()` turns them where a reader prefers dark pages; text has the page's.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.explain.drawing.columns import LEFT, RADIUS, TOP, Column, Place, columns_of, ends_of
from chainrule.lab.explain.drawing.edges import edges, strengths
from chainrule.lab.figures.svg import COLOR, FONT

if TYPE_CHECKING:
    from chainrule.lab.explain.explanation import Explanation

KEY = (
    "Blue and whole: positive; orange and dashed: negative; the wider a line and the fuller a unit, the larger within "
    "its layer. In each unit stands what it answers; biases aren’t drawn."
)
"""How to read the drawings."""

OF_MAPS = (
    " A square is a channel of feature maps, and its number the mean of its map. A grey line stands for all weights "
    "between its ends, which are too many to draw: the wider, the larger the root of their mean square."
)
"""The same, of feature maps."""

LEAST_SCALE = 0.7
"""A drawing is made smaller by no more than this on a narrow page, which scrolls then: its text stays legible."""


def draw_step(of: Explanation, sample: int, marked: Place | None) -> tuple[str, ...]:
    """Drawings as a sample sees the step, edges by weight and edges by gradient; `marked` stands out.

    Where no layer has weights that are drawn, one drawing says all.
    """
    columns = columns_of(of, sample, marked)
    if all(strengths(block, columns[block.sources[0]], of.theta) is None for block in of.numbers.blocks):
        return (_draw(of, columns, of.theta, "The network", marked),)
    return (
        _draw(of, columns, of.theta, "Edges by weight", marked),
        _draw(of, columns, of.gradient, "Edges by gradient", marked),
    )


def key_to(of: Explanation) -> str:
    """How to read a step's drawings."""
    shapes = (of.numbers.shape(number) for number in range(len(of.numbers.blocks) + 1))
    return KEY + (OF_MAPS if any(len(each) > 1 for each in shapes) else "")


def _draw(of: Explanation, columns: Sequence[Column], theta: Array, title: str, marked: Place | None) -> str:
    width = columns[-1].x + LEFT + 6
    height = 2 * (columns[0].middle - TOP) + TOP + (40 if any(each.has_maps for each in columns) else 24)
    lines: list[str] = []
    labels: list[str] = []
    for block in of.numbers.blocks:
        for source in dict.fromkeys(block.sources):
            more, numbers = edges(block, columns[source], columns[block.number], theta, marked)
            lines += more
            labels += [_label(*each) for each in numbers]
    unit_marked = None
    if marked is not None:
        block = of.numbers.blocks[marked[0] - 1]
        unit_marked = block.number, ends_of(block, columns[block.sources[0]].shape, marked)[0]
    units = [part for number, column in enumerate(columns) for part in _units(number, column, unit_marked)]
    described = (
        f"{title}: a column a layer, the input to the left. Blue and whole: positive; orange and dashed: negative; the "
        "wider, the larger. Units are filled by what they answer. The equations hold the numbers."
    )
    return (  # without ids: the same drawing may stand on a page twice
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-label="{escape(described)}" '
        f'style="font-family: {FONT}; min-width: {LEAST_SCALE * width:.0f}px">\n'
        f"<title>{title}</title>\n"
        f'<text x="2" y="14" font-size="14" font-weight="700" fill="currentColor">{title}</text>\n'
        + "\n".join(lines + units + labels)
        + "\n</svg>"
    )


def _units(number: int, column: Column, marked: tuple[int, int] | None) -> list[str]:
    largest = float(np.abs(column.values).max()) or 1.0
    if len(column.values) == 1:  # there is no other to compare it with
        largest = max(largest, 1.0)
    parts = [_text(column.x, TOP - 28, column.title, 11, "700")]
    for row, unit in enumerate(column.units):
        y = column.y(row)
        if unit is None:
            parts.append(_text(column.x, y + 4, "⋮", 18))
            continue
        value = float(column.values[unit])
        edge = 3 if marked == (number, unit) else 1.2
        strength = 0.06 + 0.44 * abs(value) / largest
        if column.has_maps:
            box = f'x="{column.x - RADIUS:g}" y="{y - RADIUS:g}" width="{2 * RADIUS:g}" height="{2 * RADIUS:g}" rx="3"'
            shape = f"rect {box}"
        else:
            shape = f'circle cx="{column.x:g}" cy="{y:g}" r="{RADIUS:g}"'
        color = COLOR["class 0" if value < 0 else "class 1"]
        parts.append(f'<{shape} style="fill: {COLOR["paper"]}"/>')
        parts.append(
            f'<{shape} style="fill: {color}; stroke: {COLOR["ink"]}" fill-opacity="{strength:.2f}" '
            f'stroke-width="{edge}"/>'
        )
        parts.append(_text(column.x, y + 3.5, in_a_unit(value), 9.5))
    if column.has_maps:
        below = f"maps of {'×'.join(map(str, column.shape[1:]))}"
        parts.append(_text(column.x, column.y(len(column.units) - 1) + RADIUS + 14, below, 10))
    return parts


def in_a_unit(value: float) -> str:
    """A number that fits into a unit: four characters, and the sign of a negative one.

    >>> [in_a_unit(each) for each in (0.1234, -12.34, 1234.5, 2.6e-6, 0.0)]
    ['0.12', '−12', '1e3', '3e−6', '0']
    """
    size = abs(value)
    if not value:
        text = "0"
    elif size < 0.005 or size >= 999.5:
        mantissa, exponent = f"{value:.0e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    else:
        text = f"{value:.2f}" if size < 9.995 else f"{value:.0f}"
    return text.replace("-", "−")


def _label(x: float, y: float, value: float) -> str:
    """A number on a line, on a piece of paper as wide as it is."""
    text = f"{value:.3g}"
    text = (f"{value:.1e}" if "e" in text else text).replace("-", "−")
    width = 7.6 * len(text) + 8
    paper = f'<rect x="{x - width / 2:g}" y="{y - 9:g}" width="{width:g}" height="18" rx="4"'
    paper += f' style="fill: {COLOR["paper"]}; stroke: {COLOR["ink"]}"/>'
    return paper + _text(x, y + 4, text, 11.5, "700")


def _text(x: float, y: float, text: str, size: float, weight: str = "400") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" font-weight="{weight}" text-anchor="middle" '
        f'fill="currentColor">{escape(text)}</text>'
    )
