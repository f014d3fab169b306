"""The results as SVG: growth in double logarithmic axes, and the ratios of all tasks at a glance."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.contenders import OURS
from benchmarks.growth import split
from benchmarks.results import Results
from benchmarks.rounds import Measured
from benchmarks.spread import Spread
from chainrule.lab.figures.svg import COLOR, STYLE

LOOKS = {
    "chainrule": ("#0072B2", "o"),
    "chainrule, NumPy": ("#0072B2", "d"),
    "PyTorch eager": ("#D55E00", "s"),
    "PyTorch vmap": ("#D55E00", "D"),
    "PyTorch eager, fused": ("#CC79A7", "P"),
    "JAX": ("#009E73", "^"),
    "scikit-learn": ("#E69F00", "v"),
    "textbook NumPy": ("#56B4E9", "X"),
    "MLX": ("#8B4513", "<"),
    "nn-engine-core": ("#666666", "h"),
    "libfann": ("#999999", "p"),
    "C": ("#000000", "*"),
}
"""A colour for each contender that colour-blind readers can tell apart (Okabe and Ito, then brown and greys), and a
marker."""

ON_PAPER = STYLE | {"font.size": 12, "figure.facecolor": COLOR["paper"]}
"""The lab's style with a light background, since these figures stand alone on pages that may be dark."""


def draw(results: Results, folder: Path) -> list[Path]:
    """Write the plots of the results; returns their paths."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    written = []
    with matplotlib.rc_context(ON_PAPER):
        for axis, points in results.growth.items():
            points, _ = split(points)
            if not points:
                continue
            figure, axes = pyplot.subplots(figsize=(7, 5), layout="constrained")
            draw_growth(axes, axis, points)
            written.append(save(figure, folder / f"{axis}.svg"))
        if any(task.times for task in results.tasks):
            figure, axes = pyplot.subplots(figsize=(11, 1.5 + 0.5 * len(results.tasks)), layout="constrained")
            draw_ratios(axes, [task for task in results.tasks if task.times])
            written.append(save(figure, folder / "ratios.svg"))
    return written


def save(figure: Any, path: Path) -> Path:
    from matplotlib import pyplot

    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return path


def draw_growth(axes: Any, axis: str, points: Sequence[Measured]) -> None:
    """One line per contender; the bars go from the lowest round to the highest."""
    for name in dict.fromkeys(name for each in points for name in each.times):
        measured = [each for each in points if name in each.times]
        xs, spreads = [each.point for each in measured], [Spread.of(each.times[name]) for each in measured]
        bars = [[s.median - s.low for s in spreads], [s.high - s.median for s in spreads]]
        colour, marker = LOOKS[name]
        axes.errorbar(
            xs, [s.median for s in spreads], bars, label=name, color=colour, marker=marker, markersize=7, capsize=3
        )
    axes.set(xscale="log", yscale="log", xlabel=axis, ylabel=points[0].unit)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_title(f"Time of an epoch against {axis}")
    axes.legend()


def draw_ratios(axes: Any, tasks: Sequence[Measured]) -> None:
    """One row per task: chainrule's time divided by each contender's; left of 1 chainrule is faster."""
    shown = [name for name in LOOKS if name != OURS and any(name in task.times for task in tasks)]
    for place, name in enumerate(shown):
        rows = [row for row, task in enumerate(tasks) if name in task.times]
        spreads, (colour, marker) = [tasks[row].ratio(name) for row in rows], LOOKS[name]
        apart = 0.5 * (place / max(1, len(shown) - 1) - 0.5)  # so that the markers of a row don't overlap
        axes.errorbar(
            [s.median for s in spreads],
            [row + apart for row in rows],
            xerr=[[s.median - s.low for s in spreads], [s.high - s.median for s in spreads]],
            fmt=marker,
            color=colour,
            markersize=7,
            capsize=2,
            label=name,
        )
    axes.axvline(1.0, color=COLOR["muted"], linewidth=1)
    axes.set(xscale="log", xlabel="chainrule's time divided by the contender's (left of 1: chainrule is faster)")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_yticks(range(len(tasks)), [f"{task.name}: {task.what.partition(', ')[0]}" for task in tasks])
    axes.invert_yaxis()
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
