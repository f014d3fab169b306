"""The sections of a working: which equations each of them holds, and the words above them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.blocks import Block
from chainrule.core.gradient_check import STEP
from chainrule.core.optimizers import Adam, AdamW
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Number, Quotient, Terms, added, constant, minus, times
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol, derivative
from chainrule.lab.explain.derivation import Section
from chainrule.lab.explain.equations.layer import named
from chainrule.lab.explain.equations.updates import Line, lines_of
from chainrule.lab.explain.notes import Words, formula, sentences
from chainrule.lab.explain.paths import MOST_UNITS, Paths, Units

if TYPE_CHECKING:
    from chainrule.lab.explain.explanation import Explanation

EXACT = 15
"""The digits of a loss that another one is taken from."""


def forward(of: Explanation, paths: Paths, units: Units, sample: int, below: Iterable[Equation] = ()) -> Section:
    """How the units' z and a come about, and in front of them what stands below."""
    equations = list(below)
    for number, kept in units.items():
        for unit in kept:
            equations += paths.forward(of.numbers.blocks[number - 1], unit, sample)
    remarks = (paths.head(of.numbers.blocks[number - 1]).remark() for number in units)
    return Section("Forward", _once(equations), sentences(_left_out(of, units), *remarks))


def loss(of: Explanation, paths: Paths, sample: int) -> Section:
    """What the sample adds to the loss, and the loss."""
    own, name = paths.loss(sample), repr(of.objective)
    if len(of.samples) == 1 and of.penalty is None:
        whole = [Equation(each.symbol, of.loss, each.expression) for each in own[-1:]]
        return Section("Loss", (*own[:-1], *whole), (f"{name}.",))
    terms = paths.losses() if own else Terms.of([])
    if len(of.samples) > 1:
        name += ": each sample adds its share of the mean"
        name += ", its weight over the sum of weights" if of.numbers.weights is not None else ""
    note: Words = (f"{name}.",)
    if of.penalty is not None and own:
        strength, weights = float(np.asarray(of.penalty.strength)), of.network.is_weight() * of.theta
        squares = Number(float(weights @ weights), Symbol("Σw²"))
        made = Quotient(times(Number(strength, Symbol("λ")), squares), constant(2))
        penalty = Equation(Symbol("penalty"), made.evaluate(), made)
        terms += Terms.of([Number(penalty.value, penalty.symbol)])
        own = [*own, penalty]
        of_all = " is over all weights, not over biases; the gradients are those of "
        note = (f"{name}. ", formula("Σ", "w²"), of_all, formula(Symbol("L", prefix="whole")), ".")
    total = added(terms) if own else None
    return Section("Loss", (*own, Equation(Symbol("L", prefix="whole"), of.loss, total)), note)


def backward(of: Explanation, paths: Paths, units: Units, sample: int, known: Section) -> Section:
    """How the units' δ come about, from the loss down; what is `known` isn't reckoned again."""
    equations: list[Equation] = []
    for number, kept in reversed(units.items()):
        for unit in kept:
            equations += paths.backward(of.numbers.blocks[number - 1], unit, sample)
    delta = formula(Symbol("δ"), "=", derivative(LOSS, Symbol("z")))
    slope = formula(Symbol("f′"), "=", derivative(Symbol("a"), Symbol("z")))
    note: Words = (delta, "; an activation’s slope is ", slope, ".") if equations else ()
    before = {each.symbol for each in known.equations}
    return Section("Backward", tuple(each for each in _once(equations) if each.symbol not in before), note)


def gradient(of: Explanation, weight: Number, value: float, terms: Terms) -> Section:
    """The sum of products that a number's gradient is."""
    note = f"{len(terms)} terms: one for each sample and each place where the number is used." if len(terms) > 1 else ""
    if of.penalty is not None and named(weight).letter == "w":
        terms += Terms.of([times(Number(float(np.asarray(of.penalty.strength)), Symbol("λ")), weight)])
    made = Equation(derivative(LOSS, named(weight)), value, added(terms))
    return Section("Gradient", (made,), (note,) if note else ())


