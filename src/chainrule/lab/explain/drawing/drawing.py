"""The network drawn: one column per layer, units filled by their output, edges by their weight or by its gradient.

The sign is told twice, by colour and by the stroke: positive blue and solid, negative orange and dashed. Colours are
those of the report's figures. Each drawing has a ground and rules for dark pages of its own, so that it can be read in
any notebook.
"""

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import tostring

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.explain.drawing.columns import LEFT, RADIUS, TOP, Column, Mark, columns_of, mark_of
from chainrule.lab.explain.drawing.edges import edges, strengths
from chainrule.lab.explain.drawing.elements import Row, element, style, text
from chainrule.lab.explain.step.addresses import Address
from chainrule.lab.explain.step.training_step import TrainingStep
from chainrule.lab.figures.numbers import fixed, power, with_minus
from chainrule.lab.figures.svg import FONT, dark_css

KEY = (
    "Solid blue: positive; dashed orange: negative; the wider a line and the fuller a unit, the larger within its "
    "layer. The number in a unit is its output; biases aren’t drawn."
)
"""The key to the drawings."""

OF_MAPS = (
    " A square is a channel of feature maps, and its number the mean of its map. A grey line stands for all weights "
    "between its ends, which are too many to draw: the wider, the larger the root of their mean square."
)
"""The key to feature maps, where there are some."""

LEAST_SCALE = 0.7
"""A drawing is made smaller by no more than this on a narrow page, which scrolls then: its text stays legible."""


CLASS = "chainrule-drawing"
"""The class of every drawing, inside which its rules hold."""

DARK = '[data-jp-theme-light="false"], .vscode-dark, [theme="dark"], [data-theme="dark"]'
LIGHT = '[data-jp-theme-light="true"], .vscode-light, [theme="light"], [data-theme="light"]'
"""How JupyterLab, VS Code, Colab and Sphinx mark dark pages and light ones."""

DARK_RULES = f"""
{dark_css(f":is({DARK}) .{CLASS} ")}
@media screen and (prefers-color-scheme: dark) {{
{dark_css(f":root:not(:is({LIGHT}), :has({LIGHT})) .{CLASS} ")}
}}
"""
"""The dark colours: where a page says that it is dark, or where it says nothing and the reader prefers dark pages."""


def draw_step(of: TrainingStep, sample: int, marked: Address | None) -> tuple[str, ...]:
    """Drawings of the step for a sample, edges by weight and edges by gradient; `marked` stands out.

    Where no layer has weights that are drawn, there is one drawing.
    """
    mark = mark_of(of, marked)
    columns = columns_of(of, sample, mark)
    if all(strengths(block, columns[block.sources[0]], of.theta) is None for block in of.numbers.blocks):
        return (_draw(of, columns, of.theta, "The network", mark),)
    return (
        _draw(of, columns, of.theta, "Edges by weight", mark),
        _draw(of, columns, of.gradient, "Edges by gradient", mark),
    )


def key_to(of: TrainingStep) -> str:
    """The key to a step's drawings."""
    shapes = (of.numbers.shape(number) for number in range(len(of.numbers.blocks) + 1))
    return KEY + (OF_MAPS if any(len(each) > 1 for each in shapes) else "")


def _draw(of: TrainingStep, columns: Sequence[Column], theta: Array, title: str, mark: Mark) -> str:
    width = columns[-1].x + LEFT + 6
    height = 2 * (columns[0].middle - TOP) + TOP + (40 if any(each.has_maps for each in columns) else 24)
    rows: list[Row] = [
        [element("title", title)],
        [element("style", DARK_RULES)],
        [element("rect", width=width, height=height, style=style(fill="paper"))],
        [element("text", title, x=2, y=14, font_size=14, font_weight="700", style=style(fill="ink"))],
    ]
    labels: list[Row] = []
    for block in of.numbers.blocks:
        for source in dict.fromkeys(block.sources):
            lines, numbers = edges(block, columns[source], columns[block.number], theta, mark)
            rows += lines
            labels += [_label(*each) for each in numbers]
    for number, column in enumerate(columns):
        rows += _units(column, mark.to if number == mark.layer else -1)
    described = (
        f"{title}: one column per layer, the input on the left. Solid blue: positive; dashed orange: negative; the "
        "wider, the larger. Units are filled by their output. The equations hold the numbers."
    )
    drawing = element(  # without ids: the same drawing may stand on a page twice
        "svg",
        "\n",
        class_=CLASS,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_label=described,
        style=f"font-family: {FONT}; min-width: {LEAST_SCALE * width:.0f}px",
    )
    for row in (*rows, *labels):
        row[-1].tail = "\n"
        drawing.extend(row)
    return tostring(drawing, encoding="unicode").replace(" />", "/>")


def _units(column: Column, marked: int) -> list[Row]:
    largest = float(np.abs(column.values).max()) or 1.0
    if len(column.values) == 1:  # there is no other to compare it with
        largest = max(largest, 1.0)
    rows = [[text(column.x, TOP - 28, column.title, 11, "700")]]
    for row, unit in enumerate(column.units):
        x, y = column.x, column.y(row)
        if unit is None:
            rows.append([text(x, y + 4, "⋮", 18)])
            continue
        shape: dict[str, Any] = {"cx": x, "cy": y, "r": RADIUS}
        if column.has_maps:
            shape = {"x": x - RADIUS, "y": y - RADIUS, "width": 2 * RADIUS, "height": 2 * RADIUS, "rx": 3}
        tag, value = "rect" if column.has_maps else "circle", float(column.values[unit])
        filled = element(
            tag,
            **shape,
            style=style(fill="class 0" if value < 0 else "class 1", stroke="ink"),
            fill_opacity=f"{0.06 + 0.44 * abs(value) / largest:.2f}",
            stroke_width=3 if unit == marked else 1.2,
        )
        label = text(x, y + 3.5, in_a_unit(value), 9.5)
        rows += [[element(tag, **shape, style=style(fill="paper"))], [filled], [label]]
    if column.has_maps:
        below = f"maps of {'×'.join(map(str, column.shape[1:]))}"
        rows.append([text(column.x, column.y(len(column.units) - 1) + RADIUS + 14, below, 10)])
    return rows


def in_a_unit(value: float) -> str:
    """A number that fits into a unit: four characters, and the sign of a negative one.

    >>> [in_a_unit(each) for each in (0.1234, -12.34, 1234.5, 2.6e-6, 0.0)]
    ['0.12', '−12', '1e3', '3e−6', '0']
    """
    size = abs(value)
    if size < 0.005 or size >= 999.5:
        return power(value, 1) if value else "0"
    return fixed(value, 2 if size < 9.995 else 0)


def _label(x: float, y: float, value: float) -> Row:
    """A number on a line, in a box as wide as it is."""
    number = f"{value:.3g}"
    number = with_minus(f"{value:.1e}" if "e" in number else number)
    width = 7.6 * len(number) + 8
    box = style(fill="paper", stroke="ink")
    return [
        element("rect", x=x - width / 2, y=y - 9, width=width, height=18, rx=4, style=box),
        text(x, y + 4, number, 11.5, "700"),
    ]
