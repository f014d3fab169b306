"""Where the time goes: the calls of a step or of a prediction, each timed in its place among the others.

Of a step these are NumPy's alone; of a prediction also what the door does: it checks the input's shape, looks for the
plan that is bound already and copies theta there, copies the samples in and the answers out.
"""

import statistics
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.work import Prediction, Training
from chainrule.core import evaluate
from chainrule.core.arrays import Array
from chainrule.core.calls import Call, arithmetic
from chainrule.core.checks import check_shape
from chainrule.core.objective import Objective
from chainrule.core.optimizers import bind_update
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import Plan

ROUNDS = 500

Line = tuple[str, int, float]
"""A function, the number of its calls, and the microseconds that all of them take."""


def profile(work: Training | Prediction) -> list[Line]:
    """The calls of one step, or of one prediction, by function; the slowest first."""
    calls = bound(work)
    with arithmetic():
        rounds = [timed(calls) for _ in range(ROUNDS)]
        nothing = statistics.median(timed([lambda: None] * 100))  # the cost of reading the clock and of an empty call
    lines: dict[str, tuple[int, float]] = {}
    for each, seconds in zip(calls, zip(*rounds, strict=True), strict=True):
        name = called(getattr(each, "func", each))  # a bound call's function
        count, before = lines.get(name, (0, 0.0))
        lines[name] = count + 1, before + 1e6 * max(0.0, statistics.median(seconds) - nothing)
    return sorted(((name, *line) for name, line in lines.items()), key=lambda line: -line[2])


def bound(work: Training | Prediction) -> Sequence[Call]:
    """The calls that chainrule repeats: a batch's forward, loss and backward and the update, or forward alone."""
    theta = work.network.initialize(0, getattr(work, "population", None), work.dtype)
    if isinstance(work, Prediction):
        x, state = work.arrays(), work.network.initialize_state()
        plan = evaluate.CheckedPlan(work.network, work.n, Parameters.of(work.network, theta, state), dtype=x.dtype)
        return (
            partial(check_shape, work.network.input_shape, x),
            partial(take_plan, work, theta, state, x.dtype),
            partial(np.copyto, plan.samples, x),
            *plan.row,
            plan.outputs.copy,
        )
    x, y = work.arrays()
    n = work.batch_size or len(x)
    parameters = Parameters.of(work.network, theta, slots=work.optimizer.slots)
    plan = Plan(Objective(work.network, work.loss), n, parameters)
    plan.set_input(x[:n])
    plan.set_targets(work.loss.rows(y[:n], work.network.output_shape[0]))
    return (*plan.value_and_gradient, *bind_update(work.optimizer, parameters))


def take_plan(work: Prediction, theta: Array, state: Array, dtype: "np.dtype[Any]") -> None:
    """Take the plan that is kept for such predictions, with these parameters, and put it back."""
    bound = work.network, work.n, work.network, theta, state
    evaluate.keep_plan(*evaluate.take_plan(evaluate.CheckedPlan, *bound, dtype=dtype))


def timed(calls: Sequence[Call]) -> list[float]:
    """The seconds of each call, when all are made once, in order."""
    clock, seconds = time.perf_counter, []
    for call in calls:
        begin = clock()
        call()
        seconds.append(clock() - begin)
    return seconds


def called(function: Any) -> str:
    """A function's name, with the ufunc's for a method such as add.reduce.

    >>> called(np.exp), called(np.add.reduce)
    ('exp', 'add.reduce')
    """
    of = getattr(function, "__self__", None)
    return f"{of.__name__}.{function.__name__}" if isinstance(of, np.ufunc) else function.__name__
