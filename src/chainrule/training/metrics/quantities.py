"""Metrics of quantities: the errors in the unit of the target, and R²."""

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.calls import total
from chainrule.training.metrics.aligned import Value, numbers, value


def mean_squared_error(y: ArrayLike, predicted: ArrayLike) -> Value:
    """The mean over samples and outputs of (predicted - y)², in squared units of the target.

    y (n,) or (n, o), predicted the same or with a leading K. Raises ShapeError if the shapes don't fit, DataError for
    values that aren't numbers. A member that diverged has NaN or infinity.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    y, predicted = numbers("mean_squared_error", y, predicted)
    with np.errstate(over="ignore", invalid="ignore"):
        return value(np.square(predicted - y).mean(axis=(-2, -1)))


def root_mean_squared_error(y: ArrayLike, predicted: ArrayLike) -> Value:
    """The root of the mean over samples of (predicted - y)², in the unit of the target; the mean over outputs.

    Takes, and raises, what `mean_squared_error` does.

    >>> root_mean_squared_error([1.0, 2.0], [4.0, 5.0])
    3.0
    """
    y, predicted = numbers("root_mean_squared_error", y, predicted)
    with np.errstate(over="ignore", invalid="ignore"):
        return value(np.sqrt(np.square(predicted - y).mean(axis=-2)).mean(axis=-1))


def mean_absolute_error(y: ArrayLike, predicted: ArrayLike) -> Value:
    """The mean over samples and outputs of |predicted - y|, in the unit of the target.

    Takes, and raises, what `mean_squared_error` does.

    >>> mean_absolute_error([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    y, predicted = numbers("mean_absolute_error", y, predicted)
    with np.errstate(over="ignore", invalid="ignore"):
        return value(np.abs(predicted - y).mean(axis=(-2, -1)))


def r2(y: ArrayLike, predicted: ArrayLike) -> Value:
    """The coefficient of determination, 1 - Σ (predicted - y)² / Σ (y - mean of y)²; 1 is perfect, the mean gives 0.

    y (n,) or (n, o), predicted the same or with a leading K; the mean over outputs. Where an output's target is
    constant, R² isn't defined: it counts as 1 if predicted exactly, else as 0, as in scikit-learn. Of one sample it is
    NaN.
    Raises ShapeError if the shapes don't fit, DataError for values that aren't numbers.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    y, predicted = numbers("r2", y, predicted)
    with np.errstate(over="ignore", invalid="ignore"):
        error = total(np.square(predicted - y), axis=-2)  # (..., n, o) -> (..., o)
        deviation = y - y[0]  # exactly 0 for a constant target, however its mean is rounded
        spread = total(np.square(deviation - deviation.mean(axis=0)), axis=0)  # (n, o) -> (o,)
        constant = np.where(error == 0, 1.0, 0.0)
        score = np.where(spread == 0, constant, 1 - error / np.where(spread == 0, 1, spread))
        return value(np.where(np.isnan(error) | (len(y) < 2), np.nan, score).mean(axis=-1))
