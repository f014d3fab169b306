"""Plots in the terminal: the loss over epochs, and the map of the plane, beside each other where there is room."""

import sys
from collections.abc import Sequence

import numpy as np
from rich.text import Text

from chainrule.interfaces.cli.answers import Answers
from chainrule.interfaces.cli.terminal import curves as of_curves
from chainrule.interfaces.cli.terminal.axes import Axis
from chainrule.interfaces.cli.terminal.canvas import Paper, terminal
from chainrule.interfaces.cli.terminal.curves import Curve
from chainrule.interfaces.cli.terminal.frame import Frame, Lines, beside
from chainrule.interfaces.cli.terminal.plane import Plane, has_plane, plane

WIDE = 74
"""From so many columns on, the two plots stand beside each other."""

NAME = 24
"""Columns for a name in a legend."""

BRAILLE = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The eight dots of a character, by row and column. Source: Unicode, section 21.1."""


def wanted(plot: bool | None) -> bool:
    """Whether to draw: as the option says, and without it where a person watches."""
    return sys.stdout.isatty() if plot is None else plot


def show(
    curves: Sequence[Curve] = (), loss: str = "loss", answers: Answers | None = None, epochs: int | None = None
) -> None:
    """Print what can be drawn of these: the curves, and a map if the answers are classes in a plane."""
    console = terminal()
    for line in draw(Paper.of_stdout(), curves, loss, answers, epochs):
        line.rstrip()
        console.print(line)
    sys.stdout.flush()


def draw(
    paper: Paper,
    curves: Sequence[Curve] = (),
    loss: str = "loss",
    answers: Answers | None = None,
    epochs: int | None = None,
) -> Lines:
    """The plots as lines, none wider than the paper; none at all where there is nothing to draw.

    loss: the name of the curves' axis.  epochs: where it ends; at the last one recorded if this is None.

    >>> fall = Curve.of("run", [0, 50, 100], [1.0, 0.1, 0.01])
    >>> for line in draw(Paper(columns=36, rows=14, unicode=False), [fall], "squared error"):
    ...     print(line.plain.rstrip())
    <BLANKLINE>
     squared error
        1 +****
          |   ****
          |      *****
          |          *****
      0.1 +              *****
          |                  *****
          |                      ****
     0.01 +                         ****
          ++---------------------------+
           0                         100
                       epoch
    <BLANKLINE>
    """
    over = of_curves.axes(curves, loss, epochs)
    mapped = answers if answers is not None and has_plane(answers) else None
    side_by_side = over is not None and mapped is not None and paper.columns >= WIDE
    rows = min(max(8, paper.rows - 9), 22)
    if mapped is not None:
        rows = min(rows, (paper.columns // (2 if side_by_side else 1) - 8) // 2)
    right = [] if mapped is None else draw_plane(plane(mapped, 2 * rows, 2 * rows), paper)
    if over is None:
        return [Text(), *right, Text()] if right else []
    if not side_by_side:
        left = draw_curves(curves, over, paper, min(rows, 12), min(paper.columns, 80))
        return [Text(), *left, Text(), *right, *([Text()] if right else [])]
    width = min(paper.columns - max(line.cell_len for line in right) - 3, 80)
    return [Text(), *beside(draw_curves(curves, over, paper, rows, width), right, width), Text()]


def draw_curves(curves: Sequence[Curve], over: tuple[Axis, Axis], paper: Paper, rows: int, columns: int) -> Lines:
    """Curves on so many rows, and so many columns with all that is around. Letters tell several apart."""
    several = len(curves) > 1
    frame = Frame(*over, rows, paper, columns=columns, aside=(1 + len(curves)) * several)
    body: list[list[tuple[str, str]]] = [[(" ", "")] * frame.inner for _ in range(rows)]
    ends = [Text(" ") for _ in range(rows)]
    legend = []
    for k, curve in enumerate(curves):
        letter, color = chr(ord("a") + k), paper.line_color(k if several else 2)
        characters = _braille(curve, over, rows, frame.inner)
        if not paper.unicode or (several and not paper.colors):
            is_on = of_curves.line(curve, over, rows, frame.inner)
            characters = np.where(is_on, letter if several else "*", "")
        for i, j in np.argwhere(characters != ""):
            body[i][j] = (characters[i, j], color)
        if len(curve.epochs):
            last = frame.row(curve.losses[-1])
            ends[last].append(letter, color)
        legend.append(Text.assemble((letter, f"bold {color}"), " ", paper.word(curve.name, NAME)))
    lines = [Text.assemble(*row, *([end] if several else [])) for row, end in zip(body, ends, strict=True)]
    return frame.around(lines, legend if several else ())


def _braille(
    curve: Curve, over: tuple[Axis, Axis], rows: int, columns: int
) -> "np.ndarray[tuple[int, int], np.dtype[np.str_]]":
    dots = of_curves.line(curve, over, 4 * rows, 2 * columns)
    codes = (dots.reshape(rows, 4, columns, 2) * BRAILLE[:, np.newaxis]).sum(axis=(1, 3))
    return np.where(codes > 0, np.vectorize(chr, otypes=["U1"])(0x2800 + codes), "")


def draw_plane(found: Plane, paper: Paper) -> Lines:
    """A map in its frame: where the terminal has colours, a cell holds two of its rows, one over the other."""
    rows, columns, n = len(found.chosen) // 2, found.chosen.shape[1], len(found.classes)
    points = {(i, j): kind for i, j, kind in found.cells(rows, columns)}
    body = [
        Text.assemble(*(_place(found, paper, i, j, points.get((i, j))) for j in range(columns))) for i in range(rows)
    ]
    legend = []
    for k, name in enumerate(found.classes):
        mark, style = paper.mark(k, n), f"bold {paper.mark_color(k)} on {paper.tint(k, 1.0)}"
        swatch = (f" {mark} ", style) if paper.colors else (f"{paper.shade(k)}{mark}{paper.shade(k)}", "")
        legend.append(Text.assemble(swatch, " ", paper.word(name, NAME)))
    if paper.colors and paper.unicode:
        at = "0.5" if n == 2 else "boundary"
        legend.append(Text.assemble(("▀▀▀", f"{paper.ink()} on {paper.tint(0, 0.0)}"), " ", at))
    if found.n_points > len(found.points):
        legend.append(Text(f"{len(found.points)} of {found.n_points:,} points"))
    return Frame(*found.axes, rows, paper, inner=columns).around(body, legend)


def _place(found: Plane, paper: Paper, i: int, j: int, kind: int | None) -> tuple[str, str]:
    """A cell of a map: the point that lies there, or what the network answers."""
    if not paper.colors:
        return (paper.shade(found.chosen[2 * i, j]) if kind is None else paper.mark(kind, len(found.classes)), "")
    upper, lower = (paper.tint(found.chosen[r, j], found.certainty[r, j]) for r in (2 * i, 2 * i + 1))
    if kind is not None:
        return paper.mark(kind, len(found.classes)), f"bold {paper.mark_color(kind)} on {upper}"
    upper, lower = (paper.ink() if found.boundary[r, j] else tint for r, tint in ((2 * i, upper), (2 * i + 1, lower)))
    return ("▀", f"{upper} on {lower}") if paper.unicode else (" ", f"on {lower}")
