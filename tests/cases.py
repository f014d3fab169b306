"""The one table of cases: every layer, activation, loss and optimizer enters, and the generic tests do the rest.

A new layer is one row of LAYERS. It is then checked for its gradient, its shapes, its dtype, its populations, its
memory and its place in random stacks.
"""

from dataclasses import dataclass

import numpy as np

import chainrule as cr

N = 7
"""Samples in a case: not a round number, and not a size of anything else."""


@dataclass(frozen=True)
class Case:
    """A network and a loss, with data that fit them."""

    network: cr.Network
    loss: cr.Loss

    def data(self, n: int = N, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Samples and targets."""
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((n, *self.network.input_shape))
        outputs = self.network.output_shape[0]
        if isinstance(self.loss, cr.SoftmaxCrossEntropy):
            return x, np.arange(n) % outputs
        if isinstance(self.loss, cr.BinaryCrossEntropy):
            return x, rng.integers(0, 2, (n, outputs))
        return x, rng.standard_normal((n, outputs))

    def state(self, population: int | None = None, dtype: str = "float64") -> np.ndarray:
        """Running statistics that some training left; S is 0 for most networks."""
        start = self.network.initialize_state(population, dtype)
        return (start + np.random.default_rng(1).uniform(0.1, 0.9, start.shape)).astype(dtype)


def on_maps(*layers: cr.Layer, shape: tuple[int, ...] = (2, 5, 6)) -> Case:
    """A layer on feature maps, behind a convolution that learns and in front of a Dense."""
    first = cr.Conv1D(3, 2) if len(shape) == 2 else cr.Conv2D(3, 2)
    return Case(cr.Network(shape, (first, *layers, cr.Flatten(), cr.Dense(2))), cr.SquaredError())


def between(*layers: cr.Layer, shape: tuple[int, ...] = (3,)) -> Case:
    """A layer between others that learn, so that its input gradient counts."""
    first = (cr.Dense(5),) if len(shape) == 1 else ()
    return Case(cr.Network(shape, (*first, *layers, cr.Dense(2))), cr.SquaredError())


def on_images(*layers: cr.Layer) -> Case:
    """Layers of images, (2, 3, 2). The last has no bias: its ones would keep small images from being one block."""
    return Case(cr.Network((2, 3, 2), (*layers, cr.Flatten(), cr.Dense(2, bias=False))), cr.SquaredError())


LAYERS = {
    "AveragePool": on_maps(cr.AveragePool(2)),
    "AveragePool, overlapping": on_maps(cr.AveragePool(3, stride=2, padding=1)),
    "AveragePool of series": on_maps(cr.AveragePool(3, padding="same"), shape=(2, 9)),
    "ChannelDropout": on_maps(cr.Tanh(), cr.ChannelDropout(0.4)),
    "ChannelDropout of series": on_maps(cr.ChannelDropout(0.4), shape=(2, 9)),
    "Conv1D": on_maps(cr.Conv1D(4, 3), shape=(2, 9)),
    "Conv1D, same": on_maps(cr.Tanh(), cr.Conv1D(4, 4, stride=3, padding="same"), cr.Tanh(), shape=(2, 9)),
    "Conv2D": on_maps(cr.Conv2D(4, 2)),
    "Conv2D without bias": on_maps(cr.Conv2D(4, (2, 3), stride=(1, 2), padding=1, bias=False)),
    "Conv2D first, same": Case(
        cr.Network((2, 5, 4), [cr.Conv2D(3, 3, stride=2, padding="same"), cr.ReLU(), cr.Flatten(), cr.Dense(2)]),
        cr.SquaredError(),
    ),
    "Dense": between(cr.Dense(4)),
    "Dense without bias": between(cr.Dense(4, bias=False)),
    "Dense behind Tanh": between(cr.Tanh(), cr.Dense(4), cr.Tanh(), cr.Dense(3, bias=False)),
    "BatchNorm": between(cr.BatchNorm()),
    "BatchNorm of images": on_images(cr.BatchNorm(0.2, epsilon=0.5), cr.Tanh()),
    "BatchNorm in front of Flatten": on_images(cr.Tanh(), cr.BatchNorm(), cr.Flatten(), cr.Tanh()),
    "Dropout": between(cr.Tanh(), cr.Dropout(0.4)),
    "Dropout of images": on_maps(cr.Tanh(), cr.Dropout(0.4)),
    "Flatten": between(cr.Flatten(), shape=(2, 3, 2)),
    "GlobalAveragePool": Case(
        cr.Network((2, 5, 6), [cr.Conv2D(3, 2), cr.GlobalAveragePool(), cr.Dense(2)]), cr.SquaredError()
    ),
    "Identity": between(cr.Identity()),
    "MaxPool": on_maps(cr.MaxPool(2)),
    "MaxPool, overlapping": on_maps(cr.Tanh(), cr.MaxPool(3, stride=2, padding=1)),
    "MaxPool, apart": on_maps(cr.MaxPool((1, 2), stride=3)),
    "MaxPool of series": on_maps(cr.ReLU(), cr.MaxPool(2, padding="same"), shape=(2, 10)),
    "a pool first": Case(
        cr.Network((2, 4, 4), [cr.AveragePool(2), cr.MaxPool(2), cr.Flatten(), cr.Dense(2)]), cr.SquaredError()
    ),
    "LeNet, small": Case(
        cr.Network(
            (1, 10, 10),
            [
                cr.Conv2D(2, 3),
                cr.ReLU(),
                cr.MaxPool(2),
                cr.Conv2D(3, 3),
                cr.Tanh(),
                cr.GlobalAveragePool(),
                cr.Dense(3),
            ],
        ),
        cr.SoftmaxCrossEntropy(),
    ),
    "Residual": between(cr.Residual([cr.Dense(4), cr.Tanh(), cr.Dense(5, bias=False)]), cr.Tanh()),
    "Residual around what writes in place": between(cr.Tanh(), cr.Residual([cr.Sigmoid(), cr.Dropout(0.2)])),
    "Residual in Residual": between(cr.Residual([cr.Tanh(), cr.Residual([cr.BatchNorm(), cr.Dense(5)]), cr.Sigmoid()])),
    "Residual of images first": on_images(cr.Residual([cr.BatchNorm(), cr.Tanh()])),
    "ELU": between(cr.ELU()),
    "ELU, another alpha": between(cr.ELU(0.3)),
    "GELU": between(cr.GELU()),
    "LeakyReLU": between(cr.LeakyReLU()),
    "ReLU": between(cr.ReLU()),
    "Sigmoid": between(cr.Sigmoid()),
    "Softplus": between(cr.Softplus()),
    "Tanh": between(cr.Tanh()),
    "Tanh then Sigmoid": between(cr.Tanh(), cr.Sigmoid()),
    "an activation first": Case(cr.Network((3,), [cr.Tanh(), cr.Dense(2)]), cr.SquaredError()),
    "the reference network": Case(cr.mlp(2, 4, 4, 1, initializer=cr.Normal()), cr.HalfSquaredError()),
}

LOSSES = {
    "SquaredError": Case(cr.mlp(3, 4, 2, activation="tanh"), cr.SquaredError()),
    "HalfSquaredError": Case(cr.mlp(3, 4, 2, activation="tanh"), cr.HalfSquaredError()),
    "BinaryCrossEntropy": Case(cr.mlp(3, 4, 1, activation="tanh", output="identity"), cr.BinaryCrossEntropy()),
    "BinaryCrossEntropy, 2 questions": Case(
        cr.mlp(3, 4, 2, activation="tanh", output="identity"), cr.BinaryCrossEntropy()
    ),
    "SoftmaxCrossEntropy": Case(cr.mlp(3, 4, 3, activation="tanh", output="identity"), cr.SoftmaxCrossEntropy()),
}

CASES = LAYERS | LOSSES

OPTIMIZERS = {
    "SGD": cr.SGD(0.1),
    "Momentum": cr.Momentum(0.05),
    "Nesterov": cr.Nesterov(0.05),
    "RMSprop": cr.RMSprop(0.01),
    "Adam": cr.Adam(0.01),
    "Adam without correction": cr.Adam(0.01, bias_correction=False),
    "AdamW": cr.AdamW(0.01),
    "SGD by a schedule": cr.SGD(cr.WarmUp(cr.Cosine(0.1, steps=500), steps=10)),
}

# Settings with a value for each of three members, each in a place where it does something.
ZIPPED = {
    "learning rates": {"optimizer": cr.SGD([0.1, 0.2, 0.4])},
    "momenta": {"optimizer": cr.Momentum(0.05, [0.0, 0.5, 0.9])},
    "Nesterov's": {"optimizer": cr.Nesterov(0.05, [0.0, 0.5, 0.9])},
    "RMSprop's": {"optimizer": cr.RMSprop([0.01, 0.02, 0.03], [0.9, 0.95, 0.99], [1e-8, 1e-6, 1e-4])},
    "Adam's": {"optimizer": cr.Adam([0.01, 0.02, 0.03], [0.8, 0.9, 0.95], [0.99, 0.999, 0.9], [1e-8, 1e-6, 1e-4])},
    "weight decays": {"optimizer": cr.AdamW(0.01, weight_decay=[0.0, 0.1, 1.0])},
    "schedules": {"optimizer": cr.SGD(cr.Cosine([0.1, 0.2, 0.4], steps=30, end=[0.0, 0.01, 0.1]))},
    "penalties": {"penalty": cr.L2([0.0, 0.01, 0.1])},
    "clips": {"clip": [0.01, 0.1, 1.0]},
    "dropout rates": {"network": cr.Network((3,), [cr.Dense(5), cr.Tanh(), cr.Dropout([0.0, 0.3, 0.6]), cr.Dense(2)])},
    "norms": {"network": cr.Network((3,), [cr.Dense(5), cr.BatchNorm([0.1, 0.5, 1.0], [1e-5, 0.1, 1.0]), cr.Dense(2)])},
    "slopes": {"network": cr.Network((3,), [cr.Dense(5), cr.LeakyReLU([0.0, 0.1, 0.5]), cr.Dense(2)])},
    "alphas": {"network": cr.Network((3,), [cr.Dense(5), cr.ELU([0.5, 1.0, 2.0]), cr.Dense(2)])},
    "deviations": {"network": cr.mlp(3, 5, 2, initializer=cr.Normal([0.1, 0.5, 1.0]))},
}
