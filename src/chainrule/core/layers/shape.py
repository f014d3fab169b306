"""Layers that change no numbers: their output is a view of their input."""

from dataclasses import dataclass

from chainrule.core.arrays import Shape, count
from chainrule.core.layers.base import Layer, Signature


@dataclass(frozen=True, repr=False)
class Identity(Layer):
    """a = z: no activation function. Any input shape; the output has the same.

    >>> Identity().signature((4,)).output
    (4,)
    """

    view = True

    def signature(self, input_shape: Shape) -> Signature:
        return Signature(input_shape)


@dataclass(frozen=True, repr=False)
class Flatten(Layer):
    """Each sample as one vector: (C, H, W) -> (C H W,), and so for any shape.

    >>> Flatten().signature((3, 8, 8)).output
    (192,)
    """

    view = True

    def signature(self, input_shape: Shape) -> Signature:
        return Signature((count(input_shape),))
