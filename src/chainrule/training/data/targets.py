"""Targets: whether they are classes or quantities, and the form in which a loss takes them."""

import numpy as np

from chainrule.core.arrays import Array, one_hot
from chainrule.core.errors import DataError
from chainrule.core.losses import Loss
from chainrule.training.data.standardizer import is_constant


def count_classes(y: Array) -> int:
    """The number of classes in y: 2 for zeros and ones alone, C for an integer array of 0, ..., C - 1; else 0.

    >>> count_classes(np.array([0.0, 1.0, 1.0])), count_classes(np.array([0, 2, 1])), count_classes(np.array([0.5, 1]))
    (2, 3, 0)
    """
    if y.ndim != 1 and y.shape[1:] != (1,):
        return 0
    numbers = np.unique(y)
    in_turn = y.dtype.kind in "biu" and len(numbers) > 1 and np.array_equal(numbers, np.arange(len(numbers)))
    return len(numbers) if in_turn or numbers.tolist() == [0, 1] else 0


def are_questions(y: Array) -> bool:
    """Whether targets y (n, several) are the answers to yes/no questions: 0 and 1 alone.

    >>> are_questions(np.array([[0, 1], [1, 1]])), are_questions(np.array([0, 1]))
    (True, False)
    """
    return y.ndim == 2 and y.shape[1] > 1 and bool(((y == 0) | (y == 1)).all())


def balanced_weights(y: Array) -> Array:
    """A weight (n,) for each sample that makes all classes in y, (n,) or (n, 1), count alike: n / (classes · rows).

    >>> balanced_weights(np.array([0, 0, 0, 1]))
    array([0.66666667, 0.66666667, 0.66666667, 2.        ])
    """
    _, of_class, counts = np.unique(y, return_inverse=True, return_counts=True)
    weights: Array = (of_class.size / (len(counts) * counts))[of_class.reshape(-1)]
    return weights


def varies(y: Array) -> bool:
    """Whether targets y (n,) or (n, outputs) differ, by more than rounding, in any output.

    >>> varies(np.array([0.5, 1.0])), varies(np.array([0.3, 0.1 + 0.2])), varies(np.array([7]))
    (True, False, False)
    """
    columns = y.reshape(len(y), -1).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):  # numbers whose squares overflow do vary
        deviation = columns - columns[0]
        return not is_constant(columns.mean(axis=0), deviation.var(axis=0), len(y)).all()


def targets_for(loss: Loss, y: Array, n_classes: int) -> tuple[Array, int]:
    """The targets y, (n,) or (n, outputs), in the form that the loss takes, and the number of outputs they ask for.

    n_classes: of y, 0 for quantities. Class numbers stay as they are for a loss that takes them and for two classes;
    more classes become columns of zeros and a one for any other loss.
    Raises DataError for quantities where the loss expects class numbers.

    >>> from chainrule.core.losses import SoftmaxCrossEntropy, SquaredError
    >>> targets_for(SquaredError(), np.array([0, 2, 1]), 3)[0].tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    >>> targets_for(SoftmaxCrossEntropy(), np.array([[0], [2], [1]]), 3)
    (array([0, 2, 1]), 3)
    """
    if y.ndim > 1 and y.shape[1] > 1:
        return y, y.shape[1]
    if loss.labelled:
        largest = y.max()
        n_classes = max(2, n_classes or (int(largest) + 1 if np.isfinite(largest) else 2))
        if n_classes > len(y) + 1:
            raise DataError(
                f"{loss} would need {n_classes:,} outputs for {len(y):,} samples; expected targets that are class "
                "numbers 0, 1, 2, ... Take squared_error for a quantity."
            )
        return y.reshape(-1), n_classes
    if n_classes > 2 and loss.link != "sigmoid":
        return one_hot(y.reshape(-1), n_classes), n_classes
    return y, 1
