"""The network: a description of layers, and what follows from it. Its parameters are one vector, held by the caller."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from chainrule.core import checks, evaluate
from chainrule.core.activations import Activation
from chainrule.core.activations import activation as activation_named
from chainrule.core.arrays import Array, Shape
from chainrule.core.description import COUNT, Description, check_whole, part
from chainrule.core.errors import SettingError
from chainrule.core.initializers import Glorot, Initializer
from chainrule.core.layers.base import Layer, check_layers
from chainrule.core.layers.dense import Dense
from chainrule.core.losses import Loss
from chainrule.core.penalties import L2
from chainrule.core.plan.layout import Place, Storage, added_rows, place
from chainrule.core.population import agree, check_dtype
from chainrule.core.streams import Seed, member_seeds, stream


@dataclass(frozen=True, repr=False)
class Network(Description):
    """Layers in a row, for samples of one shape.

    input_shape: of one sample: (features,), or (channels, height, width); a plain number is a vector's length.
    initializer: draws the weights of layers that don't say their own.

    Everything that depends on parameters takes them as `theta`: (P,), or (K, P) for a population of K. What layers keep
    without learning it, such as a BatchNorm's running statistics, is the `state`: (S,), or (K, S).

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
        if not checked:
            raise SettingError(f"a Network needs an input shape such as (2,); got {shape}.")
        object.__setattr__(self, "input_shape", checked)
        object.__setattr__(self, "layers", check_layers("Network", self.layers))
        self.leaves, self.population  # noqa: B018  # layers and settings that don't fit together are found here

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.input_shape, self.layers, self.initializer))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The layers in their places."""
        return place(self.layers, self.input_shape)

    @cached_property
    def leaves(self) -> tuple[Place, ...]:
        """The same without the layers that contain others: these stand in their stead, in order."""
        return tuple(leaf for each in self.places for leaf in each.leaves)

    @cached_property
    def population(self) -> int | None:
        """K, where the layers have settings with K values; else None."""
        return agree(None, None, self)

    @cached_property
    def output_shape(self) -> Shape:
        """The shape of the answer to one sample."""
        return self.places[-1].signature.output

    @cached_property
    def n_parameters(self) -> int:
        """P, the length of theta."""
        return self.leaves[-1].stop

    @cached_property
    def n_state(self) -> int:
        """S, the length of the state."""
        return self.leaves[-1].state_stop

    @cached_property
    def least_samples(self) -> int:
        """The fewest samples that a training batch may hold."""
        return max(leaf.signature.least_samples for leaf in self.leaves)

    @cached_property
    def n_rows(self) -> int:
        """How many numbers all activations of one sample are."""
        first = Storage(self.input_shape)
        return sum(rows for _, _, rows in added_rows(first, self.places, in_place=False)) + first.rows

    @cached_property
    def last_layer(self) -> Layer | None:
        """The layer that makes the output's numbers, views left aside."""
        return next((layer for layer in reversed(self.layers) if not layer.view), None)

    def is_weight(self, dtype: DTypeLike = np.float64) -> Array:
        """(P,): 1 where theta holds a weight; 0 where it holds a bias, or what no initializer draws."""
        marks = np.zeros(self.n_parameters, dtype)
        for leaf in self.leaves:
            for parameter, matrix in zip(leaf.signature.parameters, leaf.matrices(marks).values(), strict=True):
                if parameter.start is None:
                    matrix[..., : parameter.fan_in] = 1.0
        return marks

    def initialize(self, seed: Seed = 0, population: int | None = None, dtype: DTypeLike = "float64") -> Array:
        """Starting parameters, fresh: (P,), or (K, P) for a population, whose member k has seed s + k.

        >>> mlp(2, 4, 1).initialize(seed=0, population=3).shape
        (3, 17)
        """
        members = agree(population, seed, self)
        theta = np.zeros((members or 1, self.n_parameters), check_dtype(dtype))
        seeds = member_seeds(seed, members)
        for leaf in self.leaves:
            initializer = self._initializer(leaf)
            for parameter, matrix in zip(leaf.signature.parameters, leaf.matrices(theta).values(), strict=True):
                if parameter.start is not None:
                    matrix[...] = parameter.start
                    continue
                shape = (parameter.shape[0], parameter.fan_in)
                draws = np.stack([initializer.draw(stream(each, "start", leaf.number), shape) for each in seeds])
                scale = np.reshape(initializer.scale(parameter.fan_in, parameter.fan_out), (-1, 1, 1))
                matrix[..., : parameter.fan_in] = scale * draws
        return theta if members else theta[0]

    def _initializer(self, leaf: Place) -> Initializer:
        """The layer's own, the network's, or what suits the activation that follows."""
        behind = (each.layer for each in self.leaves[leaf.number + 1 :])
        following = next(
            (layer for layer in behind if hasattr(layer, "initializer")), None
        )  # an activation, or weights
        suited = following.initializer if isinstance(following, Activation) else Glorot()
        return getattr(leaf.layer, "initializer", None) or self.initializer or suited

    def initialize_state(self, population: int | None = None, dtype: DTypeLike = "float64") -> Array:
        """The state that training starts with, fresh: (S,), or (K, S); S is 0 where no layer keeps anything.

        >>> from chainrule.core.layers.normalize import BatchNorm
        >>> Network((2,), [BatchNorm(), Dense(1)]).initialize_state()  # means, then variances
        array([0., 0., 1., 1.])
        """
        members = agree(population, None, self)
        state = np.empty((self.n_state,) if members is None else (members, self.n_state), check_dtype(dtype))
        for leaf in self.leaves:
            for parameter, array in zip(leaf.signature.state, leaf.statistics(state).values(), strict=True):
                array[...] = parameter.start
        return state

    def parameters(self, theta: ArrayLike) -> tuple[dict[str, Array], ...]:
        """Views into theta: for each layer in order a dict of arrays by name, empty for a layer without parameters.

        weights (..., O, I), bias (..., O), with a leading K for a population. In place of a layer that contains others,
        such as Residual, stand those, as in `leaves`. They are views of theta if it is an array of floats, else of a
        copy. Raises ShapeError unless theta is (P,) or (K, P).

        >>> network = mlp(2, 4, 1)
        >>> [{name: array.shape for name, array in each.items()} for each in network.parameters(network.initialize())]
        [{'weights': (4, 2), 'bias': (4,)}, {}, {'weights': (1, 4), 'bias': (1,)}, {}]
        """
        theta = checks.check_theta(self, theta)
        return tuple(leaf.named(theta) for leaf in self.leaves)

    def predict(self, theta: ArrayLike, x: ArrayLike, state: ArrayLike | None = None) -> Array:
        """The last layer's output for samples x (n, *input_shape), in prediction mode: (n, O), or (K, n, O), fresh.

        A network that keeps running statistics predicts by them: `state`, as a run's model has it.
        Raises ShapeError where theta, state or x don't fit, DataError where x holds no samples, text, NaN or infinity.

        >>> network = mlp(2, 4, 1)
        >>> network.predict(np.zeros(network.n_parameters), [[0.0, 1.0]])
        array([[0.5]])
        """
        theta = checks.check_theta(self, theta)
        state = checks.check_state(self, state, theta.shape[:-1], theta.dtype)
        return evaluate.predict(self, theta, state, checks.check_samples(self.input_shape, x, dtype=theta.dtype))

    def loss_and_gradient(
        self,
        theta: ArrayLike,
        x: ArrayLike,
        y: ArrayLike,
        loss: Loss,
        *,
        state: Array | None = None,
        seed: Seed | None = None,
        sample_weight: ArrayLike | None = None,
        penalty: L2 | None = None,
    ) -> tuple[Any, Array]:
        """The loss, a float or (K,), and its gradient, fresh and shaped as theta, in training mode.

        x (n, *input_shape), y and the loss as in `train`; sample_weight (n,), divided by its sum; penalty: an `L2`.
        `seed` draws the dropouts; without one nothing is dropped. A batch is normalized by its own statistics; a
        `state`, an array (S,) or (K, S), is moved towards them in place. `lambda theta:
        network.loss_and_gradient(theta, ...)` is what SciPy's `minimize(..., jac=True)` takes. Raises ShapeError,
        DataError and SettingError for what doesn't fit, before any work is done.

        >>> from chainrule.core.losses import SquaredError
        >>> network = mlp(2, 4, 1)
        >>> value, gradient = network.loss_and_gradient(network.initialize(), [[0, 1], [1, 1]], [0, 1], SquaredError())
        >>> gradient.shape
        (17,)
        """
        return evaluate.loss_and_gradient(self, theta, x, y, loss, state, seed, sample_weight, penalty)

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
        first = Storage(self.input_shape, kept=True)
        rows = list(added_rows(first, self.places))
        yield "input", shape_text(self.input_shape), "", f"{first.rows * 8:,}"
        for each, depth, size in rows:
            name = type(each.layer).__name__ if each.branch else repr(each.layer)
            learnt = "" if each.branch else f"{each.stop - each.start:,}"
            yield "  " * depth + name, shape_text(each.signature.output), learnt, f"{size * 8:,}"
        yield "total", "", f"{self.n_parameters:,}", f"{(first.rows + sum(size for _, _, size in rows)) * 8:,}"


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
