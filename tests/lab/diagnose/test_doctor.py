"""The Doctor: what it stops, what it leaves alone, and what it says before a run is lost."""

import numpy as np
import pytest

import chainrule as cr

MOONS = cr.datasets.moons(120, noise=0.1)
NETWORK = cr.mlp(2, 16, 1, activation="tanh", output="identity")
SETTINGS = {"network": NETWORK, "x": MOONS[0], "y": MOONS[1], "loss": cr.BinaryCrossEntropy()}


def visited(epochs, optimizer, stop=True, **settings):
    doctor = cr.Doctor(*MOONS, stop=stop)
    run = cr.train(**SETTINGS, optimizer=optimizer, epochs=epochs, callbacks=[doctor], **settings)
    return doctor, run


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("optimizer", "epochs"), [(cr.Adam(0.01), 400), (cr.Adam(0.01), 150), (cr.SGD(0.1), 3000), (cr.SGD(0.5), 1500)]
)
def test_a_run_that_gets_on_is_left_alone(optimizer, epochs, seed):
    doctor, run = visited(epochs, optimizer, seed=seed)
    assert run.ending.reason == "finished"
    assert doctor.findings == ()


def test_a_run_that_could_be_faster_is_told_and_not_stopped():
    doctor, run = visited(400, cr.SGD(1e-5))
    assert run.ending.reason == "finished"
    assert [each.illness for each in doctor.findings] == ["learning rate too low"]
    assert doctor.findings[0].may_pass


@pytest.mark.parametrize(
    ("settings", "name"),
    [({"penalty": cr.L2(1.0)}, "L2(1.0)"), ({"optimizer": cr.SGD(0.5), "clip": 1e-5}, "clip=1e-05")],
)
def test_the_settings_of_the_run_are_known(settings, name):
    doctor, run = visited(**{"epochs": 400, "optimizer": cr.Adam(0.01)} | settings)
    assert run.ending.reason == "finished"
    assert [each.illness for each in doctor.findings] == ["held back"]
    assert doctor.findings[0].sentence.startswith(f"{name} holds the run back.")


def test_a_run_with_validation_early_stopping_and_mini_batches_is_visited():
    held_out = cr.datasets.moons(60, noise=0.1, seed=1)
    how = {"validation": held_out, "batch_size": 32, "clip": 1.0, "early_stopping": cr.EarlyStopping(400)}
    doctor, _ = visited(400, cr.Adam(0.01), penalty=cr.L2(1.0), **how)
    assert [each.illness for each in doctor.findings] == ["held back"]
    doctor, run = visited(400, cr.Adam(0.01), penalty=cr.L2(1e-4), **how)
    assert doctor.findings == ()
    assert run.ending.best_epoch is not None


def test_a_doctor_may_visit_one_run_after_another():
    doctor = cr.Doctor(*MOONS, stop=True)
    for _ in range(2):
        run = cr.train(**SETTINGS, optimizer=cr.SGD(1000.0), epochs=400, callbacks=[doctor])
        assert run.ending.epoch < 20


def test_a_rising_loss_is_diagnosed_at_once():
    doctor, run = visited(400, cr.SGD(1000.0))
    assert run.ending.reason == "stopped by a callback"
    assert run.ending.epoch < 20
    assert doctor.findings[0].illness == "learning rate too high"
    assert not doctor.findings[0].may_pass


def test_a_population_ends_when_every_member_has_a_problem():
    for rates, reason in (([0.02, 1e3], "finished"), ([1e3, 1e4], "stopped by a callback")):
        doctor, run = visited(400, cr.SGD(rates) if reason != "finished" else cr.Adam(rates))
        assert {each.reason for each in run.ending} == {reason}
        assert len(doctor.findings) == 2
        assert doctor.findings[1][0].illness == "learning rate too high"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ((MOONS[0][:, :1], MOONS[1]), r"x should have shape \(n, 2\)"),
        ((MOONS[0] * np.nan, MOONS[1]), "finite float64 numbers"),
        ((MOONS[0], MOONS[1][:5]), "120 samples"),
        ((MOONS[0], None), "needs y: the targets of x"),
    ],
)
def test_data_of_another_run_are_refused_at_the_first_record(data, sentence):
    epochs = []
    with pytest.raises(cr.ChainruleError, match=sentence):
        cr.train(
            **SETTINGS,
            optimizer=cr.Adam(0.01),
            epochs=400,
            callbacks=[lambda run: epochs.append(run.epoch), cr.Doctor(*data)],
        )
    assert epochs == [0]


def test_stop_is_true_or_false():
    with pytest.raises(cr.SettingError, match="stop must be True or False"):
        cr.Doctor(*MOONS, stop="no")


@pytest.mark.parametrize("wrong", [None, 3])
def test_a_doctor_called_with_anything_but_a_run_under_way_says_what_it_wants(wrong):
    with pytest.raises(cr.SettingError, match=r"must be a Training, as train\(.*\) gives it; got"):
        cr.Doctor(*MOONS)(wrong)


def test_one_row_is_a_worked_step_and_has_no_scale():
    network = cr.mlp(2, 4, 1, activation="tanh", output="identity")
    run = cr.train(network, [[1.0, 2.0]], [5.0], loss=cr.SquaredError(), optimizer=cr.SGD(0.01), epochs=5)
    assert "unscaled targets" not in [each.name for each in cr.diagnose(run, [[1.0, 2.0]], [5.0])]
