"""The results of a comparison: a tidy table of all runs, a summary by setting, and curves."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.labels import label, plain
from chainrule.lab.experiments.populations import Runs
from chainrule.lab.experiments.shown_loss import loss_name
from chainrule.training.files.storage import FilePath
from chainrule.training.files.tables import columns_to_csv, columns_to_pandas


@dataclass(frozen=True)
class Summary:
    """One setting over its starts.

    median, low, high: the final loss's median and extremes over the starts that didn't diverge; NaN if all did.
    succeeded: the number of starts that ended at or below the level; None without a level.  diverged: the number that
    diverged.
    reached: the median, over the starts that succeeded, of the first recorded epoch at or below the level; None if none
    did.  score: the median on the test.
    """

    values: tuple[Any, ...]
    label: str
    starts: int
    median: float
    low: float
    high: float
    succeeded: int | None
    diverged: int
    reached: float | None
    score: float


@dataclass(frozen=True, eq=False)
class ComparedRuns:
    """A comparison's results: setting i has `values[i]`, `experiments[i]` and `runs[i]`, all from the same starts.

    names: of the settings compared.  level: a start succeeds when its loss ends at or below this,
    if there is a level.
    """

    experiment: Experiment
    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    experiments: tuple[Experiment, ...]
    runs: tuple[Runs, ...]
    level: float | None

    def __repr__(self) -> str:
        starts = self.experiment.starts
        return f"Comparison of {len(self.values)} settings of {' and '.join(self.names)}, {starts} starts each"

    @property
    def metric(self) -> str:
        """The metric of the score on the test: accuracy, or r2."""
        return self.runs[0].metric

    @property
    def loss_name(self) -> str:
        """The name of the loss that curves and tables show."""
        return loss_name([each.loss for each in self.experiments])

    @property
    def ceiling(self) -> float:
        """The highest loss to draw, three times the highest first loss: higher ones, on the way to divergence, would
        hide the others.
        """
        starts = np.concatenate([runs.losses[0] for runs in self.runs])
        starts = starts[np.isfinite(starts)]
        return max(3 * float(starts.max()), self.level or 0.0) if len(starts) else 1.0

    @property
    def curves(self) -> dict[tuple[Any, ...], tuple[Array, Array]]:
        """The epochs recorded (R,) and the losses of every start (R, starts), by the values of the settings."""
        return {values: (runs.epochs, runs.losses) for values, runs in zip(self.values, self.runs, strict=True)}

    def to_dict(self) -> dict[str, list[Any]]:
        """The tidy table as columns, one row per run; None where there is no number, as for the loss of a diverged run.

        The settings, start (from 0), seed, final_loss, accuracy or r2, reached (the first recorded epoch whose loss is
        at or below the level, where there is one), ending and the epoch of it.
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

    def to_csv(self, path: FilePath | None = None) -> str:
        """The tidy table as CSV text, also written to `path` where one is given."""
        return columns_to_csv(self.to_dict(), path)

    def to_pandas(self) -> Any:
        """The tidy table as a data frame; needs the extra `pandas`."""
        return columns_to_pandas(self.to_dict())

    def summary(self) -> tuple[Summary, ...]:
        """One row per setting."""
        return tuple(self._summary(i) for i in range(len(self.values)))

    def _summary(self, i: int) -> Summary:
        runs = self.runs[i]
        low, median, high = survivors(runs.final[np.newaxis])
        succeeded = None if self.level is None else runs.final <= self.level
        reached = [] if succeeded is None else [self._reached(runs, int(k)) for k in np.flatnonzero(succeeded)]
        scores = runs.score[~np.isnan(runs.score)]
        return Summary(
            values=self.values[i],
            label=label(self.values[i]),
            starts=len(runs),
            median=float(median[0]),
            low=float(low[0]),
            high=float(high[0]),
            succeeded=None if succeeded is None else int(succeeded.sum()),
            diverged=int(runs.diverged.sum()),
            reached=float(np.median([each for each in reached if each is not None])) if reached else None,
            score=float(np.median(scores)) if len(scores) else float("nan"),
        )

    def _reached(self, runs: Runs, k: int) -> int | None:
        """The first recorded epoch at or below the level; the end where only the final loss is."""
        if self.level is None:
            return None
        epoch = first_below(runs.epochs, runs.losses[:, k], float(np.nextafter(self.level, np.inf)))
        return int(runs.ended[k]) if epoch is None and runs.final[k] <= self.level else epoch


def spaced(values: list[Any], most: int) -> list[Any]:
    """At most this many of the values, evenly spaced, the first and the last among them.

    >>> spaced([0, 1, 2, 3, 4], 3)
    [0, 2, 4]
    """
    if len(values) <= most:
        return values
    return [values[round(i * (len(values) - 1) / (most - 1))] for i in range(most)]


def survivors(losses: Array) -> tuple[Array, Array, Array]:
    """Lowest, median and highest loss of the starts whose loss is finite: (R, K) -> three of (R,), NaN where none is.

    >>> [each.tolist() for each in survivors(np.array([[1.0, 3.0, np.nan], [np.nan] * 3]))]
    [[1.0, nan], [2.0, nan], [3.0, nan]]
    """
    bands, finite = np.full((3, len(losses)), np.nan), np.isfinite(losses)
    for alive in np.unique(finite, axis=0):  # few different rows: a start that has diverged stays so
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
