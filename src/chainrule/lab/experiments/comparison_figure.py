"""A comparison as a figure: the learning curves of its settings, and their final losses."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.lab.experiments.compared_runs import ComparedRuns, Summary, spaced, survivors
from chainrule.lab.experiments.labels import label, words
from chainrule.lab.figures.axes import dot, epochs_below, log_scale, slant, title_and_legend
from chainrule.lab.figures.files import Figure, write
from chainrule.lab.figures.numbers import brief, counted, tick
from chainrule.lab.figures.svg import COLOR, Drawing
from chainrule.training.files.storage import FilePath

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLES = [
    (color, dash)
    for dash in ("solid", (0, (4, 1.6)))
    for color in (COLOR["class 1"], COLOR["class 0"], COLOR["run"], COLOR["fourth"], COLOR["muted"])
][:8]
"""Eight styles that every eye tells apart: five colours, then the first three of them dashed."""

MOST_BANDS = 3
"""The most curves with bands: the bands of more would hide each other, and the bars of the last panel tell as much."""

MOST_PANELS = 4
"""The most panels of curves, one for each value of a crossed setting."""

MOST_TICKS = 6
"""The most values that each have a tick of their own."""

FLOOR = 1e-12
"""The axes of losses reach down to this fraction of their height."""

PANEL = (340, 320)

Values = tuple[Any, ...]


def draw(comparison: ComparedRuns, *, name: str | None = None, columns: int = 2) -> str:
    """The figure as an SVG. name: starts every id in it.  columns: the number of panels side by side."""
    return compose(comparison, _panels(comparison), name=name, columns=columns).svg()


def write_figure(comparison: ComparedRuns, path: FilePath) -> None:
    """The figure as a file, in the form of its name: .svg, .png or .pdf."""
    write(compose(comparison, _panels(comparison)), path)


def _panels(comparison: ComparedRuns) -> list[Drawing]:
    return [*(curves(comparison, each) for each in _outer(comparison, MOST_PANELS)), finals(comparison)]


def compose(comparison: ComparedRuns, drawings: list[Drawing], *, name: str | None = None, columns: int = 2) -> Figure:
    """Panels of a comparison as one figure, its numbers in words beside them."""
    return Figure(_in_rows(drawings, columns), **_in_words(comparison, name))


def _in_rows(drawings: list[Drawing], columns: int) -> list[list[Drawing]]:
    drawings = drawings + [_blank] * (-len(drawings) % columns)
    return [drawings[i : i + columns] for i in range(0, len(drawings), columns)]


def _in_words(comparison: ComparedRuns, name: str | None = None) -> dict[str, Any]:
    """The figure's name, title, description and size."""
    names, starts = " and ".join(comparison.names), comparison.experiment.starts
    return {
        "name": name or "comparison-" + "-".join(comparison.names),
        "title": f"Comparison of {names}",
        "description": f"The loss over epochs for {counted(len(comparison.values), 'setting')} of {names}, "
        f"{counted(starts, 'start')} each: "
        "the median, and all between the lowest and the highest of the starts that did not diverge. Then the loss each "
        "ended with. " + _numbers(comparison),
        "size": PANEL,
    }


def _numbers(comparison: ComparedRuns) -> str:
    """The numbers, for those who don't see the figure."""
    said = []
    for each in comparison.summary()[:24]:
        lost = f", {each.diverged} diverged" if each.diverged else ""
        loss = "no loss" if math.isnan(each.median) else f"median loss {brief(each.median)}"
        success = (
            f", {each.succeeded} of {each.starts} at or below {tick(comparison.level)}" if comparison.level else ""
        )
        said.append(f"{each.label}: {loss}{success}{lost}")
    return "; ".join(said) + "."


def _inner(comparison: ComparedRuns) -> int:
    """The setting whose values are the series of a panel: a numeric one, and of two the one with more values."""
    sizes = [len({values[i] for values in comparison.values}) for i in range(len(comparison.names))]
    return max(range(len(sizes)), key=lambda i: (_numeric(comparison, i), sizes[i]))


def _outer(comparison: ComparedRuns, most: int) -> list[Values]:
    """The values of the other settings, crossed, at most this many; one empty combination if there are none."""
    inner = _inner(comparison)
    return spaced(list(dict.fromkeys(_without(values, inner) for values in comparison.values)), most)


def _numeric(comparison: ComparedRuns, i: int) -> bool:
    kinds = {type(values[i]) for values in comparison.values}
    return kinds <= {int, float}


def _without(values: Values, i: int) -> Values:
    return values[:i] + values[i + 1 :]


def _title(comparison: ComparedRuns, inner: int, outer: Values) -> str:
    others = _without(comparison.names, inner)
    return ", ".join(
        f"{words(name)} {label((value,))}" if isinstance(value, int | float | tuple) else label((value,))
        for name, value in zip(others, outer, strict=True)
    )


