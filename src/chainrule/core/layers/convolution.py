"""The convolutional layers: Dense's product over the windows of a series or an image."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.calls import Calls, Pass, bind_copy
from chainrule.core.description import COUNT, flag, part, whole
from chainrule.core.initializers import Initializer
from chainrule.core.layers.base import Buffers, Parameter, Signature
from chainrule.core.layers.unfold import as_columns, bind_fold, bind_unfold
from chainrule.core.layers.windows import Padding, Size, Windowed, padding, size
from chainrule.core.products import bind_product, bind_sum_of_products


class Convolution(Windowed):
    """The base of the convolutions: z = W a, each column of a being a window of the input and a one for the bias."""

    channels: int
    bias: bool

    unfolds = True

    def signature(self, input_shape: Shape) -> Signature:
        axes = self.axes(input_shape)
        kernel = (axis.kernel for axis in axes)
        weights = Parameter("weights", (self.channels, input_shape[0], *kernel), bias=self.bias)
        return Signature((self.channels, *(axis.windows for axis in axes)), (weights,))

    def bind(self, at: Buffers) -> Pass:
        channels, axes = at.input_shape[0], self.axes(at.input_shape)
        members_share = at.population and at.input.strides[0] == 0  # the data are unfolded once for all
        x = at.input[:1] if members_share else at.input
        W, z = at.weights, as_matrix(at.output, at.population)
        dW, dx, dz = at.d_weights, at.d_input, as_matrix(at.d_output, at.population)

        a = np.ones((*x.shape[: at.population], W.shape[-1], z.shape[-1]), z.dtype)  # the last row stays ones
        columns = as_columns(a, channels, axes)
        dWT = np.empty_like(dW.mT, order="C")

        forward = Calls(
            bind_unfold(x, columns, axes),
            bind_product(W, a, z),  # (O, C kh kw + 1) (C kh kw + 1, OH OW n) -> (O, OH OW n)
        )

        to_weights = Calls(
            bind_sum_of_products(a, dz, dWT),  # (C kh kw + 1, OH OW n) (OH OW n, O) -> (C kh kw + 1, O)
            bind_copy(dWT.mT, out=dW),  # BLAS takes up to twice as long where the small matrix comes first
        )
        if dx is None:  # the first layer
            return forward, to_weights

        WT = W[..., : W.shape[-1] - self.bias].mT  # without the bias
        da = a[..., : WT.shape[-2], :]  # in place of the columns, which are not read again
        to_input = Calls(
            bind_product(WT, dz, da),  # (C kh kw, O) (O, OH OW n) -> (C kh kw, OH OW n)
            bind_fold(columns, dx, axes),
        )
        return forward, Calls(to_weights, to_input)


def as_matrix(maps: Array, population: bool) -> Array:
    """Feature maps (..., O, OH, OW, n) as a matrix (..., O, OH OW n): a view."""
    return maps.reshape(*maps.shape[: population + 1], -1, copy=False)


@dataclass(frozen=True, repr=False)
class Conv1D(Convolution):
    """Convolution of a series: z[o, l] = Σ W[o, c, i] x[c, l stride + i - padding] + b[o].

    Input (C, L), output (channels, windows). Parameters: weights (channels, C, kernel) and, unless `bias=False`, bias
    (channels,), initialised as in `Dense`. As in all frameworks this is a cross-correlation: the kernel isn't flipped.
    padding: zeros around the input. "valid" adds none; "same" adds as many as give ceil(L / stride) windows, an odd
    one at the end (as XLA does); a whole number adds that many on each side.
    Raises ShapeError where the input is no series, or shorter than the kernel.
    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016).

    >>> Conv1D(25, 5, stride=2, padding=1).signature((1, 40)).output
    (25, 19)
    """

    channels: int = whole(COUNT)
    kernel: int = whole(COUNT)
    stride: int = whole(COUNT, 1)
    padding: Padding = padding()
    bias: bool = flag(True)
    initializer: Initializer | None = part(Initializer, "an initializer such as He()")

    n_axes = (1,)


@dataclass(frozen=True, repr=False)
class Conv2D(Convolution):
    """Convolution of an image: z[o, h, w] = Σ W[o, c, i, j] x[c, h s + i - p, w s + j - p] + b[o].

    Input (C, H, W), output (channels, windows along H and W). Parameters: weights (channels, C, kh, kw) and, unless
    `bias=False`, bias (channels,). kernel, stride (s): a number, or a pair (height, width). padding (p) and the rest
    are as in `Conv1D`. Raises ShapeError where the input is no image, or smaller than the kernel.
    Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998), section II.

    >>> Conv2D(6, 5).signature((1, 28, 28)).output
    (6, 24, 24)
    >>> Conv2D(6, (3, 5), stride=2, padding="same").signature((1, 28, 28)).output
    (6, 14, 14)
    """

    channels: int = whole(COUNT)
    kernel: Size = size()
    stride: Size = size(1)
    padding: Padding = padding()
    bias: bool = flag(True)
    initializer: Initializer | None = part(Initializer, "an initializer such as He()")

    n_axes = (2,)
