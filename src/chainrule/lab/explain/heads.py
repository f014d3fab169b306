"""How each kind of layer makes its numbers, and what it passes back: its equations, with the plan's numbers in them.

What a layer says here is which numbers meet, and their names. Where a derivative is neither a weight nor an input, it
is read off the layer's own backward (`Recording.derivatives`). A layer that isn't known here has the base's equations.
"""

from functools import cached_property

import numpy as np

from chainrule.core.activations import Activation
from chainrule.core.arrays import Array, count
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.pooling import AveragePool, GlobalAveragePool, MaxPool
from chainrule.core.layers.regularize import Dropout
from chainrule.core.layers.residual import Residual
from chainrule.lab.blocks import Block, index_of
from chainrule.lab.explain import activations
from chainrule.lab.explain.expression import (
    Equation,
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
from chainrule.lab.explain.head import ElementwiseHead, Head, Shares
from chainrule.lab.explain.numbers import Numbers
from chainrule.lab.explain.symbols import Symbol
from chainrule.lab.explain.windows import AveragePoolHead, ConvolutionHead, GlobalAveragePoolHead, MaxPoolHead


class DenseHead(Head):
    """z_k = Σ w_ki a_i + b_k; so ∂z_k/∂a_i = w_ki and ∂z_k/∂w_ki = a_i."""

    def made_of(self, k: int, sample: int) -> Expression:
        weights = (self._weight(k, i) for i in range(count(self.place.input_shape)))
        terms: list[Expression] = [times(w, self.a(i, sample)) for i, w in enumerate(weights)]
        if self.layer.bias:
            terms.append(self.numbers.parameter(self.block, "bias", (k,)))
        return plus(*terms)

    def _weight(self, k: int, i: int) -> Number:
        return self.numbers.parameter(self.block, "weights", (k, i))

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        return Shares.listed([(self._weight(k, i), k, sample) for k in range(self.block.units)])

    def uses(self, name: str, index: tuple[int, ...]) -> Shares:
        k, *read = index
        if name == "bias":
            return self.in_every_sample([k])
        return self.in_every_sample([k], self.recording.input[read], lambda row, sample: self.a(read[row], sample))


class BatchNormHead(Head):
    """z = γ x̂ + β, x̂ = (a - mean) / √(variance + ε): all samples and positions of a channel count."""

    def forward(self, k: int, sample: int) -> list[Equation]:
        channel, seen = self._channel(k)
        values = self.recording.input[seen].T.ravel()
        every = Terms(values, lambda j: self.a(seen[j % len(seen)], j // len(seen)))
        size, index = constant(len(every)), (channel + 1,)
        mean = Equation(Symbol("mean", self.block.number, index), 0.0, Quotient(added(every), size))
        mu = self._evaluated(mean)
        squares = Terms(np.square(values - mu.value), lambda j: Power(minus(every[j], mu), 2))
        variance = Equation(Symbol("var", self.block.number, index), 0.0, Quotient(added(squares), size))
        spread = self._evaluated(variance)
        x_hat = self._normalized(k, sample)
        root = function("sqrt", plus(spread, Number(float(self.layer.epsilon), Symbol("ε"))))
        normal = Equation(self._symbol(x_hat), x_hat.value, Quotient(minus(self.a(k, sample), mu), root))
        gamma, beta = (self.numbers.parameter(self.block, name, (channel,)) for name in ("scale", "shift"))
        z = self.numbers.z(self.block, k, sample)
        made = Equation(self._symbol(z), z.value, plus(times(gamma, x_hat), beta))
        return [
            Equation(mean.symbol, mu.value, mean.expression),
            Equation(variance.symbol, spread.value, variance.expression),
            normal,
            made,
        ]

    def uses(self, name: str, index: tuple[int, ...]) -> Shares:
        size = count(self.block.shape[1:])
        outputs = range(index[0] * size, (index[0] + 1) * size)
        if name == "shift":
            return self.in_every_sample(outputs)
        return self.in_every_sample(
            outputs, self._x_hat[outputs], lambda row, sample: self._normalized(outputs[row], sample)
        )

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        # The derivatives of a channel are γ r (I - 1/m - x̂ x̂ᵀ/m), a symmetric matrix: its column i is its row i.
        d_input, _ = self.recording.derivatives(i, sample)
        _, seen = self._channel(i)
        row_i = d_input[seen]
        return self.in_every_sample(
            seen, row_i, lambda row, other: Number(float(row_i[row, other]), self.factor(seen[row], i))
        )

    def _normalized(self, k: int, sample: int) -> Number:
        """x̂, which is the derivative with respect to γ."""
        return Number(float(self._x_hat[k, sample]), self.numbers.symbol("x̂", self.block, k, sample))

    @cached_property
    def _x_hat(self) -> Array:
        """What forward makes where γ is 1 and β is 0."""
        return self.recording.output_with(scale=1.0, shift=0.0)

    def _channel(self, k: int) -> tuple[int, range]:
        size = count(self.block.shape[1:])
        return k // size, range(k // size * size, (k // size + 1) * size)

    @staticmethod
    def _evaluated(equation: Equation) -> Number:
        return Number(equation.expression.evaluate() if equation.expression else 0.0, equation.symbol)


class DropoutHead(ElementwiseHead):
    """A number times its mask: 0 where it was dropped, else 1 / (1 - rate)."""

    def made_of(self, k: int, sample: int) -> Expression:
        return times(Number(float(self.recording.slopes[k, sample]), Symbol("mask")), self.a(k, sample))

    def factor(self, k: int, i: int) -> Symbol:
        return Symbol("mask")


class ActivationHead(ElementwiseHead):
    """An activation that is a layer of its own, since no layer is in front of it."""

    def made_of(self, k: int, sample: int) -> Expression | None:
        known = activations.EQUATIONS.get(type(self.layer))
        z, a = self.a(k, sample), self.numbers.z(self.block, k, sample)
        return None if known is None else known(self.layer, z, a)[0]

    def factor(self, k: int, i: int) -> Symbol:
        return Symbol("f′", self.block.number, index_of(k, self.block.shape))


class ResidualHead(Head):
    """What goes around and what comes through the branch, added: each has all of the gradient."""

    def made_of(self, k: int, sample: int) -> Expression:
        return plus(self.a(k, sample), self.a(k, sample, slot=1))

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        return Shares.listed([(None, i, sample)])


HEADS: tuple[tuple[type[Layer], type[Head]], ...] = (
    (Dense, DenseHead),
    (Convolution, ConvolutionHead),
    (MaxPool, MaxPoolHead),
    (AveragePool, AveragePoolHead),
    (GlobalAveragePool, GlobalAveragePoolHead),
    (BatchNorm, BatchNormHead),
    (Dropout, DropoutHead),
    (Activation, ActivationHead),
    (Residual, ResidualHead),
)
"""The equations of each kind of layer."""


def head_of(numbers: Numbers, block: Block) -> Head:
    """A layer's equations."""
    kind = next((head for layer, head in HEADS if isinstance(block.head.layer, layer)), Head)
    return kind(numbers, block)
