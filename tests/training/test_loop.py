"""The training loop: what it computes, step by step, against loops written out by hand."""

import copy
import sys
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.engine.extension import tables
from chainrule.core.streams import stream

NETWORK = cr.mlp(2, 5, 1, activation="tanh", output="identity")
X, Y = cr.datasets.xor_cloud(30, seed=1)
THETA = NETWORK.initialize(seed=3)
SETTINGS = {"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1), "epochs": 10}


def train(network=NETWORK, x=X, y=Y, **settings) -> cr.Run:
    return cr.train(network, x, y, **SETTINGS | settings)


def iterate(network=NETWORK, x=X, y=Y, **settings) -> cr.Training:
    return cr.iterate(network, x, y, **SETTINGS | settings)


def loss_at(theta, x=X, y=Y, **settings) -> float:
    return NETWORK.loss_and_gradient(theta, x, y, cr.SquaredError(), **settings)[0]


def by_hand(theta, epochs, size=1000, rate=0.1, seed=0, weights=None) -> Iterator[tuple[float, np.ndarray]]:
    """Gradient descent in ten lines: each epoch's mean loss, and the parameters that it ends with."""
    shuffle = stream(seed, "shuffle")
    for _ in range(epochs):
        order, mean = np.arange(len(X)), 0.0
        if size < len(X):
            shuffle.shuffle(order)
        for start in range(0, len(X), size):
            rows = order[start : start + size]
            batch = {"x": X[rows], "y": Y[rows], "sample_weight": None if weights is None else weights[rows]}
            value, gradient = NETWORK.loss_and_gradient(theta, loss=cr.SquaredError(), **batch)
            theta = theta - rate * gradient
            mean += value * (len(rows) / len(X) if weights is None else weights[rows].sum() / weights.sum())
        yield mean, theta


# Records ---------------------------------------------------------------------------------------------------------


def test_records_stand_at_every_r_th_epoch() -> None:
    assert train(epochs=10, record_every=4).history["epoch"].tolist() == [0, 4, 8]
    assert train(epochs=10, record_every=4, batch_size=8).history["step"].tolist() == [0, 16, 32]
    assert train(epochs=3, record_every=100).history["epoch"].tolist() == [0]


@pytest.mark.parametrize("epochs", [1, 7, 200, 201, 999])
def test_a_run_has_about_200_records(epochs: int) -> None:
    n_records = len(train(epochs=epochs).history["epoch"])
    assert n_records == epochs if epochs <= 200 else 100 <= n_records <= 200


def test_the_loss_of_epoch_0_is_the_untrained_networks() -> None:
    first = next(iterate(theta=THETA))
    assert (first.epoch, first.epochs, first.step) == (0, 10, 0)
    assert first.loss == pytest.approx(loss_at(THETA), rel=1e-14)
    assert (first.theta == THETA).all()


def test_a_full_batch_records_the_loss_of_the_parameters_beside_it() -> None:
    for record in iterate(penalty=cr.L2(0.1)):
        assert record.loss == pytest.approx(loss_at(record.theta, penalty=cr.L2(0.1)), rel=1e-14)


def test_a_full_batch_is_gradient_descent() -> None:
    losses, thetas = zip(*by_hand(THETA, epochs=10), strict=True)
    run = train(theta=THETA)
    np.testing.assert_allclose(run.history["loss"], losses, rtol=1e-12)
    np.testing.assert_allclose(run.model.theta, thetas[-1], rtol=1e-12)


@pytest.mark.parametrize("population", [None, 3])
def test_records_that_are_kept_do_not_change(population: int | None) -> None:
    training = iterate(population=population, validation=(X, Y), batch_size=8)
    kept = [(record, copy.deepcopy(record)) for record in training]
    training.result().model.theta[...] = np.nan
    for record, as_it_was in kept:
        assert (record.theta == as_it_was.theta).all()
        assert np.all(record.loss == as_it_was.loss)
        assert np.all(record.validation_loss == as_it_was.validation_loss)


def test_the_final_loss_is_the_models() -> None:
    weights = np.linspace(0, 1, len(X))
    network = cr.Network((2,), [cr.Dense(5), cr.Tanh(), cr.Dropout(0.5), cr.Dense(1)])
    run = train(network, penalty=cr.L2(0.1), sample_weight=weights, batch_size=8)
    asked = {"penalty": cr.L2(0.1), "sample_weight": weights}  # and nothing dropped
    value, _ = network.loss_and_gradient(run.model.theta, X, Y, cr.SquaredError(), **asked)
    np.testing.assert_allclose(run.final_loss, value, rtol=1e-12)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize(
    ("width", "n", "settings"),
    [
        (5, 30, {"penalty": cr.L2(0.1)}),
        (400, 100, {"penalty": cr.L2(0.1)}),  # large products
        (400, 100, {"population": 2, "sample_weight": np.linspace(0, 1, 100)}),
        (5, 1000, {"population": 300}),  # in groups of members, with NumPy
        (5, 50_000, {}),  # in micro-batches
    ],
)
def test_the_final_loss_is_that_of_the_next_step_bit_for_bit(engine: str, width: int, n: int, settings: dict) -> None:
    if engine == "compiled" and not tables():
        pytest.skip("Left out: the engine isn't built (make engine)")
    network, (x, y) = cr.mlp(2, width, width, 1), cr.datasets.xor_cloud(n)
    settings = {"engine": engine, "record_every": 1} | settings
    first, longer = (train(network, x, y, epochs=epochs, **settings) for epochs in (2, 3))
    assert np.all(first.final_loss == longer.history["loss"][2])


def test_the_final_loss_of_many_samples_is_their_mean() -> None:
    x, y = cr.datasets.xor_cloud(10_000)
    asked = {"penalty": cr.L2(0.1), "sample_weight": np.arange(10_000.0)}
    run = train(x=x, y=y, epochs=1, **asked)
    np.testing.assert_allclose(run.final_loss, loss_at(run.model.theta, x, y, **asked), rtol=1e-12)


# Mini-batches ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 8, 29, 30, 1000])
@pytest.mark.parametrize("weighted", [False, True])
def test_mini_batches_are_the_loop_by_hand(size: int, weighted: bool) -> None:
    weights = 1 + np.arange(len(X)) % 4 if weighted else None
    losses, thetas = zip(*by_hand(THETA, 10, size, seed=7, weights=weights), strict=True)
    run = train(theta=THETA, batch_size=size, seed=7, sample_weight=weights)
    rtol = 1e-12 if size < len(X) else 1e-9  # a batch of everything is summed in another order
    np.testing.assert_allclose(run.history["loss"], losses, rtol=rtol)
    np.testing.assert_allclose(run.model.theta, thetas[-1], rtol=rtol)


def test_every_sample_is_seen_once_an_epoch() -> None:
    """Sample i is the i-th unit vector, so its step moves the i-th weight alone, by 2 · rate / size of its batch."""
    network = cr.Network((10,), [cr.Dense(1, bias=False)])
    run = train(network, np.eye(10), np.ones(10), theta=np.zeros(10), batch_size=4, epochs=1, optimizer=cr.SGD(0.5))
    sizes_of_batches = np.sort(1 / run.model.theta)
    np.testing.assert_allclose(sizes_of_batches, [2] * 2 + [4] * 8)


def test_a_batch_of_samples_without_weight_changes_nothing() -> None:
    weights = np.eye(len(X))[0]
    _, gradient = NETWORK.loss_and_gradient(THETA, X, Y, cr.SquaredError(), sample_weight=weights)
    run = train(theta=THETA, batch_size=1, epochs=1, sample_weight=weights)
    np.testing.assert_allclose(run.model.theta, THETA - 0.1 * gradient, rtol=1e-12)


# Weights of samples ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [cr.SquaredError(), cr.HalfSquaredError(), cr.BinaryCrossEntropy()], ids=repr)
def test_a_weight_is_how_often_a_sample_is_there(loss: cr.Loss) -> None:
    times = np.arange(len(X)) % 3  # absent, once, twice
    rows = np.repeat(np.arange(len(X)), times)
    weighted = train(loss=loss, sample_weight=times)
    repeated = train(loss=loss, x=X[rows], y=Y[rows])
    np.testing.assert_allclose(weighted.history["loss"], repeated.history["loss"], rtol=1e-12)
    np.testing.assert_allclose(weighted.model.theta, repeated.model.theta, rtol=1e-12)


@pytest.mark.parametrize("batch_size", [None, 8])
def test_the_unit_of_weights_does_not_matter(batch_size: int | None) -> None:
    plain = train(batch_size=batch_size)
    for weight in (1e-200, 3.0, 1e200, 1e308):
        run = train(batch_size=batch_size, sample_weight=np.full(len(X), weight))
        np.testing.assert_allclose(run.model.theta, plain.model.theta, rtol=1e-12)


@pytest.mark.parametrize("batch_size", [None, 8])
def test_a_sample_without_weight_may_hold_anything(batch_size: int | None) -> None:
    weights = np.ones(len(X))
    weights[4] = 0
    other = X.copy()
    other[4] = 99.0
    one, two = (train(x=x, sample_weight=weights, batch_size=batch_size) for x in (X, other))
    assert (one.model.theta == two.model.theta).all()


# Starting parameters, seeds and dtypes ---------------------------------------------------------------------------


def test_theta_is_copied() -> None:
    theta = THETA.copy()
    run = train(theta=theta)
    assert (theta == THETA).all()
    assert not np.shares_memory(run.model.theta, theta)


def test_a_population_may_share_one_theta() -> None:
    run = train(theta=THETA, optimizer=cr.SGD((0.1, 0.2)))
    for k, rate in enumerate((0.1, 0.2)):
        single = train(theta=THETA, optimizer=cr.SGD(rate))
        np.testing.assert_allclose(run.model.theta[k], single.model.theta, rtol=1e-12)


def test_theta_of_a_population_sets_its_size() -> None:
    theta = NETWORK.initialize(seed=5, population=4)
    assert (next(iterate(theta=theta)).theta == theta).all()


def test_without_theta_the_seed_draws_it() -> None:
    assert (next(iterate(seed=9)).theta == NETWORK.initialize(seed=9)).all()
    assert (next(iterate(seed=9, population=2)).theta == NETWORK.initialize(seed=9, population=2)).all()


NOISY = cr.Network((2,), [cr.Dense(6), cr.LeakyReLU(), cr.Dropout(0.3), cr.Dense(4), cr.Tanh(), cr.Dense(1)])


@pytest.mark.parametrize("population", [None, 3])
def test_the_seed_decides_everything(population: int | None) -> None:
    one, two, other = (train(NOISY, batch_size=8, seed=seed, population=population) for seed in (1, 1, 100))
    assert one.model.theta.tobytes() == two.model.theta.tobytes()
    assert one.history["loss"].tobytes() == two.history["loss"].tobytes()
    assert not np.isclose(one.model.theta, other.model.theta).all()


@pytest.mark.parametrize("population", [None, 3])
@pytest.mark.parametrize("optimizer", [cr.SGD(0.1), cr.Adam(0.01), cr.Momentum(cr.Cosine(0.05, steps=30))], ids=repr)
def test_float32_is_kept_and_near_float64(population: int | None, optimizer: cr.Optimizer) -> None:
    settings = {"optimizer": optimizer, "population": population, "batch_size": 8, "penalty": cr.L2(0.01), "clip": 1.0}
    training = iterate(dtype="float32", theta=THETA, sample_weight=np.ones(len(X)), **settings)
    assert {record.theta.dtype for record in training} == {np.dtype(np.float32)}
    model = training.result().model
    assert model.theta.dtype == model.predict(X).dtype == model.probabilities(X).dtype == np.float32
    np.testing.assert_allclose(model.theta, train(theta=THETA, **settings).model.theta, atol=1e-4)


KINDS = {
    "lists": lambda values: values.tolist(),
    "float32": lambda values: values.astype(np.float32),
    "integers": lambda values: values.astype(np.int8),
    "unsigned integers": lambda values: values.astype(np.uint8),
    "booleans": lambda values: values.astype(bool),
    "Fortran order": np.asfortranarray,
    "every other row of something": lambda values: np.repeat(values, 2, axis=0)[::2],
    "backwards in memory": lambda values: values[::-1].copy()[::-1],
    "the other byte order": lambda values: values.astype(values.dtype.newbyteorder()),
}


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_data_of_any_kind_give_the_same_run(kind: str, batch_size: int | None) -> None:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 2, float)
    y = (x[:, :1] != x[:, 1:]).astype(float)
    other = KINDS[kind]
    plain = train(x=x, y=y, batch_size=batch_size)
    same = train(x=other(x), y=other(y), batch_size=batch_size, sample_weight=other(np.ones(8)))
    np.testing.assert_allclose(same.model.theta, plain.model.theta, rtol=1e-12)
    assert (plain.model.predict(other(x)) == plain.model.predict(x)).all()


