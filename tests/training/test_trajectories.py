"""Whole trainings against JAX: the same start, 200 steps in float64, written there from the definitions alone."""

from functools import cache
from itertools import pairwise
from math import pi, sqrt

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.streams import stream
from optional import needed

jax = needed("jax")
jnp = needed("jax.numpy")
jax.config.update("jax_enable_x64", True)

SIZES = (2, 5, 4, 3)
STEPS = 200
SEED = 11

DRAW = np.random.default_rng(0)
X = DRAW.standard_normal((18, 2))  # in batches of 4 the last one has 2
LABELS = DRAW.integers(0, 3, 18)
WEIGHTS = DRAW.uniform(0, 2, 18)
IS_WEIGHT = np.concatenate([np.ravel([[1.0] * i + [0.0]] * o) for i, o in pairwise(SIZES)])
START = DRAW.normal(0, 0.5, len(IS_WEIGHT))

# ---- the definitions

ACTIVATIONS = {
    "elu": lambda z: jnp.where(z > 0, z, jnp.exp(z) - 1),
    "gelu": lambda z: z / 2 * (1 + jnp.tanh(sqrt(2 / pi) * (z + 0.044715 * z**3))),
    "identity": lambda z: z,
    "leaky_relu": lambda z: jnp.where(z > 0, z, 0.01 * z),
    "relu": lambda z: jnp.where(z > 0, z, 0.0),
    "sigmoid": lambda z: 1 / (1 + jnp.exp(-z)),
    "softplus": lambda z: jnp.log(1 + jnp.exp(z)),
    "tanh": lambda z: (jnp.exp(2 * z) - 1) / (jnp.exp(2 * z) + 1),
}


def binary_cross_entropy(z, y):
    p = 1 / (1 + jnp.exp(-z))
    return -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p)).mean(axis=1)


def softmax_cross_entropy(z, y):
    p = jnp.exp(z) / jnp.exp(z).sum(axis=1, keepdims=True)
    return -(y * jnp.log(p)).sum(axis=1)


# The loss of each sample, (n,).
LOSSES = {
    cr.SquaredError(): lambda a, y: ((a - y) ** 2).mean(axis=1),
    cr.HalfSquaredError(): lambda a, y: ((a - y) ** 2).sum(axis=1) / 2,
    cr.BinaryCrossEntropy(): binary_cross_entropy,
    cr.SoftmaxCrossEntropy(): softmax_cross_entropy,
}


def sgd(W, g, m, v, t):
    return W - 0.5 * g, m, v


def momentum(W, g, m, v, t):
    v = 0.8 * v + g
    return W - 0.1 * v, m, v


def nesterov(W, g, m, v, t):
    v = 0.8 * v + g
    return W - 0.1 * (g + 0.8 * v), m, v


def rmsprop(W, g, m, v, t):
    v = 0.99 * v + 0.01 * g**2
    return W - 0.003 * g / (np.sqrt(v) + 1e-8), m, v


def adam(W, g, m, v, t):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return W - 0.02 * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


def adam_of_the_reference(W, g, m, v, t):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return W - 0.005 * m / (np.sqrt(v) + 1e-8), m, v


def adamw(W, g, m, v, t):
    decayed = 0.02 * 0.1 * IS_WEIGHT * W
    W, m, v = adam(W, g, m, v, t)
    return W - decayed, m, v


OPTIMIZERS = {
    "SGD": (cr.SGD(0.5), sgd),
    "Momentum": (cr.Momentum(0.1, momentum=0.8), momentum),
    "Nesterov": (cr.Nesterov(0.1, momentum=0.8), nesterov),
    "RMSprop": (cr.RMSprop(0.003), rmsprop),
    "Adam": (cr.Adam(0.02), adam),
    "Adam of the reference": (cr.Adam(0.005, bias_correction=False), adam_of_the_reference),
    "AdamW": (cr.AdamW(0.02, weight_decay=0.1), adamw),
}

# ---- both ways


