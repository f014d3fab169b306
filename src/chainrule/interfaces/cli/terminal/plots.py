"""Plots in the terminal, drawn by Rich: losses over epochs, and the map of a plane, side by side if there is room."""

import os
import shutil
import sys
from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.color import Color, blend_rgb
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from chainrule.core.foreign import visible
from chainrule.interfaces.cli.terminal.encoding import in_ascii
from chainrule.interfaces.cli.terminal.output import QUIET, note, print_lines, stdout
from chainrule.interfaces.cli.terminal.plot_data import (
    MOST_POINTS,
    LossCurve,
    Plane,
    PlotAxis,
    axes_of,
    boundary,
    braille,
    number,
)

COLORS = (
    ("dark_orange3", "navajo_white1"),
    ("deep_sky_blue4", "light_sky_blue1"),
    ("spring_green4", "dark_sea_green2"),
    ("plum4", "thistle1"),
    ("orange4", "wheat1"),
    ("grey42", "grey93"),
)
"""A deep and a pale colour for each class or curve: the deep ones differ to colour-blind readers, too."""

FEW_COLORS = tuple((name, "bright_white") for name in ("yellow", "blue", "green", "magenta", "cyan", "red"))
"""The colours where a terminal has sixteen. Of those above, Rich would turn blue and green into one."""

MARKS, ASCII_MARKS = "●■▲◆▼★", "ox+*#@"
SHADES, ASCII_SHADES = " ░▒▓", " .:%"
"""The background of each class where there are no colours."""

SIDE_BY_SIDE = 74
"""The columns from which on two plots stand side by side."""

LEAST = 30
"""The columns below which nothing is drawn."""


def wanted(plot: bool | None) -> bool:
    """Whether to draw: what the option says; without it, whether stdout is a terminal, and --quiet not given."""
    return sys.stdout.isatty() and not QUIET.get() if plot is None else plot


def show(
    curves: Sequence[LossCurve] = (), loss: str = "loss", plane: Plane | None = None, epochs: int | None = None
) -> None:
    """Print the plots on stdout. A pipe has 80 columns, or COLUMNS, and no colours."""
    console = stdout(*shutil.get_terminal_size())
    if console.width < LEAST:
        note(f"No plot: it needs {LEAST} columns.")
        return
    drawn = draw(Canvas(console), curves, loss, plane, epochs)
    if drawn is not None:
        print_lines(console, Group("", drawn, ""))


class Canvas:
    """The size, the characters and the colours of a console."""

    def __init__(self, console: Console) -> None:
        self.columns, self.rows = console.width - 1, console.height  # some terminals break a line that is full
        self.unicode = not (console.options.ascii_only or console.is_dumb_terminal)
        system = None if console.no_color else console.color_system
        self.many_colors, self.all_colors = system in ("256", "truecolor"), system == "truecolor"
        self.colors = COLORS if self.many_colors else FEW_COLORS if system else ()
        background = os.environ.get("COLORFGBG", "").rpartition(";")[2]  # set by some terminals, and read by Vim, too
        self.light = self.many_colors and background in ("7", "15")
        self.boundary_color = "bright_white" if self.many_colors and not self.light else "black"

    def mark(self, k: int, n: int) -> str:
        """The mark of class k of n: a shape, or a letter if there are many classes."""
        marks = MARKS if self.unicode else ASCII_MARKS
        return marks[k] if n <= len(marks) else chr(ord("a") + k % 26)

    def shade(self, k: int) -> str:
        """The background of class k where there are no colours."""
        shades = SHADES if self.unicode else ASCII_SHADES
        return shades[k % len(shades)]

    def line_color(self, k: int) -> str:
        """The colour of curve k, legible on light and dark backgrounds; "" if there are no colours."""
        return self.colors[k % 6][0] if self.colors else ""

    def mark_color(self, k: int) -> str:
        """The colour of a point of class k, legible on every region of the map."""
        return self.colors[k % 6][not self.light]

    def region_color(self, k: int, certainty: float) -> str:
        """The background of a place where the answer is class k: stronger if the model is more certain."""
        color, blank = self.colors[k % 6][self.light], "grey93" if self.light else "grey15"
        if self.all_colors:
            start, end = Color.parse(blank).get_truecolor(), Color.parse(color).get_truecolor()
            strength = round(8 * certainty) / 8  # few values, so that neighbours share a style
            return blend_rgb(start, end, strength if self.light else strength / 2).hex
        return blank if self.many_colors and certainty < 0.25 else color

    def short(self, name: str, width: int = 24) -> str:
        """A name in at most `width` columns."""
        name = visible(name) if self.unicode else in_ascii(visible(name))
        return name if cell_len(name) <= width else set_cell_size(name, width - 3) + "..."


