"""The network: a description of layers, and what follows from it. Its parameters are one vector, held by the caller."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from chainrule.core import checks, evaluate
from chainrule.core.activations import Activation
from chainrule.core.activations import activation as activation_named
from chainrule.core.arrays import Array, Shape
from chainrule.core.description import COUNT, Description, check_kind, check_whole, part
from chainrule.core.errors import SettingError
from chainrule.core.initializers import Glorot, Initializer
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layout import Leaf, lay_out
from chainrule.core.losses import Loss
from chainrule.core.penalties import L2
from chainrule.core.population import agree, check_dtype
from chainrule.core.streams import Seed, member_seeds, stream


@dataclass(frozen=True, repr=False)
class Network(Description):
    """Layers in a row, for samples of one shape.

    input_shape: of one sample: (features,), or (channels, height, width); a plain number is a vector's length.
    initializer: draws the weights of layers that don't say their own.

    Everything that depends on parameters takes them as `theta`: (P,), or (K, P) for a population of K.

    >>> network = Network((2,), [Dense(4), activation_named("sigmoid"), Dense(1)])
    >>> network.n_parameters, network.output_shape
    (17, (1,))
    """

    input_shape: Shape
    layers: Sequence[Layer]
    initializer: Initializer | None = part(Initializer, "an initializer such as He()")

    def __post_init__(self) -> None:
        super().__post_init__()
        shape = self.input_shape if isinstance(self.input_shape, Sequence) else (self.input_shape,)
        checked = tuple(check_whole("Network's input_shape", COUNT, each) for each in shape)
        layers = self.layers if isinstance(self.layers, Sequence) else (self.layers,)
        for each in layers:
            check_kind("each of Network's layers", Layer, "a layer such as Dense(4) or Tanh()", each)
        if not checked or not layers:
            raise SettingError(f"a Network needs an input shape and at least one layer; got {checked} and {layers}.")
        object.__setattr__(self, "input_shape", checked)
        object.__setattr__(self, "layers", tuple(layers))
        self.leaves, self.population  # noqa: B018  # layers and settings that don't fit together are found here

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.input_shape, self.layers, self.initializer))

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The layers in their places, from one fold over the shapes."""
        leaves, shape, start = [], self.input_shape, 0
        for layer in self.layers:
            leaves.append(Leaf(layer, shape, layer.signature(shape), start))
            shape, start = leaves[-1].signature.output, leaves[-1].stop
        return tuple(leaves)

    @cached_property
    def population(self) -> int | None:
        """K, where the layers have settings with K values; else None."""
        return agree(None, None, self)

    @cached_property
    def output_shape(self) -> Shape:
        """The shape of the answer to one sample."""
        return self.leaves[-1].signature.output

    @cached_property
    def n_parameters(self) -> int:
        """P, the length of theta."""
        return self.leaves[-1].stop

    @cached_property
    def n_rows(self) -> int:
        """How many numbers all activations of one sample are."""
        return sum(each.rows for each in lay_out(self.input_shape, self.leaves, in_place=False))

    @cached_property
    def first_to_learn(self) -> int:
        """The number of the first layer with parameters: no gradient is wanted in front of it."""
        return next((i for i, leaf in enumerate(self.leaves) if leaf.signature.parameters), len(self.leaves))

    @cached_property
    def last_layer(self) -> Layer | None:
        """The layer that makes the output's numbers, views left aside."""
        return next((layer for layer in reversed(self.layers) if not layer.view), None)

    def is_weight(self, dtype: DTypeLike = np.float64) -> Array:
        """(P,): 1 where theta holds a weight, 0 where it holds a bias."""
        marks = np.ones(self.n_parameters, dtype)
        for leaf in self.leaves:
            for parameter, matrix in zip(leaf.signature.parameters, leaf.matrices(marks).values(), strict=True):
                matrix[..., parameter.fan_in :] = 0.0
        return marks

    def initialize(self, seed: Seed = 0, population: int | None = None, dtype: DTypeLike = "float64") -> Array:
        """Starting parameters, fresh: (P,), or (K, P) for a population, whose member k has seed s + k.

        >>> mlp(2, 4, 1).initialize(seed=0, population=3).shape
        (3, 17)
        """
        members = agree(population, seed, self)
        theta = np.zeros((members or 1, self.n_parameters), check_dtype(dtype))
        seeds = member_seeds(seed, members)
        for i, leaf in enumerate(self.leaves):
            initializer = self._initializer(i)
            for parameter, matrix in zip(leaf.signature.parameters, leaf.matrices(theta).values(), strict=True):
                shape = (parameter.shape[0], parameter.fan_in)
                draws = np.stack([initializer.draw(stream(each, "start", i), shape) for each in seeds])
                scale = np.reshape(initializer.scale(parameter.fan_in, parameter.fan_out), (-1, 1, 1))
                matrix[..., : parameter.fan_in] = scale * draws
        return theta if members else theta[0]

    def _initializer(self, i: int) -> Initializer:
        """The layer's own, the network's, or what suits the activation that follows."""
        following = next(
            (layer for layer in self.layers[i + 1 :] if isinstance(layer, Activation | Convolution | Dense)), None
        )
        suited = following.initializer if isinstance(following, Activation) else Glorot()
        return getattr(self.layers[i], "initializer", None) or self.initializer or suited

    def parameters(self, theta: ArrayLike) -> tuple[dict[str, Array], ...]:
        """Views into theta: for each layer in order a dict of arrays by name, empty for a layer without parameters.

        weights (..., O, I), bias (..., O), with a leading K for a population. They are views of theta if it is an array
        of floats, else of a copy. Raises ShapeError unless theta is (P,) or (K, P).

        >>> network = mlp(2, 4, 1)
        >>> [{name: array.shape for name, array in each.items()} for each in network.parameters(network.initialize())]
        [{'weights': (4, 2), 'bias': (4,)}, {}, {'weights': (1, 4), 'bias': (1,)}, {}]
        """
        theta = checks.check_theta(self, theta)
        return tuple(leaf.named(theta) for leaf in self.leaves)

    def predict(self, theta: ArrayLike, x: ArrayLike) -> Array:
        """The last layer's output for samples x (n, *input_shape), in prediction mode: (n, O), or (K, n, O), fresh.

        Raises ShapeError where theta or x don't fit, DataError where x holds no samples, text, NaN or infinity.

        >>> network = mlp(2, 4, 1)
        >>> network.predict(np.zeros(network.n_parameters), [[0.0, 1.0]])
        array([[0.5]])
        """
        return evaluate.predict(self, theta, x)

    def loss_and_gradient(
        self,
        theta: ArrayLike,
        x: ArrayLike,
        y: ArrayLike,
        loss: Loss,
        *,
        seed: Seed | None = None,
        sample_weight: ArrayLike | None = None,
        penalty: L2 | None = None,
    ) -> tuple[Any, Array]:
        """The loss, a float or (K,), and its gradient, fresh and shaped as theta, in training mode.

        x (n, *input_shape), y and the loss as in `train`; sample_weight (n,), divided by its sum; penalty: an `L2`.
        `seed` draws the dropouts; without one nothing is dropped. `lambda theta: network.loss_and_gradient(theta, ...)`
        is what SciPy's `minimize(..., jac=True)` takes. Raises ShapeError, DataError and SettingError for what doesn't
        fit, before any work is done.

        >>> from chainrule.core.losses import SquaredError
        >>> network = mlp(2, 4, 1)
        >>> value, gradient = network.loss_and_gradient(network.initialize(), [[0, 1], [1, 1]], [0, 1], SquaredError())
        >>> gradient.shape
        (17,)
        """
        return evaluate.loss_and_gradient(self, theta, x, y, loss, seed, sample_weight, penalty)

    def __str__(self) -> str:
        """A table: each layer, its output, its parameters, and the float64 memory that its activation adds a sample."""
        rows = [("layer", "output", "parameters", "bytes a sample"), *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join(
            f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}".rstrip()
            for row in rows
        )

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Each layer with the activation memory that it adds: none where it writes over its input."""
        storages = lay_out(self.input_shape, self.leaves)
        new = [0 if here is there else there.rows * 8 for here, there in pairwise(storages)]
        inputs = storages[0].rows * 8
        yield "input", shape_text(self.input_shape), "", f"{inputs:,}"
        for leaf, size in zip(self.leaves, new, strict=True):
            yield repr(leaf.layer), shape_text(leaf.signature.output), f"{leaf.stop - leaf.start:,}", f"{size:,}"
        yield "total", "", f"{self.n_parameters:,}", f"{inputs + sum(new):,}"


def shape_text(shape: Shape) -> str:
    """A shape as a person writes it: 10, or 3 x 8 x 8."""
    return " x ".join(map(str, shape))


def mlp(
    *sizes: int,
    activation: str | Layer = "sigmoid",
    output: str | Layer | None = None,
    bias: bool = True,
    initializer: Initializer | None = None,
) -> Network:
    """A multi-layer perceptron: the number of inputs, of units in each hidden layer, and of outputs.

    The activation follows every layer, the last one too, unless `output` names another for it; "identity" adds none.

    >>> mlp(2, 4, 1, activation="tanh", output="identity")
    Network((2,), (Dense(4), Tanh(), Dense(1)))
    """
    if len(sizes) < 2:
        raise SettingError(f"mlp() expects the number of inputs, of hidden units and of outputs; got {sizes}.")
    functions = [activation_named(activation)] * (len(sizes) - 2)
    functions.append(activation_named(activation if output is None else output))
    layers = [
        layer
        for units, function in zip(sizes[1:], functions, strict=True)
        for layer in (Dense(units, bias=bias), function)
        if not layer.view
    ]
    return Network((sizes[0],), layers, initializer)
