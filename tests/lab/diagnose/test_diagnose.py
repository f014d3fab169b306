"""Every problem by settings that a person might choose, what its advice comes to, and no finding on sound runs."""

import dataclasses
import json

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.activations import activation as activation_named
from chainrule.lab.report.main_runs import diagnose_starts
from chainrule.lab.report.reference import Lab
from chainrule.lab.report.starts import train_task
from drawn import SOAK

MOONS = cr.datasets.moons(120, noise=0.1)
CIRCLES = cr.datasets.circles(120)
FITTING = {"loss": cr.BinaryCrossEntropy(), "optimizer": cr.SGD(0.5), "epochs": 400, "seed": 1}


def wave(seed=0):
    """A quantity: a sine in the first feature, a line in the second."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.5, 1.5, (120, 2))
    return x, np.sin(2 * x[:, :1]) + 0.5 * x[:, 1:]


def spoiled(network, data=MOONS, **settings):
    return FITTING | {"network": network, "x": data[0], "y": data[1]} | settings


def far_below(network, bias=-20.0):
    """A start whose hidden biases are far negative."""
    theta = network.initialize(0)
    for each in [each for each in network.parameters(theta) if each][:-1]:
        each["bias"][...] = bias
    return theta


def mlp(*hidden, activation="tanh", output="identity", n_outputs=1, **settings):
    return cr.mlp(2, *hidden, n_outputs, activation=activation, output=output, **settings)


RELUS = mlp(16, 16, activation="relu")
CONVOLUTIONS = cr.Network(
    (1, 8, 8), [cr.Conv2D(6, 3), cr.ReLU(), cr.MaxPool(2), cr.Conv2D(8, 2), cr.ReLU(), cr.Flatten(), cr.Dense(10)]
)


def digits(n=250):
    pytest.importorskip("sklearn")
    x, y = cr.datasets.digits()
    return x[:n], y[:n]


def three_classes():
    x, y = cr.datasets.gaussians(150, classes=5)
    return x, y.astype(float)


SQUARED = {"loss": cr.SquaredError()}
LINE = np.linspace(-1, 1, 120)[:, None]


def quantity(scale, mean, activation, n_layers=2, **settings):
    """A sine of one feature, in a unit of its own."""
    network = cr.mlp(1, *[16] * n_layers, 1, activation=activation, output="identity")
    return spoiled(network, (LINE, scale * np.sin(3 * LINE) + mean), **SQUARED) | settings


def without_biases(activation):
    return cr.mlp(1, 16, 1, activation=activation, output="identity", bias=False)


SPOILED = {
    "vanishing gradients": [
        lambda: spoiled(mlp(*[8] * 10, activation="sigmoid")),
        lambda: spoiled(mlp(*[8] * 8, initializer=cr.Normal(0.05))),
    ],
    "starting weights too small": [
        lambda: spoiled(mlp(4, 4, activation="sigmoid", initializer=cr.Normal(0.01)), optimizer=cr.SGD(1.0)),
        lambda: spoiled(
            mlp(8, activation="relu", initializer=cr.Normal(1e-4)), wave(), optimizer=cr.SGD(0.05), **SQUARED
        ),
    ],
    "exploding gradients": [
        lambda: spoiled(mlp(*[64] * 5, activation="relu", initializer=cr.Normal()), optimizer=cr.SGD(0.01)),
        lambda: spoiled(
            mlp(32, 32, 32, activation="elu", initializer=cr.Normal(2.0)), wave(), optimizer=cr.SGD(0.02), **SQUARED
        ),
    ],
    "dead ReLUs": [
        lambda: spoiled(RELUS, theta=far_below(RELUS)),
        lambda: spoiled(
            CONVOLUTIONS,
            digits(),
            loss=cr.SoftmaxCrossEntropy(),
            theta=far_below(CONVOLUTIONS),
            optimizer=cr.Adam(0.003),
            epochs=20,
            batch_size=32,
        ),
    ],
    "saturated sigmoids": [
        lambda: spoiled(mlp(16, 16, activation="sigmoid", initializer=cr.Normal(30.0)), optimizer=cr.Adam(0.01)),
    ],
    "saturated tanhs": [
        lambda: spoiled(mlp(8, 8, initializer=cr.Normal(100.0)), CIRCLES),
    ],
    "symmetric start": [
        lambda: spoiled(mlp(8, initializer=cr.Zeros()), optimizer=cr.Adam(0.01)),
        lambda: spoiled(mlp(8, 8), theta=np.full(mlp(8, 8).n_parameters, 0.5)),
    ],
    "plateau": [
        lambda: spoiled(
            mlp(4, 4, activation="sigmoid", output="sigmoid", initializer=cr.Normal()),
            cr.datasets.xor(),
            loss=cr.HalfSquaredError(),
            optimizer=cr.SGD(5.0),
            epochs=6_000,
            seed=6,
        ),
    ],
    "learning rate too high": [
        lambda: spoiled(mlp(16), optimizer=cr.SGD(100.0)),
        lambda: spoiled(RELUS, optimizer=cr.SGD(10.0)),  # it kills the ReLUs
        lambda: spoiled(mlp(16), CIRCLES, optimizer=cr.Adam(5.0)),
        lambda: spoiled(mlp(16), wave(), optimizer=cr.SGD(3.0), **SQUARED),
        lambda: spoiled(mlp(16, activation="gelu"), wave(), optimizer=cr.Momentum(1.0), **SQUARED),
    ],
    "learning rate too low": [
        lambda: spoiled(mlp(8), optimizer=cr.SGD(1e-4)),
        lambda: spoiled(mlp(8, 8, activation="relu"), CIRCLES, optimizer=cr.Adam(1e-5)),
        lambda: spoiled(mlp(16), CIRCLES, optimizer=cr.Momentum(cr.Cosine(1e-4, 400))),
    ],
    "unscaled inputs": [
        lambda: spoiled(mlp(16), (1000 * MOONS[0], MOONS[1])),
        lambda: spoiled(mlp(16, 16, activation="relu"), (2000 + 100 * CIRCLES[0], CIRCLES[1])),
        lambda: spoiled(mlp(16), (MOONS[0] * [1.0, 5000.0], MOONS[1]), optimizer=cr.SGD(0.1)),
    ],
    "unscaled targets": [
        lambda: quantity(5000, 20000, "tanh", 1, optimizer=cr.Adam(0.01), epochs=600),
        lambda: quantity(100, 1000, "relu", optimizer=cr.Adam(0.01), batch_size=16, epochs=200),
        lambda: quantity(100, 1000, "relu", optimizer=cr.SGD(0.01), batch_size=16, epochs=200),
        lambda: quantity(100, 1000, "relu", optimizer=cr.SGD(1e-5), batch_size=16, epochs=200),  # and its rate
        lambda: quantity(1000, 0, "tanh", optimizer=cr.SGD(0.1)),  # diverges
        lambda: quantity(0.005, 0, "relu", optimizer=cr.SGD(0.001), batch_size=16, epochs=600),
    ],
    "a missing bias": [
        lambda: quantity(1, 5, "tanh", 1, optimizer=cr.Adam(0.01), epochs=600, network=without_biases("tanh")),
        lambda: quantity(1, 5, "relu", 1, optimizer=cr.SGD(0.01), epochs=600, network=without_biases("relu")),
    ],
    "loss and output that don't fit": [
        lambda: spoiled(mlp(8, output="sigmoid"), (MOONS[0], 2 * MOONS[1] - 1), optimizer=cr.SGD(0.1), **SQUARED),
        lambda: spoiled(mlp(8, output="relu"), wave(), optimizer=cr.Adam(0.01), **SQUARED),
        lambda: spoiled(mlp(8, output="tanh"), (wave()[0], 10 * wave()[1]), optimizer=cr.Adam(0.03), **SQUARED),
        lambda: spoiled(mlp(16), three_classes(), optimizer=cr.Adam(0.01), **SQUARED),
        lambda: spoiled(mlp(8, output="tanh"), optimizer=cr.Adam(0.01)),
        lambda: spoiled(mlp(8, output="relu"), optimizer=cr.Adam(0.01)),
    ],
    "no activation between layers": [
        lambda: spoiled(mlp(16, 8, activation="identity"), CIRCLES, optimizer=cr.Adam(0.01)),
        lambda: spoiled(cr.Network((2,), [cr.Dense(16), cr.BatchNorm(), cr.Dense(1)]), CIRCLES),
    ],
    "overfitting": [
        lambda: spoiled(
            mlp(64, 64),
            cr.datasets.moons(40, noise=0.35),
            validation=cr.datasets.moons(200, noise=0.35, seed=5),
            optimizer=cr.Adam(0.01),
            epochs=600,
        ),
    ],
}
CASES = [(illness, case) for illness, cases in SPOILED.items() for case in range(len(cases))]


def trained(settings):
    try:
        return cr.train(**settings)
    except cr.DivergenceError as error:
        return error.run


def unexplained(run, settings):
    """The fraction of the targets' variance that the answers leave, whatever the loss."""
    y = np.asarray(settings["y"], float)
    if run.model.network.output_shape[0] > 1:
        y = np.eye(run.model.network.output_shape[0])[y.astype(int).reshape(-1)]
    y = y.reshape(len(y), -1)
    answers = run.model.probabilities(settings["x"])
    with np.errstate(over="ignore", invalid="ignore"):
        left = np.square(answers - y).sum() / np.square(y - y.mean(axis=0)).sum()
    return left if np.isfinite(left) else np.inf


