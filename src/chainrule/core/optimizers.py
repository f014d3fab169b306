"""Optimizers: each is its equation on one array of parameters W and its gradient g, in place.

State (v, m) starts at zero. ε stands outside the root everywhere. α is the learning rate of the step, from a number,
K numbers or a schedule.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from chainrule.core.calls import call
from chainrule.core.description import FRACTION, NON_NEGATIVE, POSITIVE, Description, Real, flag, real
from chainrule.core.parameters import Memory as Memory
from chainrule.core.parameters import Update as Update
from chainrule.core.schedules import Schedule, scheduled


class Optimizer(Description):
    """The base of the optimizers. A new one names its `slots` and writes `bind`."""

    slots: ClassVar[tuple[str, ...]] = ()
    """The arrays it keeps from step to step, each like W, zero at the start."""

    def bind(self, at: Memory) -> Update | Callable[[int], object]:
        """Meet the memory: return the update, or a function of the step that makes it."""
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
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        return Update(
            set_alpha,
            call(np.multiply, g, alpha, out=s),
            call(np.subtract, W, s, out=W),
        )


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
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        momentum = at.number(self.momentum)
        return Update(
            set_alpha,
            call(np.multiply, v, momentum, out=v),
            call(np.add, v, g, out=v),
            call(np.multiply, v, alpha, out=s),
            call(np.subtract, W, s, out=W),
        )


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
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        momentum = at.number(self.momentum)
        return Update(
            set_alpha,
            call(np.multiply, v, momentum, out=v),
            call(np.add, v, g, out=v),
            call(np.multiply, v, momentum, out=s),
            call(np.add, s, g, out=s),
            call(np.multiply, s, alpha, out=s),
            call(np.subtract, W, s, out=W),
        )


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
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        decay, rest = at.number(self.decay), at.number(1.0 - np.array(self.decay))
        epsilon = at.number(self.epsilon)
        return Update(
            set_alpha,
            call(np.multiply, v, decay, out=v),
            call(np.multiply, g, g, out=s),
            call(np.multiply, s, rest, out=s),
            call(np.add, v, s, out=v),
            call(np.sqrt, v, out=s),
            call(np.add, s, epsilon, out=s),
            call(np.divide, g, s, out=s),
            call(np.multiply, s, alpha, out=s),
            call(np.subtract, W, s, out=W),
        )


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
        rate, alpha, epsilon = at.rate(self.learning_rate), at.operand(self), at.operand(self)
        beta1, rest1 = at.number(self.momentum), at.number(1.0 - np.array(self.momentum))
        beta2, rest2 = at.number(self.decay), at.number(1.0 - np.array(self.decay))
        plain_beta1, plain_beta2, plain_epsilon = (at.plain(each) for each in (self.momentum, self.decay, self.epsilon))

        def set_rates(step: int) -> None:
            # m̂ / (√v̂ + ε) is m / (√v + ε r) times r / (1 - β1^t), r = √(1 - β2^t): a pass less (the paper, section 2)
            t = step + 1 if self.bias_correction else math.inf  # β^∞ = 0: nothing is corrected
            r = (1.0 - plain_beta2**t) ** 0.5
            alpha[...] = rate(step) * r / (1.0 - plain_beta1**t)
            epsilon[...] = plain_epsilon * r

        return Update(
            set_rates,
            call(np.multiply, m, beta1, out=m),
            call(np.multiply, g, rest1, out=s),
            call(np.add, m, s, out=m),
            call(np.multiply, v, beta2, out=v),
            call(np.multiply, g, g, out=s),
            call(np.multiply, s, rest2, out=s),
            call(np.add, v, s, out=v),
            call(np.sqrt, v, out=s),
            call(np.add, s, epsilon, out=s),
            call(np.divide, m, s, out=s),
            call(np.multiply, s, alpha, out=s),
            call(np.subtract, W, s, out=W),
        )


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
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        weight_decay = at.number(self.weight_decay) * at.is_weight  # λ at the weights, 0 at the biases: (P,), or (K, P)
        adam = Adam(self.learning_rate, self.momentum, self.decay, self.epsilon).bind(at)

        def set_rates(step: int) -> None:
            set_alpha(step)
            adam.set_rates(step)

        return Update(
            set_rates,
            call(np.multiply, W, weight_decay, out=s),
            call(np.multiply, s, alpha, out=s),
            call(np.subtract, W, s, out=W),
            *adam.calls,
        )


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "adam": Adam,
    "adamw": AdamW,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSprop,
    "sgd": SGD,
}
