"""The reference lab's figures: learning curves, and truth beside prediction.

Each panel is a function that draws on a Matplotlib axes; `panels()` gives every one as an SVG by its name.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.reference import TASKS, Outcome
from chainrule.lab.results import band
from chainrule.lab.svg import COLOR, Drawing, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FINE, COARSE = 161, 81
"""Points a side of the grid that a field is drawn from, for the start shown and for all the others."""

MARGIN = 0.06
"""How far a field reaches beyond the unit square."""


def draw_learning_curve(axes: "Axes", outcome: Outcome) -> None:
    """The mean squared error over epochs: every start, the band and median, the start shown, the reference's points."""
    thousands, losses = outcome.epochs / 1000, outcome.losses
    low, median, high = band(losses)
    run, ink = COLOR["run"], COLOR["ink"]
    axes.plot(thousands, losses, color=run, alpha=0.28, linewidth=0.6)
    axes.fill_between(thousands, low, high, color=run, alpha=0.16, linewidth=0, label="5–95 % of the starts")
    axes.plot(thousands, median, color=run, linewidth=1.2, linestyle=(0, (4, 2)), label="median")
    axes.plot(thousands, losses[:, outcome.shown], color=run, linewidth=2.2, label="the start shown")
    published = {e: loss for e, loss in TASKS[outcome.task].published.by_epoch().items() if e < outcome.lab.epochs}
    axes.plot(
        [epoch / 1000 for epoch in published],
        list(published.values()),
        linestyle="none",
        marker="o",
        markersize=4.5,
        color=ink,
        markerfacecolor=COLOR["paper"],
        markeredgewidth=1.2,
        clip_on=False,
        zorder=3,
        label="the reference",
    )
    axes.set_yscale("log")
    axes.set_ylim(min(1e-4, low.min() / 2), 1)
    axes.set_xlim(0, outcome.lab.epochs / 1000)
    axes.xaxis.set_major_formatter("{x:g}")
    _plain_decades(axes)
    axes.set_title(outcome.task)
    axes.set_xlabel("epoch, in thousands")
    axes.set_ylabel("mean squared error")
    axes.legend(**_ABOVE, ncols=2)


def draw_truth(axes: "Axes", outcome: Outcome) -> None:
    """The test points by their true class."""
    x, y = outcome.lab.test(TASKS[outcome.task]).points()
    _square(axes, f"{outcome.task}, truth")
    _scatter(axes, x, y[:, 0] >= 0.5)
    axes.legend(**_ABOVE, ncols=2)


def draw_prediction(axes: "Axes", outcome: Outcome) -> None:
    """The test points by the class that the shown start predicts, its answer everywhere, and every start's boundary."""
    x, y = outcome.lab.test(TASKS[outcome.task]).points()
    ink, k = COLOR["ink"], outcome.shown
    side, field = answers_everywhere(outcome, FINE)
    _square(axes, f"{outcome.task}, answer")
    for c, values in ((0, 1 - field[k]), (1, field[k])):
        for level in np.arange(0.55, 1.0, 0.1):  # each lies on those before it, so that no seams show between bands
            if values.max() > level:
                axes.contourf(side, side, values, levels=[level, 1.1], colors=[COLOR[f"class {c}"]], alpha=0.085)
    side, fields = answers_everywhere(outcome, COARSE)
    for each in fields:
        _boundary(axes, side, each, linewidths=0.6, alpha=0.3)
    _boundary(axes, *(side, fields[k]), linewidths=2.0, alpha=1.0)
    axes.plot([], [], color=ink, linewidth=2, label="0.5")
    predicted = outcome.model.predict(x)[k, :, 0] >= 0.5
    _scatter(axes, x, predicted)
    wrong = predicted != (y[:, 0] >= 0.5)
    if wrong.any():
        ring: dict[str, Any] = {"markersize": 12, "markerfacecolor": "none", "markeredgewidth": 1.4}
        axes.plot(*x[wrong].T, "o", color=ink, label="wrong", **ring)
    axes.legend(**_ABOVE, ncols=4)


