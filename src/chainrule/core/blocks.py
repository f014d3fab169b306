"""Layers as a textbook counts them: z, and a = f(z) of it, are one layer. They are counted from 1; 0 is the input.

An activation function belongs to the layer right in front of it. What changes no number (Flatten, Identity, and
dropout where nothing is drawn) isn't counted. The layers inside a Residual are counted in order, and then, as one more,
the sum that it makes. A layer's units are numbered in the order in which its output lies in memory, here from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.core.activations import Activation
from chainrule.core.architecture import Place, without_randomness
from chainrule.core.arrays import Shape, count
from chainrule.core.network import Network


@dataclass(eq=False)
class Block:
    """A layer as a textbook counts it.

    head: what makes z.  activation: what makes a of z, where something does.
    sources: the numbers of the layers whose a it reads; a Residual's sum reads two, what goes around and what comes
        through.
    readers: who reads its a, each layer with the place among that one's sources.
    """

    number: int
    head: Place
    sources: tuple[int, ...]
    activation: Place | None = None
    readers: list[tuple["Block", int]] = field(default_factory=list)

    @property
    def shape(self) -> Shape:
        """The shape of z, without samples."""
        return self.head.signature.output

    @property
    def units(self) -> int:
        """Numbers in z, per sample."""
        return count(self.shape)

    @property
    def name(self) -> str:
        """The layers that it is made of: `Dense(4), Sigmoid()`."""
        head = f"{type(self.head.layer).__name__}'s sum" if self.head.branch else repr(self.head.layer)
        return head if self.activation is None else f"{head}, {self.activation.layer!r}"


def blocks_of(places: Sequence[Place]) -> tuple[Block, ...]:
    """All of a network's layers, in order; none for layers that change no number."""
    blocks: list[Block] = []
    _walk(places, 0, blocks)
    for block in blocks:
        for slot, source in enumerate(block.sources):
            if source:
                blocks[source - 1].readers.append((block, slot))
    return tuple(blocks)


def _walk(places: Sequence[Place], source: int, blocks: list[Block]) -> int:
    """Append the layers of a row, and return the number of the one whose a comes out at its end."""
    start = source
    for place in places:
        last = blocks[source - 1] if source > start else None  # of this row
        if place.layer.view:
            continue
        if isinstance(place.layer, Activation) and last is not None and _takes_one(last):
            last.activation = place
            continue
        sources: tuple[int, ...] = (source,)
        if place.branch:
            sources = (source, _walk(place.branch, source, blocks))
        blocks.append(Block(len(blocks) + 1, place, sources))
        source = len(blocks)
    return source


def _takes_one(block: Block) -> bool:
    """Whether an activation behind this layer belongs to it."""
    return block.activation is None and not isinstance(block.head.layer, Activation)


def numbers_of(network: Network) -> dict[int, int]:
    """The number of the layer that each leaf belongs to, by the leaf's; none for leaves that change no number.

    >>> from chainrule.core.network import mlp
    >>> numbers_of(mlp(2, 4, 1))
    {0: 1, 1: 1, 2: 2, 3: 2}
    """
    return leaf_numbers(blocks_of(without_randomness(network.places)))


def leaf_numbers(blocks: Sequence[Block]) -> dict[int, int]:
    """The number of the layer that each leaf belongs to, by the leaf's."""
    places = [(place, each.number) for each in blocks for place in (each.head, each.activation) if place is not None]
    return {place.number: number for place, number in places if not place.branch}


def index_of(unit: int, shape: Shape) -> tuple[int, ...]:
    """A unit as it is shown, counted from 1: its number, or channel, row and column.

    >>> index_of(3, (4,)), index_of(5, (2, 2, 2))
    ((4,), (2, 1, 2))
    """
    index = []
    for size in reversed(shape):
        unit, place = divmod(unit, size)
        index.append(place + 1)
    return tuple(reversed(index))
