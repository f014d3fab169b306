"""Experiments: TOML there and back, one population for all starts, and what bad input gets."""

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.extras import advice
from chainrule.lab.experiments.data import DataFile, DataSet
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.populations import train_members
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.experiments.zipped import zipped
from optional import needed

pytest.importorskip("tomli_w")

rates = st.floats(1e-6, 1e3)
units = st.integers(1, 9)
data_sets = st.one_of(
    st.just(DataSet("xor")),
    st.builds(DataSet, st.sampled_from(["moons", "circles"]), n=units, noise=st.floats(0, 2), seed=st.integers(0, 99)),
    st.builds(DataSet, st.just("spiral"), arms=st.integers(2, 5)),
    st.builds(
        DataFile,
        st.text(min_size=1),
        target=st.one_of(st.none(), st.integers(-3, 3), st.text()),
    ),
)
activations = st.one_of(
    st.sampled_from(["tanh", "relu"]), st.just(cr.Tanh()), st.builds(cr.LeakyReLU, st.floats(0, 0.9))
)
initializers = st.one_of(st.none(), st.just(cr.He()), st.builds(cr.Normal, st.floats(0, 2)))
networks = st.one_of(
    st.builds(
        Perceptron,
        st.lists(units, max_size=3).map(tuple),
        activation=activations,
        output=st.one_of(st.none(), activations),
        bias=st.booleans(),
        initializer=initializers,
    ),
    st.builds(lambda n, start: cr.Network((2,), [cr.Dense(n), cr.Tanh(), cr.Dense(1)], start), units, initializers),
)
optimizers = st.one_of(
    st.builds(cr.SGD, rates),
    st.builds(cr.Momentum, rates, momentum=st.floats(0, 0.99)),
    st.builds(cr.Adam, st.builds(cr.Cosine, rates, steps=units), bias_correction=st.booleans()),
)
experiments = st.builds(
    Experiment,
    data=data_sets,
    network=networks,
    loss=st.sampled_from([cr.SquaredError(), cr.HalfSquaredError(), cr.BinaryCrossEntropy()]),
    optimizer=optimizers,
    epochs=st.integers(1, 10**6),
    batch_size=st.one_of(st.none(), units),
    penalty=st.one_of(st.none(), st.builds(cr.L2, st.floats(0, 1))),
    clip=st.one_of(st.none(), rates),
    dtype=st.sampled_from(["float64", "float32"]),
    seed=st.integers(0, 10**6),
    starts=units,
    test=st.one_of(st.none(), st.sampled_from(["fresh", "training"]), st.floats(0.01, 0.49)),
    validation=st.one_of(st.none(), st.floats(0.01, 0.49)),
    early_stopping=st.one_of(st.none(), st.builds(cr.EarlyStopping, units, min_delta=st.floats(0, 1))),
    standardize=st.one_of(st.none(), st.booleans()),
)


@given(experiments)
def test_toml_there_and_back(experiment):
    assert Experiment.from_toml(experiment.to_toml()) == experiment


def test_a_file_is_read_by_its_name(tmp_path):
    experiment = Experiment("moons", optimizer=cr.Adam(0.01), epochs=7)
    (tmp_path / "e.toml").write_text(experiment.to_toml())
    assert Experiment.from_toml(tmp_path / "e.toml") == experiment
    assert Experiment.from_toml(str(tmp_path / "e.toml")) == experiment


def test_as_a_person_writes_it():
    text = """
    data = { name = "gaussians", classes = 3, noise = 0 }
    network = { layers = [8, 8], activation = "tanh", initializer = "He" }
    loss = "softmax_cross_entropy"
    optimizer = { type = "Adam", learning_rate = 0.01 }
    penalty = 0.001
    epochs = 5
    """
    assert Experiment.from_toml(text) == Experiment(
        DataSet("gaussians", classes=3, noise=0.0),
        Perceptron((8, 8), "tanh", initializer=cr.He()),
        cr.SoftmaxCrossEntropy(),
        cr.Adam(0.01),
        penalty=cr.L2(0.001),
        epochs=5,
    )