def forward(theta, x, activation, output):
    start, functions = 0, [activation] * (len(SIZES) - 2) + [output]
    for (i, o), function in zip(pairwise(SIZES), functions, strict=True):
        matrix = theta[start : (start := start + o * (i + 1))].reshape(o, i + 1)  # the bias in the last column
        x = ACTIVATIONS[function](x @ matrix[:, :-1].T + matrix[:, -1])
    return x


def orders(batch_size):
    """The samples of each epoch: as they are in a full batch, else shuffled anew."""
    shuffle = stream(SEED, "shuffle")
    while True:
        order = np.arange(len(X))
        if batch_size is not None:
            shuffle.shuffle(order)
        yield order


@cache
def jax_gradient(loss, activation, output):
    """The objective and its gradient, by JAX, compiled once for all data, shares and penalties."""

    def objective(theta, y, share, strength):
        losses = LOSSES[loss](forward(theta, X, activation, output), y)
        return share @ losses + strength / 2 * (IS_WEIGHT * theta**2).sum()

    return jax.jit(jax.value_and_grad(objective))


def theirs(objective, update, y, batch_size, weights, strength, limit):
    """The parameters after 200 steps, and the mean loss of each epoch."""
    theta, m, v, t, losses = START, 0.0, 0.0, 0, []
    size, n = batch_size or len(X), len(X)
    for order in orders(batch_size):
        losses.append(0.0)
        for first in range(0, n, size):
            rows = order[first : first + size]
            share = np.zeros(n)  # none outside the batch
            share[rows] = weights[rows] / weights[rows].sum()
            value, g = map(np.asarray, objective(theta, y, share, strength))
            g = g * min(1.0, limit / np.sqrt((g**2).sum()))
            t += 1
            theta, m, v = update(theta, g, m, v, t)
            losses[-1] += value * weights[rows].sum() / weights.sum()
        if t == STEPS:
            return theta, losses


def compare(
    loss=cr.HalfSquaredError(),  # noqa: B008
    activation="tanh",
    output="identity",
    optimizer="SGD",
    batch_size=4,
    weights=None,
    strength=0.0,
    limit=None,
):
    ours, update = OPTIMIZERS[optimizer]
    one_hot = np.eye(3)[LABELS]
    run = cr.train(
        cr.mlp(*SIZES, activation=activation, output=output),
        X,
        LABELS if isinstance(loss, cr.SoftmaxCrossEntropy) else one_hot,
        loss=loss,
        optimizer=ours,
        epochs=STEPS if batch_size is None else STEPS // 5,
        batch_size=batch_size,
        seed=SEED,
        theta=START,
        record_every=1,
        penalty=cr.L2(strength) if strength else None,
        clip=limit,
        sample_weight=weights,
    )
    weights = np.ones(len(X)) if weights is None else weights
    objective = jax_gradient(loss, activation, output)
    theta, losses = theirs(objective, update, one_hot, batch_size, weights, strength, limit or np.inf)
    assert losses[-1] < 0.9 * losses[0]  # it has learnt something: there is something to agree on
    np.testing.assert_allclose(run.history["loss"], losses, rtol=0, atol=1e-9)
    np.testing.assert_allclose(run.model.theta, theta, rtol=0, atol=1e-9)


@pytest.mark.parametrize("batch_size", [None, 4], ids=["full batch", "mini-batches"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers(optimizer, batch_size):
    compare(optimizer=optimizer, batch_size=batch_size)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_losses(loss):
    compare(loss=loss, optimizer="Adam")


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation):
    compare(activation=activation, optimizer="Momentum")


def test_the_references_network():
    compare(activation="sigmoid", output="sigmoid", batch_size=None)


@pytest.mark.parametrize("batch_size", [None, 4], ids=["full batch", "mini-batches"])
@pytest.mark.parametrize(("name", "value"), [("strength", 0.01), ("limit", 0.1), ("weights", WEIGHTS)])
def test_penalty_clipping_and_sample_weights(name, value, batch_size):
    compare(optimizer="Momentum", batch_size=batch_size, **{name: value})


def test_all_at_once():
    compare(cr.SoftmaxCrossEntropy(), optimizer="AdamW", strength=0.01, limit=0.5, weights=WEIGHTS)
