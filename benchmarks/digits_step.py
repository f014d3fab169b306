"""One training step on handwritten digits: chainrule, scikit-learn and PyTorch, a 64-64-10 perceptron in batches of 32.

    python benchmarks/digits_step.py

The step is all of it: the batch is gathered in a new order, then forward, loss, backward and Adam, all in float32.
chainrule goes through `cr.train`, PyTorch is eager, scikit-learn is `MLPClassifier`. One thread each, rounds
interleaved, ratios taken round by round. All three must learn the digits.
"""

import platform
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from reference_epoch import spread
from threadpoolctl import threadpool_limits

import chainrule as cr

ROUNDS, EPOCHS, BATCH, RATE = 9, 8, 32, 0.001
LEARNT = 0.9
"""The accuracy on the images learnt that each must reach."""

images, y = cr.datasets.digits()
x = images.reshape(len(images), -1).astype(np.float32)
STEPS = EPOCHS * -(-len(x) // BATCH)

Contender = Callable[[], float]
"""Trains from a start of its own; returns the accuracy on what it learnt."""


def chainrule() -> float:
    network = cr.mlp(64, 64, 10, activation="relu", output="identity")
    run = cr.train(
        network,
        x,
        y,
        loss=cr.SoftmaxCrossEntropy(),
        optimizer=cr.Adam(RATE),
        epochs=EPOCHS,
        batch_size=BATCH,
        dtype="float32",
        record_every=EPOCHS,
    )
    return float(run.model.score(x, y))


def scikit_learn() -> float:
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(64, batch_size=BATCH, learning_rate_init=RATE, alpha=0.0, max_iter=EPOCHS, tol=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like to learn longer
        model.fit(x, y)
    return float(model.score(x, y))


def pytorch(fused: bool) -> Contender:
    import torch

    torch.set_num_threads(1)
    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)

    def run() -> float:
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
        optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=fused)
        criterion = torch.nn.CrossEntropyLoss()
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(inputs)).split(BATCH):
                optimizer.zero_grad(set_to_none=True)
                criterion(model(inputs[rows]), targets[rows]).backward()
                optimizer.step()
        with torch.no_grad():
            return float((model(inputs).argmax(dim=1) == targets).float().mean())

    return run


def main() -> None:
    contenders: dict[str, Contender] = {"chainrule": chainrule, "scikit-learn": scikit_learn}
    if find_spec("torch"):
        contenders |= {"PyTorch eager": pytorch(fused=False), "PyTorch, fused Adam": pytorch(fused=True)}
    else:
        print("PyTorch is not installed: left out.")
    times: dict[str, list[float]] = {name: [] for name in contenders}
    with threadpool_limits(1):
        for name, contender in contenders.items():
            if contender() < LEARNT:
                raise SystemExit(f"{name} does not learn the digits: it computes something else.")
        for _ in range(ROUNDS):
            for name, contender in contenders.items():
                began = time.perf_counter()
                contender()
                times[name].append((time.perf_counter() - began) / STEPS * 1e6)

    print(f"NumPy {np.__version__}, Python {platform.python_version()}, {platform.machine()}, {ROUNDS} rounds")
    print(f"{'one step of 32 digits':<28} {'microseconds':>26} {'chainrule, of that':>28}")
    for name, values in times.items():
        ratios = [ours / theirs for ours, theirs in zip(times["chainrule"], values, strict=True)]
        print(f"{name:<28} {spread(values, 1):>26} {spread(ratios, 3):>28}")


if __name__ == "__main__":
    main()
