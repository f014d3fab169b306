"""Optimizers: the reference's forms and the standard ones, at an equal learning rate and each at its own best."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chainrule.core.optimizers import SGD, Adam, Momentum, RMSprop
from chainrule.lab.report.chapters.chapter import Chapter, Scale, rows
from chainrule.lab.report.chapters.words import Row, loss, ranked, starts
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.comparison_figure import compose, curves, finals
from chainrule.lab.experiments.experiment import Experiment

RATES = [0.01, 0.1, 1.0, 10.0]

EQUAL_RATE = 0.1
"""One of the grid: at it the optimizers are compared side by side too."""


def tasks(scale: Scale) -> dict[str, Experiment]:
    """The reference's network on both tasks."""
    return {task: scale.experiment(task) for task in ("linear", "xor")}


def figure(comparison: Comparison, name: str) -> str:
    """Curves at the equal rate, curves of each optimizer at its best rate, and where every setting ends."""
    found = rows(comparison)
    equal = [i for i, (_, rate) in enumerate(comparison.values) if rate == EQUAL_RATE]
    best = [found.index(each) for each in at_their_best(found)]
    panels = [
        curves(_some(comparison, equal, "{}"), title=f"all at the rate {EQUAL_RATE:g}"),
        curves(_some(comparison, best, "{}, {:g}"), title="each at its own best rate"),
        finals(comparison),
    ]
    return compose(comparison, panels, name=name, columns=1)


def _some(comparison: Comparison, chosen: Sequence[int], name: str) -> Comparison:
    """A comparison of optimizers alone: those of some settings."""
    return replace(
        comparison,
        names=("optimizer",),
        values=tuple((name.format(*comparison.values[i]),) for i in chosen),
        experiments=tuple(comparison.experiments[i] for i in chosen),
        runs=tuple(comparison.runs[i] for i in chosen),
    )


def at_their_best(found: list[Row]) -> list[Row]:
    """Each optimizer's row at the rate of the grid that serves it best, in the order of the optimizers."""
    names = dict.fromkeys(row["values"][0] for row in found)
    return [min((row for row in found if row["values"][0] == name), key=ranked) for name in names]


def marked(comparison: Comparison) -> dict[str, Any]:
    """The rows at an optimizer's best rate, which the table marks."""
    return {"marked": [row["label"] for row in at_their_best(rows(comparison))]}


def conclude(found: dict[str, Any]) -> list[str]:
    """For each task: the best and the worst at the equal rate, then each at its best; and the bias correction."""
    return [sentence for task, each in found.items() for sentence in _of_task(task, each)]


def _of_task(task: str, found: dict[str, Any]) -> list[str]:
    equal = sorted((row for row in found["rows"] if row["values"][1] == EQUAL_RATE), key=ranked)
    best = sorted(at_their_best(found["rows"]), key=ranked)
    said = [
        f"On {task}, all at the rate {EQUAL_RATE:g}: {_first_and_last(equal, found['level'], '{}')}.",
        f"On {task}, each at its own best rate: {_first_and_last(best, found['level'], '{} ({:g})')}.",
    ]
    rates = {row["values"][1] for row in best}
    if len(rates) > 1:
        said[-1] += f" The best rates differ by a factor of {max(rates) / min(rates):,g}."
    else:
        said[-1] += f" The best rate is the same for all: {rates.pop():g}."
    return [*said, *_corrected(task, found["rows"])]


def _first_and_last(ordered: list[Row], level: float, name: str) -> str:
    first, last = ordered[0], ordered[-1]
    if not first["succeeded"]:
        return f"no optimizer brings a start to a loss of {level:g}"
    did = [f"{name.format(*row['values'])} ({_did(row, level)})" for row in (first, last)]
    return f"{did[0]} comes first, {did[1]} last"


def _did(row: Row, level: float) -> str:
    when = f", half of them by epoch {row['reached']:,.0f}" if row["succeeded"] else ""
    lost = loss(row["median"])
    return f"{starts(row['succeeded'], row['starts'])} at {level:g} or less{when}; median final loss {lost}"


def _corrected(task: str, found: list[Row]) -> list[str]:
    """What the correction of Adam's means changes: how many runs succeed over the grid, and how soon at each rate."""
    with_it, without = ([row for row in found if row["values"][0] == name] for name in ("Adam", "reference’s Adam"))
    of = sum(row["starts"] for row in with_it)
    a, b = (sum(row["succeeded"] for row in some) for some in (with_it, without))
    times = [
        f"at {ours['values'][1]:g} half of those by epoch {ours['reached']:,.0f} with it, "
        f"by {theirs['reached']:,.0f} without"
        for ours, theirs in zip(with_it, without, strict=True)
        if ours["succeeded"] and theirs["succeeded"]
    ]
    said = f"On {task} {a} of {of} runs succeed with the correction of Adam’s means, {b} without"
    return [f"{said}{': ' + '; '.join(times) if times else ''}."]


OPTIMIZERS = {
    SGD(EQUAL_RATE): "SGD",
    Momentum(EQUAL_RATE): "Momentum",
    RMSprop(EQUAL_RATE): "RMSprop",
    Adam(EQUAL_RATE, bias_correction=False): "reference’s Adam",
    Adam(EQUAL_RATE): "Adam",
}
"""With their names on the page."""

CHAPTER = Chapter(
    title="Optimizers",
    question="What does it help to look at more than the last gradient? SGD (7) steps along it; Momentum adds up those "
    "before; RMSprop (11) and Adam (8)–(10) divide each step by the size that gradients lately had. The reference’s "
    "Adam leaves out the correction for means that start at zero; the standard one (Kingma & Ba, 2015) has it.",
    asks="optimizer, rate",
    about="The 2-4-4-1 sigmoid network from standard normal weights, on all points at once; each optimizer at each "
    f"learning rate of the grid {', '.join(f'{rate:g}' for rate in RATES)}. Momentum keeps 0.9 of its steps, RMSprop "
    "0.99 of its mean of squares, Adam 0.9 and 0.999 of its means; ε = 1e−8. Marked: each optimizer’s best rate, by "
    "the starts that succeed, then how soon, then the median loss: what comes first and last below, too.",
    settings={"optimizer": list(OPTIMIZERS), "learning_rate": RATES},
    tasks=tasks,
    conclude=conclude,
    names=tuple(OPTIMIZERS.items()),
    more=marked,
    figure=figure,
)
