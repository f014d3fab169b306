"""Runs by programs and runs by NumPy's calls: the same numbers, whatever the run; and what says which it was."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from cases import CASES, OPTIMIZERS, ZIPPED, Case
from chainrule.core.engine.choice import Engine
from chainrule.core.engine.extension import _engine
from chainrule.core.layers.base import Signature
from chainrule.training.files.npz import save_checked

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

SETTINGS = {
    "full batch": {},
    "mini-batches, the last one short": {"batch_size": 4},
    "weights": {"sample_weight": np.linspace(0.0, 2.0, 7)},
    "weights in mini-batches": {"batch_size": 4, "sample_weight": np.linspace(0.1, 2.0, 7)},
    "penalty and clip": {"penalty": cr.L2(0.01), "clip": 0.1},
    "a population": {"population": 3},
    "a population in mini-batches": {"population": 3, "batch_size": 4},
    "a population that shares its batches": {"seed": (1, 1, 1), "batch_size": 4},
    "augmented": {"batch_size": 4, "augment": cr.Noise(0.1)},
    "early stopping": {"early_stopping": cr.EarlyStopping(2, 0.01)},
    "early stopping in mini-batches": {"early_stopping": cr.EarlyStopping(2, 0.01), "batch_size": 4},
}


def trained(engine: str, case: Case, **settings) -> cr.Run:
    x, y = case.data()
    epochs = 20 if settings.get("batch_size") is None else 10  # of two batches: 20 steps
    settings = {"optimizer": cr.Momentum(0.02), "epochs": epochs, "record_every": 1} | settings
    return cr.train(settings.pop("network", case.network), x, y, loss=case.loss, engine=engine, **settings)


def assert_alike(compiled: cr.Run, exact: cr.Run, tolerance: float = 1e-12) -> None:
    close = {"rtol": tolerance, "atol": tolerance}
    for name in ("epoch", "step", "loss"):
        np.testing.assert_allclose(compiled.history[name], exact.history[name], **close, err_msg=name)
    np.testing.assert_allclose(compiled.model.theta, exact.model.theta, **close)
    np.testing.assert_allclose(compiled.model.state, exact.model.state, **close)
    np.testing.assert_allclose(compiled.final_loss, exact.final_loss, **close)
    assert compiled.setup.engine.startswith("compiled (")
    assert exact.setup.engine == "numpy (asked for)"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("settings", [{}, {"population": 3, "batch_size": 4}], ids=["single", "population"])
def test_twenty_steps_are_numpys(case: Case, settings: dict):
    assert_alike(*(trained(each, case, **settings) for each in ("compiled", "numpy")))


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("name", ["SoftmaxCrossEntropy", "BatchNorm", "Dropout"])
def test_runs_of_every_kind_are_numpys(name: str, settings: dict):
    assert_alike(*(trained(each, CASES[name], **settings) for each in ("compiled", "numpy")))


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
def test_optimizers_are_numpys(optimizer: cr.Optimizer):
    settings = {"optimizer": optimizer, "batch_size": 4}
    assert_alike(*(trained(each, CASES["SquaredError"], **settings) for each in ("compiled", "numpy")))


@pytest.mark.parametrize("settings", ZIPPED.values(), ids=ZIPPED.keys())
def test_settings_with_a_value_per_member_are_numpys(settings: dict):
    assert_alike(*(trained(each, CASES["SquaredError"], **settings) for each in ("compiled", "numpy")))


@pytest.mark.parametrize("batch_size", [None, 4])
def test_what_callbacks_read_and_change_is_there(batch_size: int | None):
    """Between steps theta, slots, step, gradient, state and loss may be read, and theta may be written."""

    def seen(engine: str) -> list[np.ndarray]:
        found = []

        def look(training: cr.Training) -> None:
            parameters = training.state.parameters
            found.extend([parameters.gradient.copy(), np.array(training.loss)])
            found.extend(array.astype(float) for array in training.state.arrays().values())
            parameters.theta[0] = 0.5
            if training.epoch == 4:
                training.change(learning_rate=0.1, penalty=cr.L2(0.01))

        trained(engine, CASES["BatchNorm"], callbacks=[look], batch_size=batch_size, epochs=8)
        return found

    for ours, exact in zip(seen("compiled"), seen("numpy"), strict=True):
        np.testing.assert_allclose(ours, exact, rtol=1e-12, atol=1e-12)


def test_a_run_goes_on_bit_for_bit_from_its_arrays():
    x, y = CASES["Dropout"].data()

    def begin() -> cr.Training:
        settings = {"optimizer": cr.Adam(0.01), "epochs": 6, "batch_size": 4, "engine": "compiled"}
        return cr.iterate(CASES["Dropout"].network, x, y, loss=CASES["Dropout"].loss, **settings)

    whole, first, second = begin(), begin(), begin()
    for _ in range(8):
        first.advance()
    second.restore(first.state.arrays())
    for each in (whole, second):
        list(each)
    assert np.array_equal(whole.result().model.theta, second.result().model.theta)


@pytest.mark.parametrize("population", [None, 4])
def test_a_run_that_diverges_ends_where_numpys_does(population: int | None):
    def ended(engine: str) -> str:
        try:
            settings = {"optimizer": cr.SGD(1e200), "epochs": 50, "population": population, "record_every": 50}
            return str(trained(engine, CASES["Dense"], **settings).ending)
        except cr.DivergenceError as error:
            return str(error)

    assert ended("compiled") == ended("numpy")
    assert "diverged" in ended("compiled")


@pytest.mark.parametrize("threads", [1, 3])
def test_a_member_that_diverges_leaves_the_others_alone(threads: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chainrule.core.engine.choice.threads", lambda: threads)
    rates = np.full(40, 0.01)
    rates[[3, 20]] = 1e200, 1e3
    settings = {"optimizer": cr.SGD(rates), "epochs": 200, "record_every": 200, "population": 40}
    ours, exact = (trained(each, CASES["Dense"], **settings) for each in ("compiled", "numpy"))
    assert [str(each) for each in ours.ending] == [str(each) for each in exact.ending]
    assert [each.reason == "diverged" for each in ours.ending] == [rate > 1.0 for rate in rates]
    np.testing.assert_allclose(ours.model.theta, exact.model.theta, rtol=1e-12, atol=1e-12)


@dataclass(frozen=True, repr=False)
class Doubled(cr.Layer):
    """Twice its input, by plain functions."""

    def signature(self, input_shape: tuple[int, ...]) -> Signature:
        return Signature(input_shape)

    def bind(self, at):
        def forward():
            at.output[...] = 2.0 * at.input

        def backward():
            at.d_input[...] = 2.0 * at.d_output

        return forward, backward


def test_a_layer_of_ones_own_runs_among_programs():
    network = cr.Network((3,), [cr.Dense(4), Doubled(), cr.Tanh(), cr.Dense(2)])
    runs = [trained(each, CASES["SquaredError"], network=network) for each in ("compiled", "numpy")]
    assert_alike(*runs)
    assert "2 in Python" in runs[0].setup.engine


def test_auto_decides_alike_in_train_and_iterate():
    x, y = cr.datasets.xor()
    settings = {"loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.5), "engine": "auto"}
    for epochs, name in ((10, "numpy (a short run)"), (1000, "compiled")):
        run = cr.train(cr.mlp(2, 4, 1), x, y, epochs=epochs, **settings)
        training = cr.iterate(cr.mlp(2, 4, 1), x, y, epochs=epochs, **settings)
        assert run.setup.engine.startswith(name)
        assert training.setup.engine == run.setup.engine
        assert np.array_equal(training.result().model.theta, cr.mlp(2, 4, 1).initialize(0))


def test_auto_compiles_the_few_steps_of_many_parameters():
    network, settings = cr.mlp(1000, 1000), {"loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.5), "engine": "auto"}
    engines = [
        cr.iterate(network, np.zeros((1, 1000)), np.zeros((1, 1000)), epochs=epochs, **settings).setup.engine
        for epochs in (3, 6)
    ]
    assert engines[0] == "numpy (a short run)"
    assert engines[1].startswith("compiled")


@pytest.mark.parametrize(("population", "programs"), [(None, 0), (100, 1)])
def test_the_final_loss_has_a_program_of_its_own_where_all_members_together_are_large(
    population: int | None, programs: int, monkeypatch: pytest.MonkeyPatch
):
    network, (x, y) = cr.mlp(2, 16, 16, 1), cr.datasets.xor_cloud(500)
    settings = {"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1), "epochs": 2, "population": population}
    training, made, row = cr.iterate(network, x, y, engine="compiled", **settings), [], Engine.row
    assert training.advance(2)
    monkeypatch.setattr(Engine, "row", lambda self, *given: (made.append(given), row(self, *given))[1])
    training.result()
    assert len(made) == programs


def test_a_context_decides_for_what_begins_in_it():
    x, y = cr.datasets.xor()
    with cr.engine("compiled"):
        training = cr.iterate(cr.mlp(2, 4, 1), x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(0.5), epochs=3)
    assert training.setup.engine.startswith("compiled")


def test_a_run_says_what_made_its_calls(tmp_path: Path):
    compiled, exact = (trained(each, CASES["the reference network"]) for each in ("compiled", "numpy"))
    n = int(compiled.setup.engine.split()[2])
    lines = compiled.program().splitlines()
    assert lines[0] == compiled.setup.engine
    assert {"loss and gradient", "the update"} <= set(lines)
    assert sum(re.match(" *[0-9]+  ", line) is not None for line in lines) == n
    assert exact.program().startswith("numpy (asked for): iterate(...).program() lists its calls")
    for run in (compiled, exact):
        run.model.save(tmp_path / "model.npz")
        assert cr.Model.load(tmp_path / "model.npz").engine == run.setup.engine


def test_a_run_says_that_it_calls_the_blas():
    network, x, y = cr.Network((300,), [cr.Dense(300), cr.Dense(1)]), np.ones((512, 300)), np.ones((512, 1))
    settings = {"loss": cr.SquaredError(), "optimizer": cr.SGD(1e-6), "epochs": 1, "engine": "compiled"}
    assert cr.train(network, x, y, **settings).setup.engine.endswith("2 in Python, 2 of them by the BLAS)")
    assert cr.train(network, x[:8], y[:8], **settings).setup.engine.endswith("0 in Python)")


def test_a_model_without_the_engines_name_can_be_read(tmp_path: Path):
    trained("numpy", CASES["Dense"]).model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as file:
        arrays = {name: file[name] for name in file.files if name != "checksum"}
    description = json.loads(str(arrays["description"]))
    del description["engine"]
    save_checked(tmp_path / "model.npz", arrays | {"description": np.array(json.dumps(description))})
    assert cr.Model.load(tmp_path / "model.npz").engine == ""
    description["engine"] = 1
    save_checked(tmp_path / "model.npz", arrays | {"description": np.array(json.dumps(description))})
    with pytest.raises(cr.FileError, match="engine must be a text"):
        cr.Model.load(tmp_path / "model.npz")


def test_a_run_under_way_lists_numpys_calls():
    x, y = cr.datasets.xor()
    settings = {"loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.5), "engine": "numpy"}
    said, row, *lines = cr.iterate(cr.mlp(2, 4, 1), x, y, epochs=3, **settings).program().splitlines()
    assert (said, row) == ("numpy (asked for)", "")
    assert lines[0] == "loss and gradient"
    assert re.fullmatch(rf"  1  dot +4 × 3, 3 × {len(x)} -> 4 × {len(x)}", lines[1])
    made = [line for line in lines if re.match(" *[0-9]+  ", line)]
    assert sum(int(line.split()[0]) for line in lines if line.endswith(" calls")) == len(made)
    assert any(line.split()[1] == "subtract" for line in lines[lines.index("the update") + 1 :] if line in made)
