"""Axes as people read them: a title with the legend below it, logarithmic scales, epochs, slanted names."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chainrule.lab.figures.numbers import decimal, tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def title_and_legend(axes: "Axes", title: str) -> None:
    """Give the axes a title and, below it, the legend in rows, in the order of the values."""
    handles, labels = axes.get_legend_handles_labels()
    widest = max((len(each) for each in labels), default=0)
    columns = min(len(labels), max(1, 44 // (widest + 6)))
    rows = -(-len(labels) // columns) if labels else 0
    axes.set_title(title, pad=8 + 15 * rows)
    if not labels:
        return
    by_row = [k for column in range(columns) for k in range(column, len(labels), columns)]  # Matplotlib goes down first
    axes.legend(
        [handles[k] for k in by_row],
        [labels[k] for k in by_row],
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=columns,
        handlelength=1.5,
        columnspacing=1.0,
        handletextpad=0.5,
        labelspacing=0.25,
    )


def log_scale(axes: "Axes", which: str, low: float, high: float) -> None:
    """Make an axis logarithmic, from low to high with a little room, its ticks written as people read them."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    if not (0 < low <= high < math.inf):
        low, high = 0.1, 1.0
    axis = axes.yaxis if which == "y" else axes.xaxis
    (axes.set_yscale if which == "y" else axes.set_xscale)("log")
    room = 1.25 if which == "y" else 1.0
    (axes.set_ylim if which == "y" else axes.set_xlim)(low / room, high * room)
    decades = math.log10(high / low)
    subs: Any = (1.0, 2.0, 5.0) if decades < 2 else (1.0,)
    axis.set_major_locator(LogLocator(10, subs=subs, numticks=7))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.set_minor_locator(NullLocator())


def plain_decades(axes: "Axes") -> None:
    """Put ticks of the logarithmic y axis at powers of ten, written without exponents."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.yaxis.set_major_locator(LogLocator(10))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: decimal(value, 12)))
    axes.yaxis.set_minor_locator(NullLocator())


def epochs_below(axes: "Axes", epochs: int) -> None:
    """Make the x axis go from epoch 0 to the last, at whole numbers, in thousands where there are many."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(0, epochs)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    if epochs < 10_000:
        axes.set_xlabel("epoch")
        return
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1000:g}"))
    axes.set_xlabel("epoch, in thousands")


def dot(points: int) -> dict[str, Any]:
    """How a curve of so many points is marked: a single point makes no line, so it is drawn as a dot."""
    return {"marker": "o", "markersize": 5, "clip_on": False} if points == 1 else {}


def slant(names: Sequence[str]) -> dict[str, Any]:
    """How tick labels are turned: long names are slanted, so that they don't overlap."""
    long = sum(map(len, names)) > 34
    return {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if long else {}
