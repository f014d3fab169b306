"""One training step of LeNet-5 on 28 x 28 images: chainrule and PyTorch, in batches of 32, 128 and 512.

    python benchmarks/lenet_step.py

The step is all of it: the batch is gathered from 1,024 images in a new order, then forward, loss, backward and Adam, in
float32. chainrule goes through `cr.iterate`, PyTorch is eager. Each has two cores and a process of its own, which waits
while the other is timed: in one process the threads of one slow the other. Rounds alternate, and the ratios are taken
round by round. From the same start both must come to the same losses. Memory (on Linux) is what the process grows by at
its peak in five steps of 512, once the data and the network are there.
"""

import itertools
import math
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from reference_epoch import spread

import chainrule as cr

ROUNDS, SECONDS = 9, 0.5
BATCHES = (32, 128, 512)
CORES = 2
SAMPLES, CHECKED_STEPS, RATE = 1024, 5, 0.001

network = cr.Network(
    (1, 28, 28),
    [
        *(cr.Conv2D(6, 5), cr.ReLU(), cr.MaxPool(2)),
        *(cr.Conv2D(16, 5), cr.ReLU(), cr.MaxPool(2), cr.Flatten()),
        *(cr.Dense(120), cr.ReLU(), cr.Dense(84), cr.ReLU(), cr.Dense(10)),
    ],
)
start = network.initialize(seed=0, dtype="float32")
rng = np.random.default_rng(0)
x = rng.random((SAMPLES, 1, 28, 28), dtype=np.float32)
y = rng.integers(0, 10, SAMPLES)


class Chainrule:
    def epochs(self, batch: int) -> Iterator[object]:
        """Each step forward is an epoch of mini-batches."""
        return self._train(x, y, batch_size=batch, epochs=1_000_000)

    def losses(self, batch: int) -> list[float]:
        """The losses of some steps with the same samples."""
        records = self._train(x[:batch], y[:batch], batch_size=None, epochs=CHECKED_STEPS)
        return [float(record.loss) for record in records]

    def _train(self, x: np.ndarray, y: np.ndarray, **settings: Any) -> cr.Training:
        settings |= {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.Adam(RATE), "theta": start, "dtype": "float32"}
        return cr.iterate(network, x, y, record_every=1, **settings)


class PyTorch:
    def __init__(self) -> None:
        import torch
        from torch import nn

        torch.set_num_threads(CORES)
        self.torch, self.x, self.y = torch, torch.from_numpy(x), torch.from_numpy(y)
        self.model = nn.Sequential(
            *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        )
        self.criterion = nn.CrossEntropyLoss()

    def epochs(self, batch: int) -> Iterator[object]:
        step = self._stepper()
        while True:
            for rows in self.torch.randperm(SAMPLES).split(batch):
                step(self.x[rows], self.y[rows])
            yield None

    def losses(self, batch: int) -> list[float]:
        step = self._stepper()
        return [float(step(self.x[:batch], self.y[:batch])) for _ in range(CHECKED_STEPS)]

    def _stepper(self) -> Callable[[Any, Any], Any]:
        """A step of an optimizer, from the common start."""
        learning = [layer for layer in self.model if list(layer.parameters())]
        for layer, named in zip(learning, filter(None, network.parameters(start)), strict=True):
            with self.torch.no_grad():
                layer.weight.copy_(self.torch.from_numpy(named["weights"].copy()))
                layer.bias.copy_(self.torch.from_numpy(named["bias"].copy()))
        optimizer = self.torch.optim.Adam(self.model.parameters(), lr=RATE)

        def step(x: Any, y: Any) -> Any:
            optimizer.zero_grad(set_to_none=True)
            loss = self.criterion(self.model(x), y)
            loss.backward()
            optimizer.step()
            return loss.detach()

        return step


class Worker:
    """What a contender's process answers."""

    def __init__(self, contender: Chainrule | PyTorch) -> None:
        self.losses = contender.losses
        self._contender = contender
        self._epochs: dict[int, Iterator[object]] = {}

    def growth(self, batch: int) -> float:
        """MB that the process grows by at its peak, in some steps. To be asked for first."""
        before = resident("VmRSS")
        self.losses(batch)
        return resident("VmHWM") - before

    def time(self, batch: int) -> float:
        """Milliseconds a step, in epochs that fill some time."""
        if batch not in self._epochs:
            self._epochs[batch] = self._contender.epochs(batch)
        epochs = self._epochs[batch]
        next(epochs)  # wakes the process up
        began = time.perf_counter()
        for n in itertools.count(1):
            next(epochs)
            seconds = time.perf_counter() - began
            if seconds > SECONDS:
                return seconds / n / (SAMPLES / batch) * 1e3
        raise AssertionError


def resident(name: str) -> float:
    """The memory that the process holds (VmRSS), or has held at most (VmHWM), in MB."""
    lines = Path("/proc/self/status").read_text().splitlines() if sys.platform == "linux" else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), math.nan)


def serve(kind: type, requests: Connection) -> None:
    worker = Worker(kind())
    for question, batch in iter(requests.recv, None):
        requests.send(getattr(worker, question)(batch))


def ask(requests: Connection, question: str, batch: int) -> Any:
    requests.send((question, batch))
    return requests.recv()


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    kinds = {"chainrule": Chainrule, "PyTorch eager": PyTorch}
    if find_spec("torch") is None:
        del kinds["PyTorch eager"]
        print("PyTorch is not installed: left out.")
    contenders = {}
    for name, kind in kinds.items():
        contenders[name], theirs = multiprocessing.Pipe()
        multiprocessing.get_context("spawn").Process(target=serve, args=(kind, theirs)).start()

    memory = {name: ask(requests, "growth", max(BATCHES)) for name, requests in contenders.items()}
    for batch in BATCHES:
        losses = {name: ask(requests, "losses", batch) for name, requests in contenders.items()}
        for name, each in losses.items():
            if not np.allclose(each, losses["chainrule"], rtol=1e-4):
                raise SystemExit(f"{name} computes something else: losses {each}, not {losses['chainrule']}.")

    times: dict[tuple[str, int], list[float]] = {(name, batch): [] for batch in BATCHES for name in contenders}
    for _ in range(ROUNDS):
        for name, batch in times:
            times[name, batch].append(ask(contenders[name], "time", batch))

    for requests in contenders.values():
        requests.send(None)

    machine = f"Python {platform.python_version()}, {platform.machine()}"
    print(f"NumPy {np.__version__}, {machine}, {ROUNDS} rounds, {CORES} threads each")
    last = list(contenders)[-1]
    print(f"{'one step of LeNet-5':<28} {'milliseconds':>26} {f'ratio to {last}':>28}")
    for (name, batch), values in times.items():
        ratios = [value / other for value, other in zip(values, times[last, batch], strict=True)]
        print(f"{f'{name}, batch {batch}':<28} {spread(values, 2):>26} {spread(ratios, 2):>28}")
    for name, grown in memory.items():
        print(f"{f'{name}, memory at {max(BATCHES)}':<28} {f'{grown:.0f} MB':>26} {grown / memory[last]:>28.2f}")


if __name__ == "__main__":
    main()
