"""The layout of the activations: which memory each layer writes to, decided before any is taken.

A layer may write over its input only if nobody reads that input again: neither its own backward, nor its producer's
(tanh then sigmoid in one buffer: a wrong gradient, silently).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape, count
from chainrule.core.layers.base import Layer, Signature


@dataclass(frozen=True)
class Leaf:
    """A layer in its place: what comes in, its signature there, and where its parameters start in theta."""

    layer: Layer
    input_shape: Shape
    signature: Signature
    start: int

    @property
    def stop(self) -> int:
        """Where the next layer's parameters start."""
        return self.start + sum(count(each.matrix) for each in self.signature.parameters)

    def matrices(self, theta: Array) -> dict[str, Array]:
        """Views into theta or its gradient, as the layer reads them: (..., O, I), or (..., O, I + 1) with the bias."""
        views, start = {}, self.start
        for parameter in self.signature.parameters:
            stop = start + count(parameter.matrix)
            views[parameter.name] = theta[..., start:stop].reshape(*theta.shape[:-1], *parameter.matrix, copy=False)
            start = stop
        return views

    def named(self, theta: Array) -> dict[str, Array]:
        """Views into theta by the names of the public door: weights (..., O, I), bias (..., O)."""
        views = {}
        for parameter, matrix in zip(self.signature.parameters, self.matrices(theta).values(), strict=True):
            shape = (*theta.shape[:-1], *parameter.shape)
            views[parameter.name] = matrix[..., : parameter.fan_in].reshape(shape, copy=False)
            if parameter.bias:
                views["bias"] = matrix[..., -1]
        return views


@dataclass(eq=False)
class Storage:
    """One block of memory that one or more activations lie in, after or as views of each other."""

    shape: Shape
    ones: bool = False
    """Whether a row of ones stands below the numbers."""
    kept: bool = False
    """Whether some backward reads what lies in it now."""

    @property
    def rows(self) -> int:
        """Numbers a sample, the one included."""
        return count(self.shape) + self.ones


def lay_out(input_shape: Shape, leaves: Sequence[Leaf], in_place: bool = True) -> list[Storage]:
    """The storage of the network's input and of each layer's output: one entry more than there are layers."""
    storages = [Storage(input_shape, kept=True)]  # the data are never written over
    for leaf in leaves:
        here, layer = storages[-1], leaf.layer
        here.kept |= "input" in layer.backward_reads
        here.ones |= leaf.signature.ones
        may_stay = layer.view or (in_place and layer.elementwise and not here.kept)
        there = here if may_stay else Storage(leaf.signature.output)
        there.kept |= "output" in layer.backward_reads
        storages.append(there)
    return storages


def allocate(shape: Shape, ones: bool, lead: Shape, n: int, dtype: np.dtype[np.generic]) -> Array:
    """Memory for an activation, (..., rows, n), its last row set to one where there are ones.

    A population's vectors lie as (rows, K, n) and are shown as (K, rows, n): so the rows without the ones are one
    block, which elementwise functions walk two to four times as fast. A population's images lie as (K, rows, n).
    """
    rows = count(shape) + ones
    if lead and len(shape) == 1:
        memory = np.empty((rows, *lead, n), dtype).swapaxes(0, 1)
    else:
        memory = np.empty((*lead, rows, n), dtype)
    if ones:
        memory[..., -1, :] = 1.0
    return memory


def body(memory: Array, shape: Shape) -> Array:
    """The numbers of an activation in its own shape, (..., *shape, n), without the ones."""
    rows = memory[..., : count(shape), :]
    return rows if len(shape) == 1 else rows.reshape(*memory.shape[:-2], *shape, memory.shape[-1], copy=False)
