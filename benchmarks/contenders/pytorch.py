"""PyTorch, eager: the modules, losses and optimizers that it has for the work."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

import chainrule as cr
from benchmarks.work import Parameters, Prediction, Products, Training
from chainrule.core.arrays import Array

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))

LAYERS: dict[type[cr.Layer], Callable[[Any, tuple[int, ...]], nn.Module]] = {
    cr.Dense: lambda layer, shape: nn.Linear(shape[0], layer.units),
    cr.Conv2D: lambda layer, shape: nn.Conv2d(shape[0], layer.channels, layer.kernel),
    cr.MaxPool: lambda layer, shape: nn.MaxPool2d(layer.kernel),
    cr.Sigmoid: lambda layer, shape: nn.Sigmoid(),
    cr.ReLU: lambda layer, shape: nn.ReLU(),
    cr.Flatten: lambda layer, shape: nn.Flatten(),
}


def module(network: cr.Network, dtype: str) -> nn.Sequential:
    """The network as PyTorch modules."""
    layers = [LAYERS[type(each.layer)](each.layer, each.input_shape) for each in network.leaves]
    return nn.Sequential(*layers).to(getattr(torch, dtype))


def set_parameters(model: nn.Module, start: Parameters) -> None:
    with torch.no_grad():
        flat = [each for pair in start for each in pair]
        for parameter, value in zip(model.parameters(), flat, strict=True):
            parameter.copy_(torch.from_numpy(value.copy()))


def learnt(model: nn.Module) -> Parameters:
    flat = [each.detach().numpy() for each in model.parameters()]
    return list(zip(flat[::2], flat[1::2], strict=True))


def criterion(work: Training) -> tuple[nn.Module, float]:
    """PyTorch's loss for the work, and the factor by which the work's loss differs from it."""
    if isinstance(work.loss, cr.HalfSquaredError):  # PyTorch's mean is over the outputs as well
        return nn.MSELoss(), work.network.output_shape[0] / 2
    return nn.CrossEntropyLoss(), 1.0


def train(work: Training, fused: bool | None = None) -> Callable[[int], Parameters]:
    x, y = (torch.from_numpy(each) for each in work.arrays())
    model, (loss, factor) = module(work.network, work.dtype), criterion(work)
    (rate,) = work.rates

    def batches() -> Iterator[tuple[Any, Any]]:
        if work.batch_size is None:
            while True:
                yield x, y
        for order in work.orders():
            for rows in torch.from_numpy(order).split(work.batch_size):
                yield x.index_select(0, rows), y.index_select(0, rows)

    def run(epochs: int) -> Parameters:
        set_parameters(model, work.start())
        if isinstance(work.optimizer, cr.SGD):
            optimizer: Any = torch.optim.SGD(model.parameters(), lr=rate * factor, fused=fused)
        else:
            optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=fused)
        steps = epochs * (1 if work.batch_size is None else -(-len(x) // work.batch_size))
        for _, (inputs, targets) in zip(range(steps), batches(), strict=False):
            optimizer.zero_grad(set_to_none=True)
            loss(model(inputs), targets).backward()
            optimizer.step()
        return learnt(model)

    return run


def predict(work: Prediction) -> Callable[[int], Array]:
    x, model = work.arrays(), module(work.network, work.dtype).eval()
    set_parameters(model, work.start())

    def run(times: int) -> Array:
        with torch.inference_mode():
            for _ in range(times):
                outputs = model(torch.from_numpy(x)).numpy()
        return outputs

    return run


def products(work: Products) -> Callable[[int], list[Any]]:
    """Samples first, as in its modules."""
    layers = [
        (torch.from_numpy(W), torch.from_numpy(a).mT.contiguous(), torch.from_numpy(dz).mT.contiguous())
        for W, a, dz in work.arrays()
    ]

    def run(times: int) -> list[Any]:
        with torch.inference_mode():
            for _ in range(times):
                found = []
                for number, (W, a, dz) in enumerate(layers):
                    found += [torch.matmul(a, W.mT), torch.matmul(dz.mT, a)]
                    found += [torch.matmul(dz, W)] if number else []
        return found

    return run
