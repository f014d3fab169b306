"""A run can be taken out as arrays and put back at any step, and looked into and changed between steps."""

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(23, 1, 6)), RNG.integers(0, 3, 23)
HELD_OUT = RNG.normal(size=(9, 1, 6)), RNG.integers(0, 3, 9)
NETWORK = cr.Network(
    (1, 6),
    [cr.Conv1D(4, 3), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.3), cr.Flatten(), cr.Dense(5), cr.Tanh(), cr.Dense(3)],
)
OWN = {"x": RNG.normal(size=(3, 23, 1, 6)), "y": RNG.integers(0, 3, (3, 23))}

SETTINGS = {
    "full batch": {},
    "mini-batches": {"batch_size": 5},
    "Adam": {"optimizer": cr.Adam(0.01), "batch_size": 5},
    "AdamW, by a schedule": {"optimizer": cr.AdamW(cr.WarmUp(cr.Cosine(0.05, steps=40), steps=5)), "batch_size": 5},
    "Momentum, penalty and clip": {"optimizer": cr.Momentum(0.05), "penalty": cr.L2(0.01), "clip": 0.5},
    "a population": {"population": 3, "batch_size": 5, "optimizer": cr.RMSprop([0.001, 0.01, 0.1])},
    "a population of one seed": {"seed": (4, 4, 4), "batch_size": 5, "optimizer": cr.SGD([0.01, 0.1, 0.2])},
    "a population with samples of its own": {**OWN, "batch_size": 5},
    "augmented": {"augment": [cr.Shift(1), cr.Noise(0.1)], "batch_size": 5},
    "weights": {"sample_weight": np.linspace(0.0, 2.0, 23), "batch_size": 5},
    "validation": {"validation": HELD_OUT, "batch_size": 5},
    "early stopping": {"validation": HELD_OUT, "early_stopping": cr.EarlyStopping(3), "batch_size": 5, "epochs": 40},
    "early stopping of members": {"early_stopping": cr.EarlyStopping(2, 0.01), "population": 3, "epochs": 30},
    "a member diverges": {"optimizer": cr.SGD([0.1, 1e200, 0.1]), "population": 3},
    "float32": {"dtype": "float32", "batch_size": 5},
}


def begun(**settings) -> cr.Training:
    defaults = {"x": X, "y": Y, "loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.SGD(0.1), "epochs": 9, "seed": 2}
    return cr.iterate(NETWORK, **{**defaults, "record_every": 2, **settings})


def ended(training: cr.Training) -> cr.Run:
    for _ in training:
        pass
    return training.result()


def assert_same(one: cr.Run, other: cr.Run) -> None:
    """Bit for bit."""
    assert np.array_equal(one.model.theta, other.model.theta, equal_nan=True)
    assert np.array_equal(one.model.state, other.model.state, equal_nan=True)
    assert np.array_equal(one.final_loss, other.final_loss, equal_nan=True)
    assert one.history.columns == other.history.columns
    for name in one.history:
        assert np.array_equal(one.history[name], other.history[name], equal_nan=True), name
    assert one.ending == other.ending


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 7, 18])
@pytest.mark.parametrize("name", SETTINGS)
def test_a_run_put_back_goes_on_bit_for_bit(name: str, steps: int):
    """After any number of steps, in the middle of an epoch too."""
    whole = ended(begun(**SETTINGS[name]))
    first = begun(**SETTINGS[name])
    for _ in range(steps):
        first.advance()
    taken = first.state.arrays()
    ended(first)  # what was taken out is nobody's but ours
    second = begun(**SETTINGS[name])
    second.state.restore(taken)
    assert_same(ended(second), whole)


@pytest.mark.parametrize("records", [1, 3])
@pytest.mark.parametrize("name", ["Adam", "early stopping", "a population", "a member diverges"])
def test_a_run_put_back_between_records_goes_on_bit_for_bit(name: str, records: int):
    whole = ended(begun(**SETTINGS[name]))
    first = begun(**SETTINGS[name])
    for _ in range(records):
        next(first, None)
    second = begun(**SETTINGS[name])
    next(second)  # wherever it stands
    second.state.restore(first.state.arrays())
    assert_same(ended(second), whole)


def test_arrays_are_plain_and_fresh():
    training = begun(**SETTINGS["Adam"])
    next(training)
    taken = training.state.arrays()
    assert all(isinstance(each, np.ndarray) and each.dtype != object for each in taken.values())
    assert not any(np.shares_memory(each, training.state.parameters.theta) for each in taken.values())
    assert {"theta", "slots/m", "slots/v", "step", "epoch", "order", "random/shuffle/0", "best/kept_theta"} <= set(
        taken
    )


