"""Numbers that change from step to step: the engine has them from a table, as NumPy's calls to the last bit."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.calls import Calls
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.nodes import PythonCall
from chainrule.core.engine.program import lowered
from chainrule.core.engine.tabled import FIRST_STEPS, MOST_STEPS
from chainrule.core.optimizers import Optimizer, bind_update
from chainrule.core.parameters import Parameters
from drawn import examples

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

NETWORK = cr.mlp(2, 1)
RATES = [
    0.1,
    cr.Cosine(0.5, steps=100),
    cr.Exponential(0.3, every=7, factor=0.9),
    cr.WarmUp(cr.StepDecay(0.2, every=5), steps=70),
    cr.Constant([0.1, 0.2, 0.3]),
    cr.Cosine([0.1, 0.2, 0.3], steps=50),
]


def bound(optimizer: Optimizer, members: int, dtype: str) -> tuple[Calls, Parameters]:
    """An update, and what it moves, by a gradient that stays."""
    theta = NETWORK.initialize(0, members, dtype=dtype)
    parameters = Parameters.of(NETWORK, theta, slots=optimizer.slots)
    parameters.gradient[...] = np.random.default_rng(1).standard_normal(theta.shape)
    return bind_update(optimizer, parameters), parameters


@examples(60)
@given(
    rate=st.sampled_from(RATES),
    kind=st.sampled_from([cr.SGD, cr.Adam, cr.AdamW, partial(cr.Adam, bias_correction=False)]),
    dtype=st.sampled_from(["float64", "float32"]),
    jumps=st.lists(st.tuples(st.integers(0, 2 * MOST_STEPS), st.integers(1, 2 * FIRST_STEPS)), min_size=1, max_size=3),
)
def test_an_update_is_numpys_bit_for_bit_from_any_step_on(rate, kind, dtype: str, jumps: list[tuple[int, int]]):
    (row, exact), (same_row, ours) = bound(kind(rate), 3, dtype), bound(kind(rate), 3, dtype)
    program = lowered(same_row, [ours.theta, *ours.slots.values()])
    assert not any(isinstance(each, PythonCall) for each in program.nodes)
    for step, times in jumps:
        exact.step[...] = ours.step[...] = step
        for _ in range(times):
            row()
        assert program.run(times) == times
        assert exact.step == ours.step == step + times
        np.testing.assert_array_equal(ours.theta, exact.theta)


def test_a_schedule_is_asked_for_many_steps_at_once_and_may_end_where_the_run_does():
    asked: list[int] = []

    def rate(step: int) -> tuple[float]:
        asked.append(step)
        return ([0.5, 0.25, *[0.125] * 68][step],)  # IndexError from step 70 on

    _, parameters = bound(cr.SGD(0.1), 3, "float64")
    (alpha,), row = parameters.of_step(cr.SGD(0.1), 1, rate)
    program = lowered(Calls(*row, partial(np.add, parameters.step, np.array(1), parameters.step)), [alpha])
    program.run(2)
    assert (alpha, asked) == (0.25, list(range(FIRST_STEPS)))
    assert program.run(68) == 68
    assert (alpha, parameters.step, len(asked)) == (0.125, 70, 71)
    with pytest.raises(IndexError):
        program.run()
    parameters.step[...] = 0
    program.run()
    assert alpha == 0.5


def test_a_table_has_twice_as_many_steps_as_before_up_to_the_most():
    asked: list[int] = []

    def rate(step: int) -> tuple[float]:
        asked.append(step)
        return (0.5,)

    _, parameters = bound(cr.SGD(0.1), 3, "float64")
    (alpha,), row = parameters.of_step(cr.SGD(0.1), 1, rate)
    program = lowered(Calls(*row), [alpha])
    step, n = 1000, FIRST_STEPS
    while n <= MOST_STEPS:
        asked.clear()
        parameters.step[...] = step
        program.run()
        assert asked == list(range(step, step + n))
        step, n = step + n, 2 * n
    asked.clear()
    parameters.step[...] = step
    program.run()
    assert len(asked) == MOST_STEPS


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({0: np.zeros(1, np.int64)}, "whole numbers"),
        ({1: np.zeros(3, np.int64)}, "whole numbers"),
        ({1: np.zeros(4, np.int64)[::2]}, "in a row"),
        ({2: np.zeros((4, 3))}, "shapes"),
        ({2: np.zeros((2, 4)).T}, "in a row"),
        ({2: np.zeros((4, 2), np.int64), 3: np.zeros(2, np.int64)}, "real numbers"),
        ({3: np.zeros(4)[::2]}, "in a row"),
        ({3: np.broadcast_to(np.zeros(1), 2)}, "in a row"),
    ],
)
def test_operands_that_do_not_go_together_are_refused(changed: dict[int, np.ndarray], says: str):
    operands = [np.zeros((), np.int64), np.zeros(2, np.int64), np.zeros((4, 2)), np.zeros(2)]
    for i, array in changed.items():
        operands[i] = array
    with pytest.raises(ValueError, match=says):
        _engine.Program((("tabled", tuple(operands), ()),))


def test_no_row_beyond_the_table_is_ever_read():
    step, ends, out, missed = np.array(5), np.array([0, 9]), np.zeros(2), []
    record = ("tabled", (step, ends, np.ones((4, 2)), out), (), lambda: missed.append(step.item()))
    _engine.Program((record,)).run()
    assert (missed, out.tolist()) == ([5], [0.0, 0.0])
