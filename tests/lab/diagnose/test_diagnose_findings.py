"""Findings: of which samples they are, that their numbers are plain, and that their advice changes something."""

import dataclasses
import json
import warnings

import numpy as np
import pytest

import chainrule as cr
from optional import needed

MOONS = cr.datasets.moons(120, noise=0.1)
TANHS = cr.mlp(2, 8, 1, activation="tanh", output="identity")
CROSS = cr.BinaryCrossEntropy()


@pytest.mark.parametrize("classes", [2, 4])
def test_data_that_alternate_are_seen_in_all_their_classes(classes):
    rng = np.random.default_rng(0)
    y = np.arange(1000) % classes
    x = np.c_[np.cos(2 * np.pi * y / classes), np.sin(2 * np.pi * y / classes)] + 0.5 * rng.normal(size=(1000, 2))
    network = cr.mlp(2, 8, 1 if classes == 2 else classes, activation="tanh", output="identity")
    loss = CROSS if classes == 2 else cr.SoftmaxCrossEntropy()
    run = cr.train(network, x, y, loss=loss, optimizer=cr.Adam(0.01), epochs=40, batch_size=32)
    assert cr.diagnose(run, x, y) == ()


def test_counts_are_of_the_samples_inspected():
    network = cr.mlp(2, 8, 1, activation="relu", output="identity")
    theta = network.initialize(0)
    network.parameters(theta)[0]["bias"][...] = -100.0
    for n, who in ((400, "every sample:"), (600, "every sample inspected:")):
        found = cr.diagnose(network, *cr.datasets.moons(n), theta=theta, loss=CROSS)
        assert found[0].illness == "dead ReLUs"
        assert who in found[0].sentence


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
def test_parameters_that_are_not_finite_have_diverged(value):
    for diagnosed in ((TANHS, {"theta": np.full(TANHS.n_parameters, value), "loss": CROSS}), (None, {})):
        network, settings = diagnosed
        model = cr.Model(TANHS, np.full(TANHS.n_parameters, value), CROSS)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = cr.diagnose(network or model, *MOONS, **settings)
        if value == 1e200:  # tanh bounds it: the answers are finite
            assert found
        else:
            assert [each.illness for each in found] == ["diverged"]


def test_an_explosion_beyond_all_numbers_is_measured_in_silence():
    network = cr.mlp(2, 16, 16, 1, activation="relu", output="identity")
    with warnings.catch_warnings(), cr.engine("numpy"):  # fused products give infinity where NumPy's give NaN
        warnings.simplefilter("error")
        found = cr.diagnose(network, *MOONS, theta=1e150 * network.initialize(0), loss=CROSS)
    assert [each.illness for each in found] == ["diverged"]
    assert "infinity times" not in found[0].sentence


def test_evidence_is_plain_finite_and_hashable():
    network = cr.mlp(2, 8, 1, activation="tanh", output="relu")
    run = cr.train(network, *MOONS, loss=CROSS, optimizer=cr.Adam(0.01), epochs=300)
    found = cr.diagnose(run, *MOONS)[0]
    assert found.evidence == {"lowest logit": 0.0}
    assert {type(each) for each in found.evidence.values()} == {float}
    assert len({found, cr.diagnose(run, *MOONS)[0]}) == 1
    assert json.loads(json.dumps(found.to_dict()))["changes"]["theta"] is None


def test_a_treatment_that_needs_x_says_so():
    x = 1000 * MOONS[0]
    run = cr.train(TANHS, x, MOONS[1], loss=CROSS, optimizer=cr.SGD(0.1), epochs=300)
    found = cr.diagnose(run, x, MOONS[1])[0]
    assert "feature 1," in found.sentence or "feature 2," in found.sentence
    with pytest.raises(cr.SettingError, match="needs x"):
        found.treated(network=TANHS)
    named = dataclasses.replace(run, model=dataclasses.replace(run.model, features=("height", "width")))
    assert "in height," in cr.diagnose(named, x, MOONS[1])[0].sentence


