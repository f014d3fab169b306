"""The activation functions as expressions: a of z, and the slope da/dz, of z and a, as `core/activations.py` has it."""

import math
from collections.abc import Callable
from typing import Any

from chainrule.core.activations import ELU, GELU, LeakyReLU, ReLU, Sigmoid, Softplus, Tanh
from chainrule.core.layers.base import Layer
from chainrule.lab.explain.expression import (
    ONE,
    Expression,
    Negative,
    Number,
    Power,
    Quotient,
    constant,
    function,
    minus,
    plus,
    times,
)
from chainrule.lab.explain.symbols import Symbol
from chainrule.lab.explain.words import Words, formula

ZERO, HALF = constant(0), constant(0.5)


def _sigmoid(layer: Any, z: Number, a: Number) -> tuple[Expression, Expression]:
    return Quotient(ONE, plus(ONE, function("exp", Negative(z)))), times(a, minus(ONE, a))


def _tanh(layer: Any, z: Number, a: Number) -> tuple[Expression, Expression]:
    return function("tanh", z), minus(ONE, Power(a, 2))


def why(layer: Layer, z: Number) -> Words:
    """Why a function in two pieces has the slope that it has: the side of 0 that z is on."""
    if type(layer) not in IN_PIECES or z.symbol is None:
        return ()
    return ("since ", formula(z.symbol, ">" if z.value > 0 else "≤", "0"))


def _of_layer(letter: str, value: float, z: Number) -> Number:
    """A setting, by its letter and by its layer: α alone is the learning rate, λ alone a penalty."""
    return Number(float(value), Symbol(letter, None if z.symbol is None else z.symbol.layer))


def _relu(layer: Any, z: Number, a: Number) -> tuple[Expression, Expression]:
    return function("max", ZERO, z), ONE if a.value > 0 else ZERO


def _leaky_relu(layer: Any, z: Number, a: Number) -> tuple[Expression, Expression]:
    slope = _of_layer("λ", layer.slope, z)
    return function("max", z, times(slope, z)), ONE if a.value > 0 else slope


def _elu(layer: Any, z: Number, a: Number) -> tuple[Expression, Expression]:
    if a.value > 0:
        return z, ONE
    alpha = _of_layer("α", layer.alpha, z)
    return times(alpha, minus(function("exp", z), ONE)), plus(a, alpha)


def _softplus(layer: Any, z: Number, a: Number) -> tuple[Expression, Expression]:
    if z.value > 30:  # e^z is on no calculator's display
        return plus(z, function("log", plus(ONE, function("exp", Negative(z))))), minus(
            ONE, function("exp", Negative(a))
        )
    return function("log", plus(ONE, function("exp", z))), minus(ONE, function("exp", Negative(a)))


def _gelu(layer: Any, z: Number, a: Number) -> tuple[Expression, Expression]:
    root, k = constant(math.sqrt(2.0 / math.pi)), 0.044715
    t = function("tanh", times(root, plus(z, times(constant(k), Power(z, 3)))))
    rise = times(root, plus(ONE, times(constant(3.0 * k), Power(z, 2))))
    slope = times(HALF, plus(ONE, t, times(z, minus(ONE, Power(t, 2)), rise)))
    return times(HALF, z, plus(ONE, t)), slope


EQUATIONS: dict[type[Layer], Callable[[Any, Number, Number], tuple[Expression, Expression]]] = {
    ELU: _elu,
    GELU: _gelu,
    LeakyReLU: _leaky_relu,
    ReLU: _relu,
    Sigmoid: _sigmoid,
    Softplus: _softplus,
    Tanh: _tanh,
}
"""Each function's a and slope, as expressions of the layer, z and a."""

IN_PIECES = (ELU, LeakyReLU, ReLU)
"""The functions whose slope depends on the sign of z."""
