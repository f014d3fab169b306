"""The doctor on learning rates, settings that hold a run back, and runs that ended too soon."""

import dataclasses
import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.diagnose.diagnosis import inspected
from chainrule.lab.diagnose.inspection import Inspection
from chainrule.lab.diagnose.thresholds import LARGE_BUDGET
from chainrule.lab.diagnose.trials.rates import rates_around
from chainrule.lab.diagnose.trials.trial import cost, is_large, pace, samples_of, trial
from chainrule.lab.figures.numbers import MINUS
from chainrule.training.stopping import Ending

MOONS = cr.datasets.moons(120, noise=0.1)
CIRCLES = cr.datasets.circles(120)
TANHS = cr.mlp(2, 16, 1, activation="tanh", output="identity")
FITTING = {"network": TANHS, "x": MOONS[0], "y": MOONS[1], "loss": cr.BinaryCrossEntropy(), "seed": 1}


def trained(settings):
    try:
        return cr.train(**settings)
    except cr.DivergenceError as error:
        return error.run


def diagnosed(**settings):
    """The settings, their run, and its findings."""
    settings = FITTING | settings
    run = trained(settings)
    return settings, run, cr.diagnose(run, settings["x"], settings["y"])


def data_loss(run, settings):
    value, _ = settings["network"].loss_and_gradient(run.model.theta, settings["x"], settings["y"], settings["loss"])
    return value


DROPPING = cr.Network((2,), [cr.Dense(32), cr.ReLU(), cr.Dropout(0.95), cr.Dense(32), cr.ReLU(), cr.Dropout(0.95)])
DROPPING = cr.Network((2,), [*DROPPING.layers, cr.Dense(1)])
HOLDING_BACK = {
    "L2(10.0)": {"optimizer": cr.SGD(0.3), "epochs": 400, "penalty": cr.L2(10.0)},
    "L2(1.0)": {"optimizer": cr.Adam(0.01), "epochs": 500, "penalty": cr.L2(1.0)},
    "L2(0.1)": {"optimizer": cr.Adam(0.01), "epochs": 500, "penalty": cr.L2(0.1)},
    "AdamW's weight_decay=100": {"optimizer": cr.AdamW(0.01, weight_decay=100.0), "epochs": 400},
    "clip=1e-05": {"optimizer": cr.SGD(0.5), "epochs": 400, "clip": 1e-5},
    "Dropout(0.95)": {"network": DROPPING, "optimizer": cr.Adam(0.01), "epochs": 100, "batch_size": 32},
    "momentum=0.999": {
        "network": cr.mlp(2, 4, 4, 1, initializer=cr.Normal()),
        "loss": cr.HalfSquaredError(),
        "x": cr.datasets.xor()[0],
        "y": cr.datasets.xor()[1],
        "optimizer": cr.Momentum(5.0, momentum=0.999),
        "epochs": 2000,
    },
}


@pytest.mark.parametrize("name", HOLDING_BACK)
def test_a_setting_that_holds_a_run_back_is_named_first_and_weakening_it_helps(name):
    settings, run, found = diagnosed(**HOLDING_BACK[name])
    assert found[0].illness == "held back", found
    assert found[0].sentence.startswith(f"{name} holds the run back. ")
    assert found[0].evidence["loss without"] < 0.8 * found[0].evidence["loss with"]
    treated = found[0].treated(**settings)
    assert data_loss(cr.train(**treated), treated) < 0.6 * data_loss(run, settings)
    assert "held back" not in [each.illness for each in cr.diagnose(cr.train(**treated), treated["x"], treated["y"])]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_penalty_that_makes_a_run_explode_is_named(dtype):
    settings, _, found = diagnosed(
        loss=cr.SquaredError(), optimizer=cr.SGD(0.2), epochs=400, penalty=cr.L2(1e4), dtype=dtype
    )
    assert found[0].illness == "held back"
    assert found[0].evidence["loss without"] < 0.1
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.1


def test_a_usual_dropout_is_not_suspected_where_the_run_only_has_to_go_on():
    layers = [cr.Dense(32), cr.ReLU(), cr.Dropout(0.5), cr.Dense(32), cr.ReLU(), cr.Dropout(0.5), cr.Dense(1)]
    *_, found = diagnosed(network=cr.Network((2,), layers), optimizer=cr.Adam(0.003), epochs=2, batch_size=16)
    assert [each.illness for each in found] == ["too few epochs"]


@pytest.mark.parametrize("penalty", [cr.L2(0.001), None])
def test_a_setting_that_does_no_harm_is_not_suspected(penalty):
    *_, found = diagnosed(optimizer=cr.AdamW(0.02), epochs=400, penalty=penalty, clip=1.0)
    assert found == ()


