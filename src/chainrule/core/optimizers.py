"""Optimizers: each is its equation on one array of parameters W and its gradient g, in place.

State (v, m) starts at zero. ε stands outside the root everywhere. α is the learning rate of the step, from a number,
K numbers or a schedule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Calls, call, one_by_one
from chainrule.core.description import FRACTION, NON_NEGATIVE, POSITIVE, Description, Real, flag, real
from chainrule.core.parameters import Numbers, Parameters
from chainrule.core.schedules import Rate, Schedule, scheduled


class Optimizer(Description):
    """The base of the optimizers. A new one names its `slots` and writes `bind`.

    `bind` finds W and g as `at.W` and `at.g`, what it keeps in `at.slots`, an array for the time of a step by
    `at.scratch()`, a setting as an operand by `at.number(...)`, and a learning rate that may be a schedule, with the
    calls that set it, by `at.stepped(self, ...)`; other numbers that change from step to step by `at.of_step(...)`. The
    number of a step, from 0, is in `at.step`.
    """

    slots: ClassVar[tuple[str, ...]] = ()
    """The arrays it keeps from step to step, each like W, zero at the start."""

    def bind(self, at: Parameters) -> Calls | Callable[[int], object]:
        """Return the calls of one step, bound to the parameters; or a function that makes a step, given its number."""
        raise NotImplementedError(f"{type(self).__name__} must define bind()")


@dataclass(frozen=True, repr=False)
class SGD(Optimizer):
    """W ← W - α g

    >>> SGD(0.5)
    SGD(0.5)
    """

    learning_rate: Real | Schedule = scheduled(POSITIVE)

    def bind(self, at: Parameters) -> Calls:
        W, g, s = at.W, at.g, at.scratch()
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        return Calls(
            *set_alpha,
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

    def bind(self, at: Parameters) -> Calls:
        W, g, v, s = at.W, at.g, at.slots["v"], at.scratch()
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        momentum = at.number(self.momentum)
        return Calls(
            *set_alpha,
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

    def bind(self, at: Parameters) -> Calls:
        W, g, v, s = at.W, at.g, at.slots["v"], at.scratch()
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        momentum = at.number(self.momentum)
        return Calls(
            *set_alpha,
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

    def bind(self, at: Parameters) -> Calls:
        W, g, v, s = at.W, at.g, at.slots["v"], at.scratch()
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        decay, rest = at.number(self.decay), at.number(1.0 - np.array(self.decay))
        epsilon = at.number(self.epsilon)
        return Calls(
            *set_alpha,
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
    v̂ = v, which is how the reference lab writes it, (8)-(10). β1 is `beta1`, β2 is `beta2`.
    Source: Kingma and Ba, "Adam" (2015), algorithm 1.

    >>> Adam(0.01, bias_correction=False)
    Adam(0.01, bias_correction=False)
    """

    learning_rate: Real | Schedule = scheduled(POSITIVE, 0.001)
    beta1: Real = real(FRACTION, 0.9)
    beta2: Real = real(FRACTION, 0.999)
    epsilon: Real = real(POSITIVE, 1e-8)
    bias_correction: bool = flag(True)

    slots = ("m", "v")

    def bind(self, at: Parameters) -> Calls:
        W, g, m, v, s = at.W, at.g, at.slots["m"], at.slots["v"], at.scratch()
        beta1, rest1 = at.number(self.beta1), at.number(1.0 - np.array(self.beta1))
        beta2, rest2 = at.number(self.beta2), at.number(1.0 - np.array(self.beta2))
        rate, plain = at.rate(self.learning_rate), [at.plain(each) for each in (self.beta1, self.beta2, self.epsilon)]
        numbers_of = partial(corrected if self.bias_correction else uncorrected, rate, plain)
        (alpha, epsilon), set_both = at.of_step(self, 2, numbers_of)

        return Calls(
            *set_both,
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


def corrected(rate: Rate, plain: Sequence[float | Array], step: int) -> Numbers:
    """Adam's α and ε with which W ← W - α m̂ / (√v̂ + ε) is W - α' m / (√v + ε'), a pass less.

    α' = α r / (1 - β1^t) and ε' = ε r, with r = √(1 - β2^t): Kingma and Ba, section 2. `plain` is β1, β2 and ε.
    """
    beta1, beta2, epsilon = plain
    t = step + 1
    r = (1.0 - beta2**t) ** 0.5
    return rate(step) * r / (1.0 - beta1**t), epsilon * r


def uncorrected(rate: Rate, plain: Sequence[float | Array], step: int) -> Numbers:
    """Adam's α and ε themselves."""
    return rate(step), plain[-1]


@dataclass(frozen=True, repr=False)
class AdamW(Optimizer):
    """Adam's step, and W ← W - α λ W at the weights, not at the biases. λ is `weight_decay`.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), algorithm 2.

    >>> AdamW(0.01)
    AdamW(0.01)
    """

    learning_rate: Real | Schedule = scheduled(POSITIVE, 0.001)
    beta1: Real = real(FRACTION, 0.9)
    beta2: Real = real(FRACTION, 0.999)
    epsilon: Real = real(POSITIVE, 1e-8)
    weight_decay: Real = real(NON_NEGATIVE, 0.01)

    slots = Adam.slots

    def bind(self, at: Parameters) -> Calls:
        W, s = at.W, at.scratch()
        alpha, set_alpha = at.stepped(self, self.learning_rate)
        weight_decay = at.number(self.weight_decay) * at.is_weight()  # (P,), (K, P): λ at weights, 0 at biases
        adam = Adam(self.learning_rate, self.beta1, self.beta2, self.epsilon).bind(at)

        return Calls(
            *set_alpha,
            call(np.multiply, W, weight_decay, out=s),
            call(np.multiply, s, alpha, out=s),
            call(np.subtract, W, s, out=W),
            *adam,
        )


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "adam": Adam,
    "adamw": AdamW,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSprop,
    "sgd": SGD,
}


def bind_update(optimizer: Optimizer, parameters: Parameters) -> Calls:
    """One step, in place, as a row of calls, the last of which counts it."""
    update, step = optimizer.bind(parameters), parameters.step
    calls = one_by_one(update) if isinstance(update, Calls) else (partial(call_with_step, update, step),)
    return Calls(*calls, call(np.add, step, np.array(1), out=step))


def call_with_step(update: Callable[[int], object], step: Array) -> None:
    """Make an update that is a plain function of the step, counted from 0."""
    update(step.item())
