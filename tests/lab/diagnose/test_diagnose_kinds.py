"""Kinds of problems that are easily taken for others: each is named first, and what is advised helps."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.layers.base import Signature
from chainrule.lab.diagnose.networks import is_linear, non_linear

CROSS = cr.BinaryCrossEntropy()
SQUARED = cr.SquaredError()


def diagnosed(**settings):
    """The run, and its findings."""
    run = cr.train(**settings)
    return run, cr.diagnose(run, settings["x"], settings["y"])


def names(found):
    return [each.illness for each in found]


def product(n=100):
    """A quantity: the product of two features."""
    x = np.random.default_rng(0).uniform(-2, 2, (n, 2))
    return x, x[:, :1] * x[:, 1:]


# A target that never varies


@pytest.mark.parametrize("target", [0.7, 0.0, -3000.0])
def test_a_target_that_never_varies_is_said_before_all_else(target):
    x = np.random.default_rng(0).normal(size=(30, 2))
    network = cr.mlp(2, 8, 1, activation="relu", output="identity")
    y = np.full(30, target)
    y[::3] *= 1 + 1e-16  # rounding is no variation
    how = {"network": network, "x": x, "y": y, "loss": SQUARED, "optimizer": cr.Adam(0.01), "epochs": 50}
    _, found = diagnosed(**how)
    assert names(found) == ["a target that never varies"]
    assert "not defined: the target never varies" in found[0].sentence
    assert "in all 30 rows" in found[0].sentence
    doctor = cr.Doctor(x, y, stop=True)
    cr.train(**how, callbacks=[doctor])
    assert names(doctor.findings) == ["a target that never varies"]


def test_a_single_row_is_no_target_that_never_varies():
    network = cr.mlp(2, 2, 1)
    _, found = diagnosed(network=network, x=[[1.0, 0.0]], y=[1.0], loss=SQUARED, optimizer=cr.SGD(1.0), epochs=500)
    assert found == ()


def test_a_target_that_varies_in_a_row_that_is_not_inspected_is_none():
    x = np.random.default_rng(0).normal(size=(5000, 2))
    y = np.zeros(5000)
    y[17] = 1.0
    network = cr.mlp(2, 4, 1, output="identity")
    _, found = diagnosed(network=network, x=x, y=y, loss=SQUARED, optimizer=cr.SGD(0.1), epochs=5)
    assert "a target that never varies" not in names(found)


# Layers and losses of one's own


@dataclass(frozen=True, repr=False)
class Squash(cr.Layer):
    """tanh, whose backward is wrong unless `factor` is 1."""

    factor: float = 1.0
    backward_reads: ClassVar[frozenset[str]] = frozenset({"output"})

    def signature(self, input_shape):
        return Signature(input_shape)

    def bind(self, at):
        def forward():
            at.output[...] = np.tanh(at.input)

        def backward():
            at.d_input[...] = self.factor * at.d_output * (1.0 - at.output**2)

        return forward, backward


@dataclass(frozen=True, repr=False)
class Rectifier(cr.Layer):
    """max(0, z), which has a kink where xor has one of its corners."""

    backward_reads: ClassVar[frozenset[str]] = frozenset({"input"})

    def signature(self, input_shape):
        return Signature(input_shape)

    def bind(self, at):
        def forward():
            at.output[...] = np.maximum(at.input, 0.0)

        def backward():
            at.d_input[...] = at.d_output * (at.input > 0)

        return forward, backward


@dataclass(frozen=True, repr=False)
class Error(cr.Loss):
    """The squared error, whose gradient points the wrong way unless `sign` is 1."""

    sign: float = 1.0

    def bind(self, at):
        def forward():
            at.value[...] = np.sum(at.share * (at.output - at.targets) ** 2, axis=(-2, -1))

        def backward():
            at.d_output[...] = self.sign * 2.0 * at.share * (at.output - at.targets)

        return forward, backward


WRONG = [
    ([cr.Dense(8), Squash(-1.0), cr.Dense(1)], CROSS, "layer 2, Squash(-1.0)"),
    ([cr.Dense(8), Squash(), cr.Dense(8), Squash(0.1), cr.Dense(1)], CROSS, "layer 4, Squash(0.1)"),
    ([cr.Dense(8), cr.Residual([cr.Dense(8), Squash(-1.0)]), cr.Dense(1)], CROSS, "layer 3, Squash(-1.0)"),
    ([cr.Dense(8), Squash(), cr.Dense(1)], Error(-0.001), "the loss, Error(-0.001)"),
]


@pytest.mark.parametrize(("layers", "loss", "what"), WRONG)
def test_a_wrong_backward_is_named_before_anything_else(layers, loss, what):
    x, y = cr.datasets.xor_cloud(80, seed=2)
    settings = {"network": cr.Network((2,), layers), "x": x, "y": y, "loss": loss}
    _, found = diagnosed(**settings, optimizer=cr.SGD(0.2), epochs=200)
    assert names(found) == ["a wrong backward"]
    assert f"The gradient of {what} is wrong" in found[0].sentence
    assert found[0].evidence["error"] > 0.1


def test_a_right_backward_of_ones_own_is_not_blamed_at_a_kink_or_at_a_start_of_zeros():
    x, y = cr.datasets.xor()
    for own in (Rectifier(), Squash()):
        for start in (None, cr.Zeros()):
            network = cr.Network((2,), [cr.Dense(8), own, cr.Dense(1)], start)
            _, found = diagnosed(network=network, x=x, y=y, loss=Error(), optimizer=cr.SGD(0.1), epochs=1000, seed=3)
            assert "a wrong backward" not in names(found)


def test_a_layer_of_ones_own_may_be_an_activation():
    network = cr.Network((2,), [cr.Dense(4), Rectifier(), cr.Dense(1)])
    assert not is_linear(network)
    assert non_linear(network) == network


# An output that is stuck


@pytest.mark.parametrize("seed", range(3))
def test_a_relu_as_output_that_is_stuck_is_replaced_by_what_was_tried(seed):
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 4, 1, activation="relu", output="relu")
    settings = {"network": network, "x": x, "y": y, "loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.5)}
    settings |= {"epochs": 3000, "seed": seed}
    run, found = diagnosed(**settings)
    assert names(found) == ["loss and output that don't fit"]
    assert "The output layer's ReLU() is 0 for 48% of the samples" in found[0].sentence
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.1 * run.final_loss


def test_a_stuck_output_of_a_quantity_is_left_out():
    x = np.linspace(0, 3, 60)[:, None]
    network = cr.mlp(1, 12, 1, activation="tanh", output="relu")
    theta = network.initialize(0)
    network.parameters(theta)[2]["bias"][...] = -9.0
    settings = {"network": network, "x": x, "y": x**2, "theta": theta, "loss": SQUARED, "optimizer": cr.Adam(0.01)}
    run, found = diagnosed(**settings, epochs=800)
    assert found[0].illness == "loss and output that don't fit"
    assert found[0].changes["network"].last_layer == cr.Dense(1)
    assert cr.train(**found[0].treated(**settings), epochs=800).final_loss < 0.1 * run.final_loss


# Rows learnt by heart, and rows that tell nothing


def test_rows_learnt_by_heart_are_overfitting_though_the_loss_held_out_never_rose():
    rng = np.random.default_rng(1)
    x, held_out = rng.uniform(-1, 1, (20, 3)), rng.uniform(-1, 1, (100, 3))

    def quantity(x):
        return 3 * np.sin(4 * x[:, :1] * x[:, 1:2]) + x[:, 2:] ** 2

    settings = {"network": cr.mlp(3, 64, 64, 1, activation="relu", output="identity"), "loss": SQUARED}
    settings |= {"x": x, "y": quantity(x), "validation": (held_out, quantity(held_out))}
    run, found = diagnosed(**settings, optimizer=cr.Adam(0.01), epochs=1500)
    assert run.final_loss < 1e-12
    assert run.history["validation_loss"].min() > 0.8 * run.final_validation_loss
    assert names(found) == ["overfitting"]
    assert found[0].sentence.startswith("The 20 rows are learnt by heart")
    enough = rng.uniform(-1, 1, (1500, 3))  # what is advised: more data
    more = settings | {"x": enough, "y": quantity(enough), "batch_size": 64}
    run, found = diagnosed(**more, optimizer=cr.Adam(0.003), epochs=60)
    assert found == ()


def shuffled_moons():
    x, y = cr.datasets.moons(200, noise=0.1)
    return x, np.random.default_rng(3).permutation(y), 1, CROSS


def noise_of_three_classes():
    rng = np.random.default_rng(6)
    return rng.normal(size=(150, 8)), rng.integers(0, 3, 150), 3, cr.SoftmaxCrossEntropy()


def shuffled_quantity():
    x, y = product()
    return x, np.random.default_rng(5).permutation(y), 1, SQUARED


UNRELATED = [shuffled_moons, noise_of_three_classes, shuffled_quantity]


@pytest.mark.parametrize("epochs", [40, 600])
@pytest.mark.parametrize("draw", UNRELATED)
def test_targets_that_do_not_depend_on_x_are_said_to_tell_nothing(draw, epochs):
    x, y, n_outputs, loss = draw()
    network = cr.mlp(x.shape[1], 16, n_outputs, activation="tanh", output="identity")
    _, found = diagnosed(network=network, x=x, y=y, loss=loss, optimizer=cr.Adam(0.01), epochs=epochs)
    assert names(found) == ["nothing to learn from"]
    assert "better than the targets' mean" in found[0].sentence
    assert found[0].evidence["loss"] >= found[0].evidence["loss shuffled"]


@pytest.mark.parametrize("noise", [1.0, 2.0])
def test_a_faint_signal_is_something_to_learn_from(noise):
    """Nearest neighbours tell next to nothing of it."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(400, 6))
    y = x[:, 0] + noise * rng.normal(size=400)
    network = cr.mlp(6, 8, 1, activation="tanh", output="identity")
    _, found = diagnosed(network=network, x=x, y=y, loss=SQUARED, optimizer=cr.Adam(0.005), epochs=60)
    assert found == ()


