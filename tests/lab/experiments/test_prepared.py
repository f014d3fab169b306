"""The room that prepares runs: what is learnt, watched and tested; scales; and the model that knows them."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.experiments.prepared import prepare


@pytest.fixture
def prices(tmp_path):
    """A file with a quantity far from 0, and its samples."""
    x, _ = cr.datasets.linear(n=40)
    y = 1e6 + 3e4 * (x[:, 0] - 2 * x[:, 1])
    cr.datasets.write_csv(tmp_path / "prices.csv", x, y, features=["size", "age"], target="price")
    return str(tmp_path / "prices.csv"), x, y


def test_test_and_validation_are_fractions_of_all_samples():
    prepared = prepare(cr.Experiment(cr.DataSet("moons", n=100), test=0.25, validation=0.15))
    assert [len(part) for part in (prepared.learnt, prepared.validation, prepared.test)] == [60, 15, 25]
    everything = np.concatenate([part.x for part in (prepared.learnt, prepared.validation, prepared.test)])
    x, _ = cr.datasets.moons(100)
    assert sorted(map(tuple, everything)) == sorted(map(tuple, x))


def test_validation_is_held_out_of_the_samples_that_are_trained_on():
    prepared = prepare(cr.Experiment("xor", validation=0.2))
    assert prepared.tested_on == "the 17 samples it was trained on"
    assert prepared.test is prepared.learnt


def test_nothing_left_to_learn():
    with pytest.raises(cr.SettingError, match=r"test 0.5 and validation 0.5 leave nothing to learn"):
        cr.Experiment("xor", test=0.5, validation=0.5)
    with pytest.raises(cr.SettingError, match=r"validation must be a fraction above 0 and below 1, or .*; got 1\.5"):
        cr.Experiment("xor", validation=1.5)


def test_scales_are_of_the_samples_that_are_learnt(prices):
    prepared = prepare(cr.Experiment(prices[0], loss=cr.SquaredError(), test=0.5))
    learnt = prepared.learnt
    assert len(learnt) == 20
    assert prepared.standardizer == cr.Standardizer.fit(learnt.x)
    assert prepared.target_standardizer == cr.Standardizer.fit(learnt.y[:, np.newaxis])
    for each in prepared.arrays(prepared.learnt):
        np.testing.assert_allclose(each.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(each.std(axis=0), 1, atol=1e-9)


@pytest.mark.parametrize("data", ["moons", "file"])
def test_features_are_standardised_by_default_in_files_alone(data, prices):
    source = prices[0] if data == "file" else data
    assert (prepare(cr.Experiment(source)).standardizer is not None) == (data == "file")
    assert prepare(cr.Experiment(source, standardize=True)).standardizer is not None
    assert prepare(cr.Experiment(source, standardize=False)).standardizer is None


def test_the_model_answers_in_the_unit_of_the_file(prices):
    path, x, y = prices
    network = cr.Perceptron((), output="identity")
    prepared = prepare(cr.Experiment(path, network, cr.SquaredError(), cr.SGD(0.3), epochs=300))
    training = prepared.begin()
    for _ in training:
        pass
    model = prepared.model(training.result())
    assert model.features == ("size", "age")
    assert model.score(x, y) > 0.999
    np.testing.assert_allclose(model.predict(x)[:, 0], y, rtol=1e-3)


def test_a_run_is_the_one_that_train_makes():
    experiment = cr.Experiment(
        cr.DataSet("moons", n=60), cr.Perceptron((5,), "tanh"), epochs=30, batch_size=8, penalty=0.01, clip=0.5,
        seed=3, validation=0.2, early_stopping=5, dtype="float32",
    )  # fmt: skip
    prepared = prepare(experiment)
    training = prepared.begin(record_every=1)
    for _ in training:
        pass
    x, y, x_held, y_held = cr.split(*cr.datasets.moons(60), test=0.2, seed=3, stratify=True)
    run = cr.train(
        cr.mlp(2, 5, 1, activation="tanh"), x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(0.25), epochs=30,
        batch_size=8, penalty=cr.L2(0.01), clip=0.5, seed=3, validation=(x_held, y_held),
        early_stopping=cr.EarlyStopping(5), dtype="float32", record_every=1,
    )  # fmt: skip
    np.testing.assert_array_equal(training.result().model.theta, run.model.theta)


def test_early_stopping_in_a_population_ends_each_start_by_itself():
    experiment = cr.Experiment("moons", optimizer=cr.SGD(100.0), epochs=60, starts=3, validation=0.3, early_stopping=2)
    runs = experiment.run()
    assert "stopped early" in runs.reason
    for k in range(3):
        training = prepare(experiment).begin(seed=k)
        for _ in training:
            pass
        ending = training.result().ending
        assert (ending.reason, ending.epoch) == (runs.reason[k], runs.ended[k])


def rare_class(path):
    """A file in which 20 of 500 rows are of a class that overlaps with the other."""
    rng = np.random.default_rng(2)
    y = (np.arange(500) < 20).astype(int)
    x = rng.normal(size=(500, 3)) + 1.2 * y[:, np.newaxis]
    cr.datasets.write_csv(path, x, y, features=["a", "b", "c"], target="kind", classes=["common", "rare"])
    return x, y


def test_a_class_weight_is_the_sample_weights_by_which_all_classes_count_alike(tmp_path):
    x, y = rare_class(tmp_path / "rare.csv")
    path = str(tmp_path / "rare.csv")
    settings = {"network": cr.Perceptron((8,), "tanh"), "loss": cr.BinaryCrossEntropy(), "optimizer": cr.Adam(0.01)}
    experiment = cr.Experiment(path, epochs=60, starts=1, class_weight="balanced", **settings)
    assert cr.Experiment.from_toml(experiment.to_toml()) == experiment
    prepared = prepare(experiment)
    training = prepared.begin()
    list(training)
    theta = training.result().model.theta
    network, weights = prepared.network, np.where(y == 1, 12.5, 500 / 960)
    scaled = cr.Standardizer.fit(x).apply(x)
    how = {"loss": cr.BinaryCrossEntropy(), "optimizer": cr.Adam(0.01), "epochs": 60, "sample_weight": weights}
    assert theta == pytest.approx(cr.train(network, scaled, y, **how).model.theta)
    assert experiment.run().theta[0] == pytest.approx(theta)


def test_a_class_weight_wants_classes(prices):
    with pytest.raises(cr.SettingError, match="class_weight expects a target of classes, but price of"):
        prepare(cr.Experiment(prices[0], loss=cr.SquaredError(), class_weight="balanced")).begin()
    with pytest.raises(
        cr.SettingError, match='class_weight must be "balanced", which makes all classes count alike; got 3'
    ):
        cr.Experiment("moons", class_weight=3)
