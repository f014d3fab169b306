"""Where the time goes: the NumPy calls of a step or of a prediction, each timed in its place among the others."""

import statistics
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.work import Prediction, Training
from chainrule.core.arrays import Call
from chainrule.core.optimizers import Memory
from chainrule.core.plan import Plan, arithmetic

ROUNDS = 500

Line = tuple[str, int, float]
"""A NumPy function, how often it is called, and the microseconds that all of its calls take."""


def profile(work: Training | Prediction) -> list[Line]:
    """The calls of one step, or of one prediction, by function; the longest first."""
    calls = bound(work)
    with arithmetic():
        rounds = [timed(calls) for _ in range(ROUNDS)]
        nothing = statistics.median(timed([lambda: None] * 100))  # reading the clock, and a call of Python's own
    lines: dict[str, tuple[int, float]] = {}
    for each, seconds in zip(calls, zip(*rounds, strict=True), strict=True):
        name = called(getattr(each, "func", each))  # of a bound call, the function that it makes
        count, before = lines.get(name, (0, 0.0))
        lines[name] = count + 1, before + 1e6 * max(0.0, statistics.median(seconds) - nothing)
    return sorted(((name, *line) for name, line in lines.items()), key=lambda line: -line[2])


def bound(work: Training | Prediction) -> Sequence[Call]:
    """What chainrule calls over and over: forward, loss and backward of a batch, and the update; or forward alone."""
    theta = work.network.initialize(0, getattr(work, "population", None), work.dtype)
    if isinstance(work, Prediction):
        plan = Plan(work.network, work.n, theta, training=False)
        plan.set_input(work.arrays())
        return plan.infer
    x, y = work.arrays()
    n = work.batch_size or len(x)
    plan = Plan(work.network, n, theta, loss=work.loss)
    plan.set_input(x[:n])
    plan.set_targets(work.loss.rows(y[:n], work.network.output_shape[0]))
    slots = {each: np.zeros_like(theta) for each in work.optimizer.slots}
    memory = Memory(theta, plan.gradient, slots, work.network.is_weight(theta.dtype))
    return (*plan.measure, *work.optimizer.bind(memory).calls)


def timed(calls: Sequence[Call]) -> list[float]:
    """The seconds of each call, all made once, one after the other."""
    clock, seconds = time.perf_counter, []
    for call in calls:
        begin = clock()
        call()
        seconds.append(clock() - begin)
    return seconds


def called(function: Any) -> str:
    """A NumPy function's name, with the ufunc's for a method such as add.reduce.

    >>> called(np.exp), called(np.add.reduce)
    ('exp', 'add.reduce')
    """
    of = getattr(getattr(function, "__self__", None), "__name__", "numpy")
    return function.__name__ if of.startswith("numpy") else f"{of}.{function.__name__}"
