"""Layers of one's own: a right one, and one with a wrong gradient, for whatever should find it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from chainrule.core.layers.base import Buffers, Layer, Pass, Signature


@dataclass(frozen=True, repr=False)
class Doubled(Layer):
    """Twice its input."""

    slope: ClassVar[float] = 2.0

    def signature(self, shape: tuple[int, ...]) -> Signature:
        return Signature(shape)

    def bind(self, at: Buffers) -> Pass:
        def forward() -> None:
            np.multiply(at.input, 2.0, out=at.output)

        def backward() -> None:
            if at.d_input is not None:
                np.multiply(at.d_output, self.slope, out=at.d_input)

        return forward, backward


@dataclass(frozen=True, repr=False)
class Wrong(Doubled):
    """Twice its input; its backward says three times."""

    slope: ClassVar[float] = 3.0
