"""The loss along one parameter: the tangent there is the gradient, and a secant the difference that checks it."""

from dataclasses import dataclass, field

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import arithmetic
from chainrule.core.differences import STEP
from chainrule.lab.explain.step.training_step import TrainingStep

POINTS = 81
"""Points of a curve."""


@dataclass(frozen=True, eq=False)
class LossCurve:
    """The loss of a step's samples, penalty included, along one parameter, where all others stay.

    at, loss, gradient: the parameter, and the loss and its gradient there.  values (K,), rising, and losses (K,).
    kinks: the middles of the pieces of the curve in which a unit passes a kink.
    step: h.  above, below: the losses where the parameter is larger by h, and smaller.
    """

    at: float
    loss: float
    gradient: float
    values: Array = field(repr=False)
    losses: Array = field(repr=False)
    kinks: Array = field(repr=False)
    step: float
    above: float
    below: float

    @property
    def difference(self) -> float:
        """The slope of the secant: the central difference."""
        return (self.above - self.below) / (2.0 * self.step)

    def tangent(self, value: float) -> float:
        """The tangent's loss at a value of the parameter."""
        return self.loss + self.gradient * (value - self.at)

    def secant(self, value: float) -> float:
        """The secant's loss at a value of the parameter."""
        return self.below + self.difference * (value - self.at + self.step)


def loss_curve(
    of: TrainingStep, place: int, low: float, high: float, step: float = STEP, points: int = POINTS
) -> LossCurve:
    """The curve of the parameter at a place of theta, from one value to another; its own value is among them.

    All points are one population of networks, which differ in this number.

    >>> import chainrule as cr
    >>> x, y = cr.datasets.xor()
    >>> network = cr.mlp(2, 4, 1)
    >>> explained = cr.explain(network, network.initialize(seed=0), x, y, cr.HalfSquaredError(), cr.SGD(0.5))
    >>> curve = loss_curve(explained, place=3, low=-2.0, high=2.0)
    >>> len(curve.values), abs(curve.difference - curve.gradient) < 1e-8
    (82, True)
    """
    at = float(of.theta[place])
    values = np.union1d(np.linspace(low, high, points), [at])
    thetas = np.tile(of.theta, (len(values) + 2, 1))
    thetas[:, place] = [*values, at + step, at - step]
    with arithmetic():
        losses, on = of.numbers.recording.landscape().values(thetas)
    passed = np.zeros(len(values) - 1, bool)
    for pieces in on.values():
        along = pieces[: len(values)].reshape(len(values), -1)
        passed |= (along[1:] != along[:-1]).any(axis=1)
    middles = (values[1:] + values[:-1]) / 2.0
    return LossCurve(
        at=at,
        loss=of.loss,
        gradient=float(of.gradient[place]),
        values=values,
        losses=losses[:-2],
        kinks=middles[passed],
        step=step,
        above=float(losses[-2]),
        below=float(losses[-1]),
    )