AUGMENTED = {"augment": cr.Noise(30.0)}
WEIGHTED = {"sample_weight": np.where(MOONS[1][:, 0], 1.0, 1e-9)}
HELD_BACK = [
    (AUGMENTED, ": augmentation holds it back."),
    (WEIGHTED, ": sample weights hold it back."),
    (AUGMENTED | WEIGHTED, ": augmentation and sample weights hold it back."),
]


@pytest.mark.parametrize(("changed_data", "named"), HELD_BACK)
def test_how_the_data_were_changed_is_found_by_beginning_the_run_anew(changed_data, named):
    settings, run, found = diagnosed(optimizer=cr.Adam(0.02), epochs=60, batch_size=16, **changed_data)
    assert found[0].illness == "held back", found
    assert found[0].sentence.endswith(named)
    assert found[0].changes == dict.fromkeys(changed_data)
    treated = found[0].treated(**settings)
    assert data_loss(cr.train(**treated), treated) < 0.5 * data_loss(run, settings)


@pytest.mark.parametrize(
    ("optimizer", "loss", "task"),
    [
        (cr.SGD(1e-9), cr.HalfSquaredError(), cr.datasets.xor()),
        (cr.Adam(1e-10), cr.BinaryCrossEntropy(), MOONS),
        (cr.SGD(1e-12), cr.BinaryCrossEntropy(), MOONS),
    ],
)
def test_a_rate_at_which_nothing_moves_is_too_low_and_no_plateau(optimizer, loss, task):
    network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal(), output="sigmoid" if loss.link == "identity" else "identity")
    settings, run, found = diagnosed(network=network, x=task[0], y=task[1], loss=loss, optimizer=optimizer, epochs=500)
    assert [each.illness for each in found] == ["learning rate too low"]
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.7 * run.final_loss


def test_a_run_that_only_has_to_go_on_is_told_so():
    for epochs, optimizer in ((5, cr.Adam(0.01)), (1, cr.SGD(0.3))):
        settings, run, found = diagnosed(optimizer=optimizer, epochs=epochs)
        assert [each.illness for each in found] == ["too few epochs"], found
        assert found[0].sentence.startswith(f"After {epochs} epochs the training loss still falls")
        assert cr.train(**found[0].treated(**settings)).final_loss < 0.8 * run.final_loss


def test_early_stopping_that_ended_too_soon_is_given_more_patience():
    settings, run, found = diagnosed(optimizer=cr.Adam(0.002), epochs=1000, early_stopping=cr.EarlyStopping(1, 0.1))
    assert [each.illness for each in found] == ["stopped too soon"], found
    assert found[0].sentence.startswith("Early stopping ended the run at epoch 1 of 1000")
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.5 * run.final_loss


def test_after_an_explosion_the_rates_are_tried_from_the_start():
    x = np.random.default_rng(0).normal(size=(200, 3))
    y = x @ [[1.0], [2.0], [-1.0]]
    network = cr.mlp(3, 1, output="identity")
    settings, run, found = diagnosed(
        network=network, x=3 * x, y=y, loss=cr.SquaredError(), optimizer=cr.SGD(0.2), epochs=60
    )
    assert run.final_loss > 1e6
    assert [each.illness for each in found] == ["learning rate too high"]
    assert "above" in found[0].sentence
    assert "from the start, " in found[0].sentence
    assert found[0].evidence["own loss"] > found[0].evidence["first loss"] > found[0].evidence["loss"]
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.01


def test_a_run_that_had_learnt_and_broke_down_took_too_long_steps_and_no_augmentation_is_blamed():
    x, y = cr.datasets.spiral(300, arms=3)
    network = cr.mlp(2, *[16] * 8, 3, activation="tanh", output="identity")
    how = {"network": network, "x": x, "y": y[:, 0].astype(int), "loss": cr.SoftmaxCrossEntropy(), "seed": 0}
    settings, run, found = diagnosed(**how, optimizer=cr.Momentum(0.05), batch_size=32, epochs=200)
    assert found[0].illness == "learning rate too high"
    assert re.match(r"The loss was down to 0\.\d+ at epoch \d+, and ended at ", found[0].sentence)
    evidence, losses = found[0].evidence, run.history["loss"]
    assert evidence["lowest loss"] == losses[int(evidence["epoch"])] == losses.min()
    assert evidence["last loss"] == losses[-1] > 2 * evidence["lowest loss"]
    assert evidence["loss"] < 0.7 * evidence["last loss"]
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.7 * evidence["last loss"]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_a_trained_network_that_long_steps_threw_out_is_not_advised_another_start(activation):
    network = cr.mlp(2, 8, 8, 1, activation=activation)
    how = {"network": network, "x": CIRCLES[0], "y": CIRCLES[1], "loss": cr.HalfSquaredError()}
    sound = trained(FITTING | how | {"optimizer": cr.Adam(0.03), "epochs": 1500})
    *_, found = diagnosed(**how, theta=sound.model.theta, optimizer=cr.Adam(100.0), epochs=400)
    assert found[0].illness == "learning rate too high"
    assert not [each for each in found if each.sentence.startswith("At the start")]


