"""The sections of a derivation: which equations each of them holds, and the note above them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.core.foreign import visible
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.optimizers import Adam, AdamW
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, Terms, added, sqrt
from chainrule.lab.explain.algebra.notes import Note, formula, sentences
from chainrule.lab.explain.algebra.shortened import WHOLE
from chainrule.lab.explain.algebra.symbols import DIGITS, LOSS, Symbol, derivative, digits
from chainrule.lab.explain.content import Section
from chainrule.lab.explain.equations.paths import Paths, Units
from chainrule.lab.explain.equations.updates import Line, lines_of
from chainrule.lab.explain.step.given import Given
from chainrule.lab.explain.step.numbers import Numbers
from chainrule.lab.explain.step.training_step import TrainingStep

GIVEN = (
    "Numbers without an equation here, such as other samples’ and other units’, are given: follow those to derive "
    f"them. Results are rounded to {DIGITS} digits. A line that needs more digits of its numbers shows them: from "
    "these a calculator comes to its result, or to 1 more or less in the last digit."
)
"""What a reader may take from the page as it stands, and how well it is followed with a calculator."""

MOST_INPUTS = 20
"""The most inputs of a sample that are shown: the largest."""

NORMS = " are the optimizer’s beta1 and beta2; a β with a layer’s number is a batch normalisation’s shift."
"""What tells two kinds of β apart."""


STANDARDISED = ("Standardised: (x - mean) / standard deviation, both of the samples learnt.",)
"""How inputs and targets are made of the numbers in the data."""


class Sections:
    """The sections about a step."""

    def __init__(self, of: TrainingStep, paths: Paths | None = None) -> None:
        self.of, self.paths = of, paths or Paths(of.numbers, of.objective)

    def given(self, sample: int) -> tuple[Section, ...]:
        """The sample's inputs and targets, from the numbers in the data; nothing where these are learnt as they are."""
        return (*self._inputs(sample), *self._targets(sample))

    def _inputs(self, sample: int) -> tuple[Section, ...]:
        given = self.of.given
        if given is None or not given.is_said:
            return ()
        n = given.x.shape[1]
        shown = sorted(np.argsort(-np.abs(self.of.numbers.inputs(sample)), kind="stable")[:MOST_INPUTS].tolist())
        cut = (f"The largest {len(shown)} of {n:,}.",) if len(shown) < n else ()
        note = sentences(STANDARDISED if given.standardizer is not None else (), cut)
        inputs = (_from_data(given, k, sample, self.of.numbers.a(0, k, sample)) for k in shown)
        return (Section("Inputs", tuple(inputs), note),)

    def _targets(self, sample: int) -> tuple[Section, ...]:
        given = self.of.given_targets
        if given is None:
            return ()
        targets = self.paths.outcome(sample).targets[:MOST_INPUTS]
        equations = (_from_data(given, k, sample, number) for k, number in enumerate(targets))
        return (Section("Target", tuple(equations), sentences(STANDARDISED)),)

    def forward(self, units: Units, sample: int, below: Iterable[Equation] = ()) -> Section:
        """The equations of the units' z and a, and in front of them those of the layer below."""
        equations = list(below)
        for block, unit in self._each(units):
            equations += self.paths.forward(block, unit, sample)
        remarks = (self.paths.layer(self.of.numbers.blocks[number - 1]).remark() for number in units)
        return Section("Forward", _once(equations), sentences(self._left_out(units), *remarks))

    def loss(self, sample: int) -> Section:
        """The sample's contribution to the loss, and the loss."""
        of, own, name = self.of, self.paths.loss(sample), repr(self.of.objective)
        more = self.paths.loss_note(sample)
        if len(of.samples) == 1 and of.penalty is None:
            whole = [Equation(each.symbol, of.loss, each.expression) for each in own[-1:]]
            return Section("Loss", (*own[:-1], *whole), sentences((f"{name}.",), more))
        terms = self.paths.losses() if own else Terms.of([])
        if len(of.samples) > 1:
            name += ": each sample adds its share of the mean"
            name += ", its weight over the sum of weights" if of.numbers.weights is not None else ""
        note = sentences((f"{name}.",), more)
        if of.penalty is not None and own:
            squares = Equation.between(
                Symbol("Σw²"), added(sum_of_squares(of.numbers, of.theta, of.network.is_weight()))
            )
            penalty = Equation.between(Symbol("penalty"), self.strength * squares.number / 2)
            terms += Terms.of([penalty.number])
            own = [*own, squares, penalty]
            of_all = " is over all weights, not over biases; the gradients are those of "
            note = sentences(note, (formula(squares.symbol), of_all, formula(Symbol("L", prefix="whole")), "."))
        total = added(terms) if own else None
        return Section("Loss", (*own, Equation(Symbol("L", prefix="whole"), of.loss, total)), note)

    def backward(self, units: Units, sample: int, known: Section) -> Section:
        """The equations of the units' δ, from the loss down; those that are `known` aren't repeated."""
        equations: list[Equation] = []
        for block, unit in self._each(dict(reversed(units.items()))):
            equations += self.paths.backward(block, unit, sample)
        delta = formula(Symbol("δ"), "=", derivative(LOSS, Symbol("z")))
        slope = formula(Symbol("f′"), "=", derivative(Symbol("a"), Symbol("z")))
        note: Note = (delta, "; an activation’s slope is ", slope, ".") if equations else ()
        before = {each.symbol for each in known.equations}
        return Section("Backward", tuple(each for each in _once(equations) if each.symbol not in before), note)

    def gradient(self, weight: Number, position: int, terms: Terms, kept: Sequence[int] = ()) -> Section:
        """The sum of products that a parameter's gradient is. kept: places of terms that are shown in any case."""
        n = len(terms)
        note = f"{n} terms: one for each sample and each place where the number is used."
        if len(kept) and n > WHOLE:
            note += " Terms of the followed sample stay as well."
        if self.of.penalty is not None and weight.name.letter == "w":
            terms += Terms.of([self.strength * weight])
        whole = derivative(LOSS, weight.name)
        made = Equation(whole, float(self.of.gradient[position]), added(terms), kept=tuple(kept))
        return Section("Gradient", (made,), (note,) if n > 1 else ())

    def share(self, weight: Number, terms: Terms, sample: int) -> Equation:
        """A sample's share of a parameter's gradient: the sum of its own terms."""
        return Equation.between(share_of(derivative(LOSS, weight.name), self.of.samples[sample]), added(terms))

    def update(self, weight: Number, position: int, title: str = "Update") -> Section:
        """The optimizer's lines, from the gradient to the new weight."""
        first, g = self.clipped(weight, position)
        return self.moved(weight, position, g, title, first)

    def clipped(self, weight: Number, position: int) -> tuple[list[Equation], Number]:
        """The gradient, clipped where that is set, and its equations."""
        of, value = self.of, float(self.of.gradient[position])
        g = Number(value, Symbol("g"))
        equations = [Equation.of(g, Number(value, derivative(LOSS, weight.name)))]
        if of.clip is not None:
            squares, norm = self._norm()
            equations += [squares, replace(norm, note=self._of_clip(norm))]
            if norm.value > of.clip:
                clipped = Number(value * min(1.0, of.clip / norm.value), Symbol("g", prefix="clipped"))
                made = g * (Number(of.clip, Symbol("limit")) / norm.number)
                equations.append(Equation.of(clipped, made))
                g = clipped
        return equations, g

    def moved(
        self, weight: Number, position: int, g: Number, title: str = "Update", first: Iterable[Equation] = ()
    ) -> Section:
        """The optimizer's lines, from the gradient that it takes to the new weight; behind those that come first."""
        of = self.of
        line = Line(
            w=weight,
            g=g,
            new=float(of.new_theta[position]),
            before={name: float(each[position]) for name, each in of.before.items()},
            after={name: float(each[position]) for name, each in of.after.items()},
            step=of.step,
            is_weight=bool(of.network.is_weight()[position]),
        )
        note: Note = (f"{of.optimizer}, step {of.step + 1:,}.",)
        if isinstance(of.optimizer, Adam | AdamW) and any(
            isinstance(each.layer, BatchNorm) for each in of.network.leaves
        ):
            note = sentences(note, (formula(Symbol("β", index=(1,))), " and ", formula(Symbol("β", index=(2,))), NORMS))
        return Section(title, (*first, *lines_of(of.optimizer, line)), note)

    def lead(self, sample: int, why: str, blocks: Sequence[Block]) -> str:
        """Which step it is, on which samples, and the layers that it is about."""
        of = self.of
        others = f", after {of.step:,} {'other' if of.step == 1 else 'others'}" if of.step else ""
        start = f"Step {of.step + 1:,}{others}" if of.step else "Step 1 from these parameters"
        if of.model is not None:
            start = f"A step of the trained model {of.model}{others}"
        row = of.samples[sample]
        on = f"sample {row}" if len(of.samples) == 1 else f"{len(of.samples)} samples; sample {row} is followed, {why}"
        layers = "; ".join(f"{'Layer ' if i == 0 else ''}{each.number}: {each.name}" for i, each in enumerate(blocks))
        return f"{start}, on {on}. {layers}. {GIVEN}"

    def _norm(self) -> tuple[Equation, Equation]:
        """The length of the gradient, over all parameters, and its square."""
        terms = sum_of_squares(self.of.numbers, self.of.gradient, np.ones(len(self.of.gradient)), of=LOSS)
        squares = Equation.between(Symbol("Σg²"), added(terms))
        return squares, Equation.between(Symbol("‖g‖"), sqrt(squares.number))

    def _of_clip(self, norm: Equation) -> Note:
        """What the norm is, and whether the clip does anything."""
        over, limit = " is the length of the gradient with respect to all parameters", digits(self.of.clip or 0.0)
        if norm.value > (self.of.clip or 0.0):
            return (formula(norm.symbol), f"{over}; it is above the limit, {limit}, so the gradient is scaled down.")
        return (formula(norm.symbol), f"{over}; it isn’t above the limit of the clip, {limit}: nothing is clipped.")

    @property
    def strength(self) -> Number:
        """The penalty's λ."""
        return Number(0.0 if self.of.penalty is None else float(np.asarray(self.of.penalty.strength)), Symbol("λ"))

    def _each(self, units: Units) -> list[tuple[Block, int]]:
        """Each unit with its layer."""
        return [(self.of.numbers.blocks[number - 1], unit) for number, kept in units.items() for unit in kept]

    def _left_out(self, units: Units) -> Note:
        """A sentence that says of which layers only some units are shown."""
        sizes = {number: self.of.numbers.blocks[number - 1].units for number in units}
        cut = [
            f"{len(kept)} of layer {number}’s {sizes[number]}"
            for number, kept in units.items()
            if self.paths.most_units <= len(kept) < sizes[number]
        ]
        when = " in the first step that was shown" if self.paths.kept else ""
        return (f"Only the units with the largest δ{when} are shown: {', '.join(cut)}.",) if cut else ()


