"""The proof of a step: what `check_gradient` says, and a verdict on each parameter; a wrong one is found."""

from dataclasses import dataclass

import numpy as np
import pytest

import chainrule as cr
from cases import CASES
from chainrule.core.calls import Calls, call
from chainrule.lab.explain.proof import AGREES, DIFFERS, KINK, UNKNOWN, proof_in_parts, verdicts_on
from chainrule.lab.explain.verdicts import Verdicts
from derivations import WEIGHTS


@dataclass(frozen=True, repr=False)
class HalfDense(cr.Dense):
    """A Dense whose backward is wrong for the weights of its last unit."""

    def bind(self, at):
        forward, backward = super().bind(at)
        wrong = at.d_weights[..., -1:, :]
        return forward, Calls(backward, call(np.multiply, wrong, np.full_like(wrong, 0.5), out=wrong))


@dataclass(frozen=True, repr=False)
class WrongForTheLast(cr.Tanh):
    """A Tanh whose backward is wrong for the last sample."""

    def bind(self, at):
        forward, backward = super().bind(at)
        wrong = at.d_input[..., -1:]
        return forward, Calls(backward, call(np.multiply, wrong, np.full_like(wrong, 0.9), out=wrong))


def explained(network, x, y, loss, **settings):
    return cr.explain(network, network.initialize(seed=1), x, y, loss, cr.SGD(0.1), **settings)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("settings", [{}, {"penalty": cr.L2(0.1), "sample_weight": WEIGHTS}], ids=["plain", "weighted"])
def test_the_proof_is_the_gradient_check(name, settings):
    case = CASES[name]
    x, y = case.data()
    theta = case.network.initialize(seed=1) + 0.1
    proof = cr.explain(case.network, theta, x, y, case.loss, cr.SGD(0.1), seed=3, **settings).proof()
    checks = cr.check_gradient(case.network, x, y, case.loss, theta=theta, seed=3, **settings)
    assert proof.is_right
    for ours, theirs in zip(proof.checks, checks, strict=True):
        assert (ours.layer, ours.number, ours.n_directions) == (theirs.layer, theirs.number, theirs.n_directions)
        np.testing.assert_allclose(ours.errors, theirs.errors, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(ours.at_kink, theirs.at_kink)
    assert proof.count(DIFFERS) == 0
    assert proof.count(AGREES) + proof.count(KINK) == case.network.n_parameters


def test_a_kink_is_marked_and_agrees_beside_it():
    network = cr.Network((2,), [cr.Dense(3), cr.ReLU(), cr.Dense(1)])
    proof = explained(network, [[0.0, 0.0], [1.0, 0.5]], [0.5, 1.0], cr.SquaredError()).proof()
    assert proof.is_right
    bias = network.parameters(proof.verdicts.astype(float))[0]["bias"]
    assert bias.tolist() == [KINK] * 3
    assert proof.count(KINK) == 3


def test_the_verdict_on_outputs_of_many_samples_finds_the_one_that_is_wrong():
    network = cr.Network((2,), [cr.Dense(3), WrongForTheLast(), cr.Dense(1)])
    x, y = cr.datasets.xor()
    step, n = explained(network, x, y, cr.SquaredError()), len(x)
    verdicts, (place, _, last) = Verdicts(step), network.leaves
    for unit in range(3):
        assert verdicts.on_outputs(place, np.full(n, unit), np.arange(n)) == DIFFERS
        assert verdicts.on_outputs(place, np.full(n - 1, unit), np.arange(n - 1)) == AGREES
    assert verdicts.on_outputs(last, np.zeros(n, int), np.arange(n)) == AGREES


def test_a_wrong_gradient_differs_where_it_is_wrong():
    network = cr.Network((2,), [HalfDense(3), cr.Tanh(), cr.Dense(1)])
    x, y = cr.datasets.xor()
    proof = explained(network, x, y, cr.SquaredError()).proof()
    assert not proof.is_right
    assert [each.is_right for each in proof.checks] == [False, True]
    first, last = (network.parameters(proof.verdicts.astype(float))[i] for i in (0, 2))
    assert (first["weights"][:-1] == AGREES).all()
    assert (first["weights"][-1] == DIFFERS).all()
    assert first["bias"].tolist() == [AGREES, AGREES, DIFFERS]
    assert (last["weights"] == AGREES).all()


def test_a_few_parameters_have_the_verdicts_of_all():
    network = cr.Network((2,), [HalfDense(3), cr.ReLU(), cr.Dense(1)])
    step = explained(network, [[0.0, 0.0], [1.0, 0.5]], [0.5, 1.0], cr.SquaredError())
    some = [0, 2, 6, 7, 12]
    found = verdicts_on(step.numbers.recording.check(), some, network.n_parameters)
    np.testing.assert_array_equal(found, step.proof().verdicts[some])


def test_the_dropouts_of_a_run_s_next_step_are_those_of_its_differences():
    network = cr.Network((2,), [cr.Dense(6), cr.Tanh(), cr.Dropout(0.5), cr.Dense(1)])
    x, y = cr.datasets.xor()
    training = cr.iterate(network, x, y, loss=cr.SquaredError(), optimizer=cr.SGD(0.1), epochs=9, seed=5)
    for _ in range(3):
        step = cr.explain(network, training.state, x, y, cr.SquaredError(), cr.SGD(0.1))
        assert step.proof().is_right
        theta = step.new_theta.copy()
        training.advance()
        np.testing.assert_allclose(training.state.parameters.theta, theta, rtol=0, atol=1e-12)


def test_in_parts_it_is_the_same_and_says_how_far_it_is():
    network = cr.mlp(2, 8, 8, 1)
    x, y = cr.datasets.xor()
    step = explained(network, x, y, cr.SquaredError())
    *done, proof = proof_in_parts(step, most=10_000)
    assert len(done) > 3
    assert done == sorted(done)
    assert done[-1] == 1.0
    np.testing.assert_array_equal(proof.verdicts, step.proof().verdicts)


def test_many_parameters_are_proven_along_random_directions():
    network = cr.mlp(20, 300, 1)
    rng = np.random.default_rng(0)
    proof = explained(network, rng.standard_normal((3, 20)), rng.standard_normal((3, 1)), cr.SquaredError()).proof()
    assert proof.is_right
    assert proof.count(UNKNOWN) == network.n_parameters
