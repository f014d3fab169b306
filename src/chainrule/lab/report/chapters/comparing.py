"""A chapter that compares settings: the settings changed, the tasks, and the numbers of each setting."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from chainrule.core.initializers import Normal
from chainrule.core.optimizers import Adam, Optimizer
from chainrule.lab.experiments.compared_runs import survivors
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.comparison_figure import compose, curves, finals
from chainrule.lab.experiments.data import DataSet
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.labels import label, plain
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.settings import cross
from chainrule.lab.figures.files import Figure
from chainrule.lab.figures.svg import Drawing
from chainrule.lab.report.bands import Results, number, number_or_none, rounded
from chainrule.lab.report.chapters.chapter import Answers, Chapter, Scale
from chainrule.lab.report.chapters.ranking import Row, best_and_worst, by_success

DTYPE = "float32"
"""Enough digits to compare by, in little more than half the time."""

LEVEL = 0.01
"""A start succeeds at this loss: of xor's 21 points one on the wrong side alone would cost 0.25 / 21, a little more."""

CURVE_POINTS = 50
"""Points of each curve in the results, about."""

NETWORK = Perceptron((4, 4), initializer=Normal())
"""The reference's network, 2-4-4-1 with sigmoid and biases, from standard normal weights."""

QUICK_LEARNER = Adam(0.01)
"""The optimizer where it isn't compared: with it, settings that can learn do so within a thousand epochs."""


def on_points(
    scale: Scale, data: str, network: Perceptron = NETWORK, optimizer: Optimizer = QUICK_LEARNER
) -> Experiment:
    """A run of the reference's network on a data set: xor's fixed points, else 100 drawn ones.

    >>> on_points(Scale(1000), "xor").optimizer
    Adam(0.01)
    """
    points = DataSet(data) if data == "xor" else DataSet(data, n=100, seed=scale.seed)
    return Experiment(
        points,
        network=network,
        optimizer=optimizer,
        epochs=scale.epochs,
        dtype=DTYPE,
        starts=scale.starts,
        seed=scale.seed,
    )


class Comparing(Chapter):
    """A chapter that compares the values of a setting, or of several crossed, on each of its tasks.

    asks: the name of what is compared, in tables and figures.  settings: lists of values by name, as in `compare`.
    labels: pairs of a value and its name on the page, for values that have one.  level: a start succeeds at this loss.
    """

    asks: ClassVar[str]
    settings: ClassVar[Mapping[str, list[Any]]]
    labels: ClassVar[tuple[tuple[Any, str], ...]] = ()
    level: ClassVar[float] = LEVEL

    def tasks(self, scale: Scale) -> dict[str, Experiment]:
        """The experiment whose settings are changed, for each task: the reference's network on both of its tasks."""
        return {task: on_points(scale, task) for task in ("linear", "xor")}

    def work(self, scale: Scale) -> dict[str, Comparison]:
        """One comparison per task."""
        return {task: self._without_runs(experiment) for task, experiment in self.tasks(scale).items()}

    def _without_runs(self, experiment: Experiment) -> Comparison:
        grid = cross(experiment, self.settings)
        names = (self.asks,) if len(self.settings) == 1 else tuple(self.settings)
        values = tuple(tuple(self._named(value) for value in each) for each in grid)
        return Comparison(experiment, names, values, tuple(grid.values()), (), self.level)

    def _named(self, value: Any) -> Any:
        return next((name for known, name in self.labels if type(known) is type(value) and known == value), value)

    def results(self, scale: Scale, answers: Answers) -> Results:
        """The numbers of each task, by its name."""
        return {task: self._of_task(comparison) for task, comparison in answers.items()}

    def _of_task(self, comparison: Comparison) -> Results:
        experiment = comparison.experiment
        return {
            "experiment": repr(replace(experiment, seed=0)),
            "epochs": experiment.epochs,
            "starts": experiment.starts,
            "seed": experiment.seed,
            "dtype": experiment.dtype,
            "level": comparison.level,
            "record_every": int(np.diff(comparison.runs[0].epochs[:2]).sum()) or 1,
            "rows": rows(comparison),
            **self.more(comparison),
        }

    def more(self, comparison: Comparison) -> Results:
        """A task's numbers beyond the rows."""
        return {}

    def shown(self, found: Results) -> Results:
        """For each task its numbers and its facts; among them its best settings and its worst, with their ties."""
        return {task: each | best_and_worst(each["rows"], self.rank) | self.facts(each) for task, each in found.items()}

    def rank(self, row: Row) -> tuple[float, ...]:
        """A key that sorts its better setting first, wherever the page says which is best."""
        return by_success(row)

    def facts(self, found: Results) -> Results:
        """The facts that a task's sentences turn on, besides its best settings and its worst."""
        return {}

    def figures(self, found: Results, answers: Answers) -> dict[str, Figure]:
        """For each task the figure that answers the chapter's question, and one of the other panels."""
        figures = {}
        for task, comparison in answers.items():
            first, *others = self.panels(comparison)
            for name, drawings in ((f"{self.name}-{task}", [first]), (f"{self.name}-{task}-more", others)):
                figures[name] = compose(comparison, drawings, name=name, columns=1)
        return figures

    def panels(self, comparison: Comparison) -> list[Drawing]:
        """The panels of a comparison; first the one that answers the chapter's question."""
        return [curves(comparison), finals(comparison)]

    def constants(self, scale: Scale) -> Mapping[str, Any]:
        """The epochs of its runs, the starts of each setting, and the first seed."""
        epochs = next(iter(self.tasks(scale).values())).epochs
        return {"EPOCHS": epochs, "STARTS": scale.starts, "SEED": scale.seed}


def rows(comparison: Comparison) -> list[Row]:
    """The numbers of each setting, one row per setting, with its curves.

    rose: the number of starts that diverged or ended with a higher loss than they began with.  first: the median loss
    at the start.  The rest is as in `Summary`, with None in place of NaN.
    """
    found = []
    for each, runs in zip(comparison.summary(), comparison.runs, strict=True):
        every = -(-len(runs.epochs) // CURVE_POINTS)
        bands = dict(zip(("low", "median", "high"), survivors(runs.losses[::every]), strict=True))
        found.append(
            {
                "label": label(each.values),
                "values": [plain(value) for value in each.values],
                "first": number_or_none(survivors(runs.losses[:1])[1][0]),
                "median": number_or_none(each.median),
                "low": number_or_none(each.low),
                "high": number_or_none(each.high),
                "succeeded": each.succeeded,
                "diverged": each.diverged,
                "rose": int((runs.diverged | (runs.final > runs.losses[0])).sum()),
                "starts": each.starts,
                "reached": None if each.reached is None else number(each.reached),
                "accuracy": number_or_none(each.score),
                "curves": {
                    "epoch": runs.epochs[::every].tolist(),
                    **{name: rounded(losses) for name, losses in bands.items()},
                },
            }
        )
    return found
