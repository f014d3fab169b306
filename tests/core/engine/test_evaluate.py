"""Predictions, losses and gradients of users' arrays: by programs and by NumPy the same, again and again."""

import numpy as np
import pytest

import chainrule as cr
from cases import CASES, Case
from chainrule.core import evaluate
from chainrule.core.differences import Landscape
from chainrule.core.engine.choice import Engine
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.program import Program
from chainrule.core.gradient_check import GradientCheck
from chainrule.core.objective import Objective

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")


def computed(engine: str, case: Case, population: int | None, seed: int | None) -> list[np.ndarray]:
    """Twice, at two thetas: the outputs, the loss, the gradient and the state that was moved."""
    network, (x, y) = case.network, case.data()
    found = []
    with cr.engine(engine):
        for start in (0, 1):
            theta, state = network.initialize(start, population), case.state(population)
            seeds = seed if population is None or seed is None else range(population)
            value, gradient = network.loss_and_gradient(theta, x, y, case.loss, state=state, seed=seeds)
            found += [network.predict(theta, x, state), np.array(value), gradient, state]
    return found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("population", [None, 3])
@pytest.mark.parametrize("seed", [None, 0])
def test_what_users_ask_for_is_numpys(case: Case, population: int | None, seed: int | None):
    compiled, exact = (computed(each, case, population, seed) for each in ("compiled", "numpy"))
    for ours, theirs in zip(compiled, exact, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_plans_that_are_kept_are_compiled_and_give_the_same_bits_each_time():
    network, x = cr.mlp(3, 5, 2), np.linspace(0.0, 1.0, 21).reshape(7, 3)
    theta = network.initialize(0)
    bound = network, 7, network, theta, np.empty(0)
    with cr.engine("auto"):
        first = network.predict(theta, x)
        plan, compute, key = evaluate.take_plan(evaluate.CheckedPlan, *bound, dtype=x.dtype)
        evaluate.keep_plan(plan, compute, key)
        assert isinstance(compute, Program)
        assert np.array_equal(network.predict(theta, x), first)
    with cr.engine("numpy"):
        _, compute, _ = evaluate.take_plan(evaluate.CheckedPlan, *bound, dtype=x.dtype)
        assert not isinstance(compute, Program)


def test_gradients_of_a_population_are_taken_member_by_member(monkeypatch: pytest.MonkeyPatch):
    network, rows = cr.mlp(2, 4, 1), []
    theta, x, y = network.initialize(0, 300), np.random.default_rng(0).random((100, 2)), np.ones((100, 1))
    row = Engine.row
    monkeypatch.setattr(Engine, "row", lambda self, *given: (rows.append(made := row(self, *given)), made)[1])
    monkeypatch.setattr(evaluate, "_kept", evaluate._Kept())
    with cr.engine("compiled"):
        values, gradients = network.loss_and_gradient(theta, x, y, cr.SquaredError())
        alone = [network.loss_and_gradient(each, x, y, cr.SquaredError()) for each in theta[:3]]
    assert "member by member" in str(rows[0])
    for k, (value, gradient) in enumerate(alone):
        np.testing.assert_allclose(values[k], value, rtol=1e-12)
        np.testing.assert_allclose(gradients[k], gradient, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["LeNet, small", "ReLU", "Dropout", "BatchNorm", "the reference network"])
def test_a_gradient_check_takes_compiled_differences(name: str, monkeypatch: pytest.MonkeyPatch):
    """In populations of a few, which are bound once: the last may have another size."""
    case, found, asked_for = CASES[name], [], []
    monkeypatch.setattr(GradientCheck.in_parts, "__defaults__", (False, 10_000))
    row = Engine.row
    monkeypatch.setattr(Engine, "row", lambda self, *given: (asked_for.append(made := row(self, *given)), made)[1])
    for engine in ("compiled", "numpy"):
        with cr.engine(engine):
            found.append(cr.check_gradient(case.network, *case.data(), case.loss))
        assert all(isinstance(each, Program) == (engine == "compiled") for each in asked_for)
        assert len(asked_for) > 1
        asked_for.clear()
    for ours, exact in zip(*found, strict=True):
        assert ours.is_right
        assert (ours.n_at_kinks, ours.kinks, ours.n_directions) == (exact.n_at_kinks, exact.kinks, exact.n_directions)
        np.testing.assert_allclose(ours.errors, exact.errors, atol=1e-8)


def test_a_check_is_compiled_where_that_pays():
    x, y = np.random.default_rng(0).random((50, 8)), np.zeros((50, 1))
    for hidden, is_compiled in ((4, False), (200, True)):
        network = cr.mlp(8, hidden, 1)
        landscape = Landscape(
            Objective(network, cr.SquaredError()), x, y, None, lambda theta: (0.0, theta), lambda members: {}, 1000
        )
        with cr.engine("auto"):
            landscape.values(network.initialize(0, 3))
        ((_, evaluate, _),) = landscape._bound.values()
        assert isinstance(evaluate, Program) == is_compiled


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
@pytest.mark.parametrize("n", [5, 40_000])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", ">f8"])
def test_a_sample_that_is_not_finite_is_named_and_the_next_prediction_is_right(engine: str, n: int, dtype: str):
    network, x = cr.mlp(2, 3, 1), np.linspace(0.0, 1.0, 2 * n).reshape(n, 2).astype(dtype)
    theta = network.initialize(0)
    with cr.engine(engine):
        before = network.predict(theta, x)
        damaged = x.copy()
        damaged[n - 2, 1] = np.inf
        with pytest.raises(cr.DataError, match=rf"x should hold finite .*, got inf in sample {n - 2}, feature 1"):
            network.predict(theta, damaged)
        assert np.array_equal(network.predict(theta, x), before)


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_numbers_too_large_for_float32_are_refused_without_a_warning(engine: str):
    network = cr.mlp(2, 1)
    theta = network.initialize(0, dtype="float32")
    with cr.engine(engine):
        with pytest.raises(cr.DataError, match="finite float32 numbers, got 1e\\+300 in sample 1, feature 0"):
            network.predict(theta, [[0.0, 1.0], [1e300, 0.0]])
        assert network.predict(theta, [[0.0, 1.0]]).dtype == np.float32
