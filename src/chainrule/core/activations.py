"""Activation functions: a = f(z), elementwise, and dz = da · f'(z).

Each is a layer whose output has its input's shape. Wherever the function allows it, the slope f'(z) is computed from
the output a, so that a may share memory with z.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.calls import Calls, Pass, bind_copy, call
from chainrule.core.description import FRACTION, POSITIVE, Real, real
from chainrule.core.errors import SettingError, choose
from chainrule.core.foreign import said
from chainrule.core.initializers import Glorot, He, Initializer
from chainrule.core.layers.base import Buffers, Layer, Signature, signs
from chainrule.core.layers.shape import Identity


class Activation(Layer):
    """The base of the activation functions."""

    elementwise = True
    backward_reads = frozenset({"output"})

    initializer: ClassVar[Initializer] = Glorot()
    """The default for the weights of the layer in front."""

    def signature(self, input_shape: Shape) -> Signature:
        return Signature(input_shape)


class Kinked(Activation):
    """The base of the activation functions with a kink at 0."""

    initializer = He()

    def pieces(self, at: Buffers) -> Array:
        return signs(at.input)


@dataclass(frozen=True, repr=False)
class Sigmoid(Activation):
    """a = 1 / (1 + e^-z), slope a (1 - a).

    >>> Sigmoid()
    Sigmoid()
    """

    def bind(self, at: Buffers) -> Pass:
        z, a, s = at.input, at.output, at.scratch()
        da, dz = at.d_output, at.d_input
        one = at.number(1.0)
        t = s if a.size == 1 else a  # in place, NumPy takes three times as long on arrays of one element

        forward = Calls(
            call(np.negative, z, out=t),
            call(np.exp, t, out=a),  # infinite at z = -1e4, and 1 / (1 + inf) is the right answer, 0
            call(np.add, a, one, out=t),
            call(np.divide, one, t, out=a),  # np.reciprocal takes up to twice as long
        )

        backward = Calls(
            call(np.subtract, one, a, out=s),
            call(np.multiply, a, s, out=s),
            call(np.multiply, da, s, out=dz),
        )

        return forward, backward


@dataclass(frozen=True, repr=False)
class Tanh(Activation):
    """a = tanh(z), slope 1 - a².

    >>> Tanh()
    Tanh()
    """

    def bind(self, at: Buffers) -> Pass:
        z, a, s = at.input, at.output, at.scratch()
        da, dz = at.d_output, at.d_input
        one = at.number(1.0)

        forward = call(np.tanh, z, out=a)

        backward = Calls(
            call(np.multiply, a, a, out=s),
            call(np.subtract, one, s, out=s),
            call(np.multiply, da, s, out=dz),
        )

        return forward, backward


@dataclass(frozen=True, repr=False)
class ReLU(Kinked):
    """a = max(0, z), slope 1 where a > 0, else 0.

    >>> ReLU()
    ReLU()
    """

    def bind(self, at: Buffers) -> Pass:
        z, a, s = at.input, at.output, at.scratch()
        da, dz = at.d_output, at.d_input
        zero, is_positive = at.number(0.0), np.empty_like(a, bool)
        zeros = at.constant(0.0)

        forward = call(np.maximum, z, zeros, out=a)  # with one zero: 5 times as long on LeNet's feature maps

        backward = Calls(  # with np.sign: 1.8 times as long there
            call(np.greater, a, zero, out=is_positive),
            bind_copy(is_positive, out=s),  # 1 where a > 0, else 0
            call(np.multiply, da, s, out=dz),
        )

        return forward, backward


@dataclass(frozen=True, repr=False)
class LeakyReLU(Kinked):
    """a = z where z > 0, else λ z; slope 1 where a > 0, else λ. `slope` is λ, from 0 up to 1.

    Source: Maas et al., "Rectifier nonlinearities improve neural network acoustic models" (2013).

    >>> LeakyReLU(slope=0.1)
    LeakyReLU(0.1)
    """

    slope: Real = real(FRACTION, 0.01)

    def bind(self, at: Buffers) -> Pass:
        z, a, s = at.input, at.output, at.scratch()
        da, dz = at.d_output, at.d_input
        slope, rise = at.number(self.slope), at.number(1.0 - np.array(self.slope))
        zero = at.number(0.0)

        forward = Calls(
            call(np.multiply, z, slope, out=s),
            call(np.maximum, z, s, out=a),  # λ < 1, so z is the larger where z > 0
        )

        backward = Calls(
            call(np.heaviside, a, zero, out=s),
            call(np.multiply, s, rise, out=s),
            call(np.add, s, slope, out=s),
            call(np.multiply, da, s, out=dz),
        )

        return forward, backward


@dataclass(frozen=True, repr=False)
class ELU(Kinked):
    """a = z where z > 0, else α (e^z - 1); slope 1 where a > 0, else a + α.

    The slope jumps at 0 where α isn't 1, and the curvature jumps even there: differences across 0 err either way.

    Source: Clevert et al., "Fast and accurate deep network learning by exponential linear units" (2016).

    >>> ELU()
    ELU()
    """

    alpha: Real = real(POSITIVE, 1.0)

    def bind(self, at: Buffers) -> Pass:
        z, a, s, t = at.input, at.output, at.scratch(), at.scratch()
        da, dz = at.d_output, at.d_input
        alpha, rise = at.number(self.alpha), at.number(1.0 - np.array(self.alpha))
        zero = at.number(0.0)

        forward = Calls(
            call(np.minimum, z, zero, out=s),
            call(np.expm1, s, out=s),
            call(np.multiply, s, alpha, out=s),  # α (e^z - 1) where z < 0, else 0
            call(np.maximum, z, zero, out=a),
            call(np.add, a, s, out=a),
        )

        backward = Calls(
            call(np.minimum, a, zero, out=s),
            call(np.add, s, alpha, out=s),
            call(np.heaviside, a, zero, out=t),
            call(np.multiply, t, rise, out=t),
            call(np.add, s, t, out=s),  # a + α, and where a > 0: α + (1 - α) = 1
            call(np.multiply, da, s, out=dz),
        )

        return forward, backward


@dataclass(frozen=True, repr=False)
class GELU(Activation):
    """a = z/2 (1 + tanh u), u = √(2/π) (z + 0.044715 z³); slope (1 + tanh u)/2 + z/2 (1 - tanh² u) u'.

    The tanh form of z Φ(z): NumPy has no erf.
    Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016).

    >>> GELU()
    GELU()
    """

    backward_reads = frozenset({"input"})
    initializer = He()

    def bind(self, at: Buffers) -> Pass:
        z, a, r, s = at.input, at.output, at.scratch(), at.scratch()
        da, dz = at.d_output, at.d_input
        t = at.kept()  # tanh u
        root, k = math.sqrt(2.0 / math.pi), 0.044715
        c, ck, ck3 = at.number(root), at.number(root * k), at.number(3.0 * root * k)
        one, half, far = at.number(1.0), at.number(0.5), at.number(1e4)

        forward = Calls(
            call(np.multiply, z, z, out=t),
            call(np.multiply, t, ck, out=t),
            call(np.add, t, c, out=t),
            call(np.multiply, t, z, out=t),  # u = z (c + c k z²)
            call(np.tanh, t, out=t),
            call(np.add, t, one, out=a),
            call(np.multiply, a, half, out=a),
            call(np.multiply, a, z, out=a),
        )

        backward = Calls(
            call(np.multiply, z, z, out=s),
            call(np.minimum, s, far, out=s),  # 1 - tanh² u is 0 there, and infinity times 0 would be NaN
            call(np.multiply, s, ck3, out=s),
            call(np.add, s, c, out=s),  # u' = c + 3 c k z²
            call(np.multiply, t, t, out=r),
            call(np.subtract, one, r, out=r),
            call(np.multiply, s, r, out=s),
            call(np.multiply, s, z, out=s),  # z (1 - tanh² u) u'
            call(np.add, s, t, out=s),
            call(np.add, s, one, out=s),
            call(np.multiply, s, half, out=s),
            call(np.multiply, da, s, out=dz),
        )

        return forward, backward


@dataclass(frozen=True, repr=False)
class Softplus(Activation):
    """a = log(1 + e^z), slope 1 - e^-a.

    >>> Softplus()
    Softplus()
    """

    def bind(self, at: Buffers) -> Pass:
        z, a, s = at.input, at.output, at.scratch()
        da, dz = at.d_output, at.d_input
        zero = at.number(0.0)

        forward = call(np.logaddexp, zero, z, out=a)  # log(e^0 + e^z), without overflow

        backward = Calls(
            call(np.negative, a, out=s),
            call(np.expm1, s, out=s),
            call(np.negative, s, out=s),
            call(np.multiply, da, s, out=dz),
        )

        return forward, backward


ACTIVATIONS: dict[str, type[Layer]] = {
    "elu": ELU,
    "gelu": GELU,
    "identity": Identity,
    "leaky_relu": LeakyReLU,
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "softplus": Softplus,
    "tanh": Tanh,
}


def activation(which: str | Layer) -> Layer:
    """The activation of this name; a layer is returned as it is.

    >>> activation("tanh")
    Tanh()
    """
    if isinstance(which, str):
        return choose("activation", which, ACTIVATIONS)()
    if isinstance(which, Layer):
        return which
    raise SettingError(f"an activation must be a name or a layer such as Tanh(); got {said(which)}.")
