"""Optimizers: each is its equation on one array of parameters W and its gradient g, in place.

State (v, m) starts at zero. ε stands outside the root everywhere. α is the learning rate of the step, from a number,
K numbers or a schedule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array
from chainrule.core.description import FRACTION, NON_NEGATIVE, POSITIVE, Description, Real, flag, real
from chainrule.core.layers.base import as_operand
from chainrule.core.schedules import Rate, Schedule, bind_rate, scheduled

Update = Callable[[int], None]
"""One step, in place: `update(step)`, the step counted from 0."""


@dataclass
class Memory:
    """What an optimizer binds to: W and g, both (P,) or (K, P), and what it keeps between steps."""

    W: Array
    g: Array
    slots: dict[str, Array]
    """An array like W, by the optimizer's name for it."""
    is_weight: Array
    """(P,): 1 at a weight, 0 at a bias."""

    def scratch(self) -> Array:
        """An array like W for one step's use."""
        return np.empty_like(self.W)

    def number(self, value: ArrayLike) -> Array:
        """A setting as ufuncs take it fastest: an array () of W's dtype, or K numbers as (K, 1)."""
        return as_operand(value, self.W.ndim, self.W.dtype)

    def plain(self, value: Real) -> float | Array:
        """A setting to reckon with in between: a float, or K numbers as (K, 1), in float64 whatever the run's dtype."""
        return value if isinstance(value, float) else np.array(value).reshape(-1, 1)

    def rate(self, value: Real | Schedule) -> Rate:
        """A learning rate as a function of the step, in plain numbers."""
        return bind_rate(value, self.plain)

    def operand(self, optimizer: "Optimizer") -> Array:
        """Room for a number that changes from step to step: (), or (K, 1) where a setting has K values."""
        return np.empty((len(self.W), 1) if optimizer.members() else (), self.W.dtype)

    def stepped(self, optimizer: "Optimizer", value: Real | Schedule) -> Callable[[int], Array]:
        """A learning rate as a function of the step, as ufuncs take it fastest."""
        rate, operand = self.rate(value), self.operand(optimizer)
        operand[...] = rate(0)
        if not isinstance(value, Schedule):
            return lambda step: operand

        def at_step(step: int) -> Array:
            operand[...] = rate(step)
            return operand

        return at_step


class Optimizer(Description):
    """The base of the optimizers. A new one names its `slots` and writes `bind`."""

    slots: ClassVar[tuple[str, ...]] = ()
    """The arrays it keeps from step to step, each like W, zero at the start."""

    def bind(self, at: Memory) -> Update:
        """Meet the memory: return the update."""
        raise NotImplementedError(f"{type(self).__name__} must define bind()")


@dataclass(frozen=True, repr=False)
class SGD(Optimizer):
    """W ← W - α g

    >>> SGD(0.5)
    SGD(0.5)
    """

    learning_rate: Real | Schedule = scheduled(POSITIVE)

    def bind(self, at: Memory) -> Update:
        W, g, s = at.W, at.g, at.scratch()
        alpha = at.stepped(self, self.learning_rate)

        def update(step: int) -> None:
            np.multiply(g, alpha(step), out=s)
            np.subtract(W, s, out=W)

        return update


@dataclass(frozen=True, repr=False)
class Momentum(Optimizer):
    """v ← μ v + g;  W ← W - α v

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods" (1964).

    >>> Momentum(0.1)
    Momentum(0.1)
    """

    learning_rate: Real | Schedule = scheduled(POSITIVE)
    momentum: Real = real(FRACTION, 0.9)

    slots = ("v",)

    def bind(self, at: Memory) -> Update:
        W, g, v, s = at.W, at.g, at.slots["v"], at.scratch()
        alpha = at.stepped(self, self.learning_rate)
        momentum = at.number(self.momentum)

        def update(step: int) -> None:
            np.multiply(v, momentum, out=v)
            np.add(v, g, out=v)
            np.multiply(v, alpha(step), out=s)
            np.subtract(W, s, out=W)

        return update


@dataclass(frozen=True, repr=False)
class Nesterov(Optimizer):
    """v ← μ v + g;  W ← W - α (g + μ v)

    Source: Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013).

    >>> Nesterov(0.1, momentum=0.8)
    Nesterov(0.1, momentum=0.8)
    """

    learning_rate: Real | Schedule = scheduled(POSITIVE)
    momentum: Real = real(FRACTION, 0.9)

    slots = ("v",)

    def bind(self, at: Memory) -> Update:
        W, g, v, s = at.W, at.g, at.slots["v"], at.scratch()
        alpha = at.stepped(self, self.learning_rate)
        momentum = at.number(self.momentum)

        def update(step: int) -> None:
            np.multiply(v, momentum, out=v)
            np.add(v, g, out=v)
            np.multiply(v, momentum, out=s)
            np.add(s, g, out=s)
            np.multiply(s, alpha(step), out=s)
            np.subtract(W, s, out=W)

        return update