def sum_of_squares(numbers: Numbers, values: Array, which: Array, of: Symbol | None = None) -> Terms:
    """The squares of numbers (P,), such as theta's, where they are marked.

    of: what they are derivatives of, with respect to the parameters; None for the parameters themselves.
    """
    positions = np.flatnonzero(which)

    def made(j: int) -> Expression:
        name = numbers.name_at(int(positions[j]))
        return Number(float(values[positions[j]]), name if of is None else derivative(of, name)) ** 2

    return Terms(np.square(values[positions]), made)


def share_of(gradient: Symbol, sample: int) -> Symbol:
    """The name of a sample's share of a gradient; the sample by its row of the data."""
    return replace(gradient, prefix=f"sample {sample}’s share of")


def _once(equations: list[Equation]) -> tuple[Equation, ...]:
    return tuple({each.symbol: each for each in equations}.values())


def _from_data(given: Given, k: int, sample: int, number: Number) -> Equation:
    """An input or a target, from the number in the data."""
    made = None
    if given.standardizer is not None:
        mean, scale = given.standardizer.mean[k], given.standardizer.scale[k]
        if (mean, scale) != (0.0, 1.0):
            made = (Number(float(given.x[sample, k])) - Number(mean)) / Number(scale)
    label = visible(given.name(k))
    if given.filled is not None and given.filled[sample, k]:
        label = f"{label}, missing: the median".removeprefix(", ")
    return replace(Equation.of(number, made), label=label)
