"""The layout of the activations: which memory each layer writes to, decided before any is taken.

A layer may write over its input only if nothing reads that input again: neither its own backward, nor its producer's
(tanh then sigmoid in one buffer: a wrong gradient, silently).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array, Shape, count, empty
from chainrule.core.errors import ShapeError


@dataclass(eq=False)
class Storage:
    """One block of memory that one or more activations lie in, after or as views of each other."""

    shape: Shape
    ones: bool = False
    """Whether a row of ones stands below the numbers."""
    kept: bool = False
    """Whether some backward reads its present content."""

    @property
    def rows(self) -> int:
        """Numbers per sample, the one included."""
        return count(self.shape) + self.ones


def lay_out(first: Storage, places: Sequence[Place], in_place: bool = True) -> list[Storage]:
    """The storage of the input, which is `first`, and of each layer's output: one more than there are layers."""
    storages = [first]
    for each in places:
        here, layer = storages[-1], each.layer
        here.kept |= "input" in layer.backward_reads
        here.ones |= each.signature.ones
        if each.branch:
            here.kept = True  # the branch starts from it, and it is added to what the branch makes of it
            lay_out(here, each.branch, in_place)
        may_stay = layer.view or (in_place and layer.elementwise and not here.kept)
        # An elementwise layer's output lies in memory in its input's order, whatever its shape: mixed orders cost.
        there = here if may_stay else Storage(here.shape if layer.elementwise else each.signature.output)
        there.kept |= "output" in layer.backward_reads
        storages.append(there)
    return storages


def added_rows(
    first: Storage, places: Sequence[Place], in_place: bool = True, depth: int = 0
) -> Iterator[tuple[Place, int, int]]:
    """Each layer, its depth inside others, and the numbers per sample that its output adds to the memory."""
    for each, (here, there) in zip(places, pairwise(lay_out(first, places, in_place)), strict=True):
        yield each, depth, 0 if here is there else there.rows
        yield from added_rows(here, each.branch, in_place, depth + 1)


def allocate(shape: Shape, ones: bool, lead: Shape, n: int, dtype: np.dtype[np.generic]) -> Array:
    """Memory for an activation, (..., rows, n), its last row set to one where there are ones.

    A population's vectors lie as (rows, K, n) and are shown as (K, rows, n): so the rows without the ones are one
    block, on which elementwise functions are two to four times as fast. A population's images lie as (K, rows, n).
    """
    rows = count(shape) + ones
    if lead and len(shape) == 1:
        memory = empty((rows, *lead, n), dtype).swapaxes(0, 1)
    else:
        memory = empty((*lead, rows, n), dtype)
    if ones:
        memory[..., -1, :] = 1.0
    return memory


def allocate_by_members(shape: Shape, ones: bool, lead: Shape, n: int, dtype: np.dtype[np.generic]) -> Array:
    """As `allocate`, but a population's vectors lie as (K, rows, n), too: what is one member's lies side by side."""
    memory = empty((*lead, count(shape) + ones, n), dtype)
    if ones:
        memory[..., -1, :] = 1.0
    return memory


Allocate = Callable[[Shape, bool, Shape, int, "np.dtype[np.generic]"], Array]
"""`allocate`, `allocate_by_members`, or an `Arena`."""


class Arena:
    """Memory in which plans of equal shapes take turns: each gets the arrays of the first one, in the same order.

    >>> arena = Arena()
    >>> first = arena((4,), False, (), 100, np.dtype(float))
    >>> arena.rewind()
    >>> arena((4,), False, (), 100, np.dtype(float)) is first
    True
    """

    def __init__(self) -> None:
        self._taken: list[Array] = []
        self._n_handed = 0

    def rewind(self) -> None:
        """Begin again with the first array, for the next plan."""
        self._n_handed = 0

    def __call__(self, shape: Shape, ones: bool, lead: Shape, n: int, dtype: np.dtype[np.generic]) -> Array:
        """As `allocate`."""
        if self._n_handed == len(self._taken):
            self._taken.append(allocate(shape, ones, lead, n, dtype))
        memory, expected = self._taken[self._n_handed], (*lead, count(shape) + ones, n)
        if memory.shape != expected or memory.dtype != dtype:
            raise ShapeError(f"plans that take turns should want the same memory, {memory.shape}; got {expected}.")
        self._n_handed += 1
        return memory


def body(memory: Array, shape: Shape) -> Array:
    """The numbers of an activation in its own shape, (..., *shape, n), without the ones."""
    rows = memory[..., : count(shape), :]
    return rows if len(shape) == 1 else rows.reshape(*memory.shape[:-2], *shape, memory.shape[-1], copy=False)
