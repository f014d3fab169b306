"""Sections: a population's row, one member after the other, on any number of threads, is what its calls are."""

import signal
import time
from collections.abc import Callable
from functools import partial
from threading import Timer

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from cases import CASES, Case
from chainrule.core.calls import Call, Calls, SideBySide, arithmetic, call, total
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.program import lowered
from chainrule.core.engine.sections import IN_TURNS, OWN, SHARED
from chainrule.core.objective import Objective
from chainrule.core.optimizers import bind_update
from chainrule.core.parameters import Parameters
from chainrule.core.penalties import bind_clip
from chainrule.core.plan.layout import allocate, allocate_by_members
from chainrule.core.plan.plan import Plan
from drawn import examples

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

K, STEPS = 5, 20
X = np.ones((4, 2, 3))


def bound(case: Case, theta: np.ndarray, memory=allocate_by_members) -> tuple[Calls, list[np.ndarray]]:
    """A step of training as one row, and the arrays that are read after it."""
    network, (x, y) = case.network, case.data(18)
    state = network.initialize_state(*theta.shape[:-1])
    optimizer = cr.Momentum(0.01)
    parameters = Parameters.of(network, theta.copy(), state, optimizer.slots)
    plan = Plan(Objective(network, case.loss, cr.L2(0.01)), len(x), parameters, memory=memory)
    plan.set_input(x)
    plan.set_targets(case.loss.rows(y, network.output_shape[0]))
    row = Calls(*plan.value_and_gradient, bind_clip(1.0, parameters), *bind_update(optimizer, parameters))
    return row, [plan.value, parameters.theta, state, *parameters.slots.values(), parameters.gradient]


def after(run, observed: list[np.ndarray]) -> list[np.ndarray]:
    with arithmetic():
        run()
    return [each.copy() for each in observed]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_population_is_its_members_alone(case: Case):
    theta = case.network.initialize(0, K)
    row, observed = bound(case, theta)
    ours = after(partial(lowered(row, observed, members=K, threads=2).run, STEPS), observed)
    for k in range(K):
        row, observed = bound(case, theta[k])
        alone = after(partial(lowered(row, observed).run, STEPS), observed)
        for one, all_of_them in zip(alone, ours, strict=True):
            np.testing.assert_allclose(all_of_them[k], one, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "name", ["the reference network", "LeNet, small", "BatchNorm", "SoftmaxCrossEntropy", "Residual"]
)
def test_any_number_of_threads_gives_the_same_bits(name: str):
    theta, results = CASES[name].network.initialize(0, K), []
    for threads in (1, 2, 3, 5, 8, 1000):
        row, observed = bound(CASES[name], theta)
        program = lowered(row, observed, members=K, threads=threads)
        times = int(2e6 / sum(each.array.size for node in program.nodes for each in node.writes)) + 1
        results.append(after(partial(program.run, times), observed))
    for other in results[1:]:
        for one, ours in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(ours, one)


def test_a_network_is_one_section_and_its_activations_take_turns():
    case = CASES["the reference network"]
    theta = case.network.initialize(0, K)
    row, observed = bound(case, theta)
    program = lowered(row, observed, members=K)
    assert [record[0] for record in program.records] == ["section", "count"]
    *lines, counted = str(program).splitlines()
    assert [line.endswith("member by member") for line in lines] == [True] * (program.n - 1) + [False]
    assert counted.endswith(f", {program.n - 1} member by member")
    operations = program.records[0][2]
    taken = [each for _, operands, _, marks in operations for each in zip(operands, marks, strict=True)]
    assert {each.shape for each, mark in taken if mark == IN_TURNS} >= {(K, 4, 18), (K, 5, 18), (K, 1, 18)}
    assert {each.shape for each, mark in taken if mark == OWN} >= {(K, 4, 3), theta.shape, (K,)}
    assert {each.shape for each, mark in taken if mark == SHARED} >= {(3, 18)}
    row, observed = bound(case, theta, allocate)
    mixed = lowered(row, observed, members=K)
    assert len(mixed.records) > 5, "rows of members lie among each other: whoever writes them does it at once"


def test_every_operation_of_a_convolutional_network_is_in_a_section():
    case = CASES["LeNet, small"]
    row, observed = bound(case, case.network.initialize(0, K))
    assert [record[0] for record in lowered(row, observed, members=K).records] == ["section", "count"]


def views_of(memory: np.ndarray) -> list[np.ndarray]:
    """Views of 48 numbers as of 4 members: parts of their own, parts that they share, and parts among each other."""
    members, rows = memory.reshape(4, 12), memory.reshape(4, 4, 3)
    own = [members[:, :6], members[:, 6:], members[:, 3:9], members[:, ::2]]
    among = [members[::-1, :6], memory[1:25], memory[:24]]
    matrices = [each.reshape(4, 2, 3, copy=False) for each in 3 * own + among]
    return [*matrices, rows.swapaxes(0, 1)[:, :2], rows[:1, :2], rows[:, 3:], rows[2, 1:3]]


@st.composite
def rows(draw: st.DrawFn, memory: list[np.ndarray], data: np.ndarray) -> Calls:
    """A row of calls on such views; the data are only read."""
    views = [view for each in memory for view in views_of(each)]
    large = [view for view in views if view.shape == (4, 2, 3)]
    any_view, any_large = st.sampled_from([*views, *views_of(data)]), st.sampled_from(large)

    def one() -> Call:
        kind, a, b, out = draw(st.integers(0, 9)), draw(any_view), draw(any_view), draw(any_large)
        if kind < 2:
            return call(np.negative, a, out=out)
        if kind < 7:
            return call(draw(st.sampled_from([np.add, np.subtract, np.maximum])), a, b, out=out)
        if kind == 7:
            return call(total, out, axis=(1, 2), keepdims=True, out=draw(any_large)[:, :1, :1])
        if kind == 8:
            return call(np.matmul, out, b.mT, out=draw(any_large)[..., : b.shape[-2]])
        return partial(np.clip, out, -9.0, 9.0, out=out)  # the engine doesn't know it

    return Calls(*(one() for _ in range(draw(st.integers(2, 12)))))