def answers_everywhere(outcome: Outcome, points: int) -> tuple[Array, Array]:
    """The side of a square grid (points,), and each start's answers on it (K, points, points), x2 along the rows."""
    side = np.linspace(-MARGIN, 1 + MARGIN, points)
    x1, x2 = np.meshgrid(side, side)
    answers = outcome.model.predict(np.stack([x1.ravel(), x2.ravel()], axis=1))
    return side, answers.reshape(-1, points, points)


def panels(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """Every panel as an SVG, by a name that is also its file's: curve-linear, truth-linear, prediction-linear, ...

    >>> from chainrule.lab.reference import Lab, train_task
    >>> sorted(panels({"xor": train_task(Lab(epochs=20, starts=2), "xor")}))
    ['curve-xor', 'prediction-xor', 'truth-xor']
    """
    figures = {}
    for task, outcome in outcomes.items():
        starts = f"{outcome.lab.starts} starts"
        figures[f"curve-{task}"] = render(
            [[_on(draw_learning_curve, outcome)]],
            name=f"curve-{task}",
            title=f"Learning curve of {task}",
            description=f"The mean squared error over {outcome.lab.epochs} epochs on a logarithmic axis: {starts}, "
            "their median and band, the start shown, and the reference's points. The training log holds the numbers.",
        )
        figures[f"truth-{task}"] = render(
            [[_on(draw_truth, outcome)]],
            name=f"truth-{task}",
            title=f"Test points of {task} by their true class",
            description="The test points in the plane of x1 and x2: class 0 as circles, class 1 as squares.",
            size=SQUARE,
        )
        figures[f"prediction-{task}"] = render(
            [[_on(draw_prediction, outcome)]],
            name=f"prediction-{task}",
            title=f"Test points of {task} by their predicted class",
            description="The same points by the class that the shown start predicts, over its answer at every place; "
            f"a thick line where the answer is 0.5, thin lines for all {starts}. The predictions are listed above.",
            size=SQUARE,
        )
    return figures


def overview(outcomes: Mapping[str, Outcome]) -> str:
    """Learning curves over predictions, a column a task, in one SVG: the lab at a glance."""
    return render(
        [
            [_on(draw_learning_curve, each) for each in outcomes.values()],
            [_on(draw_prediction, each) for each in outcomes.values()],
        ],
        name="overview",
        title="The reference lab at a glance",
        description="Above: learning curves of every start, with the reference's points. Below: the test points by "
        "their predicted class, with the decision boundaries.",
        size=(380, 380),
    )


SQUARE = (360, 370)
"""The size of a panel whose axes are a square."""

_ABOVE: dict[str, Any] = {
    "loc": "lower right",
    "bbox_to_anchor": (1.0, 1.0),
    "columnspacing": 0.9,
    "handletextpad": 0.4,
    "handlelength": 1.4,
}


def _on(draw: Any, outcome: Outcome) -> Drawing:
    return lambda axes: draw(axes, outcome)


def _square(axes: "Axes", title: str) -> None:
    axes.set_aspect("equal")
    axes.grid(visible=False)
    axes.set_xlim(-MARGIN, 1 + MARGIN)
    axes.set_ylim(-MARGIN, 1 + MARGIN)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_xlabel("x1")
    axes.set_ylabel("x2", rotation=0, va="center", y=0.73, labelpad=4)  # between the ticks
    axes.set_title(title)


def _scatter(axes: "Axes", x: Array, is_one: Array) -> None:
    """Points by class: by colour and by shape."""
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
    """The line on which the answer is 0.5, where there is one."""
    if field.min() < 0.5 < field.max():
        axes.contour(side, side, field, levels=[0.5], colors=[COLOR["ink"]], **how)


def _plain_decades(axes: "Axes") -> None:
    """Ticks at powers of ten, written as people read them."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.yaxis.set_major_locator(LogLocator(10))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.12f}".rstrip("0").rstrip(".")))
    axes.yaxis.set_minor_locator(NullLocator())
