"""Metrics of classes: how many answers are right, class by class, and what is taken for what."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError, SettingError
from chainrule.core.foreign import said
from chainrule.core.memory import memory_for
from chainrule.training.metrics.aligned import Value, answers, labels, one_class, value


def accuracy(y: ArrayLike, predicted: ArrayLike) -> Value:
    """The fraction of samples classified correctly, from 0 to 1.

    y (n,) and predicted (..., n): class numbers, or class names. Raises ShapeError if the shapes don't fit, DataError
    for values that aren't classes (probabilities, say), or if one side holds numbers and the other names.

    >>> accuracy([0, 1, 1, 0], [0, 1, 0, 0])
    0.75
    >>> accuracy(["cat", "dog"], [["cat", "dog"], ["dog", "dog"]])        # two members
    array([1. , 0.5])
    """
    y, predicted = one_class("accuracy", y, predicted)
    return value((predicted == y).mean(axis=-1))


def confusion_matrix(y: ArrayLike, predicted: ArrayLike, classes: Sequence[Any] | None = None) -> Array:
    """Count how often each true class (row) is predicted as each class (column): (C, C), or (K, C, C).

    y (n,) and predicted (..., n): class numbers, or class names. `classes` gives the order of rows and columns (for
    class numbers, say, `range(10)`); without it they are the classes that occur, sorted. Raises as `accuracy` does,
    DataError for a class that isn't among `classes`, SettingError if these repeat.

    >>> confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1])
    array([[1, 1],
           [0, 2]])
    """
    y, predicted = one_class("confusion_matrix", y, predicted)
    occurring = np.union1d(y, predicted)
    order = occurring if classes is None else labels("confusion_matrix", "classes", classes)
    if order.ndim != 1 or (order.dtype.kind == "U") != (y.dtype.kind == "U"):
        raise SettingError(f"classes must be a list of classes as y holds them; got {said(classes)}.")
    if len(np.unique(order)) != len(order):
        raise SettingError(f"classes must name each class once; got {_shown(order)}; remove the repeats.")
    unknown = np.setdiff1d(occurring, order)
    if len(unknown):
        raise DataError(f"expected classes among {_shown(order)}, got {_shown(unknown)}; add what is missing.")
    C, members = len(order), predicted.reshape(-1, len(y))
    K = len(members)
    by_name = np.argsort(order)
    row, column = (by_name[np.searchsorted(order, each, sorter=by_name)] for each in (y, members))  # (n,), (K, n)
    cell = (np.arange(K)[:, np.newaxis] * C + row) * C + column  # each sample's place in K matrices written in a line
    with memory_for(f"a confusion matrix of {C:,} classes", K * C * C, np.intp, "Name fewer in classes."):
        counts = np.bincount(cell.reshape(-1), minlength=K * C * C)
    return counts.reshape(*predicted.shape[:-1], C, C)


class ByClass(NamedTuple):
    """How well each class is found; NaN where that isn't defined.

    precision, recall, f1: (C,), or (K, C) for a population.  support (C,): the samples that are of the class.
    """

    precision: Array
    recall: Array
    f1: Array
    support: Array


def by_class(y: ArrayLike, predicted: ArrayLike, classes: Sequence[Any] | None = None) -> ByClass:
    """Precision, recall and F1 of each class, and how many samples are of it.

    y (n,), predicted (..., n) and classes as in `confusion_matrix`. For several yes/no questions per sample, y (n, o)
    and predicted (..., n, o) of zeros and ones, a question takes the place of a class: of its answer 1.
    Of a class that is never predicted the precision is NaN, of one that doesn't occur the recall, of both F1.

    >>> by_class([0, 0, 1, 1], [0, 1, 1, 1]).recall
    array([0.5, 1. ])
    """
    truth, chosen = answers("by_class", y, predicted)
    if truth.shape[-1] > 1:
        truth, chosen = (each.astype(bool) for each in _zeros_and_ones(truth, chosen))
        hits, times, support = (truth & chosen).sum(axis=-2), chosen.sum(axis=-2), truth.sum(axis=-2)
    else:
        counts = confusion_matrix(y, predicted, classes)
        hits, times = np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-2)
        support = counts.reshape(-1, *counts.shape[-2:])[0].sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return ByClass(hits / times, hits / support, 2 * hits / (times + support), support)


def precision(y: ArrayLike, predicted: ArrayLike, classes: Sequence[Any] | None = None) -> Array:
    """Of the samples predicted as a class, the fraction that are of it: (C,), or (K, C), as `by_class`.

    >>> precision([0, 0, 1, 1], [0, 1, 1, 1]).round(3)
    array([1.   , 0.667])
    """
    return by_class(y, predicted, classes).precision


def recall(y: ArrayLike, predicted: ArrayLike, classes: Sequence[Any] | None = None) -> Array:
    """Of the samples of a class, the fraction that are predicted as it: (C,), or (K, C), as `by_class`.

    >>> recall([0, 0, 1, 1], [0, 1, 1, 1])
    array([0.5, 1. ])
    """
    return by_class(y, predicted, classes).recall


def f1(y: ArrayLike, predicted: ArrayLike, classes: Sequence[Any] | None = None) -> Array:
    """The harmonic mean of precision and recall, of each class: (C,), or (K, C), as `by_class`.

    >>> f1([0, 0, 1, 1], [0, 1, 1, 1]).round(3)
    array([0.667, 0.8  ])
    """
    return by_class(y, predicted, classes).f1


def _zeros_and_ones(*columns: Array) -> tuple[Array, ...]:
    for each in columns:
        if each.dtype.kind == "U" or not np.isin(each, (0, 1)).all():
            raise DataError("several columns are yes/no questions: expected zeros and ones alone; convert y.")
    return columns


def _shown(classes: Array) -> str:
    return said(classes.tolist())
