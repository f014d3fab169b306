"""The windows of a kernel along a series or an image, and the inputs in each.

Along one axis, window w holds at each offset of the kernel the input w · stride + offset - before. Whatever is outside
the input is padding.
"""

from dataclasses import MISSING, dataclass
from typing import Any, ClassVar

from chainrule.core.arrays import Shape
from chainrule.core.description import COUNT, COUNT_OR_ZERO, Rule, check_whole, setting
from chainrule.core.errors import ShapeError
from chainrule.core.layers.base import Layer

Size = int | tuple[int, int]
"""One number for all axes, or a pair (height, width)."""

Padding = str | int
"""Padding around the input: "valid" none; "same" as much as gives ceil(length / stride) windows, an odd one at the end
(as XLA does); a whole number that many on each side."""

SIZE = Rule("a whole number of 1 or more, or a pair of them", COUNT.holds)
PADDING = Rule('"valid", "same" or a whole number of 0 or more', COUNT_OR_ZERO.holds)

SAMPLES = {1: "a series (channels, length)", 2: "an image (channels, height, width)"}


@dataclass(frozen=True)
class Axis:
    """The windows of a kernel along one axis; the first starts `before` positions in front of the input."""

    length: int
    kernel: int
    stride: int
    before: int
    windows: int

    @classmethod
    def of(cls, length: int, kernel: int, stride: int, padding: Padding) -> "Axis":
        """The windows that follow from a layer's settings: none where the kernel is too large."""
        if padding == "same":
            windows = -(-length // stride)
            around = max(0, (windows - 1) * stride + kernel - length)
            return cls(length, kernel, stride, around // 2, windows)
        before = 0 if padding == "valid" else int(padding)
        return cls(length, kernel, stride, before, max(0, (length + 2 * before - kernel) // stride + 1))

    @property
    def padded(self) -> int:
        """The length of the input with the padding that windows reach into."""
        return max(self.before + self.length, (self.windows - 1) * self.stride + self.kernel)

    def reach(self, offset: int) -> tuple[slice, slice]:
        """The windows in which the kernel's offset falls on the input, not on padding, and the inputs that it falls on.

        >>> Axis.of(19, kernel=3, stride=2, padding=1).reach(0)  # the first window starts before the input
        (slice(1, 10, None), slice(1, 19, 2))
        """
        shift = offset - self.before  # window w meets the input w stride + shift
        first = max(0, -(shift // self.stride))
        stop = max(first, min(self.windows, (self.length - 1 - shift) // self.stride + 1))
        return slice(first, stop), slice(first * self.stride + shift, stop * self.stride + shift, self.stride)


Axes = tuple[Axis, ...]


class Windowed(Layer):
    """The base of the layers that compute each output from one window of the input."""

    kernel: Any
    stride: Any
    padding: Any

    n_axes: ClassVar[tuple[int, ...]] = (1, 2)
    """The numbers of spatial axes that an input may have."""

    def axes(self, input_shape: Shape) -> Axes:
        """The windows along each axis of an input (C, L) or (C, H, W); ShapeError where the kernel doesn't fit."""
        n_axes = len(input_shape) - 1
        if n_axes not in self.n_axes:
            expected = " or ".join(SAMPLES[each] for each in self.n_axes)
            raise ShapeError(
                f"{self} expects {expected} per sample, got {input_shape}. "
                "Reshape the samples (a single channel has an axis, too), or put the layer before Flatten()."
            )
        kernel, stride = self._sizes("kernel", input_shape), self._sizes("stride", input_shape)
        axes = tuple(map(Axis.of, input_shape[1:], kernel, stride, (self.padding,) * n_axes))
        if not all(axis.windows for axis in axes):
            raise ShapeError(
                f"{self} expects an input that its kernel fits into, got {input_shape}. "
                'Take a smaller kernel, or padding="same".'
            )
        return axes

    def _sizes(self, name: str, input_shape: Shape) -> Shape:
        """The kernel or the stride along each axis; the stride is the kernel by default."""
        size = self.kernel if getattr(self, name) is None else getattr(self, name)
        sizes = size if isinstance(size, tuple) else (size,) * (len(input_shape) - 1)
        if len(sizes) != len(input_shape) - 1:
            raise ShapeError(f"{self} has a pair as its {name}, for images; got {input_shape}. Give one number.")
        return sizes


def size(default: Any = MISSING) -> Any:
    """A field for a `Size`; or None, where that is the default."""

    def check(name: str, value: Any) -> Size | None:
        if value is None and default is None:
            return None
        if isinstance(value, list | tuple) and len(value) == 2:
            return check_whole(name, SIZE, value[0]), check_whole(name, SIZE, value[1])
        return check_whole(name, SIZE, value)

    return setting(check, default)


def padding() -> Any:
    """A field for a `Padding`."""

    def check(name: str, value: Any) -> Padding:
        is_known = isinstance(value, str) and value in ("valid", "same")
        return value if is_known else check_whole(name, PADDING, value)

    return setting(check, "valid")