@pytest.mark.parametrize(("illness", "case"), CASES)
def test_a_problem_is_the_first_finding_and_its_advice_helps(illness, case):
    settings = SPOILED[illness][case]()
    run = trained(settings)
    found = cr.diagnose(run, settings["x"], settings["y"])
    assert found, unexplained(run, settings)
    assert found[0].illness == illness, found
    assert found[0].evidence
    assert all(np.isfinite(value) for value in found[0].evidence.values())
    json.dumps(found[0].to_dict())

    treated = found[0].treated(**settings)
    again = trained(treated)
    if illness == "overfitting":
        assert again.final_validation_loss < 0.7 * run.final_validation_loss
        assert cr.diagnose(again, treated["x"], treated["y"]) == ()
    else:
        assert unexplained(again, treated) < 0.7 * unexplained(run, settings)
        found = cr.diagnose(again, treated["x"], treated["y"])
        assert illness not in [each.illness for each in found]


def sound(k):
    """The k-th of many sound settings: four runs, from four starts at four rates."""
    rng = np.random.default_rng([k, 6])

    def choose(*values):
        return values[rng.integers(len(values))]

    activation = choose("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus")
    hidden = [choose(8, 12, 16)] * choose(1, 2) if activation == "sigmoid" else [choose(8, 12, 16)] * choose(1, 2, 3)
    rates = rng.uniform(0.5, 1.5, 4)
    adam = cr.Adam(0.02 * rates)
    optimizer = choose(adam, cr.AdamW(0.02 * rates), cr.Nesterov(0.1 * rates), cr.RMSprop(0.01 * rates))
    settings = {"optimizer": optimizer, "population": 4, "seed": k, "epochs": 1200 if activation != "sigmoid" else 2500}
    kind = choose("classes", "classes", "outputs", "quantity", "many classes", "digits", "convolution")
    if kind in ("classes", "outputs"):
        draw = choose(cr.datasets.linear, cr.datasets.xor_cloud, cr.datasets.circles, cr.datasets.moons)
        x, y = draw(n=100, seed=k)
        output = "identity" if kind == "classes" else "sigmoid"
        network, loss = mlp(*hidden, activation=activation, output=output), cr.BinaryCrossEntropy()
        loss = loss if kind == "classes" else choose(cr.SquaredError(), cr.HalfSquaredError())
        if kind == "outputs":
            settings["optimizer"] = adam
    elif kind == "quantity":
        (x, y), loss, network = wave(k), cr.SquaredError(), mlp(*hidden, activation=activation)
        settings["optimizer"] = adam
    elif kind == "many classes":
        (x, y), loss = cr.datasets.gaussians(100, classes=3, seed=k), cr.SoftmaxCrossEntropy()
        network = mlp(*hidden, activation=activation, n_outputs=3)
    else:
        (x, y), loss = digits(200), cr.SoftmaxCrossEntropy()
        layers = [cr.Flatten(), cr.Dense(24), activation_named(activation)]
        if kind == "convolution":
            shape = [cr.Conv2D(4, 3, bias=False), cr.BatchNorm(), activation_named(activation)]
            inner = [cr.Residual([cr.Conv2D(4, 3, padding="same"), cr.Tanh()])] if choose(True, False) else []
            layers = [*shape, *inner, cr.MaxPool(2), cr.Flatten()]
        network = cr.Network((1, 8, 8), [*layers, cr.Dense(10)])
        settings |= {"optimizer": cr.Adam(0.01 * rates), "epochs": 40, "batch_size": 32}
    return {"network": network, "x": x, "y": y, "loss": loss} | settings


