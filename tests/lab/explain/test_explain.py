"""A step and its derivations: they agree with differences, with training, and with other ways to ask for them."""

import math

import numpy as np
import pytest
from hypothesis import given

import chainrule as cr
from cases import CASES, LOSSES, OPTIMIZERS, N
from chainrule.lab.explain.algebra.expression import numbers_in
from chainrule.lab.explain.algebra.shortened import LARGEST
from chainrule.lab.explain.overview import overview
from chainrule.lab.explain.sections import share_of
from chainrule.lab.explain.step.numbers import Numbers
from core.test_stacks import gentle, stacks
from derivations import WEIGHTS, agrees, explained
from drawn import examples


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["", "weighted"])
@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_that_of_loss_and_gradient(name, weights):
    case, (x, y) = CASES[name], CASES[name].data()
    theta = case.network.initialize(seed=1) + 0.1
    settings = {"seed": 5, "penalty": cr.L2(0.02), "sample_weight": weights}
    step = cr.explain(case.network, theta, x, y, case.loss, cr.SGD(0.1), **settings)
    value, gradient = case.network.loss_and_gradient(theta, x, y, case.loss, **settings)
    np.testing.assert_allclose(step.gradient, gradient, rtol=1e-12, atol=1e-14)
    assert step.loss == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["", "weighted"])
@pytest.mark.parametrize("name", CASES)
def test_chains_of_weights_and_units_agree_with_differences(name, weights):
    step = explained(CASES[name], steps=2, seed=3, sample_weight=weights)
    scale = max(abs(step.gradient).max(), 0.01 * step.loss)
    for layer in step.layers:
        unit = step.unit(layer.number, (1,) * (layer.z.ndim - 1), sample=2)
        assert unit.error < 1e-7 * max(scale, abs(unit.value)), unit.title
        assert all(agrees(each) for each in unit.equations)
        for parameter, array in layer.parameters.items():
            to, *from_ = array.shape  # the last of each
            chain = step.weight(layer.number, to, tuple(from_) if parameter == "weights" else parameter)
            assert chain.error < 1e-7 * scale, chain.title
            assert chain.value == layer.gradients[parameter].flat[-1]
            assert all(agrees(each) for each in chain.equations), chain.title


@examples(15)
@given(stacks(gentle))
def test_units_of_random_stacks_agree_with_differences(network):
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((4, *network.input_shape)), rng.standard_normal((4, 2))
    step = cr.explain(network, network.initialize(seed=1), x, y, cr.SquaredError(), cr.SGD(0.1))
    for layer in step.layers:
        unit = step.unit(layer.number, (1,) * (layer.z.ndim - 1), sample=1)
        assert unit.error < 1e-6 * max(1.0, abs(unit.value))


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("steps", [0, 1, 7])
def test_the_update_is_that_of_training(name, steps):
    case, optimizer = CASES["the reference network"], OPTIMIZERS[name]
    x, y = case.data()
    theta = case.network.initialize(seed=0)
    step = cr.explain(case.network, theta, x, y, case.loss, optimizer, steps=steps)
    run = cr.train(case.network, x, y, loss=case.loss, optimizer=optimizer, epochs=steps + 1, theta=theta)
    np.testing.assert_array_equal(step.new_theta, run.model.theta)
    for from_ in (3, "bias"):
        *_, update, _ = step.weight(2, 1, from_).sections
        for equation in update.equations:
            assert equation.error <= 1e-13 * max(1.0, abs(equation.value)), (name, equation.symbol)
        new = update.equations[-1]
        index = (0, 2) if from_ == 3 else (0,)
        expected = case.network.parameters(run.model.theta)[2]["weights" if from_ == 3 else "bias"][index]
        assert new.value == expected
        assert new.expression is not None


def test_the_layers_of_a_step_hold_its_arrays():
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 4, 1)
    step = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2))
    first, second, third = step.layers
    assert [each.z.shape for each in step.layers] == [(21, 4), (21, 4), (21, 1)]
    np.testing.assert_allclose(first.z, x @ first.parameters["weights"].T + first.parameters["bias"], rtol=1e-12)
    np.testing.assert_allclose(second.slope, second.a * (1 - second.a), rtol=1e-12)
    np.testing.assert_allclose(third.a, network.predict(step.theta, x), rtol=1e-13)
    np.testing.assert_allclose(third.delta, (third.a - y) / 21 * third.slope, rtol=1e-12)
    np.testing.assert_allclose(second.gradients["weights"], second.delta.T @ first.a, rtol=1e-11)