def draw(
    canvas: Canvas,
    curves: Sequence[LossCurve] = (),
    loss: str = "loss",
    plane: Plane | None = None,
    epochs: int | None = None,
) -> RenderableType | None:
    """The plots, in as many columns as the canvas has; None if there is nothing to draw.

    loss: the name of the curves' axis.  epochs: the end of the other axis, if it isn't the last epoch recorded.

    >>> console = Console(width=37, height=14, color_system=None, legacy_windows=False)
    >>> fall = LossCurve.of("run", [0, 50, 100], [1.0, 0.1, 0.01])
    >>> print_lines(console, draw(Canvas(console), [fall], "squared error"))
     squared error
        1 ┤⠓⠦⣄⡀
          │   ⠉⠓⠦⣄
          │      ⠈⠙⠲⢤⣀
          │          ⠈⠙⠲⢤⡀
      0.1 ┤              ⠈⠓⠦⣄⡀
          │                  ⠉⠓⠦⣄⡀
          │                      ⠙⠲⢤⣀
     0.01 ┤                         ⠈⠙⠲⢤
          └┬───────────────────────────┬
           0                         100
                       epoch
    """
    axes = axes_of(curves, loss, epochs)
    side_by_side = axes is not None and plane is not None and canvas.columns >= SIDE_BY_SIDE
    rows = min(max(8, canvas.rows - 9), 22)
    if plane is not None:
        rows = min(rows, (canvas.columns // (2 if side_by_side else 1) - 8) // 2)
    right = [] if plane is None else draw_plane(canvas, plane, rows)
    if axes is None:
        return Group(*right) if right else None
    if not side_by_side:
        left = draw_curves(canvas, curves, axes, min(rows, 12), min(canvas.columns, 80))
        return Group(*left, *([Text(), *right] if right else []))
    width = min(canvas.columns - max(line.cell_len for line in right) - 3, 80)
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(width=width)
    grid.add_row(Group(*draw_curves(canvas, curves, axes, rows, width)), Group(*right))
    return grid


def draw_curves(
    canvas: Canvas, curves: Sequence[LossCurve], axes: tuple[PlotAxis, PlotAxis], rows: int, columns: int
) -> list[Text]:
    """Curves in a frame: `rows` without the frame, `columns` with it. Several curves have letters at their ends."""
    several = len(curves) > 1
    frame = Frame(canvas, axes, rows, columns=columns, aside=(1 + len(curves)) * several)
    body, colors = np.full((rows, frame.inner), " "), np.full((rows, frame.inner), "", object)
    ends = [Text(" " * several) for _ in range(rows)]
    legend = []
    for k, curve in enumerate(curves):
        letter, color = chr(ord("a") + k), canvas.line_color(k if several else 2)
        if canvas.unicode and (canvas.colors or not several):
            characters = braille(curve.dots(axes, 4 * rows, 2 * frame.inner))
        else:
            characters = np.where(curve.dots(axes, rows, frame.inner), letter if several else "*", "")
        shown = characters != ""
        body[shown], colors[shown] = characters[shown], color
        if several and len(curve.epochs):
            ends[frame.row(curve.losses[-1])].append(letter, color)
        legend.append(Text.assemble((letter, f"bold {color}"), " ", canvas.short(curve.name)))
    lines = [Text.assemble(*zip(*row, strict=True), end) for *row, end in zip(body, colors, ends, strict=True)]
    return frame.around(lines, legend if several else ())


def draw_plane(canvas: Canvas, plane: Plane, rows: int) -> list[Text]:
    """A map in a frame. Where there are colours, each character shows two answers, one above the other."""
    n, columns = len(plane.classes), 2 * rows
    chosen, certainty = plane.answers(2 * rows, columns)
    edge, points = boundary(chosen), plane.points(rows, columns)

    def region(i: int, j: int) -> str:
        return canvas.region_color(chosen[i, j], certainty[i, j])

    def character(i: int, j: int) -> tuple[str, str]:
        kind = points.get((i, j))
        if not canvas.colors:
            return (canvas.shade(chosen[2 * i, j]) if kind is None else canvas.mark(kind, n)), ""
        if kind is not None:
            return canvas.mark(kind, n), f"bold {canvas.mark_color(kind)} on {region(2 * i, j)}"
        upper, lower = (canvas.boundary_color if edge[k, j] else region(k, j) for k in (2 * i, 2 * i + 1))
        return ("▀", f"{upper} on {lower}") if canvas.unicode else (" ", f"on {lower}")

    body = [Text.assemble(*(character(i, j) for j in range(columns))) for i in range(rows)]
    legend = []
    for k, name in enumerate(plane.classes):
        mark, shade = canvas.mark(k, n), canvas.shade(k)
        swatch = Text(f"{shade}{mark}{shade}")
        if canvas.colors:
            swatch = Text(f" {mark} ", f"bold {canvas.mark_color(k)} on {canvas.region_color(k, 1.0)}")
        legend.append(Text.assemble(swatch, " ", canvas.short(name)))
    if canvas.colors and canvas.unicode:
        swatch = Text("▀▀▀", f"{canvas.boundary_color} on {canvas.region_color(0, 0.0)}")
        legend.append(Text.assemble(swatch, " ", "0.5" if n == 2 else "boundary"))
    if len(plane.x) > MOST_POINTS:
        legend.append(Text(f"{MOST_POINTS} of {len(plane.x):,} points"))
    return Frame(canvas, plane.axes, rows, inner=columns).around(body, legend)


class Frame:
    """The frame of a plot of `rows` rows: `columns` wide in all, or `inner` without ticks and legend.

    >>> frame = Frame(Canvas(Console()), (PlotAxis("x", 0, 1), PlotAxis("y", 0, 10)), 3, inner=8)
    >>> for line in frame.around([Text("●")] * 3):
    ...     print(line.plain)
     y
     10 ┤●
      5 ┤●
      0 ┤●
        └┬──────┬
         0      1
            x
    """

    def __init__(
        self,
        canvas: Canvas,
        axes: tuple[PlotAxis, PlotAxis],
        rows: int,
        *,
        columns: int = 0,
        inner: int = 0,
        aside: int = 0,
    ) -> None:
        self.canvas, (self.across, self.up), self.rows = canvas, axes, rows
        self.labels = [""] * rows
        for value in self.up.ticks(max(3, rows // 3)):
            self.labels[self.row(value)] = number(value)
        self.left = 3 + max(map(len, self.labels))
        self.inner = inner or columns - self.left - aside
        self.width = self.left + self.inner + aside

    def row(self, value: float) -> int:
        """The row of a value, counted from the top."""
        return int(np.clip((1 - self.up.share(value)) * self.rows, 0, self.rows - 1))

    def around(self, body: Sequence[Text], legend: Sequence[Text] = ()) -> list[Text]:
        """The lines of the plot in its frame: the names of the axes, the ticks, and the legend below."""
        corner, vertical, tick, below, horizontal = "└│┤┬─" if self.canvas.unicode else "+|++-"
        lines = [Text(" " + self.canvas.short(self.up.name, self.width - 1), "bold")]
        for label, row in zip(self.labels, body, strict=True):
            lines.append(Text.assemble((f"{label:>{self.left - 2}} {tick if label else vertical}", "dim"), row))
        rule, words = [horizontal] * self.inner, ""
        for value in self.across.ticks(max(2, self.inner // 10)):
            label = number(value)
            place = min(int(self.across.share(value) * self.inner), self.inner - 1)
            start = max(self.left + min(place - (len(label) - 1) // 2, self.inner - len(label)), 1)
            if not words or start >= len(words) + 2:
                words = words.ljust(start) + label
                rule[place] = below
        lines.append(Text(" " * (self.left - 1) + corner + "".join(rule), "dim"))
        lines.append(Text(words, "dim"))
        name = self.canvas.short(self.across.name, self.inner)
        lines.append(Text(" " * (self.left + (self.inner - cell_len(name)) // 2) + name))
        for i, entry in enumerate(legend):
            if i and lines[-1].cell_len + 3 + entry.cell_len <= self.width:
                lines[-1] = Text.assemble(lines[-1], "   ", entry)
            else:
                lines.append(Text.assemble(" " * self.left, entry))
        return lines
