"""The network as columns of a drawing: where the units of each layer stand, and the numbers in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape, count
from chainrule.core.blocks import Block
from chainrule.lab.explain.step.training_step import TrainingStep

MOST_UNITS = 10
"""A layer of more units is drawn as its first ones, those that the drawing is about, and the last, with gaps."""

NOTHING = 1e-12
"""A smaller number is drawn as 0."""

ACROSS, DOWN, RADIUS, TOP, LEFT = 112.0, 46.0, 17.0, 68.0, 34.0
"""Pixels from layer to layer, from unit to unit, of a unit, above the units, and beside them."""

Place = tuple[int, str, tuple[int, ...]]
"""A layer's number, a parameter's name or "unit", and which, from 0."""


@dataclass(frozen=True, eq=False)
class Column:
    """A layer as it is drawn: its units from 0, None for a gap, each with its place and its number.

    Each channel of feature maps is one unit, with the mean of its map; `shape` is the layer's, without samples.
    """

    x: float
    units: tuple[int | None, ...]
    middle: float
    values: Array
    title: str
    shape: Shape

    def y(self, row: int) -> float:
        """How far down a unit of the column is."""
        return self.middle + (row - (len(self.units) - 1) / 2) * DOWN

    def drawn(self) -> list[tuple[int, int]]:
        """The rows, from 0, each with the unit that stands there."""
        return [(row, unit) for row, unit in enumerate(self.units) if unit is not None]

    @property
    def has_maps(self) -> bool:
        """Whether its units are channels of feature maps."""
        return len(self.shape) > 1


def columns_of(of: TrainingStep, sample: int, marked: Place | None) -> list[Column]:
    """The input and each layer, for a sample."""
    numbers = of.numbers
    outputs = [numbers.recording.input[:, sample]]
    names = ["input"]
    for block in numbers.blocks:
        outputs.append(numbers.last(block).output[:, sample])
        names.append(f"{block.number} {_short(block)}")
    shapes = [numbers.shape(number) for number in range(len(outputs))]
    values = [each.reshape(shape[0], -1).mean(axis=1) for each, shape in zip(outputs, shapes, strict=True)]
    values = [np.where(np.abs(each) < NOTHING, 0.0, each) for each in values]
    about = _about(numbers.blocks, shapes, marked)
    units = [shown(len(each), about.get(number, ())) for number, each in enumerate(values)]
    middle = TOP + (max(map(len, units)) - 1) / 2 * DOWN
    return [Column(LEFT + i * ACROSS, units[i], middle, values[i], names[i], shapes[i]) for i in range(len(values))]


def ends_of(block: Block, shape: Shape, marked: Place) -> tuple[int, int | None]:
    """The unit that a marked number belongs to, and the unit that it comes from: both as they are drawn.

    shape: of what the layer reads.
    """
    _, name, index = marked
    if name == "unit":
        return index[0] // count(block.shape[1:]), None
    if name != "weights":
        return index[0], None
    flat = len(index) == 2 and len(shape) > 1  # a Dense behind maps
    return index[0], index[1] // count(shape[1:]) if flat else index[1]


def shown(n: int, about: Collection[int]) -> tuple[int | None, ...]:
    """The units of a column, None where some are left out.

    >>> shown(3, ()), shown(20, ()), shown(20, {15})[6:]
    ((0, 1, 2), (0, 1, 2, 3, 4, 5, 6, 7, None, 19), (6, None, 15, None, 19))
    """
    if n <= MOST_UNITS:
        return tuple(range(n))
    first = MOST_UNITS - 2
    extra = [each for each in about if first <= each < n - 1]
    kept = sorted({*range(first - len(extra)), *about, n - 1})
    found: list[int | None] = []
    for before, unit in zip([-1, *kept], kept, strict=False):
        found += [unit] if unit == before + 1 else [None, unit]
    return tuple(found)


def _about(blocks: Sequence[Block], shapes: Sequence[Shape], marked: Place | None) -> dict[int, set[int]]:
    """The units that the drawing is about, by the layer's number; of number 0, the input's."""
    if marked is None:
        return {}
    block = blocks[marked[0] - 1]
    to, from_ = ends_of(block, shapes[block.sources[0]], marked)
    return {block.number: {to}} | ({} if from_ is None else {block.sources[0]: {from_}})


def _short(block: Block) -> str:
    return "sum" if block.head.branch else type(block.head.layer).__name__
