"""Real data sets: scikit-learn's digits and MNIST-1D."""

import random
import re
import sys

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.extras import advice
from chainrule.training.data.sets import real
from optional import needed

# scikit-learn's digits -----------------------------------------------------------------------------------------------


def test_digits_are_the_known_images():
    needed("sklearn")
    x, y = cr.datasets.digits()
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((1797, 1, 8, 8), np.float64, (1797,), np.int64)
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert y[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert (16 * x[0, 0, 0]).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]  # the top of the first zero
    assert (16 * x).sum() == 561718
    assert (x.min(), x.max()) == (0, 1)


def test_digits_are_fresh_at_each_call():
    needed("sklearn")
    cr.datasets.digits()[0][...] = 7
    assert cr.datasets.digits()[0].max() == 1


# MNIST-1D ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def _mnist1d():
    needed("mnist1d")


@pytest.mark.usefixtures("_mnist1d")
def test_mnist1d_is_what_its_authors_make():
    x, y, x_test, y_test = cr.datasets.mnist1d()
    assert (x.shape, y.shape, x_test.shape, y_test.shape) == ((4000, 1, 40), (4000,), (1000, 1, 40), (1000,))
    assert {x.dtype, x_test.dtype} == {np.dtype(np.float64)}
    assert {y.dtype, y_test.dtype} == {np.dtype(np.int64)}
    everything = np.concatenate([x, x_test])
    assert everything.mean() == pytest.approx(0, abs=1e-12)
    assert everything.std() == pytest.approx(1, abs=1e-12)
    assert np.bincount(np.concatenate([y, y_test])).tolist() == [500] * 10
    assert y[:10].tolist() == [2, 6, 4, 5, 6, 6, 6, 0, 3, 1]
    assert x[0, 0, :4].tolist() == pytest.approx([-0.33200567, -0.47191037, -0.77869708, -1.00974083])
    assert x_test[-1, 0, -3:].tolist() == pytest.approx([0.65987565, 0.87773435, 1.19315184])


@pytest.mark.usefixtures("_mnist1d")
def test_shuffled_series_have_the_same_points_in_another_order():
    x, y, x_test, y_test = cr.datasets.mnist1d()
    shuffled = cr.datasets.mnist1d(shuffled=True)
    assert (shuffled[1] == y).all()
    assert (shuffled[3] == y_test).all()
    first, mixed = x[0, 0], shuffled[0][0, 0]
    order = abs(mixed[:, np.newaxis] - first).argmin(axis=1)
    assert sorted(order) == list(range(40))
    assert (order != np.arange(40)).any()
    np.testing.assert_allclose(shuffled[0], x[..., order], rtol=0, atol=1e-12)
    np.testing.assert_allclose(shuffled[2], x_test[..., order], rtol=0, atol=1e-12)


def test_the_global_random_states_are_restored(monkeypatch: pytest.MonkeyPatch):
    data = needed("mnist1d.data")
    few = data.get_dataset_args()
    few.num_samples = 20
    monkeypatch.setattr(data, "get_dataset_args", lambda: few)
    monkeypatch.setattr(real, "_make_mnist1d", real._make_mnist1d.__wrapped__)

    def draw() -> list[float]:
        return [random.random(), *np.random.random(3)]  # noqa: NPY002

    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    expected = draw()
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    assert len(cr.datasets.mnist1d()[0]) == 16
    assert draw() == expected


@pytest.mark.usefixtures("_mnist1d")
def test_mnist1d_is_made_once_and_fresh_at_each_call():
    for each in cr.datasets.mnist1d():
        each[...] = 7
    made = real._make_mnist1d.cache_info().misses
    assert cr.datasets.mnist1d()[0].std() == pytest.approx(1, abs=0.01)
    assert real._make_mnist1d.cache_info().misses == made


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [("digits", "sklearn.datasets", "scikit-learn"), ("mnist1d", "mnist1d.data", "mnist1d")],
)
def test_a_missing_extra_is_named(name: str, module: str, package: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(real, "_make_mnist1d", real._make_mnist1d.__wrapped__)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(cr.MissingExtraError, match=re.escape(f"{name}() needs {package}: {advice('data')}.")):
        getattr(cr.datasets, name)()
