"""The numeric check: the gradient beside a difference of the loss, which needs no derivative."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from chainrule.core.blocks import leaf_numbers
from chainrule.core.differences import MOVE, STEP, STEPS_BESIDE
from chainrule.core.kinks import kinks_in
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Number
from chainrule.lab.explain.algebra.notes import Note, formula, sentences
from chainrule.lab.explain.algebra.rounding import MARGIN, error_bound
from chainrule.lab.explain.algebra.symbols import DIGITS, Symbol, digits
from chainrule.lab.explain.content import Section
from chainrule.lab.explain.step.around import Around
from chainrule.lab.explain.step.numbers import Numbers
from chainrule.lab.explain.step.recording import Recording
from chainrule.lab.figures.numbers import short

EXACT = 15
"""The digits of a loss that another one is subtracted from."""

NAMED = 3
"""At most 3 kinks are named."""

Gradient = Callable[[Recording], float]
"""The gradient that is checked, of a recorded step."""

Measured = Callable[[Recording, float], Around]
"""The loss around what the gradient is taken by, for a step."""


def numeric_check(numbers: Numbers, what: str, gradient: Gradient, measured: Measured) -> tuple[Section, float]:
    """The central difference of the loss, from its two values; as a section, and as a number."""
    value, around = gradient(numbers.recording), measured(numbers.recording, STEP)
    above, below = (Number(loss, Symbol(name), EXACT) for loss, name in ((around.above, "L₊"), (around.below, "L₋")))
    made = (above - below) / (2 * Number(STEP, Symbol("h")))
    rounding = MARGIN * error_bound(made, {})
    is_zero = max(abs(around.difference), abs(value)) <= rounding
    error = 0.0 if is_zero else abs(around.difference - value)
    note: Note = (
        formula(above.name),
        " and ",
        formula(below.name),
        f" are the loss where {what} is larger and smaller by h = {short(STEP)}: forward runs twice, and no "
        "derivative is used. The error is how far their difference is from the value above.",
    )
    equations = (
        Equation(above.name, above.value, digits=EXACT),
        Equation(below.name, below.value, digits=EXACT),
        Equation(Symbol("difference"), around.difference, made, digits=_digits_of(around)),
        Equation(Symbol("error"), error, note=_of_error(is_zero, rounding)),
    )
    kink = _at_kink(numbers, around, gradient, measured) if around.has_kink(value) else ()
    remark = sentences(note, _digits(above.value, below.value), kink)
    return Section("Numeric check", equations, remark), around.difference


def _digits_of(around: Around) -> int:
    """The digits that a difference has of two losses of 15 digits: 7 at most."""
    last = 10.0 ** (_exponent(around.above) + 1 - EXACT) / (2 * STEP)
    return max(1, min(DIGITS, math.floor(_exponent(around.difference) - math.log10(last))))


def _exponent(value: float) -> int:
    """The power of 10 of a number's first digit; of 0 a very small one."""
    return math.floor(math.log10(max(abs(value), np.finfo(np.float64).tiny)))


def _of_error(is_zero: bool, rounding: float) -> Note:
    """What an error may come from beside the gradient."""
    left = f"The losses are rounded, which may leave up to {short(rounding, 1)}"
    return (f"{left}: difference and gradient are 0 as far as they can tell." if is_zero else f"{left}.",)


def _digits(above: float, below: float) -> Note:
    """How a calculator of 8 digits subtracts two numbers that are almost equal."""
    one, other = digits(above, EXACT), digits(below, EXACT)
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = one[:shared]
    if "e" in one + other or not any(each in "123456789" for each in start):
        return ()
    return (f"Both start with {start}, which can be left out of both: then 8 digits suffice.",)


def _at_kink(numbers: Numbers, around: Around, gradient: Gradient, measured: Measured) -> Note:
    """Which kink lies within the step, and how well gradient and difference agree on both sides of it."""
    total, kinks = kinks_in(around.changed, leaf_numbers(numbers.blocks), NAMED)
    shown = [str(replace(each, sample=numbers.samples[each.sample])) for each in kinks]
    where = "; ".join(shown) + (f"; and {total - len(kinks):,} other kinks" if total > len(kinks) else "")
    error = max(_error_beside(numbers.recording, side, gradient, measured) for side in (1.0, -1.0))
    return (
        f"Kink: {where or 'the slopes ahead and behind differ'}. There the loss has no single slope, so the difference "
        f"needn’t be the gradient. Beside it, with each parameter moved up to {MOVE:g} to either side, the error is at "
        f"most {digits(error, 2)}.",
    )


def _error_beside(recording: Recording, side: float, gradient: Gradient, measured: Measured) -> float:
    """The error at the first place on a side without a kink; else the least of all places."""
    errors = []
    for k, step in enumerate(STEPS_BESIDE):
        there = recording.beside(side, k)
        value, around = gradient(there), measured(there, step)
        errors.append(abs(around.difference - value))
        if not around.has_kink(value):
            return errors[-1]
    return min(errors)