@pytest.mark.parametrize("task", ["xor", "linear"])
def test_the_references_runs_stay_undiagnosed_where_they_succeed(task):
    """On xor in its full length: before, some starts are on their way. linear is learnt long before, and stays so."""
    outcome = train_task(Lab(epochs=100_000 if task == "xor" else 10_000), task)
    succeeded = outcome.final <= 0.04
    assert succeeded.sum() >= 31
    for k, found in enumerate(diagnose_starts(outcome)):
        assert [each.illness for each in found] == ([] if succeeded[k] else ["plateau"]), k


@pytest.mark.soak
@pytest.mark.parametrize("k", range(40 if SOAK == 1 else 100))  # all in `make soak`, and so in .ci/run
def test_sound_settings_stay_undiagnosed(k):
    settings = sound(k)
    run = cr.train(**settings)
    assert cr.diagnose(run, settings["x"], settings["y"]) == ((),) * 4, settings["network"]


def test_a_population_is_diagnosed_member_by_member():
    settings = spoiled(mlp(16), optimizer=cr.SGD([1e-4, 1.0, 100.0]), seed=[1, 1, 1])
    run = cr.train(**settings)
    found = cr.diagnose(run, *MOONS)
    assert [each[0].illness if each else None for each in found] == [
        "learning rate too low",
        None,
        "learning rate too high",
    ]
    alone = cr.train(**settings | {"optimizer": cr.SGD(100.0), "seed": 1})
    assert cr.diagnose(alone, *MOONS)[0].evidence == pytest.approx(found[2][0].evidence, rel=1e-3)


