"""The network as columns of a drawing: where the units of each layer stand, and the numbers in them."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape, count
from chainrule.core.blocks import Block
from chainrule.lab.explain.step.addresses import Address
from chainrule.lab.explain.step.training_step import TrainingStep

MOST_UNITS = 10
"""A layer of more units is drawn as its first ones, those that the drawing is about, and the last, with gaps."""

NOTHING = 1e-12
"""A smaller number is drawn as 0."""

ACROSS, DOWN, RADIUS, TOP, LEFT = 112.0, 46.0, 17.0, 68.0, 34.0
"""Pixels from layer to layer, from unit to unit, of a unit, above the units, and beside them."""


@dataclass(frozen=True)
class Mark:
    """The unit or the weight that a drawing is about, as it is drawn; nothing is marked in layer 0.

    layer: the number of its layer.  to: the unit that it belongs to.  source, from_: for a weight, the number of the
    layer and the unit that it comes from.  index: its place in the layer's weights.
    """

    layer: int = 0
    to: int = -1
    source: int = 0
    from_: int = -1
    index: tuple[int, ...] = ()


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
        """The height of a row of the column, from the top of the drawing."""
        return self.middle + (row - (len(self.units) - 1) / 2) * DOWN

    def drawn(self) -> list[tuple[int, int]]:
        """The rows, from 0, each with the unit that stands there."""
        return [(row, unit) for row, unit in enumerate(self.units) if unit is not None]

    @property
    def has_maps(self) -> bool:
        """Whether its units are channels of feature maps."""
        return len(self.shape) > 1


def columns_of(of: TrainingStep, sample: int, mark: Mark) -> list[Column]:
    """The input and each layer, for a sample."""
    numbers = of.numbers
    outputs = [numbers.recording.input[:, sample]]
    outputs += [numbers.last(block).output[:, sample] for block in numbers.blocks]
    names = ["input", *(f"{block.number} {_short(block)}" for block in numbers.blocks)]
    shapes = [numbers.shape(number) for number in range(len(outputs))]
    values = [each.reshape(shape[0], -1).mean(axis=1) for each, shape in zip(outputs, shapes, strict=True)]
    values = [np.where(np.abs(each) < NOTHING, 0.0, each) for each in values]
    about = {mark.source: mark.from_, mark.layer: mark.to}
    units = [shown(len(each), about.get(number, -1)) for number, each in enumerate(values)]
    middle = TOP + (max(map(len, units)) - 1) / 2 * DOWN
    return [Column(LEFT + i * ACROSS, units[i], middle, values[i], names[i], shapes[i]) for i in range(len(values))]


def mark_of(of: TrainingStep, address: Address | None) -> Mark:
    """The mark at an address."""
    if address is None:
        return Mark()
    number, name, index = address
    block = of.numbers.blocks[number - 1]
    if name == "unit":
        return Mark(number, index[0] // count(block.shape[1:]))
    if name != "weights":
        return Mark(number, index[0])
    source = block.sources[0]
    shape = of.numbers.shape(source)
    flat = len(index) == 2 and len(shape) > 1  # a Dense behind maps
    return Mark(number, index[0], source, index[1] // count(shape[1:]) if flat else index[1], index)


def shown(n: int, about: int = -1) -> tuple[int | None, ...]:
    """The units of a column, None where some are left out; one that the drawing is about is there.

    >>> shown(3), shown(20), shown(20, 15)[6:]
    ((0, 1, 2), (0, 1, 2, 3, 4, 5, 6, 7, None, 19), (6, None, 15, None, 19))
    """
    if n <= MOST_UNITS:
        return tuple(range(n))
    first, extra = MOST_UNITS - 2, {about} - {-1}
    kept = sorted({*range(first - (first <= about < n - 1)), *extra, n - 1})
    found: list[int | None] = []
    for before, unit in zip([-1, *kept], kept, strict=False):
        found += [unit] if unit == before + 1 else [None, unit]
    return tuple(found)


def _short(block: Block) -> str:
    return "sum" if block.head.branch else type(block.head.layer).__name__