def test_one_sample_is_a_batch_of_one():
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 1)
    arguments = (cr.HalfSquaredError(), cr.SGD(0.2))
    one = cr.explain(network, network.initialize(0), x, y, *arguments, samples=3)
    alone = cr.explain(network, network.initialize(0), x[3:4], y[3:4], *arguments)
    np.testing.assert_array_equal(one.gradient, alone.gradient)
    some = cr.explain(network, network.initialize(0), x, y, *arguments, samples=[3, 7])
    assert some.samples == (3, 7)
    assert overview(some, 7).value == some.loss


@pytest.mark.parametrize("steps", [0, 3, 450])
def test_progress_is_told_of_the_steps_before(steps, capsys):
    told = []
    explained(CASES["the reference network"], steps=steps, progress=lambda *each: told.append(each))
    done = [each for _, each, _ in told]
    assert done == sorted(set(done))
    assert len(told) == {0: 0, 3: 3, 450: 150}[steps]
    assert told[-1:] == [("Training", steps, steps)][: len(told)]
    assert capsys.readouterr() == ("", "")


def test_long_sums_are_shortened_and_stay_the_same():
    network = cr.mlp(64, 3, 1)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((100, 64)), rng.standard_normal((100, 1))
    chain = cr.explain(network, network.initialize(0), x, y, cr.SquaredError(), cr.SGD(0.1)).weight(1, 2, 3)
    equation = chain.equation()
    assert len(equation.expression.parts) == 100
    assert len(equation.shown.parts) == 13
    assert math.isclose(equation.shown.evaluate(), equation.value, rel_tol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_each_samples_share_is_shown_and_all_of_them_make_the_loss(name):
    step = explained(LOSSES[name], sample_weight=WEIGHTS, penalty=cr.L2(0.01))
    for sample in range(N):
        _, loss, *_ = step.unit(2, 1, sample).sections
        whole, share, *_, own, _squares, _penalty, total = loss.equations
        assert whole.value == WEIGHTS.sum()
        assert [share.expression.parts[0].value, share.expression.parts[1].value] == [WEIGHTS[sample], whole.value]
        assert own.value == pytest.approx(WEIGHTS[sample] / whole.value * explained(LOSSES[name], samples=sample).loss)
        assert total.value == step.loss
        assert all(agrees(each) for each in loss.equations)


def test_weights_of_samples_are_those_of_training():
    case, optimizer = CASES["the reference network"], cr.Adam(0.01)
    (x, y), theta = case.data(), case.network.initialize(seed=0)
    step = cr.explain(case.network, theta, x, y, case.loss, optimizer, steps=3, sample_weight=WEIGHTS)
    settings = {"loss": case.loss, "optimizer": optimizer, "theta": theta}
    run = cr.train(case.network, x, y, epochs=4, sample_weight=WEIGHTS, **settings)
    np.testing.assert_allclose(step.new_theta, run.model.theta, rtol=1e-12)
    plain = cr.explain(case.network, theta, x, y, case.loss, optimizer, steps=3)
    assert np.abs(step.theta - plain.theta).max() > 1e-6


@pytest.mark.parametrize("chosen", [[2, 5, 1], 4])
def test_chosen_samples_share_the_mean_by_their_own_weights(chosen):
    case, rows = CASES["the reference network"], np.atleast_1d(chosen)
    (x, y), theta = case.data(), case.network.initialize(seed=0)
    some = cr.explain(case.network, theta, x, y, case.loss, cr.SGD(0.1), samples=chosen, sample_weight=WEIGHTS)
    alone = cr.explain(case.network, theta, x[rows], y[rows], case.loss, cr.SGD(0.1), sample_weight=WEIGHTS[rows])
    np.testing.assert_array_equal(some.gradient, alone.gradient)
    chain = some.weight(2, 1, 3)
    assert chain.error < 1e-9
    assert ("s" in [each.symbol.letter for each in chain.equations]) == (len(rows) > 1)


@pytest.mark.parametrize("scale", [1e-310, 1e308])
def test_weights_whose_sum_is_out_of_reach_count_as_in_training(scale):
    case = CASES["the reference network"]
    step, other = (explained(case, sample_weight=np.ones(N) * each) for each in (scale, 1.0))
    np.testing.assert_allclose(step.gradient, other.gradient, rtol=1e-12)
    assert all(agrees(each) for each in step.weight(2, 1, 3).equations)


@pytest.mark.parametrize("name", ["Conv2D", "BatchNorm of images", "SoftmaxCrossEntropy"])
def test_many_samples_make_no_more_work(name, monkeypatch):
    """What is made one by one, and not by arrays, is what is shown; counted by names, of which each number has one."""
    names, symbol = [], Numbers.symbol
    monkeypatch.setattr(Numbers, "symbol", lambda *args, **settings: names.append(args) or symbol(*args, **settings))
    case, counts = CASES[name], []
    for times in (5, 50):
        x, y = (np.concatenate([each] * times) for each in case.data())
        theta, settings = case.network.initialize(seed=1), {"sample_weight": np.tile(WEIGHTS, times)}
        step = cr.explain(case.network, theta, x, y, case.loss, cr.SGD(0.1), **settings)
        names.clear()
        *_, parameter = step.layers[0].parameters
        for derivation in (
            step.weight(1, 1, parameter),
            step.unit(1, (1,) * (step.layers[0].z.ndim - 1)),
            step.overview(),
        ):
            derivation.text()
        counts.append(len(names))
    assert counts[1] <= counts[0] + 2 * LARGEST  # of δ and a, in the followed sample's terms, which stay in any case


def test_a_samples_share_of_a_gradient_is_the_sum_of_its_terms_which_stay_in_a_long_sum():
    case = CASES["Conv2D"]
    x, y = (np.concatenate([each] * 5) for each in case.data())
    theta = case.network.initialize(seed=1)
    step = cr.explain(case.network, theta, x, y, case.loss, cr.SGD(0.1))
    _, alone = case.network.loss_and_gradient(theta, x[3:4], y[3:4], case.loss)
    chain = step.weight(1, 1, (1, 2, 2), sample=3)
    (section,) = (each for each in chain.sections if each.title == "Gradient")
    gradient, share = section.equations
    weights = case.network.parameters(alone)[0]["weights"][0, 0, 1, 1]
    assert share.value == pytest.approx(weights / len(x), rel=1e-9)
    assert share.symbol == share_of(gradient.symbol, 3)
    own = [each for each in numbers_in(gradient.shown) if each.symbol.letter == "δ" and each.symbol.sample == 3]
    assert len(own) == min(LARGEST, len(share.expression.parts))
    assert "Terms of the followed sample stay as well." in "".join(section.remark)


def test_bad_arguments_get_a_sentence():
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 1)
    theta, arguments = network.initialize(0), (cr.HalfSquaredError(), cr.SGD(0.2))
    with pytest.raises(cr.SettingError, match="there is no sample 21: the data have 21, numbered 0 to 20"):
        cr.explain(network, theta, x, y, *arguments, samples=21)
    with pytest.raises(cr.SettingError, match="one sample or more; got none"):
        cr.explain(network, theta, x, y, *arguments, samples=[])
    with pytest.raises(cr.SettingError, match="steps must be a whole number of 0 or more"):
        cr.explain(network, theta, x, y, *arguments, steps=-1)
    with pytest.raises(cr.ShapeError, match=r"explain\(\) takes one network"):
        cr.explain(network, network.initialize(0, population=2), x, y, *arguments)
    with pytest.raises(cr.ShapeError, match="settings and a seed of one value each"):
        cr.explain(network, theta, x, y, cr.HalfSquaredError(), cr.SGD([0.1, 0.2]))
    for weights, samples, sentence in (
        (np.ones(3), None, r"sample_weight should have shape \(21,\), one number per sample, got \(3,\)"),
        (np.full(21, -1.0), None, "sample_weight should be 0 or more, and somewhere above 0, got -1 to -1"),
        ([*np.zeros(20), 1.0], [0, 1], "sample_weight should be 0 or more, and somewhere above 0, got 0 to 0"),
        ([*np.zeros(20), np.nan], None, "sample_weight should hold finite float64 numbers, got nan in sample 20"),
    ):
        with pytest.raises((cr.ShapeError, cr.DataError), match=sentence):
            cr.explain(network, theta, x, y, *arguments, samples=samples, sample_weight=weights)
    line = cr.mlp(1, 1, activation="identity")
    with pytest.raises(cr.DivergenceError, match="the steps before diverged"):
        cr.explain(line, [1.0, 0.0], [[1e3], [2.0]], [1.0, 2.0], cr.SquaredError(), cr.SGD(1e3), steps=500)
    normed = CASES["BatchNorm"]
    with pytest.raises(cr.DataError, match="needs 2 samples or more, got 1"):
        explained(normed, samples=1)
