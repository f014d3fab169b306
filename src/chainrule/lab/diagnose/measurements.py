"""Measurements of each layer at one point of a run, from a bound plan: outputs, slopes, weights, gradients."""

from dataclasses import dataclass, field

import numpy as np

from chainrule.core.activations import Activation, LeakyReLU, ReLU, Sigmoid, Tanh
from chainrule.core.architecture import Place
from chainrule.core.arrays import Array
from chainrule.core.blocks import numbers_of
from chainrule.core.calls import Call, Pass, arithmetic, run
from chainrule.core.layers.base import Buffers, Layer
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import Plan
from chainrule.lab.diagnose import thresholds

STEEPEST: dict[type[Layer], float] = {Sigmoid: 0.25, Tanh: 1.0}
"""The largest slope of the functions that saturate: that at 0."""


@dataclass(frozen=True, eq=False)
class Point:
    """Parameters (P,) and running statistics (S,), at one point of a run."""

    theta: Array = field(repr=False)
    state: Array = field(repr=False)


@dataclass(frozen=True, eq=False)
class MeasuredLayer:
    """One leaf of a network, at one point of a run.

    number: that of the layer it belongs to, counted from 1 as `explain` does.
    weights: the matrix (O, I), without biases; None where the layer has none.
    scale: root mean square of the layer's output, its bias aside.
    error: root mean square of δ, the gradient of the loss in the output; of feature maps, of its norm over each map.
    varies: how much the output differs between samples, as a fraction of its size.
    slopes: of an activation (units, m): the slope of each unit, or channel, for every sample; else None.
    """

    place: Place
    number: int
    weights: Array | None
    scale: float
    error: float
    varies: float
    slopes: Array | None

    @property
    def saturated(self) -> float:
        """The fraction of outputs where the function is flat; 0 where it is none that saturates."""
        steepest = STEEPEST.get(type(self.place.layer))
        if steepest is None or self.slopes is None:
            return 0.0
        return float((self.slopes < thresholds.FLAT * steepest).mean())

    @property
    def dead(self) -> Array:
        """The units (units,) of a rectifier that are off, their slope 0, for every sample."""
        if self.slopes is None or not isinstance(self.place.layer, ReLU | LeakyReLU):
            return np.zeros(0, bool)
        return np.asarray(self.slopes.max(axis=1) == 0)

    def __str__(self) -> str:
        return f"layer {self.number}, {self.place.layer}"


def rms(values: Array) -> float:
    """The root of the mean square.

    >>> rms(np.array([3.0, -3.0]))
    3.0
    """
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64)))) if values.size else 0.0


def measure_layers(network: Network, loss: Loss, theta: Array, x: Array, y: Array) -> tuple[MeasuredLayer, ...]:
    """Measure at theta (P,) each leaf that changes a number; y in the form of `Loss.rows`.

    In training mode, but with nothing drawn at random.
    """
    numbers = numbers_of(network)
    bound: list[tuple[Place, Buffers, Pass]] = []

    def observe(place: Place, at: Buffers, closures: Pass) -> Pass:
        if not place.branch and place.number in numbers:
            bound.append((place, at, closures))
        return closures

    parameters = Parameters.of(network, theta.copy())
    # Nothing is written over: every buffer keeps its numbers.
    plan = Plan(Objective(network, loss), len(x), parameters, in_place=False, observer=observe)
    plan.set_input(x)
    plan.set_targets(y)
    run(plan.value_and_gradient)
    return tuple(_measured(numbers[place.number], place, at, closures) for place, at, closures in bound)


def _measured(number: int, place: Place, at: Buffers, closures: Pass) -> MeasuredLayer:
    weights, bias = None, np.zeros((1, 0))
    if "weights" in at.parameters:
        weights, bias = np.split(at.weights.copy(), [place.signature.parameters[0].fan_in], axis=1)
    errors = at.d_output.reshape(len(at.d_output), -1, at.d_output.shape[-1])  # (units, positions, n)
    output = at.output.reshape(len(at.output), -1)  # (units, m)
    differs = rms(output - output.mean(axis=1, keepdims=True))
    return MeasuredLayer(
        place=place,
        number=number,
        weights=weights,
        scale=rms(output - bias.sum(axis=1, keepdims=True)),
        error=rms(errors) * errors.shape[1] ** 0.5,
        varies=differs / max(rms(output), np.finfo(np.float64).tiny),
        slopes=_slopes(at, closures[1]) if isinstance(place.layer, Activation) else None,
    )


def _slopes(at: Buffers, backward: Call) -> Array | None:
    """|f'(z)|, (units, m): the layer's own backward, applied to ones."""
    at.d_output[...] = 1.0
    with arithmetic():
        backward()
    return None if at.d_input is None else np.abs(at.d_input.reshape(len(at.d_input), -1))
