"""A pass is a row of calls: whoever reads a bound plan sees every NumPy function that a step calls, and its arrays."""

import sys
from functools import partial

import numpy as np
import pytest

import chainrule as cr
from cases import CASES, OPTIMIZERS, Case
from chainrule.core.calls import Call
from chainrule.core.layers.unfold import Fold
from chainrule.core.objective import Objective
from chainrule.core.optimizers import bind_update
from chainrule.core.parameters import Parameters
from chainrule.core.penalties import bind_clip
from chainrule.core.plan.binding import generators
from chainrule.core.plan.plan import EvaluationPlan, Plan


def is_numpys(function: object) -> bool:
    """Whether a function is a ufunc, a method of one or of an array, or another function of NumPy."""
    bound_to = getattr(function, "__self__", None)
    owner = getattr(function, "__objclass__", type(bound_to))
    return isinstance(function, np.ufunc) or owner in (np.ufunc, np.ndarray) or function is np.copyto


def is_named(function: object) -> bool:
    """Whether a function stands under its name in a module of chainrule, so that it holds nothing of its own."""
    module = sys.modules[function.__module__]
    return module.__name__.startswith("chainrule.") and vars(module).get(function.__qualname__) is function


def check_call(call: Call) -> None:
    if isinstance(call, Fold):
        for each in call:
            check_call(each)
        return
    assert isinstance(call, partial), call
    assert is_numpys(call.func) or is_named(call.func), call
    if is_numpys(call.func):
        arrays = (*call.args, *(array for name, array in call.keywords.items() if name in ("out", "indices")))
        assert all(isinstance(each, np.ndarray) for each in arrays), call


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("lead", [(), (3,)], ids=["single", "population"])
def test_every_call_is_bound_to_its_arrays(case: Case, lead: tuple):
    network = case.network
    theta, state = network.initialize(0, *lead), network.initialize_state(*lead)
    parameters, objective = Parameters.of(network, theta, state), Objective(network, case.loss, cr.L2(0.1))
    random = generators(network, range(3) if lead else [0])
    training = Plan(objective, 7, parameters, generators=random)
    predicting = EvaluationPlan(objective, 7, parameters)
    for call in (*training.value_and_gradient, *predicting.evaluate, *bind_clip(1.0, parameters)):
        check_call(call)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
def test_every_call_of_an_update_is_bound_to_its_arrays(optimizer: cr.Optimizer):
    network = cr.mlp(2, 1)
    for call in bind_update(optimizer, Parameters.of(network, network.initialize(), slots=optimizer.slots)):
        check_call(call)


def test_a_function_inside_another_would_be_found():
    array = np.zeros(3)

    def inner() -> None:
        array.fill(0.0)

    for call in (inner, partial(inner), partial(lambda x: x, array), partial(np.negative, 1.0), array.sum):
        with pytest.raises(AssertionError):
            check_call(call)
