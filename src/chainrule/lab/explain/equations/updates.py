"""The optimizers as equations: the moving averages and the new weight, from the gradient and what was kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.core.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSprop
from chainrule.core.schedules import Schedule
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, Sum, sqrt
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.equations.schedules import rate_of

ALPHA = Symbol("α")
"""The learning rate."""


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
        """The number kept under a name before the step, and after it."""
        return Number(self.before[name], Symbol(name, prefix="old")), Number(self.after[name], Symbol(name))

    def moved(self, *steps: Expression) -> Equation:
        """The new weight: the old one less these."""
        new = Symbol(self.w.name.letter, self.w.name.layer, self.w.name.index, prefix="new")
        return Equation(new, self.new, Sum((self.w, *(-each for each in steps))))

    def average(self, name: str, share: Number, what: Expression) -> Equation:
        """A moving average: a share of the old, and the rest of what is new."""
        old, new = self.kept(name)
        return Equation.of(new, share * old + (1 - share) * what)

    def velocity(self, mu: Number) -> Equation:
        """Momentum's sum of gradients, the older ones fading."""
        old, new = self.kept("v")
        return Equation.of(new, mu * old + self.g)


def _setting(letter: str, value: float) -> Number:
    return Number(float(value), Symbol(letter))


def rate_at(optimizer: Any, step: int) -> Number:
    """The learning rate of a step, counted from 0."""
    rate = optimizer.learning_rate
    return Number(float(rate(step)) if isinstance(rate, Schedule) else float(rate), ALPHA)


def _rate(optimizer: Any, line: Line) -> Number:
    return rate_at(optimizer, line.step)


def _scaled(optimizer: Any, line: Line, over: Number, v: Number) -> Expression:
    return _rate(optimizer, line) * (over / (sqrt(v) + _setting("ε", optimizer.epsilon)))


def _sgd(optimizer: SGD, line: Line) -> list[Equation]:
    return [line.moved(_rate(optimizer, line) * line.g)]


def _momentum(optimizer: Any, line: Line) -> list[Equation]:
    v = line.velocity(_setting("μ", optimizer.momentum))
    return [v, line.moved(_rate(optimizer, line) * v.number)]


def _nesterov(optimizer: Any, line: Line) -> list[Equation]:
    mu = _setting("μ", optimizer.momentum)
    v = line.velocity(mu)
    return [v, line.moved(_rate(optimizer, line) * (line.g + mu * v.number))]


def _rmsprop(optimizer: Any, line: Line) -> list[Equation]:
    v = line.average("v", _setting("ρ", optimizer.decay), line.g**2)
    return [v, line.moved(_scaled(optimizer, line, line.g, v.number))]


def _adam(optimizer: Any, line: Line) -> list[Equation]:
    beta1, beta2 = (
        Number(float(each), Symbol("β", index=(i,))) for i, each in enumerate((optimizer.beta1, optimizer.beta2), 1)
    )
    m, v, t = line.average("m", beta1, line.g), line.average("v", beta2, line.g**2), line.step + 1
    equations = [m, v]
    if getattr(optimizer, "bias_correction", True):
        m = Equation.between(Symbol("m̂"), m.number / (1 - beta1**t))
        v = Equation.between(Symbol("v̂"), v.number / (1 - beta2**t))
        equations += [m, v]
    steps = [_scaled(optimizer, line, m.number, v.number)]
    if hasattr(optimizer, "weight_decay") and line.is_weight:
        steps.insert(
            0, _rate(optimizer, line) * Number(float(optimizer.weight_decay), Symbol("λ", prefix="decay")) * line.w
        )
    return [*equations, line.moved(*steps)]


LINES: dict[type[Optimizer], Callable[[Any, Line], list[Equation]]] = {
    SGD: _sgd,
    Momentum: _momentum,
    Nesterov: _nesterov,
    RMSprop: _rmsprop,
    Adam: _adam,
    AdamW: _adam,
}
"""Each optimizer's lines, in the order in which they are computed."""


def lines_of(optimizer: Optimizer, line: Line) -> list[Equation]:
    """The lines of the schedule and the optimizer; of one that isn't known here, how far it moved the weight."""
    if type(optimizer) in LINES:
        rate = getattr(optimizer, "learning_rate", None)
        first = rate_of(rate, line.step, ALPHA) if isinstance(rate, Schedule) else []
        return [*first, *LINES[type(optimizer)](optimizer, line)]
    return [line.moved(Number(line.w.value - line.new, Symbol("step")))]
