"""Initializers: starting weights, random numbers times a scale that depends on the numbers of inputs and outputs.

Biases start at zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.description import NON_NEGATIVE, Description, Real, real


class Initializer(Description):
    """The base of the initializers: weights = scale · draw, drawn in float64 whatever the run's dtype."""

    def draw(self, generator: np.random.Generator, shape: Shape) -> Array:
        """Random numbers for one member: standard normal, unless a class overrides it."""
        return generator.standard_normal(shape)

    def scale(self, fan_in: int, fan_out: int) -> Real:
        """The factor of the draw: one number, or one per member."""
        raise NotImplementedError(f"{type(self).__name__} must define scale()")


@dataclass(frozen=True, repr=False)
class Normal(Initializer):
    """Normal with mean 0 and the given standard deviation, by default 1 as in the reference lab.

    >>> Normal().scale(2, 4)
    1.0
    """

    deviation: Real = real(NON_NEGATIVE, 1.0)

    def scale(self, fan_in: int, fan_out: int) -> Real:
        return self.deviation


@dataclass(frozen=True, repr=False)
class Uniform(Initializer):
    """Uniform from -limit to limit.

    >>> Uniform(0.5).scale(2, 4)
    0.5
    """

    limit: Real = real(NON_NEGATIVE)

    def draw(self, generator: np.random.Generator, shape: Shape) -> Array:
        return generator.uniform(-1.0, 1.0, shape)

    def scale(self, fan_in: int, fan_out: int) -> Real:
        return self.limit


@dataclass(frozen=True, repr=False)
class Glorot(Initializer):
    """Uniform from -a to a, a = √(6 / (fan_in + fan_out)): a compromise between keeping the variance of
    activations on the way forward and that of gradients on the way back.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010), (16).

    >>> round(Glorot().scale(2, 4), 6)
    1.0
    """

    def draw(self, generator: np.random.Generator, shape: Shape) -> Array:
        return generator.uniform(-1.0, 1.0, shape)

    def scale(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(6.0 / (fan_in + fan_out))


@dataclass(frozen=True, repr=False)
class He(Initializer):
    """Normal with standard deviation √(2 / fan_in): keeps the variance of activations through layers of ReLUs.

    Source: He et al., "Delving deep into rectifiers" (2015), (10).

    >>> He().scale(8, 4)
    0.5
    """

    def scale(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(2.0 / fan_in)


@dataclass(frozen=True, repr=False)
class LeCun(Initializer):
    """Normal with standard deviation √(1 / fan_in): keeps the variance of activations through linear layers.

    Source: LeCun et al., "Efficient BackProp" (1998), (16).

    >>> LeCun().scale(4, 4)
    0.5
    """

    def scale(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(1.0 / fan_in)


@dataclass(frozen=True, repr=False)
class Zeros(Initializer):
    """All weights zero: the units of a layer then stay equal to each other, which is worth seeing once.

    >>> Zeros().scale(4, 4)
    0.0
    """

    def scale(self, fan_in: int, fan_out: int) -> float:
        return 0.0
