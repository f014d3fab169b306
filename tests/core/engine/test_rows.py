"""Rows of calls as programs: every row of the table of cases does what its NumPy calls do, on every instruction set."""

import re
import signal
import time
from functools import partial
from pathlib import Path
from threading import Thread, Timer

import numpy as np
import pytest

import chainrule as cr
from cases import CASES, OPTIMIZERS, Case, N
from chainrule.core.calls import (
    Call,
    Calls,
    Ended,
    arithmetic,
    bind_copy,
    call,
    check_finite,
    one_by_one,
    take,
)
from chainrule.core.engine.extension import _engine, tables
from chainrule.core.engine.nodes import PythonCall
from chainrule.core.engine.program import lowered
from chainrule.core.layers.regularize import draw_uniform
from chainrule.core.objective import Objective
from chainrule.core.optimizers import bind_update
from chainrule.core.parameters import Parameters
from chainrule.core.penalties import bind_clip
from chainrule.core.plan.binding import generators
from chainrule.core.plan.plan import Plan
from chainrule.core.products import bind_product

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

IN_PYTHON = {draw_uniform}
"""The functions that are called in Python: NumPy's generators draw."""


def bound(
    case: Case, optimizer: cr.Optimizer, lead: tuple[int, ...] = (), dtype: str = "float64", n: int = N
) -> tuple[Calls, list]:
    """A step of training, with clip and penalty, as one row; and the arrays that are read after it."""
    network, (x, y) = case.network, case.data(n)
    theta, state = network.initialize(0, *lead, dtype=dtype), network.initialize_state(*lead, dtype=dtype)
    parameters = Parameters.of(network, theta, state, optimizer.slots)
    random = generators(network, range(3) if lead else [0])
    plan = Plan(Objective(network, case.loss, cr.L2(0.01)), len(x), parameters, generators=random)
    plan.set_input(x)
    plan.set_targets(case.loss.rows(y, network.output_shape[0]))
    row = Calls(*plan.value_and_gradient, bind_clip(1.0, parameters), *bind_update(optimizer, parameters))
    return row, [plan.value, theta, state, *parameters.slots.values(), parameters.gradient]


def after(row: Call, times: int, observed: list[np.ndarray]) -> list[np.ndarray]:
    """What the arrays hold after so many steps."""
    with arithmetic():
        for _ in range(times):
            row()
    return [each.copy() for each in observed]


def assert_as_numpy_does(
    case: Case, optimizer: cr.Optimizer, lead: tuple[int, ...], tolerance: float, dtype: str, n: int = N
) -> None:
    row, observed = bound(case, optimizer, lead, dtype, n)
    expected = after(row, 20, observed)
    row, observed = bound(case, optimizer, lead, dtype, n)
    program = lowered(row, observed)
    for exact, ours in zip(expected, after(program, 20, observed), strict=True):
        np.testing.assert_allclose(ours, exact, rtol=tolerance, atol=tolerance)
    called = [each.call.func for each in program.nodes if isinstance(each, PythonCall)]
    assert set(called) <= IN_PYTHON


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("lead", [(), (3,)], ids=["single", "population"])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-4)])
def test_twenty_steps_are_numpys(case: Case, lead: tuple[int, ...], dtype: str, tolerance: float):
    assert_as_numpy_does(case, cr.Momentum(0.05), lead, tolerance, dtype)


@pytest.mark.parametrize("name", [name for name in CASES if "Conv" in name or "Pool" in name or "LeNet" in name])
@pytest.mark.parametrize("lead", [(), (3,)], ids=["single", "population"])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-4)])
def test_twenty_steps_on_images_of_a_larger_batch_are_numpys(
    name: str, lead: tuple[int, ...], dtype: str, tolerance: float
):
    """With as many samples as a vector holds no columns are made."""
    assert_as_numpy_does(CASES[name], cr.Momentum(0.05), lead, tolerance, dtype, n=18)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
@pytest.mark.parametrize("lead", [(), (3,)], ids=["single", "population"])
def test_twenty_steps_of_an_optimizer_are_numpys(optimizer: cr.Optimizer, lead: tuple[int, ...]):
    assert_as_numpy_does(CASES["SoftmaxCrossEntropy"], optimizer, lead, 1e-12, "float64")


