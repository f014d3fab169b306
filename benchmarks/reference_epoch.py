"""One epoch of the reference network: chainrule, textbook NumPy and PyTorch, in one run.

    python benchmarks/reference_epoch.py

The task: 2-4-4-1, sigmoid throughout, 100 points of `linear`, full batch, gradient descent, float64. Each contender
starts from the same parameters and must come to the same loss. Rounds are interleaved, so that a slow minute of the
machine slows all of them; the ratios are taken round by round. chainrule is timed through `cr.train`, the checking of
its input included.
"""

import platform
import statistics
import time
from collections.abc import Callable

import numpy as np

import chainrule as cr

ROUNDS, EPOCHS, WARM_UP = 11, 1500, 100
MEMBERS = 32
RATE = 0.5

x, y = cr.datasets.linear(100)
network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
start = network.initialize(seed=0)

Contender = Callable[[int], float]
"""Trains for so many epochs from the start; returns the loss before the last update."""


def chainrule(epochs: int, population: int | None = None) -> float:
    run = cr.train(
        network,
        x,
        y,
        loss=cr.HalfSquaredError(),
        optimizer=cr.SGD(RATE),
        epochs=epochs,
        theta=start,
        population=population,
        record_every=epochs - 1,
    )
    return float(np.ravel(run.history["loss"][-1])[0])


def chainrule_population(epochs: int) -> float:
    return chainrule(epochs, MEMBERS)


def textbook(epochs: int) -> float:
    """As a student writes it, samples in rows."""
    weights = [(layer["weights"].T.copy(), layer["bias"].copy()) for layer in network.parameters(start) if layer]
    for _ in range(epochs):
        activations = [x]
        for W, b in weights:
            activations.append(1.0 / (1.0 + np.exp(-(activations[-1] @ W + b))))
        loss = 0.5 * np.mean((activations[-1] - y) ** 2)
        error = (activations[-1] - y) / len(x)
        updated = []
        for (W, b), a, below in zip(
            reversed(weights), reversed(activations[1:]), reversed(activations[:-1]), strict=True
        ):
            delta = error * a * (1.0 - a)
            error = delta @ W.T
            updated.append((W - RATE * below.T @ delta, b - RATE * delta.sum(axis=0)))
        weights = updated[::-1]
    return float(loss)


def pytorch() -> Contender:
    """Eager, with the optimizer and the loss that PyTorch has for it."""
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
    named = [layer for layer in network.parameters(start) if layer]

    def run(epochs: int) -> float:
        layers: list[torch.nn.Module] = []
        for each in named:
            linear = torch.nn.Linear(*each["weights"].T.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(each["weights"].copy()))
                linear.bias.copy_(torch.from_numpy(each["bias"].copy()))
            layers += [linear, torch.nn.Sigmoid()]
        model, criterion = torch.nn.Sequential(*layers), torch.nn.MSELoss()
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE / 2)  # the gradient of the whole squared error
        for _ in range(epochs):
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(inputs), targets)
            loss.backward()
            optimizer.step()
        return float(loss.detach()) / 2

    return run


def main() -> None:
    contenders: dict[str, tuple[Contender, int]] = {
        "chainrule": (chainrule, 1),
        f"chainrule, a network of {MEMBERS}": (chainrule_population, MEMBERS),
        "textbook NumPy": (textbook, 1),
    }
    try:
        contenders["PyTorch eager"] = (pytorch(), 1)
    except ImportError:
        print("PyTorch is not installed: left out.")
    losses = {name: contender(WARM_UP) for name, (contender, _) in contenders.items()}
    for name, loss in losses.items():
        if abs(loss - losses["chainrule"]) > 1e-9:
            raise SystemExit(f"{name} computes something else: a loss of {loss}, not {losses['chainrule']}.")

    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, (contender, networks) in contenders.items():
            epochs = max(WARM_UP, EPOCHS // networks * (4 if networks > 1 else 1))
            began = time.perf_counter()
            contender(epochs)
            times[name].append((time.perf_counter() - began) / epochs / networks * 1e6)

    print(f"NumPy {np.__version__}, Python {platform.python_version()}, {platform.machine()}, {ROUNDS} rounds")
    print(f"{'one epoch, of one network':<28} {'microseconds':>26} {'ratio to the last row':>28}")
    reference = times[list(times)[-1]]
    for name, values in times.items():
        ratios = [value / other for value, other in zip(values, reference, strict=True)]
        print(f"{name:<28} {spread(values, 1):>26} {spread(ratios, 3):>28}")


def spread(values: list[float], digits: int) -> str:
    """The median, and the range."""
    median, low, high = (f"{value:.{digits}f}" for value in (statistics.median(values), min(values), max(values)))
    return f"{median} ({low} to {high})"


if __name__ == "__main__":
    main()
