"""How each kind of layer makes its numbers, and what it passes back: its equations, with the plan's numbers in them.

What a layer says here is which numbers meet, and their names. Where a derivative is neither a weight nor an input, it
is read off the layer's own backward (`Recording.derivatives`). A layer that isn't known here has the base's equations.
"""

from chainrule.core.activations import Activation
from chainrule.core.arrays import count
from chainrule.core.blocks import Block
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.pooling import AveragePool, GlobalAveragePool, MaxPool
from chainrule.core.layers.regularize import Dropout
from chainrule.core.layers.residual import Residual
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import ONE, Expression, Number, Quotient, constant, minus, plus, times
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.equations.activations import curve_of
from chainrule.lab.explain.equations.batch_norm import BatchNormHead
from chainrule.lab.explain.equations.layer import ElementwiseHead, Head, Shares, UnknownHead, named
from chainrule.lab.explain.equations.windows import AveragePoolHead, ConvolutionHead, GlobalAveragePoolHead, MaxPoolHead
from chainrule.lab.explain.notes import Words
from chainrule.lab.explain.step.numbers import Numbers


class DenseHead(Head):
    """z_k = Σ w_ki a_i + b_k; so ∂z_k/∂a_i = w_ki and ∂z_k/∂w_ki = a_i."""

    def made_of(self, k: int, sample: int) -> Expression:
        weights = (self._weight(k, i) for i in range(count(self.place.input_shape)))
        terms: list[Expression] = [times(w, self.a(i, sample)) for i, w in enumerate(weights)]
        if self.layer.bias:
            terms.append(self.numbers.parameter(self.block, "bias", (k,)))
        return plus(*terms)

    def remark(self) -> Words:
        shape = self.numbers.shape(self.block.sources[0])
        if len(shape) == 1:
            return ()
        inside = f"{shape[2]} · (row - 1) + column" if len(shape) == 3 else "place"
        counted = f"{count(shape[1:])} · (channel - 1) + {inside}"
        return (f"Layer {self.block.number} reads maps as Flatten counts them: its input number is {counted}.",)

    def _weight(self, k: int, i: int) -> Number:
        return self.numbers.parameter(self.block, "weights", (k, i))

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        return Shares.listed([(self._weight(k, i), k, sample) for k in range(self.block.units)])

    def uses(self, name: str, index: tuple[int, ...]) -> Shares:
        k, *read = index
        if name == "bias":
            return self.in_every_sample([k])
        return self.in_every_sample([k], self.recording.input[read], lambda row, sample: self.a(read[row], sample))


class DropoutHead(ElementwiseHead):
    """A number times its mask: 0 where it was dropped, else 1 / (1 - rate)."""

    def forward(self, k: int, sample: int) -> list[Equation]:
        mask = self._mask(k, sample)
        rate = Number(float(self.layer.rate), Symbol("rate"))
        made = Quotient(ONE, minus(ONE, rate)) if mask.value else constant(0)
        note = (
            "Kept, and larger by as much as others are dropped."
            if mask.value
            else "Dropped by chance, with its gradient."
        )
        return [Equation(named(mask), mask.value, made, (note,)), *super().forward(k, sample)]

    def made_of(self, k: int, sample: int) -> Expression:
        return times(self._mask(k, sample), self.a(k, sample))

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression:
        return self._mask(k, sample)

    def _mask(self, k: int, sample: int) -> Number:
        return Number(float(self.recording.slopes[k, sample]), self.numbers.symbol("mask", self.block, k, sample))


class ActivationHead(ElementwiseHead):
    """An activation that is a layer of its own, since no layer is in front of it."""

    def forward(self, k: int, sample: int) -> list[Equation]:
        a = self.numbers.z(self.block, k, sample)
        curve = curve_of(self.layer, self.a(k, sample), a)
        return [*curve.first, Equation(named(a), a.value, curve.a)] if curve else super().forward(k, sample)

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression:
        return Number(value, self.numbers.symbol("f′", self.block, k, sample))


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
    kind = next((head for layer, head in HEADS if _computes_as(block.head.layer, layer)), UnknownHead)
    return kind(numbers, block)


def _computes_as(layer: Layer, known: type[Layer]) -> bool:
    """Whether a layer is of a known kind, with the computation of that kind."""
    return isinstance(layer, known) and (known is Activation or type(layer).bind is known.bind)
