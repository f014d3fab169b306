"""Regularisation: layers that add noise to training, so that a network generalises better."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.calls import Calls, Pass, call
from chainrule.core.description import FRACTION, Real, real
from chainrule.core.errors import ShapeError
from chainrule.core.layers.base import Buffers, Layer, Signature
from chainrule.core.layers.shape import Identity


@dataclass(frozen=True, repr=False)
class Dropout(Layer):
    """y = x m / (1 - rate), where each m is drawn anew: 0 with probability `rate`, else 1. The mean of y is x.

    Any input shape; the output has the same. Random in training with a seed; the identity in prediction, and without a
    seed. Source: Srivastava et al., "Dropout" (2014), in its inverted form, which needs no scaling in prediction.

    >>> Dropout(0.5)
    Dropout(0.5)
    """

    rate: Real = real(FRACTION)

    elementwise = True

    def signature(self, input_shape: Shape) -> Signature:
        return Signature(input_shape)

    def without_randomness(self) -> Layer:
        return Identity()

    def mask_shape(self, shape: Shape) -> Shape:
        """The shape of the mask for an output (O, n) or (C, H, W, n): that of the output."""
        return shape

    def bind(self, at: Buffers) -> Pass:
        x, y, dx, dy = at.input, at.output, at.d_input, at.d_output
        m = at.kept()
        m_of_members = m if at.population else m[None]
        u = np.empty(self.mask_shape(m_of_members.shape[1:]), m.dtype)
        kept = 1.0 - np.array(self.rate)
        keep, scale, one = at.number(kept), at.number(1.0 / kept), at.number(1.0)

        forward = Calls(
            partial(draw_uniform, at.generators, u, m_of_members),
            call(np.add, m, keep, out=m),
            call(np.floor, m, out=m),  # u + keep reaches 1 with probability keep
            call(np.minimum, m, one, out=m),  # and 2 by rounding alone
            call(np.multiply, m, scale, out=m),
            call(np.multiply, x, m, out=y),
        )

        backward = call(np.multiply, dy, m, out=dx)

        return forward, backward


def draw_uniform(generators: Sequence[np.random.Generator], u: Array, members: Array) -> None:
    """Fill each member of (K, ...) with uniform numbers from 0 to 1, which its own generator draws into u.

    A generator writes contiguous memory only; u is, and is copied. It may be smaller than a member, and is broadcast.
    """
    for generator, member in zip(generators, members, strict=True):
        generator.random(out=u, dtype=u.dtype)
        member[...] = u


@dataclass(frozen=True, repr=False)
class ChannelDropout(Dropout):
    """Dropout of whole channels: one m per feature map, since neighbouring numbers of a map are strongly correlated.

    Input (C, L) or (C, H, W); the output has the same shape. Raises ShapeError for a vector.
    Source: Tompson et al., "Efficient object localization using convolutional networks" (2015), section 3.2.

    >>> ChannelDropout(0.5).signature((16, 8, 8)).output
    (16, 8, 8)
    """

    def signature(self, input_shape: Shape) -> Signature:
        if len(input_shape) == 1:
            raise ShapeError(
                f"{self} expects feature maps (C, L) or (C, H, W), got {input_shape}. Take Dropout({self.rate})."
            )
        return Signature(input_shape)

    def mask_shape(self, shape: Shape) -> Shape:
        return shape[0], *(1 for _ in shape[1:-1]), shape[-1]
