"""Metrics: targets y compared with the predictions of one network or of a population.

y is (n,) or (n, o). `predicted` has y's shape, or for a population a leading axis K as well; then a metric returns one
value per member, (K,). A column (n, 1) and a vector (n,) are treated alike.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_array, as_numbers
from chainrule.core.calls import total
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.core.foreign import said
from chainrule.core.memory import memory_for

Value = float | Array
"""A number; for a population one per member, (K,)."""


def accuracy(y: ArrayLike, predicted: ArrayLike) -> Value:
    """The fraction of samples classified correctly, from 0 to 1.

    y (n,) and predicted (..., n): class numbers, or class names. Raises ShapeError if the shapes don't fit, DataError
    for values that aren't classes (probabilities, say), or if one side holds numbers and the other names.

    >>> accuracy([0, 1, 1, 0], [0, 1, 0, 0])
    0.75
    >>> accuracy(["cat", "dog"], [["cat", "dog"], ["dog", "dog"]])        # two members
    array([1. , 0.5])
    """
    y, predicted = _classes("accuracy", y, predicted)
    return _value((predicted == y).mean(axis=-1))


def confusion_matrix(y: ArrayLike, predicted: ArrayLike, classes: Sequence[Any] | None = None) -> Array:
    """Count how often each true class (row) is predicted as each class (column): (C, C), or (K, C, C).

    y (n,) and predicted (..., n): class numbers, or class names. `classes` gives the order of rows and columns (for
    class numbers, say, `range(10)`); without it they are the classes that occur, sorted. Raises as `accuracy` does,
    DataError for a class that isn't among `classes`, SettingError if these repeat.

    >>> confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1])
    array([[1, 1],
           [0, 2]])
    """
    y, predicted = _classes("confusion_matrix", y, predicted)
    occurring = np.union1d(y, predicted)
    labels = occurring if classes is None else _labels("confusion_matrix", "classes", classes)
    if labels.ndim != 1 or (labels.dtype.kind == "U") != (y.dtype.kind == "U"):
        raise SettingError(f"classes must be a list of classes as y holds them; got {said(classes)}.")
    if len(np.unique(labels)) != len(labels):
        raise SettingError(f"classes must name each class once; got {_shown(labels)}; remove the repeats.")
    unknown = np.setdiff1d(occurring, labels)
    if len(unknown):
        raise DataError(f"expected classes among {_shown(labels)}, got {_shown(unknown)}; add what is missing.")
    C, members = len(labels), predicted.reshape(-1, len(y))
    K = len(members)
    by_name = np.argsort(labels)
    row, column = (by_name[np.searchsorted(labels, each, sorter=by_name)] for each in (y, members))  # (n,), (K, n)
    cell = (np.arange(K)[:, np.newaxis] * C + row) * C + column  # each sample's place in K matrices written in a line
    with memory_for(f"a confusion matrix of {C:,} classes", K * C * C, np.intp, "Name fewer in classes."):
        counts = np.bincount(cell.reshape(-1), minlength=K * C * C)
    return counts.reshape(*predicted.shape[:-1], C, C)


def mean_squared_error(y: ArrayLike, predicted: ArrayLike) -> Value:
    """The mean over samples and outputs of (predicted - y)², in squared units of the target.

    y (n,) or (n, o), predicted the same or with a leading K. Raises ShapeError if the shapes don't fit, DataError for
    values that aren't numbers. A member that diverged has NaN or infinity.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    y, predicted = _numbers("mean_squared_error", y, predicted)
    with np.errstate(over="ignore", invalid="ignore"):
        return _value(np.square(predicted - y).mean(axis=(-2, -1)))


