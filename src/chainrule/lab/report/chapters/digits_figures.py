"""The figures of the digits: curves, mistakes, filters and feature maps.

Images are drawn as squares of colour, one per pixel, so that they follow the page's light or dark theme.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.figures.axes import dot, epochs_below, log_scale
from chainrule.lab.figures.files import Figure, one_panel
from chainrule.lab.figures.svg import COLOR
from chainrule.lab.report.bands import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 8
"""Pictures per row of a gallery."""

GAP = 0.25
"""The space between pictures, as a fraction of their side."""

MAPS_FROM = 3.6
"""Where the maps begin, in sides of a picture: to the right of the image and the names of the layers."""

FAINT = 0.02
"""Squares fainter than this aren't drawn."""


def draw(found: Results) -> dict[str, Figure]:
    """The figures of the chapter by name, from its numbers."""
    runs = f"{found['splits'] * found['starts']} runs"
    wrong = found["wrong"]
    pictures = [np.array(each["image"]) / 16 for each in wrong]
    names = [f"{each['truth']}, not {each['answer']}" for each in wrong]
    figures = one_panel(
        partial(_curves, curves=found["curves"]),
        name="digits-curves",
        title="Learning curves of the digits",
        description=f"The loss on the images learnt and on those held out over epochs, median and band of {runs}.",
        size=(360, 300),
    )
    figures |= one_panel(
        partial(_confusion, counts=np.array(found["confusion"])),
        name="digits-confusion",
        title="Answers by digit",
        description=f"For each true digit, how often {runs} gave each answer. Most lie on the diagonal.",
        size=(360, 340),
    )
    figures |= one_panel(
        partial(_gallery, pictures=[np.array(each) for each in found["filters"]]),
        name="digits-filters",
        title="The filters learnt",
        description="The kernels of the first convolution, three by three: blue where ink counts for the unit, "
        "orange where it counts against it.",
        size=(520, 150),
    )
    figures |= one_panel(
        partial(_maps, image=np.array(found["image"]["pixels"]) / 16, layers=found["maps"]),
        name="digits-maps",
        title="One image through the layers",
        description="The image, then some feature maps of each layer: what each unit answers at each place.",
        size=(520, 330),
    )
    if wrong:
        figures |= one_panel(
            partial(_gallery, pictures=pictures, names=names),
            name="digits-wrong",
            title="The images answered wrongly",
            description="Each image with its true digit and the network's answer: " + "; ".join(names) + ".",
            size=(520, 20 + 85 * -(-len(wrong) // COLUMNS)),
        )
    return figures


def _curves(axes: "Axes", curves: dict[str, list[list[float]]]) -> None:
    """The median loss and its band over epochs, on the images learnt and on those held out."""
    for (name, (low, median, high)), color in zip(curves.items(), (COLOR["class 1"], COLOR["class 0"]), strict=True):
        axes.fill_between(range(len(low)), low, high, color=color, alpha=0.16, linewidth=0)
        dash = "-" if name == "learnt" else "--"
        axes.plot(median, color=color, linewidth=1.8, label=name, linestyle=dash, **dot(len(median)))
    everything = np.array([each for bands in curves.values() for each in bands])
    log_scale(axes, "y", float(everything.min()), float(everything.max()))
    epochs_below(axes, len(everything[0]))
    axes.set_ylabel("cross-entropy")
    axes.set_title("learning curves")
    axes.legend(loc="upper right")


def _confusion(axes: "Axes", counts: Array) -> None:
    """Counts by true digit and answer; squares show their shares, correct answers in blue, mistakes in orange."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    mistakes = np.where(np.eye(len(counts), dtype=bool), 0.0, shares)
    _squares(axes, np.diag(np.diag(shares)) * 0.3, COLOR["class 1"])
    _squares(axes, mistakes / max(mistakes.max(), 1e-9) * 0.75, COLOR["class 0"])
    for truth, answer in np.argwhere(counts):
        axes.text(answer + 0.5, truth + 0.5, str(counts[truth, answer]), ha="center", va="center", fontsize=9)
    axes.set_xlim(0, 10)
    axes.set_ylim(10, 0)
    axes.set_xticks(np.arange(10) + 0.5, [str(each) for each in range(10)])
    axes.set_yticks(np.arange(10) + 0.5, [str(each) for each in range(10)])
    axes.set_aspect("equal")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.set_xlabel("answer")
    axes.set_ylabel("true digit")


def _gallery(axes: "Axes", pictures: Sequence[Array], names: Sequence[str] = ()) -> None:
    """Pictures in rows, with their names below."""
    step, down = 1 + GAP, 1 + GAP + (0.3 if names else 0)
    largest = max(np.abs(each).max() for each in pictures)
    for k, each in enumerate(pictures):
        at = (k % COLUMNS * step, k // COLUMNS * down)
        _picture(axes, each / largest, at)
        if names:
            axes.text(at[0] + 0.5, at[1] + 1.07, names[k], ha="center", va="top", fontsize=9)
    rows = -(-len(pictures) // COLUMNS)
    _bare(axes, COLUMNS * step - GAP, rows * down - (0 if names else GAP))


def _maps(axes: "Axes", image: Array, layers: Sequence[Results]) -> None:
    """The image at the left, and a row of maps for each layer."""
    _picture(axes, image, (0, 0))
    axes.text(0.5, 1.08, "the image", ha="center", va="top", fontsize=9)
    for row, each in enumerate(layers):
        maps = np.array(each["maps"])
        top = row * (1 + 1.6 * GAP)
        for k, one in enumerate(maps / max(maps.max(), 1e-9)):
            _picture(axes, one, (MAPS_FROM + k * (1 + GAP), top))
        name = f"{each['layer']}\n{len(maps)} of {each['n']}"
        axes.text(MAPS_FROM - 0.15, top + 0.5, name, ha="right", va="center", fontsize=9)
    n = max(len(each["maps"]) for each in layers)
    _bare(axes, MAPS_FROM + n * (1 + GAP) - GAP, len(layers) * (1 + 1.6 * GAP))


def _picture(axes: "Axes", values: Array, at: tuple[float, float]) -> None:
    """A picture of side 1: numbers from -1 to 1, in ink where none is negative, else in blue and orange."""
    from matplotlib.patches import Rectangle

    positive = COLOR["ink"] if values.min() >= 0 else COLOR["class 1"]
    _squares(axes, np.maximum(values, 0), positive, at, 1 / len(values))
    _squares(axes, np.maximum(-values, 0), COLOR["class 0"], at, 1 / len(values))
    axes.add_patch(Rectangle(at, 1, 1, fill=False, edgecolor=COLOR["muted"], linewidth=0.6))


def _squares(axes: "Axes", values: Array, color: str, at: tuple[float, float] = (0, 0), side: float = 1.0) -> None:
    """One square per number from 0 to 1: the larger, the more opaque."""
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgba

    places = np.argwhere(values > FAINT)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    outlines = [(corners + np.array([column, row])) * side + at for row, column in places]
    colors = [to_rgba(color, float(values[row, column])) for row, column in places]
    axes.add_collection(PolyCollection(outlines, facecolors=colors, linewidths=0))


def _bare(axes: "Axes", width: float, height: float) -> None:
    """Limits that hold pictures, and no axes around them."""
    axes.set_xlim(-0.02 * width, width)
    axes.set_ylim(height, -0.02 * height)
    axes.set_aspect("equal")
    axes.set_axis_off()
