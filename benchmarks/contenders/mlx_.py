"""MLX on the CPU, a step compiled. It has no loop inside a compiled function: Python walks over steps.

Its arrays are computed when they are asked for: after each step, since with ten steps at once it takes longer.
"""

from collections.abc import Callable, Iterator
from typing import Any

import mlx.core as mx
import numpy as np

import chainrule as cr
from benchmarks.channels_last import Operations, forward
from benchmarks.work import Parameters, Training, turned
from chainrule.core.arrays import Array

mx.set_default_device(mx.cpu)

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

TO_MLX = {2: (1, 0), 4: (0, 2, 3, 1)}
FROM_MLX = {2: (1, 0), 4: (0, 3, 1, 2)}


BY_MLX = Operations(
    lambda a, W, b: mx.addmm(b, a, W), lambda a, W, b: mx.conv2d(a, W) + b, mx.sigmoid, lambda a: mx.maximum(a, 0)
)


def loss_of(work: Training) -> Callable[[Any, Any, Any], Any]:
    outputs = forward(work.network, BY_MLX)

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        a = outputs(zip(parameters[::2], parameters[1::2], strict=True), x)  # a compiled step takes them flat
        if isinstance(work.loss, cr.HalfSquaredError):
            return 0.5 * mx.sum(mx.square(a - y)) / len(x)
        return mx.mean(mx.logsumexp(a, axis=1) - mx.take_along_axis(a, y[:, None], axis=1)[:, 0])

    return loss


def stepper(work: Training) -> Callable[[Any, Any, Any], Any]:
    """One compiled step, from the loop's state to its next state: the parameters; for Adam, moments and steps, too."""
    gradient, (rate,) = mx.grad(loss_of(work)), work.rates

    def descend(state: Any, x: Any, y: Any) -> Any:
        (parameters,) = state
        return ([W - rate * g for W, g in zip(parameters, gradient(parameters, x, y), strict=True)],)

    def adam(state: Any, x: Any, y: Any) -> Any:
        parameters, m, v, t = state
        gradients, t = gradient(parameters, x, y), t + 1
        m = [BETA1 * m + (1 - BETA1) * g for m, g in zip(m, gradients, strict=True)]
        v = [BETA2 * v + (1 - BETA2) * mx.square(g) for v, g in zip(v, gradients, strict=True)]
        alpha, root = rate / (1 - BETA1**t), mx.sqrt(1 - BETA2**t)
        moved = zip(parameters, m, v, strict=True)
        return [W - alpha * m / (mx.sqrt(v) / root + EPSILON) for W, m, v in moved], m, v, t

    return mx.compile(descend if isinstance(work.optimizer, cr.SGD) else adam)


def train(work: Training) -> Callable[[int], Parameters]:
    x, y = (mx.array(each, dtype=dtype_of(each)) for each in work.arrays())
    step = stepper(work)

    def batches(epochs: int) -> Iterator[tuple[Any, Any]]:
        for _, order in zip(range(epochs), work.orders(), strict=False):
            if work.batch_size is None:
                yield x, y
                continue
            for begin in range(0, len(order), work.batch_size):
                rows = mx.array(order[begin : begin + work.batch_size])
                yield mx.take(x, rows, axis=0), mx.take(y, rows, axis=0)

    def run(epochs: int) -> Parameters:
        start = flat(turned(work.start(), TO_MLX))
        zeros = [mx.zeros_like(each) for each in start]
        state: Any = (start,) if isinstance(work.optimizer, cr.SGD) else (start, zeros, zeros, mx.zeros((), x.dtype))
        for batch in batches(epochs):
            state = step(state, *batch)
            mx.eval(state)
        found = [np.array(each) for each in state[0]]
        return turned(list(zip(found[::2], found[1::2], strict=True)), FROM_MLX)

    return run


def dtype_of(array: Array) -> Any:
    """MLX's dtype for an array: it would make float32 of float64."""
    return {"float64": mx.float64, "float32": mx.float32}.get(array.dtype.name, mx.int32)


def flat(parameters: Parameters) -> list[Any]:
    return [mx.array(np.ascontiguousarray(each), dtype=dtype_of(each)) for pair in parameters for each in pair]