def test_a_run_that_diverged_is_diagnosed_from_what_its_error_carries():
    with pytest.raises(cr.DivergenceError, match=r"cr\.diagnose") as caught:
        cr.train(**spoiled(mlp(16, activation="relu"), wave(), optimizer=cr.SGD(1e3), **SQUARED))
    found = cr.diagnose(caught.value.run, *wave())
    assert found[0].illness == "learning rate too high"
    assert "no longer finite" in found[0].sentence
    assert isinstance(found[0].changes["optimizer"], cr.SGD)


def test_a_residual_network_tells_which_layer_is_dead():
    inner = cr.Residual([cr.Dense(8), cr.ReLU(), cr.Dense(8)])
    network = cr.Network((2,), [cr.Dense(8), cr.ReLU(), inner, cr.BatchNorm(), cr.ReLU(), cr.Dense(1)])
    theta = network.initialize(0)
    network.parameters(theta)[2]["bias"][...] = -100.0
    found = cr.diagnose(network, *CIRCLES, theta=theta, loss=cr.BinaryCrossEntropy())
    assert (found[0].illness, found[0].layer) == ("dead ReLUs", 2)
    assert (found[0].evidence["dead"], found[0].evidence["units"]) == (8, 8)
    assert "8 of the 8 units of layer 2, ReLU()" in found[0].sentence


def test_a_model_and_a_network_are_told_what_their_parameters_show():
    network = mlp(8, 8, initializer=cr.Normal(50.0))
    theta = network.initialize(1)
    found = cr.diagnose(network, *CIRCLES, theta=theta, loss=cr.BinaryCrossEntropy())
    assert found[0].illness == "saturated tanhs"
    assert found[0].sentence.startswith("With these parameters")
    assert cr.diagnose(cr.Model(network, theta, cr.BinaryCrossEntropy()), *CIRCLES) == found
    sound = mlp(8, 8)
    assert cr.diagnose(sound, *CIRCLES, theta=sound.initialize(1), loss=cr.BinaryCrossEntropy()) == ()


