"""Running statistics on their way through a training: who moves them, who reads them, and where they are kept."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.streams import stream

BRANCH = cr.Residual([cr.BatchNorm(0.3), cr.Tanh(), cr.Dropout(0.2), cr.Dense(4)])
NETWORK = cr.Network((2,), [cr.Dense(4), cr.BatchNorm(), cr.Tanh(), BRANCH, cr.Dense(1)])
CALM = cr.Network((2,), [cr.Dense(4), cr.BatchNorm(), cr.Tanh(), cr.Dense(1)])
X, Y = cr.datasets.xor_cloud(30, seed=1)
HELD_OUT = cr.datasets.xor_cloud(20, seed=2)
SETTINGS = {"loss": cr.SquaredError(), "optimizer": cr.Adam(0.02), "epochs": 10, "record_every": 1}


def train(network=NETWORK, x=X, y=Y, **settings) -> cr.Run:
    return cr.train(network, x, y, **SETTINGS | settings)


def error(network, theta, x, y, state) -> float:
    """The mean squared error in prediction mode."""
    return float(np.mean((network.predict(theta, x, state) - np.reshape(y, (len(x), -1))) ** 2))


def test_each_batch_moves_the_state_as_by_hand() -> None:
    theta, state = CALM.initialize(seed=3), CALM.initialize_state()
    run = train(CALM, theta=theta, optimizer=cr.SGD(0.1), batch_size=8, epochs=3)
    shuffle = stream(0, "shuffle")
    for _ in range(3):
        order = np.arange(len(X))
        shuffle.shuffle(order)
        for start in range(0, len(X), 8):
            rows = order[start : start + 8]
            _, gradient = CALM.loss_and_gradient(theta, X[rows], Y[rows], cr.SquaredError(), state=state)
            theta = theta - 0.1 * gradient
    np.testing.assert_allclose(run.model.theta, theta, rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(run.model.state, state, rtol=1e-10)


def test_a_member_is_its_single_run() -> None:
    settings = {"batch_size": 8, "epochs": 50, "record_every": 10, "validation": HELD_OUT}  # 4 batches: 200 steps
    run = train(population=3, seed=5, **settings)
    for k in range(3):
        single = train(seed=5 + k, **settings)
        np.testing.assert_allclose(run.model.theta[k], single.model.theta, rtol=0, atol=1e-10)
        np.testing.assert_allclose(run.model[k].state, single.model.state, rtol=0, atol=1e-10)
        np.testing.assert_allclose(run.final_loss[k], single.final_loss, rtol=1e-9)
        np.testing.assert_allclose(run.history["validation_loss"][:, k], single.history["validation_loss"], rtol=1e-9)
        np.testing.assert_allclose(run.model.predict(X)[k], single.model.predict(X), rtol=1e-9)


@pytest.mark.parametrize("batch_size", [None, 8])
def test_validation_and_the_final_loss_are_of_predictions(batch_size: int | None) -> None:
    training = cr.iterate(NETWORK, X, Y, validation=HELD_OUT, batch_size=batch_size, **SETTINGS)
    for record in training:
        expected = error(NETWORK, record.theta, *HELD_OUT, record.state)
        np.testing.assert_allclose(record.validation_loss, expected, rtol=1e-12)
    run = training.result()
    np.testing.assert_allclose(run.final_loss, error(NETWORK, run.model.theta, X, Y, run.model.state), rtol=1e-12)
    np.testing.assert_allclose(run.final_validation_loss, np.mean((run.model.predict(HELD_OUT[0]) - HELD_OUT[1]) ** 2))
    assert (run.model.state != record.state).all()


def test_records_keep_what_they_were_given() -> None:
    records = list(cr.iterate(NETWORK, X, Y, **SETTINGS))
    np.testing.assert_array_equal(records[0].state, NETWORK.initialize_state())
    assert len({record.state.tobytes() for record in records}) == 10


def test_a_run_goes_on_from_parameters_and_state() -> None:
    whole, half = (train(CALM, optimizer=cr.SGD(0.1), epochs=epochs) for epochs in (20, 10))
    theta, state = half.model.theta, half.model.state
    rest = train(CALM, optimizer=cr.SGD(0.1), theta=theta, state=state)
    assert (rest.model.theta == whole.model.theta).all()
    assert (rest.model.state == whole.model.state).all()
    assert (state == half.model.state).all()
    shared = train(CALM, optimizer=cr.SGD([0.1, 0.2]), theta=theta, state=state)
    np.testing.assert_allclose(shared.model.state[0], whole.model.state, rtol=1e-12)


@pytest.mark.parametrize("validation", [None, HELD_OUT])
def test_early_stopping_keeps_the_state_of_the_best_parameters(validation) -> None:
    """The best of every member, found again by a run that goes on."""
    settings = {"optimizer": cr.Adam([0.05, 0.3, 1.0]), "seed": (1, 2, 3), "epochs": 150}
    run = train(CALM, **settings, early_stopping=cr.EarlyStopping(patience=4), validation=validation)
    assert len({ending.best_epoch for ending in run.ending}) > 1
    records = list(cr.iterate(CALM, X, Y, **SETTINGS | settings))
    for k, ending in enumerate(run.ending):
        best = records[ending.best_epoch]
        np.testing.assert_array_equal(run.model.theta[k], best.theta[k])
        # The training loss is known once its batch has moved the statistics; the validation loss before.
        state = best.state[k].copy()
        if validation is None:
            CALM.loss_and_gradient(best.theta[k], X, Y, cr.SquaredError(), state=state)
        np.testing.assert_allclose(run.model.state[k], state, rtol=1e-12)


def test_a_short_batch_of_images_has_a_variance() -> None:
    network = cr.Network((2, 3, 3), [cr.BatchNorm(), cr.Flatten(), cr.Dense(1)])
    x = np.random.default_rng(0).standard_normal((5, 2, 3, 3))
    run = train(network, x, x[:, 0, 0, 0], batch_size=4)
    assert np.isfinite(run.final_loss)
    assert np.isfinite(run.model.predict(x[:1])).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_state_has_the_dtype_of_the_run(dtype: str) -> None:
    run = train(dtype=dtype, state=np.full(16, 0.5), population=2)
    assert run.model.state.dtype == run.model.predict(X).dtype == dtype
    assert NETWORK.initialize_state(2, dtype).dtype == dtype


def test_the_running_statistics_come_to_those_of_the_data() -> None:
    network = cr.Network((2,), [cr.BatchNorm(), cr.Dense(1)])
    run = train(network, epochs=400, record_every=400)
    np.testing.assert_allclose(run.model.state, [*X.mean(0), *X.var(0, ddof=1)], rtol=1e-9)


def test_files_of_before_still_load(tmp_path: Path) -> None:
    """A file without a state is a model of a network without one; else it is refused."""
    plain = cr.Model(cr.mlp(2, 4, 1), cr.mlp(2, 4, 1).initialize())
    for model, is_read in ((plain, True), (train().model, False)):
        model.save(tmp_path / "model.npz")
        with np.load(tmp_path / "model.npz") as file:
            old = {name: file[name] for name in ("theta", "description")}
        contents = io.BytesIO()
        np.savez(contents, **old)
        (tmp_path / "old.npz").write_bytes(contents.getvalue())
        if is_read:
            assert (cr.Model.load(tmp_path / "old.npz").predict(X) == model.predict(X)).all()
        else:
            with pytest.raises(cr.FileError, match="state is needed"):
                cr.Model.load(tmp_path / "old.npz")
            assert (cr.Model.load(tmp_path / "model.npz").predict(X) == model.predict(X)).all()


def test_a_file_says_where_each_statistic_lies(tmp_path: Path) -> None:
    train().model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as file:
        layout = json.loads(str(file["description"]))["layout"]
    assert [name for _, name, _, _ in layout[1:5]] == ["scale", "shift", "mean", "variance"]
    assert [[leaf, start] for leaf, _, _, start in layout[1:8:2]] == [[1, 12], [1, 0], [3, 20], [3, 8]]


def test_members_keep_their_own_state() -> None:
    model = train(population=3).model
    assert model.state.shape == (3, 16)
    for k, member in enumerate(model):
        assert (member.state == model.state[k]).all()
        np.testing.assert_allclose(member.predict(X), model.predict(X)[k], rtol=1e-12)
    assert model.score(X, Y).shape == (3,)
