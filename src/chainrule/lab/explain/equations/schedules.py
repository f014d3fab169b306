"""The schedules as equations: the learning rate of a step, as `core/schedules.py` has it."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chainrule.core.schedules import Constant, Cosine, Exponential, Schedule, StepDecay, WarmUp
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, constant, cos, exp, log, numbers_in
from chainrule.lab.explain.algebra.notes import Note, sentences
from chainrule.lab.explain.algebra.symbols import Symbol

PI = Number(math.pi, Symbol("π"))

DONE: Note = ("done is the number of steps before this one.",)

RADIANS: Note = ("The angle is in radians.",)


def _setting(name: str, value: Any) -> Number:
    return Number(float(value), Symbol(name))


def _constant(schedule: Constant, done: Number) -> Expression:
    return _setting("start", schedule.value)


def _step_decay(schedule: StepDecay, done: Number) -> Expression:
    start, factor = _setting("start", schedule.start), _setting("factor", schedule.factor)
    drops = int(done.value) // schedule.every
    return start * factor**drops if drops else start


def _exponential(schedule: Exponential, done: Number) -> Expression:
    start, factor = _setting("start", schedule.start), _setting("factor", schedule.factor)
    return start * exp(log(factor) * done / _setting("every", schedule.every))


def _cosine(schedule: Cosine, done: Number) -> Expression:
    start, end = _setting("start", schedule.start), _setting("end", schedule.end)
    if done.value >= schedule.steps:
        return end
    return end + (start - end) * (1 + cos(PI * done / _setting("steps", schedule.steps))) / 2


RATES: dict[type[Schedule], Callable[[Any, Number], Expression]] = {
    Constant: _constant,
    Cosine: _cosine,
    Exponential: _exponential,
    StepDecay: _step_decay,
}
"""Each schedule's rate, after so many steps."""


def rate_of(schedule: Schedule, step: int, rate: Symbol) -> list[Equation]:
    """The equations of the rate after `step` steps, named `rate`; of a schedule that isn't known here, its value."""
    return _rate_after(schedule, Number(float(step), Symbol("done")), rate, DONE)


def _rate_after(schedule: Schedule, done: Number, rate: Symbol, note: Note) -> list[Equation]:
    """The equations of a rate; the note is on `done`, and stands beside the first equation that holds it."""
    if isinstance(schedule, WarmUp):
        return _warm_up(schedule, done, rate, note)
    value = float(schedule(int(done.value)))
    if type(schedule) not in RATES:
        return [Equation(rate, value, note=(f"The rate of {schedule!r} after {int(done.value):,} steps.",))]
    made = RATES[type(schedule)](schedule, done)
    names = set(numbers_in(made))
    return [Equation(rate, value, made, sentences(note if done in names else (), RADIANS if PI in names else ()))]


def _warm_up(schedule: WarmUp, done: Number, rate: Symbol, note: Note) -> list[Equation]:
    """While it rises, a share of the rate that it rises to; then the rate of what follows, counted from there."""
    then = schedule.then if isinstance(schedule.then, Schedule) else Constant(schedule.then)
    rise = _setting("rise", schedule.steps)
    if done.value < schedule.steps:
        top = _rate_after(then, constant(0), Symbol("top"), ())
        made = top[-1].number * (done + 1) / rise
        return [*top, Equation(rate, float(schedule(int(done.value))), made, note)]
    after = Equation.between(Symbol("done", prefix="then"), done - rise)
    return [replace(after, note=note), *_rate_after(then, after.number, rate, ())]
