"""The activation functions as expressions: a of z, and the slope ∂a/∂z, of z and a, as `core/activations.py` has it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chainrule.core.activations import ELU, GELU, LeakyReLU, ReLU, Sigmoid, Softplus, Tanh
from chainrule.core.layers.base import Layer
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import (
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
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.notes import Words, formula

ZERO = constant(0)


@dataclass(frozen=True)
class Curve:
    """An activation at one z: its a, its slope there, what is reckoned before both, and why the slope is this one."""

    a: Expression
    slope: Expression
    first: tuple[Equation, ...] = ()
    why: Words = ()


def _sigmoid(layer: Any, z: Number, a: Number) -> Curve:
    return Curve(Quotient(ONE, plus(ONE, function("exp", Negative(z)))), times(a, minus(ONE, a)))


def _tanh(layer: Any, z: Number, a: Number) -> Curve:
    return Curve(function("tanh", z), minus(ONE, Power(a, 2)))


def _relu(layer: Any, z: Number, a: Number) -> Curve:
    return Curve(function("max", ZERO, z), ONE if a.value > 0 else ZERO, why=_side(z))


def _leaky_relu(layer: Any, z: Number, a: Number) -> Curve:
    slope = _of_layer("λ", layer.slope, a)
    return Curve(function("max", z, times(slope, z)), ONE if a.value > 0 else slope, why=_side(z))


def _elu(layer: Any, z: Number, a: Number) -> Curve:
    if a.value > 0:
        return Curve(z, ONE, why=_side(z))
    alpha = _of_layer("α", layer.alpha, a)
    return Curve(times(alpha, minus(function("exp", z), ONE)), plus(a, alpha), why=_side(z))


def _softplus(layer: Any, z: Number, a: Number) -> Curve:
    slope = minus(ONE, function("exp", Negative(a)))
    if z.value > 30:  # e^z is on no calculator's display
        return Curve(plus(z, function("log", plus(ONE, function("exp", Negative(z))))), slope)
    return Curve(function("log", plus(ONE, function("exp", z))), slope)


def _gelu(layer: Any, z: Number, a: Number) -> Curve:
    root, k = constant(math.sqrt(2.0 / math.pi)), 0.044715
    t, t_equation = _between("t", a, function("tanh", times(root, plus(z, times(constant(k), Power(z, 3))))))
    rise, rise_equation = _between("u′", a, times(root, plus(ONE, times(constant(3.0 * k), Power(z, 2)))))
    half = Quotient(z, constant(2))
    above, bend = Quotient(plus(ONE, t), constant(2)), minus(ONE, Power(t, 2))
    return Curve(times(half, plus(ONE, t)), plus(above, times(half, bend, rise)), (t_equation, rise_equation))


def _side(z: Number) -> Words:
    """The side of 0 that z is on."""
    return () if z.symbol is None else ("Since ", formula(z.symbol, ">" if z.value > 0 else "≤", "0"), ".")


def _of_layer(letter: str, value: float, a: Number) -> Number:
    """A setting, by its letter and by a's layer: α alone is the learning rate, λ alone a penalty."""
    return Number(float(value), Symbol(letter, None if a.symbol is None else a.symbol.layer))


def _between(letter: str, a: Number, expression: Expression) -> tuple[Number, Equation]:
    """A number between z and a, with a's indices."""
    symbol = Symbol(letter) if a.symbol is None else replace(a.symbol, letter=letter)
    value = expression.evaluate()
    return Number(value, symbol), Equation(symbol, value, expression)


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


def curve_of(layer: Layer, z: Number, a: Number) -> Curve | None:
    """The curve at z; None of a function that isn't known here."""
    return CURVES[type(layer)](layer, z, a) if type(layer) in CURVES else None
