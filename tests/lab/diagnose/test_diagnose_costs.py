"""What costs though a run learns: each is found beside the run itself with one thing changed, and is named first."""

import numpy as np
import pytest

import chainrule as cr

CROSS, SQUARED, SOFTMAX = cr.BinaryCrossEntropy(), cr.SquaredError(), cr.SoftmaxCrossEntropy()


def bumps(n=240, seed=0):
    """A quantity of three features, of deviation 1."""
    x = np.random.default_rng(seed).uniform(-1.6, 1.6, (n, 3))
    y = np.sin(2 * x[:, :1]) * x[:, 1:2] + 0.5 * x[:, 2:] ** 2
    return x, (y - y.mean()) / y.std()


def clouds(n=300, seed=0, spread=0.5):
    """Three classes, of two clouds each, in four features."""
    rng = np.random.default_rng(seed)
    centres, cloud = rng.normal(size=(6, 4)), rng.integers(0, 6, n)
    return centres[cloud] + spread * rng.normal(size=(n, 4)), cloud % 3


def quantity(**settings):
    x, y = bumps()
    network = cr.mlp(3, 20, 1, activation="relu", output="identity")
    return {"network": network, "x": x, "y": y, "loss": SQUARED, "epochs": 40, "batch_size": 24} | settings


def classes(**settings):
    x, y = clouds()
    network = cr.mlp(4, 16, 3, activation="tanh", output="identity")
    return {"network": network, "x": x, "y": y, "loss": SOFTMAX, "epochs": 60, "batch_size": 30} | settings


def diagnosed(settings):
    run = cr.train(**settings)
    return run, cr.diagnose(run, settings["x"], settings["y"])


def names(found):
    return [each.illness for each in found]


def treated(found, settings):
    return cr.train(**found[0].treated(**settings))


UNUSUAL = [
    (quantity(optimizer=cr.Momentum(0.005, momentum=0.9995)), "momentum=0.9995", "about 2,000 steps"),
    (quantity(optimizer=cr.Nesterov(0.003, momentum=0.998)), "momentum=0.998", "about 500 steps"),
    (quantity(optimizer=cr.Adam(0.01, beta1=0.9995)), "beta1=0.9995", "the run has 400"),
    (quantity(optimizer=cr.Adam(0.003, epsilon=1.0)), "epsilon=1", "outweighs it"),
    (classes(optimizer=cr.RMSprop(0.003, epsilon=3.0)), "epsilon=3", "outweighs it"),
    (quantity(optimizer=cr.Adam(0.03, beta2=0.1)), "beta2=0.1", "of about 1.1 steps"),
    (classes(optimizer=cr.SGD(cr.WarmUp(0.2, steps=30_000))), "The warm-up of WarmUp(0.2, 30000)", "the run has 600"),
]


@pytest.mark.parametrize(("settings", "name", "why"), UNUSUAL, ids=[name for _, name, _ in UNUSUAL])
def test_an_unusual_setting_of_the_optimizer_is_named_with_what_it_does(settings, name, why):
    run, found = diagnosed(settings)
    assert names(found) == ["held back"]
    assert found[0].sentence.startswith(f"{name} holds the run back. ")
    assert why in found[0].sentence
    assert treated(found, settings).final_loss < 0.8 * run.final_loss


def test_an_unusual_setting_that_does_no_harm_is_left_alone():
    """On a valley so narrow that a heavy momentum is what it takes; and an ε that only begins to count in the end."""
    for optimizer in (cr.Momentum(0.01, momentum=0.97), cr.Adam(0.02, epsilon=1e-3), cr.SGD(cr.WarmUp(0.1, steps=100))):
        assert diagnosed(quantity(optimizer=optimizer))[1] == ()