@pytest.mark.parametrize("name", ["the reference network", "LeNet, small", "BatchNorm"])
def test_every_instruction_set_and_every_run_gives_the_same_numbers(name: str, monkeypatch: pytest.MonkeyPatch):
    results = {}
    for table in tables() * 2:
        monkeypatch.setenv("CHAINRULE_INSTRUCTIONS", table)
        row, observed = bound(CASES[name], cr.Nesterov(0.01))
        ours = np.concatenate([each.ravel() for each in after(lowered(row, observed), 20, observed)])
        assert np.array_equal(results.setdefault(table, ours), ours)
    baseline = results.pop("baseline")
    for ours in results.values():
        assert np.array_equal(ours, next(iter(results.values()))), "the same bits with FMA"
        np.testing.assert_allclose(baseline, ours, rtol=1e-9, atol=1e-12)


def test_a_large_product_stays_a_call_of_numpys():
    A, B, C = np.ones((300, 100)), np.ones((100, 600)), np.empty((300, 600))
    program = lowered(Calls(*one_by_one(bind_product(A, B, C))))
    program()
    assert isinstance(program.nodes[0], PythonCall)
    assert (C == 100.0).all()


def test_a_program_ends_where_a_number_is_not_finite():
    x, ten, never = np.ones((), "float32"), np.full((), 10.0, "float32"), np.zeros((), bool)
    row = Calls(call(np.multiply, x, ten, out=x), partial(check_finite, x, never), call(np.negative, x, out=x))
    program = lowered(row)
    with np.errstate(over="ignore"):
        assert program.run(100) == 38
        assert x == np.inf
        x[...] = np.nan
        for each in (row, program):
            with pytest.raises(Ended):
                each()
    never[...] = True
    assert program.run(3) == 3


def test_values_are_kept_of_some_runs():
    x, one, kept = np.zeros(2), np.ones(()), np.full((3, 2), np.nan)
    program = lowered(call(np.add, x, one, out=x))
    assert program.run(7, x, kept, 3) == 7
    assert np.array_equal(kept, [[1, 1], [4, 4], [7, 7]])


@pytest.mark.parametrize(
    ("times", "rows", "every"),
    [(4, np.empty((1, 2)), 3), (1, np.empty((0, 2)), 1), (1, np.empty((1, 2)), 0), (1, np.empty((2, 2)).T, 1)],
    ids=["too few rows", "none", "never", "not in a row"],
)
def test_values_go_nowhere_but_to_rows(times: int, rows: np.ndarray, every: int):
    x = np.zeros(2)
    program = lowered(call(np.negative, x, out=x))
    with pytest.raises((ValueError, BufferError), match=r"fewer rows|contiguous"):
        program.run(times, x, rows, every)


def test_a_batch_is_gathered():
    x, index = np.arange(12.0).reshape(4, 3), np.array([3, 0])
    batch, turned = np.empty((2, 3)), np.empty((3, 2))
    program = lowered(Calls(call(take, x, index, axis=0, out=batch, mode="clip"), bind_copy(batch.T, turned)))
    program()
    assert not any(isinstance(each, PythonCall) for each in program.nodes)
    np.testing.assert_array_equal(turned, x[index].T)


def test_a_program_lists_its_operations_beside_its_calls():
    row, observed = bound(CASES["the reference network"], cr.SGD(0.5))
    text = str(lowered(row, observed))
    assert re.search("product  +4 × 3 3 × 7 -> 4 × 7  +dot\n", text)
    assert re.search("fused kernel +4 × 7  +negative, exp, add, divide\n", text)
    assert re.search("fused kernel +4 × 7  +subtract, multiply, multiply  +1 in registers\n", text)
    assert text.endswith(f"for {len(one_by_one(row))} calls, 0 of them in Python")


def test_threads_run_programs_at_once():
    """The interpreter's lock is released: while a long program runs, another thread gets on."""
    arrays = [np.ones(1000) for _ in range(4)]
    programs = [lowered(Calls(call(np.negative, each, out=each))) for each in arrays]
    seen = []
    long = Thread(target=lambda: seen.append(programs[0].run(300_001)))
    long.start()
    shorts = [Thread(target=lambda p=p: seen.append(p.run(3))) for p in programs[1:]]
    for thread in shorts:
        thread.start()
    for thread in shorts:
        thread.join()
    assert seen == [3, 3, 3], "before the long one ended"
    long.join()
    assert all((each == -1.0).all() for each in arrays)


