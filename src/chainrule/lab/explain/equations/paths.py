"""The way from a unit to the loss: which units of the layers above depend on it, and the equations along it."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from chainrule.core.blocks import Block
from chainrule.core.losses import Loss
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, Terms, added
from chainrule.lab.explain.algebra.notes import Note, sentences
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.equations import losses
from chainrule.lab.explain.equations.activations import Curve, curve_of
from chainrule.lab.explain.equations.layer import LayerEquations, Shares
from chainrule.lab.explain.equations.layers import equations_of
from chainrule.lab.explain.equations.losses import Sample
from chainrule.lab.explain.step.numbers import Numbers

MOST_UNITS = 10
"""At most 10 units of a layer are shown on the way, unless fewer are asked for: those with the largest δ."""

Units = dict[int, list[int]]
"""The units that are shown, from 0, by the layer's number."""


class Paths:
    """The equations of a step, for the units that are asked for.

    most_units: of a layer, on the way.  kept: units that stay on it, whatever their δ: of another step, if one follows
    a weight from step to step.
    """

    def __init__(
        self,
        numbers: Numbers,
        loss: Loss,
        most_units: int = MOST_UNITS,
        kept: Mapping[int, Sequence[int]] = MappingProxyType({}),
    ) -> None:
        self.numbers, self.blocks = numbers, numbers.blocks
        self.most_units, self.kept = most_units, kept
        self._kind, self._loss = loss, losses.EQUATIONS.get(type(loss))
        self._layers = {block.number: equations_of(numbers, block) for block in self.blocks}

    def layer(self, block: Block) -> LayerEquations:
        """A layer's equations."""
        return self._layers[block.number]

    def above(self, block: Block, units: Iterable[int], sample: int) -> Units:
        """The units of this layer, and of each layer above those that depend on them in the same sample."""
        reached: dict[int, set[int]] = {each.number: set() for each in self.blocks[block.number - 1 :]}
        reached[block.number] |= set(units)
        for here in self.blocks[block.number - 1 :]:
            kept = reached[here.number] = set(self.largest(here, reached[here.number], sample))
            for reader, slot in here.readers:
                for unit in kept:
                    reached[reader.number] |= set(self.layer(reader).passed_back(slot, unit, sample).units)
        return {number: sorted(kept) for number, kept in reached.items() if kept}

    def largest(self, block: Block, units: Iterable[int], sample: int) -> list[int]:
        """The units that are kept and those with the largest δ, among these."""
        delta, kept = np.abs(self.numbers.of(block.head).d_output[:, sample]), self.kept.get(block.number, ())
        return sorted(units, key=lambda unit: (unit not in kept, -delta[unit], unit))[: self.most_units]

    def forward(self, block: Block, unit: int, sample: int) -> list[Equation]:
        """The equations of a unit's z and a."""
        equations = self.layer(block).forward(unit, sample)
        if block.activation is not None:
            curve = self._curve(block, unit, sample)
            equations += [*curve.first, Equation.of(self.numbers.a(block.number, unit, sample), curve.a)]
        return equations

    def backward(self, block: Block, unit: int, sample: int) -> list[Equation]:
        """The equations of a unit's δ, from the δ of the layers that read it, or from the loss."""
        numbers = self.numbers
        d_a, delta = numbers.d_a(block, unit, sample), numbers.delta(block, unit, sample)
        first, received, note = self.received(block, unit, sample)
        if block.activation is None:
            return [*first, Equation.of(delta, received, note)]
        slope, curve = numbers.slope(block, unit, sample), self._curve(block, unit, sample)
        return [
            *first,
            Equation.of(d_a, received, note),
            Equation.of(slope, curve.slope, curve.why),
            Equation.of(delta, d_a * slope),
        ]

    def _curve(self, block: Block, unit: int, sample: int) -> Curve:
        """The activation of a layer that has one, at a unit's z."""
        z, a = self.numbers.z(block, unit, sample), self.numbers.a(block.number, unit, sample)
        return Curve() if block.activation is None else curve_of(block.activation.layer, z, a)

    def received(self, block: Block, unit: int, sample: int) -> tuple[list[Equation], Expression | None, Note]:
        """The expression of ∂L/∂a: the sum of what each reader passes back; at the end, the loss's derivative.

        In front of it the equations that come first, and behind it a note.
        """
        if not block.readers:
            first, made = ([], None) if self._loss is None else self._loss[1](self.outcome(sample), unit)
            return first, made, ()
        passed = [self.layer(reader).passed_back(slot, unit, sample) for reader, slot in block.readers]
        terms = Terms.of([])
        for each in passed:
            terms += each.terms
        return [one for each in passed for one in each.first], added(terms), sentences(*(each.note for each in passed))

    def outcome(self, sample: int) -> Sample:
        """A sample's outputs and targets."""
        last, numbers = self.blocks[-1], self.numbers
        targets = numbers.recording.targets[:, sample]
        shown = numbers.shown_sample(sample)
        return Sample(
            [numbers.a(last.number, unit, sample) for unit in range(last.units)],
            [Number(float(y), Symbol("y", index=(k + 1,), sample=shown)) for k, y in enumerate(targets)],
            len(numbers.samples),
            shown,
            None if numbers.weights is None else numbers.share(sample),
        )

    def loss(self, sample: int) -> list[Equation]:
        """A sample's contribution to the loss, last, and what comes first; empty for a loss that isn't known here."""
        if self._loss is None:
            return []
        first, expression = self._loss[0](self.outcome(sample))
        return [*self._share(sample), *first, Equation.of(self.numbers.loss(sample), expression)]

    def loss_note(self, sample: int) -> Note:
        """What the loss's equations need to be followed."""
        return () if self._loss is None else losses.note_of(self._kind, self.outcome(sample))

    def _share(self, sample: int) -> list[Equation]:
        """The equations of a sample's share of the mean, where samples have weights."""
        weights = self.numbers.weights
        if weights is None:
            return []
        terms = Terms(weights, lambda j: Number(float(weights[j]), Symbol("ω", sample=self.numbers.shown_sample(j))))
        whole = Number(float(weights.sum()), Symbol("Σω"))
        return [Equation.of(whole, added(terms)), Equation.of(self.numbers.share(sample), terms[sample] / whole)]

    def losses(self) -> Terms:
        """Each sample's contribution to the loss."""
        return Terms(self.numbers.recording.losses, self.numbers.loss)

    def gradient(self, block: Block, name: str, index: tuple[int, ...]) -> tuple[Terms, Shares]:
        """The terms of a parameter's gradient, and the units and the samples whose δ they hold."""
        shares = self.layer(block).uses(name, index)
        return self.layer(block).products(shares), shares
