"""A chapter of the report that compares: what is changed, on which tasks, and what is made of the results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.initializers import Normal
from chainrule.core.losses import SoftmaxCrossEntropy
from chainrule.core.network import Network
from chainrule.core.optimizers import Adam, Optimizer
from chainrule.lab.experiments.settings import cross
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.compared_runs import finite, survivors
from chainrule.lab.experiments.labels import label, plain
from chainrule.lab.experiments.comparison_figure import draw
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.populations import Runs
from chainrule.lab.report.results import number
from chainrule.lab.experiments.data import DataSet

Results = dict[str, Any]

DTYPE = "float32"
"""Enough digits to compare by, in little more than half the time."""

STARTS = 8
"""Each setting of a comparison is trained from so many starts."""

LEVEL = 0.01
"""A start succeeds at this loss: of xor's 21 points one on the wrong side alone would cost 0.25 / 21, a little more."""

CURVE_POINTS = 50
"""The results hold about so many points of each curve."""

NETWORK = Perceptron((4, 4), initializer=Normal())
"""The reference's network, 2-4-4-1 with sigmoid and biases, from standard normal weights."""

QUICK_LEARNER = Adam(0.01)
"""Where the optimizer isn't what is compared: with it, settings that can learn do so within a thousand epochs."""


IMAGE_EPOCHS = 2_000
"""One epoch on images for so many on points: it is 42 steps, of much larger networks."""


@dataclass(frozen=True)
class Scale:
    """What the comparisons share: how long each run is, how many starts each setting has, and the first seed."""

    epochs: int
    starts: int = STARTS
    seed: int = 0

    def experiment(self, data: str, network: Perceptron = NETWORK, optimizer: Optimizer = QUICK_LEARNER) -> Experiment:
        """A run of the reference's network on a data set: xor's fixed points, else 100 drawn ones.

        >>> Scale(1000).experiment("xor").optimizer
        Adam(0.01)
        """
        points = DataSet(data) if data == "xor" else DataSet(data, n=100, seed=self.seed)
        return Experiment(
            points,
            network=network,
            optimizer=optimizer,
            epochs=self.epochs,
            dtype=DTYPE,
            starts=self.starts,
            seed=self.seed,
        )

    def images(self, network: Network) -> Experiment:
        """A run on handwritten digits, a quarter of them held out.

        >>> from chainrule.core.layers import Dense, Flatten
        >>> Scale(20_000).images(Network((1, 8, 8), [Flatten(), Dense(10)])).epochs
        10
        """
        return Experiment(
            DataSet("digits"),
            network=network,
            loss=SoftmaxCrossEntropy(),
            optimizer=Adam(0.003),
            epochs=max(1, self.epochs // IMAGE_EPOCHS),
            batch_size=32,
            dtype=DTYPE,
            starts=self.starts,
            seed=self.seed,
        )


def _nothing(comparison: Comparison) -> Results:
    return {}


def _drawn(comparison: Comparison, name: str) -> str:
    return draw(comparison, name=name, columns=1)


@dataclass(frozen=True)
class Chapter:
    """A comparison on every task, and what the page makes of it.

    question: what it answers.  asks: what is compared, as the table says.  about: the settings, for the caption.
    settings: lists of values by name, as `compare` takes them.  names: what values are called on the page.
    level: the loss at which a start succeeds.
    tasks: the experiment of each task, at a scale.  conclude: the sentences, from the numbers of each task by name.
    more: numbers beyond the rows.  figure: the SVG of a comparison, by its name.
    """

    title: str
    question: str
    asks: str
    about: str
    settings: Mapping[str, list[Any]]
    tasks: Callable[[Scale], dict[str, Experiment]]
    conclude: Callable[[dict[str, Results]], list[str]]
    names: tuple[tuple[Any, str], ...] = ()
    level: float = LEVEL
    more: Callable[[Comparison], Results] = _nothing
    figure: Callable[[Comparison, str], str] = _drawn

    def grid(self, experiment: Experiment) -> dict[tuple[Any, ...], Experiment]:
        """What a task's comparison trains, by its values."""
        return cross(experiment, self.settings)

    def comparison(self, experiment: Experiment, runs: Mapping[Experiment, Runs]) -> Comparison:
        """A task's comparison, from the runs of its grid."""
        grid = self.grid(experiment)
        values = tuple(tuple(self._name(value) for value in each) for each in grid)
        found = tuple(runs[each] for each in grid.values())
        names = (self.asks,) if len(self.settings) == 1 else tuple(self.settings)
        return Comparison(experiment, names, values, tuple(grid.values()), found, self.level)

    def _name(self, value: Any) -> Any:
        return next((name for known, name in self.names if type(known) is type(value) and known == value), value)

    def results(self, comparison: Comparison) -> Results:
        """A task's numbers, ready for JSON."""
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


def rows(comparison: Comparison) -> list[Results]:
    """What each setting came to, a row each, with its curves.

    rose: how many starts diverged or ended with a higher loss than they began with.  first: the median loss at the
    start.  The rest is as in `Summary`, None for what isn't a number.
    """
    found = []
    for each, runs in zip(comparison.summary(), comparison.runs, strict=True):
        every = -(-len(runs.epochs) // CURVE_POINTS)
        low, median, high = survivors(runs.losses[::every])
        found.append(
            {
                "label": label(each.values),
                "values": [plain(value) for value in each.values],
                "first": _number(survivors(runs.losses[:1])[1][0]),
                "median": _number(each.median),
                "low": _number(each.low),
                "high": _number(each.high),
                "succeeded": each.succeeded,
                "diverged": each.diverged,
                "rose": int((runs.diverged | (runs.final > runs.losses[0])).sum()),
                "starts": each.starts,
                "reached": None if each.reached is None else _number(each.reached),
                "accuracy": _number(each.score),
                "curves": {
                    "epoch": runs.epochs[::every].tolist(),
                    **{name: _short(band) for name, band in (("low", low), ("median", median), ("high", high))},
                },
            }
        )
    return found


def _number(value: float) -> float | None:
    return None if finite(value) is None else number(value)


def _short(values: Array) -> list[float | None]:
    return [None if finite(each) is None else float(f"{each:.4g}") for each in values]
