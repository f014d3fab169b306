"""nn-engine-core, a C++ engine for small networks: its own loop over batches and epochs, traced from one batch.

It has float32 alone, no sigmoid and no pooling. Its loader shuffles by a generator of its own: where results are
compared, each epoch gets a loader of its own, with the samples in the order that all contenders use.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import nn_core
import numpy as np

import chainrule as cr
from benchmarks.work import Parameters, Training

NEVER = 2**31 - 1
"""Epochs without improvement before it stops early."""


class Sequence(nn_core.Module):
    """Layers, one after the other."""

    def __init__(self, layers: list[Any]) -> None:
        super().__init__()
        self.layers = [self.register_module(str(place), layer) for place, layer in enumerate(layers)]

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer.forward(x)
        return x


def computes(work: Training) -> Training:
    """The training in float32, whose first epoch alone is compared."""
    return work if work.dtype == "float32" else replace(work, dtype="float32", checked=work.checked[:1])


def train(work: Training) -> Callable[[int], Parameters]:
    work = computes(work)
    x, y = work.arrays()
    targets, (rate,) = np.eye(max(y) + 1, dtype=work.dtype)[y], work.rates

    def run(epochs: int) -> Parameters:
        layers = [
            nn_core.DenseLayer(*each.input_shape, each.layer.units) if isinstance(each.layer, cr.Dense)
            else nn_core.ReLULayer()
            for each in work.network.leaves
        ]  # fmt: skip
        model, dense = Sequence(layers), [each for each in layers if isinstance(each, nn_core.DenseLayer)]
        for layer, (W, b) in zip(dense, work.start(), strict=True):
            weights, bias = layer.parameters()
            weights.data, bias.data = W.T, b[None]
        graph = nn_core.JITGraph(model, nn_core.Adam(rate), nn_core.SoftmaxCrossEntropyLoss())

        in_given_orders = epochs in work.checked
        orders = work.orders()
        for epoch in range(epochs if in_given_orders else 1):
            order = next(orders)
            loader = nn_core.DataLoader(x[order], targets[order], work.batch_size, not in_given_orders)
            if epoch == 0:
                graph.trace_batch(loader)  # which is its first step
            graph.fast_loop(loader)
        if not in_given_orders and epochs > 1:
            graph.fast_fit(loader, None, epochs - 1, 0.0, NEVER, False)
        return [(layer.get_weights().T, layer.get_bias()[0]) for layer in dense]

    return run
