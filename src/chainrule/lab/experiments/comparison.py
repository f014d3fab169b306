"""What a comparison came to: a tidy table of all runs, a summary by setting, curves, and the figure."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import Description
from chainrule.lab.experiments.network_text import NetworkText
from chainrule.lab.experiments.populations import Runs
from chainrule.training.files.tables import columns_to_csv, columns_to_pandas

if TYPE_CHECKING:
    from chainrule.lab.experiments.experiment import Experiment


def plain(value: Any) -> Any:
    """A setting's value as a table holds it: a number, True or False, or a text.

    >>> from chainrule.core.optimizers import Adam
    >>> plain(0.5), plain((8, 4)), plain(()), plain(Adam(0.01))
    (0.5, '8-4', 'none', 'Adam(0.01)')
    """
    if isinstance(value, NetworkText) and value.initializer is None:
        return value.text
    if isinstance(value, Description):
        return repr(value)
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return "none" if value is None else value


def label(values: Sequence[Any]) -> str:
    """The values of a setting, or of some crossed, as a person reads them.

    >>> label((0.5, (4, 4))), label((1e-05, None))
    ('0.5, 4-4', '1e-05, none')
    """
    return ", ".join(f"{each:g}" if isinstance(each, float) else str(plain(each)) for each in values)


@dataclass(frozen=True)
class Summary:
    """One setting over its starts.

    median, low, high: of the final loss, and its extremes, over the starts that didn't diverge; NaN if all did.
    succeeded: how many ended at or below the level.  diverged: how many did.  reached: the median over the starts that
    succeeded of the first recorded epoch at or below the level; None if none did.  score: the median on the test.
    """

    values: tuple[Any, ...]
    label: str
    starts: int
    median: float
    low: float
    high: float
    succeeded: int
    diverged: int
    reached: float | None
    score: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """A comparison's results: setting i has `values[i]`, `experiments[i]` and `runs[i]`, all from the same starts.

    names: of the settings compared.  level: a start succeeds when its loss ends at or below this.

    >>> from chainrule.lab.experiments.compare import compare
    >>> from chainrule.lab.experiments.experiment import Experiment
    >>> comparison = compare(Experiment("xor", epochs=20, starts=2), learning_rate=[0.1, 1.0])
    >>> list(comparison.to_dict())
    ['learning_rate', 'start', 'seed', 'final_loss', 'accuracy', 'reached', 'ending', 'epoch']
    >>> [each.label for each in comparison.summary()]
    ['0.1', '1']
    """

    experiment: "Experiment"
    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    experiments: tuple["Experiment", ...]
    runs: tuple[Runs, ...]
    level: float

    def __repr__(self) -> str:
        starts = self.experiment.starts
        return f"Comparison of {len(self.values)} settings of {' and '.join(self.names)}, {starts} starts each"

    @property
    def metric(self) -> str:
        """What the score on the test is: accuracy, or r2."""
        return self.runs[0].metric

    @property
    def curves(self) -> dict[tuple[Any, ...], tuple[Array, Array]]:
        """By values: the epochs recorded (R,), and the losses of every start (R, starts)."""
        return {values: (runs.epochs, runs.losses) for values, runs in zip(self.values, self.runs, strict=True)}

    def to_dict(self) -> dict[str, list[Any]]:
        """The tidy table as columns, a row a run; None where there is nothing, as in the loss of a run that diverged.

        The settings, start (from 0), seed, final_loss, accuracy or r2, reached (the first recorded epoch whose loss is
        at or below the level), ending and the epoch of it.
        """
        columns = (*self.names, "start", "seed", "final_loss", self.metric, "reached", "ending", "epoch")
        rows = [
            (
                *(plain(each) for each in values),
                k,
                int(runs.seeds[k]),
                finite(runs.final[k]),
                finite(runs.score[k]),
                self._reached(runs, k),
                str(runs.reason[k]),
                int(runs.ended[k]),
            )
            for values, runs in zip(self.values, self.runs, strict=True)
            for k in range(len(runs))
        ]
        return {name: [row[i] for row in rows] for i, name in enumerate(columns)}

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str:
        """The tidy table as CSV text, also written to `path` where one is given."""
        return columns_to_csv(self.to_dict(), path)

    def to_pandas(self) -> Any:
        """The tidy table as a data frame; needs the extra `pandas`."""
        return columns_to_pandas(self.to_dict())

    def summary(self) -> tuple[Summary, ...]:
        """One row a setting."""
        return tuple(self._summary(i) for i in range(len(self.values)))

    def _summary(self, i: int) -> Summary:
        runs = self.runs[i]
        low, median, high = survivors(runs.final[np.newaxis])
        succeeded = runs.final <= self.level
        reached = [self._reached(runs, int(k)) for k in np.flatnonzero(succeeded)]
        scores = runs.score[~np.isnan(runs.score)]
        return Summary(
            values=self.values[i],
            label=label(self.values[i]),
            starts=len(runs),
            median=float(median[0]),
            low=float(low[0]),
            high=float(high[0]),
            succeeded=int(succeeded.sum()),
            diverged=int(runs.diverged.sum()),
            reached=float(np.median([each for each in reached if each is not None])) if reached else None,
            score=float(np.median(scores)) if len(scores) else float("nan"),
        )

    def _reached(self, runs: Runs, k: int) -> int | None:
        """The first recorded epoch at or below the level; the end where only the final loss is."""
        epoch = first_below(runs.epochs, runs.losses[:, k], float(np.nextafter(self.level, np.inf)))
        return int(runs.ended[k]) if epoch is None and runs.final[k] <= self.level else epoch

    def figure(self) -> str:
        """Median and band over the starts for each setting, and the final loss against the setting, as an SVG.

        At most eight settings have a curve each: of more, eight evenly spaced ones. Needs the extra `report`.
        """
        from chainrule.lab.experiments.comparison_figure import draw

        return draw(self)


def survivors(losses: Array) -> tuple[Array, Array, Array]:
    """Lowest, median and highest of those starts whose loss is finite: (R, K) -> three of (R,), NaN where none is.

    >>> [each.tolist() for each in survivors(np.array([[1.0, 3.0, np.nan], [np.nan] * 3]))]
    [[1.0, nan], [2.0, nan], [3.0, nan]]
    """
    bands, finite = np.full((3, len(losses)), np.nan), np.isfinite(losses)
    for alive in np.unique(finite, axis=0):  # few: who has diverged stays so
        if alive.any():
            rows = (finite == alive).all(axis=1)
            bands[:, rows] = np.percentile(losses[np.ix_(rows, alive)], (0, 50, 100), axis=-1)
    return bands[0], bands[1], bands[2]


def first_below(epochs: Array, losses: Array, level: float) -> int | None:
    """The first recorded epoch at which the loss is below a level, or None.

    >>> first_below(np.array([0, 10, 20]), np.array([0.3, 0.2, 0.05]), 0.1)
    20
    """
    below = np.flatnonzero(losses < level)
    return int(epochs[below[0]]) if len(below) else None


def finite(value: Any) -> float | None:
    """A number, or None for NaN and infinity.

    >>> finite(0.5), finite(float("nan"))
    (0.5, None)
    """
    return float(value) if np.isfinite(value) else None
