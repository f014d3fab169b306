"""A run can be taken out as arrays and put back at any step, and looked into and changed between steps."""

import pickle

import numpy as np
import pytest

import chainrule as cr
from chainrule.training.evaluator import Evaluator

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
    second.restore(taken)
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
    second.restore(first.state.arrays())
    assert_same(ended(second), whole)


def test_arrays_are_plain_and_fresh():
    training = begun(**SETTINGS["Adam"])
    next(training)
    taken = training.state.arrays()
    assert all(isinstance(each, np.ndarray) and each.dtype != object for each in taken.values())
    assert not any(np.shares_memory(each, training.state.parameters.theta) for each in taken.values())
    assert {
        "theta",
        "slots/m",
        "slots/v",
        "optimizer_step",
        "step",
        "epoch",
        "order",
        "random/shuffle/0",
        "best/kept_theta",
    } <= set(taken)


def test_arrays_of_another_run_are_refused():
    taken = begun(optimizer=cr.Adam(0.01)).state.arrays()
    with pytest.raises(cr.SettingError, match=r"same settings; these differ: slots/m, slots/v\."):
        begun().restore(taken)


OTHERS = {
    "another length of theta": {"theta": lambda each: each[:-1]},
    "another dtype": {"theta": lambda each: each.astype("float32")},
    "text": {"slots/m": lambda each: each.astype(str)},
    "a batch that there isn't": {"batch": lambda each: each + 99},
    "an epoch behind the last": {"epoch": lambda each: each + 99},
    "an order of other samples": {"order": lambda each: np.full_like(each, 1000)},
    "an order in fractions": {"order": lambda each: each + 0.5},
    "five numbers of a generator": {"random/shuffle/0": lambda each: each[:5]},
    "records at other epochs": {"settings/record_every": lambda each: each + 1},
    "another size of batch": {"settings/batch_size": lambda each: each + 1},
    "other seeds": {"settings/seeds": lambda each: each + 1},
    "a column that ends early": {"history/loss": lambda each: each[:-1]},
    "a begun record of another network": {"begun/theta": lambda each: each[:-1]},
}


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS.keys())
def test_damaged_arrays_are_refused_and_nothing_is_changed(changes: dict):
    taken = SETTINGS["Adam"] | {"record_every": 1}
    source = begun(**taken)
    for _ in range(7):  # in the middle of an epoch, behind a record
        source.advance()
    arrays = source.state.arrays()
    training = begun(**taken)
    with pytest.raises(cr.SettingError, match=f"{next(iter(changes))} should be as in a run|history/epoch should be"):
        training.restore(arrays | {name: change(arrays[name]) for name, change in changes.items()})
    assert_same(ended(training), ended(begun(**taken)))


@pytest.mark.parametrize("missing", ["theta", "history/loss", "begun/step", "best/ended"])
def test_missing_arrays_are_refused(missing: str):
    source = begun(**SETTINGS["Adam"])
    source.advance()
    arrays = source.state.arrays()
    del arrays[missing]
    with pytest.raises(cr.SettingError, match=f"these differ: {missing}"):
        begun(**SETTINGS["Adam"]).restore(arrays)


def test_a_finished_training_can_be_restored_and_run_again():
    training = begun(batch_size=5)
    for _ in range(6):
        training.advance()
    taken = training.state.arrays()
    whole = ended(training)
    training.restore(taken)
    with pytest.raises(cr.SettingError, match="no record"):
        _ = training.record
    assert_same(ended(training), whole)


def test_arrays_go_through_a_file(tmp_path):
    whole = ended(begun(**SETTINGS["Adam"]))
    first = begun(**SETTINGS["Adam"])
    next(first)
    np.savez(tmp_path / "state.npz", **first.state.arrays())
    second = begun(**SETTINGS["Adam"])
    with np.load(tmp_path / "state.npz") as file:
        second.restore(dict(file))
    assert_same(ended(second), whole)


def test_two_trainings_of_one_task_share_nothing():
    first = begun()
    second = cr.Training(first.task)
    assert_same(ended(first), ended(second))


def test_a_training_is_not_pickled():
    with pytest.raises(TypeError, match=r"can't be pickled or copied; keep training\.state\.arrays\(\)"):
        pickle.dumps(begun())


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
    assert run.setup.optimizer == cr.SGD(0.1)  # at the start
    assert run.setup.changes == tuple((n, {"learning_rate": 0.1 / 2**k}) for k, n in ((1, 1), (2, 3), (3, 5)))


def test_a_change_before_the_first_step_makes_other_settings_of_the_start():
    training = begun(optimizer=cr.Momentum(0.05), seed=0, epochs=4)
    training.change(optimizer=cr.SGD(0.1), penalty=cr.L2(0.01), epochs=6)
    run = ended(training)
    alike = ended(begun(optimizer=cr.SGD(0.1), penalty=cr.L2(0.01), seed=0, epochs=6))
    assert np.array_equal(run.model.theta, alike.model.theta)
    assert (run.setup.optimizer, run.setup.penalty, run.setup.epochs) == (cr.SGD(0.1), cr.L2(0.01), 6)
    assert run.setup.changes == ()