def test_targets_are_standardised_with_those_held_out_and_the_model_undoes_it():
    x = np.linspace(-1, 1, 60)[:, None]
    y = 5000 * np.sin(3 * x[:, 0]) + 20000
    network = cr.mlp(1, 16, 1, activation="tanh", output="identity")
    settings = {"network": network, "x": x, "y": y, "validation": (x[::7], y[::7]), "loss": cr.SquaredError()}
    settings |= {"optimizer": cr.Adam(0.01), "epochs": 600}
    found = cr.diagnose(cr.train(**settings), x, y)[0]
    assert "around 20,000 with a deviation of 3,590" in found.sentence
    assert "worse than the targets' mean" in found.sentence
    standardizer = found.changes["target_standardizer"]
    treated = found.treated(**settings)
    assert treated["y"] == pytest.approx(standardizer.apply(y[:, None]))
    assert treated["validation"][1] == pytest.approx(standardizer.apply(y[::7, None]))
    assert treated["validation"][0] is settings["validation"][0]
    assert settings["validation"][1][0] == y[0]
    run = cr.train(**treated)
    model = dataclasses.replace(run.model, target_standardizer=standardizer)
    assert model.score(x, y) > 0.95
    assert cr.diagnose(model, x, y) == ()
    with pytest.raises(cr.SettingError, match="needs y"):
        found.treated(network=network)


def test_a_plateau_of_adam_is_not_advised_adam():
    x = np.linspace(-1, 1, 120)[:, None]
    network = cr.mlp(1, 1, 1, activation="tanh", output="identity")
    settings = {"network": network, "x": x, "y": np.sin(6 * x), "loss": cr.SquaredError(), "optimizer": cr.Adam(0.01)}
    run = cr.train(**settings, epochs=6000)
    found = cr.diagnose(run, x, settings["y"])
    assert [each.illness for each in found] == ["plateau"]
    assert "Adam" not in found[0].advice
    assert "optimizer" not in found[0].changes
    treated = found[0].treated(**settings, epochs=6000)
    assert treated["network"] == cr.mlp(1, 2, 1, activation="tanh", output="identity")
    assert treated["seed"] == 1
    assert cr.train(**treated).final_loss < 0.8 * run.final_loss


def test_answers_worse_than_the_mean_are_said_to_be():
    x = np.linspace(-1, 1, 120)[:, None]
    y = np.sin(3 * x) + 5
    network = cr.mlp(1, 16, 1, activation="tanh", output="identity", bias=False)
    run = cr.train(network, x, y, loss=cr.SquaredError(), optimizer=cr.Adam(0.01), epochs=600)
    found = cr.diagnose(run, x, y)
    assert "no bias, and the targets lie around 5 with a deviation of 0.7" in found[0].sentence
    assert "worse than the targets' mean, with a squared error of 48.2 times the variance" in found[0].sentence


def test_no_bias_is_missed_where_there_is_nothing_for_it_to_do():
    x = np.linspace(-1, 1, 120)[:, None]
    network = cr.mlp(1, 2, 1, activation="tanh", output="identity", bias=False)
    for y in (np.sin(9 * x), np.sin(3 * x)):
        run = cr.train(network, x, y, loss=cr.SquaredError(), optimizer=cr.Adam(0.01), epochs=3000)
        assert "a missing bias" not in [each.illness for each in cr.diagnose(run, x, y)]


