"""The public door's arrays, checked, through bound plans and out again as fresh arrays.

Each thread keeps the plans that it bound last, so that a second call with the same shapes is only the arithmetic.
theta is copied into a plan's own memory: the plan serves any theta, and nobody's array is held on to.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from chainrule.core.arrays import Array, Shape, count, stretches
from chainrule.core.description import Description, check_kind
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.core.losses import Loss
from chainrule.core.penalties import L2
from chainrule.core.plan import Plan, generators, run
from chainrule.core.population import agree
from chainrule.core.streams import Seed, member_seeds

if TYPE_CHECKING:
    from chainrule.core.network import Network

KEPT_PLANS = 8
"""How many bound plans a thread keeps."""

KEPT_NUMBERS = 1_000_000
"""A plan with more numbers of input than this is bound for one call."""


class _Kept(threading.local):
    def __init__(self) -> None:
        self.plans: OrderedDict[Hashable, Plan] = OrderedDict()


_kept = _Kept()


def bound(network: Network, n: int, theta: Array, **settings: Any) -> Plan:
    """The thread's plan for these shapes and settings, holding a copy of theta."""
    key = (network, n, theta.shape, theta.dtype, *settings.values())
    plan = _kept.plans.get(key)
    if plan is None:
        plan = Plan(network, n, np.empty_like(theta), **settings)
        if plan.input.size <= KEPT_NUMBERS:
            _kept.plans[key] = plan
            if len(_kept.plans) > KEPT_PLANS:
                _kept.plans.popitem(last=False)
    else:
        _kept.plans.move_to_end(key)
    plan.theta[...] = theta
    return plan


def predict(network: Network, theta: ArrayLike, x: ArrayLike) -> Array:
    """The outputs (n, *shape), or (K, n, *shape), walked in pieces."""
    theta = check_theta(network, theta)
    x = check_samples(network.input_shape, x, dtype=theta.dtype)
    lead, shape = theta.shape[:-1], network.output_shape
    outputs = np.empty((*lead, len(x), *shape), theta.dtype)
    samples_last = outputs.transpose(*range(len(lead)), *range(len(lead) + 1, outputs.ndim), len(lead))
    for which in stretches(len(x), network.n_rows * count(lead)):
        plan = bound(network, which.stop - which.start, theta)
        plan.set_input(x[which])
        run(plan.infer)
        samples_last[..., which] = plan.output
    return outputs


def loss_and_gradient(
    network: Network,
    theta: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    loss: Loss,
    seed: Seed | None = None,
    sample_weight: ArrayLike | None = None,
    penalty: L2 | None = None,
) -> tuple[Any, Array]:
    """The loss and its gradient with respect to theta, in training mode."""
    check_kind("penalty", (L2, type(None)), "an L2(0.001) or None", penalty)
    theta = check_theta(network, theta)
    x = check_samples(network.input_shape, x, dtype=theta.dtype)
    y = check_targets(network, loss, y, len(x), dtype=theta.dtype)
    weights = check_weights(sample_weight, len(x))
    members = check_members(theta, seed, network, penalty)
    settings: dict[str, Any] = {"loss": loss, "penalty": penalty, "weighted": weights is not None}
    draws = {} if seed is None else generators(network, member_seeds(seed, members))
    if draws:
        plan = Plan(network, len(x), theta.copy(), draws=draws, **settings)
    else:
        plan = bound(network, len(x), theta, **settings)
    plan.set_input(x)
    plan.set_targets(loss.rows(y, network.output_shape[0]))
    if weights is not None:
        plan.set_weights(weights)
    run(plan.measure)
    value = plan.value.copy() if members else plan.value.item()
    return value, plan.gradient.copy()


def check_theta(network: Network, theta: ArrayLike) -> Array:
    """Parameters as a float array (P,) or (K, P), float64 unless it is float32, that fit the network's settings."""
    array = check_numbers(theta, "theta")
    if array.ndim not in (1, 2) or array.shape[-1] != network.n_parameters or (array.ndim == 2 and len(array) == 0):
        raise ShapeError(
            f"theta should have shape ({network.n_parameters},) or (K, {network.n_parameters}) for this network, "
            f"got {array.shape}. network.initialize() gives one."
        )
    if network.population is not None:
        check_members(array, None, network)
    return array if array.dtype in (np.float64, np.float32) else array.astype(np.float64)


