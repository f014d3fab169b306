"""The optimizers as equations: the moving averages and the new weight, from the gradient and what was kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.core.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSprop
from chainrule.core.schedules import Schedule
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import (
    ONE,
    Expression,
    Negative,
    Number,
    Power,
    Quotient,
    Sum,
    function,
    minus,
    plus,
    times,
)
from chainrule.lab.explain.algebra.symbols import Symbol


@dataclass(frozen=True)
class Line:
    """One number of theta in one step.

    w, g: the weight before, and the gradient that the optimizer takes.  new: the weight after.
    before, after: what the optimizer keeps, by its name for it.  step: counted from 0.
    """

    w: Number
    g: Number
    new: float
    before: Mapping[str, float]
    after: Mapping[str, float]
    step: int
    is_weight: bool

    def kept(self, name: str) -> tuple[Number, Number]:
        """What was kept under a name, and what is kept from now on."""
        return Number(self.before[name], Symbol(name, prefix="old")), Number(self.after[name], Symbol(name))

    def moved(self, *steps: Expression) -> Equation:
        """The new weight: the old one less these."""
        symbol = self.w.symbol or Symbol("w")
        new = Symbol(symbol.letter, symbol.layer, symbol.index, prefix="new")
        return Equation(new, self.new, Sum((self.w, *(Negative(each) for each in steps))))


def _rate(optimizer: Any, line: Line) -> Number:
    rate = optimizer.learning_rate
    return Number(float(rate(line.step) if isinstance(rate, Schedule) else rate), Symbol("α"))


def _average(line: Line, name: str, share: Number, what: Expression) -> tuple[Number, Equation]:
    """A moving average: share of the old, and the rest of what is new."""
    old, new = line.kept(name)
    mean = plus(times(share, old), times(minus(ONE, share), what))
    return new, Equation(Symbol(name), new.value, mean)


def _velocity(optimizer: Any, line: Line) -> tuple[Number, Number, Equation]:
    mu, (old, new) = Number(optimizer.momentum, Symbol("μ")), line.kept("v")
    return mu, new, Equation(Symbol("v"), new.value, plus(times(mu, old), line.g))


def _sgd(optimizer: SGD, line: Line) -> list[Equation]:
    return [line.moved(times(_rate(optimizer, line), line.g))]


def _momentum(optimizer: Momentum, line: Line) -> list[Equation]:
    _, v, moving = _velocity(optimizer, line)
    return [moving, line.moved(times(_rate(optimizer, line), v))]


def _nesterov(optimizer: Nesterov, line: Line) -> list[Equation]:
    mu, v, moving = _velocity(optimizer, line)
    return [moving, line.moved(times(_rate(optimizer, line), plus(line.g, times(mu, v))))]


def _scaled(rate: Number, over: Number, v: Number, epsilon: Number) -> Expression:
    return times(rate, Quotient(over, plus(function("sqrt", v), epsilon)))


def _rmsprop(optimizer: Any, line: Line) -> list[Equation]:
    epsilon = Number(float(optimizer.epsilon), Symbol("ε"))
    v, moving = _average(line, "v", Number(float(optimizer.decay), Symbol("ρ")), Power(line.g, 2))
    return [moving, line.moved(_scaled(_rate(optimizer, line), line.g, v, epsilon))]


def _adam(optimizer: Any, line: Line) -> list[Equation]:
    # The paper's β1 and β2; β is a batch normalisation's shift here.
    mu, rho = Number(float(optimizer.momentum), Symbol("μ")), Number(float(optimizer.decay), Symbol("ρ"))
    m, m_moving = _average(line, "m", mu, line.g)
    v, v_moving = _average(line, "v", rho, Power(line.g, 2))
    equations, t = [m_moving, v_moving], line.step + 1
    if getattr(optimizer, "bias_correction", True):
        m, corrected_m = _corrected("m̂", m, mu, t)
        v, corrected_v = _corrected("v̂", v, rho, t)
        equations += [corrected_m, corrected_v]
    epsilon = Number(float(optimizer.epsilon), Symbol("ε"))
    steps = [_scaled(_rate(optimizer, line), m, v, epsilon)]
    if hasattr(optimizer, "weight_decay") and line.is_weight:
        strength = Number(float(optimizer.weight_decay), Symbol("λ"))
        steps.insert(0, times(_rate(optimizer, line), strength, line.w))
    return [*equations, line.moved(*steps)]


def _corrected(name: str, kept: Number, share: Number, t: int) -> tuple[Number, Equation]:
    expression = Quotient(kept, minus(ONE, Power(share, t)))
    number = Number(expression.evaluate(), Symbol(name))
    return number, Equation(Symbol(name), number.value, expression)


LINES: dict[type[Optimizer], Callable[[Any, Line], list[Equation]]] = {
    SGD: _sgd,
    Momentum: _momentum,
    Nesterov: _nesterov,
    RMSprop: _rmsprop,
    Adam: _adam,
    AdamW: _adam,
}
"""Each optimizer's lines, in the order in which they are reckoned."""


def lines_of(optimizer: Optimizer, line: Line) -> list[Equation]:
    """The optimizer's lines; of one that isn't known here, how far it moved the weight."""
    if type(optimizer) in LINES:
        return LINES[type(optimizer)](optimizer, line)
    return [line.moved(Number(line.w.value - line.new, Symbol("step")))]
