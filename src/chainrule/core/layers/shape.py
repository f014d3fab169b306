"""Layers that change no number: views of their input."""

from dataclasses import dataclass

from chainrule.core.arrays import Shape, count
from chainrule.core.layers.base import Layer, Signature


@dataclass(frozen=True, repr=False)
class Identity(Layer):
    """a = z: a layer without an activation function. Any shape, kept.

    >>> Identity().signature((4,)).output
    (4,)
    """

    view = True

    def signature(self, input_shape: Shape) -> Signature:
        return Signature(input_shape)


@dataclass(frozen=True, repr=False)
class Flatten(Layer):
    """Any shape as one vector a sample, (C, H, W) -> (C H W,).

    >>> Flatten().signature((3, 8, 8)).output
    (192,)
    """

    view = True

    def signature(self, input_shape: Shape) -> Signature:
        return Signature((count(input_shape),))
