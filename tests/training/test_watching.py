"""Watching a network: what its layers hold is what training and prediction compute."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.objective import Objective
from chainrule.training.watching import WatchedAnswers, WatchedStep

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((7, 3)), rng.standard_normal((7, 2))
NETWORKS = {
    "mlp": cr.mlp(3, 4, 2, activation="tanh", output="identity"),
    "normalised": cr.Network((3,), (cr.Dense(4), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.5), cr.Dense(2))),
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_watched_numbers_are_those_of_the_network(network: cr.Network):
    theta, state = network.initialize(3), network.initialize_state()
    answers, step = WatchedAnswers(network, X), WatchedStep(Objective(network, cr.SquaredError()), X, Y)
    for _ in range(2):  # a second look, elsewhere
        answers.look(theta, state)
        step.look(theta)
        np.testing.assert_allclose(answers.outputs, network.predict(theta, X, state), rtol=1e-13)
        loss, gradient = network.loss_and_gradient(theta, X, Y, loss=cr.SquaredError(), state=state)
        assert float(step.value) == pytest.approx(loss, rel=1e-13)
        np.testing.assert_allclose(step.gradient, gradient, rtol=1e-12, atol=1e-15)
        theta = theta + 0.1


def test_delta_is_the_gradient_in_z():
    network = NETWORKS["mlp"]
    theta = network.initialize(1)
    step = WatchedStep(Objective(network, cr.SquaredError()), X, Y)
    step.look(theta)
    hidden, last = step.layers
    np.testing.assert_allclose(hidden.a, np.tanh(hidden.z))
    np.testing.assert_allclose(hidden.delta, (last.weights[:, :-1].T @ last.delta) * (1 - hidden.a**2), rtol=1e-12)
    inputs = np.vstack([X.T, np.ones(7)])
    np.testing.assert_allclose(hidden.gradient, hidden.delta @ inputs.T, rtol=1e-12)