@pytest.mark.parametrize("hidden", [(16, 1, 16), (1, 16)])
def test_all_that_comes_through_one_unit_is_one_number(hidden):
    network = cr.mlp(4, *hidden, 3, activation="tanh", output="identity")
    x, y = clouds(seed=2, spread=0.3)
    settings = classes(x=x, y=y, network=network, optimizer=cr.Adam(0.01), epochs=30)
    run, found = diagnosed(settings)
    assert names(found) == ["a layer too narrow"]
    assert (found[0].layer, found[0].evidence["units"]) == (hidden.index(1) + 1, 1)
    assert found[0].changes["network"] == cr.mlp(4, *(16,) * len(hidden), 3, activation="tanh", output="identity")
    assert treated(found, settings).final_loss < 0.5 * run.final_loss


def test_a_narrow_layer_that_is_enough_is_left_alone():
    """One number is all that is wanted; and an autoencoder is narrow on purpose."""
    x = np.random.default_rng(3).normal(size=(200, 4))
    line = {
        "x": x,
        "y": x @ [[1.0], [-1.0], [0.5], [0.0]],
        "network": cr.mlp(4, 1, 8, 1, activation="tanh", output="identity"),
    }
    flat = np.random.default_rng(4).normal(size=(200, 1)) @ np.random.default_rng(5).normal(size=(1, 6))
    auto = {"x": flat, "y": flat, "network": cr.mlp(6, 1, 6, activation="tanh", output="identity")}
    for how in (line, auto):
        assert diagnosed(quantity(optimizer=cr.Adam(0.01), epochs=100, **how))[1] == ()


def test_units_dead_from_the_start_are_named_though_the_others_learn():
    network = cr.mlp(3, 20, 1, activation="relu", output="identity")
    theta = network.initialize(1)
    network.parameters(theta)[0]["bias"][:14] = -20.0
    settings = quantity(network=network, theta=theta, optimizer=cr.Adam(0.01))
    run, found = diagnosed(settings)
    assert names(found) == ["dead ReLUs"]
    assert "14 of the 20 units of layer 1" in found[0].sentence
    assert "from a usual start" in found[0].sentence
    assert treated(found, settings).final_loss < 0.8 * run.final_loss


def normalised(momentum):
    return cr.Network((3,), [cr.Dense(16), cr.BatchNorm(momentum), cr.Tanh(), cr.Dense(1)])


def test_running_statistics_that_lag_behind_are_told_from_a_run_that_has_not_learnt():
    x, y = bumps()
    settings = quantity(x=3 * x + 2, y=y, network=normalised(3e-4), optimizer=cr.Adam(0.01))
    run, found = diagnosed(settings)
    assert names(found) == ["running statistics that lag behind"]
    assert "89% of them is still the 0 and the 1 of the start after 400 steps" in found[0].sentence
    assert found[0].evidence["loss"] == pytest.approx(run.final_loss)
    assert found[0].changes["network"] == normalised(0.1)
    assert treated(found, settings).final_loss < 0.3 * run.final_loss
    assert diagnosed(settings | {"network": normalised(0.1)})[1] == ()


def test_rows_learnt_much_better_than_others_are_overfitting():
    rng = np.random.default_rng(8)
    x, held_out = rng.normal(size=(70, 12)), rng.normal(size=(400, 12))

    def noisy(x):
        return np.tanh(x[:, :1]) + 0.5 * x[:, 1:2] * x[:, 2:3] + 0.5 * rng.normal(size=(len(x), 1))

    network = cr.mlp(12, 10, 1, activation="tanh", output="identity")
    settings = {"network": network, "x": x, "y": noisy(x), "validation": (held_out, noisy(held_out)), "loss": SQUARED}
    settings |= {"optimizer": cr.Adam(0.003), "epochs": 100, "batch_size": 16}
    run, found = diagnosed(settings)
    assert 0.1 < run.final_loss / np.var(settings["y"]) < 0.2
    assert 0.8 < run.final_validation_loss / np.var(settings["y"]) < 1.1
    assert names(found) == ["overfitting"]
    assert found[0].sentence.startswith("The 70 rows are learnt much better than others")


