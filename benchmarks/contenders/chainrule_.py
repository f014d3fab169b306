"""chainrule as a user calls it: `cr.train`, `model.predict`, `cr.compare`, with all their checks of the input."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

import chainrule as cr
from benchmarks.work import Comparison, Parameters, Prediction, Training, named
from chainrule.core.arrays import Array


def train(work: Training) -> Callable[[int], Parameters]:
    x, y = work.arrays()

    def run(epochs: int) -> Parameters:
        done = cr.train(
            work.network,
            x,
            y,
            loss=work.loss,
            optimizer=work.optimizer,
            epochs=epochs,
            batch_size=work.batch_size,
            population=work.population,
            seed=work.seed,
            dtype=work.dtype,
        )
        return named(work.network, done.model.theta)

    return run


def predict(work: Prediction) -> Callable[[int], Array]:
    x, model = work.arrays(), cr.Model(work.network, work.network.initialize(0, dtype=work.dtype))

    def run(times: int) -> Array:
        for _ in range(times):
            outputs = model.predict(x)
        return outputs

    return run


def compare(work: Comparison) -> Callable[[int], Parameters]:
    def run(epochs: int) -> Parameters:
        done = cr.compare(replace(work.experiment, epochs=epochs), learning_rate=work.rates)
        return named(work.training.network, np.concatenate([runs.theta for runs in done.runs]))

    return run
