"""The main runs' figures: learning curves, and truth beside prediction.

Each panel is a function that draws on Matplotlib axes; `panels` gives each as a figure by its name.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.figures.axes import dot, epochs_below, plain_decades
from chainrule.lab.figures.files import Figure, one_panel
from chainrule.lab.figures.lines import corners, level_lines, region_outlines
from chainrule.lab.figures.numbers import counted
from chainrule.lab.figures.svg import COLOR
from chainrule.lab.report.bands import band
from chainrule.lab.report.reference import TASKS
from chainrule.lab.report.starts import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GRID = 81
"""Points per side of the grid on which the network's outputs are computed."""

MARGIN = 0.06
"""The width of the border around the unit square."""


def draw_learning_curve(axes: "Axes", outcome: Outcome) -> None:
    """The mean squared error over epochs: every start, the band and median, the start shown, the reference's points."""
    low, median, high = band(outcome.losses)
    run, ink = COLOR["run"], COLOR["ink"]
    floor = min(1e-4, low.min() / 2)

    def kept(losses: Array) -> Array:
        return corners(outcome.epochs / outcome.lab.epochs, np.log(losses) / np.log(floor))

    def curve(losses: Array, **how: Any) -> None:
        some = kept(losses)
        axes.plot(outcome.epochs[some], losses[some], color=run, **how, **dot(len(losses)))

    if outcome.lab.starts > 1:
        some = np.union1d(kept(low), kept(high))
        axes.fill_between(
            outcome.epochs[some], low[some], high[some], color=run, alpha=0.16, linewidth=0, label="5–95 % band"
        )
        for losses in outcome.losses.T:
            curve(losses, alpha=0.28, linewidth=0.6)
        axes.plot([], [], color=run, alpha=0.6, linewidth=0.6, label="each start")
        curve(median, linewidth=1.2, linestyle=(0, (4, 2)), label="median")
    curve(outcome.losses[:, outcome.shown], linewidth=2.2, label="start shown")
    published = {e: loss for e, loss in TASKS[outcome.task].published.by_epoch().items() if e < outcome.lab.epochs}
    axes.plot(
        list(published),
        list(published.values()),
        linestyle="none",
        marker="o",
        markersize=4.5,
        color=ink,
        markerfacecolor=COLOR["paper"],
        markeredgewidth=1.2,
        clip_on=False,
        zorder=3,
        label="reference",
    )
    axes.set_yscale("log")
    axes.set_ylim(floor, 1)
    plain_decades(axes)
    axes.set_title(outcome.task)
    epochs_below(axes, outcome.lab.epochs)
    axes.set_ylabel("mean squared error")
    axes.legend(**_ABOVE, ncols=2)


def draw_truth(axes: "Axes", outcome: Outcome) -> None:
    """The test points by their true class."""
    x, y = outcome.lab.test(TASKS[outcome.task]).points()
    _square(axes, f"{outcome.task}, truth")
    _scatter(axes, x, y[:, 0] >= 0.5)
    axes.legend(**_ABOVE, ncols=2)


def draw_prediction(axes: "Axes", outcome: Outcome) -> None:
    """The test points by the shown start's predicted class, its output everywhere, and every start's boundary."""
    x, y = outcome.lab.test(TASKS[outcome.task]).points()
    ink, k = COLOR["ink"], outcome.shown
    side, fields = log_odds_everywhere(outcome)
    _square(axes, f"{outcome.task}, answer")
    for c, values in ((0, -fields[k]), (1, fields[k])):
        for level in np.arange(0.55, 1.0, 0.1):  # each covers those after it, so that no seams show between bands
            _region(axes, side, values, np.log(level / (1 - level)), color=COLOR[f"class {c}"], alpha=0.085)
    if outcome.lab.starts > 1:
        for each in fields:
            _boundary(axes, side, each, linewidth=0.6, alpha=0.3)
        axes.plot([], [], color=ink, linewidth=0.6, alpha=0.6, label="each start")
    _boundary(axes, side, fields[k], linewidth=2.0)
    axes.plot([], [], color=ink, linewidth=2, label="answers 0.5")
    predicted = outcome.model.predict(x)[k, :, 0] >= 0.5
    _scatter(axes, x, predicted)
    wrong = predicted != (y[:, 0] >= 0.5)
    if wrong.any():
        ring: dict[str, Any] = {"markersize": 12, "markerfacecolor": "none", "markeredgewidth": 1.4}
        axes.plot(*x[wrong].T, "o", color=ink, label="wrong", **ring)
    axes.legend(**_ABOVE, ncols=2)