def result(run: Callable[[], object], memory: list[np.ndarray], seen: list[np.ndarray]) -> list[np.ndarray]:
    for array in memory:
        array[...] = 0.5  # what isn't written is the same for all members
    return after(run, seen)


DATA = np.random.default_rng(1).integers(-3, 4, 48) / 2


@examples(200)
@given(data=st.data())
def test_random_rows_are_numpys(data: st.DataObject):
    memory = [np.empty(48) for _ in range(4)]
    row = data.draw(rows(memory, DATA))
    views = [view for each in memory for view in views_of(each)]
    observed = [views[i] for i in data.draw(st.lists(st.integers(0, len(views) - 1), max_size=3))]
    for seen, kept in ((memory, None), (observed, observed)):
        exact = result(lambda: [row() for _ in range(3)], memory, seen)
        ours = result(partial(lowered(row, kept, members=4).run, 3), memory, seen)
        for one, other in zip(exact, ours, strict=True):
            np.testing.assert_array_equal(other, one)


@examples(20)
@given(data=st.data())
def test_random_rows_on_threads_give_the_same_bits(data: st.DataObject):
    memory = [np.empty(48) for _ in range(4)]
    row = Calls(*(each for each in data.draw(rows(memory, DATA)) if each.func is not np.clip))
    observed = [views_of(memory[0])[0]]
    one, many = (
        result(partial(lowered(row, observed, members=4, threads=n).run, 5000), memory, observed) for n in (1, 3)
    )
    np.testing.assert_array_equal(many, one)


def test_what_goes_on_from_run_to_run_is_not_taken_in_turns():
    count, one, out = np.zeros((4, 2, 3)), np.arange(24.0).reshape(4, 2, 3), np.zeros((4, 2, 3))
    program = lowered(Calls(call(np.add, count, one, out=count), call(np.matmul, count, X.mT, out=out[..., :2])), [out])
    cut = lowered(Calls(*program.calls), [out], members=4)
    assert [each[0] for each in cut.records] == ["section"]
    cut.run(3)
    np.testing.assert_array_equal(out[..., :2], 3.0 * one @ X.mT)


def test_members_whose_parts_meet_are_not_cut():
    memory, out = np.arange(36.0), np.zeros((4, 2, 3))
    rows, moved = (memory[i : 24 + i].reshape(2, 4, 3).swapaxes(0, 1) for i in (0, 3))  # of the next member
    row = Calls(call(np.multiply, rows, np.full((), 2.0), out=rows), call(np.matmul, moved, X.mT, out=out[..., :2]))
    row()
    exact, memory[...] = out.copy(), np.arange(36.0)
    lowered(row, [out], members=4)()
    np.testing.assert_array_equal(out, exact)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_rows_side_by_side_are_a_section(threads: int):
    arrays = [np.ones(1000) for _ in range(3)]
    rows = [lowered(Calls(*[call(np.negative, each, out=each)] * n)) for n, each in enumerate(arrays, start=1)]
    made = []
    for rows, n_python in (rows, 0), ([*rows, partial(made.append, 1)], 1):  # noqa: B020
        program = lowered(Calls(SideBySide(rows, lambda calls: [each() for each in calls])), threads=threads)
        assert program.n_python == n_python
        assert str(program).count("in Python" if n_python else "side by side") == 1 + n_python
        program.run(501)
    assert [each[0] for each in arrays] == [1.0, 1.0, 1.0]
    assert len(made) == 501


def test_control_c_ends_a_long_run_on_threads():
    case = CASES["the reference network"]
    row, observed = bound(case, case.network.initialize(0, 64))
    program = lowered(row, observed, members=64, threads=2)
    pressed = []

    def press() -> None:
        pressed.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    timer = Timer(0.2, press)
    timer.start()
    with arithmetic(), pytest.raises(KeyboardInterrupt):
        program.run(10**9)
    assert time.monotonic() - pressed[0] < 1.0, "on a busy machine"
    assert program.run(2) == 2


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ((0, (("elementwise", (), (0,), ()),)), "without members"),
        ((4, ()), "without operations"),
        ((4, (("product", (), ()),)), "have a mark each"),
        (
            (3, (("reduction", (np.ones((4, 2, 3)), np.ones((4, 1, 3))), (0,), (1, 1)),)),
            "doesn't begin with its members",
        ),
        (
            (4, (("reduction", (np.ones((4, 2, 3)), np.ones((4, 1, 3))), (0,), (3, 1)),)),
            "doesn't begin with its members",
        ),
        ((4, (("reduction", (X, np.ones((4, 2, 2))), (0,), (1, 1)),)), "reduction: "),
        ((2, (("check", (X, X > 0), (), (0, 0)),), (1,)), "end elsewhere"),
        ((2, (("check", (X, X > 0), (), (0, 0)),), (1, 2)), "end elsewhere"),
        ((2, (("check", (X, X > 0), (), (0, 0)),), (1, 0)), "end elsewhere"),
    ],
)
def test_a_section_that_would_reach_elsewhere_is_not_built(section: tuple, said: str):
    with pytest.raises(ValueError, match=said):
        _engine.Program((("section", *section),))