def few_of_a_class(told, n=900, share=0.03):
    rng = np.random.default_rng(9)
    x, y = rng.normal(size=(n, 3)), (np.arange(n) < share * n).astype(float)
    x[y == 1] += 1.3 * told
    return {"x": x, "y": y, "loss": CROSS, "network": cr.mlp(3, 12, 1, activation="relu", output="identity")}


def test_a_class_that_is_found_in_part_is_judged_beside_the_others():
    settings = quantity(optimizer=cr.Adam(0.01), **few_of_a_class(told=True))
    _, found = diagnosed(settings)
    assert 0.1 < found[0].evidence["recall"] < 0.8 < found[0].evidence["recall of others"]
    assert found[0].illness == "a rare class"
    again = treated(found, settings)
    of_class = settings["y"] == 1
    assert (again.model.classify(settings["x"])[of_class] == 1).mean() > found[0].evidence["recall"] + 0.2


def test_a_rare_class_that_x_tells_nothing_about_is_not_blamed_on_its_weight():
    settings = quantity(optimizer=cr.Adam(0.01), epochs=20, **few_of_a_class(told=False))
    _, found = diagnosed(settings)
    assert names(found) == ["nothing to learn from"]
    assert "these rows don't show that x tells about the targets" in found[0].sentence
    assert "of them are of class 1." in found[0].sentence


def test_rows_that_occur_with_two_targets_are_counted():
    x, y = cr.datasets.circles(60)
    settings = quantity(x=np.r_[x, x], y=np.r_[y, 1 - y], loss=CROSS, optimizer=cr.Adam(0.01))
    settings |= {"network": cr.mlp(2, 8, 1, activation="tanh", output="identity")}
    _, found = diagnosed(settings)
    assert names(found) == ["contradictory rows"]
    assert found[0].sentence.startswith("60 of 60 inputs have both answers, so mixed that they tell next to nothing: ")
    assert found[0].evidence["least"] == pytest.approx(np.log(2))


def test_inputs_that_have_several_answers_each_tell_nothing_unless_some_are_more_frequent():
    levels = np.array([[a, b] for a in range(4) for b in range(3)] * 6, dtype=float)
    how = {"network": cr.mlp(2, 8, 1, activation="tanh", output="identity"), "loss": CROSS, "optimizer": cr.Adam(0.01)}
    mixed = np.repeat([0.0, 1.0], 36)
    _, found = diagnosed(quantity(x=levels, y=mixed, **how, epochs=100))
    assert names(found) == ["contradictory rows"]
    assert found[0].sentence.startswith("12 of 12 inputs have both answers")
    telling = np.where(np.arange(72) < 60, levels[:, 0] > 1, levels[:, 0] <= 1).astype(float)  # right 5 times of 6
    _, found = diagnosed(quantity(x=levels, y=telling, **how, epochs=400))
    assert "contradictory rows" not in names(found)
    three = np.repeat([0, 1, 2], 24)
    how |= {"network": cr.mlp(2, 8, 3, activation="tanh", output="identity"), "loss": cr.SoftmaxCrossEntropy()}
    _, found = diagnosed(quantity(x=levels, y=three, **how, epochs=100))
    assert found[0].sentence.startswith("12 of 12 inputs have several answers")


def test_a_third_of_contradictory_rows_bounds_what_can_be_learnt_and_a_few_do_not():
    x, y = cr.datasets.circles(180, noise=0.05)
    how = {"network": cr.mlp(2, 16, 1, activation="tanh", output="identity"), "loss": CROSS, "optimizer": cr.Adam(0.01)}
    for repeated, named in ((60, ["contradictory rows"]), (6, [])):
        settings = quantity(x=np.r_[x, x[:repeated]], y=np.r_[y, 1 - y[:repeated]], **how, epochs=100)
        run, found = diagnosed(settings)
        assert names(found) == named
        if named:
            assert f"{2 * repeated} of the {180 + repeated} rows" in found[0].sentence
            assert found[0].sentence.endswith("at best 75% are classified correctly.")
            assert 0.34 < found[0].evidence["least"] < run.final_loss


