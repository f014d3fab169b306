"""Schedules: learning rates as functions of the step, which counts from 0; lengths are in steps.

    Adam(Cosine(0.01, steps=1000))

A schedule whose numbers have one value per member gives each member a rate of its own.
"""

import math
from collections.abc import Callable
from dataclasses import MISSING, dataclass
from functools import partial
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import (
    COUNT,
    COUNT_OR_ZERO,
    NON_NEGATIVE,
    POSITIVE,
    Description,
    Real,
    Rule,
    check_real,
    check_whole,
    real,
    setting,
    whole,
)
from chainrule.core.errors import SettingError

Value = float | Array
"""A rate in the form that a run computes with: a number, or an array of K."""

Convert = Callable[[Real], Value]
"""Turns a setting into the form that a run computes with: a float stays, K values become an array."""

Rate = Callable[[int], Value]
"""The rate as a function of the step alone, asked for steps to come as well: a named function, bound to numbers."""


class Schedule(Description):
    """The base of the schedules. A new one defines `bind`."""

    def bind(self, convert: Convert) -> Rate:
        """The rate as a function of the step, its numbers as `convert` returns them."""
        raise NotImplementedError(f"{type(self).__name__} must define bind()")

    def __call__(self, step: int) -> Value:
        """The rate at a step: a number, or an array of K."""
        step = check_whole("step", COUNT_OR_ZERO, step)
        return self.bind(lambda value: value if isinstance(value, float) else np.array(value))(step)


def scheduled(rule: Rule, default: Any = MISSING) -> Any:
    """A field for a number, K numbers, or a schedule of them."""

    def check(name: str, value: Any) -> Real | Schedule:
        return value if isinstance(value, Schedule) else check_real(name, rule, value)

    return setting(check, default, per_member=True, kind=float, rule=rule)


def bind_rate(value: Real | Schedule, convert: Convert) -> Rate:
    """A constant rate or a schedule as a function of the step."""
    if isinstance(value, Schedule):
        return value.bind(convert)
    return partial(constant, convert(value))


def constant(value: Value, step: int) -> Value:
    """A value that stays the same at every step."""
    return value


def power(base: Value, exponent: float) -> Value:
    """base^exponent; infinite where a float can't hold it.

    >>> power(0.5, 2), power(1e300, 2)
    (0.25, inf)
    """
    try:
        with np.errstate(over="ignore"):
            raised: Value = base**exponent
            return raised
    except OverflowError:
        return math.inf


def check_rates(optimizer: Description, steps: int) -> None:
    """Raise SettingError where a schedule of the optimizer grows beyond what a float holds within so many steps."""
    for field, value in optimizer.settings():
        if isinstance(value, Schedule) and not np.isfinite(value(steps - 1)).all():
            raise SettingError(
                f"{type(optimizer).__name__}'s {field.name} must stay finite for {steps:,} steps; got {value}, "
                "which grows beyond any number. Take fewer steps, or a factor nearer to 1."
            )


@dataclass(frozen=True, repr=False)
class Constant(Schedule):
    """A constant rate; a plain number is one, too.

    >>> Constant(0.1)(1000)
    0.1
    """

    value: Real = real(POSITIVE)

    def bind(self, convert: Convert) -> Rate:
        return bind_rate(self.value, convert)


@dataclass(frozen=True, repr=False)
class StepDecay(Schedule):
    """start · factor^⌊step / every⌋: a drop by `factor` every `every` steps.

    >>> [StepDecay(1.0, every=10, factor=0.5)(step) for step in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """

    start: Real = real(POSITIVE)
    every: int = whole(COUNT)
    factor: Real = real(POSITIVE, 0.1)

    def bind(self, convert: Convert) -> Rate:
        return partial(step_decay, convert(self.start), convert(self.factor), self.every)


def step_decay(start: Value, factor: Value, every: int, step: int) -> Value:
    """The rate of `StepDecay`."""
    return start * power(factor, step // every)


@dataclass(frozen=True, repr=False)
class Exponential(Schedule):
    """start · factor^(step / every): a smooth decay by `factor` over `every` steps.

    >>> [Exponential(1.0, every=10, factor=0.25)(step) for step in (0, 5, 10)]
    [1.0, 0.5, 0.25]
    """

    start: Real = real(POSITIVE)
    every: int = whole(COUNT)
    factor: Real = real(POSITIVE, 0.1)

    def bind(self, convert: Convert) -> Rate:
        return partial(exponential, convert(self.start), convert(self.factor), self.every)


def exponential(start: Value, factor: Value, every: int, step: int) -> Value:
    """The rate of `Exponential`."""
    return start * power(factor, step / every)


@dataclass(frozen=True, repr=False)
class Cosine(Schedule):
    """end + (start - end) · (1 + cos(π step / steps)) / 2 up to `steps`, then `end`.

    Source: Loshchilov and Hutter, "SGDR" (2017), (5), one period.

    >>> [round(Cosine(1.0, steps=100)(step), 6) for step in (0, 50, 100, 200)]
    [1.0, 0.5, 0.0, 0.0]
    """

    start: Real = real(POSITIVE)
    steps: int = whole(COUNT)
    end: Real = real(NON_NEGATIVE, 0.0)

    def bind(self, convert: Convert) -> Rate:
        return partial(cosine, convert(self.start), convert(self.end), self.steps)


def cosine(start: Value, end: Value, steps: int, step: int) -> Value:
    """The rate of `Cosine`."""
    return end + (start - end) * (0.5 + 0.5 * math.cos(math.pi * min(step / steps, 1.0)))


@dataclass(frozen=True, repr=False)
class WarmUp(Schedule):
    """A linear rise over `steps` steps to the first value of `then`, a number or a schedule, which follows.

    >>> [WarmUp(0.4, steps=4)(step) for step in (0, 1, 3, 4, 100)]
    [0.1, 0.2, 0.4, 0.4, 0.4]
    """

    then: Real | Schedule = scheduled(POSITIVE)
    steps: int = whole(COUNT)

    def bind(self, convert: Convert) -> Rate:
        return partial(warm_up, bind_rate(self.then, convert), self.steps)


def warm_up(then: Rate, steps: int, step: int) -> Value:
    """The rate of `WarmUp`."""
    return then(step - steps) if step >= steps else then(0) * ((step + 1) / steps)
