"""Real data sets, from the packages that maintain them: nothing is downloaded, and nothing unpickled."""

import functools
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import check_kind
from chainrule.core.extras import missing_extra


def digits() -> tuple[Array, Array]:
    """1,797 handwritten digits, as images of 8 by 8 pixels.

    x (1797, 1, 8, 8) float64: the amount of ink, from 0 to 1 in sixteenths. y (1797,) int64: the digit, 0 to 9; each
    occurs 174 to 183 times. Raises MissingExtraError without the extra `data`.
    Source: Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI (1998), the test part, as in
    scikit-learn's `load_digits`.

    >>> x, y = digits()
    >>> x.shape, y[:5]
    ((1797, 1, 8, 8), array([0, 1, 2, 3, 4]))
    """
    try:
        from sklearn.datasets import load_digits  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise missing_extra("digits() needs scikit-learn", "data") from None
    found = load_digits()
    return found.images[:, np.newaxis] / 16, found.target.astype(np.int64)


def mnist1d(shuffled: bool = False) -> tuple[Array, Array, Array, Array]:
    """MNIST-1D: series of 40 points, each a digit's outline, stretched, moved, sheared and noisy.

    Returns (x, y, x_test, y_test): x (4000, 1, 40) and x_test (1000, 1, 40) float64, of mean 0 and deviation 1
    together; y (4000,) and y_test (1000,) int64, 0 to 9, 500 of each together. `shuffled`: the points of every series
    in one other order, so that neighbouring points are unrelated.

    The authors' package makes them with its own settings. This takes some seconds the first time, partly to import
    Matplotlib and SciPy; the arrays are fresh at each call. The package seeds the global generators of NumPy and
    Python; their state is restored. Raises MissingExtraError without the extra `data`.
    Source: Greydanus and Kobak, "Scaling down deep learning with MNIST-1D" (2024).

    >>> x, y, x_test, y_test = mnist1d()
    >>> x.shape, x_test.shape, y[:5]
    ((4000, 1, 40), (1000, 1, 40), array([2, 6, 4, 5, 6]))
    """
    check_kind("shuffled", bool, "True or False", shuffled)
    x, y, x_test, y_test, order = _make_mnist1d()
    places = order if shuffled else slice(None)
    return x[..., places].copy(), y.copy(), x_test[..., places].copy(), y_test.copy()


@functools.cache
def _make_mnist1d() -> tuple[Array, ...]:
    """Series and classes for training and for the test, and the order of the points when they are shuffled."""
    try:
        from mnist1d.data import get_dataset_args, make_dataset  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise missing_extra("mnist1d() needs mnist1d", "data") from None
    with _random_state_restored():
        made = make_dataset(get_dataset_args())
        # The package draws the order at this point when asked to shuffle, so that making the set once serves both.
        order = np.random.permutation(40)  # noqa: NPY002
    x, x_test = (made[name][:, np.newaxis] for name in ("x", "x_test"))
    y, y_test = (made[name].astype(np.int64) for name in ("y", "y_test"))
    return x, y, x_test, y_test, order


@contextmanager
def _random_state_restored() -> Iterator[None]:
    """Restore the state of NumPy's and Python's global generators on leaving the block."""
    of_numpy, of_python = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(of_numpy)  # noqa: NPY002
        random.setstate(of_python)
