"""The activation functions as expressions: a of z, and the slope ∂a/∂z, of z and a, as `core/activations.py` has it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chainrule.core.activations import ELU, GELU, LeakyReLU, ReLU, Sigmoid, Softplus, Tanh
from chainrule.core.layers.base import Layer
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, constant, exp, largest, log, tanh
from chainrule.lab.explain.algebra.notes import Note, formula
from chainrule.lab.explain.algebra.symbols import Symbol

ZERO, ONE = constant(0), constant(1)


@dataclass(frozen=True)
class Curve:
    """An activation at one z: its a, its slope there, equations that come before both, and why the slope is this one.

    a, slope: None of a function that isn't known here.
    """

    a: Expression | None = None
    slope: Expression | None = None
    first: tuple[Equation, ...] = ()
    why: Note = ()


def _sigmoid(layer: Any, z: Number, a: Number) -> Curve:
    return Curve(1 / (1 + exp(-z)), a * (1 - a))


def _tanh(layer: Any, z: Number, a: Number) -> Curve:
    return Curve(tanh(z), 1 - a**2)


def _relu(layer: Any, z: Number, a: Number) -> Curve:
    return Curve(largest(0, z), ONE if a.value > 0 else ZERO, why=_side(z))


def _leaky_relu(layer: Any, z: Number, a: Number) -> Curve:
    slope = _of_layer("λ", layer.slope, a)
    return Curve(largest(z, slope * z), ONE if a.value > 0 else slope, why=_side(z))


def _elu(layer: Any, z: Number, a: Number) -> Curve:
    if a.value > 0:
        return Curve(z, ONE, why=_side(z))
    alpha = _of_layer("α", layer.alpha, a)
    return Curve(alpha * (exp(z) - 1), a + alpha, why=_side(z))


def _softplus(layer: Any, z: Number, a: Number) -> Curve:
    is_large = z.value > 30  # no calculator displays e^z
    return Curve(z + log(1 + exp(-z)) if is_large else log(1 + exp(z)), 1 - exp(-a))


def _gelu(layer: Any, z: Number, a: Number) -> Curve:
    root, k = constant(math.sqrt(2.0 / math.pi)), 0.044715
    t = Equation.between(replace(a.name, letter="t"), tanh(root * (z + k * z**3)))
    rise = Equation.between(replace(a.name, letter="u′"), root * (1 + 3.0 * k * z**2))
    half = z / 2
    slope = (1 + t.number) / 2 + half * (1 - t.number**2) * rise.number
    return Curve(half * (1 + t.number), slope, (t, rise))


def _side(z: Number) -> Note:
    """The side of 0 that z is on; at 0, where there are two slopes, which one is taken."""
    if z.value == 0.0:
        return (formula(z.name), " is 0, a kink: the slope taken there is that of ", formula(z.name, "<", "0"), ".")
    return ("Since ", formula(z.name, ">" if z.value > 0 else "≤", "0"), ".")


def _of_layer(letter: str, value: float, a: Number) -> Number:
    """A setting, by its letter and by a's layer: α alone is the learning rate, λ alone a penalty."""
    return Number(float(value), Symbol(letter, a.name.layer))


CURVES: dict[type[Layer], Callable[[Any, Number, Number], Curve]] = {
    ELU: _elu,
    GELU: _gelu,
    LeakyReLU: _leaky_relu,
    ReLU: _relu,
    Sigmoid: _sigmoid,
    Softplus: _softplus,
    Tanh: _tanh,
}
"""Each function's curve, of the layer, z and a."""


def curve_of(layer: Layer, z: Number, a: Number) -> Curve:
    """The curve at z."""
    return CURVES[type(layer)](layer, z, a) if type(layer) in CURVES else Curve()
