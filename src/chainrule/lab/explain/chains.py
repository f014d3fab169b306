"""The chain of one weight, of one unit, and the whole step: which equations are shown, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.errors import SettingError
from chainrule.core.gradient_check import STEP
from chainrule.core.layers.dense import Dense
from chainrule.lab.blocks import Block, index_of
from chainrule.lab.explain.addresses import find_layer, find_parameter, find_unit
from chainrule.lab.explain.drawing import draw_step
from chainrule.lab.explain.expression import Equation, Number, Quotient, Terms, added, times
from chainrule.lab.explain.paths import MOST_UNITS, Paths, Units
from chainrule.lab.explain.symbols import Symbol
from chainrule.lab.explain.updates import Line, lines_of
from chainrule.lab.explain.working import Section, Working

if TYPE_CHECKING:
    from chainrule.lab.explain.explanation import Explanation


def weight_chain(of: Explanation, layer: int, to: int, from_: int | str | Sequence[int]) -> Working:
    """One weight's chain, from the input to the update."""
    numbers, paths = of.numbers, Paths(of.numbers, of.objective)
    block, name, index = find_parameter(numbers.blocks, layer, to, from_)
    position = numbers.position(block, name, index)
    weight = numbers.parameter(block, name, index)
    symbol = _derivative(weight)
    terms, shares = paths.gradient(block, name, index)
    _, unit, sample = shares[int(np.argmax(np.abs(terms.values)))] if len(terms) else (None, 0, 0)
    units = paths.above(block, [unit], sample)

    sections = [_forward(of, paths, units, sample, _source(block, name, index, sample, paths))]
    sections.append(_loss(of, paths, sample))
    sections.append(_backward(of, paths, units, sample))
    gradient = float(of.gradient[position])
    sections.append(_gradient(of, weight, symbol, gradient, terms))
    sections.append(_update(of, weight, position, gradient, name == "weights"))
    difference = numbers.tape.difference(position, STEP)
    sections.append(_check(symbol, gradient, difference, "the weight" if name == "weights" else f"the {name}"))
    return Working(
        title=f"Layer {block.number}: {_words(block, name, index)}",
        lead=_lead(of, sample, block),
        symbol=symbol,
        value=gradient,
        sections=tuple(sections),
        difference=difference,
        drawings=draw_step(of, sample, (block.number, name, index)),
    )


def unit_chain(of: Explanation, layer: int, index: int | Sequence[int], sample: int | None) -> Working:
    """One unit's chain, from its sum to its δ."""
    numbers, paths = of.numbers, Paths(of.numbers, of.objective)
    block = find_layer(numbers.blocks, layer)
    unit, at = find_unit(block, index), find_sample(of, sample)
    delta = numbers.delta(block, unit, at)
    units = paths.above(block, [unit], at)
    difference = numbers.tape.nudged(block.head, unit, at, STEP)
    symbol = delta.symbol or Symbol("δ")
    return Working(
        title=f"Layer {block.number}: unit {_commas(index_of(unit, block.shape))}",
        lead=_lead(of, at, block),
        symbol=symbol,
        value=delta.value,
        sections=(
            _forward(of, paths, units, at, []),
            _loss(of, paths, at),
            _backward(of, paths, units, at),
            _check(symbol, delta.value, difference, "z"),
        ),
        difference=difference,
        drawings=draw_step(of, at, (block.number, "unit", (unit,))),
    )


def overview(of: Explanation, sample: int | None) -> Working:
    """The whole step, as one sample sees it."""
    numbers, paths, at = of.numbers, Paths(of.numbers, of.objective), find_sample(of, sample)
    units = {block.number: sorted(paths.largest(block, range(block.units), at)) for block in numbers.blocks}
    sections = [_forward(of, paths, units, at, []), _loss(of, paths, at), _backward(of, paths, units, at)]
    for block in numbers.blocks:
        rows = []
        for name, array in ({} if block.head.branch else block.head.named(of.gradient)).items():
            largest = np.argsort(-np.abs(array), axis=None, kind="stable")[:_MOST_GRADIENTS]
            for place in zip(*np.unravel_index(largest, array.shape), strict=True):
                index = tuple(map(int, place))
                terms, _ = paths.gradient(block, name, index)
                weight = numbers.parameter(block, name, index)
                rows.append(_gradient(of, weight, _derivative(weight), float(array[index]), terms).equations[0])
        if rows:
            sections.append(Section(f"Gradient of layer {block.number}", tuple(rows), _of_many(len(rows), block)))
    last = numbers.blocks[-1]
    return Working(
        title=f"Step {of.step} of {of.optimizer}",
        lead=_lead(of, at, last),
        symbol=Symbol("L"),
        value=of.loss,
        sections=tuple(sections),
        drawings=draw_step(of, at, None),
    )


_MOST_GRADIENTS = 20
"""Of a layer's parameters of one name, at most so many stand in the overview: those with the largest gradient."""


def find_sample(of: Explanation, sample: int | None) -> int:
    """The place among the samples of the step of the one that is meant: its row of the data."""
    if sample is None:
        return 0
    if sample not in of.samples:
        known = ", ".join(map(str, of.samples[:20])) + (", ..." if len(of.samples) > 20 else "")
        raise SettingError(f"sample {sample} isn't in the step that is explained; it has {known}.")
    return of.samples.index(sample)


def _forward(of: Explanation, paths: Paths, units: Units, sample: int, below: list[Equation]) -> Section:
    equations = list(below)
    for number, kept in units.items():
        for unit in kept:
            equations += paths.forward(of.numbers.blocks[number - 1], unit, sample)
    return Section("Forward", _once(equations), _left_out(of, units))


