"""Layers that bring activations to one scale."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Call, Shape, total
from chainrule.core.description import POSITIVE, SHARE, Real, real
from chainrule.core.errors import DataError
from chainrule.core.layers.base import Buffers, Layer, Parameter, Pass, Signature, as_operand


@dataclass(frozen=True, repr=False)
class BatchNorm(Layer):
    """y = scale (x - mean) / √(variance + ε) + shift, with a mean and a variance for each channel. ε is `epsilon`.

    Any shape, kept. In (F,) each feature is a channel, its statistics over the samples; in (C, ...) over samples and
    positions. Parameters: scale (C,), at first 1, and shift (C,), at first 0; neither is a weight, so no penalty takes
    hold of them. Training takes the statistics of the batch, with the variance's biased form (divided by m, the
    numbers a channel), whatever the samples' weights; so a batch needs m of 2 or more. Prediction takes the running
    ones, mean and variance (C,), which lie in the network's state and move at each training batch:

        running ← running + momentum (batch - running), the variance unbiased (divided by m - 1)

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
        return Signature(input_shape, parameters, state=state)

    def bind(self, at: Buffers) -> Pass:
        x, y, dy = by_channel(at.input, at), by_channel(at.output, at), by_channel(at.d_output, at)
        dx = None if at.d_input is None else by_channel(at.d_input, at)
        m = x.shape[-1]
        if m < 2:
            raise DataError(
                f"{self} takes a variance over each training batch, got a batch of 1 sample. Give more samples, or "
                "another batch_size: the last batch holds what is left over."
            )
        gamma, beta = at.parameters["scale"], at.parameters["shift"]  # (..., C, 1)
        dgamma, dbeta = at.gradients["scale"], at.gradients["shift"]
        c = np.empty_like(y)  # x - mean
        mean, variance, r, s, k = np.empty((5, *gamma.shape), y.dtype)
        t = by_channel(at.scratch(), at)  # spreads a number a channel: ufuncs that do so take memory at every call
        squares, products = variance[..., 0], dgamma[..., 0]
        count, epsilon = as_operand(m, y.ndim, y.dtype), as_operand(self.epsilon, y.ndim, y.dtype)
        move = self._bind_running(at, mean, variance, s, m)

        def forward() -> None:
            total(x, axis=-1, keepdims=True, out=mean)  # (..., C, m) -> (..., C, 1)
            np.divide(mean, count, out=mean)
            np.copyto(t, mean)
            np.subtract(x, t, out=c)
            np.vecdot(c, c, out=squares)
            np.divide(variance, count, out=variance)
            for call in move:
                call()
            np.add(variance, epsilon, out=r)
            np.sqrt(r, out=r)
            np.reciprocal(r, out=r)  # r = 1 / √(variance + ε)
            np.multiply(gamma, r, out=s)  # kept for backward, as r and c are
            np.copyto(t, s)
            np.multiply(c, t, out=y)
            np.copyto(t, beta)
            np.add(y, t, out=y)

        def backward() -> None:
            total(dy, axis=-1, keepdims=True, out=dbeta)
            np.vecdot(dy, c, out=products)
            np.multiply(dgamma, r, out=dgamma)
            if dx is not None:  # dx = γ r (dy - dβ / m - c r dγ / m)
                np.multiply(dgamma, r, out=k)
                np.divide(k, count, out=k)
                np.copyto(t, k)
                np.multiply(c, t, out=c)
                np.divide(dbeta, count, out=k)
                np.copyto(t, k)
                np.add(c, t, out=c)
                np.subtract(dy, c, out=dx)
                np.copyto(t, s)
                np.multiply(dx, t, out=dx)

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
        epsilon, r, t = as_operand(self.epsilon, y.ndim, y.dtype), np.empty_like(mean), by_channel(at.scratch(), at)

        def forward() -> None:
            np.add(variance, epsilon, out=r)
            np.sqrt(r, out=r)
            np.divide(gamma, r, out=r)
            np.copyto(t, mean)
            np.subtract(x, t, out=y)
            np.copyto(t, r)
            np.multiply(y, t, out=y)
            np.copyto(t, beta)
            np.add(y, t, out=y)

        return forward


def by_channel(array: Array, at: Buffers) -> Array:
    """(..., C, H, W, n) as (..., C, m): all that a channel holds in a row. A vector's features are its channels."""
    return array.reshape(*array.shape[: 1 + at.population], -1, copy=False)