# Rates and schedules


SLOW = [
    (cr.datasets.circles(150), CROSS, "tanh", cr.SGD(0.003), 3000),
    (product(), SQUARED, "relu", cr.SGD(3e-4), 300),
    (product(), SQUARED, "relu", cr.Adam(3e-5), 400),
    (cr.datasets.xor_cloud(100), CROSS, "tanh", cr.Momentum(1e-4), 500),
]


@pytest.mark.parametrize(("data", "loss", "activation", "optimizer", "epochs"), SLOW)
def test_a_rate_far_too_low_is_not_only_told_to_go_on(data, loss, activation, optimizer, epochs):
    network = cr.mlp(2, 16, 1, activation=activation, output="identity")
    settings = {"network": network, "x": data[0], "y": data[1], "loss": loss, "optimizer": optimizer, "epochs": epochs}
    run, found = diagnosed(**settings)
    assert names(found) == ["learning rate too low"]
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.3 * run.final_loss


def test_a_loss_that_falls_steadily_is_no_plateau():
    """Sigmoids on a slope so flat that a short trial at any rate ends on it."""
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
    settings = {"network": network, "x": x, "y": y, "loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.2)}
    settings |= {"epochs": 8000, "seed": 1}
    run, found = diagnosed(**settings)
    losses = run.history["loss"]
    assert losses[-1] < losses[len(losses) // 2]
    assert names(found) == ["learning rate too low"]
    assert "stayed" not in found[0].sentence
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.3 * run.final_loss


ENDED = [
    cr.Cosine(0.5, steps=40),
    cr.StepDecay(0.5, every=10),
    cr.Exponential(0.5, every=15),
    cr.WarmUp(cr.Cosine(0.5, steps=20), steps=10),
]


@pytest.mark.parametrize("schedule", ENDED, ids=repr)
def test_a_schedule_that_ended_long_before_the_run_is_spread_over_it_and_kept(schedule):
    x, y = cr.datasets.circles(150)
    network = cr.mlp(2, 12, 1, activation="tanh", output="identity")
    settings = {"network": network, "x": x, "y": y, "loss": CROSS, "optimizer": cr.SGD(schedule), "epochs": 1500}
    run, found = diagnosed(**settings)
    assert names(found) == ["schedule ended"]
    assert repr(schedule) in found[0].sentence
    advised = found[0].changes["optimizer"].learning_rate
    assert type(advised) is type(schedule)
    assert advised(0) <= schedule(0)
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.5 * run.final_loss


# Batches and classes


@pytest.mark.parametrize("activation", [cr.ReLU(), cr.Tanh()], ids=repr)
def test_batch_normalisation_of_two_samples_is_advised_larger_batches(activation):
    x, y = cr.datasets.circles(100)
    layers = [cr.Dense(16), cr.BatchNorm(), activation, cr.Dense(16), cr.BatchNorm(), activation, cr.Dense(1)]
    settings = {"network": cr.Network((2,), layers), "x": x, "y": y, "loss": CROSS, "optimizer": cr.Adam(0.01)}
    settings |= {"epochs": 60, "batch_size": 2}
    run, found = diagnosed(**settings)
    assert names(found) == ["batches too small"]
    assert found[0].changes == {"batch_size": 16}
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.5 * run.final_loss


def rare(n, classes, seed=0):
    """One row in a hundred is of class 1, apart from the others, but not far."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, 4)), np.zeros(n, int)
    y[rng.choice(n, n // 100, replace=False)] = 1
    x[y == 1] += 1.5
    return x, y if classes else y.astype(float)


@pytest.mark.parametrize(("loss", "n_outputs"), [(CROSS, 1), (cr.SoftmaxCrossEntropy(), 2)])
def test_a_rare_class_that_is_never_found_is_given_its_weight(loss, n_outputs):
    x, y = rare(1000, n_outputs == 2)
    network = cr.mlp(4, 16, n_outputs, activation="relu", output="identity")
    settings = {"network": network, "x": x, "y": y, "loss": loss, "optimizer": cr.SGD(0.1), "epochs": 300}
    run, found = diagnosed(**settings)
    assert (run.model.classify(x)[y == 1] == 1).mean() < 0.5
    assert found[0].illness == "a rare class"
    assert "Only 1.0% of the rows are of class 1" in found[0].sentence
    treated = found[0].treated(**settings)
    assert sorted(set(treated["sample_weight"])) == pytest.approx([1000 / 1980, 50.0])
    again = cr.train(**treated)
    assert (again.model.classify(x)[y == 1] == 1).mean() > 0.8
    assert not {"held back", "a rare class"} & set(names(cr.diagnose(again, x, y)))


def test_a_rare_class_that_is_found_is_no_problem():
    x, y = rare(1000, classes=False)
    x[y == 1] += 4.0
    network = cr.mlp(4, 16, 1, activation="relu", output="identity")
    _, found = diagnosed(network=network, x=x, y=y, loss=CROSS, optimizer=cr.Adam(0.01), epochs=300)
    assert found == ()


# The loss of a log


def test_findings_may_speak_of_the_loss_that_a_log_shows():
    x, y = cr.datasets.xor()
    run = cr.train(cr.mlp(2, 4, 4, 1), x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(500.0), epochs=300)
    own, shown = cr.diagnose(run, x, y)[0], cr.diagnose(run, x, y, loss_factor=2.0)[0]
    assert own.changes == shown.changes
    for name, value in own.evidence.items():
        assert shown.evidence[name] == pytest.approx(2 * value if "loss" in name else value)


@pytest.mark.parametrize("schedule", [cr.Cosine(1e-4, steps=400), cr.WarmUp(cr.StepDecay(2e-4, every=300), steps=20)])
def test_a_schedule_whose_rate_is_too_low_is_advised_with_higher_rates(schedule):
    x, y = cr.datasets.xor_cloud(100)
    network = cr.mlp(2, 12, 1, activation="tanh", output="identity")
    settings = {"network": network, "x": x, "y": y, "loss": CROSS, "optimizer": cr.SGD(schedule), "epochs": 400}
    run, found = diagnosed(**settings)
    assert names(found) == ["learning rate too low"]
    assert type(found[0].changes["optimizer"].learning_rate) is type(schedule)
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.5 * run.final_loss


# Rows and settings that mislead


@pytest.mark.parametrize("place", ["x", "y"])
def test_rows_far_away_from_all_others_are_named_and_standardising_is_not_advised(place):
    x, y = product(200)
    spoiled = {"x": x.copy(), "y": y.copy()}
    spoiled[place][5] = 2e4
    network = cr.mlp(2, 16, 1, activation="tanh", output="identity")
    settings = {"network": network, "loss": SQUARED, "optimizer": cr.Adam(0.02), "epochs": 300}
    run, found = diagnosed(**settings, **spoiled)
    assert names(found) == ["outliers"]
    assert f"{'feature 1' if place == 'x' else 'y'} is 20,000 in row 5, counted from 0" in found[0].sentence
    again, found = diagnosed(**settings, x=np.delete(x, 5, axis=0), y=np.delete(y, 5, axis=0))
    assert found == ()
    assert again.final_loss < run.final_loss


def test_samples_that_are_all_the_same_tell_nothing():
    y = np.random.default_rng(0).normal(size=(50, 1))
    network = cr.mlp(3, 8, 1, activation="tanh", output="identity")
    _, found = diagnosed(
        network=network, x=np.full((50, 3), 0.3), y=y, loss=SQUARED, optimizer=cr.Adam(0.01), epochs=100
    )
    assert names(found) == ["nothing to learn from"]
    assert found[0].sentence.startswith("No input varies: all 50 rows of x are the same")


def test_augmentation_that_holds_a_long_run_back_is_not_told_to_go_on():
    x, y = cr.datasets.circles(140, seed=8)
    network = cr.mlp(2, 24, 1, activation="tanh", output="identity")
    settings = {"network": network, "x": x, "y": y, "loss": CROSS, "optimizer": cr.Adam(0.01), "epochs": 200}
    settings |= {"batch_size": 16, "augment": cr.Noise(8.0)}
    run, found = diagnosed(**settings)
    assert found[0].illness == "held back"
    assert cr.train(**found[0].treated(**settings)).final_loss < 0.5 * run.final_loss


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_a_code_of_what_is_missing_is_named_before_scales(share):
    x, y = product(200)
    coded = x.copy()
    coded[: int(share * 200), 1] = -99.0
    network = cr.mlp(2, 16, 1, activation="tanh", output="identity")
    _, found = diagnosed(network=network, x=coded, y=y, loss=SQUARED, optimizer=cr.Adam(0.02), epochs=100)
    assert names(found)[0] == "outliers"
    assert f"feature 2 is −99 in {share * 200:.0f} of the 200 rows" in found[0].sentence
    assert "fill in the median" in found[0].advice
    assert "unscaled inputs" not in names(found)


def test_rows_of_targets_far_away_are_given_by_number():
    x, y = product(200)
    y[[7, 150], 0] = 5e3, -2e4
    network = cr.mlp(2, 16, 1, activation="tanh", output="identity")
    _, found = diagnosed(network=network, x=x, y=y, loss=SQUARED, optimizer=cr.Adam(0.02), epochs=100)
    assert names(found)[0] == "outliers"
    assert "y is up to −20,000 in rows 7, 150, counted from 0" in found[0].sentence


def test_a_number_of_an_image_is_named_by_its_place():
    x = np.random.default_rng(0).uniform(size=(60, 1, 3, 4))
    x[:, 0, 1, 2] *= 900
    network = cr.Network((1, 3, 4), [cr.Flatten(), cr.Dense(8), cr.Tanh(), cr.Dense(1)])
    y = x[:, 0, 0, 0] > 0.5
    _, found = diagnosed(network=network, x=x, y=y.astype(float), loss=CROSS, optimizer=cr.SGD(0.1), epochs=30)
    assert names(found)[0] == "unscaled inputs"
    assert "in the pixel at row 2, column 3," in found[0].sentence
