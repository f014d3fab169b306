"""The way from a unit to the loss: which units of the layers above hear of it, and the equations along it."""

from collections.abc import Iterable

import numpy as np

from chainrule.core.blocks import Block
from chainrule.core.losses import Loss
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, Quotient, Terms, added, times
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.equations import losses
from chainrule.lab.explain.equations.activations import curve_of
from chainrule.lab.explain.equations.layer import Head, Shares, named
from chainrule.lab.explain.equations.layers import head_of
from chainrule.lab.explain.equations.losses import Answer
from chainrule.lab.explain.notes import Words, sentences
from chainrule.lab.explain.step.numbers import Numbers

MOST_UNITS = 10
"""Of a layer on the way, at most so many units are worked out: those with the largest δ."""

Units = dict[int, list[int]]
"""By a layer's number: its units that are worked out, from 0."""


class Paths:
    """The equations of a step, of the units that are asked for."""

    def __init__(self, numbers: Numbers, loss: Loss) -> None:
        self.numbers, self.blocks = numbers, numbers.blocks
        self._loss = losses.EQUATIONS.get(type(loss))
        self._heads = {block.number: head_of(numbers, block) for block in self.blocks}

    def head(self, block: Block) -> Head:
        """A layer's equations."""
        return self._heads[block.number]

    def above(self, block: Block, units: Iterable[int], sample: int) -> Units:
        """The units of this layer, and of each layer above those that hear of them in the same sample."""
        reached: dict[int, set[int]] = {each.number: set() for each in self.blocks[block.number - 1 :]}
        reached[block.number] |= set(units)
        for here in self.blocks[block.number - 1 :]:
            kept = reached[here.number] = set(self.largest(here, reached[here.number], sample))
            for reader, slot in here.readers:
                for unit in kept:
                    reached[reader.number] |= set(self.head(reader).passed_back(slot, unit, sample).units)
        return {number: sorted(kept) for number, kept in reached.items() if kept}

    def largest(self, block: Block, units: Iterable[int], sample: int) -> list[int]:
        """Of these units, the ones with the largest δ."""
        delta = np.abs(self.numbers.of(block.head).d_output[:, sample])
        return sorted(units, key=lambda unit: (-delta[unit], unit))[:MOST_UNITS]

    def forward(self, block: Block, unit: int, sample: int) -> list[Equation]:
        """How a unit's z comes about, and its a."""
        equations = self.head(block).forward(unit, sample)
        if block.activation is not None:
            z, a = self.numbers.z(block, unit, sample), self.numbers.a(block.number, unit, sample)
            curve = curve_of(block.activation.layer, z, a)
            equations += curve.first if curve else ()
            equations.append(Equation(named(a), a.value, curve.a if curve else None))
        return equations

    def backward(self, block: Block, unit: int, sample: int) -> list[Equation]:
        """How a unit's δ comes about from the δ of the layers that read it, or from the loss."""
        numbers = self.numbers
        d_a, delta = numbers.d_a(block, unit, sample), numbers.delta(block, unit, sample)
        first, received, note = self.received(block, unit, sample)
        if block.activation is None:
            return [*first, Equation(named(delta), delta.value, received, note)]
        slope = numbers.slope(block, unit, sample)
        z, a = numbers.z(block, unit, sample), numbers.a(block.number, unit, sample)
        curve = curve_of(block.activation.layer, z, a)
        bend, why = (curve.slope, curve.why) if curve else (None, ())
        return [
            *first,
            Equation(named(d_a), d_a.value, received, note),
            Equation(named(slope), slope.value, bend, why),
            Equation(named(delta), delta.value, times(d_a, slope)),
        ]

    def received(self, block: Block, unit: int, sample: int) -> tuple[list[Equation], Expression | None, Words]:
        """What ∂L/∂a is made of: what each reader passes back; at the end, the loss's derivative.

        In front of it what is reckoned first, and behind it words beside it.
        """
        if not block.readers:
            first, made = ([], None) if self._loss is None else self._loss[1](self.answer(sample), unit)
            return first, made, ()
        parts = [self.head(reader).passed_back(slot, unit, sample) for reader, slot in block.readers]
        terms = Terms.of([])
        for each in parts:
            terms += each.terms
        return [one for each in parts for one in each.first], added(terms), sentences(*(each.note for each in parts))

    def answer(self, sample: int) -> Answer:
        """A sample's outputs and targets."""
        last, numbers = self.blocks[-1], self.numbers
        targets = numbers.tape.targets[:, sample]
        shown = numbers.shown_sample(sample)
        return Answer(
            [numbers.a(last.number, unit, sample) for unit in range(last.units)],
            [Number(float(y), Symbol("y", index=(k + 1,), sample=shown)) for k, y in enumerate(targets)],
            len(numbers.samples),
            shown,
            None if numbers.weights is None else numbers.share(sample),
        )

    def loss(self, sample: int) -> list[Equation]:
        """What a sample adds to the loss, last, and what is reckoned first; nothing of a loss that isn't known here."""
        if self._loss is None:
            return []
        first, expression = self._loss[0](self.answer(sample))
        added_to = self.numbers.loss(sample)
        return [*self._share(sample), *first, Equation(named(added_to), added_to.value, expression)]

    def _share(self, sample: int) -> list[Equation]:
        """How a sample's share of the mean comes about, where samples have weights."""
        weights, share = self.numbers.weights, self.numbers.share(sample)
        if weights is None:
            return []
        terms = Terms(weights, lambda j: Number(float(weights[j]), Symbol("ω", sample=self.numbers.shown_sample(j))))
        whole = Number(float(weights.sum()), Symbol("Σω"))
        return [
            Equation(named(whole), whole.value, added(terms)),
            Equation(named(share), share.value, Quotient(terms[sample], whole)),
        ]

    def losses(self) -> Terms:
        """What each sample adds to the loss."""
        return Terms(self.numbers.tape.losses, self.numbers.loss)

    def gradient(self, block: Block, name: str, index: tuple[int, ...]) -> tuple[Terms, Shares]:
        """The terms of a parameter's gradient, and the units and the samples whose δ they hold."""
        shares = self.head(block).uses(name, index)
        return self.head(block).products(shares), shares
