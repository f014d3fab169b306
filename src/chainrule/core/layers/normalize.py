"""Layers that bring activations to one scale."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape, as_operand, count
from chainrule.core.calls import Call, Pass, total
from chainrule.core.description import POSITIVE, SHARE, Real, real
from chainrule.core.layers.base import Buffers, Layer, Parameter, Signature

LONG_ROW = 256
"""So many numbers a channel are a long row; measured with float32, rows of 100 and of 1,000 differ by a factor of 3."""


@dataclass(frozen=True, repr=False)
class BatchNorm(Layer):
    """y = scale (x - mean) / √(variance + ε) + shift, with a mean and a variance for each channel. ε is `epsilon`.

    Any shape, kept. In (F,) each feature is a channel, its statistics over the samples; in (C, ...) over samples and
    positions. Parameters: scale (C,), at first 1, and shift (C,), at first 0; no penalty takes hold of them.

    Training takes the statistics of the batch, whatever its samples' weights: m numbers a channel, 2 or more, and the
    biased variance, divided by m. Prediction takes the running mean and variance (C,), which lie in the network's state
    and which each training batch moves, its variance unbiased, divided by m - 1:

        running ← running + momentum (batch - running)

    Source: Ioffe and Szegedy, "Batch normalization" (2015), algorithms 1 and 2.

    >>> BatchNorm(momentum=0.01).signature((3, 8, 8)).output
    (3, 8, 8)
    """

    momentum: Real = real(SHARE, 0.1)
    epsilon: Real = real(POSITIVE, 1e-5)

    elementwise = True
    mixes_samples = True

    def signature(self, input_shape: Shape) -> Signature:
        channels = input_shape[:1]
        parameters = Parameter("scale", channels, start=1.0), Parameter("shift", channels, start=0.0)
        state = Parameter("mean", channels, start=0.0), Parameter("variance", channels, start=1.0)
        least = 2 if count(input_shape[1:]) == 1 else 1  # one number has no variance
        return Signature(input_shape, parameters, state=state, least_samples=least)

    def bind(self, at: Buffers) -> Pass:
        x, y, dy = by_channel(at.input, at), by_channel(at.output, at), by_channel(at.d_output, at)
        dx = None if at.d_input is None else by_channel(at.d_input, at)
        m = x.shape[-1]
        gamma, beta = at.parameters["scale"], at.parameters["shift"]  # (..., C, 1)
        dgamma, dbeta = at.gradients["scale"], at.gradients["shift"]
        c = by_channel(at.kept(), at)  # x - mean
        mean, variance, r, s, k = np.empty((5, *gamma.shape), y.dtype)
        squares, products = variance[..., 0], dgamma[..., 0]
        one, size, epsilon = (as_operand(each, y.ndim, y.dtype) for each in (1.0, m, self.epsilon))
        spread, move = bind_spread(at), self._bind_running(at, mean, variance, s, m)

        def forward() -> None:
            total(x, axis=-1, keepdims=True, out=mean)  # (..., C, m) -> (..., C, 1)
            np.divide(mean, size, out=mean)
            np.subtract(x, spread(mean), out=c)
            np.vecdot(c, c, out=squares)
            np.divide(variance, size, out=variance)
            for call in move:
                call()
            np.add(variance, epsilon, out=r)
            np.sqrt(r, out=r)
            np.divide(one, r, out=r)  # r = 1 / √(variance + ε)
            np.multiply(gamma, r, out=s)  # kept for backward, as r and c are
            np.multiply(c, spread(s), out=y)
            np.add(y, spread(beta), out=y)

        def backward() -> None:
            total(dy, axis=-1, keepdims=True, out=dbeta)
            np.vecdot(dy, c, out=products)
            np.multiply(dgamma, r, out=dgamma)
            if dx is not None:  # dx = γ r (dy - dβ / m - c r dγ / m)
                np.multiply(dgamma, r, out=k)
                np.divide(k, size, out=k)
                np.multiply(c, spread(k), out=c)
                np.divide(dbeta, size, out=k)
                np.add(c, spread(k), out=c)
                np.subtract(dy, c, out=dx)
                np.multiply(dx, spread(s), out=dx)

        return forward, backward

    def _bind_running(self, at: Buffers, mean: Array, variance: Array, s: Array, m: int) -> tuple[Call, ...]:
        """The running statistics' step towards a batch's, where somebody keeps them."""
        if not at.state:
            return ()
        running_mean, running_variance = at.state["mean"], at.state["variance"]
        momentum = as_operand(self.momentum, mean.ndim, mean.dtype)
        unbiased = as_operand(m / (m - 1), mean.ndim, mean.dtype)

        def move() -> None:
            np.subtract(mean, running_mean, out=s)
            np.multiply(s, momentum, out=s)
            np.add(running_mean, s, out=running_mean)
            np.multiply(variance, unbiased, out=s)
            np.subtract(s, running_variance, out=s)
            np.multiply(s, momentum, out=s)
            np.add(running_variance, s, out=running_variance)

        return (move,)

    def bind_prediction(self, at: Buffers) -> Call:
        x, y = by_channel(at.input, at), by_channel(at.output, at)
        gamma, beta = at.parameters["scale"], at.parameters["shift"]
        mean, variance = at.state["mean"], at.state["variance"]
        epsilon, r, spread = as_operand(self.epsilon, y.ndim, y.dtype), np.empty_like(mean), bind_spread(at)

        def forward() -> None:
            np.add(variance, epsilon, out=r)
            np.sqrt(r, out=r)
            np.divide(gamma, r, out=r)
            np.subtract(x, spread(mean), out=y)
            np.multiply(y, spread(r), out=y)
            np.add(y, spread(beta), out=y)

        return forward


def by_channel(array: Array, at: Buffers) -> Array:
    """(..., C, H, W, n) as (..., C, m): all that a channel holds in a row. A vector's features are its channels."""
    return array.reshape(*array.shape[: 1 + at.population], -1, copy=False)


def bind_spread(at: Buffers) -> Callable[[Array], Array]:
    """How a number a channel, (..., C, 1), is laid out for a ufunc over all of a channel: (..., C, m).

    A ufunc that spreads them itself starts anew in each row: over short rows that takes longer than a copy before it.
    """
    t = by_channel(at.scratch(), at)
    if t.shape[-1] >= LONG_ROW:
        return lambda values: values

    def spread(values: Array) -> Array:
        np.copyto(t, values)
        return t

    return spread
