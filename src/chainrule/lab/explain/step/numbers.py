"""The numbers of a step by their names: each from the buffers of the plan that made it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array, Shape
from chainrule.core.blocks import Block, index_of
from chainrule.lab.explain.algebra.expression import Number
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol
from chainrule.lab.explain.step.recording import LayerRecording, Recording

LETTERS = {"weights": "w", "bias": "b", "scale": "γ", "shift": "β"}
"""The letters of parameters, by their names."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers of a recording, by layer, unit and sample; units and samples from 0 here, from 1 in a unit's name.

    samples: the row of the data that each recorded sample is; shown unless there is only one.
    """

    recording: Recording
    blocks: tuple[Block, ...]
    theta: Array
    input_shape: Shape
    samples: tuple[int, ...]

    def of(self, place: Place) -> LayerRecording:
        """A layer's recording."""
        return self.recording.layers[place]

    def shape(self, number: int) -> Shape:
        """The shape of a layer's output, without samples; number 0 is the input."""
        return self.input_shape if number == 0 else self.blocks[number - 1].shape

    def shown_sample(self, sample: int) -> int | None:
        """The number that a sample is named by, its row of the data; None where there is only one."""
        return self.samples[sample] if len(self.samples) > 1 else None

    def symbol(self, letter: str, block: Block, unit: int, sample: int, of: Symbol | None = None) -> Symbol:
        """The name of a unit's number; of: the number whose derivative it is."""
        return Symbol(letter, block.number, index_of(unit, block.shape), self.shown_sample(sample), of=of)

    def last(self, block: Block) -> LayerRecording:
        """The recording of what makes a layer's output: its activation, where it has one."""
        return self.of(block.activation or block.head)

    def a(self, number: int, unit: int, sample: int) -> Number:
        """A layer's output; number 0 is the input."""
        if number == 0:
            symbol = Symbol("x", index=index_of(unit, self.input_shape), sample=self.shown_sample(sample))
            return Number(float(self.recording.input[unit, sample]), symbol)
        block = self.blocks[number - 1]
        if block.activation is None:
            return self.z(block, unit, sample)
        return Number(float(self.last(block).output[unit, sample]), self.symbol("a", block, unit, sample))

    def inputs(self, sample: int) -> Array:
        """The input of a sample, all of its numbers in a line."""
        numbers: Array = self.recording.input[:, sample]
        return numbers

    def z(self, block: Block, unit: int, sample: int) -> Number:
        """A layer's number before its activation; called a where no activation follows and nothing is learnt."""
        value = float(self.of(block.head).output[unit, sample])
        return Number(value, self.symbol("z" if has_z(block) else "a", block, unit, sample))

    def slope(self, block: Block, unit: int, sample: int) -> Number:
        """The activation's slope: f′(z)."""
        return Number(float(self.last(block).slopes[unit, sample]), self.symbol("f′", block, unit, sample))

    def d_a(self, block: Block, unit: int, sample: int) -> Number:
        """∂L/∂a."""
        return Number(float(self.last(block).d_output[unit, sample]), self.symbol("a", block, unit, sample, of=LOSS))

    def delta(self, block: Block, unit: int, sample: int) -> Number:
        """δ = ∂L/∂z; ∂L/∂a for a layer that has no z."""
        if not has_z(block):
            return self.d_a(block, unit, sample)
        return Number(float(self.of(block.head).d_output[unit, sample]), self.symbol("δ", block, unit, sample))

    @property
    def weights(self) -> Array | None:
        """The weights of samples (n,); None where all count alike, or there is only one."""
        return self.recording.data.weights if len(self.samples) > 1 else None

    def share(self, sample: int) -> Number:
        """A sample's share of the mean."""
        return Number(float(self.recording.shares[sample]), Symbol("s", sample=self.shown_sample(sample)))

    def loss(self, sample: int) -> Number:
        """A sample's contribution to the loss."""
        return Number(float(self.recording.losses[sample]), Symbol("L", sample=self.shown_sample(sample)))

    def parameter(self, block: Block, name: str, index: tuple[int, ...]) -> Number:
        """A weight or a bias, by its name in `Network.parameters` and its place there, from 0."""
        symbol = Symbol(LETTERS.get(name, name), block.number, tuple(each + 1 for each in index))
        return Number(float(self._parameters[block.number - 1][name][index]), symbol)

    @cached_property
    def _parameters(self) -> tuple[dict[str, Array], ...]:
        """Each layer's own parameters, by name."""
        return tuple({} if each.head.branch else each.head.named(self.theta) for each in self.blocks)

    def name_at(self, position: int) -> Symbol:
        """The name of the parameter that lies there in theta."""
        return self.parameter(*self.place_at(position)).name

    def place_at(self, position: int) -> tuple[Block, str, tuple[int, ...]]:
        """The layer, the name and the index of the parameter that lies there in theta."""
        heads = (each for each in self.blocks if not each.head.branch)
        block = next(each for each in heads if each.head.start <= position < each.head.stop)
        for name, places in block.head.named(np.arange(len(self.theta))).items():
            for index in np.argwhere(places == position).tolist():
                return block, name, tuple(index)
        raise ValueError(f"position should be one of theta's {len(self.theta)}, got {position}.")

    def position(self, block: Block, name: str, index: tuple[int, ...]) -> int:
        """Where a parameter lies in theta."""
        return int(block.head.named(np.arange(len(self.theta)))[name][index])


def has_z(block: Block) -> bool:
    """Whether a layer has a z: where nothing is learnt and no activation follows, its output is its a at once."""
    return block.activation is not None or block.head.learns
