"""The doctor at the bedside: what it stops, what it leaves alone, and what it says before a run is lost."""

import numpy as np
import pytest

import chainrule as cr

MOONS = cr.datasets.moons(120, noise=0.1)
NETWORK = cr.mlp(2, 16, 1, activation="tanh", output="identity")
PATIENT = {"network": NETWORK, "x": MOONS[0], "y": MOONS[1], "loss": cr.BinaryCrossEntropy()}


def at_the_bedside(epochs, optimizer, stop=True, **settings):
    doctor = cr.Doctor(**PATIENT, optimizer=optimizer, stop=stop, seed=settings.get("seed", 0))
    run = cr.train(**PATIENT, optimizer=optimizer, epochs=epochs, callbacks=[doctor], **settings)
    return doctor, run


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("optimizer", "epochs"), [(cr.Adam(0.01), 400), (cr.Adam(0.01), 150), (cr.SGD(0.1), 3000), (cr.SGD(0.5), 1500)]
)
def test_a_run_that_gets_on_is_left_alone(optimizer, epochs, seed):
    doctor, run = at_the_bedside(epochs, optimizer, seed=seed)
    assert run.ending.reason == "finished"
    assert doctor.findings == ()


def test_a_run_that_could_be_faster_is_told_and_not_stopped():
    doctor, run = at_the_bedside(400, cr.SGD(1e-5))
    assert run.ending.reason == "finished"
    assert [each.illness for each in doctor.findings] == ["learning rate too low"]
    assert doctor.findings[0].may_pass


def test_a_penalty_is_suspected_when_the_doctor_is_told_of_it():
    settings = {"optimizer": cr.Adam(0.01), "penalty": cr.L2(1.0)}
    doctor = cr.Doctor(**PATIENT, **settings, stop=True)
    run = cr.train(**PATIENT, **settings, epochs=400, callbacks=[doctor])
    assert run.ending.reason == "finished"
    assert [each.illness for each in doctor.findings] == ["held back"]


def test_a_loss_that_rises_is_looked_at_at_once():
    doctor, run = at_the_bedside(400, cr.SGD(1000.0))
    assert run.ending.reason == "stopped by a callback"
    assert run.ending.epoch < 20
    assert doctor.findings[0].illness == "learning rate too high"
    assert not doctor.findings[0].may_pass


def test_a_population_is_looked_at_and_ends_when_all_are_ill():
    for rates, reason in (([0.02, 1e3], "finished"), ([1e3, 1e4], "stopped by a callback")):
        doctor, run = at_the_bedside(400, cr.SGD(rates) if reason != "finished" else cr.Adam(rates))
        assert {each.reason for each in run.ending} == {reason}
        assert len(doctor.findings) == 2
        assert doctor.findings[1][0].illness == "learning rate too high"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"x": MOONS[0][:, :1]}, r"x should have shape \(n, 2\)"),
        ({"x": MOONS[0] * np.nan}, "finite float64 numbers"),
        ({"y": MOONS[1][:5]}, "120 samples"),
        ({"loss": "x"}, "loss must be a loss"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"stop": "no"}, "stop must be True or False"),
    ],
)
def test_what_train_would_not_take_is_said_when_the_doctor_is_made(wrong, sentence):
    with pytest.raises(cr.ChainruleError, match=sentence):
        cr.Doctor(**PATIENT | {"optimizer": cr.Adam(0.01)} | wrong)


def test_the_doctor_of_another_network_says_so_at_the_first_record():
    doctor = cr.Doctor(**PATIENT, optimizer=cr.Adam(0.01))
    other = cr.mlp(2, 8, 1, activation="tanh", output="identity")
    with pytest.raises(cr.SettingError, match="33 parameters, but the Doctor was made for"):
        cr.train(**PATIENT | {"network": other}, optimizer=cr.Adam(0.01), epochs=400, callbacks=[doctor])


@pytest.mark.parametrize("wrong", [None, 3])
def test_a_doctor_called_with_anything_but_a_record_says_what_it_looks_at(wrong):
    with pytest.raises(cr.SettingError, match=r"must be a Record, as train\(.*\) gives it; got"):
        cr.Doctor(**PATIENT, optimizer=cr.Adam(0.01))(wrong)
