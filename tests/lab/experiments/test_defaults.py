"""Settings that suit the data, from Python as in the shell."""

import numpy as np
import pytest

import chainrule as cr
from optional import needed


def test_points_get_the_reference_labs_run():
    experiment = cr.experiment_for("linear")
    assert experiment.network == cr.Perceptron((4, 4), "sigmoid", initializer=cr.Normal())
    assert (experiment.loss, experiment.optimizer) == (cr.HalfSquaredError(), cr.SGD(0.8))
    assert (experiment.epochs, experiment.batch_size, experiment.starts) == (100_000, None, 1)


def test_images_get_mini_batches_and_adam():
    needed("sklearn")
    experiment = cr.experiment_for("digits")
    assert experiment.network == cr.Perceptron((64,), "relu")
    assert (experiment.loss, experiment.optimizer) == (cr.SoftmaxCrossEntropy(), cr.Adam(0.01))
    assert (experiment.epochs, experiment.batch_size) == (30, 32)


@pytest.mark.parametrize(
    ("y", "loss"),
    [
        (np.arange(12) / 7, cr.SquaredError()),
        (np.arange(12) % 2, cr.BinaryCrossEntropy()),
        (np.arange(12) % 3, cr.SoftmaxCrossEntropy()),
    ],
)
def test_the_loss_of_a_file_follows_from_its_target(y, loss, tmp_path):
    np.savez(tmp_path / "a.npz", x=np.ones((12, 2)), y=y)
    experiment = cr.experiment_for(str(tmp_path / "a.npz"))
    assert experiment.loss == loss
    assert (experiment.optimizer, experiment.epochs) == (cr.Adam(0.01), 1000)


def test_what_is_given_wins_and_an_optimizer_by_name_has_its_usual_rate():
    experiment = cr.experiment_for("xor", optimizer="momentum", layers=(8,), epochs=5, penalty=0.1, starts=4)
    assert experiment.optimizer == cr.Momentum(0.05)
    assert experiment.network == cr.Perceptron((8,), initializer=cr.Normal())
    assert (experiment.epochs, experiment.penalty, experiment.starts) == (5, cr.L2(0.1), 4)
    assert cr.experiment_for("xor", optimizer=cr.Adam(0.3)).optimizer == cr.Adam(0.3)
    assert cr.experiment_for("xor", learning_rate=0.7).optimizer == cr.SGD(0.7)


def test_unknown_settings_get_a_sentence():
    with pytest.raises(
        cr.SettingError, match=r"unknown setting 'epoch', did you mean epochs\? Choose from activation, arms"
    ):
        cr.experiment_for("xor", epoch=5)
    with pytest.raises(cr.SettingError, match="unknown optimizer 'adamm'"):
        cr.experiment_for("xor", optimizer="adamm")
