"""How each kind of layer makes its numbers, and what it passes back: its equations, with the plan's numbers in them.

What a layer says here is which numbers meet, and their names. Where a derivative is neither a weight nor an input, it
is read off the layer's own backward (`Recording.derivatives`). A layer that isn't known here has the base's equations.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from chainrule.core.activations import Activation
from chainrule.core.arrays import count
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.pooling import AveragePool, GlobalAveragePool, MaxPool
from chainrule.core.layers.regularize import Dropout
from chainrule.core.layers.residual import Residual
from chainrule.lab.explain import activations
from chainrule.lab.explain.blocks import Block, index_of
from chainrule.lab.explain.expression import (
    Equation,
    Expression,
    Number,
    Power,
    Quotient,
    constant,
    function,
    minus,
    plus,
    times,
)
from chainrule.lab.explain.numbers import Numbers
from chainrule.lab.explain.symbols import Symbol

Share = tuple[Expression | None, int, int]
"""A factor (None: 1), and the output and the sample that it belongs to."""


class Head:
    """The base: a layer of any kind, whose derivatives are all read off its backward."""

    def __init__(self, numbers: Numbers, block: Block) -> None:
        self.numbers, self.block, self.place = numbers, block, block.head
        self.layer: Any = block.head.layer
        self.recording = numbers.of(block.head)

    def forward(self, k: int, sample: int) -> list[Equation]:
        """How output k of a sample comes about; its own equation is the last."""
        z = self.numbers.z(self.block, k, sample)
        return [Equation(self._symbol(z), z.value, self.made_of(k, sample))]

    def made_of(self, k: int, sample: int) -> Expression | None:
        """What output k of a sample is made of."""
        return None

    def shares(self, slot: int, i: int, sample: int) -> list[Share]:
        """Every output that listens to input i of a sample, with its derivative with respect to it."""
        found: list[Share] = []
        for k, other in self.recording.listeners(i, sample).tolist():
            d_input, _ = self.recording.derivatives(k, other)
            found.append((Number(float(d_input[i, sample]), self.factor(k, i)), k, other))
        return found

    def factor(self, k: int, i: int) -> Symbol:
        """The name of the derivative of output k with respect to input i."""
        return Symbol("J", self.block.number, (k + 1, i + 1))

    def uses(self, name: str, index: tuple[int, ...]) -> list[Share]:
        """Every output that a parameter takes part in, with its derivative with respect to it."""
        found: list[Share] = []
        for k, sample in np.ndindex(self.recording.output.shape):
            derivative = self._derivative(name, index, k, sample)
            if derivative:
                found.append((Number(derivative, Symbol("J", self.block.number, (k + 1,))), k, sample))
        return found

    def _derivative(self, name: str, index: tuple[int, ...], k: int, sample: int) -> float:
        """Of output k of a sample, with respect to a parameter."""
        _, gradient = self.recording.derivatives(k, sample)
        return float(self.place.named(gradient)[name][index])

    def _symbol(self, number: Number) -> Symbol:
        return number.symbol or Symbol("z")

    def a(self, i: int, sample: int, slot: int = 0) -> Number:
        """The number that it reads."""
        return self.numbers.a(self.block.sources[slot], i, sample)


def _flat(index: Sequence[int], shape: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(tuple(index), shape))


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

    def shares(self, slot: int, i: int, sample: int) -> list[Share]:
        return [(self._weight(k, i), k, sample) for k in range(self.block.units)]

    def uses(self, name: str, index: tuple[int, ...]) -> list[Share]:
        samples = range(len(self.numbers.samples))
        if name == "bias":
            return [(None, index[0], sample) for sample in samples]
        return [(self.a(index[1], sample), index[0], sample) for sample in samples]


class Windows(Head):
    """The base of the layers whose outputs each look at one window."""

    def window(self, k: int, channels: Sequence[int]) -> Iterator[tuple[tuple[int, ...], int]]:
        """What output k sees in these channels: the place in the kernel (C, kh, kw), and the input; without padding."""
        shape = self.place.input_shape
        axes = self.layer.axes(shape)
        _, *at = np.unravel_index(k, self.block.shape)
        for channel in channels:
            for offset in np.ndindex(*(axis.kernel for axis in axes)):
                where = [int(w) * axis.stride + o - axis.before for w, o, axis in zip(at, offset, axes, strict=True)]
                if all(0 <= each < axis.length for each, axis in zip(where, axes, strict=True)):
                    yield (channel, *offset), _flat((channel, *where), shape)

    def channel(self, k: int) -> int:
        """The channel of an output."""
        return k // count(self.block.shape[1:])


class ConvolutionHead(Windows):
    """Dense's equation over one window: z = Σ w a + b, the sum over what the kernel lies on."""

    def made_of(self, k: int, sample: int) -> Expression:
        o = self.channel(k)
        seen = self.window(k, range(self.place.input_shape[0]))
        terms: list[Expression] = [times(self._weight(o, there), self.a(i, sample)) for there, i in seen]
        if self.layer.bias:
            terms.append(self.numbers.parameter(self.block, "bias", (o,)))
        return plus(*terms)

    def _weight(self, o: int, there: tuple[int, ...]) -> Number:
        return self.numbers.parameter(self.block, "weights", (o, *there))

    def shares(self, slot: int, i: int, sample: int) -> list[Share]:
        channel = i // count(self.place.input_shape[1:])
        found: list[Share] = []
        for k, _ in self.recording.listeners(i, sample).tolist():
            there = next(there for there, seen in self.window(k, (channel,)) if seen == i)
            found.append((self._weight(self.channel(k), there), k, sample))
        return found

    def uses(self, name: str, index: tuple[int, ...]) -> list[Share]:
        o, samples, places = index[0], range(len(self.numbers.samples)), count(self.block.shape[1:])
        outputs = range(o * places, (o + 1) * places)
        if name == "bias":
            return [(None, k, sample) for sample in samples for k in outputs]
        seen = [(k, dict(self.window(k, (index[1],))).get(index[1:])) for k in outputs]
        return [(self.a(i, sample), k, sample) for sample in samples for k, i in seen if i is not None]


