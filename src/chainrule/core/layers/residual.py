"""A skip connection around layers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Shape
from chainrule.core.calls import Calls, Pass, call
from chainrule.core.errors import ShapeError
from chainrule.core.layers.base import Buffers, Layer, Signature, check_layers


@dataclass(frozen=True, repr=False)
class Residual(Layer):
    """y = x + f(x), where f, the branch, is one or more layers in a row; so dx = dy + f'(x)ᵀ dy.

    Any input shape that the branch keeps; else ShapeError. The parameters are those of its layers, which may be
    Residual themselves.
    Source: He et al., "Deep residual learning for image recognition" (2016), (1).

    >>> from chainrule.core.layers.dense import Dense
    >>> Residual([Dense(4)]).signature((4,)).output
    (4,)
    """

    layers: Sequence[Layer]

    elementwise = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", check_layers("Residual", self.layers))

    @property
    def inner(self) -> tuple[Layer, ...]:
        return tuple(self.layers)

    def signature(self, input_shape: Shape) -> Signature:
        shape = input_shape
        for layer in self.layers:
            shape = layer.signature(shape).output
        if shape != input_shape:
            raise ShapeError(
                f"Residual expects a branch that keeps the shape, since it adds the input to it; got {input_shape} in "
                f"and {shape} out. Let its last layer bring back {input_shape}."
            )
        return Signature(input_shape)

    def bind(self, at: Buffers) -> Pass:
        f = at.branch()
        x, y, dx, dy = at.input, at.output, at.d_input, at.d_output

        forward = Calls(*f.forward, call(np.add, x, f.output, out=y))
        if dx is None:
            return forward, Calls(*f.backward)
        return forward, Calls(*f.backward, call(np.add, dy, f.d_input, out=dx))
