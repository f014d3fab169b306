"""A network's objective around a point theta: its gradient beside central differences, and the kinks between."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array
from chainrule.core.calls import arithmetic, run
from chainrule.core.checks import check_samples, check_targets, check_weights
from chainrule.core.errors import DataError
from chainrule.core.kinks import Pieces
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.penalties import L2
from chainrule.core.plan.binding import generators
from chainrule.core.plan.plan import Plan
from chainrule.core.streams import stream

STEP = 1e-5
"""h: its truncation error h² and its rounding error 1e-16 / h are both near 1e-10."""

ROUNDING = 0.01
"""Gradients smaller than this part of the loss are lost in the rounding of its differences."""

TOLERANCE = 1e-7
"""The largest error that a right gradient may have, in float64."""

MOVE = 1e-3
"""The size of the random δ that leads away from a kink: small beside most parameters, large beside the step."""

STEPS_BESIDE = tuple(STEP / divisor for divisor in (1.0, 1.0, 10.0, 10.0, 100.0, 100.0))
"""The steps at the places that are tried in turn on each side of a kink, until no kink lies within the step. Among very
many units one always does; a shorter step has fewer, though its difference rounds more."""


@dataclass(frozen=True, eq=False)
class Spot:
    """Parameters (P,) around which differences are taken: the gradient there, its scale, and the step."""

    theta: Array
    gradient: Array
    scale: float
    step: float


@dataclass(frozen=True, eq=False)
class Differences:
    """The gradient beside differences along D directions.

    errors (D,).  at_kink (D,): whether a kink lies within the step.
    changed: for each layer with kinks, which numbers are on another piece at an end of the step, (D, *shape, n).
    """

    errors: Array
    at_kink: Array
    changed: dict[Place, Array]


class Landscape:
    """A network's loss and penalty as a function of theta, for samples x and targets y."""

    def __init__(
        self,
        network: Network,
        x: ArrayLike,
        y: ArrayLike,
        loss: Loss,
        seed: int,
        sample_weight: ArrayLike | None,
        penalty: L2 | None,
    ) -> None:
        self.network, self.objective, self.seed = network, Objective(network, loss, penalty), seed
        self.x = check_samples(network.input_shape, x)
        self.n = len(self.x)
        self.y = check_targets(network, loss, y, self.n)
        self.weights = check_weights(sample_weight, self.n)

    def spot(self, theta: Array, step: float) -> Spot:
        """The gradient at theta."""
        loss, penalty = self.objective.loss, self.objective.penalty
        settings: dict[str, Any] = {"seed": self.seed, "sample_weight": self.weights, "penalty": penalty}
        value, gradient = self.network.loss_and_gradient(theta, self.x, self.y, loss, **settings)
        if not np.isfinite(value):
            raise DataError(f"a check needs a finite loss, got {value}. Take smaller parameters, or divide x and y.")
        rounded = ROUNDING * abs(value) * STEP / step
        scale = max(abs(gradient).max(initial=0.0), rounded, np.finfo(np.float64).tiny)
        return Spot(theta, gradient, scale, step)

    def differences(self, at: Spot, directions: Array) -> Differences:
        """The gradient at a spot beside differences along directions (D, P); NaN where a loss beside it overflows."""
        n_directions, by = len(directions), at.step * directions
        values, on = self._values(np.concatenate([at.theta + by, at.theta - by, at.theta[np.newaxis]]))
        ahead, behind, here = values[:n_directions], values[n_directions:-1], values[-1]
        with arithmetic():
            errors = abs((ahead - behind) / (2.0 * at.step) - directions @ at.gradient) / at.scale
            jumps = abs(ahead - 2.0 * here + behind) / at.step / at.scale  # of the slope, from behind to ahead
        changed = {
            place: (pieces[:n_directions] != pieces[-1]) | (pieces[n_directions:-1] != pieces[-1])
            for place, pieces in on.items()
        }
        at_kink = np.zeros(n_directions, bool)
        for where in changed.values():
            at_kink |= where.reshape(n_directions, -1).any(axis=1)
        at_kink |= (errors > TOLERANCE) & (jumps > TOLERANCE)  # of layers that don't declare their pieces
        return Differences(errors, at_kink & np.isfinite(errors), changed)

    def _values(self, thetas: Array) -> tuple[Array, dict[Place, Array]]:
        """The objective at K thetas, with the same dropouts, and the pieces that each layer's numbers are on."""
        network, observer = self.network, Pieces()
        plan = Plan(
            self.objective,
            self.n,
            Parameters.of(network, thetas),
            generators=generators(network, (self.seed,) * len(thetas)),
            weighted=self.weights is not None,
            observer=observer,
        )
        plan.set_input(self.x)
        plan.set_targets(self.objective.loss.rows(self.y, network.output_shape[0]))
        if self.weights is not None:
            plan.set_weights(self.weights)
        run(plan.evaluate)
        return plan.value.copy(), observer.on


def beside(theta: Array, side: float, k: int, seed: int = 0) -> Array:
    """The k-th place on a side of theta, 1 or -1: each number is moved by half of `MOVE` or more, up or down."""
    generator = stream(seed, "check", len(theta), k)
    move = generator.uniform(0.5, 1.0, theta.shape) * generator.choice((-1.0, 1.0), theta.shape)
    moved: Array = theta + side * MOVE * move
    return moved