def r2(y: ArrayLike, predicted: ArrayLike) -> Value:
    """The coefficient of determination, 1 - Σ (predicted - y)² / Σ (y - mean of y)²; 1 is perfect, the mean gives 0.

    y (n,) or (n, o), predicted the same or with a leading K; the mean over outputs. Where an output's target is
    constant, R² isn't defined: it counts as 1 if predicted exactly, else as 0, as in scikit-learn.
    Raises ShapeError if the shapes don't fit, DataError for values that aren't numbers.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    y, predicted = _numbers("r2", y, predicted)
    with np.errstate(over="ignore", invalid="ignore"):
        error = total(np.square(predicted - y), axis=-2)  # (..., n, o) -> (..., o)
        deviation = y - y[0]  # exactly 0 for a constant target, however its mean is rounded
        spread = total(np.square(deviation - deviation.mean(axis=0)), axis=0)  # (n, o) -> (o,)
        constant = np.where(error == 0, 1.0, 0.0)
        score = np.where(spread == 0, constant, 1 - error / np.where(spread == 0, 1, spread))
        return _value(np.where(np.isnan(error), np.nan, score).mean(axis=-1))


METRICS: dict[str, Callable[[ArrayLike, ArrayLike], Value]] = {
    each.__name__: each for each in (accuracy, mean_squared_error, r2)
}
"""The metrics with one value per member, by name."""


def _shown(classes: Array) -> str:
    return said(classes.tolist())


def _value(result: Any) -> Value:
    return float(result) if np.ndim(result) == 0 else result


def _aligned(metric: str, y: Array, predicted: Array) -> tuple[Array, Array]:
    """Targets (n, o) and predictions (..., n, o). A shape that fits one network and a population is one network's."""
    if y.size == 0:
        raise DataError(f"{metric} expects at least one sample, got y {y.shape}; pass the samples to compare.")
    targets = y.reshape(len(y), -1) if y.ndim in (1, 2) else y
    n, o = targets.shape if targets.ndim == 2 else (0, 0)
    shapes = [(n, o), (n,)] if o == 1 else [(n, o)]
    if targets.ndim == 2 and predicted.shape in shapes:
        return targets, predicted.reshape(n, o)
    if targets.ndim == 2 and predicted.ndim > 1 and predicted.shape[1:] in shapes:
        return targets, predicted.reshape(-1, n, o)
    raise ShapeError(
        f"{metric} expects y (n,) or (n, outputs), and predictions of that shape or with a population's axis in front; "
        f"got {y.shape} and {predicted.shape}. Give both the same number of samples and outputs."
    )


def _numbers(metric: str, y: ArrayLike, predicted: ArrayLike) -> tuple[Array, Array]:
    """Targets and predictions as float64, aligned."""
    y, predicted = as_numbers(y, f"{metric}'s y"), as_numbers(predicted, f"{metric}'s predicted")
    if not np.isfinite(y).all():
        raise DataError(f"{metric}'s y should hold finite numbers, got NaN or infinity. Remove those samples.")
    return _aligned(metric, y.astype(np.float64), predicted.astype(np.float64))


def _classes(metric: str, y: ArrayLike, predicted: ArrayLike) -> tuple[Array, Array]:
    """Targets (n,) and predictions (..., n): class numbers in both, or class names in both."""
    y, predicted = _aligned(metric, _labels(metric, "y", y), _labels(metric, "predicted", predicted))
    if y.shape[-1] != 1:
        raise ShapeError(
            f"{metric} expects one class per sample, got {y.shape}; argmax(axis=-1) makes classes of probabilities."
        )
    if (y.dtype.kind == "U") != (predicted.dtype.kind == "U"):
        raise DataError(f"{metric} expects class numbers, or class names, on both sides; got one of each. Convert one.")
    return y[..., 0], predicted[..., 0]


def _labels(metric: str, name: str, values: ArrayLike) -> Array:
    """The values as an array of class names or of whole numbers. Raises DataError for anything else."""
    labels = as_array(values, f"{metric}'s {name}")
    numbers = labels.reshape(-1) if labels.dtype.kind == "f" else np.empty(0)
    broken = numbers[~(numbers == np.floor(numbers))]
    if labels.dtype.kind not in "biufU" or broken.size:
        got = broken[0] if broken.size else f"values of type {labels.dtype}"
        raise DataError(
            f"{metric} expects class numbers or class names, got {got}; make classes of probabilities first (p > 0.5)."
        )
    return labels
