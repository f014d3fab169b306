"""Rows that mislead: values far from all others, and rows that contradict each other."""

from typing import NamedTuple

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Inspection, Seen
from chainrule.lab.figures.numbers import short

_NAMED = 5
"""As many row numbers are said."""


def outliers(run: Inspection) -> Seen | None:
    """Values far from all others, in a feature or a target: standardised by them, the others would be alike.

    Far by the width of the middle half of the rows: in a few rows much; or less, in up to a quarter of them, where all
    are one and the same number, such as -999, the code of what wasn't measured.
    Source: Tukey, "Exploratory data analysis" (1977), 2D.
    """
    if run.unexplained < thresholds.NEGLIGIBLE:
        return None
    columns = {"x": run.x.reshape(len(run.x), -1)} | ({"y": run.targets} if run.loss.link == "identity" else {})
    for name, values in columns.items():
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
        width = np.where(high > low, high - low, np.inf)  # of a feature that hardly varies nothing is said
        far = np.abs(values - middle) / width
        for k in np.flatnonzero(far.max(axis=0) > thresholds.CODED):
            code = _code(values[:, k], far[:, k])
            few = 0 < (far[:, k] > thresholds.OUTLYING).sum() <= max(1, thresholds.NEGLIGIBLE * len(values))
            if few or code is not None:
                seen: Seen = {"low": float(low[k]), "high": float(high[k]), "middle": float(middle[k])}
                return _in_all_rows(run, name, int(k), code, seen)
    return None


def _code(values: Array, far: Array) -> float | None:
    """The number that several values are, far away from all others; None where there is none."""
    code = values[far.argmax()]
    rows = values == code
    is_code = 2 < rows.sum() < len(values) / 4 and far[~rows].max() < thresholds.CODED / 2
    return float(code) if is_code else None


def _in_all_rows(run: Inspection, name: str, k: int, code: float | None, seen: Seen) -> Seen:
    """What is said of a column, its rows counted in all of the data."""
    x, y = run.draw(run.n_samples)
    values = x.reshape(len(x), -1)[:, k] if name == "x" else run.columns(y)[:, k]
    far = np.abs(values - seen["middle"])
    limit = thresholds.CODED * (seen["high"] - seen["low"])
    rows = np.flatnonzero(far > limit if code is None else values == code)
    advice = "Check these rows; correct them or leave them out"
    if code is not None:
        median = short(seen["middle"])
        advice = f"If {short(code)} stands for a missing value, fill in the median {median}, or leave these rows out"
    where = f"in {len(rows):,} of the {len(x):,} rows"
    if len(rows) <= _NAMED:
        where = f"in row{'s' * (len(rows) > 1)} {', '.join(map(str, rows))}, counted from 0"
    column = "y" if run.targets.shape[1] == 1 else f"output {k + 1} of y"
    seen |= {"value": float(values[far.argmax()]), "rows": len(rows), "where": where, "advice": advice}
    seen |= {"is": "is" if code is not None or len(rows) == 1 else "is up to"}
    return seen | {"feature": run.feature_name(k) if name == "x" else column}


class Repeated(NamedTuple):
    """Rows by their different inputs: targets (n, O), y as the loss takes it, and the number of each row's input (n,).

    counts (inputs,): the rows of each.  means (inputs, O): of their targets: the best answers that there are.
    """

    targets: Array
    y: Array
    group: Array
    counts: Array
    means: Array

    @property
    def left(self) -> Array:
        """(n,): the squared distance of each row's target from the best answer to its input."""
        return np.asarray(np.square(self.targets - self.means[self.group]).sum(axis=1))


def _repeated(run: Inspection) -> Repeated:
    x, y = run.draw(thresholds.MOST_LEARNT)
    flat = np.ascontiguousarray(x.reshape(len(x), -1))
    _, group = np.unique(flat.view(np.dtype((np.void, flat.dtype.itemsize * flat.shape[1]))), return_inverse=True)
    group = group.reshape(-1)
    counts, targets = np.bincount(group), run.columns(y)
    means = np.column_stack([np.bincount(group, weights=each) for each in targets.T]) / counts[:, np.newaxis]
    return Repeated(targets, y, group, counts, means)


def contradicted(run: Inspection) -> Seen | None:
    """Inputs that all have several answers, so mixed that the best answer to each is hardly better than the mean."""
    rows = _repeated(run)
    variance = float(rows.targets.var(axis=0).sum())
    several = np.bincount(rows.group, weights=rows.left > thresholds.SAME * variance) > 0
    if not several.all() or len(several) < 2:
        return None
    least, mean = run.loss_of(run.logits(rows.means[rows.group]), rows.y), run.loss_of_mean(rows.y, rows.y)
    if not least > thresholds.LOWER * mean:
        return None
    n_answers = len(np.unique(rows.targets, axis=0))
    answers = "both answers" if n_answers == 2 else "several answers"
    seen: Seen = {"contradicted": int(several.sum()), "inputs": len(several), "answers": answers}
    return seen | {"least": least, "mean loss": mean}


def contradictory(run: Inspection) -> Seen | None:
    """Rows with the same x and other targets, so many that they bound what can be learnt.

    The best answer to such rows is the mean of their targets; what varies around it is left. Where most rows share
    their x with others, as with a few yes-or-no features, that is noise, and nothing is said.
    """
    rows = _repeated(run)
    n = len(rows.y)
    if len(rows.counts) == n or len(rows.counts) < thresholds.MOST * n:
        return None
    variance, left = float(rows.targets.var(axis=0).sum()), rows.left
    if not left.mean() > thresholds.LEARNT * variance:
        return None
    means = rows.means[rows.group]
    best = "" if run.loss.link == "identity" else f", and at best {_classified(means):.0%} are classified correctly"
    seen: Seen = {"rows": int((left > thresholds.SAME * variance).sum()), "best": best, "rows of": f"{n:,}"}
    return seen | {"least": run.loss_of(run.logits(means), rows.y), "mean loss": run.loss_of_mean(rows.y, rows.y)}


def _classified(shares: Array) -> float:
    """The fraction classified correctly where each row is given the class of the largest share."""
    return float(np.maximum(shares, 1 - shares).mean() if shares.shape[1] == 1 else shares.max(axis=1).mean())
