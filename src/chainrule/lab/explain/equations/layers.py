"""The equations of each kind of layer, forward and backward, with the plan's numbers in them.

An equation here says which numbers meet, and their names. Where a derivative is neither a weight nor an input, it is
read off the layer's own backward (`LayerRecording.derivatives`). An unknown layer has the base's equations.
"""

from chainrule.core.activations import Activation
from chainrule.core.blocks import Block
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.pooling import AveragePool, GlobalAveragePool, MaxPool
from chainrule.core.layers.regularize import Dropout
from chainrule.core.layers.residual import Residual
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, constant
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.equations.activations import curve_of
from chainrule.lab.explain.equations.batch_norm import BatchNormEquations
from chainrule.lab.explain.equations.layer import ElementwiseEquations, LayerEquations, Shares, UnknownEquations
from chainrule.lab.explain.equations.windows import (
    AveragePoolEquations,
    ConvolutionEquations,
    DenseEquations,
    GlobalAveragePoolEquations,
    MaxPoolEquations,
)
from chainrule.lab.explain.step.numbers import Numbers


class DropoutEquations(ElementwiseEquations):
    """A number times its mask: 0 where it was dropped, else 1 / (1 - rate)."""

    def forward(self, k: int, sample: int) -> list[Equation]:
        mask = self._mask(k, sample)
        if mask.value:
            rate = Number(float(self.layer.rate), Symbol("rate", self.block.number))
            first = Equation.of(mask, 1 / (1 - rate), ("Kept, and scaled up to make up for those dropped.",))
        else:
            first = Equation.of(mask, constant(0), ("Dropped at random, with its gradient.",))
        return [first, *super().forward(k, sample)]

    def made_of(self, k: int, sample: int) -> Expression:
        return self._mask(k, sample) * self.a(k, sample)

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression:
        return self._mask(k, sample)

    def _mask(self, k: int, sample: int) -> Number:
        return Number(float(self.recording.slopes[k, sample]), self.numbers.symbol("mask", self.block, k, sample))


class ActivationEquations(ElementwiseEquations):
    """An activation that is a layer of its own, since no layer is in front of it."""

    def forward(self, k: int, sample: int) -> list[Equation]:
        a = self.numbers.z(self.block, k, sample)
        curve = curve_of(self.layer, self.a(k, sample), a)
        return [*curve.first, Equation.of(a, curve.a)]

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression:
        return Number(value, self.numbers.symbol("f′", self.block, k, sample))


class ResidualEquations(LayerEquations):
    """The input and the branch's output, added: each receives the whole gradient."""

    def made_of(self, k: int, sample: int) -> Expression:
        return self.a(k, sample) + self.a(k, sample, slot=1)

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        return Shares.listed([(None, i, sample)])


EQUATIONS: tuple[tuple[type[Layer], type[LayerEquations]], ...] = (
    (Dense, DenseEquations),
    (Convolution, ConvolutionEquations),
    (MaxPool, MaxPoolEquations),
    (AveragePool, AveragePoolEquations),
    (GlobalAveragePool, GlobalAveragePoolEquations),
    (BatchNorm, BatchNormEquations),
    (Dropout, DropoutEquations),
    (Activation, ActivationEquations),
    (Residual, ResidualEquations),
)
"""The equations of each kind of layer."""


def equations_of(numbers: Numbers, block: Block) -> LayerEquations:
    """A layer's equations."""
    layer = block.head.layer
    kind = next((found for known, found in EQUATIONS if _computes_as(layer, known)), UnknownEquations)
    return kind(numbers, block)


def _computes_as(layer: Layer, known: type[Layer]) -> bool:
    """Whether a layer is of a known kind, with the computation of that kind."""
    return isinstance(layer, known) and (known is Activation or type(layer).bind is known.bind)
