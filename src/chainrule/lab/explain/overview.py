"""The whole step: every layer's numbers of one sample, the gradients, and how the optimizer moves some weights."""

from functools import partial

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.symbols import LOSS
from chainrule.lab.explain.chains import ASKED, FIRST
from chainrule.lab.explain.content import Section, with_zeros
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.drawing.drawing import draw_step, key_to
from chainrule.lab.explain.sections import Sections
from chainrule.lab.explain.step.addresses import find_sample
from chainrule.lab.explain.step.training_step import TrainingStep

MOST_GRADIENTS = 20
"""At most 20 gradients of each parameter of a layer are shown: the largest."""


def overview(of: TrainingStep, sample: int | None) -> Derivation:
    """The whole step, for one sample."""
    sections, at, blocks = Sections(of), find_sample(of.samples, sample), of.numbers.blocks
    units = {block.number: sorted(sections.paths.largest(block, range(block.units), at)) for block in blocks}
    loss = sections.loss(at)
    learning = [block for block in blocks if block.head.learns and not block.head.branch]
    return Derivation(
        title=f"Step {of.step + 1:,} of {of.optimizer}" if of.model is None else f"One more step of {of.optimizer}",
        lead=sections.lead(at, FIRST if sample is None else ASKED, blocks),
        symbol=LOSS,
        value=of.loss,
        sections=with_zeros(
            *sections.given(at),
            sections.forward(units, at),
            loss,
            sections.backward(units, at, loss),
            *(_gradients(sections, block) for block in learning),
            *(_update(sections, block) for block in learning),
        ),
        draw=partial(draw_step, of, at, None),
        key=key_to(of),
    )


def _gradients(sections: Sections, block: Block) -> Section:
    """A layer's gradients, the largest of each name first."""
    numbers, rows = sections.of.numbers, list[Equation]()
    for name, array in block.head.named(sections.of.gradient).items():
        for index in _largest(array)[:MOST_GRADIENTS]:
            terms, _ = sections.paths.gradient(block, name, index)
            weight, position = numbers.parameter(block, name, index), numbers.position(block, name, index)
            rows += sections.gradient(weight, position, terms).equations
    n = block.head.stop - block.head.start
    cut = "" if len(rows) == n else f"The largest {len(rows)} of {n:,}. "
    return Section(f"Gradient of layer {block.number}", tuple(rows), (f"{cut}Sorted by size within each kind.",))


def _update(sections: Sections, block: Block) -> Section:
    """The update of a layer's parameter with the largest gradient."""
    numbers, gradients = sections.of.numbers, block.head.named(sections.of.gradient)
    name, array = max(gradients.items(), key=lambda each: float(np.abs(each[1]).max(initial=-1.0)))
    index = _largest(array)[0]
    weight, position = numbers.parameter(block, name, index), numbers.position(block, name, index)
    made = sections.update(weight, position, f"Update of layer {block.number}")
    return Section(made.title, made.equations, ("The number with the largest gradient. ", *made.note))


def _largest(array: Array) -> list[tuple[int, ...]]:
    """The places of an array, the largest number's first."""
    order = np.argsort(-np.abs(array), axis=None, kind="stable")
    return [tuple(map(int, place)) for place in zip(*np.unravel_index(order, array.shape), strict=True)]
