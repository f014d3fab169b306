"""Validation of what users pass in, before any work is done: theta, samples, targets and weights."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from chainrule.core.architecture import Architecture
from chainrule.core.arrays import Array, Shape, as_numbers, chunks
from chainrule.core.description import Description, check_kind
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.core.losses import Loss
from chainrule.core.population import agree
from chainrule.core.streams import Seed


def check_theta(network: Architecture, theta: ArrayLike) -> Array:
    """Parameters as a float array (P,) or (K, P), float64 unless it is float32, that fit the network's settings."""
    array = as_numbers(theta, "theta")
    if array.ndim not in (1, 2) or array.shape[-1] != network.n_parameters or (array.ndim == 2 and len(array) == 0):
        raise ShapeError(
            f"theta should have shape ({network.n_parameters},) or (K, {network.n_parameters}) for this network, "
            f"got {array.shape}. network.initialize() gives one."
        )
    if network.population is not None:
        check_members(array, None, network)
    return array if array.dtype in (np.float64, np.float32) else array.astype(np.float64)


def check_state(network: Architecture, state: ArrayLike | None, lead: Shape, dtype: DTypeLike) -> Array:
    """The state as an array (S,), or (K, S) where `lead` is (K,); none is needed where S is 0."""
    if state is None and network.n_state == 0:
        return np.empty((*lead, 0), dtype)
    if state is None:
        raise SettingError(
            "state is needed, since this network predicts by running statistics; got None. "
            "A run's model has it, and network.initialize_state() gives the one to start with."
        )
    array = as_numbers(state, "state")
    expected = (*lead, network.n_state)
    if array.shape != expected:
        raise ShapeError(
            f"state should have shape {expected} for this network and theta, got {array.shape}. "
            "A run's model has both, and network.initialize_state() gives the one to start with."
        )
    return array.astype(dtype, copy=False)


def check_members(theta: Array, seed: Seed | None, *described: Description | None, **others: int) -> int | None:
    """K, or None for a single network: what theta says, if seeds and settings with K values agree."""
    if theta.ndim == 2:
        return agree(None, seed, *described, theta=len(theta), **others)
    members = agree(None, seed, *described, **others)
    if members is not None:
        raise SettingError(
            f"theta should have shape ({members}, {len(theta)}), since other settings have {members} values, "
            f"got {theta.shape}. initialize(population={members}) gives one."
        )
    return None


def check_samples(shape: Shape, x: ArrayLike, name: str = "x", dtype: DTypeLike = np.float64) -> Array:
    """Samples as an array (n, *shape) of numbers finite in the run's dtype; their own dtype is kept."""
    array = check_shape(shape, x, name)
    check_finite(array, name, dtype)
    return array


def check_shape(shape: Shape, x: ArrayLike, name: str = "x") -> Array:
    """Samples as an array (n, *shape) of numbers, which may still be NaN or infinite."""
    array = as_numbers(x, name)
    if array.shape[1:] != shape or array.ndim == 0:
        expected = f"(n, {', '.join(map(str, shape))})"
        hint = _hint(array, shape)
        raise ShapeError(f"{name} should have shape {expected}, one row per sample, got {array.shape}. {hint}")
    if len(array) == 0:
        raise DataError(f"{name} holds no samples: shape {array.shape}. At least one is needed.")
    return array


def _hint(array: Array, shape: Shape) -> str:
    """Advice on a shape that doesn't fit, where the cause is plain."""
    if array.shape == shape:
        return "For one sample write x[None]."
    if array.shape[2:] == shape and array.ndim == len(shape) + 2:
        return "Only training takes samples of each member's own; choose a member's here."
    if array.shape == (*shape, array.shape[-1] if array.ndim else 0):
        return "The samples seem to be last: hand over the transpose."
    return "Change the data, or the network's input shape."


def check_finite(array: Array, name: str, dtype: DTypeLike) -> None:
    """Raise unless every number is finite, in the run's dtype too; checked in chunks, for files mapped into memory."""
    if array.dtype.kind != "f" or array.size == 0:
        return
    dtype = np.dtype(dtype)
    narrows = array.itemsize > dtype.itemsize
    for which in chunks(len(array), array.size // len(array)):
        block = array[which]
        finite = abs(block) <= np.finfo(dtype).max if narrows else np.isfinite(block)
        least = finite.argmin()  # the first that isn't, if there is one
        if not finite.item(least):
            sample, *place = (int(each) for each in np.unravel_index(least, finite.shape))
            feature = f", feature {', '.join(map(str, place))}" if place else ""
            raise DataError(
                f"{name} should hold finite {dtype} numbers, got {block[(sample, *place)]} in sample "
                f"{which.start + sample}{feature}. Remove such samples, or fill the gaps."
            )


def check_targets(
    network: Architecture, loss: Loss, y: ArrayLike, n: int, name: str = "y", dtype: DTypeLike = np.float64
) -> Array:
    """Targets that fit the loss, the network and the number of samples."""
    check_kind("loss", Loss, "a loss such as SquaredError()", loss)
    loss.check_network(network.output_shape, network.last_layer)
    array = as_numbers(y, name)
    if array.ndim == 0 or len(array) != n:
        raise ShapeError(f"{name} should have {n} samples, as many as the inputs, got shape {array.shape}.")
    check_finite(array, name, dtype)
    loss.check_targets(array, network.output_shape[0])
    return array


def check_batches(network: Architecture, n: int, batch_size: int | None = None) -> None:
    """Raise unless n samples fall into batches that the network can train on, the last short one too."""
    least, size = network.least_samples, batch_size or n

    def smallest(size: int) -> int:
        return min(size, n % size or size)

    if n < least:
        raise DataError(f"training this network takes variances, so it needs {least} samples or more, got {n}.")
    if smallest(size) < least:
        fitting = next(each for each in range(size + 1, n + 1) if smallest(each) >= least)
        raise DataError(
            f"training this network takes variances, so each batch needs {least} samples or more, got {smallest(size)} "
            f"in the smallest batch: {n} samples, batch_size={size}. batch_size={fitting} fits."
        )


def check_weights(weights: ArrayLike | None, n: int, name: str = "sample_weight") -> Array | None:
    """Sample weights (n,), 0 or more and not all zero, relative to the largest."""
    if weights is None:
        return None
    array = as_numbers(weights, name)
    if array.shape != (n,):
        raise ShapeError(f"{name} should have shape ({n},), one number per sample, got {array.shape}.")
    check_finite(array, name, np.float64)
    if array.min() < 0 or array.max() == 0:
        raise DataError(
            f"{name} should be 0 or more, and somewhere above 0, got {array.min():g} to {array.max():g}. "
            "Give weight 0 to the samples that should not count, and more to others."
        )
    relative: Array = array / array.max()
    return relative
