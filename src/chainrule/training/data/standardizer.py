"""Standardise features: mean 0 and standard deviation 1."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, Shape, as_numbers, chunks, count
from chainrule.core.calls import arithmetic, total
from chainrule.core.description import Description
from chainrule.core.errors import ChainruleError, DataError, SettingError, ShapeError
from chainrule.core.foreign import said


@dataclass(frozen=True, repr=False)
class Standardizer(Description):
    """z = (x - mean) / scale, so that each feature has mean 0 and standard deviation 1.

    x (n, features), or images (n, C, H, W) with one mean and scale per channel. The standard deviation is the
    population's (divided by n). A feature that is constant, but for rounding, gets scale 1 and
    becomes 0. Fit it to the training samples alone.
    Source: LeCun et al., Efficient BackProp (1998), section 4.3.
    Raises SettingError unless mean and scale are equally many finite numbers, the scales above 0.

    >>> Standardizer.fit([[0.0, 5.0], [2.0, 5.0]])
    Standardizer((1.0, 5.0), (1.0, 1.0))
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]

    def __post_init__(self) -> None:
        try:
            mean, scale = (as_numbers(each, "x").astype(np.float64) for each in (self.mean, self.scale))
        except ChainruleError:
            mean = scale = np.array(np.nan)
        fits = mean.ndim == 1 and len(mean) > 0 and mean.shape == scale.shape
        if not (fits and np.isfinite([mean, scale]).all() and (scale > 0).all()):
            raise SettingError(
                "Standardizer expects a finite mean and a finite scale above 0 for each feature, "
                f"got mean={said(self.mean)} and scale={said(self.scale)}; Standardizer.fit(x) finds them."
            )
        object.__setattr__(self, "mean", tuple(mean.tolist()))
        object.__setattr__(self, "scale", tuple(scale.tolist()))

    @staticmethod
    def fit(x: ArrayLike) -> "Standardizer":
        """Fit a standardizer to x (n, features) or (n, C, H, W), which is read twice, in chunks.

        Raises ShapeError without a feature axis, DataError for no samples, NaN or infinity.

        >>> Standardizer.fit([[1.0], [3.0], [5.0], [7.0]]).mean
        (4.0,)
        """
        x = as_numbers(x, "x")
        if x.ndim < 2 or count(x.shape[1:]) == 0:
            raise ShapeError(f"Standardizer expects x (n, features), got {x.shape}; x.reshape(-1, 1) has one feature.")
        if len(x) == 0:
            raise DataError(f"Standardizer expects at least one sample, got {x.shape}; pass the training samples.")
        axes = (0, *range(2, x.ndim))
        n = x.size // x.shape[1]
        # The first sample is subtracted: a constant feature then has sum and variance 0, exactly.
        origin = _along(x[(0, slice(None)) + (0,) * (x.ndim - 2)].astype(np.float64), x.shape)
        with np.errstate(over="ignore", invalid="ignore"):
            shift = sum(total(chunk - origin, axis=axes, keepdims=True) for chunk in _finite_chunks(x)) / n
            variance = sum(total((chunk - origin - shift) ** 2, axis=axes) for chunk in _chunks(x)) / n
            mean = (origin + shift).reshape(-1)
        if not np.isfinite([mean, variance]).all():
            raise DataError(
                "expected x whose squares can be summed, got numbers too large for that; divide x by a constant first."
            )
        scale = np.where(is_constant(mean, variance, n), 1.0, np.sqrt(variance))
        return Standardizer(tuple(mean.tolist()), tuple(scale.tolist()))

    def apply(self, x: ArrayLike) -> Array:
        """(x - mean) / scale: a fresh array shaped as x, float32 if x is, else float64. NaN stays NaN.

        Raises ShapeError for another number of features, DataError where a result is too large for its dtype.

        >>> Standardizer((1.0,), (2.0,)).apply([[1.0], [5.0]]).tolist()
        [[0.0], [2.0]]
        """
        x, mean, scale = self._fitting(x)
        with arithmetic():
            z: Array = x - mean
            z /= scale
        return _in_range(z, x)

    def undo(self, z: ArrayLike) -> Array:
        """Undo `apply`: x = z scale + mean, to rounding the x that `apply` was given.

        Raises what `apply` raises.

        >>> Standardizer((1.0,), (2.0,)).undo([[0.0], [2.0]]).tolist()
        [[1.0], [5.0]]
        """
        z, mean, scale = self._fitting(z)
        with arithmetic():
            x: Array = z * scale
            x += mean
        return _in_range(x, z)

    def _fitting(self, x: ArrayLike) -> tuple[Array, Array, Array]:
        """The samples, and the mean and scale shaped to broadcast along their features."""
        x = as_numbers(x, "x")
        if x.ndim < 2 or x.shape[1] != len(self.mean):
            raise ShapeError(
                f"Standardizer expects {len(self.mean)} features per sample, got {x.shape}; "
                "give it samples like those it was fitted to."
            )
        dtype = np.dtype(np.float32 if x.dtype == np.float32 else np.float64)  # float16 has too small a range
        return (
            x.astype(dtype, copy=False),
            _along(np.array(self.mean, dtype), x.shape),
            _along(np.array(self.scale, dtype), x.shape),
        )


def _in_range(result: Array, given: Array) -> Array:
    """The result. Raises DataError where it is infinite, though what was given wasn't."""
    if np.isinf(result).any() and not np.isinf(given).any():
        raise DataError(
            f"Standardizer expects numbers whose results {result.dtype} can hold, got {abs(given).max():g}; "
            "fit it to samples like these, or divide them by a constant first."
        )
    return result


def is_constant(mean: Array, variance: Array, n: int) -> Array:
    """Which columns of n numbers are constant but for rounding, by their means and variances.

    Source: scikit-learn's rule (`_is_constant_feature`): rounding alone can give a variance σ² of up to
    n ε σ² + (n μ ε)², where ε = 2.2e-16.

    >>> is_constant(np.array([0.3, 0.3]), np.array([7.7e-34, 1e-20]), 3).tolist()
    [True, False]
    """
    epsilon = np.finfo(np.float64).eps
    with np.errstate(over="ignore"):
        most: Array = n * epsilon * variance + np.square(n * mean * epsilon)
    constant: Array = (variance <= most) & np.isfinite(variance)
    return constant


def _along(values: Array, shape: Shape) -> Array:
    """One value per feature, (F,) -> (F, 1, ...), which broadcasts over the samples and pixels of this shape."""
    return values.reshape((-1,) + (1,) * (len(shape) - 2))


def _chunks(x: Array) -> Iterator[Array]:
    """The samples in chunks, as float64."""
    for which in chunks(len(x), count(x.shape[1:])):
        yield x[which].astype(np.float64)


def _finite_chunks(x: Array) -> Iterator[Array]:
    """The samples in chunks, as float64, each checked for NaN and infinity."""
    start = 0
    for chunk in _chunks(x):
        finite = np.isfinite(chunk)
        if not finite.all():
            sample, feature = np.argwhere(~finite)[0][:2]
            raise DataError(
                f"x must hold finite numbers; sample {start + sample} has NaN or infinity in feature {feature} "
                "(both counted from 0). Correct or remove it."
            )
        start += len(chunk)
        yield chunk