def test_control_c_ends_a_long_run():
    x = np.ones(1000)
    program = lowered(Calls(call(np.negative, x, out=x)))
    timer = Timer(0.2, lambda: signal.raise_signal(signal.SIGINT))
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        program.run(10**9)
    assert time.monotonic() - start < 2.0


@pytest.mark.parametrize(
    "array",
    [np.ones((1,) * 9), np.ones(3, ">f8"), np.ones(3, "float16"), np.ones(3, complex), np.ones((2, 0)), np.ma.ones(3)],
    ids=["nine axes", "bytes swapped", "half", "complex", "empty", "masked"],
)
def test_what_the_extension_cannot_take_stays_in_python(array: np.ndarray):
    out = np.empty_like(array)
    program = lowered(Calls(call(np.add, array, array, out=out)))
    program()
    assert isinstance(program.nodes[0], PythonCall)
    np.testing.assert_array_equal(out, array + array)


def test_many_operands_are_split_among_operations():
    arrays = [np.full(5, float(i)) for i in range(90)]
    row = Calls(*(call(np.add, a, b, out=c) for a, b, c in zip(arrays[:30], arrays[30:60], arrays[60:], strict=True)))
    program = lowered(row)
    program()
    assert len(program.nodes) == 2
    assert all((c == a + b).all() for a, b, c in zip(arrays[:30], arrays[30:60], arrays[60:], strict=True))


def test_t1s_program_is_the_one_that_the_readme_explains():
    x, y = np.random.default_rng(0).random((100, 2)), np.zeros((100, 1))
    settings = {"loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.5), "epochs": 2000, "engine": "compiled"}
    listed = cr.iterate(cr.mlp(2, 4, 4, 1), x, y, **settings).program()
    kinds = [
        kind for _, kind in re.findall("^ +([0-9]+)  (product|fused kernel|elementwise|check|count)", listed, re.M)
    ]
    sigmoid, slope = ["product", "fused kernel"], ["fused kernel", "product", "product"]
    forward = [*sigmoid, *sigmoid, *sigmoid, "product", "elementwise"]
    assert kinds == [*forward, *slope, *slope, *slope[:2], "check", "fused kernel", "count", "check"]
    readme = (Path(__file__).parents[3] / "engine" / "README.md").read_text("utf-8")
    explained = readme.split("## A program, for who reads C")[1].split("## ")[0]
    numbers = re.findall(r"^\| ([0-9]+)(?:(, | to )([0-9]+))? \|", explained, re.M)
    covered = [n for first, _, last in numbers for n in range(int(first), int(last or first) + 1)]
    assert covered == [*range(1, len(kinds) + 1)]


def test_a_program_tells_how_long_each_of_its_items_took():
    a, one, seen = np.zeros(100_000), np.ones(()), []
    check = partial(check_finite, a[:1], np.zeros(1, bool))
    program = lowered(Calls(call(np.add, a, one, out=a), lambda: seen.append(a[0]), check, lambda: seen.append(-1.0)))
    took = program.time()
    assert [len(took), *seen] == [4, 1.0, -1.0]
    assert all(isinstance(each, int) and each >= 0 for each in took)
    assert took[0] > 0
    a[0] = np.nan
    assert len(program.time()) == 3, "the check ended it"
    listed = program.timed([[5, 7, 11, 13], [7, 9, 13]])
    assert re.findall("([0-9]+) ns  ", listed) == ["6", "8", "12"]
    with pytest.raises(ZeroDivisionError):
        lowered(Calls(lambda: 1 / 0)).time()


def test_a_population_is_listed_without_the_times_of_what_its_members_do_in_turn():
    x, y = np.random.default_rng(0).random((10, 2)), np.zeros((10, 1))
    settings = {"loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.5), "engine": "compiled", "epochs": 10}
    for population, is_timed in ((None, True), (3, False)):
        listed = cr.iterate(cr.mlp(2, 4, 1), x, y, **settings, population=population).program(runs=3)
        step, update = listed.split("the update")
        assert [" ns  " in step, " ns  " in update] == [is_timed, True]
