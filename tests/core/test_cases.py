"""The generic tests: every row of the table of cases passes them."""

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from cases import CASES, LAYERS, LOSSES, OPTIMIZERS, Case
from chainrule.core import penalties
from chainrule.core.calls import Calls, run
from chainrule.core.catalogue import every_kind
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters, write_numbers
from chainrule.core.plan.binding import generators
from chainrule.core.plan.plan import ForwardPlan, Plan
from costs import steady_state_bytes

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@pytest.mark.parametrize(("kind", "base"), [("layers", cr.Layer), ("losses", cr.Loss), ("optimizers", cr.Optimizer)])
def test_nothing_is_missing_from_the_table(kind, base):
    present = {
        "layers": {type(each.layer) for case in LAYERS.values() for each in case.network.places},
        "losses": {type(case.loss) for case in LOSSES.values()},
        "optimizers": {type(optimizer) for optimizer in OPTIMIZERS.values()},
    }[kind]
    described = (each for each in every_kind().values() if each.__module__.startswith("chainrule."))
    public = {each for each in described if issubclass(each, base) and "__dataclass_params__" in vars(each)}
    assert public == present


@every_case
def test_the_gradient_equals_differences(case: Case):
    x, y = case.data()
    for check in cr.check_gradient(case.network, x, y, case.loss, seed=3):
        assert check.error < 1e-7, check


@every_case
def test_weights_and_a_penalty_enter_value_and_gradient_alike(case: Case):
    x, y = case.data()
    weights = np.linspace(0.0, 2.0, len(x))
    checks = cr.check_gradient(case.network, x, y, case.loss, sample_weight=weights, penalty=cr.L2(0.1))
    assert max(check.error for check in checks) < 1e-7


@every_case
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_shapes_and_dtype(case: Case, dtype: str):
    x, y = case.data()
    network, n = case.network, len(x)
    for lead in ((), (3,)):
        theta = network.initialize(population=3 if lead else None, dtype=dtype)
        value, gradient = network.loss_and_gradient(theta, x, y, case.loss, seed=0)
        answers = network.predict(theta, x, case.state(*lead, dtype=dtype))
        assert theta.shape == gradient.shape == (*lead, network.n_parameters)
        assert np.shape(value) == lead
        assert answers.shape == (*lead, n, *network.output_shape)
        assert theta.dtype == gradient.dtype == answers.dtype == dtype


@every_case
def test_a_population_is_its_members(case: Case):
    x, y = case.data()
    network = case.network
    theta = network.initialize(seed=5, population=4)
    state = case.state(4)
    answers = network.predict(theta, x, state)
    before = state.copy()
    values, gradients = network.loss_and_gradient(theta, x, y, case.loss, state=state, seed=9)
    for k, (value, gradient, answer) in enumerate(zip(values, gradients, answers, strict=True)):
        own = before[k].copy()
        alone = network.loss_and_gradient(theta[k], x, y, case.loss, state=own, seed=9 + k)
        np.testing.assert_allclose(value, alone[0], rtol=1e-12)
        np.testing.assert_allclose(gradient, alone[1], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(answer, network.predict(theta[k], x, before[k]), rtol=1e-12)
        np.testing.assert_allclose(state[k], own, rtol=1e-12)


@every_case
def test_a_layer_that_mixes_samples_says_so(case: Case):
    """With another first sample, the others' outputs in training stay what they were, or the layer says so."""
    x, network = case.data()[0], case.network
    outputs = []
    for first in (x[:1], x[:1] + 1.0):
        parameters = Parameters.of(network, network.initialize(), network.initialize_state())
        plan = Plan(Objective(network, case.loss), len(x), parameters, generators=generators(network, [0]))
        plan.set_input(np.concatenate([first, x[1:]]))
        run(plan.forward)
        outputs.append(plan.output[..., 1:].copy())
    assert np.array_equal(*outputs) != any(leaf.layer.mixes_samples for leaf in network.leaves)


@every_case
def test_theta_ends_up_where_its_names_say(case: Case):
    """The named views cover theta, each number once."""
    theta = np.arange(float(case.network.n_parameters))
    named = [array.ravel() for layer in case.network.parameters(theta) for array in layer.values()]
    assert sorted(np.concatenate(named)) == theta.tolist()
    assert all(np.shares_memory(array, theta) for array in named if array.base is not None)


@every_case
@pytest.mark.parametrize("settings", [{}, {"population": 3, "dtype": "float32"}], ids=["single", "population"])
def test_no_allocation_in_the_steady_state(case: Case, settings: dict):
    x, y = case.data(40)
    assert steady_state_bytes(case.network, x, y, loss=case.loss, optimizer=cr.SGD(1e-3), **settings) < 4096


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
@pytest.mark.parametrize("settings", [{}, {"population": 3, "dtype": "float32"}], ids=["single", "population"])
def test_no_allocation_by_an_optimizer_or_a_batch(optimizer: cr.Optimizer, settings: dict):
    case = CASES["SoftmaxCrossEntropy"]
    x, y = case.data(2000)
    weights = np.linspace(0.5, 1.0, 2000)
    settings |= {"thousand": 100, "batch_size": 800, "penalty": cr.L2(0.01), "clip": 1.0, "sample_weight": weights}
    taken = steady_state_bytes(case.network, x, y, loss=case.loss, optimizer=optimizer, **settings)
    assert taken < 8192  # a batch of x in float32 takes 9,600


def check_operand(operand: object, dtype: np.dtype, call: object) -> None:
    if isinstance(operand, np.ndarray | np.generic):
        assert operand.dtype in (dtype, bool), (call, "another dtype costs a cast at every call")  # and is not traced
    assert not isinstance(operand, float), (call, "a Python float costs its conversion at every call")


@every_case
@pytest.mark.parametrize("lead", [(), (3,)], ids=["single", "population"])
def test_every_operand_has_the_dtype_of_the_run(case: Case, lead: tuple):
    x, y = case.data()
    network = case.network
    theta = network.initialize(population=3 if lead else None, dtype="float32")
    draws = generators(network, range(3) if lead else [0])
    state = network.initialize_state(*lead, dtype="float32")
    parameters = Parameters.of(network, theta, state)
    plan = Plan(Objective(network, case.loss, cr.L2(0.1)), len(x), parameters, generators=draws)
    predicting = ForwardPlan(network, len(x), parameters)
    plan.set_input(x)
    predicting.set_input(x)
    plan.set_targets(case.loss.rows(y, network.output_shape[0]))
    updates = []
    for optimizer in OPTIMIZERS.values():
        slots = {name: np.zeros_like(theta) for name in optimizer.slots}
        updates.append(optimizer.bind(replace(parameters, slots=slots)))
    clip = penalties.bind_clip(1.0, parameters)
    rows = (plan.value_and_gradient, predicting.forward, clip, *updates)
    calls = (each for row in rows for call in row for each in (call if isinstance(call, Calls) else [call]))
    for call in calls:
        if call.func is write_numbers:
            continue  # a rate is computed in plain numbers, and written
        for operand in (*call.args, *call.keywords.values()):
            check_operand(operand, theta.dtype, call)
    run(plan.value_and_gradient)
    run(predicting.forward)
    clip()
    for update in updates:
        update()
