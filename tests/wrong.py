"""A layer with a wrong gradient, for whatever should find it."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.layers.base import Buffers, Layer, Pass, Signature


@dataclass(frozen=True, repr=False)
class Wrong(Layer):
    """Twice its input; its backward says three times."""

    def signature(self, shape: tuple[int, ...]) -> Signature:
        return Signature(shape)

    def bind(self, at: Buffers) -> Pass:
        def forward() -> None:
            np.multiply(at.input, 2.0, out=at.output)

        def backward() -> None:
            if at.d_input is not None:
                np.multiply(at.d_output, 3.0, out=at.d_input)

        return forward, backward
