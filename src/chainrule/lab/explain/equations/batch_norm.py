"""Batch normalisation, forward and backward: all samples and positions of a channel count."""

from functools import cached_property

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import (
    Expression,
    Number,
    Power,
    Quotient,
    Terms,
    added,
    constant,
    function,
    minus,
    plus,
    times,
)
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol, derivative
from chainrule.lab.explain.equations.layer import Head, PassedBack, Shares, named
from chainrule.lab.explain.notes import Words, formula


class BatchNormHead(Head):
    """z = γ x̂ + β, x̂ = (a - mean) / √(var + ε); and ∂L/∂a = γ / √(var + ε) (δ - (Σδ + x̂ Σδx̂) / N).

    The two sums are the gradients of β and γ. Source: Ioffe and Szegedy, "Batch normalization" (2015), section 3.
    """

    def forward(self, k: int, sample: int) -> list[Equation]:
        channel, _ = self._channel(k)
        mean, variance = self._statistics(channel)
        x_hat = self._normalized(k, sample)
        normal = Quotient(minus(self.a(k, sample), _evaluated(mean)), self._root(variance))
        gamma, beta = (self.numbers.parameter(self.block, name, (channel,)) for name in ("scale", "shift"))
        z = self.numbers.z(self.block, k, sample)
        return [
            mean,
            variance,
            Equation(named(x_hat), x_hat.value, normal),
            Equation(named(z), z.value, plus(times(gamma, x_hat), beta)),
        ]

    def remark(self) -> Words:
        here, n = self.block.number, len(self.numbers.samples)
        size = n * count(self.block.shape[1:])
        what = f"{n} samples" if size == n else f"{n} samples and their places"
        mean, var = (formula(Symbol(name, here)) for name in ("mean", "var"))
        whose = (
            f" are those of a {self._kind}’s {size:,} numbers, of {what}: each hears of all, and has a part of every "
        )
        return (mean, " and ", var, whose, formula(Symbol("δ")), ".")

    def passed_back(self, slot: int, i: int, sample: int) -> PassedBack:
        channel, seen = self._channel(i)
        size = constant(len(seen) * len(self.numbers.samples))
        first, sums = [], []
        for name in ("shift", "scale"):
            gradient = float(self.place.named(self.numbers.tape.gradient)[name][channel])
            symbol = derivative(LOSS, named(self.numbers.parameter(self.block, name, (channel,))))
            first.append(Equation(symbol, gradient, added(self.products(self.uses(name, (channel,))))))
            sums.append(Number(gradient, symbol))
        _, variance = self._statistics(channel)
        delta, x_hat = self.numbers.delta(self.block, i, sample), self._normalized(i, sample)
        inner = minus(delta, Quotient(plus(sums[0], times(x_hat, sums[1])), size))
        gamma = self.numbers.parameter(self.block, "scale", (channel,))
        whole = times(Quotient(gamma, self._root(variance)), inner)
        return PassedBack(Terms.of([whole]), (i,), tuple(first))

    def uses(self, name: str, index: tuple[int, ...]) -> Shares:
        size = count(self.block.shape[1:])
        outputs = range(index[0] * size, (index[0] + 1) * size)
        if name == "shift":
            return self.in_every_sample(outputs)
        return self.in_every_sample(
            outputs, self._x_hat[outputs], lambda row, sample: self._normalized(outputs[row], sample)
        )

    def _statistics(self, channel: int) -> tuple[Equation, Equation]:
        """A channel's mean and variance."""
        _, seen = self._channel(channel * count(self.block.shape[1:]))
        values = self.recording.input[seen].T.ravel()
        every = Terms(values, lambda j: self.a(seen[j % len(seen)], j // len(seen)))
        size = constant(len(every))
        mean = self._equation("mean", channel, Quotient(added(every), size))
        mu = _evaluated(mean)
        squares = Terms(np.square(values - mu.value), lambda j: Power(minus(every[j], mu), 2))
        return mean, self._equation("var", channel, Quotient(added(squares), size))

    def _equation(self, name: str, channel: int, expression: Expression) -> Equation:
        return Equation(Symbol(name, self.block.number, (channel + 1,)), expression.evaluate(), expression)

    def _root(self, variance: Equation) -> Expression:
        return function("sqrt", plus(_evaluated(variance), Number(float(self.layer.epsilon), Symbol("ε"))))

    def _normalized(self, k: int, sample: int) -> Number:
        """x̂, which is the derivative with respect to γ."""
        return Number(float(self._x_hat[k, sample]), self.numbers.symbol("x̂", self.block, k, sample))

    @cached_property
    def _x_hat(self) -> Array:
        """What forward makes where γ is 1 and β is 0."""
        return self.recording.output_with(scale=1.0, shift=0.0)

    @property
    def _kind(self) -> str:
        return "unit" if len(self.block.shape) == 1 else "channel"

    def _channel(self, k: int) -> tuple[int, range]:
        size = count(self.block.shape[1:])
        return k // size, range(k // size * size, (k // size + 1) * size)


def _evaluated(equation: Equation) -> Number:
    return Number(equation.value, equation.symbol)
