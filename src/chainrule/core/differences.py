"""A network's objective around a point theta: its gradient beside central differences, and the kinks between."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array
from chainrule.core.calls import Call, arithmetic, run
from chainrule.core.engine.choice import Engine, asked
from chainrule.core.errors import DataError
from chainrule.core.kinks import Pieces
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import Generators
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
    """A network's loss and penalty as a function of theta, for samples x and targets y, as the loss keeps them.

    computed: the loss and the gradient that are checked, at a theta (P,).
    generators: those of the dropouts for so many members, all in one state.
    n_differences: how many are to be taken, about; the engine that takes them is chosen by that.
    """

    def __init__(
        self,
        objective: Objective,
        x: Array,
        y: Array,
        weights: Array | None,
        computed: Callable[[Array], tuple[float, Array]],
        generators: Callable[[int], Generators],
        n_differences: int = 1,
    ) -> None:
        self.network, self.objective = objective.network, objective
        self.n, self.x, self.y, self.weights = len(x), x, y, weights
        self.computed, self.generators = computed, generators
        self._numbers = 2 * n_differences * self.n * self.network.n_numbers
        self._bound: dict[int, tuple[Plan, Call, Pieces]] = {}  # for so many members

    def spot(self, theta: Array, step: float) -> Spot:
        """The gradient at theta."""
        value, gradient = self.computed(theta)
        if not np.isfinite(value):
            raise DataError(f"a check needs a finite loss, got {value}. Take smaller parameters, or divide x and y.")
        rounded = ROUNDING * abs(value) * STEP / step
        scale = max(abs(gradient).max(initial=0.0), rounded, np.finfo(np.float64).tiny)
        return Spot(theta, gradient, scale, step)

    def differences(self, at: Spot, directions: Array) -> Differences:
        """The gradient at a spot beside differences along directions (D, P); NaN where a loss beside it overflows."""
        n_directions, by = len(directions), at.step * directions
        values, on = self.values(np.concatenate([at.theta + by, at.theta - by, at.theta[np.newaxis]]))
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

    def values(self, thetas: Array) -> tuple[Array, dict[Place, Array]]:
        """The objective at K thetas, with the same dropouts, and the pieces that each layer's numbers are on."""
        plan, evaluate, observer = self._bound.get(len(thetas)) or self._bind(len(thetas))
        plan.parameters.theta[...] = thetas
        run(evaluate)
        return plan.value.copy(), dict(observer.on)

    def _bind(self, members: int) -> tuple[Plan, Call, Pieces]:
        """A plan for so many thetas, its evaluation, and the observer of it; kept, unless dropouts are drawn in it."""
        observer, engine = Pieces(), Engine.of(asked(), 1, self._numbers, members)
        generators = self.generators(members)
        plan = Plan(
            self.objective,
            self.n,
            Parameters.of(self.network, np.empty((members, self.network.n_parameters))),
            generators=generators,
            weighted=self.weights is not None,
            memory=engine.memory,
            observer=observer,
        )
        plan.set_input(self.x)
        plan.set_targets(self.y)
        if self.weights is not None:
            plan.set_weights(self.weights)
        bound = plan, engine.row(plan.evaluate, [plan.value]), observer
        if not generators:
            self._bound = {members: bound}  # of one size: the last population alone has another
        return bound


def beside(theta: Array, side: float, k: int, seed: int = 0) -> Array:
    """The k-th place on a side of theta, 1 or -1: each number is moved by half of `MOVE` or more, up or down."""
    generator = stream(seed, "check", len(theta), k)
    move = generator.uniform(0.5, 1.0, theta.shape) * generator.choice((-1.0, 1.0), theta.shape)
    moved: Array = theta + side * MOVE * move
    return moved