def test_no_advice_leaves_the_run_as_it_is():
    """Started as it would be anyway, and already of tanhs: neither is advised."""
    x = 1000 * MOONS[0]
    deep = cr.mlp(2, *[4] * 20, 1, activation="tanh", output="identity")
    for network in (TANHS, deep):
        run = cr.train(network, x, MOONS[1], loss=CROSS, optimizer=cr.SGD(0.1), epochs=100)
        for found in cr.diagnose(run, x, MOONS[1]):
            settings = {
                "network": network,
                "x": x,
                "y": MOONS[1],
                "loss": CROSS,
                "optimizer": cr.SGD(0.1),
                "epochs": 100,
            }
            treated = found.treated(**settings)
            assert any(treated[name] is not settings.get(name) for name in treated if name not in ("theta", "state"))
            assert treated.get("network") != network or "standardizer" in found.changes


def test_a_linear_bottleneck_is_no_problem():
    sklearn = pytest.importorskip("sklearn")
    assert sklearn
    x = cr.datasets.digits()[0].reshape(-1, 64)[:400]
    network = cr.mlp(64, 8, 64, activation="identity")
    run = cr.train(network, x, x, loss=cr.HalfSquaredError(), optimizer=cr.Adam(0.003), epochs=60, batch_size=32)
    assert cr.diagnose(run, x, x) == ()


def many_features(n=1500):
    """20 features: two classes by a line, two by the product of two features; nearest neighbours are far away."""
    x = np.random.default_rng(3).normal(size=(n, 20))
    return x, 2 * (x[:, 0] * x[:, 1] > 0) + (x[:, 2] + x[:, 3] > 0)


def series(n=1500):
    """Series in which neighbours are of one sign more often than not, or less often."""
    x = np.random.default_rng(4).normal(size=(n, 1, 16))
    return x, (x[:, 0, 1:] * x[:, 0, :-1]).sum(axis=1) > 0


LINEAR = [
    (cr.mlp(20, 32, 32, 4, activation="identity"), *many_features()),
    (cr.Network((1, 16), [cr.Conv1D(16, 3), cr.Conv1D(16, 3), cr.Flatten(), cr.Dense(2)]), *series()),
]


@pytest.mark.parametrize("order", ["mixed", "class by class"])
@pytest.mark.parametrize(("network", "x", "y"), LINEAR)
def test_a_linear_network_is_advised_activations_where_it_learns_only_a_part(network, x, y, order):
    if order == "class by class":
        x, y = x[np.argsort(y, kind="stable")], np.sort(y)
    settings = {"network": network, "x": x, "y": y.astype(int), "loss": cr.SoftmaxCrossEntropy(), "epochs": 20}
    settings |= {"optimizer": cr.Adam(0.005), "batch_size": 32}
    run = cr.train(**settings)
    found = cr.diagnose(run, x, settings["y"])
    assert [each.illness for each in found] == ["no activation between layers"]
    assert "no activation" in found[0].sentence
    treated = found[0].treated(**settings)
    assert cr.train(**treated).model.score(x, settings["y"]) > run.model.score(x, settings["y"]) + 0.2


@pytest.mark.parametrize("n", [200, 1500])
@pytest.mark.parametrize("noise", [2.0, 5.0])
def test_a_linear_network_is_left_alone_where_only_noise_is_left(n, noise):
    """With activations it would fit the samples much better, those held out no better."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(n, 12))
    y = (x @ rng.normal(size=(12, 4)) + noise * rng.gumbel(size=(n, 4))).argmax(axis=1)
    network = cr.mlp(12, 16, 16, 4, activation="identity")
    run = cr.train(
        network, x, y, loss=cr.SoftmaxCrossEntropy(), optimizer=cr.Adam(0.005), batch_size=32, epochs=6000 // n
    )
    assert cr.diagnose(run, x, y) == ()


def test_mnist1d_needs_activations():
    needed("mnist1d")
    x, y = cr.datasets.mnist1d()[:2]
    network = cr.mlp(40, 32, 32, 10, activation="identity")
    how = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.Adam(0.003), "batch_size": 64, "epochs": 10}
    x = x.reshape(-1, 40)
    found = cr.diagnose(cr.train(network, x, y, **how), x, y)
    assert [each.illness for each in found] == ["no activation between layers"]
