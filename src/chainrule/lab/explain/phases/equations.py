"""The equations of a phase, for one sample: those of one unit of each layer, and of one of its parameters."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Number, added
from chainrule.lab.explain.algebra.notes import sentences
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol, derivative
from chainrule.lab.explain.content import Section, with_zeros
from chainrule.lab.explain.phases.phases import Phase
from chainrule.lab.explain.sections import Sections
from chainrule.lab.explain.step.training_step import TrainingStep

SQUARES, WHOLE = Symbol("Σw²"), Symbol("L", prefix="whole")
"""Names in the loss's section where there is a penalty."""


@dataclass(frozen=True)
class Chosen:
    """The unit, from 0, and perhaps the parameter, of the layer of this number."""

    layer: int
    unit: int
    name: str | None = None
    index: tuple[int, ...] = ()


class PhaseEquations:
    """The equations of a step's phases. sample: its place in the step.

    Of each layer they are about the chosen unit, else the one with the largest δ, and about its largest gradient.
    """

    def __init__(self, of: TrainingStep, sample: int, chosen: Chosen | None = None) -> None:
        self.of, self.sample, self.chosen = of, sample, chosen
        self._sections = Sections(of)
        self._paths, self._blocks = self._sections.paths, of.numbers.blocks

    def section(self, phase: Phase) -> Section:
        """A phase's equations."""
        made = {
            "forward": self._forward,
            "loss": self._loss,
            "backward": self._backward,
            "penalty": self._penalty,
            "clip": self._clip,
            "update": self._update,
        }[phase.kind](phase)
        equations = {each.symbol: each for each in made.equations}
        return with_zeros(replace(made, equations=tuple(equations.values())))[0]

    def unit(self, block: Block) -> int:
        """The unit of a layer that the equations are about, from 0."""
        if self.chosen is not None and self.chosen.layer == block.number:
            return self.chosen.unit
        return self._paths.largest(block, range(block.units), self.sample)[0]

    def _forward(self, phase: Phase) -> Section:
        blocks = [self._blocks[number - 1] for number in phase.layers]
        equations = [one for each in blocks for one in self._paths.forward(each, self.unit(each), self.sample)]
        return Section("", tuple(equations), sentences(*(self._paths.layer(each).remark() for each in blocks)))

    def _loss(self, phase: Phase) -> Section:
        whole = self._sections.loss(self.sample)
        own = _before(whole.equations, SQUARES)
        if len(own) < len(whole.equations) and len(self.of.samples) > 1:
            own = (*own, Equation.between(LOSS, added(self._paths.losses())))
        last = self._blocks[-1]
        return replace(whole, equations=(*own, *self._received(last)))

    def _backward(self, phase: Phase) -> Section:
        equations: list[Equation] = []
        for number in phase.layers:
            block = self._blocks[number - 1]
            if block.activation is not None:
                *_, slope, delta = self._paths.backward(block, self.unit(block), self.sample)
                equations += [slope, delta]
            equations += self._gradients(block)
            for each in phase.writes:
                if each.layer is not None and each.what in ("d_a", "delta") and each.layer != number:
                    below = self._blocks[each.layer - 1]
                    if any(reader.number == number for reader, _ in below.readers):
                        equations += self._received(below)
        return Section("", tuple(equations))

    def _penalty(self, phase: Phase) -> Section:
        section = self._sections.loss(self.sample)
        weight, position = self._largest()
        data = self._data_gradient(weight, position)
        shrinks = bool(self.of.network.is_weight()[position])
        made = data.number + self._sections.strength * weight if shrinks else data.number
        gradient = Equation(derivative(WHOLE, weight.name), float(self.of.gradient[position]), made)
        own = _before(section.equations, SQUARES)
        return Section("", (*section.equations[len(own) :], gradient), section.remark)

    def _clip(self, phase: Phase) -> Section:
        equations, _ = self._sections.clipped(*self._largest())
        return Section("", tuple(equations))

    def _update(self, phase: Phase) -> Section:
        weight, position = self._largest()
        first, g = self._sections.clipped(weight, position)
        given = first[:1] if g.name == first[0].symbol else [Equation.of(g)]
        return self._sections.moved(weight, position, g, first=given)

    def _received(self, block: Block) -> Iterator[Equation]:
        """The equation of what arrives at a layer's unit from above: ∂L/∂a, or δ at once."""
        unit, numbers = self.unit(block), self.of.numbers
        first, made, note = self._paths.received(block, unit, self.sample)
        number = (numbers.delta if block.activation is None else numbers.d_a)(block, unit, self.sample)
        yield from first
        yield Equation.of(number, made, note)

    def _gradients(self, block: Block) -> Iterator[Equation]:
        """The gradient of the chosen parameter, or of the unit's largest of each name; without a penalty's part."""
        if block.head.branch:
            return
        chosen = self.chosen
        if chosen is not None and chosen.layer == block.number and chosen.name is not None:
            places = [(chosen.name, chosen.index)]
        else:
            gradients = block.head.named(self.of.gradient)
            channel = self.unit(block) // max(1, block.units // block.shape[0])
            places = [(name, (channel, *_largest(array[channel]))) for name, array in gradients.items()]
        for name, index in places:
            yield self._data_gradient(*self._parameter(block, name, index))

    def _data_gradient(self, weight: Number, position: int) -> Equation:
        """The sum of products that a gradient is, without a penalty's part."""
        terms, _ = self._paths.gradient(*self.of.numbers.place_at(position))
        symbol = derivative(LOSS, weight.name)
        if self.of.penalty is not None:
            return Equation.between(symbol, added(terms))
        return Equation(symbol, float(self.of.gradient[position]), added(terms))

    def _largest(self) -> tuple[Number, int]:
        """The chosen parameter, or the one with the largest gradient of all, and its position in theta."""
        if self.chosen is not None and self.chosen.name is not None:
            return self._parameter(self._blocks[self.chosen.layer - 1], self.chosen.name, self.chosen.index)
        position = int(np.argmax(np.abs(self.of.gradient)))
        return self._parameter(*self.of.numbers.place_at(position))

    def _parameter(self, block: Block, name: str, index: tuple[int, ...]) -> tuple[Number, int]:
        numbers = self.of.numbers
        return numbers.parameter(block, name, index), numbers.position(block, name, index)


def _before(equations: tuple[Equation, ...], symbol: Symbol) -> tuple[Equation, ...]:
    """The equations in front of the one of this name; all where there is none."""
    names = [each.symbol for each in equations]
    return equations[: names.index(symbol)] if symbol in names else equations


def _largest(array: Array) -> tuple[int, ...]:
    return tuple(map(int, np.unravel_index(int(np.argmax(np.abs(array))), array.shape)))
