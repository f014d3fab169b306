"""The layer, unit or weight that a user means, counted from 1; else a sentence that says which there are."""

from collections.abc import Sequence

import numpy as np

from chainrule.core.arrays import Shape
from chainrule.core.blocks import Block
from chainrule.core.description import COUNT_OR_ZERO, check_whole
from chainrule.core.errors import SettingError, known_name, listing
from chainrule.core.foreign import said

Address = tuple[int, str, tuple[int, ...]]
"""A layer's number, the name of a parameter or "unit", and its index there, from 0."""

NAMES = {1: ("",), 2: ("channel ", "place "), 3: ("channel ", "row ", "column ")}
"""The name of each index, by how many there are."""


def find_layer(blocks: Sequence[Block], number: int) -> Block:
    """The layer of this number."""
    if not isinstance(number, int | np.integer) or not 1 <= number <= len(blocks):
        known = "; ".join(f"{each.number} {each.name}" for each in blocks)
        raise SettingError(f"there is no layer {said(number)}: layers are counted from 1, as a textbook does: {known}.")
    return blocks[number - 1]


def find_unit(block: Block, index: int | Sequence[int]) -> int:
    """A unit, by its number or its place in feature maps."""
    given = tuple(index) if isinstance(index, Sequence) else (index,)
    if not _within(given, block.shape):
        layout = ",".join(name.strip() for name in NAMES[len(block.shape)])
        many = f", each written {layout}" if len(block.shape) > 1 else ""
        raise SettingError(
            f"layer {block.number} has no unit {_said(given)}: {block.name} has units {spans(block.shape)}{many}."
        )
    return int(np.ravel_multi_index([each - 1 for each in given], block.shape))


def find_parameter(
    blocks: Sequence[Block], number: int, to: int, from_: int | str | Sequence[int]
) -> tuple[Block, str, tuple[int, ...]]:
    """A weight or a bias: its layer, its name in `Network.parameters`, and its place there, from 0."""
    block = find_layer(blocks, number)
    learnt = {} if block.head.branch else {each.name: each for each in block.head.signature.parameters}
    shapes: dict[str, Shape] = {name: each.shape for name, each in learnt.items()}
    if any(each.bias for each in learnt.values()):
        shapes["bias"] = shapes["weights"][:1]
    if not shapes:
        learning = (each for each in blocks if each.head.learns and not each.head.branch)
        known = "; ".join(f"{each.number} {each.name}" for each in learning)
        raise SettingError(f"layer {number}, {block.name}, has no weights; these have: {known}.")
    name = known_name(from_, shapes) if isinstance(from_, str) else "weights"
    if name is None:
        raise SettingError(f"layer {number}, {block.name}, has no {from_}; it has {listing(shapes)}.")
    index = (to,) if isinstance(from_, str) else (to, *(from_ if isinstance(from_, Sequence) else (from_,)))
    if not _within(index, shapes[name]):
        inputs = "" if len(shapes[name]) == 1 else f", from {spans(shapes[name][1:])}"
        also = [each for each in shapes if each != "weights" and each != name]
        more = f", or from {listing(also)}" if also and name == "weights" else ""
        raise SettingError(
            f"layer {number} has no {name} to {said(index[0])}{f' from {_said(index[1:])}' if index[1:] else ''}: "
            f"in {block.name} they go to {spans(shapes[name][:1])}{inputs}{more}."
        )
    return block, name, tuple(int(each) - 1 for each in index)


def spans(shape: Shape) -> str:
    """The range of each index.

    >>> spans((4,)), spans((3, 1, 5))
    ('1 to 4', 'channel 1 to 3, row 1, column 1 to 5')
    """
    spans = ("1" if size == 1 else f"1 to {size}" for size in shape)
    return ", ".join(f"{name}{span}" for name, span in zip(NAMES[len(shape)], spans, strict=True))


def find_sample(samples: Sequence[int], sample: int | None) -> int:
    """The place among the samples of the step of the one that is meant, by its row of the data; else the first."""
    if sample is None:
        return 0
    if check_whole("sample", COUNT_OR_ZERO, sample) not in samples:
        known = ", ".join(map(str, samples[:20])) + (", ..." if len(samples) > 20 else "")
        raise SettingError(f"sample {sample} isn't in the step that is explained; it has {known}.")
    return samples.index(sample)


def _within(index: Sequence[int], shape: Shape) -> bool:
    whole = all(isinstance(each, int | np.integer) and not isinstance(each, bool) for each in index)
    return whole and len(index) == len(shape) and all(1 <= i <= size for i, size in zip(index, shape, strict=True))


def _said(index: Sequence[int]) -> str:
    return ",".join(map(said, index))
