"""The matrices of a layer, forward, backward, gradient and update: from the buffers of the recorded step."""

from __future__ import annotations

from typing import cast

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.core.blocks import Block
from chainrule.core.calls import run
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.unfold import as_columns, bind_unfold
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol
from chainrule.lab.explain.matrices.matrix import ONE, Axis, Matrix
from chainrule.lab.explain.step.numbers import has_z
from chainrule.lab.explain.step.training_step import TrainingStep

LETTERS = {"weights": "W", "bias": "b", "scale": "γ", "shift": "β"}
"""The letters of a layer's parameters as matrices."""


class LayerMatrices:
    """A layer's matrices, with samples in their columns; of maps, a column is a place of a sample.

    unit, sample: the ones that are followed, from 0.  source: the column of the weights that is followed.
    """

    def __init__(self, of: TrainingStep, block: Block, unit: int = 0, sample: int = 0, source: int = 0) -> None:
        self.of, self.block, self.numbers = of, block, of.numbers
        self.unit, self.sample, self.source = unit, sample, source
        n, places = len(of.samples), count(block.shape[1:])
        self.row, place = divmod(unit, places)
        self.column = place * n + sample
        kind = "unit" if len(block.shape) == 1 else "channel"
        self.units = Axis.of(kind, block.shape[0], self.row)
        self.samples = Axis.of("sample" if places == 1 else "place of the samples", places * n, self.column)
        shape = block.head.signature.parameters[0].shape if self.has_weights else ()
        window = "input" if len(shape) == 2 else "number of a window"
        self.inputs = Axis.of(window, count(shape[1:]), source)

    @property
    def has_weights(self) -> bool:
        """Whether it is a product of its weights with its input."""
        return isinstance(self.block.head.layer, Dense | Convolution)

    def of_units(self, letter: str, values: Array, of: Symbol | None = None) -> Matrix:
        """A matrix of units and samples, from a buffer (features, n)."""
        symbol = Symbol(letter, self.block.number, of=of)
        return Matrix(symbol, values.reshape(self.block.shape[0], -1), self.units, self.samples)

    @property
    def z(self) -> Matrix:
        """Z; called A where no activation follows and nothing is learnt, as in the chain."""
        return self.of_units("Z" if has_z(self.block) else "A", self.numbers.of(self.block.head).output)

    @property
    def a(self) -> Matrix:
        """A, which is Z where no activation follows."""
        return self.z if self.block.activation is None else self.of_units("A", self.numbers.last(self.block).output)

    @property
    def slope(self) -> Matrix:
        """f′(Z)."""
        return self.of_units("f′", self.numbers.last(self.block).slopes)

    @property
    def d_a(self) -> Matrix:
        """∂L/∂A."""
        return self.of_units("A", self.numbers.last(self.block).d_output, of=LOSS)

    @property
    def delta(self) -> Matrix:
        """Δ = ∂L/∂Z."""
        if not has_z(self.block):
            return self.d_a
        return self.of_units("Δ", self.numbers.of(self.block.head).d_output)

    @property
    def x(self) -> Matrix:
        """The layer's input: X of the data, or A of the layer below; of a convolution its windows, in columns."""
        number, head = self.block.sources[0], self.block.head
        values = self.numbers.of(head).input
        if isinstance(head.layer, Convolution):
            return Matrix(Symbol("C", self.block.number), self._unfolded(values), self.inputs, self.samples)
        symbol = Symbol("X") if number == 0 else Symbol(_letter(self.numbers.blocks[number - 1]), number)
        rows = self.inputs if isinstance(head.layer, Dense) else self.units
        return Matrix(symbol, values.reshape(rows.size, -1), rows, self.samples)

    def _unfolded(self, values: Array) -> Array:
        """A convolution's windows as columns (C kh kw, OH OW n), copied by the layer's own calls."""
        shape, layer = self.block.head.input_shape, self.block.head.layer
        axes = cast(Convolution, layer).axes(shape)
        columns = np.zeros((self.inputs.size, self.samples.size))
        run(bind_unfold(values.reshape(*shape, -1), as_columns(columns, shape[0], axes), axes))
        return columns

    def parameter(self, name: str, values: Array, of: Symbol | None = None, prefix: str = "") -> Matrix:
        """A parameter or its gradient, from all of theta's (P,). Of one number per unit it is a column."""
        own = self.block.head.named(values)[name]
        columns = self.inputs if name == "weights" else ONE
        symbol = Symbol(LETTERS.get(name, name), self.block.number, prefix=prefix, of=of)
        places = self.block.head.named(np.arange(len(values)))[name].reshape(len(own), -1)
        return Matrix(symbol, own.reshape(len(own), -1), self.units, columns, places=places)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the layer's parameters."""
        return () if self.block.head.branch else tuple(self.block.head.named(self.of.theta))

    @property
    def mask(self) -> Matrix:
        """A dropout's factors: 0, or 1 / (1 - rate)."""
        return self.of_units("M", self.numbers.of(self.block.head).slopes)

    @property
    def x_hat(self) -> Matrix:
        """A batch norm's input, normalised."""
        return self.of_units("X̂", self.numbers.of(self.block.head).output_with(scale=1.0, shift=0.0))

    @property
    def mean(self) -> Matrix:
        """A batch norm's means, a column."""
        return Matrix(Symbol("mean", self.block.number), self.x.values.mean(axis=1, keepdims=True), self.units, ONE)

    @property
    def r(self) -> Matrix:
        """A batch norm's r = 1 / √(var + ε), a column."""
        epsilon = float(np.asarray(cast(BatchNorm, self.block.head.layer).epsilon))
        r = 1.0 / np.sqrt(self.x.values.var(axis=1, keepdims=True) + epsilon)
        return Matrix(Symbol("r", self.block.number), r, self.units, ONE)


def _letter(block: Block) -> str:
    return "Z" if block.activation is None and has_z(block) else "A"