SHORT = [
    quantity(optimizer=cr.SGD(0.02), epochs=2),
    quantity(optimizer=cr.Momentum(cr.Cosine(0.01, steps=20)), epochs=2),
    quantity(
        optimizer=cr.SGD(cr.WarmUp(0.05, steps=4)),
        epochs=2,
        **dict(zip("xy", bumps(2500), strict=True)),
        batch_size=250,
    ),
    classes(optimizer=cr.SGD(0.1), epochs=3),
]


@pytest.mark.parametrize("settings", SHORT, ids=lambda each: repr(each["optimizer"]))
def test_what_more_epochs_are_said_to_bring_they_bring(settings):
    run, found = diagnosed(settings)
    assert names(found) == ["too few epochs"]
    again = treated(found, settings)
    assert again.final_loss < 0.8 * run.final_loss
    assert again.final_loss == pytest.approx(found[0].evidence["loss later"], rel=0.2)


@pytest.mark.parametrize("told", [False, True])
def test_more_patience_is_judged_by_the_validation_data(told):
    """The loss of the rows learnt falls in both: of one by heart."""
    (x, y), held_out = cr.datasets.moons(120, noise=0.1), cr.datasets.moons(80, noise=0.1, seed=9)
    if not told:
        y, held_out = (np.random.default_rng(4).permutation(each) for each in (y, held_out[1]))
        held_out = cr.datasets.moons(80, noise=0.1, seed=9)[0], held_out
    network = cr.mlp(2, 32, 32, 1, activation="relu", output="identity")
    settings = {"network": network, "x": x, "y": y, "validation": held_out, "loss": CROSS, "batch_size": 16}
    settings |= {"optimizer": cr.Adam(0.003), "epochs": 200, "early_stopping": cr.EarlyStopping(2, min_delta=0.1)}
    run, found = diagnosed(settings)
    assert run.ending.reason == "stopped early"
    assert ("stopped too soon" in names(found)) is told
    if told:
        again = treated(found, settings)
        assert again.final_validation_loss == pytest.approx(found[0].evidence["loss later"], rel=1e-6)
        assert again.final_validation_loss < 0.5 * run.final_validation_loss


@pytest.mark.parametrize("seed", range(3))
def test_one_epoch_of_patience_is_too_few_where_the_validation_loss_is_noisy(seed):
    x, y = bumps(300)
    settings = quantity(x=x[:200], y=y[:200], validation=(x[200:], y[200:]), optimizer=cr.SGD(0.1), batch_size=8)
    settings |= {"epochs": 200, "early_stopping": cr.EarlyStopping(1), "seed": seed}
    run, found = diagnosed(settings)
    assert names(found) == ["stopped too soon"]
    assert "bring the validation loss from" in found[0].sentence
    assert treated(found, settings).final_validation_loss < 0.7 * run.final_validation_loss


def split_clouds(**settings):
    x, y = clouds(400, spread=0.3)
    return classes(x=x[:300], y=y[:300], validation=(x[300:], y[300:]), optimizer=cr.Adam(0.01)) | settings


def test_validation_data_of_another_scale_are_named_and_no_early_stopping_is_advised():
    x, y = split_clouds()["validation"]
    for other in (40 * x + 700, x / 20, x * [1.0, 1.0, 50.0, 1.0]):
        _, found = diagnosed(split_clouds(validation=(other, y)))
        assert names(found) == ["validation data unlike the training data"]
        assert "in the training data" in found[0].sentence
        assert "Standardizer fitted to those" in found[0].advice
    assert "feature 3 lies around" in found[0].sentence
    assert diagnosed(split_clouds())[1] == ()


def test_validation_rows_with_the_targets_of_others_are_told_from_overfitting():
    settings = split_clouds()
    x, y = settings["validation"]
    for stopping in (None, cr.EarlyStopping(10)):
        _, found = diagnosed(settings | {"validation": (x, np.roll(y, 7)), "early_stopping": stopping})
        assert names(found) == ["validation data unlike the training data"]
        assert "of rows held out of the training data it comes to" in found[0].sentence
        assert "each row of their y belongs to the same row of x" in found[0].advice