def log_odds_everywhere(outcome: Outcome) -> tuple[Array, Array]:
    """The side of a square grid (G,), and each start's log odds on it (K, G, G), x2 along the rows.

    An output p jumps from 0 to 1 within a cell of the grid; log(p / (1 - p)) doesn't, so its level lines are smooth.
    """
    side = np.linspace(-MARGIN, 1 + MARGIN, GRID)
    x1, x2 = np.meshgrid(side, side)
    answers = outcome.model.predict(np.stack([x1.ravel(), x2.ravel()], axis=1)).reshape(-1, GRID, GRID)
    answers = np.clip(answers, 1e-12, 1 - 1e-12)
    return side, np.log(answers / (1 - answers))


def panels(outcomes: Mapping[str, Outcome]) -> dict[str, Figure]:
    """The panels, by names that their files have too: curve-linear, truth-linear, prediction-linear, ...

    >>> from chainrule.lab.report.reference import Lab
    >>> from chainrule.lab.report.starts import train_task
    >>> sorted(panels({"xor": train_task(Lab(epochs=20, starts=2), "xor")}))
    ['curve-xor', 'prediction-xor', 'truth-xor']
    """
    figures: dict[str, Figure] = {}
    for task, outcome in outcomes.items():
        alone, epochs = outcome.lab.starts == 1, counted(outcome.lab.epochs, "epoch")
        curves = "the one start" if alone else f"{outcome.lab.starts} starts, their median and band, the start shown"
        thin = "" if alone else f", thin lines for all {outcome.lab.starts} starts"
        figures |= one_panel(
            partial(draw_learning_curve, outcome=outcome),
            name=f"curve-{task}",
            title=f"Learning curve of {task}",
            description=f"The mean squared error over {epochs} on a logarithmic axis: {curves}, and "
            " the reference's points. The training log holds the numbers.",
            size=WIDE,
        )
        figures |= one_panel(
            partial(draw_truth, outcome=outcome),
            name=f"truth-{task}",
            title=f"Test points of {task} by their true class",
            description="The test points in the plane of x1 and x2: class 0 as circles, class 1 as squares.",
            size=SQUARE,
        )
        figures |= one_panel(
            partial(draw_prediction, outcome=outcome),
            name=f"prediction-{task}",
            title=f"Test points of {task} by their predicted class",
            description="The same points by the class that the shown start predicts, over its answer at every place; "
            f"a thick line where the answer is 0.5{thin}. The predictions are listed above.",
            size=SQUARE,
        )
    return figures


def overview(outcomes: Mapping[str, Outcome]) -> dict[str, Figure]:
    """The lab at a glance: learning curves over predictions, one column per task."""
    figure = Figure(
        [
            [partial(draw_learning_curve, outcome=each) for each in outcomes.values()],
            [partial(draw_prediction, outcome=each) for each in outcomes.values()],
        ],
        name="overview",
        title="The reference lab at a glance",
        description="Above: learning curves of every start, with the reference's points. Below: the test points by "
        "their predicted class, with the decision boundaries.",
        size=(330, 345),
    )
    return {"overview": figure}


WIDE = (320, 272)
"""The size of a learning curve: small, so that its text is readable on a phone."""

SQUARE = (320, 372)
"""The size of a panel with square axes."""

_ABOVE: dict[str, Any] = {
    "loc": "lower right",
    "bbox_to_anchor": (1.0, 1.0),
    "columnspacing": 0.9,
    "handletextpad": 0.4,
    "handlelength": 1.4,
}


def _square(axes: "Axes", title: str) -> None:
    axes.set_aspect("equal")
    axes.set_anchor("S")  # the squares of a row align, whatever their legends
    axes.grid(visible=False)
    axes.set_xlim(-MARGIN, 1 + MARGIN)
    axes.set_ylim(-MARGIN, 1 + MARGIN)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_xlabel("x1")
    axes.set_ylabel("x2", rotation=0, ha="right", va="center", labelpad=9)
    axes.set_title(title)


def _scatter(axes: "Axes", x: Array, is_one: Array) -> None:
    """Points whose colour and shape show their class."""
    for c, marker in ((0, "o"), (1, "s")):
        axes.plot(
            *x[is_one == bool(c)].T,
            marker,
            markersize=5.5,
            color=COLOR[f"class {c}"],
            markeredgecolor=COLOR["paper"],
            markeredgewidth=0.8,
            label=f"class {c}",
        )


def _boundary(axes: "Axes", side: Array, field: Array, **how: Any) -> None:
    """The line on which the output is 0.5, where there is one."""
    for line in level_lines(side, field, 0.0):
        axes.plot(*line.T, color=COLOR["ink"], **how)


def _region(axes: "Axes", side: Array, field: Array, level: float, **how: Any) -> None:
    """The regions in which a field is above a level, if there are any."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    outlines = [Path(line, closed=True) for line in region_outlines(side, field, level)]
    if outlines:
        axes.add_patch(PathPatch(Path.make_compound_path(*outlines), linewidth=0, **how))