def _loss(of: Explanation, paths: Paths, sample: int) -> Section:
    own, note = paths.loss(sample), repr(of.objective)
    if len(of.samples) == 1 and of.penalty is None:
        whole = [Equation(each.symbol, of.loss, each.expression) for each in own[-1:]]
        return Section("Loss", (*own[:-1], *whole), note)
    terms = paths.losses() if own else Terms.of([])
    if len(of.samples) > 1:
        note += ": each sample adds its share of the mean"
        note += ", its weight over the sum of weights" if of.numbers.weights is not None else ""
    if of.penalty is not None and own:
        strength, weights = float(np.asarray(of.penalty.strength)), of.network.is_weight() * of.theta
        terms += Terms.of([Number(0.5 * strength * float(weights @ weights), Symbol("penalty"))])
        note += ", and the penalty is ½ λ Σ w²"
    total = added(terms) if own else None
    return Section("Loss", (*own, Equation(Symbol("L", prefix="whole"), of.loss, total)), f"{note}.")


def _backward(of: Explanation, paths: Paths, units: Units, sample: int) -> Section:
    equations: list[Equation] = []
    for number, kept in reversed(units.items()):
        for unit in kept:
            equations += paths.backward(of.numbers.blocks[number - 1], unit, sample)
    note = "δ = ∂L/∂z; an activation’s slope is f′ = da/dz." if equations else ""
    return Section("Backward", _once(equations), note)


def _gradient(of: Explanation, weight: Number, symbol: Symbol, value: float, terms: Terms) -> Section:
    note = f"{len(terms)} terms: one for each sample and each place where the number is used." if len(terms) > 1 else ""
    is_weight = weight.symbol is not None and weight.symbol.letter == "w"
    if of.penalty is not None and is_weight:
        terms += Terms.of([times(Number(float(np.asarray(of.penalty.strength)), Symbol("λ")), weight)])
    return Section("Gradient", (Equation(symbol, value, added(terms)),), note)


def _update(of: Explanation, weight: Number, position: int, gradient: float, is_weight: bool) -> Section:
    g, equations = Number(gradient, Symbol("g")), []
    equations.append(Equation(Symbol("g"), gradient, Number(gradient, _derivative(weight))))
    if of.clip is not None:
        norm = float(np.linalg.norm(of.gradient))
        limit, length = Number(of.clip, Symbol("limit")), Number(norm, Symbol("‖g‖"))
        clipped = gradient * min(1.0, of.clip / norm) if norm else gradient
        if norm > of.clip:
            g = Number(clipped, Symbol("g", prefix="clipped"))
            equations.append(
                Equation(
                    Symbol("g", prefix="clipped"),
                    clipped,
                    times(Number(gradient, Symbol("g")), Quotient(limit, length)),
                )
            )
    line = Line(
        w=weight,
        g=g,
        new=float(of.new_theta[position]),
        before={name: float(each[position]) for name, each in of.before.items()},
        after={name: float(each[position]) for name, each in of.after.items()},
        step=of.step,
        is_weight=is_weight,
    )
    return Section("Update", (*equations, *lines_of(of.optimizer, line)), f"{of.optimizer}, step {of.step + 1}.")


def _check(symbol: Symbol, value: float, difference: float, what: str) -> Section:
    return Section(
        "Numeric check",
        (Equation(Symbol("difference"), difference), Equation(Symbol("error"), abs(difference - value))),
        f"The central difference of the loss, (L₊ - L₋) / 2h: {what} nudged by h = ±{STEP:g}, forward run twice, "
        "nothing derived. The error is how far it is from the gradient above.",
    )


def _source(block: Block, name: str, index: tuple[int, ...], sample: int, paths: Paths) -> list[Equation]:
    """How the number that a dense weight multiplies comes about, where a layer makes it."""
    number = block.sources[0]
    if not isinstance(block.head.layer, Dense) or name != "weights" or number == 0:
        return []
    return paths.forward(paths.blocks[number - 1], index[1], sample)


def _derivative(weight: Number) -> Symbol:
    symbol = weight.symbol or Symbol("w")
    return Symbol(symbol.letter, symbol.layer, symbol.index, of_loss=True)


def _once(equations: list[Equation]) -> tuple[Equation, ...]:
    return tuple({each.symbol: each for each in equations}.values())


def _lead(of: Explanation, sample: int, block: Block) -> str:
    n = len(of.samples)
    step = "The first step" if of.step == 0 else f"The step after {of.step:,} others"
    which = (
        f"sample {of.samples[sample]}" if n == 1 else f"{n} samples, of which sample {of.samples[sample]} is followed"
    )
    return f"{step}, on {which}. Layer {block.number}: {block.name}."


def _left_out(of: Explanation, units: Units) -> str:
    cut = [
        f"{len(kept)} of layer {number}’s {of.numbers.blocks[number - 1].units}"
        for number, kept in units.items()
        if MOST_UNITS <= len(kept) < of.numbers.blocks[number - 1].units
    ]
    return f"Shown are the units with the largest δ: {', '.join(cut)}." if cut else ""


def _of_many(rows: int, block: Block) -> str:
    n = block.head.stop - block.head.start
    return "" if rows == n else f"The largest {rows} of {n}."


def _words(block: Block, name: str, index: tuple[int, ...]) -> str:
    to, *rest = (each + 1 for each in index)
    unit = "unit" if len(block.shape) == 1 else "channel"
    if name != "weights":
        return f"the {name} of {unit} {to}"
    if len(rest) > 1:
        return f"the weight to {unit} {to} from {_commas(rest)} of its kernel"
    return f"the weight to unit {to} from {'input' if block.sources[0] == 0 else 'unit'} {rest[0]}"


def _commas(index: Sequence[int]) -> str:
    return ",".join(map(str, index))
