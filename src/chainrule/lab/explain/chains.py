"""The chain of one weight, and of one unit: which sample and which units are followed, and the sections about them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from chainrule.core.blocks import Block, index_of
from chainrule.core.layers.dense import Dense
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Terms
from chainrule.lab.explain.algebra.symbols import LOSS, derivative
from chainrule.lab.explain.content import with_zeros
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.drawing.drawing import draw_step, key_to
from chainrule.lab.explain.equations.layer import Shares
from chainrule.lab.explain.equations.paths import Paths
from chainrule.lab.explain.numeric_check import numeric_check
from chainrule.lab.explain.sections import Sections
from chainrule.lab.explain.step.addresses import find_layer, find_parameter, find_sample, find_unit
from chainrule.lab.explain.step.training_step import TrainingStep

ASKED, FIRST = "as asked", "the first"
"""Why a sample is followed."""


def weight_chain(
    of: TrainingStep,
    layer: int,
    to: int,
    from_: int | str | Sequence[int],
    sample: int | None,
    paths: Paths | None = None,
    why: str | None = None,
) -> Derivation:
    """One weight's chain, from the input to the update.

    paths: of the units that are shown, if not as usual.  why: the reason for the sample, if nobody has asked for it.
    """
    numbers, sections = of.numbers, Sections(of, paths)
    paths = sections.paths
    block, name, index = find_parameter(numbers.blocks, layer, to, from_)
    position, weight = numbers.position(block, name, index), numbers.parameter(block, name, index)
    terms, shares = paths.gradient(block, name, index)
    at = None if sample is None else find_sample(of.samples, sample)
    unit, at, reason = followed(terms, shares, at)
    units, loss = paths.above(block, [unit], at), sections.loss(at)
    own = np.flatnonzero(shares.samples == at).tolist() if len(of.samples) > 1 else []
    gradient = sections.gradient(weight, position, terms, own)
    if own:
        share = sections.share(weight, Terms(terms.values[own], lambda j: terms[own[j]]), at)
        gradient = replace(gradient, equations=(*gradient.equations, share))
    checked, difference = numeric_check(
        numbers,
        "the weight" if name == "weights" else f"the {name}",
        lambda recording: float(recording.gradient[position]),
        lambda recording, step: recording.around(position, step),
    )
    return Derivation(
        title=f"Layer {block.number}: {_title(paths, block, name, index)}",
        lead=sections.lead(at, why or reason, [block]),
        symbol=derivative(LOSS, weight.name),
        value=float(of.gradient[position]),
        sections=with_zeros(
            *sections.given(at),
            sections.forward(units, at, _source(block, name, index, at, paths)),
            loss,
            sections.backward(units, at, loss),
            gradient,
            sections.update(weight, position),
            checked,
        ),
        difference=difference,
        draw=partial(draw_step, of, at, (block.number, name, index)),
        key=key_to(of),
        sample=of.samples[at],
        way=units,
    )


def unit_chain(
    of: TrainingStep,
    layer: int,
    index: int | Sequence[int],
    sample: int | None,
    paths: Paths | None = None,
    why: str | None = None,
) -> Derivation:
    """One unit's chain, from its sum to its δ.  paths, why: as in `weight_chain`."""
    numbers, sections = of.numbers, Sections(of, paths)
    block = find_layer(numbers.blocks, layer)
    unit, at = find_unit(block, index), find_sample(of.samples, sample)
    z, delta = numbers.z(block, unit, at), numbers.delta(block, unit, at)
    units, loss = sections.paths.above(block, [unit], at), sections.loss(at)
    checked, difference = numeric_check(
        numbers,
        f"this {z.name.letter}",
        lambda recording: float(recording.layers[block.head].d_output[unit, at]),
        lambda recording, step: recording.around_output(block.head, unit, at, step),
    )
    return Derivation(
        title=f"Layer {block.number}: unit {_commas(index_of(unit, block.shape))}",
        lead=sections.lead(at, why or (FIRST if sample is None else ASKED), [block]),
        symbol=delta.name,
        value=delta.value,
        sections=with_zeros(
            *sections.given(at),
            sections.forward(units, at),
            loss,
            sections.backward(units, at, loss),
            checked,
        ),
        difference=difference,
        draw=partial(draw_step, of, at, (block.number, "unit", (unit,))),
        key=key_to(of),
        sample=of.samples[at],
        way=units,
    )


def followed(terms: Terms, shares: Shares, sample: int | None) -> tuple[int, int, str]:
    """The unit and the sample with the largest share of a gradient, of one sample if one is asked for; and why."""
    sizes = np.abs(terms.values)
    if sample is not None:
        sizes = np.where(shares.samples == sample, sizes, -1.0)
    why = "the one with the largest share of this gradient" if sample is None else ASKED
    if not len(sizes) or sizes.max() < 0:
        return 0, sample or 0, why
    j = int(np.argmax(sizes))
    return int(shares.outputs[j]), int(shares.samples[j]), why


def _source(block: Block, name: str, index: tuple[int, ...], sample: int, paths: Paths) -> list[Equation]:
    """The equations of the number that a dense weight multiplies, where a layer makes it."""
    number = block.sources[0]
    if not isinstance(block.head.layer, Dense) or name != "weights" or number == 0:
        return []
    return paths.forward(paths.blocks[number - 1], index[1], sample)


def _title(paths: Paths, block: Block, name: str, index: tuple[int, ...]) -> str:
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
