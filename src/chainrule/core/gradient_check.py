"""The gradient against central differences: the population theta ± h·eye(P) is the whole numeric gradient at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array
from chainrule.core.checks import check_theta
from chainrule.core.errors import ShapeError
from chainrule.core.layers.base import Layer
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.penalties import L2
from chainrule.core.streams import stream

STEP = 1e-5
"""h: its truncation error h² and its rounding error 1e-16 / h are both near 1e-10."""

MOST_PARAMETERS = 5_000
"""Above this many parameters, random directions stand for the axes, unless `full=True`."""

DIRECTIONS = 16
"""The number of random directions along which a layer is checked."""

CHUNK = 2_000_000
"""Differences are taken in populations of about this many numbers, activations or parameters."""

ROUNDING = 0.01
"""Gradients smaller than this part of the loss are lost in the rounding of its differences."""


@dataclass(frozen=True)
class LayerCheck:
    """The result of the check in one layer.

    error: the largest |gradient - difference|, relative to the network's largest gradient; so a small gradient that is
        wrong is found, too.
    n_directions: directions in which the layer's parameters were changed.
    """

    index: int
    layer: Layer
    n_parameters: int
    n_directions: int
    error: float


def check_gradient(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    loss: Loss,
    *,
    theta: ArrayLike | None = None,
    seed: int = 0,
    sample_weight: ArrayLike | None = None,
    penalty: L2 | None = None,
    full: bool = False,
) -> tuple[LayerCheck, ...]:
    """Compare back-propagation with central differences, in float64: a record for each layer with parameters.

    x (n, *input_shape), y as the loss takes it, theta (P,). `seed` draws the parameters where none are given, and the
    dropouts, the same for every difference. Above 5,000 parameters differences are taken along 16 random directions per
    layer, unless `full=True` asks for every axis. A layer without parameters shows in the record of the one before it.
    Raises what `Network.loss_and_gradient` raises.

    >>> from chainrule.core.losses import SquaredError
    >>> from chainrule.core.network import mlp
    >>> checks = check_gradient(mlp(2, 4, 1), [[0.0, 1.0], [1.0, 1.0]], [0.0, 1.0], SquaredError())
    >>> [check.n_parameters for check in checks], max(check.error for check in checks) < 1e-7
    ([12, 5], True)
    """
    at = network.initialize(seed) if theta is None else check_theta(network, theta).astype(np.float64)
    if at.ndim != 1:
        raise ShapeError(f"check_gradient() checks one network, theta ({network.n_parameters},), got {at.shape}.")
    settings: dict[str, Any] = {"sample_weight": sample_weight, "penalty": penalty}
    value, gradient = network.loss_and_gradient(at, x, y, loss, seed=seed, **settings)
    scale = max(abs(gradient).max(initial=0.0), ROUNDING * abs(value), np.finfo(np.float64).tiny)
    members = max(1, CHUNK // (2 * max(len(np.asarray(y)) * network.n_numbers, network.n_parameters)))

    def difference(directions: Array) -> Array:
        """The slopes along directions (D, P)."""
        there = np.concatenate([at + STEP * directions, at - STEP * directions])
        values, _ = network.loss_and_gradient(there, x, y, loss, seed=(seed,) * len(there), **settings)
        ahead, behind = np.split(values, 2)
        slopes: Array = (ahead - behind) / (2.0 * STEP)
        return slopes

    def check(leaf: Place) -> LayerCheck:
        error, n_directions = 0.0, 0
        for directions in _directions(leaf, network.n_parameters, members, full, seed):
            error = max(error, float(abs(difference(directions) - directions @ gradient).max() / scale))
            n_directions += len(directions)
        return LayerCheck(leaf.number, leaf.layer, leaf.stop - leaf.start, n_directions, error)

    return tuple(check(leaf) for leaf in network.leaves if leaf.learns)


def _directions(leaf: Place, n_parameters: int, members: int, full: bool, seed: int) -> Iterator[Array]:
    """Directions (D, P) within a layer's parameters, at most `members` at a time: each axis, or random ones."""
    size = leaf.stop - leaf.start
    by_axis = full or n_parameters <= MOST_PARAMETERS
    generator = stream(seed, "check", leaf.start)
    n_directions = size if by_axis else DIRECTIONS
    for start in range(0, n_directions, members):
        stop = min(start + members, n_directions)
        directions = np.zeros((stop - start, n_parameters))
        if by_axis:
            directions[np.arange(stop - start), leaf.start + np.arange(start, stop)] = 1.0
        else:
            draw = generator.standard_normal((stop - start, size))
            directions[:, leaf.start : leaf.stop] = draw / np.linalg.norm(draw, axis=-1, keepdims=True)
        yield directions
