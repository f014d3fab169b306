"""The reference's equations (2)-(5) by hand, samples as rows, against the library's samples as columns.

Both differentiate the half squared error of a 2-4-4-1 network of sigmoids.
"""

import numpy as np
import pytest

import chainrule as cr

DATA = {"linear": cr.datasets.linear(), "xor": cr.datasets.xor()}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def slope(a):
    return a * (1 - a)


def parts(network, theta):
    """Each layer's W as the reference writes it, (inputs, outputs), and its bias (0 where there is none)."""
    dense = [each for each in network.parameters(theta) if each]
    return [each["weights"].T for each in dense], [each.get("bias", 0.0) for each in dense]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("bias", [False, True], ids=["without biases", "with biases"])
@pytest.mark.parametrize("data", DATA)
def test_equations_2_to_5(data, bias, seed):
    X, y = DATA[data]
    m = len(X)
    network = cr.mlp(2, 4, 4, 1, activation="sigmoid", bias=bias)
    theta = np.random.default_rng(seed).standard_normal(network.n_parameters)
    (W1, W2, W3), (b1, b2, b3) = parts(network, theta)

    A1 = sigmoid(X @ W1 + b1)
    A2 = sigmoid(A1 @ W2 + b2)
    A3 = sigmoid(A2 @ W3 + b3)

    dA3 = A3 - y  # (2)
    dZ3 = dA3 * slope(A3)
    dW3 = 1 / m * A2.T @ dZ3  # (3)
    dA2 = dZ3 @ W3.T
    dZ2 = dA2 * slope(A2)
    dW2 = 1 / m * A1.T @ dZ2  # (4)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * slope(A1)
    dW1 = 1 / m * X.T @ dZ1  # (5)

    value, gradient = network.loss_and_gradient(theta, X, y, cr.HalfSquaredError())
    weights, biases = parts(network, gradient)
    assert value == pytest.approx(((A3 - y) ** 2).mean() / 2, rel=0, abs=1e-14)
    for found, expected in zip(weights, [dW1, dW2, dW3], strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)
    for found, dZ in zip(biases, [dZ1, dZ2, dZ3], strict=True):
        np.testing.assert_allclose(found, 1 / m * dZ.sum(axis=0) if bias else 0.0, rtol=0, atol=1e-14)


def test_a_step_is_equation_6():
    x, y = DATA["xor"]
    network = cr.mlp(2, 4, 4, 1, bias=False)
    theta = network.initialize(seed=0)
    _, gradient = network.loss_and_gradient(theta, x, y, cr.HalfSquaredError())
    run = cr.train(network, x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(0.5), epochs=1, theta=theta)
    np.testing.assert_allclose(run.model.theta, theta - 0.5 * gradient, rtol=0, atol=1e-15)