def test_a_models_own_standardizer_is_applied():
    x, y = 1000 * MOONS[0], MOONS[1]
    scaled = cr.Standardizer.fit(x)
    settings = spoiled(mlp(16), (scaled.apply(x), y), optimizer=cr.Adam(0.02))
    model = dataclasses.replace(cr.train(**settings).model, standardizer=scaled)
    assert cr.diagnose(model, x, y) == ()


def test_targets_of_any_size_are_left_alone_once_they_are_learnt():
    for scale, mean, rate in ((20.0, 5.0, 0.02), (1.0, 20.0, 0.02), (0.01, 0.0, 0.003)):
        settings = quantity(scale, mean, "tanh", optimizer=cr.Adam(rate), epochs=3000)
        run = cr.train(**settings)
        assert unexplained(run, settings) < 0.1
        assert cr.diagnose(run, LINE, settings["y"]) == ()


def test_what_can_not_be_learnt_is_no_problem():
    """Noise: the nearest neighbours differ by as much as the answers err."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (300, 1))
    y = np.sin(3 * x) + 0.5 * rng.standard_normal((300, 1))
    network = cr.mlp(1, 8, 1, activation="tanh", output="identity")
    run = cr.train(network, x, y, loss=cr.SquaredError(), optimizer=cr.Adam(0.01), epochs=1500)
    assert run.final_loss > 0.2
    assert cr.diagnose(run, x, y) == ()


def test_the_doctor_ends_a_run_that_has_a_problem():
    settings = spoiled(mlp(8, initializer=cr.Zeros()))
    doctor = cr.Doctor(*MOONS, stop=True)
    run = cr.train(**settings, callbacks=[doctor])
    assert doctor.findings[0].illness == "symmetric start"
    assert run.ending.reason == "stopped by a callback"
    assert run.ending.epoch < 150
    doctor = cr.Doctor(*MOONS)
    cr.train(**spoiled(mlp(16), optimizer=cr.Adam(0.05)), callbacks=[doctor])
    assert doctor.findings == ()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((3, *MOONS), "what is diagnosed must be a run, a model or a network; got 3"),
        ((mlp(4), *MOONS), "a network needs its parameters to be diagnosed"),
        ((cr.Model(mlp(4), mlp(4).initialize()), *MOONS), "needs the loss that was to be made small"),
        ((cr.Model(mlp(4), mlp(4).initialize(), cr.SquaredError()), MOONS[0][:, :1], MOONS[1]), r"\(n, 2\)"),
        ((cr.Model(mlp(4), mlp(4).initialize(), cr.SquaredError()), MOONS[0], MOONS[1][:5]), "120 samples"),
        (
            (cr.Model(mlp(4), mlp(4).initialize(), cr.SquaredError()), MOONS[0], None),
            "needs y: the targets of x, for 1 o",
        ),
        ((cr.Model(mlp(4), mlp(4).initialize(), cr.SquaredError()), None, MOONS[1]), "needs x: the samples, as they"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(arguments, sentence):
    with pytest.raises(cr.ChainruleError, match=sentence):
        cr.diagnose(*arguments)


def test_theta_and_loss_are_for_a_network_alone():
    network = mlp(4)
    model = cr.Model(network, network.initialize(), cr.SquaredError())
    with pytest.raises(cr.SettingError, match="this Model has its own"):
        cr.diagnose(model, *MOONS, theta=network.initialize())


def test_a_run_whose_settings_were_changed_is_not_blamed_on_those_it_began_with():
    x, y = cr.datasets.moons(60, seed=1)
    training = cr.iterate(cr.mlp(2, 8, 1), x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(500.0), epochs=40)
    next(training)
    training.change(learning_rate=0.5)
    for _ in training:
        pass
    assert not any("500" in str(each) for each in cr.diagnose(training.result(), x, y))
