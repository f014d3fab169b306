"""NumPy as a student writes it from the textbook: samples in rows, fresh arrays everywhere."""

from collections.abc import Callable

import numpy as np

import chainrule as cr
from benchmarks.work import Parameters, Prediction, Training, activations
from chainrule.core.arrays import Array

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def sigmoid(z: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-z))


def relu(z: Array) -> Array:
    return np.maximum(z, 0.0)


def identity(z: Array) -> Array:
    return z


FUNCTIONS = {cr.Sigmoid: sigmoid, cr.ReLU: relu, None: identity}
SLOPES = {cr.Sigmoid: lambda a: a * (1.0 - a), cr.ReLU: lambda a: a > 0, None: np.ones_like}
"""The derivatives, computed from the activation instead of z."""


def forward(layers: Parameters, kinds: list[type[cr.Layer] | None], x: Array) -> list[Array]:
    """The activations of all layers, beginning with the input."""
    found = [x]
    for (W, b), kind in zip(layers, kinds, strict=True):
        found.append(FUNCTIONS[kind](found[-1] @ W + b))
    return found


def loss_and_error(work: Training, a: Array, y: Array) -> tuple[Array, Array]:
    """The loss, and its gradient with respect to the output."""
    if isinstance(work.loss, cr.HalfSquaredError):
        return 0.5 * np.sum((a - y) ** 2) / len(a), (a - y) / len(a)
    p = np.exp(a - a.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(a))
    loss = -np.mean(np.log(p[rows, y]))
    p[rows, y] -= 1.0
    return loss, p / len(a)


def gradients(layers: Parameters, kinds: list[type[cr.Layer] | None], found: list[Array], error: Array) -> Parameters:
    grads = []
    for i in reversed(range(len(layers))):
        delta = error if kinds[i] is None else error * SLOPES[kinds[i]](found[i + 1])
        grads.append((found[i].T @ delta, delta.sum(axis=0)))
        if i > 0:
            error = delta @ layers[i][0].T
    return grads[::-1]


def updater(work: Training) -> Callable[[Parameters, Parameters], Parameters]:
    """A function of parameters and gradients that makes one step of the optimizer."""
    (rate,) = work.rates
    if isinstance(work.optimizer, cr.SGD):
        return lambda layers, grads: [
            (W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(layers, grads, strict=True)
        ]
    moments: list[tuple[Array, Array]] = []
    steps = 0

    def adam(layers: Parameters, grads: Parameters) -> Parameters:
        nonlocal steps
        steps += 1
        flat = [each for pair in layers for each in pair]
        if not moments:
            moments.extend((np.zeros_like(each), np.zeros_like(each)) for each in flat)
        updated = []
        for k, (each, g) in enumerate(zip(flat, (g for pair in grads for g in pair), strict=True)):
            m, v = moments[k]
            m = BETA1 * m + (1 - BETA1) * g
            v = BETA2 * v + (1 - BETA2) * g**2
            moments[k] = m, v
            m_hat, v_hat = m / (1 - BETA1**steps), v / (1 - BETA2**steps)
            updated.append(each - rate * m_hat / (np.sqrt(v_hat) + EPSILON))
        return list(zip(updated[::2], updated[1::2], strict=True))

    return adam


def train(work: Training) -> Callable[[int], Parameters]:
    (x, y), kinds = work.arrays(), activations(work.network)

    def run(epochs: int) -> Parameters:
        layers = [(W.T.copy(), b) for W, b in work.start()]
        update, orders = updater(work), work.orders()
        for _ in range(epochs):
            if work.batch_size is None:
                batches = [(x, y)]
            else:
                order = next(orders)
                starts = range(0, len(x), work.batch_size)
                batches = ((x[rows], y[rows]) for rows in (order[i : i + work.batch_size] for i in starts))
            for inputs, targets in batches:
                found = forward(layers, kinds, inputs)
                _loss, error = loss_and_error(work, found[-1], targets)
                layers = update(layers, gradients(layers, kinds, found, error))
        return [(W.T, b) for W, b in layers]

    return run


def predict(work: Prediction) -> Callable[[int], Array]:
    x, kinds = work.arrays(), activations(work.network)
    layers = [(W.T.copy(), b) for W, b in work.start()]

    def run(times: int) -> Array:
        for _ in range(times):
            outputs = forward(layers, kinds, x)[-1]
        return outputs

    return run
