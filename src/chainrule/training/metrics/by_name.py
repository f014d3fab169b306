"""The metrics by name; and those of a network's answers, as `Model.score` gives them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_array, as_numbers
from chainrule.core.errors import DataError, SettingError, ShapeError, listing
from chainrule.core.foreign import visible
from chainrule.training.metrics.aligned import labels
from chainrule.training.metrics.classes import accuracy, confusion_matrix, f1, precision, recall
from chainrule.training.metrics.quantities import mean_absolute_error, mean_squared_error, r2, root_mean_squared_error
from chainrule.training.metrics.ranking import average_precision, log_loss, roc_auc


def _table(*metrics: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    return {each.__name__: each for each in metrics}


OF_QUANTITIES = _table(mean_absolute_error, mean_squared_error, r2, root_mean_squared_error)
OF_CLASSES = _table(confusion_matrix, f1, precision, recall)
OF_SCORES = _table(average_precision, roc_auc)
METRICS = OF_QUANTITIES | OF_CLASSES | OF_SCORES | _table(accuracy, log_loss)
"""The metrics by name: all, those of outputs, of one class among several, and those that rank samples."""


def answers_to_questions(metric: str, y: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Targets as zeros and ones (n, o), one for each output of a sample."""
    answers = as_array(y, f"{metric}'s y")
    if answers.shape != shape:
        raise ShapeError(
            f"{metric} expects y {shape}, a 0 or 1 per output of the network, got {answers.shape}; "
            "give a row for each sample."
        )
    return answers


def class_numbers(metric: str, y: ArrayLike, names: tuple[str, ...], n_outputs: int) -> Array:
    """Targets (n,) as class numbers, from these or from a model's names of classes; () where it has none.

    Of columns (n, n_outputs), one-hot or probabilities, the largest is the class.
    """
    found = as_array(y, f"{metric}'s y")
    if found.ndim == 2 and found.shape[1] == n_outputs > 1:
        return np.asarray(as_numbers(found, f"{metric}'s y").argmax(axis=1))
    found = labels(metric, "y", found)
    if found.shape[1:] not in ((), (1,)):
        columns = f" or {n_outputs} columns" if n_outputs > 1 else ""
        raise ShapeError(f"{metric} expects one class per sample{columns}, got y {found.shape}. Give one of these.")
    found = found.reshape(-1)
    if not names:
        return found
    numbers = found
    if found.dtype.kind == "U":
        in_order = np.argsort(names)
        place = in_order[np.searchsorted(names, found, sorter=in_order).clip(max=len(names) - 1)]
        numbers = np.where(np.array(names)[place] == found, place, -1)
    unknown = found[(numbers < 0) | (numbers >= len(names))]
    if unknown.size:
        raise DataError(
            f"{metric} expects class numbers from 0 to {len(names) - 1}, or names among {listing(names)}; got "
            f"{visible(str(unknown[0]))}."
        )
    return numbers


def of_answers(metric: str, y: Array, chosen: Array, probabilities: Array) -> Any:
    """A metric of classes. y, chosen: class numbers, (n,) and (..., n); or zeros and ones, (n, o) and (..., n, o).

    probabilities: (..., n, O).
    Raises SettingError where the classes are too many for the metric.
    """
    measure = METRICS[metric]
    n_outputs, is_question = probabilities.shape[-1], y.ndim > 1
    if metric == "log_loss":
        return measure(y, probabilities)
    if metric == "accuracy":  # of several questions, that over all of them
        return measure(y.reshape(-1), chosen.reshape(*chosen.shape[: -y.ndim], -1))
    if metric in OF_CLASSES:
        return measure(y, chosen, None if is_question else range(max(2, n_outputs)))
    if not is_question and n_outputs > 2:
        raise SettingError(f"{metric} is of two classes, and the model has {n_outputs}; take f1, a value for each.")
    return measure(y, probabilities if is_question else probabilities[..., -1:])
