"""Real data sets, made by the packages of those who keep them: nothing is downloaded, and nothing unpickled."""

import functools
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import MissingExtraError


def digits() -> tuple[Array, Array]:
    """1,797 digits that people wrote, as images of 8 by 8 pixels.

    x (1797, 1, 8, 8) float64: how much ink, in sixteenths, from 0 to 1. y (1797,) int64: the digit, 0 to 9, each
    written 174 to 183 times. Raises MissingExtraError without the extra `data`.
    Source: Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI (1998), the test part, as in
    scikit-learn's `load_digits`.

    >>> x, y = digits()
    >>> x.shape, y[:5]
    ((1797, 1, 8, 8), array([0, 1, 2, 3, 4]))
    """
    try:
        from sklearn.datasets import load_digits  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise MissingExtraError('digits() needs scikit-learn: pip install "chainrule[data]".') from None
    found = load_digits()
    return found.images[:, np.newaxis] / 16, found.target.astype(np.int64)


def mnist1d(shuffled: bool = False) -> tuple[Array, Array, Array, Array]:
    """MNIST-1D: series of 40 points, each a digit's outline, stretched, moved, sheared and noisy.

    Returns (x, y, x_test, y_test): x (4000, 1, 40) and x_test (1000, 1, 40) float64, of mean 0 and deviation 1
    together; y (4000,) and y_test (1000,) int64, 0 to 9, 500 of each together. `shuffled`: the same series with their
    points in another order, one for all, so that neighbours mean nothing.

    Made by the authors' package with its own settings, which takes some seconds the first time (a second or two of them
    to import Matplotlib and SciPy); the arrays are fresh at each call. The random state of NumPy and of Python, which
    the package seeds, is put back. Raises MissingExtraError without the extra `data`.
    Source: Greydanus and Kobak, "Scaling down deep learning with MNIST-1D" (2024).

    >>> x, y, x_test, y_test = mnist1d()
    >>> x.shape, x_test.shape, y[:5]
    ((4000, 1, 40), (1000, 1, 40), array([2, 6, 4, 5, 6]))
    """
    x, y, x_test, y_test, order = _make_mnist1d()
    places = order if shuffled else slice(None)
    return x[..., places].copy(), y.copy(), x_test[..., places].copy(), y_test.copy()


@functools.cache
def _make_mnist1d() -> tuple[Array, ...]:
    """The series and their classes, to learn and to test; and the order of the places when they are shuffled."""
    try:
        from mnist1d.data import get_dataset_args, make_dataset  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise MissingExtraError('mnist1d() needs mnist1d: pip install "chainrule[data]".') from None
    with _random_state_put_back():
        made = make_dataset(get_dataset_args())
        order = np.random.permutation(40)  # noqa: NPY002  # the package draws it here when it is asked to shuffle
    x, x_test = (made[name][:, np.newaxis] for name in ("x", "x_test"))
    y, y_test = (made[name].astype(np.int64) for name in ("y", "y_test"))
    return x, y, x_test, y_test, order


@contextmanager
def _random_state_put_back() -> Iterator[None]:
    """NumPy's global generator and Python's go on afterwards as if nothing had been drawn."""
    of_numpy, of_python = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(of_numpy)  # noqa: NPY002
        random.setstate(of_python)