@dataclass(frozen=True, repr=False)
class RMSprop(Optimizer):
    """v ← ρ v + (1 - ρ) g²;  W ← W - α g / (√v + ε)     (ρ is `decay`)

    Source: Tieleman and Hinton, Lecture 6.5 of "Neural networks for machine learning" (2012).

    >>> RMSprop(0.01)
    RMSprop(0.01)
    """

    learning_rate: Real | Schedule = scheduled(POSITIVE)
    decay: Real = real(FRACTION, 0.99)
    epsilon: Real = real(POSITIVE, 1e-8)

    slots = ("v",)

    def bind(self, at: Memory) -> Update:
        W, g, v, s = at.W, at.g, at.slots["v"], at.scratch()
        alpha = at.stepped(self, self.learning_rate)
        decay, rest = at.number(self.decay), at.number(1.0 - np.array(self.decay))
        epsilon = at.number(self.epsilon)

        def update(step: int) -> None:
            np.multiply(v, decay, out=v)
            np.multiply(g, g, out=s)
            np.multiply(s, rest, out=s)
            np.add(v, s, out=v)
            np.sqrt(v, out=s)
            np.add(s, epsilon, out=s)
            np.divide(g, s, out=s)
            np.multiply(s, alpha(step), out=s)
            np.subtract(W, s, out=W)

        return update


@dataclass(frozen=True, repr=False)
class Adam(Optimizer):
    """m ← β1 m + (1 - β1) g;  v ← β2 v + (1 - β2) g²;  W ← W - α m̂ / (√v̂ + ε)

    m̂ = m / (1 - β1^t) and v̂ = v / (1 - β2^t) at the t-th step, t from 1. With `bias_correction=False` m̂ = m and
    v̂ = v, which is how the reference lab writes it, (8)-(10). β1 is `momentum`, β2 is `decay`.
    Source: Kingma and Ba, "Adam" (2015), algorithm 1.

    >>> Adam(0.01, bias_correction=False)
    Adam(0.01, bias_correction=False)
    """

    learning_rate: Real | Schedule = scheduled(POSITIVE, 0.001)
    momentum: Real = real(FRACTION, 0.9)
    decay: Real = real(FRACTION, 0.999)
    epsilon: Real = real(POSITIVE, 1e-8)
    bias_correction: bool = flag(True)

    slots = ("m", "v")

    def bind(self, at: Memory) -> Update:
        W, g, m, v, s = at.W, at.g, at.slots["m"], at.slots["v"], at.scratch()
        rate, alpha, scale = at.rate(self.learning_rate), at.operand(self), at.operand(self)
        epsilon = at.number(self.epsilon)
        beta1, rest1 = at.number(self.momentum), at.number(1.0 - np.array(self.momentum))
        beta2, rest2 = at.number(self.decay), at.number(1.0 - np.array(self.decay))
        momentum, decay = at.plain(self.momentum), at.plain(self.decay)

        def update(step: int) -> None:
            np.multiply(m, beta1, out=m)
            np.multiply(g, rest1, out=s)
            np.add(m, s, out=m)

            np.multiply(v, beta2, out=v)
            np.multiply(g, g, out=s)
            np.multiply(s, rest2, out=s)
            np.add(v, s, out=v)

            t = step + 1
            alpha[...] = rate(step) / (1.0 - momentum**t) if self.bias_correction else rate(step)
            scale[...] = (1.0 - decay**t) ** -0.5 if self.bias_correction else 1.0
            np.sqrt(v, out=s)
            np.multiply(s, scale, out=s)  # √v̂
            np.add(s, epsilon, out=s)
            np.divide(m, s, out=s)
            np.multiply(s, alpha, out=s)  # α m̂ / (√v̂ + ε)
            np.subtract(W, s, out=W)

        return update


@dataclass(frozen=True, repr=False)
class AdamW(Optimizer):
    """Adam's step, and W ← W - α λ W at the weights, not at the biases. λ is `weight_decay`.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), algorithm 2.

    >>> AdamW(0.01)
    AdamW(0.01)
    """

    learning_rate: Real | Schedule = scheduled(POSITIVE, 0.001)
    momentum: Real = real(FRACTION, 0.9)
    decay: Real = real(FRACTION, 0.999)
    epsilon: Real = real(POSITIVE, 1e-8)
    weight_decay: Real = real(NON_NEGATIVE, 0.01)

    slots = Adam.slots

    def bind(self, at: Memory) -> Update:
        W, s = at.W, at.scratch()
        alpha = at.stepped(self, self.learning_rate)
        weight_decay = at.number(self.weight_decay) * at.is_weight  # λ at the weights, 0 at the biases: (P,), or (K, P)
        adam = Adam(self.learning_rate, self.momentum, self.decay, self.epsilon).bind(at)

        def update(step: int) -> None:
            np.multiply(W, weight_decay, out=s)
            np.multiply(s, alpha(step), out=s)
            np.subtract(W, s, out=W)
            adam(step)

        return update


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "adam": Adam,
    "adamw": AdamW,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSprop,
    "sgd": SGD,
}