def numbers_of(sentence):
    sentence = sentence.replace(MINUS, "-")
    return [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?", sentence)]


@pytest.mark.parametrize("optimizer", [cr.SGD(100.0), cr.SGD(20.0), cr.Adam(30.0), cr.SGD(1e-4), cr.Adam(1e-5)])
def test_every_loss_and_rate_in_evidence_stands_in_the_sentence(optimizer):
    *_, found = diagnosed(optimizer=optimizer, epochs=300)
    assert found[0].illness.startswith("learning rate too")
    said = numbers_of(found[0].sentence)
    for name, value in found[0].evidence.items():
        digits = 0.5 if "rate" in name else 0.006  # rates are said with one digit
        assert any(value == pytest.approx(each, rel=digits, abs=1e-12) for each in said), (name, found[0])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_one_run_is_advised_one_rate(seed, activation):
    network = cr.mlp(2, 16, 16, 1, activation=activation, output="identity")
    *_, found = diagnosed(network=network, optimizer=cr.Adam(3.0), epochs=20, batch_size=32, seed=seed)
    assert "learning rate too high" in [each.illness for each in found]
    assert "learning rate too low" not in [each.illness for each in found]
    assert len({each.changes["optimizer"] for each in found if "optimizer" in each.changes}) == 1


@pytest.mark.parametrize(
    ("activation", "optimizer"),
    [("tanh", cr.SGD(100.0)), ("relu", cr.SGD(10.0)), ("sigmoid", cr.Adam(30.0)), ("identity", cr.SGD(100.0))],
)
def test_where_the_rate_is_the_cause_all_advice_is_of_the_rate(activation, optimizer):
    """Its steps threw the units where nothing comes through: another start or other layers would be thrown as well."""
    network = cr.mlp(2, 16, 16, 1, activation=activation, output="identity")
    *_, found = diagnosed(network=network, optimizer=optimizer, epochs=60, batch_size=16)
    assert "learning rate too high" in [each.illness for each in found]
    assert not {"no activation between layers", "vanishing gradients"} & {each.illness for each in found}
    assert {tuple(each.changes) for each in found} == {("optimizer",)}


def test_rates_are_written_as_a_person_would():
    assert rates_around(0.003)[-7:] == (0.003, 0.03, 0.3, 3.0, 30.0, 300.0, 3000.0)
    assert all(len(str(each)) <= 7 for each in rates_around(1e-9))
    *_, found = diagnosed(optimizer=cr.Adam(1e-6), epochs=200)
    assert dataclasses.replace(found[0].changes["optimizer"], learning_rate=1.0) == cr.Adam(1.0)
    assert found[0].advice in ("Try Adam(0.1).", "Try Adam(0.01).")


def test_a_network_without_hidden_layers_is_advised_one():
    network = cr.mlp(2, 1, output="identity")
    settings, run, found = diagnosed(network=network, x=CIRCLES[0], y=CIRCLES[1], optimizer=cr.SGD(0.5), epochs=800)
    assert [each.illness for each in found] == ["plateau"]
    assert found[0].changes["network"].n_parameters > network.n_parameters
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.7 * run.final_loss


def test_trials_of_a_large_network_are_few_and_short():
    network = cr.mlp(40, 512, 512, 512, 10, activation="relu", output="identity")
    x, y = np.zeros((500, 40)), np.arange(500) % 10
    run = Inspection(
        network=network,
        loss=cr.SoftmaxCrossEntropy(),
        x=x,
        y=y,
        n_samples=500,
        start=None,
        end=None,
        epochs=np.empty(0),
        losses=np.empty(0),
        validation=np.empty(0),
        setup=None,
        ending=Ending("", 0),
        features=(),
        classes=(),
        draw=lambda most: (x[:most], y[:most]),
    )
    assert is_large(run)
    members = len(rates_around(1e-6, are_few=True))
    batch, steps = pace(run, members)
    assert members * batch * steps * cost(network) <= LARGE_BUDGET
    assert len(samples_of(run)[0]) < 500


def test_a_trial_takes_one_change_or_many_at_once():
    """Members tried together come to what each comes to alone."""
    run = cr.train(**FITTING, optimizer=cr.SGD(0.1), epochs=30)
    once = inspected(run.model, run, None, *MOONS)
    changes = [{"optimizer": cr.SGD(rate), "penalty": cr.L2(strength)} for rate, strength in ((0.1, 0.0), (0.5, 1.0))]
    together = trial(once, once.start, 20, changes)
    alone = [trial(once, once.start, 20, [each]) for each in changes]
    assert together.losses == pytest.approx([each.losses[0] for each in alone], rel=1e-10)
    assert trial(once, once.start, 20).losses[0] == pytest.approx(
        cr.train(**FITTING, optimizer=cr.SGD(0.1), epochs=20).final_loss, rel=1e-10
    )
    assert np.isnan(trial(once, None, 20).losses).all()