def test_a_validation_loss_never_below_the_mean_is_nothing_to_learn_and_no_overfitting():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(150, 6)), rng.integers(0, 3, 150)
    network = cr.mlp(6, 16, 3, activation="tanh", output="identity")
    settings = classes(x=x[:110], y=y[:110], validation=(x[110:], y[110:]), network=network, optimizer=cr.Adam(0.01))
    _, found = diagnosed(settings)
    assert names(found) == ["nothing to learn from"]


def test_weights_that_hide_a_class_are_blamed_and_no_rate_by_a_loss_that_lacks_them():
    x, y = cr.datasets.moons(225, noise=0.15)
    settings = quantity(x=x, y=y, loss=CROSS, network=cr.mlp(2, 16, 1, activation="tanh", output="identity"))
    settings |= {"optimizer": cr.Adam(0.01), "epochs": 100, "sample_weight": np.where(y[:, 0] == 1, 0.002, 1.0)}
    _, found = diagnosed(settings)
    assert names(found) == ["held back"]
    assert found[0].changes == {"sample_weight": None}


@pytest.mark.parametrize("optimizer", [cr.Adam(0.1), cr.RMSprop(0.05)], ids=repr)
def test_a_high_rate_is_named_though_most_samples_are_classified_correctly(optimizer):
    x, y = clouds(400, spread=0.35)
    network = cr.mlp(4, 32, 32, 3, activation="relu", output="identity")
    settings = classes(x=x, y=y, network=network, optimizer=optimizer, batch_size=16)
    run, found = diagnosed(settings)
    assert run.model.score(x, settings["y"]) > 0.8
    assert names(found)[0] == "learning rate too high"
    assert treated(found, settings).final_loss < 0.5 * run.final_loss


def test_a_start_too_large_is_named_though_most_samples_are_classified_correctly():
    x, y = cr.datasets.moons(225, noise=0.15)
    network = cr.mlp(2, *[32] * 8, 1, activation="relu", output="identity", initializer=cr.Normal(1.0))
    settings = quantity(x=x, y=y, loss=CROSS, network=network, optimizer=cr.Adam(0.001), epochs=60)
    run, found = diagnosed(settings)
    assert run.model.score(x, y) > 0.9
    assert names(found) == ["exploding gradients"]


def test_a_dropout_is_suspected_though_neighbours_differ_as_much():
    rng = np.random.default_rng(3)
    x = rng.uniform(-1.7, 1.7, (300, 10))
    y = np.sin(x[:, :1] * x[:, 1:2]) + x[:, 2:3] ** 2 + x[:, 3:4] + 0.5 * x[:, 4:5]
    network = cr.Network((10,), [cr.Dense(12), cr.ReLU(), cr.Dropout(0.8), cr.Dense(1)])
    settings = quantity(x=x, y=(y - y.mean()) / y.std(), network=network, optimizer=cr.Adam(0.01), epochs=100)
    run, found = diagnosed(settings)
    assert names(found) == ["held back"]
    assert treated(found, settings).final_loss < 0.4 * run.final_loss


def test_a_quantity_of_many_features_through_one_unit():
    rng = np.random.default_rng(3)
    x = rng.uniform(-1.7, 1.7, (300, 10))
    y = np.sin(x[:, :1] * x[:, 1:2]) + x[:, 2:3] ** 2 + 2 * x[:, 3:4] + rng.normal(size=(300, 1)) / 4
    network = cr.mlp(10, 1, 1, activation="tanh", output="identity")
    settings = quantity(x=x, y=(y - y.mean()) / y.std(), network=network, optimizer=cr.Adam(0.01), epochs=150)
    run, found = diagnosed(settings)
    assert names(found) == ["a layer too narrow"]
    assert treated(found, settings).final_loss < 0.3 * run.final_loss
