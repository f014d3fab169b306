"""Batch normalisation, forward and backward: all samples and positions of a channel count."""

from functools import cached_property

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, Terms, added, sqrt
from chainrule.lab.explain.algebra.notes import Note, formula
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol, derivative
from chainrule.lab.explain.equations.layer import LayerEquations, PassedBack, Shares


class BatchNormEquations(LayerEquations):
    """z = γ x̂ + β, x̂ = (a - mean) / √(var + ε); and ∂L/∂a = γ / √(var + ε) (δ - (Σδ + x̂ Σδx̂) / N).

    The two sums are the gradients of β and γ. Source: Ioffe and Szegedy, "Batch normalization" (2015), section 3.
    """

    def forward(self, k: int, sample: int) -> list[Equation]:
        channel = self._channel(k)
        mean, variance = self._statistics(channel)
        x_hat = self._normalized(k, sample)
        normal = (self.a(k, sample) - mean.number) / self._root(variance)
        made = self._learnt("scale", channel) * x_hat + self._learnt("shift", channel)
        return [mean, variance, Equation.of(x_hat, normal), Equation.of(self.numbers.z(self.block, k, sample), made)]

    def remark(self) -> Note:
        here, n = self.block.number, len(self.numbers.samples)
        size = n * self._places
        what = f"{n} samples" if size == n else f"{n} samples and their places"
        mean, var = (formula(Symbol(name, here)) for name in ("mean", "var"))
        kind = "unit" if len(self.block.shape) == 1 else "channel"
        whose = f" are those of a {kind}’s {size:,} numbers, of {what}: each input affects all of them."
        return (mean, " and ", var, whose)

    def passed_back(self, slot: int, i: int, sample: int) -> PassedBack:
        channel = self._channel(i)
        d_beta, d_gamma = (self._gradient(name, channel) for name in ("shift", "scale"))
        _, variance = self._statistics(channel)
        x_hat, size = self._normalized(i, sample), self._places * len(self.numbers.samples)
        mean = (d_beta.number + x_hat * d_gamma.number) / size
        scale = self._learnt("scale", channel) / self._root(variance)
        whole = scale * (self.numbers.delta(self.block, i, sample) - mean)
        return PassedBack(Terms.of([whole]), (i,), (d_beta, d_gamma))

    def uses(self, name: str, index: tuple[int, ...]) -> Shares:
        outputs = self._outputs(index[0])
        if name == "shift":
            return self.in_every_sample(outputs)
        return self.in_every_sample(
            outputs, self._x_hat[outputs], lambda row, sample: self._normalized(outputs[row], sample)
        )

    def _learnt(self, name: str, channel: int) -> Number:
        """A channel's γ or β."""
        return self.numbers.parameter(self.block, name, (channel,))

    def _gradient(self, name: str, channel: int) -> Equation:
        """The gradient of a channel's γ or β."""
        gradient = float(self.place.named(self.numbers.recording.gradient)[name][channel])
        symbol = derivative(LOSS, self._learnt(name, channel).name)
        return Equation(symbol, gradient, added(self.products(self.uses(name, (channel,)))))

    def _statistics(self, channel: int) -> tuple[Equation, Equation]:
        """A channel's mean and variance."""
        outputs = self._outputs(channel)
        values = self.recording.input[outputs].T.ravel()
        every = Terms(values, lambda j: self.a(outputs[j % len(outputs)], j // len(outputs)))
        mean_name, variance_name = (Symbol(name, self.block.number, (channel + 1,)) for name in ("mean", "var"))
        mean = Equation.between(mean_name, added(every) / len(every))
        squares = Terms(np.square(values - mean.value), lambda j: (every[j] - mean.number) ** 2)
        return mean, Equation.between(variance_name, added(squares) / len(every))

    def _root(self, variance: Equation) -> Expression:
        return sqrt(variance.number + Number(float(self.layer.epsilon), Symbol("ε", self.block.number)))

    def _normalized(self, k: int, sample: int) -> Number:
        """x̂, which is the derivative with respect to γ."""
        return Number(float(self._x_hat[k, sample]), self.numbers.symbol("x̂", self.block, k, sample))

    @cached_property
    def _x_hat(self) -> Array:
        """The output where γ is 1 and β is 0."""
        return self.recording.output_with(scale=1.0, shift=0.0)

    @property
    def _places(self) -> int:
        """The count of a channel's numbers, per sample."""
        return count(self.block.shape[1:])

    def _channel(self, k: int) -> int:
        return k // self._places

    def _outputs(self, channel: int) -> range:
        return range(channel * self._places, (channel + 1) * self._places)