BAD_TOML = {
    "data = xor": "the text isn't an experiment in TOML .*line 1",
    "epochs = 5": "expected a key data",
    'data = "xor"\noptimiser = 1': "unknown key 'optimiser' of an experiment, did you mean optimizer\\?",
    'data = "xor"\nepochs = 0': "^epochs: .*epochs must be a whole number of 1 or more; got 0",
    'data = "xor"\noptimizer = { type = "SGD", learning_rat = 1 }': "^optimizer: unknown key 'learning_rat' of SGD",
    'data = "xor"\noptimizer = { type = "SGD", learning_rate = -1 }': "^optimizer: .*must be a number above 0; got -1",
    'data = "xor"\noptimizer = { type = "Tanh" }': r"^optimizer: .*an optimizer such as SGD\(0.5\); got Tanh\(\)",
    'data = "xor"\noptimizer = { type = "SGD", learning_rate = [0.1, 1] }': "^optimizer: .*got 2 of SGD",
    'data = "xor"\noptimizer = { learning_rate = 1 }': "^optimizer: expected a table with the type",
    'data = "xor"\nloss = "mse"': "^loss: unknown loss 'mse'; choose from BinaryCrossEntropy",
    'data = "xor"\nnetwork = { units = 3 }': "^network: unknown key 'units' of Perceptron; choose from activation",
    'data = "xor"\nnetwork = { activation = "relo" }': "^network: unknown activation 'relo'",
    'data = "xorr"': "^data: unknown data set 'xorr'",
    'data = { n = 4 }': "^data: expected a name",
    'data = { name = "xor", file = "a.csv" }': "^data: unknown key 'name' of DataFile",
    'data = 3': "^data: data must be a data set",
    'data = "xor"\ntest = 2.0': "^test: .*the fraction to hold out",
}  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), BAD_TOML.items())
def test_bad_toml_gets_a_sentence_that_names_the_key(text, sentence):
    with pytest.raises(cr.ChainruleError, match=sentence) as caught:
        Experiment.from_toml(text)
    assert "\n" not in str(caught.value)


def test_a_missing_file():
    with pytest.raises(cr.FileError, match=r"there is no file nothing\.toml"):
        Experiment.from_toml("nothing.toml")


def test_an_experiment_has_one_value_of_each():
    with pytest.raises(cr.SettingError, match=r"got 2 of SGD's learning_rate; compare\(experiment"):
        Experiment("xor", optimizer=cr.SGD([0.1, 0.5]))


@pytest.mark.parametrize(
    "settings",
    [
        {"data": "xor", "epochs": 200},
        {"data": DataSet("moons", n=30), "epochs": 40, "batch_size": 8, "clip": 0.5, "penalty": 0.01},
        {"data": DataSet("gaussians", n=30, classes=3), "epochs": 30, "loss": cr.SoftmaxCrossEntropy()},
    ],
)
def test_each_member_is_its_single_run(settings):
    experiment = Experiment(**{"optimizer": cr.SGD(0.5), "starts": 3, "seed": 4, **settings})
    runs = experiment.run()
    x, y = experiment.data.read().x, experiment.data.read().y
    y = y[:, 0] if isinstance(experiment.loss, cr.SoftmaxCrossEntropy) else y
    network = experiment.network.build(
        (2,), 3 if isinstance(experiment.loss, cr.SoftmaxCrossEntropy) else 1, experiment.loss
    )
    same = {
        name: getattr(experiment, name) for name in ("loss", "optimizer", "epochs", "batch_size", "penalty", "clip")
    }
    for k in range(3):
        run = cr.train(network, x, y, **same, seed=4 + k)
        np.testing.assert_allclose(runs.theta[k], run.model.theta, rtol=0, atol=1e-10)
        if experiment.penalty is None:
            factor = 2 if isinstance(experiment.loss, cr.HalfSquaredError) else 1
            np.testing.assert_allclose(runs.losses[:, k], factor * run.history["loss"], rtol=0, atol=1e-10)
            np.testing.assert_allclose(runs.final[k], factor * run.final_loss, rtol=0, atol=1e-10)
        else:
            np.testing.assert_allclose(runs.final[k], cr.mean_squared_error(y, run.model.predict(x)), atol=1e-10)


def test_the_test_is_fresh_or_held_out_or_what_was_learnt(tmp_path):
    fresh = Experiment("linear", epochs=2, starts=2)
    x, y = cr.datasets.linear(seed=32)
    expected = [
        cr.Model(fresh.network.build((2,), 1, fresh.loss), each).score(x, y, "accuracy") for each in fresh.run().theta
    ]
    np.testing.assert_array_equal(fresh.run().score, expected)
    assert Experiment("linear", epochs=1, starts=1, test=0.25).run().score[0] * 25 % 1 == pytest.approx(0)
    with pytest.raises(cr.ShapeError, match="xor can't be drawn anew"):
        Experiment("xor", test="fresh").run()
    cr.datasets.write_csv(tmp_path / "q.csv", x, x @ [2.0, 1.0])
    quantity = Experiment(
        str(tmp_path / "q.csv"), loss=cr.SquaredError(), optimizer=cr.Adam(0.05), epochs=300, starts=2
    )
    assert quantity.run().metric == "r2"
    assert (quantity.run().score > 0.9).all()