def check_members(theta: Array, seed: Seed | None, *described: Description | None) -> int | None:
    """K, or None for a single network: what theta says, if seeds and settings with K values agree."""
    if theta.ndim == 2:
        return agree(None, seed, *described, theta=len(theta))
    members = agree(None, seed, *described)
    if members is not None:
        raise SettingError(
            f"theta should have shape ({members}, {len(theta)}), since other settings have {members} values, "
            f"got {theta.shape}. initialize(population={members}) gives one."
        )
    return None


def check_samples(shape: Shape, x: ArrayLike, name: str = "x", dtype: DTypeLike = np.float64) -> Array:
    """Samples as an array (n, *shape) of numbers finite in the run's dtype; their own dtype is kept."""
    array = check_numbers(x, name)
    if array.shape[1:] != shape or array.ndim == 0:
        expected = f"(n, {', '.join(map(str, shape))})"
        hint = _hint(array, shape)
        raise ShapeError(f"{name} should have shape {expected}, a row a sample, got {array.shape}. {hint}")
    if len(array) == 0:
        raise DataError(f"{name} holds no samples: shape {array.shape}. At least one is needed.")
    check_finite(array, name, dtype)
    return array


def _hint(array: Array, shape: Shape) -> str:
    """What to do about a shape that doesn't fit, where it is plain."""
    if array.shape == shape:
        return "For one sample write x[None]."
    if array.shape == (*shape, array.shape[-1] if array.ndim else 0):
        return "The samples seem to be last: hand over the transpose."
    return "Change the data, or the network's input shape."


def check_finite(array: Array, name: str, dtype: DTypeLike) -> None:
    """Raise unless every number is finite, in the run's dtype too. Walks in blocks, for files mapped into memory."""
    if array.dtype.kind != "f":
        return
    narrows = array.dtype.itemsize > np.dtype(dtype).itemsize
    for which in stretches(len(array), count(array.shape[1:])):
        block = array[which]
        finite = abs(block) <= np.finfo(dtype).max if narrows else np.isfinite(block)
        if not np.logical_and.reduce(finite, axis=None):
            sample = int(np.argwhere(~finite)[0][0])
            value = block[sample][~finite[sample]].flat[0]
            raise DataError(
                f"{name} should hold finite {np.dtype(dtype)} numbers, got {value} in sample {which.start + sample}. "
                "Remove such samples, or fill the gaps."
            )


def check_numbers(values: ArrayLike, name: str) -> Array:
    """An array of real numbers. A file mapped into memory stays one."""
    if isinstance(values, np.ma.MaskedArray):
        raise DataError(f"{name} should be a plain array, got a masked one. Fill its gaps: {name}.filled(...).")
    try:
        array = np.asarray(values)
    except ValueError:
        raise ShapeError(f"{name} should be an array, got rows of different lengths. Make them equally long.") from None
    if array.dtype.kind not in "fiub":
        raise DataError(f"{name} should hold real numbers, got {array.dtype}. Turn text and categories into numbers.")
    return array


def check_targets(
    network: Network, loss: Loss, y: ArrayLike, n: int, name: str = "y", dtype: DTypeLike = np.float64
) -> Array:
    """Targets that fit the loss, the network and the number of samples."""
    check_kind("loss", Loss, "a loss such as SquaredError()", loss)
    loss.check_network(network.output_shape, network.last_layer)
    array = check_numbers(y, name)
    if array.ndim == 0 or len(array) != n:
        raise ShapeError(f"{name} should have {n} samples, as many as the inputs, got shape {array.shape}.")
    check_finite(array, name, dtype)
    loss.check_targets(array, network.output_shape[0])
    return array


def check_weights(weights: ArrayLike | None, n: int) -> Array | None:
    """Sample weights (n,), 0 or more and not all zero, relative to the largest."""
    if weights is None:
        return None
    array = check_numbers(weights, "sample_weight")
    if array.shape != (n,):
        raise ShapeError(f"sample_weight should have shape ({n},), a number a sample, got {array.shape}.")
    check_finite(array, "sample_weight", np.float64)
    if array.min() < 0 or array.max() == 0:
        raise DataError(
            f"sample_weight should be 0 or more, and somewhere above 0, got {array.min():g} to {array.max():g}. "
            "Give weight 0 to the samples that should not count, and more to others."
        )
    relative: Array = array / array.max()
    return relative