def test_the_data_are_left_alone() -> None:
    x, y, weights = X.copy(), Y.copy(), np.ones(len(X))
    for each in (x, y, weights):
        each.setflags(write=False)
    for batch_size in (None, 8):
        train(x=x, y=y, sample_weight=weights, batch_size=batch_size, validation=(x, y))


def test_a_memory_mapped_file_stays_on_disk(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")  # each thread has memory for a piece
    path = tmp_path / "x.npy"
    mapped = np.lib.format.open_memmap(path, mode="w+", dtype=np.float64, shape=(50_000, 128))
    mapped[...] = np.linspace(0, 1, 128)
    mapped.flush()
    size = mapped.nbytes  # 51 MB
    del mapped
    x, y = np.load(path, mmap_mode="r"), np.arange(50_000) % 2
    tracemalloc.start()
    try:
        train(cr.mlp(128, 4, 1), x, y, epochs=1, batch_size=256)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size / 8


# Populations -----------------------------------------------------------------------------------------------------

K = 3
POPULATIONS = {
    "seeds": {},
    "the same seeds": {"seed": (4,) * K},
    "seeds of their own": {"seed": (5, 0, 9)},
    "learning rates": {"optimizer": cr.SGD((0.05, 0.1, 0.3))},
    "schedules": {"optimizer": cr.Adam(cr.WarmUp(cr.Cosine((0.01, 0.02, 0.03), steps=100), steps=20))},
    "momentum": {"optimizer": cr.Momentum(0.03, momentum=(0.0, 0.5, 0.9))},
    "Nesterov": {"optimizer": cr.Nesterov((0.01, 0.02, 0.03), momentum=(0.0, 0.5, 0.9))},
    "RMSprop": {"optimizer": cr.RMSprop(0.01, decay=(0.9, 0.95, 0.99), epsilon=(1e-8, 1e-6, 1e-4))},
    "Adam": {"optimizer": cr.Adam((0.01, 0.02, 0.03), beta1=(0.5, 0.8, 0.9), beta2=(0.9, 0.99, 0.999))},
    "AdamW": {"optimizer": cr.AdamW(0.01, weight_decay=(0.0, 0.1, 0.2))},
    "penalty": {"penalty": cr.L2((0.0, 0.01, 0.1))},
    "clip": {"clip": (0.01, 0.1, 10.0)},
    "dropout": {"network": cr.Network((2,), [cr.Dense(6), cr.Tanh(), cr.Dropout((0.0, 0.2, 0.5)), cr.Dense(1)])},
    "slopes": {"network": cr.Network((2,), [cr.Dense(6), cr.LeakyReLU((0.0, 0.1, 0.5)), cr.Dropout(0.2), cr.Dense(1)])},
    "starts": {"network": cr.mlp(2, 4, 1, initializer=cr.Normal((0.1, 1.0, 2.0)))},
    "weights": {"sample_weight": np.arange(len(X)) % 3},
    "classes": {
        "network": cr.Network((2,), [cr.Dense(6), cr.ELU((0.5, 1.0, 2.0)), cr.Dropout(0.2), cr.Dense(2)]),
        "y": Y[:, 0],
        "loss": cr.SoftmaxCrossEntropy(),
    },
}


def of_member(setting, k: int):
    """A setting as member k alone has it."""
    if isinstance(setting, cr.Description):
        return setting.member(k)
    return setting[k] if isinstance(setting, tuple) else setting


@pytest.mark.parametrize("batch_size", [None, 8])
@pytest.mark.parametrize("settings", POPULATIONS.values(), ids=POPULATIONS)
def test_a_member_equals_its_single_run(settings: dict, batch_size: int | None) -> None:
    """After 200 steps, with shuffling and dropout."""
    settings = {"network": NOISY, "seed": 2, "batch_size": batch_size, "validation": (X, Y)} | settings
    settings |= {"epochs": 200, "record_every": 10} if batch_size is None else {"epochs": 50}
    if "loss" in settings:
        settings["validation"] = (X, Y[:, 0])
    run = train(population=K, **settings)
    for k in range(K):
        of_its_own = {name: of_member(value, k) for name, value in settings.items() if name != "validation"}
        of_its_own["seed"] = settings["seed"][k] if isinstance(settings["seed"], tuple) else settings["seed"] + k
        single = train(validation=settings["validation"], **of_its_own)
        np.testing.assert_allclose(run.model.theta[k], single.model.theta, rtol=0, atol=1e-10)
        for column in ("loss", "validation_loss"):
            np.testing.assert_allclose(run.history[column][:, k], single.history[column], rtol=0, atol=1e-10)
        np.testing.assert_allclose(run.final_loss[k], single.final_loss, rtol=0, atol=1e-10)
        np.testing.assert_allclose(run.model[k].predict(X), single.model.predict(X), rtol=0, atol=1e-10)


def test_members_of_one_seed_share_start_shuffles_and_masks() -> None:
    run = train(NOISY, seed=(6,) * K, batch_size=8)
    assert (run.model.theta == run.model.theta[0]).all()
    assert (run.model.theta != train(NOISY, seed=(6, 7, 6), batch_size=8).model.theta[1]).any()


class Counted:
    """Stands for NumPy, or for one of its functions, and notes each call."""

    def __init__(self, real, calls: list) -> None:
        self._real, self._calls = real, calls

    def __call__(self, *arguments, **named):
        self._calls.append(self._real)
        return self._real(*arguments, **named)

    def __getattr__(self, name: str):
        found = getattr(self._real, name)
        return Counted(found, self._calls) if callable(found) and not isinstance(found, type) else found


@pytest.mark.parametrize("batch_size", [None, 8])
def test_the_number_of_numpy_calls_does_not_depend_on_the_population(monkeypatch, batch_size: int | None) -> None:
    calls: list = []
    train(NOISY)  # so that every module is there
    for module in [module for name, module in sys.modules.items() if name.startswith("chainrule.")]:
        for name in {"np", "dot", "take", "total"} & vars(module).keys():
            monkeypatch.setattr(module, name, Counted(getattr(module, name), calls))

    def calls_of_two_epochs(members: int) -> list:
        rates = tuple(np.linspace(0.01, 0.1, members))
        network = cr.Network((2,), [cr.Dense(6), cr.LeakyReLU(rates), cr.Dropout(rates), cr.Dense(1)])
        settings = {"penalty": cr.L2(rates), "clip": rates, "sample_weight": np.ones(len(X)), "validation": (X, Y)}
        training = iterate(network, optimizer=cr.Adam(rates), batch_size=batch_size, record_every=1, **settings)
        next(training)
        calls.clear()
        next(training), next(training)
        return list(calls)

    few, many = calls_of_two_epochs(2), calls_of_two_epochs(50)
    assert len(few) > 50
    assert few == many


# Validation and early stopping -----------------------------------------------------------------------------------


def test_the_validation_loss_is_of_the_parameters_beside_it() -> None:
    held_out = cr.datasets.xor_cloud(11, seed=2)
    network = cr.Network((2,), [cr.Dense(5), cr.Tanh(), cr.Dropout(0.5), cr.Dense(1)])
    training = iterate(network, validation=held_out, penalty=cr.L2(0.1), batch_size=8)
    for record in training:
        value, _ = network.loss_and_gradient(record.theta, *held_out, cr.SquaredError())  # nothing dropped, no penalty
        np.testing.assert_allclose(record.validation_loss, value, rtol=1e-12)
    run = training.result()
    value, _ = network.loss_and_gradient(run.model.theta, *held_out, cr.SquaredError())
    np.testing.assert_allclose(run.final_validation_loss, value, rtol=1e-12)


def test_validation_changes_nothing() -> None:
    plain, watched = (train(NOISY, batch_size=8, validation=held_out) for held_out in (None, (X, Y)))
    assert (plain.model.theta == watched.model.theta).all()


LINE = cr.Network((1,), [cr.Dense(1, bias=False)])
ONE = np.ones((1, 1))


def pull(learning_rate, **settings) -> cr.Run:
    """One weight, pulled from 0 towards 2, its validation loss least at 1: w ← w + 2 · rate · (2 - w)."""
    settings = {"theta": np.zeros(1), "validation": (ONE, ONE), "record_every": 1, "epochs": 100} | settings
    return train(LINE, ONE, 2 * ONE, optimizer=cr.SGD(learning_rate), **settings)


def weights_on_the_way(learning_rate: float) -> np.ndarray:
    return 2 - 2 * (1 - 2 * learning_rate) ** np.arange(100)


@pytest.mark.parametrize("batch_size", [None, 1])
def test_early_stopping_returns_the_best_parameters(batch_size: int | None) -> None:
    run = pull(0.03, early_stopping=cr.EarlyStopping(patience=7), batch_size=batch_size)
    w = weights_on_the_way(0.03)
    best = int(abs(w - 1).argmin())
    np.testing.assert_allclose(run.model.theta, w[best : best + 1], rtol=1e-12)
    np.testing.assert_allclose(run.final_validation_loss, (w[best] - 1) ** 2, rtol=1e-9)
    assert (run.ending.reason, run.ending.epoch, run.ending.best_epoch) == ("stopped early", best + 7, best)
    assert str(run.ending).startswith(f"stopped early at epoch {best + 7}: no better validation loss than ")
    assert str(run.ending).endswith(f" of epoch {best} in 7 epochs")


def test_each_member_stops_for_itself() -> None:
    rates = (0.03, 0.01, 0.1, 0.0001)
    stopping = cr.EarlyStopping(patience=7, min_delta=(0.0, 0.001, 0.01, 0.0))
    run = pull(rates, early_stopping=stopping)
    for k, rate in enumerate(rates):
        single = pull(rate, early_stopping=stopping.member(k))
        np.testing.assert_allclose(run.model.theta[k], single.model.theta, rtol=1e-12)
        mine, its_own = run.ending[k], single.ending
        assert (mine.reason, mine.epoch, mine.best_epoch) == (its_own.reason, its_own.epoch, its_own.best_epoch)
        shown = run.history["loss"][: len(single.history["loss"]), k]
        np.testing.assert_allclose(shown, single.history["loss"], rtol=1e-12)
    assert [ending.reason for ending in run.ending] == ["stopped early"] * 3 + ["finished"]


def test_a_population_ends_when_all_members_have_stopped() -> None:
    run = pull((0.03, 0.1), early_stopping=cr.EarlyStopping(patience=7))
    assert run.history["epoch"][-1] == max(ending.epoch for ending in run.ending) - 1
    after_the_second_stopped = run.history["loss"][run.ending[1].epoch :, 1]
    assert np.isnan(after_the_second_stopped).all()


@pytest.mark.parametrize("batch_size", [None, 8])
def test_without_validation_the_training_loss_is_watched(batch_size: int | None) -> None:
    settings = {"epochs": 400, "batch_size": batch_size, "optimizer": cr.Momentum(0.25)}
    losses = train(record_every=1, **settings).history["loss"]
    run = train(early_stopping=cr.EarlyStopping(patience=3, min_delta=1e-3), **settings)
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(losses):
        if loss < best - 1e-3:
            best, best_epoch = loss, epoch
        if epoch - best_epoch >= 3:
            break
    assert (run.ending.epoch, run.ending.best_epoch) == (epoch, best_epoch)
    assert "no better training loss than" in str(run.ending)
    if batch_size is None:
        np.testing.assert_allclose(run.final_loss, best, rtol=1e-12)


def test_early_stopping_that_never_stops_returns_the_best_too() -> None:
    run = pull(0.03, early_stopping=cr.EarlyStopping(patience=1000))
    assert run.ending.reason == "finished"
    assert run.ending.best_epoch == abs(weights_on_the_way(0.03) - 1).argmin()


# Callbacks, and other ways to end --------------------------------------------------------------------------------


def test_train_and_iterate_are_the_same() -> None:
    training = iterate(NOISY, batch_size=8, validation=(X, Y))
    records = list(training)
    run, other = training.result(), train(NOISY, batch_size=8, validation=(X, Y))
    assert [record.loss for record in records] == other.history["loss"].tolist()
    assert run.history.to_dict() == other.history.to_dict()
    assert (run.model.theta == other.model.theta).all()
    assert (run.final_loss, run.ending) == (other.final_loss, other.ending)


def test_a_run_that_is_left_has_what_it_had() -> None:
    training = iterate(theta=THETA)
    for record in training:
        if record.epoch == 3:
            break
    run = training.result()
    assert (run.model.theta == train(theta=THETA, epochs=4).model.theta).all()
    assert (run.ending.reason, run.ending.epoch) == ("stopped by the caller", 4)
    assert list(training) == []
    assert training.result() is run


def test_a_finished_run_says_so() -> None:
    assert str(train(epochs=10).ending) == "finished after 10 epochs"
    assert [str(ending) for ending in train(population=2).ending] == ["finished after 10 epochs"] * 2


def test_callbacks_are_called_in_order_with_each_record() -> None:
    first, then = [], []
    train(
        epochs=3,
        callbacks=[
            lambda training: first.append(training.record),
            lambda training: then.append((training.record, len(first))),
        ],
    )
    assert [record.epoch for record in first] == [0, 1, 2]
    assert then == list(zip(first, (1, 2, 3), strict=True))


ENOUGH = {
    "True": lambda record: record.epoch == 3,
    "NumPy's True": lambda record: np.all(record.epoch == np.array([3])),
}


@pytest.mark.parametrize("callback", ENOUGH.values(), ids=ENOUGH)
def test_a_callback_that_returns_true_ends_the_run(callback) -> None:
    called = []
    run = train(theta=THETA, callbacks=[callback, lambda record: called.append(record.epoch)])
    assert called == run.history["epoch"].tolist() == [0, 1, 2, 3]  # the others see the last record too
    assert (run.ending.reason, run.ending.epoch) == ("stopped by a callback", 4)
    assert (run.model.theta == train(theta=THETA, epochs=4).model.theta).all()


@pytest.mark.parametrize("answer", [None, False, 0, "go on", 3.0], ids=repr)
def test_other_answers_of_a_callback_end_nothing(answer) -> None:
    assert train(callbacks=[lambda record: answer]).ending.reason == "finished"


def test_an_error_in_a_callback_is_the_callers() -> None:
    def callback(training: cr.Training) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        train(callbacks=[callback])


@pytest.mark.parametrize("population", [None, 2])
def test_an_interrupted_run_returns_what_it_had(population: int | None) -> None:
    def interrupt(training: cr.Training) -> None:
        if training.epoch == 3:
            raise KeyboardInterrupt

    run = train(population=population, callbacks=[interrupt])
    endings = run.ending if population else (run.ending,)
    assert {(ending.reason, ending.epoch) for ending in endings} == {("interrupted", 4)}
    assert run.history["epoch"].tolist() == [0, 1, 2, 3]
    assert (run.model.theta == train(population=population, epochs=4).model.theta).all()


@pytest.mark.parametrize("population", [None, 2])
def test_a_run_that_is_stopped_ends_before_its_next_step(population: int | None) -> None:
    """Here in the middle of an epoch, as by a signal handler or another thread."""
    under_way = []

    def stop_in_the_eighth(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        for each in under_way:
            if each.state.step == 7:
                each.stop()
        return x

    batch_size = -(-len(X) // 3)
    settings = {"batch_size": batch_size, "population": population, "record_every": 1}
    training = iterate(**settings, augment=stop_in_the_eighth)
    under_way.append(training)
    assert [record.epoch for record in training] == [0, 1]
    run = training.result()
    endings = run.ending if population else (run.ending,)
    assert {(ending.reason, ending.epoch) for ending in endings} == {("stopped by the caller", 2)}
    assert training.state.step == 8
    steps = iterate(**settings)
    assert all(steps.advance() for _ in range(8))
    assert (run.model.theta == steps.result().model.theta).all()
    assert not training.advance()


# Divergence ------------------------------------------------------------------------------------------------------

STRAIGHT = cr.mlp(2, 3, 1, activation="identity")


def first_epoch_without_a_loss(learning_rate: float, theta: np.ndarray) -> int:
    with np.errstate(all="ignore"):
        for epoch in range(10_000):
            value, gradient = STRAIGHT.loss_and_gradient(theta, X, Y, cr.SquaredError())
            if not np.isfinite(value):
                return epoch
            theta = theta - learning_rate * gradient
    raise AssertionError("it doesn't diverge")


@pytest.mark.parametrize("record_every", [1, 100])
@pytest.mark.parametrize("batch_size", [None, 1000])
def test_a_run_that_diverges_says_at_which_epoch(batch_size: int | None, record_every: int) -> None:
    settings = {"epochs": 1000, "optimizer": cr.SGD(1.5), "batch_size": batch_size, "record_every": record_every}
    epoch = first_epoch_without_a_loss(1.5, STRAIGHT.initialize())
    sentence = rf"diverged: the loss became (inf|nan) at epoch {epoch} with SGD\(1.5\)"
    with pytest.raises(cr.DivergenceError, match=sentence) as found:
        train(STRAIGHT, **settings)
    run = found.value.run
    assert (run.ending.reason, run.ending.epoch) == ("diverged", epoch)
    assert run.history["epoch"].tolist() == list(range(0, epoch, record_every))
    assert np.isfinite(run.history["loss"]).all()
    assert run.model.theta.shape == (STRAIGHT.n_parameters,)


def test_iterate_raises_it_too() -> None:
    with pytest.raises(cr.DivergenceError, match="Try a smaller learning rate"):
        list(iterate(STRAIGHT, epochs=1000, optimizer=cr.SGD(1.5)))


def test_a_run_that_diverges_keeps_the_best_parameters() -> None:
    """Steps that grow: from the start to ever larger losses, so the best ones are the first."""
    with pytest.raises(cr.DivergenceError) as found:
        train(STRAIGHT, epochs=1000, optimizer=cr.SGD(50.0), early_stopping=cr.EarlyStopping(patience=500))
    run = found.value.run
    assert run.ending.best_epoch == 0
    assert (run.model.theta == STRAIGHT.initialize()).all()
    assert run.final_loss == run.history["loss"][0]


@pytest.mark.parametrize("batch_size", [None, 8])
def test_a_member_that_diverges_leaves_the_others_alone(batch_size: int | None) -> None:
    settings = {"epochs": 400, "batch_size": batch_size, "record_every": 1}
    run = train(STRAIGHT, population=3, optimizer=cr.SGD((0.05, 50.0, 0.1)), **settings)
    assert [ending.reason for ending in run.ending] == ["finished", "diverged", "finished"]
    lost = run.ending[1]
    assert str(lost).startswith("diverged: the loss became ")
    assert str(lost).endswith(f" at epoch {lost.epoch}")
    assert (np.isnan(run.history["loss"][:, 1]) == (run.history["epoch"] >= lost.epoch)).all()
    for k, rate in ((0, 0.05), (2, 0.1)):
        single = train(STRAIGHT, seed=k, optimizer=cr.SGD(rate), **settings)
        np.testing.assert_allclose(run.model.theta[k], single.model.theta, rtol=0, atol=1e-10)
        np.testing.assert_allclose(run.history["loss"][:, k], single.history["loss"], rtol=0, atol=1e-10)


def test_a_population_that_diverges_altogether_is_a_run_all_the_same() -> None:
    run = train(STRAIGHT, epochs=1000, optimizer=cr.SGD((50.0, 60.0)))
    assert [ending.reason for ending in run.ending] == ["diverged"] * 2


def test_data_too_large_for_float32_end_in_a_sentence() -> None:
    with pytest.raises(cr.ChainruleError):
        train(x=X * 1e300, dtype="float32")
    with pytest.raises(cr.ChainruleError):
        train(y=Y * 1e300, dtype="float32")


# The last update -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("validation", [None, (X, Y)])
@pytest.mark.parametrize("population", [None, 3])
def test_early_stopping_judges_the_last_update_too(validation, population) -> None:
    run = train(epochs=1, validation=validation, population=population, early_stopping=cr.EarlyStopping(5))
    plain = train(epochs=1, population=population)
    np.testing.assert_array_equal(run.model.theta, plain.model.theta)
    ending = run.ending if population is None else run.ending[0]
    assert (ending.best_epoch, str(ending)) == (1, "finished after 1 epoch, the best of them 1")


def test_a_divergence_in_the_last_update_is_told() -> None:
    linear = cr.mlp(2, 5, 1, activation="identity")
    with pytest.raises(cr.DivergenceError, match=r"the loss became (nan|inf) at epoch 1 with SGD"):
        train(linear, epochs=1, optimizer=cr.SGD(1e200))
    run = train(linear, epochs=1, optimizer=cr.SGD([0.1, 1e200]))
    assert [ending.reason for ending in run.ending] == ["finished", "diverged"]


@pytest.mark.parametrize(("dtype", "scale"), [("float32", 1e12), ("float64", 1e80)])
def test_clipping_holds_a_gradient_whose_square_overflows(dtype, scale) -> None:
    network = cr.mlp(2, 1, output="identity")
    run = train(network, X * scale, Y * scale, epochs=1, optimizer=cr.SGD(1.0), clip=0.5, dtype=dtype)
    moved = run.model.theta - network.initialize(dtype=dtype)
    np.testing.assert_allclose(np.linalg.norm(moved), 0.5, rtol=1e-6)


def test_the_validation_loss_of_an_ended_member_is_no_number() -> None:
    stops = {"early_stopping": cr.EarlyStopping(3), "optimizer": cr.Adam([0.01, 10.0])}
    run = train(epochs=60, validation=(X, Y), **stops)
    ended = np.isnan(run.history["loss"])
    assert ended.any()
    np.testing.assert_array_equal(np.isnan(run.history["validation_loss"]), ended)


def test_a_slip_at_the_door_names_the_door() -> None:
    with pytest.raises(
        TypeError, match=r"^train\(\) got an unexpected keyword argument 'lr'; it takes network, x, y, loss"
    ):
        train(lr=0.1)
    with pytest.raises(TypeError, match=r"^iterate\(\) missing a required (keyword-only )?argument: 'loss'; it takes"):
        cr.iterate(NETWORK, X, Y)
