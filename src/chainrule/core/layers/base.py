"""What a layer is: a description that knows its shapes, and that binds to memory as two closures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, Call, Shape, count
from chainrule.core.description import Description

Pass = tuple[Call, Call]
"""A bound layer: forward and backward, called over and over."""


@dataclass(frozen=True)
class Parameter:
    """One array of parameters. In theta it lies as a matrix (O, I), or (O, I + 1) with the bias in its last column."""

    name: str
    shape: Shape
    bias: bool = False

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
    """A layer's answer to an input shape: its output shape, its parameters, and whether it reads a row of ones."""

    output: Shape
    parameters: tuple[Parameter, ...] = ()
    ones: bool = False


@dataclass
class Buffers:
    """The memory that one layer sees: views into what the plan laid out. Samples are last, always.

    input (..., I, n)    output (..., O, n)    input_and_ones (..., I + 1, n), or None
    d_input and d_output: the gradient of the loss in them. d_input is None where nobody asks for it.
    parameters, gradients: views into theta and its gradient, by name, each (..., O, I + 1)
    random: a generator for each member, for layers that draw
    population: whether the arrays have a leading axis K
    """

    input: Array
    output: Array
    d_input: Array | None
    d_output: Array
    input_and_ones: Array | None
    parameters: dict[str, Array]
    gradients: dict[str, Array]
    random: tuple[np.random.Generator, ...]
    population: bool
    scratch: Callable[[], Array] = field(repr=False)
    """An array like the output whose content lasts for one call: layers share them. A second call gives a second."""

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


def as_operand(value: ArrayLike, ndim: int, dtype: np.dtype[Any]) -> Array:
    """One number as an array (); K numbers along the first of `ndim` axes."""
    array = np.array(value, dtype)
    return array.reshape(-1, *[1] * (ndim - 1)) if array.ndim else array


class Layer(Description):
    """A step of a network. A new layer writes `signature` and `bind`, and says what its backward reads."""

    backward_reads: ClassVar[frozenset[str]] = frozenset()
    """Which of "input" and "output" backward reads: the plan lets nobody write over those."""

    elementwise: ClassVar[bool] = False
    """Whether output (and d_input) may lie in the memory of input (and d_output)."""

    view: ClassVar[bool] = False
    """Whether the output is the input's own memory, only seen in another shape. A view isn't bound."""

    def signature(self, input_shape: Shape) -> Signature:
        """The output shape and the parameters that follow from an input shape (both without samples)."""
        raise NotImplementedError(f"{type(self).__name__} must define signature()")

    def bind(self, at: Buffers) -> Pass:
        """Meet the memory: return `forward` and `backward`."""
        raise NotImplementedError(f"{type(self).__name__} must define bind()")

    def without_chance(self) -> "Layer":
        """The layer that stands for this one where nothing is drawn: in prediction, and without a seed."""
        return self
