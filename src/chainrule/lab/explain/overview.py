"""The whole step: every layer's numbers of one sample, the gradients, and how the optimizer moves some weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.lab.explain import sections
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.rounding import marked
from chainrule.lab.explain.algebra.symbols import LOSS
from chainrule.lab.explain.chains import ASKED, FIRST
from chainrule.lab.explain.derivation import Section, Working
from chainrule.lab.explain.drawing.drawing import draw_step, key_to
from chainrule.lab.explain.paths import Paths
from chainrule.lab.explain.step.addresses import find_sample

if TYPE_CHECKING:
    from chainrule.lab.explain.explanation import Explanation

MOST_GRADIENTS = 20
"""Of a layer's parameters of one name, at most so many are shown: those with the largest gradient."""


def overview(of: Explanation, sample: int | None) -> Working:
    """The whole step, as one sample sees it."""
    numbers, paths, at = of.numbers, Paths(of.numbers, of.objective), find_sample(of.samples, sample)
    units = {block.number: sorted(paths.largest(block, range(block.units), at)) for block in numbers.blocks}
    loss = sections.loss(of, paths, at)
    learning = [block for block in numbers.blocks if block.head.learns and not block.head.branch]
    return Working(
        title=f"Step {of.step + 1:,} of {of.optimizer}" if of.model is None else f"One more step of {of.optimizer}",
        lead=sections.lead(of, at, FIRST if sample is None else ASKED, numbers.blocks),
        symbol=LOSS,
        value=of.loss,
        sections=marked(
            (
                sections.forward(of, paths, units, at),
                loss,
                sections.backward(of, paths, units, at, loss),
                *(_gradients(of, paths, block) for block in learning),
                *(_update(of, block) for block in learning),
            )
        ),
        drawings=draw_step(of, at, None),
        key=key_to(of),
    )


def _gradients(of: Explanation, paths: Paths, block: Block) -> Section:
    """A layer's gradients, the largest of each name first."""
    rows: list[Equation] = []
    for name, array in block.head.named(of.gradient).items():
        for index in _largest(array)[:MOST_GRADIENTS]:
            terms, _ = paths.gradient(block, name, index)
            weight = of.numbers.parameter(block, name, index)
            rows += sections.gradient(of, weight, float(array[index]), terms).equations
    n = block.head.stop - block.head.start
    cut = "" if len(rows) == n else f"The largest {len(rows)} of {n:,}. "
    return Section(f"Gradient of layer {block.number}", tuple(rows), (f"{cut}Of each kind, sorted by size.",))


def _update(of: Explanation, block: Block) -> Section:
    """How the optimizer moves the one number of a layer whose gradient is the largest."""
    name, array = max(block.head.named(of.gradient).items(), key=lambda each: float(np.abs(each[1]).max(initial=-1.0)))
    index = _largest(array)[0]
    weight = of.numbers.parameter(block, name, index)
    made = sections.update(of, weight, of.numbers.position(block, name, index), f"Update of layer {block.number}")
    return Section(made.title, made.equations, ("The number with the largest gradient. ", *made.note))


def _largest(array: Array) -> list[tuple[int, ...]]:
    """The places of an array, the largest number's first."""
    order = np.argsort(-np.abs(array), axis=None, kind="stable")
    return [tuple(map(int, place)) for place in zip(*np.unravel_index(order, array.shape), strict=True)]