def test_real_data_have_a_test_of_their_own():
    needed("sklearn")
    settings = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.Adam(0.01), "epochs": 1, "batch_size": 32}
    experiment = Experiment("digits", network=cr.Perceptron((8,)), **settings, starts=2)
    prepared = prepare(experiment)
    x, y = cr.datasets.digits()
    assert (len(prepared.learnt), len(prepared.test)) == (1348, 449)
    everything = np.concatenate([prepared.learnt.x, prepared.test.x])
    assert sorted(map(tuple, everything)) == sorted(map(tuple, x.reshape(-1, 64)))
    assert abs(np.bincount(prepared.test.class_numbers) - np.bincount(y) / 4).max() < 1
    np.testing.assert_array_equal(prepare(dataclasses.replace(experiment, seed=9)).test.x, prepared.test.x)
    assert len(prepare(dataclasses.replace(experiment, test=0.5)).test) == 898
    assert len(prepare(dataclasses.replace(experiment, test="training")).test) == 1797
    with pytest.raises(cr.ShapeError, match="digits can't be drawn anew"):
        prepare(dataclasses.replace(experiment, test="fresh"))
    with pytest.raises(cr.SettingError, match="the data set digits has no setting 'n'"):
        cr.DataSet("digits", n=5).read()


def test_images_reach_a_network_of_images():
    needed("sklearn")
    network = cr.Network((1, 8, 8), [cr.Flatten(), cr.Dense(10)])
    settings = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.Adam(0.01), "epochs": 5, "batch_size": 32}
    assert Experiment("digits", network=network, **settings, starts=1).run().score[0] > 0.9


def test_data_that_a_network_has_no_place_for():
    with pytest.raises(cr.ShapeError, match=r"the network expects samples of shape \(3,\), got \(2,\)\. Change"):
        Experiment("xor", cr.Network((3,), [cr.Dense(1)])).run()


def test_mnist1d_is_tested_as_its_authors_do(monkeypatch):
    x, y = np.arange(240.0).reshape(6, 1, 40), np.arange(6)
    monkeypatch.setattr("chainrule.lab.experiments.data.mnist1d", lambda: (x[:4], y[:4], x[4:], y[4:]))
    test = prepare(Experiment("mnist1d", loss=cr.SoftmaxCrossEntropy())).test
    np.testing.assert_array_equal(test.x, x[4:, 0])
    np.testing.assert_array_equal(test.y, y[4:])


def test_a_start_that_diverges_is_marked():
    runs = Experiment(
        "moons", Perceptron((8,), "relu"), cr.SquaredError(), cr.SGD(1e3), epochs=50, starts=3, penalty=0.0
    ).run()
    assert runs.diverged.all()
    assert np.isnan(runs.final).all()
    assert np.isnan(runs.score).all()
    assert (runs.ended < 50).all()


def test_progress_counts_epochs_of_members():
    seen = []
    Experiment("xor", epochs=50, starts=70).run(lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (3500, 3500)


def test_settings_of_parts_within_parts_are_zipped():
    networks = [
        cr.Network(2, [cr.Dense(2), cr.LeakyReLU(s), cr.Dense(1)], cr.Normal(d)) for s, d in ((0.1, 1), (0.2, 2))
    ]
    assert zipped(networks) == cr.Network(
        2, [cr.Dense(2), cr.LeakyReLU((0.1, 0.2)), cr.Dense(1)], cr.Normal((1.0, 2.0))
    )
    experiments = [Experiment("xor", Perceptron((2,), cr.LeakyReLU(s)), epochs=100) for s in (0.1, 0.2)]
    both = train_members(experiments, [3, 3])
    for k, each in enumerate(experiments):
        np.testing.assert_allclose(both.theta[k], train_members([each], [3]).theta[0], atol=1e-10)


def test_without_its_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tomli_w", None)
    with pytest.raises(cr.MissingExtraError, match=re.escape(advice("cli"))):
        Experiment("xor").to_toml()


def test_a_quantity_of_a_file_is_learnt_from_its_mean_in_deviations(tmp_path):
    x, _ = cr.datasets.linear(n=40)
    cr.datasets.write_csv(tmp_path / "far.csv", x, 1e6 + 3e4 * (x[:, 0] - 2 * x[:, 1]))
    network = Perceptron((), output="identity")
    runs = Experiment(str(tmp_path / "far.csv"), network=network, optimizer=cr.SGD(0.5), epochs=300, starts=2).run()
    assert runs.losses[0].max() < 10
    assert runs.final.max() < 1e-6
    assert runs.score.min() > 0.999
