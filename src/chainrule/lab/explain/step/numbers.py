"""The numbers of a step by their names: each from the buffers of the plan that made it."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.blocks import Block, index_of
from chainrule.core.plan.layout import Place
from chainrule.lab.explain.algebra.expression import Number
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol
from chainrule.lab.explain.step.recording import Recording, Tape

LETTERS = {"weights": "w", "bias": "b", "scale": "γ", "shift": "β"}
"""The letters of parameters, by their names."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """What a tape recorded, by layer, unit and sample; units and samples from 0 here, from 1 in a unit's name.

    samples: the row of the data that each sample of the tape is; shown unless it is one alone.
    """

    tape: Tape
    blocks: tuple[Block, ...]
    theta: Array
    input_shape: Shape
    samples: tuple[int, ...]

    def of(self, place: Place) -> Recording:
        """What was recorded of a layer."""
        return self.tape.recordings[place]

    def shape(self, number: int) -> Shape:
        """The shape of what a layer hands on, without samples; of number 0, the input's."""
        return self.input_shape if number == 0 else self.blocks[number - 1].shape

    def shown_sample(self, sample: int) -> int | None:
        """How a sample is named: by its row of the data; not at all where there is but one."""
        return self.samples[sample] if len(self.samples) > 1 else None

    def symbol(self, letter: str, block: Block, unit: int, sample: int, of: Symbol | None = None) -> Symbol:
        """The name of a unit's number; of: what it is the derivative of."""
        return Symbol(letter, block.number, index_of(unit, block.shape), self.shown_sample(sample), of=of)

    def a(self, number: int, unit: int, sample: int) -> Number:
        """What a layer hands on; of number 0, the input."""
        if number == 0:
            symbol = Symbol("x", index=index_of(unit, self.input_shape), sample=self.shown_sample(sample))
            return Number(float(self.tape.input[unit, sample]), symbol)
        block = self.blocks[number - 1]
        if block.activation is None:
            return self.z(block, unit, sample)
        return Number(float(self.of(block.activation).output[unit, sample]), self.symbol("a", block, unit, sample))

    def z(self, block: Block, unit: int, sample: int) -> Number:
        """What a layer's head makes; called a where no activation follows and nothing is learnt."""
        value = float(self.of(block.head).output[unit, sample])
        return Number(value, self.symbol("z" if _has_z(block) else "a", block, unit, sample))

    def slope(self, block: Block, unit: int, sample: int) -> Number:
        """The activation's slope: f′(z)."""
        place = block.head if block.activation is None else block.activation
        return Number(float(self.of(place).slopes[unit, sample]), self.symbol("f′", block, unit, sample))

    def d_a(self, block: Block, unit: int, sample: int) -> Number:
        """∂L/∂a."""
        place = block.head if block.activation is None else block.activation
        value = float(self.of(place).d_output[unit, sample])
        return Number(value, self.symbol("a", block, unit, sample, of=LOSS))

    def delta(self, block: Block, unit: int, sample: int) -> Number:
        """δ = ∂L/∂z; of a layer that has no z, ∂L/∂a."""
        value = float(self.of(block.head).d_output[unit, sample])
        if _has_z(block):
            return Number(value, self.symbol("δ", block, unit, sample))
        return Number(value, self.symbol("a", block, unit, sample, of=LOSS))

    @property
    def weights(self) -> Array | None:
        """The weights of samples (n,); None where all count alike, or there is but one."""
        return self.tape.data.weights if len(self.samples) > 1 else None

    def share(self, sample: int) -> Number:
        """A sample's share of the mean."""
        return Number(float(self.tape.shares[sample]), Symbol("s", sample=self.shown_sample(sample)))

    def loss(self, sample: int) -> Number:
        """What a sample adds to the loss."""
        return Number(float(self.tape.losses[sample]), Symbol("L", sample=self.shown_sample(sample)))

    def parameter(self, block: Block, name: str, index: tuple[int, ...]) -> Number:
        """A weight or a bias, by its name in `Network.parameters` and its place there, from 0."""
        symbol = Symbol(LETTERS.get(name, name), block.number, tuple(each + 1 for each in index))
        return Number(float(block.head.named(self.theta)[name][index]), symbol)

    def position(self, block: Block, name: str, index: tuple[int, ...]) -> int:
        """Where a parameter lies in theta."""
        return int(block.head.named(np.arange(len(self.theta)))[name][index])


def _has_z(block: Block) -> bool:
    """Whether a layer's head makes a z: where nothing is learnt and no activation follows, it is its a at once."""
    return block.activation is not None or block.head.learns
