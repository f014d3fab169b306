"""JAX, the whole loop inside `jit`: a `fori_loop` over epochs, and in it over batches; `vmap` for populations.

Nothing is donated: the start is kept for the next run, and inside the loop XLA writes where it reads. A last short
batch has a step of its own in the same program.
"""

from collections.abc import Callable
from itertools import islice
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import chainrule as cr
from benchmarks.channels_last import Operations, forward
from benchmarks.work import Parameters, Prediction, Products, Training, turned
from chainrule.core.arrays import Array

jax.config.update("jax_enable_x64", True)  # float32 arrays stay float32

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
CONVOLUTION = ("NHWC", "HWIO", "NHWC")


def convolve(a: Any, W: Any, b: Any) -> Any:
    return lax.conv_general_dilated(a, W, (1, 1), "VALID", dimension_numbers=CONVOLUTION) + b


BY_JAX = Operations(lambda a, W, b: a @ W + b, convolve, jax.nn.sigmoid, jax.nn.relu)

TO_JAX = {2: (1, 0), 4: (2, 3, 1, 0)}
FROM_JAX = {2: (1, 0), 4: (3, 2, 0, 1)}


def loss_of(work: Training) -> Callable[[Any, Any, Any], Any]:
    outputs = forward(work.network, BY_JAX)

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        a = outputs(parameters, x)
        if isinstance(work.loss, cr.HalfSquaredError):
            return 0.5 * jnp.sum((a - y) ** 2) / len(x)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(a), y[:, None], axis=1))

    return loss


def stepper(work: Training) -> Callable[[Any, Any, Any, Any], Any]:
    """One step, from the loop's state to its next state."""
    gradient = jax.grad(loss_of(work))
    if isinstance(work.optimizer, cr.SGD):

        def descend(carried: Any, rate: Any, x: Any, y: Any) -> Any:
            (W,) = carried
            return (jax.tree.map(lambda W, g: W - rate * g, W, gradient(W, x, y)),)

        return descend

    def adam(carried: Any, rate: Any, x: Any, y: Any) -> Any:
        W, m, v, t = carried
        g, t = gradient(W, x, y), t + 1
        m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, g)
        v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, g)
        alpha, root = rate / (1 - BETA1**t), jnp.sqrt(1 - BETA2**t)
        W = jax.tree.map(lambda W, m, v: W - alpha * m / (jnp.sqrt(v) / root + EPSILON), W, m, v)
        return W, m, v, t

    return adam


def train(work: Training) -> Callable[[int], Parameters]:
    x, y = (jnp.asarray(each) for each in work.arrays())
    step, n, size = stepper(work), len(x), work.batch_size

    def epoch(carried: Any, rate: Any, order: Any) -> Any:
        if size is None:
            return step(carried, rate, x, y)

        def of_rows(rows: Any, carried: Any) -> Any:
            return step(carried, rate, jnp.take(x, rows, axis=0), jnp.take(y, rows, axis=0))

        full = n // size
        batches = order[: full * size].reshape(full, size)
        carried = lax.fori_loop(0, full, lambda i, carried: of_rows(batches[i], carried), carried)
        return of_rows(order[full * size :], carried) if n % size else carried

    def all_epochs(parameters: Any, rate: Any, orders: Any, epochs: Any) -> Any:
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        one_of_it = jnp.zeros((), x.dtype)
        carried = (parameters,) if isinstance(work.optimizer, cr.SGD) else (parameters, zeros, zeros, one_of_it)
        return lax.fori_loop(0, epochs, lambda i, carried: epoch(carried, rate, orders[i]), carried)[0]

    members = jax.vmap(all_epochs, in_axes=(0, 0, None, None)) if work.population else all_epochs
    compiled = jax.jit(members)
    rates = np.array(work.rates, work.dtype)

    def run(epochs: int) -> Parameters:
        orders = np.zeros((work.longest, 0 if size is None else n), np.int32)
        if size is not None:
            orders[:epochs] = list(islice(work.orders(), epochs))
        start = turned(work.start(), TO_JAX)
        found = compiled(start, rates if work.population else rates[0], orders, epochs)
        return turned([(np.asarray(W), np.asarray(b)) for W, b in found], FROM_JAX)

    return run


def predict(work: Prediction) -> Callable[[int], Array]:
    x, parameters = work.arrays(), turned(work.start(), TO_JAX)
    compiled, on_device = jax.jit(forward(work.network, BY_JAX)), jax.device_put(parameters)

    def run(times: int) -> Array:
        for _ in range(times):
            outputs = np.asarray(compiled(on_device, x))
        return outputs

    return run


def products(work: Products) -> Callable[[int], list[Any]]:
    """Samples first, as in `forward`; W is (I, O)."""
    layers = [tuple(jnp.asarray(np.ascontiguousarray(each.mT)) for each in of_layer) for of_layer in work.arrays()]

    @jax.jit
    def compiled(layers: Any) -> list[Any]:
        found = []
        for number, (W, a, dz) in enumerate(layers):
            found += [a @ W, a.mT @ dz] + ([dz @ W.mT] if number else [])
        return found

    def run(times: int) -> list[Any]:
        for _ in range(times):
            found = jax.block_until_ready(compiled(layers))
        return found

    return run
