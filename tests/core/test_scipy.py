"""`loss_and_gradient` is what SciPy's minimisers take, as it is."""

import numpy as np
import pytest

import chainrule as cr
from optional import needed

optimize = needed("scipy.optimize")

NETWORK = cr.mlp(2, 4, 1, activation="tanh", output="identity")
X, Y = cr.datasets.xor()


def loss_and_gradient(theta):
    return NETWORK.loss_and_gradient(theta, X, Y, cr.SquaredError())


@pytest.mark.parametrize("method", ["BFGS", "CG", "L-BFGS-B"])
def test_minimize(method):
    start = NETWORK.initialize(seed=0)
    assert loss_and_gradient(start)[0] > 0.2
    found = optimize.minimize(loss_and_gradient, start, jac=True, method=method)
    assert found.success
    assert found.fun < 1e-4
    assert found.fun == loss_and_gradient(found.x)[0]


def test_the_gradient_agrees_with_scipys_differences():
    theta = NETWORK.initialize(seed=1)
    error = optimize.check_grad(lambda t: loss_and_gradient(t)[0], lambda t: loss_and_gradient(t)[1], theta)
    assert error < 1e-6


def test_gradients_are_fresh_arrays():
    theta = NETWORK.initialize(seed=0)
    kept = theta.copy()
    _, first = loss_and_gradient(theta)
    first_copy = first.copy()
    _, second = loss_and_gradient(-theta)

    assert not np.shares_memory(first, second)
    assert not np.shares_memory(first, theta)
    np.testing.assert_array_equal(first, first_copy)
    np.testing.assert_array_equal(theta, kept)

    first[...] = np.nan  # the caller's own: writing there reaches nobody
    np.testing.assert_array_equal(loss_and_gradient(theta)[1], first_copy)


def test_a_populations_losses_are_fresh_arrays():
    theta = NETWORK.initialize(seed=0, population=3)
    first, _ = loss_and_gradient(theta)
    kept = first.copy()
    second, _ = loss_and_gradient(-theta)
    assert not np.shares_memory(first, second)
    np.testing.assert_array_equal(first, kept)
