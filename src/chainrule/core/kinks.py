"""Kinks: where the pieces of a layer's function meet, such as ReLU at 0 or a tie in a max pool.

A kink lies within a step along a direction where a number is on another piece at one of the step's ends than in its
middle. A difference across it is no derivative: beside a ReLU's kink it is a mean of the slopes on both sides. Where a
number stays on the kink, as in a blank image, no kink lies in the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array, Shape
from chainrule.core.blocks import index_of
from chainrule.core.calls import Calls, Pass, one_by_one
from chainrule.core.layers.base import Buffers, Layer


@dataclass(frozen=True, order=True)
class Kink:
    """A unit of a sample at which a layer's function has a kink: layer and unit counted from 1, the sample from 0."""

    layer: int
    unit: Shape
    sample: int

    def __str__(self) -> str:
        return f"layer {self.layer}, unit {','.join(map(str, self.unit))}, sample {self.sample}"


@dataclass(eq=False)
class Pieces:
    """An observer of a plan: the pieces that each layer's numbers are on in the last forward pass, by its place."""

    on: dict[Place, Array] = field(default_factory=dict)

    def __call__(self, place: Place, at: Buffers, passes: Pass) -> Pass:
        ahead, back = passes
        if type(place.layer).pieces is Layer.pieces:  # smooth
            return passes

        def look() -> None:  # before the layer's own pass, which may write over its input
            pieces = place.layer.pieces(at)
            if pieces is not None:
                self.on[place] = pieces

        return Calls(look, *one_by_one(ahead)), back


def kinks_in(changed: Mapping[Place, Array], numbers: Mapping[int, int], most: int) -> tuple[int, list[Kink]]:
    """How many numbers changed their piece, and the first of them.

    changed: by layer, booleans (*shape, n).  numbers: of layers as a textbook counts them, by the leaf's number.
    """
    total, found = 0, list[Kink]()
    for place, where in changed.items():
        total += int(np.count_nonzero(where))
        shape, n = where.shape[:-1], where.shape[-1]
        for j in np.flatnonzero(where)[: most - len(found)]:
            unit, sample = divmod(int(j), n)
            found.append(Kink(numbers[place.number], index_of(unit, shape), sample))
    return total, found
