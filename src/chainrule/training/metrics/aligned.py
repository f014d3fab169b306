"""What a metric compares: targets and predictions as arrays that fit, checked."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_array, as_numbers
from chainrule.core.errors import DataError, ShapeError

Value = float | Array
"""A number; for a population one per member, (K,)."""

ROUNDING = 1e-3
"""Probabilities of a sample may add up to 1 within this: those of float16 do."""


def value(result: Any) -> Value:
    """A result as returned to users: a float, or an array."""
    return float(result) if np.ndim(result) == 0 else np.asarray(result)


def aligned(metric: str, y: Array, predicted: Array) -> tuple[Array, Array]:
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


def numbers(metric: str, y: ArrayLike, predicted: ArrayLike) -> tuple[Array, Array]:
    """Targets and predictions as float64, aligned."""
    y, predicted = as_numbers(y, f"{metric}'s y"), as_numbers(predicted, f"{metric}'s predicted")
    if not np.isfinite(y).all():
        raise DataError(f"{metric}'s y should hold finite numbers, got NaN or infinity. Remove those samples.")
    return aligned(metric, y.astype(np.float64), predicted.astype(np.float64))


def answers(metric: str, y: ArrayLike, predicted: ArrayLike) -> tuple[Array, Array]:
    """Targets (n, o) and predictions (..., n, o): class numbers in both, or class names in both."""
    y, predicted = aligned(metric, labels(metric, "y", y), labels(metric, "predicted", predicted))
    if (y.dtype.kind == "U") != (predicted.dtype.kind == "U"):
        raise DataError(f"{metric} expects class numbers, or class names, on both sides; got one of each. Convert one.")
    return y, predicted


def one_class(metric: str, y: ArrayLike, predicted: ArrayLike) -> tuple[Array, Array]:
    """Targets (n,) and predictions (..., n), as `answers`, of one class per sample."""
    y, predicted = answers(metric, y, predicted)
    if y.shape[-1] != 1:
        raise ShapeError(
            f"{metric} expects one class per sample, got {y.shape}; argmax(axis=-1) makes classes of probabilities."
        )
    return y[..., 0], predicted[..., 0]


def questions(metric: str, y: ArrayLike, scores: ArrayLike) -> tuple[Array, Array]:
    """Targets (n, o), True or False, and scores (..., n, o) as float64. y holds zeros and ones."""
    y, scores = numbers(metric, y, scores)
    if not np.isin(y, (0, 1)).all():
        wrong = y[~np.isin(y, (0, 1))][0]
        raise DataError(f"{metric} expects zeros and ones, two classes or questions, got {wrong:g}; convert y.")
    return y == 1, scores


def labels(metric: str, name: str, values: ArrayLike) -> Array:
    """The values as an array of class names or of whole numbers. Raises DataError for anything else."""
    found = as_array(values, f"{metric}'s {name}")
    fractions = found.reshape(-1) if found.dtype.kind == "f" else np.empty(0)
    broken = fractions[~(fractions == np.floor(fractions))]
    if found.dtype.kind not in "biufU" or broken.size:
        got = broken[0] if broken.size else f"values of type {found.dtype}"
        raise DataError(
            f"{metric} expects class numbers or class names, got {got}; make classes of probabilities first (p > 0.5)."
        )
    return found


def check_probabilities(metric: str, p: Array, add_up: bool = False) -> None:
    """Raise DataError for what is no probability; NaN, of a member that diverged, is let through.

    add_up: whether those of a sample, along the last axis, must add up to 1.
    """
    outside = p[(p < 0) | (p > 1)]
    if outside.size:
        raise DataError(
            f"{metric} expects probabilities from 0 to 1, got {outside[0]:g}; Model.probabilities(x) makes some."
        )
    sums = p.sum(axis=-1) if add_up else np.ones(1)
    wrong = sums[np.abs(sums - 1) > ROUNDING]
    if wrong.size:
        raise DataError(
            f"{metric} expects probabilities of all classes that add up to 1, got a sum of {wrong[0]:g}; divide by it."
        )
