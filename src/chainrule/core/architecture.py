"""The architecture: layers in their places, the shapes between them, where theta holds what, and where it starts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import DTypeLike

from chainrule.core.activations import Activation
from chainrule.core.arrays import Array, Shape, count
from chainrule.core.description import COUNT, Description, check_whole, part
from chainrule.core.errors import SettingError
from chainrule.core.initializers import Glorot, Initializer
from chainrule.core.layers.base import Layer, Parameter, Signature, check_layers
from chainrule.core.memory import memory_for
from chainrule.core.population import agree, check_dtype
from chainrule.core.streams import Seed, member_seeds, stream

SMALLER = "Take smaller layers, or fewer members."
"""What to do where parameters don't fit into memory."""


@dataclass(frozen=True)
class Place:
    """A layer in its place: its input shape, its signature there, and the start of its numbers in theta and state.

    number: the number of leaves before it. A leaf is a layer that contains no others.
    start, state_start: the start of its parameters in theta, and of its statistics in the state.
    branch: the places of the layers that it contains.
    """

    layer: Layer
    input_shape: Shape
    signature: Signature
    number: int
    start: int
    state_start: int
    branch: tuple["Place", ...] = ()

    @property
    def leaves(self) -> tuple["Place", ...]:
        """The layer itself, or the leaves inside it, in order."""
        return tuple(leaf for each in self.branch for leaf in each.leaves) if self.branch else (self,)

    @cached_property
    def stop(self) -> int:
        """The start of the next layer's parameters in theta."""
        return self.start + sum(count(each.matrix) for leaf in self.leaves for each in leaf.signature.parameters)

    @property
    def state_stop(self) -> int:
        """The start of the next layer's statistics in the state."""
        return self.state_start + sum(count(each.matrix) for leaf in self.leaves for each in leaf.signature.state)

    @property
    def learns(self) -> bool:
        """Whether there are parameters in it."""
        return self.stop > self.start

    def matrices(self, theta: Array) -> dict[str, Array]:
        """Views into theta or its gradient, as the layer reads them: (..., O, I), or (..., O, I + 1) with the bias."""
        return _views(self._in_theta, theta)

    def statistics(self, state: Array) -> dict[str, Array]:
        """Views into the state, as the layer reads and moves them: (..., C, 1)."""
        return _views(self._in_state, state)

    @cached_property
    def _in_theta(self) -> Sequence["Stretch"]:
        return _stretches(self.signature.parameters, self.start)

    @cached_property
    def _in_state(self) -> Sequence["Stretch"]:
        return _stretches(self.signature.state, self.state_start)

    def named(self, theta: Array) -> dict[str, Array]:
        """Views into theta by their public names: weights (..., O, I), bias (..., O)."""
        views = {}
        for parameter, matrix in zip(self.signature.parameters, self.matrices(theta).values(), strict=True):
            shape = (*theta.shape[:-1], *parameter.shape)
            views[parameter.name] = matrix[..., : parameter.fan_in].reshape(shape, copy=False)
            if parameter.bias:
                views["bias"] = matrix[..., -1]
        return views


Stretch = tuple[str, slice, Shape]
"""The name of a parameter, where its numbers are in theta or state, and the shape of the matrix that they are."""


def _stretches(parameters: Sequence[Parameter], start: int) -> Sequence[Stretch]:
    starts = [*accumulate((count(each.matrix) for each in parameters), initial=start)]
    return [(each.name, slice(*starts[i : i + 2]), each.matrix) for i, each in enumerate(parameters)]


def _views(stretches: Sequence[Stretch], vector: Array) -> dict[str, Array]:
    lead = vector.shape[:-1]
    return {name: vector[..., which].reshape(*lead, *shape, copy=False) for name, which, shape in stretches}


def place(
    layers: Sequence[Layer], shape: Shape, number: int = 0, start: int = 0, state_start: int = 0
) -> tuple[Place, ...]:
    """Put layers in their places: one fold over the shapes."""
    places: list[Place] = []
    for layer in layers:
        branch = place(layer.inner, shape, number, start, state_start)
        here = Place(layer, shape, layer.signature(shape), number, start, state_start, branch)
        places.append(here)
        shape, number = here.signature.output, number + len(here.leaves)
        start, state_start = here.stop, here.state_stop
    return tuple(places)


def without_randomness(places: Sequence[Place]) -> tuple[Place, ...]:
    """Places whose random layers are replaced by what they are in prediction."""
    return tuple(
        replace(each, layer=layer, branch=without_randomness(each.branch))
        if (layer := each.layer.without_randomness()) is not each.layer or each.branch
        else each
        for each in places
    )


