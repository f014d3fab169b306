"""The chain of one weight, and of one unit: which sample and which units are followed, and the sections about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.blocks import Block, index_of
from chainrule.core.gradient_check import STEP
from chainrule.core.layers.dense import Dense
from chainrule.lab.explain import sections
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Terms
from chainrule.lab.explain.algebra.rounding import marked
from chainrule.lab.explain.algebra.symbols import LOSS, derivative
from chainrule.lab.explain.derivation import Working
from chainrule.lab.explain.drawing.drawing import draw_step, key_to
from chainrule.lab.explain.equations.layer import Shares, named
from chainrule.lab.explain.paths import Paths
from chainrule.lab.explain.step.addresses import find_layer, find_parameter, find_sample, find_unit

if TYPE_CHECKING:
    from chainrule.lab.explain.explanation import Explanation

ASKED, FIRST = "as asked", "the first"
"""Why a sample is followed."""


def weight_chain(of: Explanation, layer: int, to: int, from_: int | str | Sequence[int], sample: int | None) -> Working:
    """One weight's chain, from the input to the update."""
    numbers, paths = of.numbers, Paths(of.numbers, of.objective)
    block, name, index = find_parameter(numbers.blocks, layer, to, from_)
    position, weight = numbers.position(block, name, index), numbers.parameter(block, name, index)
    terms, shares = paths.gradient(block, name, index)
    at = None if sample is None else find_sample(of.samples, sample)
    unit, at, why = _followed(terms, shares, at)
    units = paths.above(block, [unit], at)

    gradient, symbol = float(of.gradient[position]), derivative(LOSS, named(weight))
    loss = sections.loss(of, paths, at)
    what = "the weight" if name == "weights" else f"the {name}"
    check, difference = sections.check(gradient, numbers.tape.around(position, STEP), what)
    return Working(
        title=f"Layer {block.number}: {_words(paths, block, name, index)}",
        lead=sections.lead(of, at, why, [block]),
        symbol=symbol,
        value=gradient,
        sections=marked(
            (
                sections.forward(of, paths, units, at, _source(block, name, index, at, paths)),
                loss,
                sections.backward(of, paths, units, at, loss),
                sections.gradient(of, weight, gradient, terms),
                sections.update(of, weight, position),
                check,
            )
        ),
        difference=difference,
        drawings=draw_step(of, at, (block.number, name, index)),
        key=key_to(of),
    )


def unit_chain(of: Explanation, layer: int, index: int | Sequence[int], sample: int | None) -> Working:
    """One unit's chain, from its sum to its δ."""
    numbers, paths = of.numbers, Paths(of.numbers, of.objective)
    block = find_layer(numbers.blocks, layer)
    unit, at = find_unit(block, index), find_sample(of.samples, sample)
    delta = numbers.delta(block, unit, at)
    units, loss = paths.above(block, [unit], at), sections.loss(of, paths, at)
    z = named(numbers.z(block, unit, at)).letter
    check, difference = sections.check(delta.value, numbers.tape.around_output(block.head, unit, at, STEP), f"this {z}")
    return Working(
        title=f"Layer {block.number}: unit {_commas(index_of(unit, block.shape))}",
        lead=sections.lead(of, at, FIRST if sample is None else ASKED, [block]),
        symbol=named(delta),
        value=delta.value,
        sections=marked(
            (
                sections.forward(of, paths, units, at),
                loss,
                sections.backward(of, paths, units, at, loss),
                check,
            )
        ),
        difference=difference,
        drawings=draw_step(of, at, (block.number, "unit", (unit,))),
        key=key_to(of),
    )


def _followed(terms: Terms, shares: Shares, sample: int | None) -> tuple[int, int, str]:
    """The unit and the sample whose share of a gradient is the largest, of one sample if one is asked for; and why."""
    sizes = np.abs(terms.values)
    if sample is not None:
        sizes = np.where(shares.samples == sample, sizes, -1.0)
    why = "the one with the largest share of this gradient" if sample is None else ASKED
    if not len(sizes) or sizes.max() < 0:
        return 0, sample or 0, why
    j = int(np.argmax(sizes))
    return int(shares.outputs[j]), int(shares.samples[j]), why


def _source(block: Block, name: str, index: tuple[int, ...], sample: int, paths: Paths) -> list[Equation]:
    """How the number that a dense weight multiplies comes about, where a layer makes it."""
    number = block.sources[0]
    if not isinstance(block.head.layer, Dense) or name != "weights" or number == 0:
        return []
    return paths.forward(paths.blocks[number - 1], index[1], sample)


def _words(paths: Paths, block: Block, name: str, index: tuple[int, ...]) -> str:
    to, *rest = (each + 1 for each in index)
    unit = "unit" if len(block.shape) == 1 else "channel"
    if name != "weights":
        return f"the {name} of {unit} {to}"
    if len(rest) > 1:
        return f"the weight to {unit} {to} from {_commas(rest)} of its kernel"
    number = block.sources[0]
    shape = paths.numbers.shape(number)
    where = "" if len(shape) == 1 else f", which is {_commas(index_of(index[1], shape))} of its maps"
    return f"the weight to unit {to} from {'input' if number == 0 else 'unit'} {rest[0]}{where}"


def _commas(index: Sequence[int]) -> str:
    return ",".join(map(str, index))
