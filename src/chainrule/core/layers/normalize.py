"""Normalisation: layers that bring activations to the same scale."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from chainrule.core.arrays import Array, Shape, as_operand, count
from chainrule.core.calls import Call, Calls, Pass, bind_copy, call, total
from chainrule.core.description import POSITIVE, SHARE, Real, real
from chainrule.core.layers.base import Buffers, Layer, Parameter, Signature

LONG_ROW = 256
"""Numbers per channel from which broadcasting beats copying: float32, 2 times the time at 100, 0.7 of it at 1,000."""


@dataclass(frozen=True, repr=False)
class BatchNorm(Layer):
    """y = scale (x - mean) / √(variance + ε) + shift, with a mean and a variance per channel. ε is `epsilon`.

    Any input shape; the output has the same. In (F,) each feature is a channel with statistics over the samples; in
    (C, ...) the statistics are over samples and positions. Parameters: scale (C,), at first 1, and shift (C,), at first
    0; penalties leave them alone.

    Training uses the statistics of the batch, without regard to sample weights: m numbers per channel, 2 or more, and
    the biased variance, divided by m. Prediction uses the running mean and variance (C,), which are part of the
    network's state. Each training batch updates them, with its unbiased variance, divided by m - 1:

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
        spread = partial(bind_spread, by_channel(at.scratch(), at))

        forward = Calls(
            call(total, x, axis=-1, keepdims=True, out=mean),  # (..., C, m) -> (..., C, 1)
            call(np.divide, mean, size, out=mean),
            spread(np.subtract, x, mean, out=c),
            call(np.vecdot, c, c, out=squares),
            call(np.divide, variance, size, out=variance),
            self._bind_running(at, mean, variance, s, m),
            call(np.add, variance, epsilon, out=r),
            call(np.sqrt, r, out=r),
            call(np.divide, one, r, out=r),  # r = 1 / √(variance + ε)
            call(np.multiply, gamma, r, out=s),  # kept for backward, as r and c are
            spread(np.multiply, c, s, out=y),
            spread(np.add, y, beta, out=y),
        )

        to_parameters = Calls(
            call(total, dy, axis=-1, keepdims=True, out=dbeta),
            call(np.vecdot, dy, c, out=products),
            call(np.multiply, dgamma, r, out=dgamma),
        )
        if dx is None:
            return forward, to_parameters

        to_input = Calls(  # dx = γ r (dy - dβ / m - c r dγ / m)
            call(np.multiply, dgamma, r, out=k),
            call(np.divide, k, size, out=k),
            spread(np.multiply, c, k, out=c),
            call(np.divide, dbeta, size, out=k),
            spread(np.add, c, k, out=c),
            call(np.subtract, dy, c, out=dx),
            spread(np.multiply, dx, s, out=dx),
        )
        return forward, Calls(to_parameters, to_input)

    def _bind_running(self, at: Buffers, mean: Array, variance: Array, s: Array, m: int) -> Calls:
        """The running statistics' step towards the batch's, where a state is kept."""
        if not at.state:
            return Calls()
        running_mean, running_variance = at.state["mean"], at.state["variance"]
        momentum = as_operand(self.momentum, mean.ndim, mean.dtype)
        unbiased = as_operand(m / (m - 1), mean.ndim, mean.dtype)

        return Calls(
            call(np.subtract, mean, running_mean, out=s),
            call(np.multiply, s, momentum, out=s),
            call(np.add, running_mean, s, out=running_mean),
            call(np.multiply, variance, unbiased, out=s),
            call(np.subtract, s, running_variance, out=s),
            call(np.multiply, s, momentum, out=s),
            call(np.add, running_variance, s, out=running_variance),
        )

    def bind_prediction(self, at: Buffers) -> Call:
        x, y = by_channel(at.input, at), by_channel(at.output, at)
        gamma, beta = at.parameters["scale"], at.parameters["shift"]
        mean, variance = at.state["mean"], at.state["variance"]
        epsilon, r = as_operand(self.epsilon, y.ndim, y.dtype), np.empty_like(mean)
        spread = partial(bind_spread, by_channel(at.scratch(), at))

        return Calls(
            call(np.add, variance, epsilon, out=r),
            call(np.sqrt, r, out=r),
            call(np.divide, gamma, r, out=r),
            spread(np.subtract, x, mean, out=y),
            spread(np.multiply, y, r, out=y),
            spread(np.add, y, beta, out=y),
        )


def by_channel(array: Array, at: Buffers) -> Array:
    """(..., C, H, W, n) as (..., C, m), one row per channel: a view. The features of a vector are its channels."""
    return array.reshape(*array.shape[: 1 + at.population], -1, copy=False)


def bind_spread(t: Array, function: np.ufunc, x: Array, values: Array, out: Array) -> Call:
    """Bind out = function(x, values), where x is (..., C, m) and the values are one per channel, (..., C, 1).

    A ufunc that broadcasts the values starts anew in each row: over short rows it is faster to copy them to t, an array
    like x, first.
    """
    if x.shape[-1] >= LONG_ROW:
        return call(function, x, values, out=out)
    return Calls(bind_copy(values, out=t), call(function, x, t, out=out))
