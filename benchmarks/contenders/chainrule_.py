"""chainrule as a user calls it: `cr.train`, `model.predict`, `cr.compare`, with all their checks of the input.

The engine is what "auto" chooses. Where results are compared it is "compiled", even if that wouldn't pay for so few
epochs: else the comparison would tell nothing about the longer runs that are timed.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

import chainrule as cr
from benchmarks.work import Comparison, Parameters, Prediction, Products, Training, named
from chainrule.core.arrays import Array
from chainrule.core.engine.choice import asked
from chainrule.core.engine.extension import tables

CHECKED = "compiled" if asked() == "auto" and tables() else None
"""The engine of runs that are compared."""


def training(work: Training) -> Callable[..., cr.Run]:
    """`cr.train` with everything but the epochs and the engine."""
    return partial(
        cr.train,
        work.network,
        *work.arrays(),
        loss=work.loss,
        optimizer=work.optimizer,
        batch_size=work.batch_size,
        population=work.population,
        seed=work.seed,
        dtype=work.dtype,
    )


def train(work: Training) -> Callable[[int], Parameters]:
    train_it = training(work)

    def run(epochs: int) -> Parameters:
        done = train_it(epochs=epochs, engine=CHECKED if epochs in work.checked else None)
        return named(work.network, done.model.theta)

    return run


def remark(work: Training) -> str:
    """What makes the calls of a run that is timed."""
    return training(work)(epochs=work.epochs).setup.engine


def predict(work: Prediction) -> Callable[[int], Array]:
    x, model = work.arrays(), cr.Model(work.network, work.network.initialize(0, dtype=work.dtype))

    def run(times: int) -> Array:
        for _ in range(times):
            outputs = model.predict(x)
        return outputs

    return run


def products(work: Products) -> Callable[[int], list[Array]]:
    """By NumPy, as Dense does it: the input of the first layer gets no gradient."""
    row: list[Callable[[], Array]] = []
    for number, (W, a, dz) in enumerate(work.arrays()):
        row += [partial(np.matmul, W, a, out=np.empty_like(dz)), partial(np.matmul, dz, a.mT, out=np.empty_like(W))]
        row += [partial(np.matmul, W.mT, dz, out=np.empty_like(a))] if number else []

    def run(times: int) -> list[Array]:
        for _ in range(times):
            found = [call() for call in row]
        return found

    return run


def compare(work: Comparison) -> Callable[[int], Parameters]:
    def run(epochs: int) -> Parameters:
        done = cr.compare(replace(work.experiment, epochs=epochs), learning_rate=work.rates)
        return named(work.training.network, np.concatenate([runs.theta for runs in done.runs]))

    return run