def test_penalty_clip_optimizer_and_epochs_can_be_changed():
    training = begun(optimizer=cr.Momentum(0.05))
    next(training)
    v = training.state.parameters.slots["v"].copy()
    training.change(penalty=cr.L2(0.5), clip=0.01, optimizer=cr.Momentum(0.05, momentum=0.5), epochs=3)
    assert np.array_equal(training.state.parameters.slots["v"], v)
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
        ({"learning_rate": [0.1, 0.2]}, "this run trains one network, so each setting must be one value; got 2 values"),
        ({"penalty": 0.1}, r"penalty must be an L2\(0\.001\) or None; got 0\.1"),
        ({"clip": 0}, "clip must be a number above 0; got 0"),
        ({"epochs": 1}, "epochs must be 3 or more, since that many have begun; got 1"),
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
    assert_same(training.result(), ended(begun(batch_size=5)))


KINDS = [cr.SGD(0.05), cr.Momentum(0.05), cr.Nesterov(0.05), cr.RMSprop(0.01), cr.Adam(0.01), cr.AdamW(0.01)]


@pytest.mark.parametrize("then", KINDS, ids=str)
@pytest.mark.parametrize("first", KINDS, ids=str)
def test_another_kind_of_optimizer_starts_anew(first: cr.Optimizer, then: cr.Optimizer):
    """Its slots are 0 and its steps counted from 0: as if a run began with these parameters."""
    if type(first) is type(then):
        return
    network, x = cr.mlp(6, 4, 3, activation="tanh", output="identity"), X[:, 0]
    settings = {"loss": cr.SoftmaxCrossEntropy(), "record_every": 1}
    training = cr.iterate(network, x, Y, optimizer=first, epochs=8, **settings)
    for _ in range(5):
        training.advance()
    theta = training.state.parameters.theta.copy()
    training.change(optimizer=then)
    run = ended(training)
    anew = cr.train(network, x, Y, optimizer=then, epochs=3, theta=theta, **settings)
    assert np.array_equal(run.model.theta, anew.model.theta)
    assert run.history["step"].tolist() == list(range(8))


def test_a_run_that_has_ended_is_not_changed():
    training = begun(record_every=1)
    ended(training)
    with pytest.raises(cr.SettingError, match="this run has ended"):
        training.change(epochs=40)


def test_the_last_callback_may_prolong_the_run():
    def prolong(training: cr.Training) -> None:
        if training.epoch == 8 and training.task.epochs == 9:
            training.change(epochs=12)

    assert ended(begun(record_every=1, callbacks=[prolong])).ending.epoch == 12


def test_advance_says_whether_a_step_was_made_and_raises_where_a_run_diverges():
    training, n = begun(batch_size=5), 0
    while training.advance():
        n += 1
    assert n == 9 * 5
    network, settings = cr.mlp(1, 1, output="identity"), {"loss": cr.SquaredError(), "optimizer": cr.SGD(1e200)}
    diverging = cr.iterate(network, [[0.0], [1.0]], [0.0, 1.0], epochs=9, **settings)
    assert diverging.advance()
    with pytest.raises(cr.DivergenceError, match="diverged: the loss became"):
        diverging.advance()
    assert not diverging.advance()


@pytest.mark.parametrize(
    "settings",
    [{}, {"batch_size": 5}, {"record_every": 4}, {"record_every": 5}, {"batch_size": 5, "record_every": 2}],
)
def test_many_steps_at_once_are_the_same_steps(settings: dict[str, int]):
    at_once, one_by_one = begun(**settings), begun(**settings)
    for steps in (1, 3, 7, 100):
        made = [one_by_one.advance() for _ in range(steps)]
        assert at_once.advance(steps) == all(made)
        np.testing.assert_array_equal(at_once.state.parameters.theta, one_by_one.state.parameters.theta)
    np.testing.assert_array_equal(at_once.state.history["loss"], one_by_one.state.history["loss"])


def test_validation_is_computed_once_an_epoch(monkeypatch: pytest.MonkeyPatch):
    evaluated = []
    evaluate = Evaluator.__call__

    def noted(evaluator: Evaluator) -> np.ndarray:
        evaluated.append(evaluator)
        return evaluate(evaluator)

    monkeypatch.setattr(Evaluator, "__call__", noted)
    training = begun(validation=HELD_OUT, early_stopping=cr.EarlyStopping(50), epochs=9, record_every=1)
    ended(training)
    assert evaluated.count(training._validate) == 9 + 2  # after the last update, and of what is returned


def test_augmentations_run_under_the_callers_settings_of_numpy():
    seen = []

    def note(x: np.ndarray, rng: np.random.Generator) -> None:
        seen.append((np.geterr()["over"], np.getbufsize()))

    with np.errstate(over="raise"):
        ended(begun(augment=note, batch_size=5, epochs=2))
    assert set(seen) == {("raise", np.getbufsize())}