def test_arrays_of_another_run_are_refused():
    taken = begun(optimizer=cr.Adam(0.01)).state.arrays()
    with pytest.raises(cr.SettingError, match=r"same settings; these differ: slots/m, slots/v\."):
        begun().state.restore(taken)
    with pytest.raises(cr.ShapeError, match=r"theta should have shape \(\d+,\).*got \(3, \d+\)"):
        begun().state.restore(
            {name: np.stack([each] * 3) if name == "theta" else each for name, each in begun().state.arrays().items()}
        )


# ---- changes


@pytest.mark.parametrize("kind", [cr.SGD, cr.Momentum, cr.Nesterov, cr.RMSprop, cr.Adam, cr.AdamW])
@pytest.mark.parametrize("batch_size", [None, 5])
def test_a_changed_learning_rate_is_a_schedule_of_steps(kind: type, batch_size: int | None):
    by_schedule = ended(begun(optimizer=kind(cr.StepDecay(0.08, every=7, factor=0.25)), batch_size=batch_size))
    training = begun(optimizer=kind(0.08), batch_size=batch_size)
    for k in range(1, 7):
        for _ in range(7):
            training.advance()
        training.change(learning_rate=0.08 * 0.25**k)
    assert np.array_equal(ended(training).model.theta, by_schedule.model.theta)


def test_a_change_in_a_callback_takes_hold_from_the_next_step_on():
    def halve(training: cr.Training) -> None:
        training.change(learning_rate=training.task.optimizer.learning_rate / 2)

    run = cr.train(
        NETWORK, X, Y, loss=cr.SoftmaxCrossEntropy(), optimizer=cr.SGD(0.1), epochs=6, record_every=2, callbacks=[halve]
    )
    rates = cr.SGD(cr.Exponential(0.1, every=1, factor=0.5))
    training = begun(optimizer=rates, seed=0, epochs=6)
    for rate in (0.1, 0.05, 0.05, 0.025, 0.025, 0.0125):
        training.change(learning_rate=rate)
        training.advance()
    assert np.array_equal(run.model.theta, ended(training).model.theta)
    assert run.setup.optimizer == cr.SGD(0.1)  # what the run began with


def test_penalty_clip_optimizer_and_epochs_can_be_changed():
    training = begun(optimizer=cr.Momentum(0.05))
    next(training)
    v = training.state.parameters.slots["v"].copy()
    training.change(penalty=cr.L2(0.5), clip=0.01, optimizer=cr.Nesterov(0.05), epochs=3)
    assert np.array_equal(training.state.parameters.slots["v"], v)  # kept by its name
    before = training.state.parameters.theta.copy()
    training.advance()
    assert np.linalg.norm(training.state.parameters.gradient) <= 0.01 * (1 + 1e-12)
    assert not np.array_equal(before, training.state.parameters.theta)
    run = ended(training)
    assert run.ending.epoch == 3
    assert run.history["epoch"].tolist() == [0, 2]
    weights = run.model.network.is_weight() * run.model.theta
    without = run.model.network.loss_and_gradient(run.model.theta, X, Y, cr.SoftmaxCrossEntropy())[0]
    assert run.final_loss > 0.25 * np.sum(weights**2) > 0 < without


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lr": 0.1}, r"unknown setting that can be changed 'lr'; choose from clip, epochs, learning_rate, .*penalty"),
        ({"momentum": 0.9}, "unknown setting that can be changed 'momentum'"),
        ({"learning_rate": -1.0}, r"SGD's learning_rate must be a number above 0; got -1\.0"),
        ({"learning_rate": [0.1, 0.2]}, r"theta should have shape \(2, \d+\), since other settings have 2 values"),
        ({"penalty": 0.1}, r"penalty must be an L2\(0\.001\) or None; got 0\.1"),
        ({"clip": 0}, "clip must be a number above 0; got 0"),
        ({"epochs": 1}, "epochs must be 3 or more, since that many are done; got 1"),
        ({"optimizer": "adam"}, "optimizer must be an optimizer such as"),
    ],
    ids=str,
)
def test_a_change_that_does_not_fit_changes_nothing(settings: dict, message: str):
    training = begun(record_every=1)
    for _ in range(3):
        next(training)
    with pytest.raises((cr.SettingError, cr.ShapeError), match=message):
        training.change(**settings)
    assert_same(ended(training), ended(begun(record_every=1)))


def test_a_running_training_can_be_looked_into():
    seen = []

    def look(training: cr.Training) -> None:
        seen.append((training.epoch, training.step, training.loss, training.validation_loss, training.epochs))
        assert training.theta is training.record.theta
        assert training.task.objective.loss == cr.SoftmaxCrossEntropy()

    training = begun(callbacks=[look], validation=HELD_OUT, batch_size=5)
    with pytest.raises(cr.SettingError, match="no record before"):
        _ = training.record
    records = list(training)
    assert seen == [(each.epoch, each.step, each.loss, each.validation_loss, 9) for each in records]


def test_advancing_makes_the_records_of_iterating():
    training = begun(batch_size=5)
    for _ in range(100):
        training.advance()
    assert training.state.epoch == 9
    assert_same(ended(training), ended(begun(batch_size=5)))
