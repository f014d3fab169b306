"""Metrics of probabilities, or of other scores that rank samples: they need no threshold."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_numbers
from chainrule.core.errors import DataError
from chainrule.training.metrics.aligned import Value, check_probabilities, labels, questions, value

_SMALLEST = np.finfo(np.float64).eps
"""Probabilities are this far from 0 and 1 at least, as in scikit-learn, so that no log loss is infinite."""


def log_loss(y: ArrayLike, probabilities: ArrayLike) -> Value:
    """The mean over samples of -ln p, the probability of the true class; the loss of a cross-entropy.

    y (n,): class numbers. probabilities: (..., n, C), of each class; or (..., n), of class 1 of two. For several yes/no
    questions y (n, o) of zeros and ones, and probabilities (..., n, o) of a yes: then a value for each, (..., o).
    Raises ShapeError if the shapes don't fit, DataError for a class that isn't there, and for what is no probability.

    >>> round(log_loss([0, 1], [0.1, 0.8]), 6), round(log_loss([0, 1], [[0.9, 0.1], [0.2, 0.8]]), 6)
    (0.164252, 0.164252)
    """
    of_class = as_numbers(y, "log_loss's y")
    p = as_numbers(probabilities, "log_loss's probabilities").astype(np.float64)
    is_of_many = p.ndim in (2, 3) and p.shape[-1] > 1 and p.shape[-2:-1] == of_class.shape[:1]
    if is_of_many and of_class.shape[1:] in ((), (1,)):
        return value(_of_many(of_class.reshape(-1), p))
    truth, p = questions("log_loss", of_class, p)
    check_probabilities("log_loss", p)
    losses = _surprise(np.where(truth, p, 1 - p)).mean(axis=-2)
    return value(losses[..., 0] if losses.shape[-1] == 1 else losses)


def _of_many(y: Array, p: Array) -> Array:
    """The log loss of classes y (n,) by probabilities (..., n, C): (...)."""
    check_probabilities("log_loss", p, add_up=True)
    y, C = labels("log_loss", "y", y), p.shape[-1]
    unknown = y[(y < 0) | (y >= C)]
    if unknown.size or not y.size:
        got = f"{unknown[0]}" if unknown.size else "no sample"
        raise DataError(f"log_loss expects class numbers from 0 to {C - 1}, a column each; got {got}.")
    return np.asarray(_surprise(p[..., np.arange(len(y)), y.astype(np.intp)]).mean(axis=-1))


def _surprise(p: Array) -> Array:
    return np.asarray(-np.log(np.clip(p, _SMALLEST, 1)))


def roc_auc(y: ArrayLike, scores: ArrayLike) -> Value:
    """The area under the ROC curve: the probability that a sample of class 1 has a higher score than one of class 0.

    Ties count half. y (n,): zeros and ones. scores (..., n): probabilities, or any numbers. For several yes/no
    questions both have a column for each, (n, o): then a value for each, (..., o). NaN where y has one class alone.
    Raises ShapeError if the shapes don't fit, DataError for a y of something else.
    Source: Hanley and McNeil, "The meaning and use of the area under a ROC curve" (1982).

    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return _ranked("roc_auc", _area, y, scores)


def average_precision(y: ArrayLike, scores: ArrayLike) -> Value:
    """The mean precision of class 1 over its samples, each at the threshold that finds it: Σ (Rₖ - Rₖ₋₁) Pₖ.

    The thresholds are the scores, from the highest; P and R are precision and recall. By chance it is the share of
    class 1. Takes, and raises, what `roc_auc` does; NaN where y has no class 1.

    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 6)
    0.833333
    """
    return _ranked("average_precision", _precision, y, scores)


def _ranked(metric: str, measure: Callable[[Array, Array], float], y: ArrayLike, scores: ArrayLike) -> Value:
    """The measure of each column, and of each member."""
    truth, scores = questions(metric, y, scores)
    by_column = scores.reshape(-1, *truth.shape)
    values = [[measure(truth[:, k], each[:, k]) for k in range(truth.shape[1])] for each in by_column]
    found = np.array(values).reshape(*scores.shape[:-2], truth.shape[1])
    return value(found[..., 0] if found.shape[-1] == 1 else found)


def _steps(truth: Array, scores: Array) -> tuple[Array, Array]:
    """At each threshold, from the highest, how many of class 1 and of class 0 have at least that score."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # the last sample of each tie
    hits = np.cumsum(truth[order])[last]
    return hits, 1 + last - hits


def _area(truth: Array, scores: Array) -> float:
    """By the trapezoidal rule, in whole numbers."""
    if np.isnan(scores).any() or truth.all() or not truth.any():
        return np.nan
    hits, misses = (np.concatenate([[0], each]) for each in _steps(truth, scores))
    twice = float((np.diff(misses) * (hits[1:] + hits[:-1])).sum())
    return twice / (2.0 * float(hits[-1]) * float(misses[-1]))


def _precision(truth: Array, scores: Array) -> float:
    if np.isnan(scores).any() or not truth.any():
        return np.nan
    hits, misses = _steps(truth, scores)
    found = np.diff(hits, prepend=0)
    return float((found * (hits / (hits + misses))).sum() / hits[-1])