class MaxPoolHead(Windows):
    """The largest of a window; the gradient goes to the one that won."""

    def made_of(self, k: int, sample: int) -> Expression:
        return function("max", *(self.a(i, sample) for _, i in self.window(k, (self.channel(k),))))

    def factor(self, k: int, i: int) -> Symbol:
        return Symbol("won")


class AveragePoolHead(Windows):
    """The mean of a window, padding counted as zeros; each input has the same share of it."""

    def made_of(self, k: int, sample: int) -> Expression:
        size = count(tuple(axis.kernel for axis in self.layer.axes(self.place.input_shape)))
        seen = (self.a(i, sample) for _, i in self.window(k, (self.channel(k),)))
        return Quotient(plus(*seen), constant(size))

    def factor(self, k: int, i: int) -> Symbol:
        return Symbol("share")


class GlobalAveragePoolHead(Head):
    """The mean of a channel."""

    def made_of(self, k: int, sample: int) -> Expression:
        size = count(self.place.input_shape[1:])
        return Quotient(plus(*(self.a(i, sample) for i in range(k * size, (k + 1) * size))), constant(size))

    def factor(self, k: int, i: int) -> Symbol:
        return Symbol("share")


class BatchNormHead(Head):
    """z = γ x̂ + β, x̂ = (a - mean) / √(variance + ε): all samples and positions of a channel count."""

    def forward(self, k: int, sample: int) -> list[Equation]:
        channel, seen = self._channel(k)
        every = [self.a(i, each) for each in range(len(self.numbers.samples)) for i in seen]
        size, index = constant(len(every)), (channel + 1,)
        mean = Equation(Symbol("mean", self.block.number, index), 0.0, Quotient(plus(*every), size))
        mu = self._evaluated(mean)
        squares = plus(*(Power(minus(a, mu), 2) for a in every))
        variance = Equation(Symbol("var", self.block.number, index), 0.0, Quotient(squares, size))
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

    def uses(self, name: str, index: tuple[int, ...]) -> list[Share]:
        samples, size = range(len(self.numbers.samples)), count(self.block.shape[1:])
        outputs = range(index[0] * size, (index[0] + 1) * size)
        is_shift = name == "shift"
        return [(None if is_shift else self._normalized(k, each), k, each) for each in samples for k in outputs]

    def _normalized(self, k: int, sample: int) -> Number:
        """x̂, which is the derivative with respect to γ."""
        channel, _ = self._channel(k)
        value = self._derivative("scale", (channel,), k, sample)
        return Number(value, self.numbers.symbol("x̂", self.block, k, sample))

    def _channel(self, k: int) -> tuple[int, range]:
        size = count(self.block.shape[1:])
        return k // size, range(k // size * size, (k // size + 1) * size)

    @staticmethod
    def _evaluated(equation: Equation) -> Number:
        return Number(equation.expression.evaluate() if equation.expression else 0.0, equation.symbol)


class ElementwiseHead(Head):
    """The base of the layers whose outputs each listen to one input."""

    def shares(self, slot: int, i: int, sample: int) -> list[Share]:
        return [(Number(float(self.recording.slopes[i, sample]), self.factor(i, i)), i, sample)]


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

    def shares(self, slot: int, i: int, sample: int) -> list[Share]:
        return [(None, i, sample)]


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
