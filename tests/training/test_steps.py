"""Many steps at once: the same numbers, records and endings as one by one, whoever looks, changes or stops between."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from cases import CASES
from chainrule.core.engine.extension import _engine

ENGINES = ("numpy", pytest.param("compiled", marks=pytest.mark.skipif(_engine is None, reason="Left out: no engine")))
each_engine = pytest.mark.parametrize("engine", ENGINES)
X, Y = CASES["SquaredError"].data(11)
NETWORK = CASES["SquaredError"].network
CLASSES = CASES["SoftmaxCrossEntropy"]
LABELS = CLASSES.data(11)[1]
HELD_OUT = CASES["SquaredError"].data(5)

SCHEDULES = {
    "cosine": cr.SGD(cr.Cosine(0.1, steps=30)),
    "warm-up": cr.Momentum(cr.WarmUp(cr.StepDecay(0.05, every=7, factor=0.5), steps=5)),
    "Adam": cr.Adam(cr.Exponential(0.05, every=9, factor=0.7)),
    "AdamW of members": cr.AdamW(cr.Cosine([0.1, 0.01, 0.05], steps=30)),
}
SETTINGS = {
    "full batch": {},
    "full batch, some records": {"record_every": 7},
    "mini-batches": {"batch_size": 4},
    "mini-batches, none short": {"batch_size": 11},
    "mini-batches, some records": {"batch_size": 3, "record_every": 4},
    "larger than the data": {"batch_size": 20},
    "penalty and clip": {"penalty": cr.L2(0.01), "clip": 0.05, "record_every": 6},
    "weights": {"batch_size": 4, "sample_weight": np.linspace(0.0, 2.0, 11)},
    "validation": {"validation": HELD_OUT, "record_every": 5},
    "early stopping": {"early_stopping": cr.EarlyStopping(2, 0.01), "record_every": 5, "epochs": 60},
    "early stopping by the mean": {"early_stopping": cr.EarlyStopping(2, 0.01), "batch_size": 4, "epochs": 60},
    "early stopping by validation": {
        "early_stopping": cr.EarlyStopping(2, 0.01),
        "validation": HELD_OUT,
        "record_every": 5,
        "epochs": 60,
    },
    "early stopping of members": {"early_stopping": cr.EarlyStopping(2, 0.02), "population": 3, "epochs": 60},
    "class numbers": {"network": CLASSES.network, "loss": CLASSES.loss, "y": LABELS, "batch_size": 4},
    "class numbers as floats": {
        "network": CLASSES.network,
        "loss": CLASSES.loss,
        "y": LABELS.astype(float),
        "batch_size": 4,
    },
    "samples in bytes": {"x": (10 * X).astype("uint8"), "batch_size": 4},
    "samples in another order of memory": {"x": np.asfortranarray(X), "batch_size": 4},
    "float32": {"dtype": "float32", "x": X.astype("float32"), "batch_size": 4, "epochs": 1},
    "members that diverge": {"optimizer": cr.SGD([0.1, 1e200, 0.05]), "record_every": 4},
    "members that diverge at a record": {"optimizer": cr.SGD([0.1, 1e200, 0.05])},
    "members that diverge in mini-batches": {"optimizer": cr.SGD([0.1, 1e200, 0.05]), "batch_size": 4, "clip": 1e300},
    "members that diverge or stop early": {
        "optimizer": cr.SGD([0.1, 1e200, 0.05]),
        "early_stopping": cr.EarlyStopping(2, 0.02),
        "epochs": 60,
    },
}
for size in (None, 4):
    SETTINGS |= {f"{name}, {size}": {"optimizer": each, "batch_size": size} for name, each in SCHEDULES.items()}


def begun(engine: str, **settings) -> cr.Training:
    settings = {
        "network": NETWORK,
        "x": X,
        "y": Y,
        "loss": cr.SquaredError(),
        "optimizer": cr.SGD(0.1),
        "epochs": 20,
    } | settings
    return cr.iterate(engine=engine, **settings)


def assert_alike(one: cr.Training, other: cr.Training, tolerance: float = 1e-12) -> None:
    for name, array in one.state.arrays().items():
        there = other.state.arrays()[name]
        np.testing.assert_allclose(array, there, rtol=tolerance, atol=tolerance, err_msg=name)
    one, other = one.result(), other.result()
    assert [str(each) for each in np.atleast_1d(one.ending)] == [str(each) for each in np.atleast_1d(other.ending)]
    np.testing.assert_allclose(one.model.theta, other.model.theta, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(one.final_loss, other.final_loss, rtol=tolerance, atol=tolerance)


def one_by_one(training: cr.Training) -> cr.Training:
    while training.advance():
        pass
    return training


def at_once(training: cr.Training) -> cr.Training:
    list(training)
    return training


def unseen(training: cr.Training) -> cr.Training:
    training.run()
    return training


@each_engine
@pytest.mark.parametrize("make", [at_once, unseen])
@pytest.mark.parametrize("name", SETTINGS)
def test_steps_at_once_are_numpys_one_by_one(name: str, make: Callable[[cr.Training], cr.Training], engine: str):
    settings = SETTINGS[name]
    tolerance = 1e-6 if "dtype" in settings else 1e-12
    assert_alike(make(begun(engine, **settings)), one_by_one(begun("numpy", **settings)), tolerance)


@each_engine
@pytest.mark.parametrize("n_seen", [1, 2])
def test_a_run_goes_on_unseen_from_where_it_was(n_seen: int, engine: str):
    training = begun(engine, record_every=3)
    for _ in range(n_seen):
        next(training)
    assert training.advance()
    assert_alike(unseen(training), at_once(begun("numpy", record_every=3)))


@each_engine
def test_what_diverges_unseen_has_the_history_until_then(engine: str):
    settings = {"network": cr.Network((3,), [cr.Dense(2)]), "optimizer": cr.SGD(2.0), "epochs": 10_000}
    seen = begun(engine, **settings)
    errors = []
    for run in (lambda: list(seen), begun(engine, **settings).run):
        with pytest.raises(cr.DivergenceError) as caught:
            run()
        errors.append(caught.value)
    assert str(errors[0]) == str(errors[1])
    one, other = (each.run.history for each in errors)
    assert np.array_equal(one["epoch"], other["epoch"])
    assert np.array_equal(one["loss"], other["loss"])


@each_engine
@pytest.mark.parametrize("batch_size", [None, 4])
def test_callbacks_change_what_the_next_step_does(batch_size: int | None, engine: str):
    rates, penalties = {2: 0.03, 12: 0.01}, {4: cr.L2(0.1)}

    def change(training: cr.Training) -> None:
        if training.epoch in rates:
            training.change(learning_rate=rates[training.epoch])
        if training.epoch in penalties:
            training.change(penalty=penalties[training.epoch], clip=0.1)
        if training.epoch == 8:
            training.change(optimizer=cr.Adam(0.01))

    settings = {"batch_size": batch_size, "callbacks": [change], "record_every": 2}
    assert_alike(at_once(begun(engine, **settings)), one_by_one(begun("numpy", **settings)))


@each_engine
@pytest.mark.parametrize("batch_size", [None, 4])
def test_the_epoch_and_step_of_a_divergence_are_exact(batch_size: int | None, engine: str):
    def lost(engine: str) -> tuple[str, cr.Training]:
        settings = {"epochs": 10_000, "record_every": 10_000, "batch_size": batch_size}
        training = begun(engine, network=cr.Network((3,), [cr.Dense(2)]), optimizer=cr.SGD(2.0), **settings)
        with pytest.raises(cr.DivergenceError) as caught:
            list(training)
        return str(caught.value), training

    (said, ours), (exactly, exact) = lost(engine), lost("numpy")
    assert said == exactly
    assert ours.state.step == exact.state.step > 10
    assert ours.state.epoch == ours.result().ending.epoch


def alarm(seconds: float, handler) -> None:
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, seconds)


@pytest.fixture
def no_alarm():
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@each_engine
@pytest.mark.usefixtures("no_alarm")
@pytest.mark.parametrize("make", [at_once, unseen])
@pytest.mark.parametrize("batch_size", [None, 4])
def test_an_interrupt_ends_many_steps_at_once(
    batch_size: int | None, make: Callable[[cr.Training], cr.Training], engine: str
):
    """And the counters are those of the steps that were made: as many steps as by hand give the same parameters."""
    at: list[float] = []

    def interrupt(*_: object) -> None:
        at.append(time.process_time())
        raise KeyboardInterrupt

    training = begun(engine, optimizer=cr.Momentum(0.01), epochs=10**8, record_every=10**8, batch_size=batch_size)
    alarm(0.3, interrupt)
    with pytest.raises(KeyboardInterrupt):
        make(training)
    assert time.process_time() - at[0] < 0.1
    steps, batch = training.state.step, training.state.batch
    assert steps > 100
    if engine == "compiled":  # NumPy's may be interrupted in the middle of a step
        again = begun(engine, optimizer=cr.Momentum(0.01), epochs=10**8, record_every=10**8, batch_size=batch_size)
        again._train_until(steps)
        assert np.array_equal(again.state.parameters.theta, training.state.parameters.theta)
        assert again.state.batch == batch
    assert training.result().ending.reason == "interrupted"


@each_engine
@pytest.mark.usefixtures("no_alarm")
@pytest.mark.parametrize("by", ["a signal handler", "a thread"])
def test_a_run_is_stopped_in_many_steps(by: str, engine: str):
    training, at = begun(engine, epochs=10**8, record_every=10**8), []

    def stop(*_: object) -> None:
        at.append(time.process_time())
        training.stop()

    if by == "a thread":
        threading.Timer(0.3, stop).start()
    else:
        alarm(0.3, stop)
    assert len(list(training)) == 1  # of epoch 0
    assert time.process_time() - at[0] < 0.1
    ending = training.result().ending
    assert (ending.reason, ending.epoch) == ("stopped by the caller", training.state.step)
    assert training.state.step > 100


@each_engine
def test_a_run_that_was_stopped_can_be_put_back(engine: str):
    whole, part = at_once(begun(engine)), begun(engine)
    for _ in range(5):
        next(part)
    arrays = part.state.arrays()
    part.stop()
    assert list(part) == []
    part.restore(arrays)
    at_once(part)
    assert np.array_equal(part.result().model.theta, whole.result().model.theta)


def test_counts_that_contradict_each_other_are_refused():
    training = begun("numpy")
    next(training)
    with pytest.raises(cr.SettingError, match="step should be as in a run"):
        training.restore(training.state.arrays() | {"optimizer_step": np.array(3)})


@pytest.mark.skipif(_engine is None, reason="Left out: no engine")
@pytest.mark.parametrize("name", ["SquaredError", "SoftmaxCrossEntropy"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"sample_weight": np.linspace(0.0, 1.0, 7)},
        {"population": 3},
        {"population": 3, "sample_weight": np.linspace(0.0, 1.0, 7)},
        {"apart": True},
        {"own": True, "population": 3},
    ],
    ids=["plain", "weights", "members' own batches", "their weights", "not contiguous", "members' own samples"],
)
def test_a_step_of_a_mini_batch_makes_no_call_into_python(name: str, settings: dict):
    case, settings = CASES[name], dict(settings)
    x, y = case.data()
    if settings.pop("apart", False):
        x = np.repeat(x, 2, axis=-1)[..., ::2]
    if settings.pop("own", False):
        x, y = np.stack([x, x + 0.1, x]), np.stack([y, y, y])
    settings = {"loss": case.loss, "optimizer": cr.Momentum(0.1), "epochs": 3, "batch_size": 4} | settings
    run, exact = (cr.train(case.network, x, y, engine=each, **settings) for each in ("compiled", "numpy"))
    assert ", 0 in Python" in run.setup.engine
    assert "the batch" in run.program().splitlines()
    np.testing.assert_allclose(run.model.theta, exact.model.theta, rtol=1e-12, atol=1e-12)


@pytest.mark.skipif(_engine is None, reason="Left out: no engine")
def test_a_step_of_mapped_samples_looks_whether_they_are_there(tmp_path: Path):
    case = CASES["SquaredError"]
    x, y = case.data()
    np.save(tmp_path / "x.npy", x)
    settings = {"loss": case.loss, "optimizer": cr.Momentum(0.1), "epochs": 3, "batch_size": 4, "engine": "compiled"}
    runs = [cr.train(case.network, each, y, **settings) for each in (x, np.load(tmp_path / "x.npy", mmap_mode="r"))]
    assert ", 1 in Python" in runs[1].setup.engine
    np.testing.assert_array_equal(runs[1].model.theta, runs[0].model.theta)
