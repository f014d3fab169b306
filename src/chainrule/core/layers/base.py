"""The base of all layers: a description that knows its shapes, and binds to memory as a forward and a backward pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, Shape, as_operand, count, frozen
from chainrule.core.calls import Call, Pass
from chainrule.core.description import Description, check_kind
from chainrule.core.errors import SettingError
from chainrule.core.foreign import said


@dataclass(frozen=True)
class Parameter:
    """An array of parameters. In theta it is stored as a matrix (O, I), or (O, I + 1) with the bias as its last column.

    start: the value that all of it starts at; None for weights, which an initializer draws.
    """

    name: str
    shape: Shape
    bias: bool = False
    start: float | None = None

    @property
    def matrix(self) -> Shape:
        """The shape of the matrix, with the bias's column."""
        return self.shape[0], self.fan_in + self.bias

    @property
    def fan_in(self) -> int:
        """Inputs per output."""
        return count(self.shape[1:])

    @property
    def fan_out(self) -> int:
        """Outputs per input."""
        return self.shape[0] * count(self.shape[2:])


@dataclass(frozen=True)
class Signature:
    """A layer at a given input shape: its output shape, its parameters, and what else it needs.

    ones: whether it reads a row of ones below its input, for the bias.
    state: arrays that it keeps from batch to batch without learning them, such as running statistics.
    least_samples: the fewest samples that a training batch may hold.
    """

    output: Shape
    parameters: tuple[Parameter, ...] = ()
    ones: bool = False
    state: tuple[Parameter, ...] = ()
    least_samples: int = 1


@dataclass(frozen=True, eq=False)
class Chain:
    """Bound layers in a row: the calls of their passes, the output of the last and the input gradient of the first."""

    output: Array
    d_input: Array
    forward: tuple[Call, ...]
    backward: tuple[Call, ...]


@dataclass
class Buffers:
    """The memory of one layer: views into the plan's arrays. Samples are always the last axis.

    input (..., I, n)    output (..., O, n)    input_and_ones (..., I + 1, n), or None
    d_input, d_output: the gradient of the loss with respect to input and output; d_input is None where it isn't needed
    d_input_and_ones (I + 1, n): d_input and below it the gradient with respect to the ones, which is not used; or
        None. For a single network only: so the gradient goes back through all of W, which is contiguous
    parameters, gradients: views into theta and its gradient, by name, each (..., O, I + 1)
    state: views into the state, by name; empty in training where no state is kept
    generators: one per member, for random layers
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
    generators: tuple[np.random.Generator, ...]
    population: bool
    scratch: Callable[[], Array] = field(repr=False)
    """Returns an array like the output for use within one pass; layers share them. A second call returns another."""
    kept: Callable[[], Array] = field(repr=False)
    """Returns an array like the output for this layer alone: its content lasts from forward to backward."""
    branch: Callable[[], Chain] = field(repr=False)
    """Binds the layers inside this one, from its input on. They write over neither its input nor its d_output."""

    @property
    def input_shape(self) -> Shape:
        """The shape of one sample's input."""
        return self.input.shape[self.population : -1]

    @property
    def weights(self) -> Array:
        """The parameter `weights`."""
        return self.parameters["weights"]

    @property
    def d_weights(self) -> Array:
        """The gradient with respect to `weights`."""
        return self.gradients["weights"]

    def number(self, value: ArrayLike) -> Array:
        """A constant or setting as an operand: an array () of the run's dtype, or K numbers as (K, 1, ..., 1)."""
        return as_operand(value, self.output.ndim, self.output.dtype)

    def constant(self, value: float) -> Array:
        """An array like the output that holds one number for good: frozen, so the engine reads it as one number."""
        array = self.kept()
        if array.flags.writeable:  # it isn't, where plans take turns in the same memory and another one was first
            array.fill(value)
        return frozen(array)


class Layer(Description):
    """The base of the layers. A new one defines `signature` and `bind`, and declares what its backward reads."""

    backward_reads: ClassVar[frozenset[str]] = frozenset()
    """Which of "input" and "output" backward reads: the plan keeps those from being written over."""

    elementwise: ClassVar[bool] = False
    """Whether output may share memory with input, and d_input with d_output."""

    view: ClassVar[bool] = False
    """Whether the output is the input in another shape, the same memory. Such a layer isn't bound."""

    mixes_samples: ClassVar[bool] = False
    """Whether in training a sample's output depends on the other samples: then a batch must not be cut."""

    unfolds: ClassVar[bool] = False
    """Whether it copies the windows of its input: then large batches are faster in micro-batches."""

    @property
    def inner(self) -> tuple[Layer, ...]:
        """The layers inside this one, in order."""
        return ()

    def signature(self, input_shape: Shape) -> Signature:
        """The output shape and the parameters that follow from an input shape; shapes are of one sample."""
        raise NotImplementedError(f"{type(self).__name__} must define signature()")

    def bind(self, at: Buffers) -> Pass:
        """Bind to memory: return `forward` and `backward`."""
        raise NotImplementedError(f"{type(self).__name__} must define bind()")

    def bind_prediction(self, at: Buffers) -> Call:
        """Bind for prediction: return `forward`. For a layer that computes something else there than in training."""
        return self.bind(at)[0]

    def pieces(self, at: Buffers) -> Array | None:
        """The piece of the layer's function on which each number lies, while `at.input` holds the input; None: smooth.

        A layer whose slope jumps somewhere numbers its pieces, (..., *shape, n) whole numbers: a ReLU by the sign of z,
        a max pool by the place of the maximum. So `check_gradient` knows a kink, where a difference is no derivative,
        and names its unit. `signs` numbers the pieces of functions that have a kink at 0.
        """
        return None

    def without_randomness(self) -> Layer:
        """The layer to use in place of this one in prediction, and in training without a seed."""
        return self


def signs(z: Array) -> Array:
    """-1, 0 or 1, as int8: 0 also for numbers that rounding alone may have moved from 0.

    >>> signs(np.array([-2.0, 1e-17, 0.5]))
    array([-1,  0,  1], dtype=int8)
    """
    least = rounding(z)
    found: Array = (z > least).view(np.int8) - (z < -least).view(np.int8)
    return found


def rounding(z: Array) -> float:
    """The distance that rounding may leave between numbers of this array that should be equal."""
    return 16.0 * float(np.finfo(z.dtype).eps) * max(float(z.max(initial=0.0)), -float(z.min(initial=0.0)))


def check_layers(owner: str, layers: Any) -> tuple[Layer, ...]:
    """Layers as a tuple, at least one; a single layer becomes a tuple of one."""
    row = tuple(layers) if isinstance(layers, Sequence) else (layers,)
    for each in row:
        check_kind(f"each of {owner}'s layers", Layer, "a layer such as Dense(4) or Tanh()", each)
    if not row:
        raise SettingError(f"{owner} needs at least one layer; got {said(layers)}.")
    return row