@dataclass(frozen=True, repr=False)
class Architecture(Description):
    """Layers in a row, for samples of one shape; `Network` adds what is done with them.

    input_shape: of one sample: (features,), or (channels, height, width); a plain number is a vector's length.
    initializer: draws the weights of layers that have no initializer of their own.
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

    def members(self) -> list[tuple[str, int]]:
        """The settings of its layers and initializers with one value per member: see `Description.members`."""
        return [*self._members]

    @cached_property
    def _members(self) -> list[tuple[str, int]]:
        return super().members()

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The layers in their places."""
        return place(self.layers, self.input_shape)

    @cached_property
    def leaves(self) -> tuple[Place, ...]:
        """The layers that contain no others, in order: the layers inside a `Residual` stand in its place."""
        return tuple(leaf for each in self.places for leaf in each.leaves)

    @cached_property
    def population(self) -> int | None:
        """K, where the layers have settings with K values; else None."""
        return agree(None, None, self)

    @cached_property
    def output_shape(self) -> Shape:
        """The shape of the output for one sample."""
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
    def is_the_same_in_prediction(self) -> bool:
        """Whether no layer computes something else in prediction than in training.

        >>> from chainrule.core.layers.dense import Dense
        >>> from chainrule.core.layers.regularize import Dropout
        >>> plain, dropping = Architecture(2, [Dense(1)]), Architecture(2, [Dropout(0.5), Dense(1)])
        >>> plain.is_the_same_in_prediction, dropping.is_the_same_in_prediction
        (True, False)
        """
        layers = [leaf.layer for leaf in self.leaves]
        is_random = any(each.without_randomness() is not each for each in layers)
        return not is_random and all(type(each).bind_prediction is Layer.bind_prediction for each in layers)

    @cached_property
    def least_samples(self) -> int:
        """The fewest samples that a training batch may hold."""
        return max(leaf.signature.least_samples for leaf in self.leaves)

    @cached_property
    def n_numbers(self) -> int:
        """Numbers per sample in all activations, each in memory of its own, rows of ones included."""

        def added(places: Sequence[Place]) -> Iterator[int]:
            for each in places:
                yield each.signature.ones + (0 if each.layer.view else count(each.signature.output))
                yield from added(each.branch)

        return count(self.input_shape) + sum(added(self.places))

    @cached_property
    def last_layer(self) -> Layer | None:
        """The layer that computes the output; layers that are only views of it are passed over."""
        return next((layer for layer in reversed(self.layers) if not layer.view), None)

    def is_weight(self, dtype: DTypeLike = np.float64) -> Array:
        """(P,): 1 where theta holds a weight; 0 where it holds a bias, or what no initializer draws."""
        marks = np.zeros(self.n_parameters, check_dtype(dtype))
        for leaf in self.leaves:
            for parameter, matrix in zip(leaf.signature.parameters, leaf.matrices(marks).values(), strict=True):
                if parameter.start is None:
                    matrix[..., : parameter.fan_in] = 1.0
        return marks

    def initialize(self, seed: Seed = 0, population: int | None = None, dtype: DTypeLike = "float64") -> Array:
        """Starting parameters, fresh: (P,), or (K, P) for a population, whose member k has seed s + k.

        >>> from chainrule.core.layers.dense import Dense
        >>> Architecture((2,), [Dense(4)]).initialize(seed=0, population=3).shape
        (3, 12)
        """
        members = agree(population, seed, self)
        shape = (members or 1, self.n_parameters)
        with memory_for("theta", count(shape), check_dtype(dtype), SMALLER):
            theta = np.zeros(shape, check_dtype(dtype))
        seeds = member_seeds(seed, members)
        for leaf in self.leaves:
            initializer = self._initializer(leaf)
            for parameter, matrix in zip(leaf.signature.parameters, leaf.matrices(theta).values(), strict=True):
                if parameter.start is not None:
                    matrix[...] = parameter.start
                    continue
                shape = (parameter.shape[0], parameter.fan_in)
                draws = [initializer.draw(stream(each, "start", leaf.number), shape) for each in seeds]
                drawn = np.stack(draws) if len(draws) > 1 else draws[0]
                scale = np.reshape(initializer.scale(parameter.fan_in, parameter.fan_out), (-1, 1, 1))
                np.multiply(scale, drawn, out=matrix[..., : parameter.fan_in], casting="same_kind")
        return theta if members else theta[0]

    def _initializer(self, leaf: Place) -> Initializer:
        """The layer's own, the network's, or what suits the activation that follows."""
        behind = (each.layer for each in self.leaves[leaf.number + 1 :])
        following = next((layer for layer in behind if hasattr(layer, "initializer")), None)  # activation or weights
        suited = following.initializer if isinstance(following, Activation) else Glorot()
        return getattr(leaf.layer, "initializer", None) or self.initializer or suited

    def initialize_state(self, population: int | None = None, dtype: DTypeLike = "float64") -> Array:
        """The state that training starts with, fresh: (S,), or (K, S); S is 0 where no layer keeps anything.

        >>> from chainrule.core.layers.normalize import BatchNorm
        >>> Architecture((2,), [BatchNorm()]).initialize_state()  # means, then variances
        array([0., 0., 1., 1.])
        """
        members = agree(population, None, self)
        shape = (self.n_state,) if members is None else (members, self.n_state)
        with memory_for("the state", count(shape), check_dtype(dtype), SMALLER):
            state = np.empty(shape, check_dtype(dtype))
        for leaf in self.leaves:
            for parameter, array in zip(leaf.signature.state, leaf.statistics(state).values(), strict=True):
                array[...] = parameter.start
        return state


def shape_text(shape: Shape) -> str:
    """A shape as a person writes it: 10, or 3 x 8 x 8."""
    return " x ".join(map(str, shape))
