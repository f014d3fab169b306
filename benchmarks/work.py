"""The work of the contenders, described by chainrule's own objects. Each contender translates it.

A work has no arrays, so that it goes to another process as it is. Each process makes its data and its start from it,
and both are the same everywhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

import chainrule as cr
from chainrule.core.arrays import Array
from chainrule.core.streams import stream

Parameters = list[tuple[Array, Array]]
"""The weights (..., O, I) or (..., O, C, h, w) and bias (..., O) of each layer with parameters."""

TOLERANCE = {"float64": 1e-5, "float32": 1e-3}
"""How far, relatively, two contenders' losses may be apart: rounding grows from step to step, in float32 so soon that
only the first epochs are compared, and the later ones by the same code in float64. (scikit-learn's Adam adds its
epsilon before the correction of the bias, which alone makes 4e-6 in 114 steps.)"""


@dataclass(frozen=True)
class Data:
    """Samples by name: "linear" or "xor" points, handwritten "digits" as vectors, or "noise" like MNIST's images."""

    name: str
    n: int

    def arrays(self, dtype: str) -> tuple[Array, Array]:
        """The samples x (n, ...), and y: quantities (n, 1), or class numbers (n,)."""
        if self.name in ("linear", "xor"):
            x, y = cr.datasets.linear(self.n) if self.name == "linear" else cr.datasets.xor()
            return x.astype(dtype), y.astype(dtype)
        if self.name == "digits":
            images, y = cr.datasets.digits()
            return images[: self.n].reshape(-1, 64).astype(dtype), y[: self.n]
        rng = np.random.default_rng(0)
        return rng.random((self.n, 1, 28, 28)).astype(dtype), rng.integers(0, 10, self.n)


@dataclass(frozen=True)
class Training:
    """The training of a network, or of a population, from given parameters.

    epochs: of a run that is timed.  checked: after so many epochs its losses must be everybody's.
    """

    kind: ClassVar[str] = "train"

    network: cr.Network
    data: Data
    loss: cr.Loss
    optimizer: Any
    epochs: int
    batch_size: int | None = None
    population: int | None = None
    seed: int | tuple[int, ...] = 0
    dtype: str = "float64"
    checked: tuple[int, ...] = (1, 10, 100)

    @property
    def amount(self) -> int:
        """The epochs of a run, or its predictions."""
        return self.epochs

    @property
    def longest(self) -> int:
        """The most epochs of any run of this work."""
        return max(self.epochs, *self.checked)

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rate of each network."""
        rate = self.optimizer.learning_rate
        return rate if isinstance(rate, tuple) else (rate,) * (self.population or 1)

    def checks(self) -> tuple["Training", ...]:
        """The works whose losses are compared before times are taken."""
        if self.dtype == "float64" or len(self.checked) == 1:
            return (self,)
        return replace(self, checked=self.checked[:1]), replace(self, dtype="float64")

    def arrays(self) -> tuple[Array, Array]:
        """The data: x and y."""
        return self.data.arrays(self.dtype)

    def start(self) -> Parameters:
        """Fresh starting parameters."""
        return named(self.network, self.network.initialize(self.seed, self.population, self.dtype))

    def orders(self) -> Iterator[Array]:
        """The order of the samples in each epoch, as chainrule shuffles them."""
        shuffle, in_order = stream(0, "shuffle"), np.arange(self.data.n)
        while True:
            order = in_order.copy()
            shuffle.shuffle(order)
            yield order

    def answers(self, run: Callable[[int], Parameters]) -> Array:
        """The losses at the epochs that are checked: (checked,), or (checked, K)."""
        return np.array([self.loss_of(run(epochs)) for epochs in self.checked])

    def loss_of(self, learnt: Parameters) -> Any:
        """The loss of these parameters on all data."""
        theta = self.network.initialize(self.seed, self.population, self.dtype)
        for (weights, bias), (W, b) in zip(named(self.network, theta), learnt, strict=True):
            weights[...], bias[...] = W, b
        return self.network.loss_and_gradient(theta, *self.arrays(), self.loss)[0]


@dataclass(frozen=True)
class Prediction:
    """Repeated predictions of n samples by a trained network; the input is a NumPy array."""

    kind: ClassVar[str] = "predict"

    network: cr.Network
    n: int
    times: int
    dtype: str = "float64"

    @property
    def amount(self) -> int:
        """The epochs of a run, or its predictions."""
        return self.times

    def checks(self) -> tuple["Prediction", ...]:
        """As a training's."""
        return (self,)

    def arrays(self) -> Array:
        """The samples."""
        return np.random.default_rng(0).random((self.n, *self.network.input_shape)).astype(self.dtype)

    def start(self) -> Parameters:
        """The network's parameters."""
        return named(self.network, self.network.initialize(0, dtype=self.dtype))

    def answers(self, run: Callable[[int], Array]) -> Array:
        """The outputs (n, O)."""
        return np.reshape(run(1), (self.n, -1))


