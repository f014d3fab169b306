"""Augmentation: change each mini-batch at random before its step, so that a network sees more than the data."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chainrule.core.arrays import Array, count
from chainrule.core.calls import Calls, bind_copy
from chainrule.core.description import COUNT, POSITIVE, Description, Rule, check_kind, check_real, setting, whole
from chainrule.core.errors import SettingError, ShapeError
from chainrule.core.foreign import said
from chainrule.core.memory import memory_for
from chainrule.core.streams import stream

Augmentation = Callable[[Array, "np.random.Generator"], Array | None]
"""A function of a batch x (n, *shape), in the run's dtype, and of a random generator.

It changes x in place and returns None, or returns an array of the same shape. Before the run it is called with a copy
of the first batch, to check its result. For example, images in less light:

    train(..., batch_size=32, augment=lambda x, rng: x * rng.uniform(0.5, 1.0, size=(len(x), 1, 1, 1)))
"""

PROBABILITY = Rule("a number from 0 to 1", lambda value: 0 <= value <= 1)


def _number(rule: Rule, default: Any) -> Any:
    """A field that holds one number for all members."""
    return setting(
        lambda name, value: check_real(name, rule, check_kind(name, numbers.Real, rule.words, value)), default
    )


@dataclass(frozen=True, repr=False)
class Shift(Description):
    """Move each sample along each of its axes by -pixels to pixels, uniformly at random; zeros fill the gap.

    x (n, C, H, W) or (n, C, L) is changed in place; all channels of a sample move together.
    Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998), section III.

    >>> x = np.array([[[1.0, 2.0, 3.0]]])
    >>> Shift(1)(x, np.random.default_rng(2))
    >>> x
    array([[[2., 3., 0.]]])
    """

    pixels: int = whole(COUNT, 1)

    def __call__(self, x: Array, rng: np.random.Generator) -> None:
        n, channels, *sizes = _image_shape(self, x, rng)
        margins = 2 * self.pixels
        shape = (n, channels, *(size + margins for size in sizes))
        with memory_for(str(self), count(shape), x.dtype, "Take fewer pixels."):
            padded = np.zeros(shape, x.dtype)
        padded[:, :, *(slice(self.pixels, -self.pixels) for _ in sizes)] = x
        starts = rng.integers(margins + 1, size=(len(sizes), n))
        windows = sliding_window_view(padded, sizes, axis=tuple(range(2, x.ndim)))  # (n, C, starts ..., *sizes)
        x[...] = windows[np.arange(n), :, *starts]


@dataclass(frozen=True, repr=False)
class Flip(Description):
    """Mirror each sample left to right (a series in time) with this probability.

    x (n, C, H, W) or (n, C, L) is changed in place. For images that mean the same mirrored: not for digits or letters.

    >>> x = np.array([[[1.0, 2.0, 3.0]]])
    >>> Flip(probability=1)(x, np.random.default_rng(0))
    >>> x
    array([[[3., 2., 1.]]])
    """

    probability: float = _number(PROBABILITY, 0.5)

    def __call__(self, x: Array, rng: np.random.Generator) -> None:
        n = _image_shape(self, x, rng)[0]
        chosen = rng.random(n) < self.probability
        x[chosen] = x[chosen, ..., ::-1]


@dataclass(frozen=True, repr=False)
class Noise(Description):
    """Add normal noise of this standard deviation to every number of x (n, ...), in place.

    Source: Bishop, "Training with noise is equivalent to Tikhonov regularization" (1995).

    >>> x = np.zeros((1000, 2))
    >>> Noise(0.1)(x, np.random.default_rng(0))
    >>> round(float(x.std()), 2)
    0.1
    """

    deviation: float = _number(POSITIVE, 0.1)

    def __call__(self, x: Array, rng: np.random.Generator) -> None:
        _check_batch(x, rng)
        noise = rng.standard_normal(x.shape, x.dtype)
        noise *= self.deviation
        x += noise


def _check_batch(x: Array, rng: np.random.Generator) -> None:
    """Raise SettingError unless a batch can be changed in place, at random."""
    is_batch = isinstance(x, np.ndarray) and x.dtype in (np.float64, np.float32) and x.dtype.isnative
    if not (is_batch and x.ndim and x.flags.writeable):
        raise SettingError(f"x must be an array of floats that can be written to; got {said(x)}. Try x.astype(float).")
    check_kind("rng", np.random.Generator, "a random generator such as np.random.default_rng(0)", rng)


def _image_shape(augmentation: Description, x: Array, rng: np.random.Generator) -> tuple[int, ...]:
    """The shape of images or series. Raises ShapeError for vectors, whose features have no order in space or time."""
    _check_batch(x, rng)
    if x.ndim < 3:
        raise ShapeError(
            f"{augmentation} expects images (n, C, H, W) or series (n, C, L), got {x.shape}. "
            "Give the network an input shape such as (1, 8, 8), and Flatten() where it needs vectors."
        )
    return x.shape


class Augmenter:
    """Augmentations in turn. They may allocate, and run under NumPy's settings as the caller of `train` has them.

    own_samples: whether batches are (K, n, *shape), each member's changed by a generator of its own.
    """

    def __init__(
        self,
        augmentations: Sequence[Augmentation],
        generators: Sequence[np.random.Generator],
        own_samples: bool = False,
    ) -> None:
        self._augmentations, self._generators, self._own_samples = augmentations, generators, own_samples
        self._errors, self._buffer_size = np.geterr(), np.getbufsize()

    def __call__(self, x: Array) -> None:
        """Change a batch (n, *shape), or (K, n, *shape), in place."""
        with np.errstate(**self._errors):
            np.setbufsize(self._buffer_size)  # set back with the errors' settings, on leaving the block
            for batch, rng in zip(x if self._own_samples else [x], self._generators, strict=True):
                for augmentation in self._augmentations:
                    answer = augmentation(batch, rng)
                    if answer is not None:
                        batch[...] = _fitting(augmentation, batch, answer)

    def bind(self, x: Array, dtype: np.dtype[Any]) -> tuple[Array, Calls]:
        """A batch in this dtype, and the calls that make it from x: changed in place where x has the dtype."""
        batch = x if x.dtype == dtype else np.empty(x.shape, dtype)
        return batch, Calls(*(() if batch is x else (bind_copy(x, batch),)), partial(self, batch))


def _fitting(augmentation: Augmentation, batch: Array, answer: Any) -> Any:
    if np.shape(answer) != batch.shape:
        raise ShapeError(
            f"augment expects a batch shaped as it was, {batch.shape}, or None from a function that writes into it; "
            f"got {np.shape(answer)} from {augmentation}."
        )
    return answer


def check_augment(
    augment: Augmentation | Sequence[Augmentation] | None, x: Array, batch_size: int | None, dtype: np.dtype[Any]
) -> tuple[Augmentation, ...]:
    """The augmentations as a tuple, tried on a copy of the first batch: a wrong shape is found before any work."""
    if augment is None:
        return ()
    augmentations = (augment,) if callable(augment) else augment
    if not isinstance(augmentations, Sequence) or not all(callable(each) for each in augmentations):
        raise SettingError(
            f"augment must be a function of a batch such as Shift(1), or a list of them; got {said(augment)}."
        )
    if augmentations and batch_size is None:
        raise SettingError(
            "augment changes mini-batches, but batch_size=None trains on all samples unchanged. "
            f"Give a batch_size: {len(x)} makes one batch of all samples."
        )
    Augmenter(augmentations, [stream(0, "augment")])(np.array(x[:batch_size], dtype))
    return tuple(augmentations)
