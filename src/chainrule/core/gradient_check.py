"""The gradient against central differences: the population theta ± h·eye(P) is the whole numeric gradient at once.

Where a kink lies within the step, the difference there is no derivative, and which gradient is right there is a
convention. Such a direction is judged beside the kink, on both of its sides: at theta + δ and theta - δ, for a small
random δ. A backward that is wrong on one side only is found, which one side alone would miss.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array
from chainrule.core.blocks import blocks_of, leaf_numbers
from chainrule.core.checks import check_theta
from chainrule.core.description import check_kind
from chainrule.core.differences import STEP, STEPS_BESIDE, TOLERANCE, Landscape, Spot, beside
from chainrule.core.errors import ShapeError
from chainrule.core.kinks import Kink, kinks_in
from chainrule.core.layers.base import Layer
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.penalties import L2
from chainrule.core.streams import stream

MOST_PARAMETERS = 5_000
"""Above this many parameters, random directions stand for the axes, unless `full=True`."""

DIRECTIONS = 16
"""The number of random directions along which a layer is checked."""

CHUNK = 2_000_000
"""Differences are taken in populations of about this many numbers, activations or parameters."""

NAMED = 10
"""At most 10 kinks of a layer are listed."""


@dataclass(frozen=True)
class LayerCheck:
    """What the check found in one layer: the largest |gradient - difference|, beside the network's largest gradient.

    index: among the network's leaves, from 0.  number: as a textbook counts, and `explain`, from 1.
    n_at_kinks: the directions along which a kink lies within the step, and the gradient is right beside it.
    n_kinks, kinks: how many there are, and the first ten. Layers that don't declare their `pieces` aren't named here.
    """

    index: int
    layer: Layer
    n_parameters: int
    n_directions: int
    error: float
    number: int = 0
    n_at_kinks: int = 0
    n_kinks: int = 0
    kinks: tuple[Kink, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether the error is at most 1e-7; NaN is wrong."""
        return self.error <= TOLERANCE


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
    Where a kink lies within the step, such as a ReLU's z at 0 or a tie in a max pool, the gradient is judged at
    parameters near theta, on both sides of the kink; the record names it. So a right gradient isn't called wrong there,
    and a wrong one is still found. Layers of your own declare their kinks by `Layer.pieces`; where they don't, slopes
    that differ ahead and behind show that there is one.
    Raises what `Network.loss_and_gradient` raises.

    >>> from chainrule.core.losses import SquaredError
    >>> from chainrule.core.network import mlp
    >>> checks = check_gradient(mlp(2, 4, 1), [[0.0, 1.0], [1.0, 1.0]], [0.0, 1.0], SquaredError())
    >>> [check.n_parameters for check in checks], max(check.error for check in checks) < 1e-7
    ([12, 5], True)
    """
    check_kind("full", bool, "True or False", full)
    check_kind("network", Network, "a Network such as mlp(2, 4, 1)", network)
    at = network.initialize(seed) if theta is None else check_theta(network, theta).astype(np.float64)
    if at.ndim != 1:
        raise ShapeError(f"check_gradient() checks one network, theta ({network.n_parameters},), got {at.shape}.")
    landscape = Landscape(network, x, y, loss, seed, sample_weight, penalty)
    here = landscape.spot(at, STEP)
    members = max(1, CHUNK // (2 * max(landscape.n * network.n_numbers, network.n_parameters)))
    numbers = leaf_numbers(blocks_of(network.places))

    @cache
    def spot_beside(side: float, k: int) -> Spot:
        return landscape.spot(beside(at, side, k, seed), STEPS_BESIDE[k])

    def errors_beside(side: float, directions: Array) -> Array:
        """The errors (D,) on a side of theta, each at the first place without a kink; else the least of all places."""
        errors, left = np.full(len(directions), np.inf), np.arange(len(directions))
        for k in range(len(STEPS_BESIDE)):
            found = landscape.differences(spot_beside(side, k), directions[left])
            errors[left] = np.where(found.at_kink, np.minimum(errors[left], found.errors), found.errors)
            left = left[found.at_kink]
            if not len(left):
                break
        return errors

    def check(leaf: Place) -> LayerCheck:
        errors, n_at_kinks = list[Array](), 0
        changed: dict[Place, Array] = {}
        for directions in _directions(leaf, network.n_parameters, members, full, seed):
            found = landscape.differences(here, directions)
            errors.append(found.errors)
            if found.at_kink.any():
                across = directions[found.at_kink]
                on_both_sides = np.maximum(errors_beside(1.0, across), errors_beside(-1.0, across))
                errors[-1][found.at_kink] = on_both_sides
                n_at_kinks += int(np.count_nonzero(on_both_sides <= TOLERANCE))
            for place, where in found.changed.items():
                changed[place] = np.logical_or(where.any(axis=0), changed.get(place, False))
        error, n_directions = float(np.max(np.concatenate(errors))), sum(map(len, errors))
        n_kinks, kinks = kinks_in(changed, numbers, NAMED)
        return LayerCheck(
            leaf.number,
            leaf.layer,
            leaf.stop - leaf.start,
            n_directions,
            error,
            numbers[leaf.number],
            n_at_kinks,
            n_kinks,
            tuple(kinks),
        )

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