@dataclass(frozen=True)
class Comparison:
    """An experiment's learning rates compared by `cr.compare`, which trains the population of `training`."""

    kind: ClassVar[str] = "compare"

    experiment: cr.Experiment
    rates: tuple[float, ...]
    training: Training

    @property
    def amount(self) -> int:
        """The epochs of a run, or its predictions."""
        return self.experiment.epochs

    @property
    def dtype(self) -> str:
        return self.experiment.dtype

    def checks(self) -> tuple["Comparison", ...]:
        """As a training's."""
        return tuple(
            replace(self, training=each, experiment=replace(self.experiment, dtype=each.dtype))
            for each in self.training.checks()
        )

    def arrays(self) -> tuple[Array, Array]:
        """The data: x and y."""
        return self.training.arrays()

    def answers(self, run: Callable[[int], Parameters]) -> Array:
        """As a training's."""
        return self.training.answers(run)


@dataclass(frozen=True)
class Products:
    """The products of an epoch of a perceptron's training, and nothing else: z = W a, dW = dz aᵀ, da = Wᵀ dz."""

    kind: ClassVar[str] = "products"

    training: Training
    times: int

    @property
    def amount(self) -> int:
        """The epochs of a run, or its predictions."""
        return self.times

    @property
    def dtype(self) -> str:
        return self.training.dtype

    def checks(self) -> tuple["Products", ...]:
        """As a training's."""
        return (self,)

    def arrays(self) -> list[tuple[Array, Array, Array]]:
        """W (..., O, I), a (..., I, n) and dz (..., O, n) of each Dense layer; in a population with a leading axis."""
        rng, work = np.random.default_rng(0), self.training
        lead = () if work.population is None else (work.population,)
        found = []
        for W, _ in work.start():
            outputs, inputs = W.shape[-2:]
            shapes = (outputs, inputs), (inputs, work.data.n), (outputs, work.data.n)
            found.append(tuple(rng.random((*lead, *shape), work.dtype) for shape in shapes))
        return found

    def answers(self, run: Callable[[int], list[Any]]) -> Array:
        """The sum of each product."""
        return np.array([float(each.sum()) for each in run(1)])


Work = Training | Prediction | Comparison | Products


def named(network: cr.Network, theta: Array) -> Parameters:
    """The weights and biases of each layer, as views into theta."""
    return [(each["weights"], each["bias"]) for each in network.parameters(theta) if each]


def turned(parameters: Parameters, axes: dict[int, tuple[int, ...]]) -> Parameters:
    """The weights with their last axes reordered, by the number of axes."""
    found = []
    for W, b in parameters:
        lead = b.ndim - 1
        order = axes[W.ndim - lead]
        found.append((W.transpose(*range(lead), *(lead + axis for axis in order)), b))
    return found


def activations(network: cr.Network) -> list[type[cr.Layer] | None]:
    """The activation after each Dense layer of a perceptron, or None.

    >>> [each and each.__name__ for each in activations(cr.mlp(2, 4, 1, output="identity"))]
    ['Sigmoid', None]
    """
    found: list[type[cr.Layer] | None] = []
    for layer in network.layers:
        if isinstance(layer, cr.Dense):
            found.append(None)
        else:
            found[-1] = type(layer)
    return found
