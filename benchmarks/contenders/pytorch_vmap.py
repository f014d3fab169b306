"""PyTorch's populations: `torch.func.vmap` of `torch.func.grad`, full batch, gradient descent.

The forward pass is a function of its parameters, which takes less than `functional_call` of a module.
"""

from collections.abc import Callable

import torch
from torch.func import grad, vmap
from torch.nn.functional import linear, mse_loss

import chainrule as cr
from benchmarks.contenders import pytorch  # sets the threads
from benchmarks.work import Parameters, Training, activations

products = pytorch.products

ACTIVATIONS = {cr.Sigmoid: torch.sigmoid, cr.ReLU: torch.relu, None: lambda z: z}


def train(work: Training) -> Callable[[int], Parameters]:
    x, y = (torch.from_numpy(each) for each in work.arrays())
    kinds = [ACTIVATIONS[each] for each in activations(work.network)]
    factor = pytorch.criterion(work)[1]
    rates = torch.tensor(work.rates, dtype=x.dtype) * factor

    def loss(parameters: list[torch.Tensor]) -> torch.Tensor:
        a = x
        for W, b, activation in zip(parameters[::2], parameters[1::2], kinds, strict=True):
            a = activation(linear(a, W, b))
        return mse_loss(a, y)

    gradient = vmap(grad(loss))

    def run(epochs: int) -> Parameters:
        parameters = [torch.from_numpy(each.copy()) for pair in work.start() for each in pair]
        of_members = [rates.reshape(-1, *[1] * (each.ndim - 1)) for each in parameters]
        for _ in range(epochs):
            for each, g, rate in zip(parameters, gradient(parameters), of_members, strict=True):
                each.addcmul_(g, rate, value=-1.0)
        flat = [each.numpy() for each in parameters]
        return list(zip(flat[::2], flat[1::2], strict=True))

    return run
