"""What a layer is: a description that knows its shapes, and that binds to memory as two passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, Shape, as_operand, count
from chainrule.core.calls import Call, Pass
from chainrule.core.description import Description, check_kind
from chainrule.core.errors import SettingError


@dataclass(frozen=True)
class Parameter:
    """One array of parameters. In theta it lies as a matrix (O, I), or (O, I + 1) with the bias in its last column.

    start: the number that all of it starts at; None for weights, which an initializer draws.
    """

    name: str
    shape: Shape
    bias: bool = False
    start: float | None = None

    @property
    def matrix(self) -> Shape:
        """The matrix's shape, the bias's column included."""
        return self.shape[0], self.fan_in + self.bias

    @property
    def fan_in(self) -> int:
        """How many inputs an output listens to."""
        return count(self.shape[1:])

    @property
    def fan_out(self) -> int:
        """How many outputs an input speaks to."""
        return self.shape[0] * count(self.shape[2:])


@dataclass(frozen=True)
class Signature:
    """A layer's answer to an input shape: its output shape, its parameters, and whether it reads a row of ones.

    state: arrays that it keeps from batch to batch without learning them, such as running statistics.
    least_samples: the fewest that a training batch may hold.
    """

    output: Shape
    parameters: tuple[Parameter, ...] = ()
    ones: bool = False
    state: tuple[Parameter, ...] = ()
    least_samples: int = 1


@dataclass(frozen=True, eq=False)
class Chain:
    """Layers in a row, bound: the calls of one pass, and the memory at their far ends."""

    output: Array
    d_input: Array
    forward: tuple[Call, ...]
    backward: tuple[Call, ...]


@dataclass
class Buffers:
    """The memory that one layer sees: views into what the plan laid out. Samples are last, always.

    input (..., I, n)    output (..., O, n)    input_and_ones (..., I + 1, n), or None
    d_input, d_output: the gradient of the loss in them. d_input is None where nobody asks for it
    d_input_and_ones (I + 1, n): with the gradient in the ones, which nobody reads, as a last row; or None. Of one
        network alone: so its error goes back by all of W, which lies in one piece
    parameters, gradients: views into theta and its gradient, by name, each (..., O, I + 1)
    state: views into the state, by name; empty in training where nobody keeps one
    random: a generator for each member, for layers that draw
    population: whether the arrays have a leading axis K
    """

    input: Array
    output: Array
    d_input: Array | None
    d_output: Array
    input_and_ones: Array | None
    d_input_and_ones: Array | None
    parameters: dict[str, Array]
    gradients: dict[str, Array]
    state: dict[str, Array]
    random: tuple[np.random.Generator, ...]
    population: bool
    scratch: Callable[[], Array] = field(repr=False)
    """An array like the output whose content lasts for one pass: layers share them. A second call gives a second."""
    kept: Callable[[], Array] = field(repr=False)
    """An array like the output, of the layer's own: its content lasts from forward to backward, and on."""
    branch: Callable[[], Chain] = field(repr=False)
    """The layers inside this one, bound from its input on. They write over neither its input nor its d_output."""

    @property
    def input_shape(self) -> Shape:
        """The shape of one sample's input."""
        return self.input.shape[self.population : -1]

    @property
    def weights(self) -> Array:
        """The parameter of a layer that has one."""
        return self.parameters["weights"]

    @property
    def d_weights(self) -> Array:
        """Its gradient."""
        return self.gradients["weights"]

    def number(self, value: ArrayLike) -> Array:
        """A setting as ufuncs take it fastest: an array () of the run's dtype, or K numbers as (K, 1, ..., 1)."""
        return as_operand(value, self.output.ndim, self.output.dtype)


class Layer(Description):
    """A step of a network. A new layer writes `signature` and `bind`, and says what its backward reads."""

    backward_reads: ClassVar[frozenset[str]] = frozenset()
    """Which of "input" and "output" backward reads: the plan lets nobody write over those."""

    elementwise: ClassVar[bool] = False
    """Whether output (and d_input) may lie in the memory of input (and d_output)."""

    view: ClassVar[bool] = False
    """Whether the output is the input's own memory, only seen in another shape. A view isn't bound."""

    mixes_samples: ClassVar[bool] = False
    """Whether in training a sample's output depends on the others: such a network's batch must be walked whole."""

    unfolds: ClassVar[bool] = False
    """Whether it copies the windows of its input: so much memory that large batches are better walked in pieces."""

    @property
    def inner(self) -> tuple[Layer, ...]:
        """The layers that it contains, in a row."""
        return ()

    def signature(self, input_shape: Shape) -> Signature:
        """The output shape and the parameters that follow from an input shape (both without samples)."""
        raise NotImplementedError(f"{type(self).__name__} must define signature()")

    def bind(self, at: Buffers) -> Pass:
        """Meet the memory: return `forward` and `backward`."""
        raise NotImplementedError(f"{type(self).__name__} must define bind()")

    def bind_prediction(self, at: Buffers) -> Call:
        """The forward of prediction mode, for a layer whose training is another."""
        return self.bind(at)[0]

    def without_randomness(self) -> Layer:
        """The layer that stands for this one where nothing is drawn: in prediction, and without a seed."""
        return self


def check_layers(owner: str, layers: Any) -> tuple[Layer, ...]:
    """Layers in a row, at least one; a layer alone is a row of one."""
    row = tuple(layers) if isinstance(layers, Sequence) else (layers,)
    for each in row:
        check_kind(f"each of {owner}'s layers", Layer, "a layer such as Dense(4) or Tanh()", each)
    if not row:
        raise SettingError(f"{owner} needs at least one layer; got {layers!r}.")
    return row
