"""Split samples at random, into some to train on and some for the test."""

import numbers

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_array
from chainrule.core.description import SEED, check_kind, check_whole
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.core.foreign import said
from chainrule.core.streams import stream


def split(
    x: ArrayLike, y: ArrayLike, test: float = 0.25, seed: int = 0, stratify: bool = False
) -> tuple[Array, Array, Array, Array]:
    """Split the samples at random: `(x_train, y_train, x_test, y_test)`.

    x (n, ...) and y (n,) or (n, outputs). `test`: the fraction of samples for the test, rounded to whole samples.
    `stratify=True` takes this fraction of each class, within one sample (numeric targets are spread by size); every
    class, text or whole numbers, keeps a sample to train on, if there are as many of these as classes.
    The results are fresh arrays, in shuffled order, even where x is a memory map. Raises ShapeError if x and y differ
    in length, SettingError for a fraction out of range, DataError if a part would be empty.

    >>> x_train, y_train, x_test, y_test = split(np.arange(8).reshape(8, 1), np.arange(8))
    >>> x_train.shape, x_test.shape, bool((x_test[:, 0] == y_test).all())
    ((6, 1), (2, 1), True)
    """
    if not (isinstance(test, numbers.Real) and 0 < test < 1):
        raise SettingError(f"test must be a number above 0 and below 1; got {said(test)}.")
    check_kind("stratify", bool, "True or False", stratify)
    x, y = as_array(x, "x"), as_array(y, "y")
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise ShapeError(f"split expects one row of y for each row of x, got {x.shape} and {y.shape}.")
    n, n_test = len(x), round(test * len(x))
    if not 0 < n_test < n:
        raise DataError(
            f"test={test} of {n} samples would be {n_test} to test and {n - n_test} to train; "
            "give more samples, or a fraction that leaves at least one on each side."
        )
    shuffled = stream(check_whole("seed", SEED, seed), "split").permutation(n)
    ranks = _ranks(y) if stratify else np.zeros(n, dtype=np.intp)
    order = shuffled[np.argsort(ranks[shuffled], kind="stable")]
    # Sample i of the order is tested where floor(i n_test / n) steps up: n_test of them, evenly spread.
    tested = np.zeros(n, dtype=bool)
    tested[order] = np.diff(np.arange(n + 1) * n_test // n) > 0
    if stratify and _are_classes(y):
        _keep_one_of_each(ranks, tested, shuffled)
    train_rows, test_rows = shuffled[~tested[shuffled]], shuffled[tested[shuffled]]
    return x[train_rows], y[train_rows], x[test_rows], y[test_rows]


def _ranks(y: Array) -> Array:
    """The rank (n,) of each sample's target among the distinct targets; a row of outputs is one target."""
    return np.unique(y.reshape(len(y), -1), axis=0, return_inverse=True)[1].reshape(-1)


def _are_classes(y: Array) -> bool:
    """Whether targets are text or whole numbers."""
    return y.dtype.kind != "f" or bool((y == np.floor(y)).all())


def _keep_one_of_each(ranks: Array, tested: Array, shuffled: Array) -> None:
    """Change `tested` so that of each class, by its rank, a sample is left to train on; as many are tested as before.

    In exchange one more is tested of the class whose share in the test is the furthest below its due.
    """
    counts = np.bincount(ranks)
    if (~tested).sum() < len(counts):
        return
    due = counts * tested.mean()
    for rank in range(len(counts)):
        if not tested[ranks == rank].all():
            continue
        tested[shuffled[ranks[shuffled] == rank][0]] = False
        n_tested = np.bincount(ranks, weights=tested)
        spared = int(np.where(counts - n_tested > 1, due - n_tested, -np.inf).argmax())
        tested[shuffled[(ranks[shuffled] == spared) & ~tested[shuffled]][0]] = True
