"""The pooling layers: one number per window of a feature map. They have no parameters."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.calls import Calls, Pass, bind_copy, call, total
from chainrule.core.errors import SettingError, ShapeError
from chainrule.core.layers.base import Buffers, Layer, Signature, rounding
from chainrule.core.layers.unfold import bind_fold, bind_unfold, kernel_of, windows_of, with_padding
from chainrule.core.layers.windows import Padding, Size, Windowed, padding, size


class Pooling(Windowed):
    """The base of the pools: each window lies within one channel."""

    def signature(self, input_shape: Shape) -> Signature:
        axes = self.axes(input_shape)
        if any(axis.before >= axis.kernel for axis in axes):
            raise SettingError(f"{self} has windows of padding alone. Take a padding smaller than the kernel.")
        return Signature((input_shape[0], *(axis.windows for axis in axes)))


@dataclass(frozen=True, repr=False)
class MaxPool(Pooling):
    """y = the maximum of each window; dy goes to the first maximum in row order.

    Input (C, L) or (C, H, W), output (C, windows along each axis). kernel, stride: a number, or a pair (height, width);
    the stride is the kernel by default. padding: as in `Conv1D`, but it is never the maximum.
    Raises ShapeError where the input is no series or image or is smaller than the kernel, SettingError where a window
    would hold padding alone.
    Source: Scherer et al., "Evaluation of pooling operations in convolutional architectures" (2010).

    >>> MaxPool(2).signature((6, 24, 24)).output
    (6, 12, 12)
    """

    kernel: Size = size()
    stride: Size | None = size(None)
    padding: Padding = padding()

    backward_reads = frozenset({"output"})

    def bind(self, at: Buffers) -> Pass:
        x, y, dx, dy = at.input, at.output, at.d_input, at.d_output
        axes = self.axes(at.input_shape)
        columns = np.empty((*kernel_of(axes), *y.shape), y.dtype)
        in_a_row = columns.reshape(-1, *y.shape, copy=False)
        unfold = bind_unfold(x, columns, axes, padding=-np.inf)

        forward = Calls(unfold, call(np.maximum.reduce, in_a_row, axis=0, out=y))

        if dx is None:
            return forward, Calls()

        rest, is_largest = at.scratch(), np.empty(y.shape, bool)
        to_columns = (  # each column's gradient takes the place of its numbers, which are not needed again
            Calls(
                call(np.equal, column, y, out=is_largest),
                bind_copy(is_largest, out=column),  # 1 where it is the largest, else 0
                call(np.multiply, column, rest, out=column),
                call(np.subtract, rest, column, out=rest),  # nothing is left for a later one that is as large
            )
            for column in in_a_row
        )

        backward = Calls(bind_copy(dy, out=rest), *to_columns, bind_fold(columns, dx, axes))

        return forward, backward

    def pieces(self, at: Buffers) -> Array:
        """The place of the first maximum: where one number stays a maximum, ties with it are no kink."""
        axes = self.axes(at.input_shape)
        padded, inside = with_padding(at.input, axes, -np.inf)
        if inside is not at.input:
            inside[...] = at.input
        in_a_row = windows_of(padded, axes).reshape(-1, *at.output.shape)
        largest: Array = np.argmax(in_a_row >= in_a_row.max(axis=0) - rounding(at.input), axis=0)
        return largest


@dataclass(frozen=True, repr=False)
class AveragePool(Pooling):
    """y = the mean of each window; padding counts as zeros.

    Shapes, settings and errors are those of `MaxPool`.
    Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998), section II.

    >>> AveragePool(2).signature((6, 24, 24)).output
    (6, 12, 12)
    """

    kernel: Size = size()
    stride: Size | None = size(None)
    padding: Padding = padding()

    def bind(self, at: Buffers) -> Pass:
        x, y, dx, dy = at.input, at.output, at.d_input, at.d_output
        axes = self.axes(at.input_shape)
        columns = np.empty((*kernel_of(axes), *y.shape), y.dtype)
        in_a_row = columns.reshape(-1, *y.shape, copy=False)
        unfold = bind_unfold(x, columns, axes)
        share, dy_shared = at.number(1.0 / len(in_a_row)), at.scratch()

        forward = Calls(
            unfold,
            call(total, in_a_row, axis=0, out=y),
            call(np.multiply, y, share, out=y),
        )

        if dx is None:
            return forward, Calls()

        fold = bind_fold(np.broadcast_to(dy_shared, columns.shape), dx, axes)

        return forward, Calls(call(np.multiply, dy, share, out=dy_shared), fold)


@dataclass(frozen=True, repr=False)
class GlobalAveragePool(Layer):
    """y = the mean of each channel: (C, L) or (C, H, W) -> (C,). Raises ShapeError for a vector.

    Source: Lin et al., "Network in network" (2014), section 3.2.

    >>> GlobalAveragePool().signature((16, 8, 8)).output
    (16,)
    """

    def signature(self, input_shape: Shape) -> Signature:
        if len(input_shape) == 1:
            raise ShapeError(
                f"{self} expects feature maps (C, L) or (C, H, W), got {input_shape}. Put it before Flatten()."
            )
        return Signature(input_shape[:1])

    def bind(self, at: Buffers) -> Pass:
        x = at.input.reshape(*at.output.shape[:-1], -1, at.output.shape[-1], copy=False)  # (..., C, H W, n)
        y, dx, dy, dy_shared = at.output, at.d_input, at.d_output, at.scratch()
        share = at.number(1.0 / x.shape[-2])

        forward = Calls(
            call(total, x, axis=-2, out=y),
            call(np.multiply, y, share, out=y),
        )

        if dx is None:
            return forward, Calls()

        dx_of_channels = dx.reshape(x.shape, copy=False)
        dy_of_each = dy_shared[..., None, :]

        backward = Calls(
            call(np.multiply, dy, share, out=dy_shared),
            bind_copy(dy_of_each, out=dx_of_channels),
        )
        return forward, backward
