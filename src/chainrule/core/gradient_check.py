"""The gradient against central differences: the population theta ± h·eye(P) is the whole numeric gradient at once.

Where a kink lies within the step, the difference there is no derivative, and which gradient is right there is a
convention. Such a direction is judged beside the kink, on both of its sides: at theta + δ and theta - δ, for a small
random δ. A backward that is wrong on one side only is found, which one side alone would miss.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.architecture import Architecture, Place
from chainrule.core.arrays import Array
from chainrule.core.blocks import blocks_of, leaf_numbers
from chainrule.core.checks import check_samples, check_targets, check_theta, check_weights
from chainrule.core.description import check_kind
from chainrule.core.differences import STEP, STEPS_BESIDE, TOLERANCE, Differences, Landscape, Spot, beside
from chainrule.core.errors import ShapeError
from chainrule.core.kinks import Kink, kinks_in
from chainrule.core.layers.base import Layer
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.penalties import L2
from chainrule.core.plan.binding import generators
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
    errors, at_kink (D,): the error of each direction, and whether a kink lies within its step. A direction is a
    parameter, in theta's order, where there are as many as parameters.
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
    errors: Array = field(default_factory=lambda: np.zeros(0), repr=False, compare=False)
    at_kink: Array = field(default_factory=lambda: np.zeros(0, bool), repr=False, compare=False)

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
    settings: dict[str, Any] = {"seed": seed, "sample_weight": sample_weight, "penalty": penalty}
    landscape = Landscape(
        Objective(network, loss, penalty),
        rows := check_samples(network.input_shape, x),
        loss.rows(check_targets(network, loss, y, len(rows)), network.output_shape[0]),
        check_weights(sample_weight, len(rows)),
        lambda theta: network.loss_and_gradient(theta, x, y, loss, **settings),
        lambda members: generators(network, (seed,) * members),
        sum(n_directions(leaf, network, full) for leaf in network.leaves),
    )
    check = GradientCheck(landscape, at, seed)
    return tuple(check.layer(leaf, full) for leaf in network.leaves if leaf.learns)


class GradientCheck:
    """The gradient at theta (P,) beside differences, direction by direction."""

    def __init__(self, landscape: Landscape, theta: Array, seed: int = 0) -> None:
        self._landscape, self._theta, self._seed, self._network = landscape, theta, seed, landscape.network
        self._here = landscape.spot(theta, STEP)
        self._beside: dict[tuple[float, int], Spot] = {}
        self._numbers = leaf_numbers(blocks_of(self._network.places))

    def layer(self, leaf: Place, full: bool = False) -> LayerCheck:
        """A layer's record."""
        *_, found = self.in_parts(leaf, full)
        if not isinstance(found, LayerCheck):
            raise TypeError(f"the last part should be a LayerCheck, got {found!r}.")
        return found

    def in_parts(self, leaf: Place, full: bool = False, most: int = CHUNK) -> Iterator[LayerCheck | int]:
        """A layer's record, at the end; before it, after each part of the work, the directions that are done.

        most: each part takes differences in a population of about this many numbers.
        """
        network = self._network
        members = max(1, most // (2 * max(self._landscape.n * network.n_numbers, network.n_parameters)))
        errors, at_kink = list[Array](), list[Array]()
        changed: dict[Place, Array] = {}
        for directions in _directions(leaf, network, members, full, self._seed):
            found = self.along(directions)
            errors.append(found.errors)
            at_kink.append(found.at_kink)
            for place, where in found.changed.items():
                changed[place] = np.logical_or(where.any(axis=0), changed.get(place, False))
            yield sum(map(len, errors))
        whole, kinked = np.concatenate(errors), np.concatenate(at_kink)
        n_kinks, kinks = kinks_in(changed, self._numbers, NAMED)
        yield LayerCheck(
            leaf.number,
            leaf.layer,
            leaf.stop - leaf.start,
            len(whole),
            float(np.max(whole)),
            self._numbers[leaf.number],
            int(np.count_nonzero(kinked & (whole <= TOLERANCE))),
            n_kinks,
            tuple(kinks),
            whole,
            kinked,
        )

    def along(self, directions: Array) -> Differences:
        """The gradient beside differences along directions (D, P); where a kink lies, judged on both sides of it."""
        found = self._landscape.differences(self._here, directions)
        if found.at_kink.any():
            across = directions[found.at_kink]
            found.errors[found.at_kink] = np.maximum(
                self._errors_beside(1.0, across), self._errors_beside(-1.0, across)
            )
        return found

    def _errors_beside(self, side: float, directions: Array) -> Array:
        """The errors (D,) on a side of theta, each at the first place without a kink; else the least of all places."""
        errors, left = np.full(len(directions), np.inf), np.arange(len(directions))
        for k in range(len(STEPS_BESIDE)):
            found = self._landscape.differences(self._spot_beside(side, k), directions[left])
            errors[left] = np.where(found.at_kink, np.minimum(errors[left], found.errors), found.errors)
            left = left[found.at_kink]
            if not len(left):
                break
        return errors

    def _spot_beside(self, side: float, k: int) -> Spot:
        if (side, k) not in self._beside:
            there = beside(self._theta, side, k, self._seed)
            self._beside[side, k] = self._landscape.spot(there, STEPS_BESIDE[k])
        return self._beside[side, k]


def is_by_axis(network: Architecture, full: bool) -> bool:
    """Whether a check takes every axis, and no random directions."""
    return full or network.n_parameters <= MOST_PARAMETERS


def n_directions(leaf: Place, network: Architecture, full: bool = False) -> int:
    """How many directions a check takes within a layer's parameters."""
    size = leaf.stop - leaf.start
    return size if is_by_axis(network, full) or not size else DIRECTIONS


def _directions(leaf: Place, network: Architecture, members: int, full: bool, seed: int) -> Iterator[Array]:
    """Directions (D, P) within a layer's parameters, at most `members` at a time: each axis, or random ones."""
    n, size, generator = n_directions(leaf, network, full), leaf.stop - leaf.start, stream(seed, "check", leaf.start)
    for start in range(0, n, members):
        stop = min(start + members, n)
        directions = np.zeros((stop - start, network.n_parameters))
        if is_by_axis(network, full):
            directions[np.arange(stop - start), leaf.start + np.arange(start, stop)] = 1.0
        else:
            draw = generator.standard_normal((stop - start, size))
            directions[:, leaf.start : leaf.stop] = draw / np.linalg.norm(draw, axis=-1, keepdims=True)
        yield directions