def update(of: Explanation, weight: Number, position: int, title: str = "Update") -> Section:
    """The optimizer's lines, from the gradient to the new weight."""
    value, is_weight = float(of.gradient[position]), bool(of.network.is_weight()[position])
    g = Number(value, Symbol("g"))
    equations = [Equation(named(g), value, Number(value, derivative(LOSS, named(weight))))]
    norm = 0.0 if of.clip is None else float(np.linalg.norm(of.gradient))
    if of.clip is not None and norm > of.clip:
        limit, length = Number(of.clip, Symbol("limit")), Number(norm, Symbol("‖g‖"))
        clipped = Number(value * min(1.0, of.clip / norm), Symbol("g", prefix="clipped"))
        equations.append(Equation(named(clipped), clipped.value, times(g, Quotient(limit, length))))
        g = clipped
    line = Line(
        w=weight,
        g=g,
        new=float(of.new_theta[position]),
        before={name: float(each[position]) for name, each in of.before.items()},
        after={name: float(each[position]) for name, each in of.after.items()},
        step=of.step,
        is_weight=is_weight,
    )
    note: Words = (f"{of.optimizer}, step {of.step + 1:,}.",)
    if isinstance(of.optimizer, Adam | AdamW):
        mu, rho = formula(Symbol("μ")), formula(Symbol("ρ"))
        note = sentences(note, (mu, " is its momentum, ", rho, " its decay: the paper’s β1 and β2."))
    return Section(title, (*equations, *lines_of(of.optimizer, line)), note)


def check(value: float, losses: tuple[float, float], what: str) -> tuple[Section, float]:
    """The central difference of the loss, from its two values; and what it comes to."""
    above, below = (Number(each, Symbol(letter)) for each, letter in zip(losses, ("L₊", "L₋"), strict=True))
    difference = (above.value - below.value) / (2.0 * STEP)
    quotient = Quotient(minus(above, below), times(constant(2), Number(STEP, Symbol("h"))))
    note: Words = (
        formula(named(above)),
        " and ",
        formula(named(below)),
        f" are the loss where {what} is larger and smaller by h = {STEP:g}: forward is run twice, nothing is "
        "derived. The error is how far their difference is from the value above.",
    )
    equations = (
        Equation(named(above), above.value, places=EXACT),
        Equation(named(below), below.value, places=EXACT),
        Equation(Symbol("difference"), difference, quotient),
        Equation(Symbol("error"), abs(difference - value)),
    )
    return Section("Numeric check", equations, note), difference


def lead(of: Explanation, sample: int, why: str, blocks: Sequence[Block]) -> str:
    """Which step it is, on which samples, and the layers that it is about."""
    others = f", after {of.step:,} {'other' if of.step == 1 else 'others'}" if of.step else ""
    start = f"Step {of.step + 1:,}{others}" if of.step else "Step 1 from these parameters"
    if of.model is not None:
        start = f"A step of the trained model {of.model}{others}"
    row = of.samples[sample]
    on = f"sample {row}" if len(of.samples) == 1 else f"{len(of.samples)} samples; sample {row} is followed, {why}"
    layers = "; ".join(f"{'Layer ' if i == 0 else ''}{each.number}: {each.name}" for i, each in enumerate(blocks))
    return f"{start}, on {on}. {layers}."


def _once(equations: list[Equation]) -> tuple[Equation, ...]:
    return tuple({each.symbol: each for each in equations}.values())


def _left_out(of: Explanation, units: Units) -> Words:
    cut = [
        f"{len(kept)} of layer {number}’s {of.numbers.blocks[number - 1].units}"
        for number, kept in units.items()
        if MOST_UNITS <= len(kept) < of.numbers.blocks[number - 1].units
    ]
    return (f"Shown are the units with the largest δ: {', '.join(cut)}.",) if cut else ()