def curves(comparison: ComparedRuns, outer: Values = (), title: str = "") -> Drawing:
    """The losses over epochs, one curve for each value of a setting. outer: the values of the other settings."""
    inner, ceiling = _inner(comparison), comparison.ceiling
    series = list(dict.fromkeys(values[inner] for values in comparison.values))
    shown = spaced(series, len(STYLES))
    name = words(comparison.names[inner]) + (f", {len(shown)} of {len(series)}" if len(shown) < len(series) else "")
    title = title or ": ".join([_title(comparison, inner, outer) or "learning curves", name])

    def drawing(axes: "Axes") -> None:
        longest, lowest, highest = 1, math.inf, 0.0
        for values, each, runs in zip(comparison.values, comparison.experiments, comparison.runs, strict=True):
            if _without(values, inner) != outer or values[inner] not in shown:
                continue
            color, dash = STYLES[shown.index(values[inner])]
            longest = max(longest, each.epochs)
            low, median, high = (np.minimum(each, ceiling) for each in survivors(runs.losses))
            epochs = runs.epochs
            lost = int(runs.diverged.sum())
            mark = f"  ({lost} diverged)" if lost else ""
            if len(shown) <= MOST_BANDS:
                axes.fill_between(epochs, low, high, color=color, alpha=0.16, linewidth=0)
            how: dict[str, Any] = {"color": color, "linestyle": dash, "linewidth": 1.8} | dot(len(median))
            axes.plot(epochs, median, label=label((values[inner],)) + mark, **how)
            positive = np.concatenate([low[low > 0], high[high > 0]])
            if len(positive):
                lowest, highest = min(lowest, float(positive.min())), max(highest, float(positive.max()))
        log_scale(axes, "y", max(lowest, highest * FLOOR), highest)
        epochs_below(axes, longest)
        axes.set_ylabel(comparison.loss_name)
        title_and_legend(axes, title)

    return drawing


def finals(comparison: ComparedRuns) -> Drawing:
    """The final loss against the setting: along a scale if its values are numbers, else with a place for each."""
    inner, outer = _inner(comparison), _outer(comparison, len(STYLES))
    numeric = _numeric(comparison, inner)

    def drawing(axes: "Axes") -> None:
        series = list(dict.fromkeys(values[inner] for values in comparison.values))
        series = sorted(series) if numeric else series
        places = [float(each) for each in series] if numeric else [float(i) for i in range(len(series))]
        logarithmic = numeric and min(places) > 0 and max(places) >= 8 * min(places)
        reached: list[float] = []
        for k, each in enumerate(outer):
            color, dash = STYLES[k]
            rows = [row for row in comparison.summary() if _without(row.values, inner) == each]
            rows.sort(key=lambda row: series.index(row.values[inner]))
            at = [places[series.index(row.values[inner])] for row in rows]
            nudged = [_nudge(place, k, len(outer), logarithmic, places) for place in at]
            reached += nudged
            _series(
                axes,
                nudged,
                rows,
                comparison.ceiling,
                (color, dash if numeric else "none"),
                _title(comparison, inner, each) or "median, lowest to highest",
            )
        finals = np.concatenate([runs.final for runs in comparison.runs])
        finals = np.minimum(finals[np.isfinite(finals) & (finals > 0)], comparison.ceiling)
        dotted: dict[str, Any] = {"color": COLOR["muted"], "linewidth": 1.1, "linestyle": (0, (1, 2))}
        if comparison.level is not None:
            axes.axhline(comparison.level, label=f"{tick(comparison.level)}: success", **dotted)
            finals = np.append(finals, comparison.level)
        if any(runs.diverged.any() for runs in comparison.runs):
            axes.plot([], [], "x", color=COLOR["muted"], markersize=6, label="some diverged")
        log_scale(axes, "y", float(finals.min(initial=np.inf)), float(finals.max(initial=0.0)))
        if logarithmic:
            log_scale(axes, "x", min(reached) / 1.3, max(reached) * 1.3)
            if len(places) <= MOST_TICKS:
                axes.set_xticks(places, [label((each,)) for each in series])
        elif not numeric:
            names = [label((each,)) for each in series]
            axes.set_xticks(places, names, **slant(names))
            axes.set_xlim(-0.6, len(places) - 0.4)
        axes.set_xlabel(words(comparison.names[inner]))
        axes.set_ylabel(f"final {comparison.loss_name}")
        title_and_legend(axes, "where the starts end")

    return drawing


def _nudge(place: float, k: int, n: int, logarithmic: bool, places: list[float]) -> float:
    """The place of series k of n, a little to the side, so that bars can be told apart."""
    aside = (k - (n - 1) / 2) * 0.08
    if logarithmic:
        return place * math.exp(aside * math.log(max(places) / min(places)) / len(places))
    return place + aside * (max(places) - min(places) or 1.0) / max(1, len(places) - 1)


def _series(
    axes: "Axes", at: list[float], rows: list[Summary], ceiling: float, style: tuple[str, Any], name: str
) -> None:
    """Draw bands as bars, medians as points, and a cross at the top where some starts diverged."""
    color, dash = style
    alive = [i for i, row in enumerate(rows) if not math.isnan(row.median)]
    axes.vlines(
        [at[i] for i in alive],
        [min(rows[i].low, ceiling) for i in alive],
        [min(rows[i].high, ceiling) for i in alive],
        color=color,
        alpha=0.45,
        linewidth=3.5,
    )
    medians = [min(row.median, ceiling) for row in rows]
    how: dict[str, Any] = {"markeredgecolor": COLOR["paper"], "markeredgewidth": 0.8, "zorder": 3}
    axes.plot(at, medians, color=color, linestyle=dash, linewidth=1.3, marker="o", markersize=6, label=name, **how)
    lost = [place for place, row in zip(at, rows, strict=True) if row.diverged]
    axes.plot(lost, [0.965] * len(lost), "x", color=color, markersize=6, transform=axes.get_xaxis_transform())


def _blank(axes: "Axes") -> None:
    axes.set_axis_off()
