"""`cr.play`: a network and its data from Python, in a page's process."""

import pickle
import threading
from dataclasses import dataclass
from typing import Any

import cloudpickle
import numpy as np
import pytest

import chainrule as cr
from chainrule.core.layers.base import Pass
from chainrule.interfaces.play.beginning import beginning_of
from chainrule.interfaces.play.door import Playground
from chainrule.interfaces.play.playing import Playing
from own_layers import Doubled
from played import obey, of_kind, page, refusals, result_of, scene_of, seen, until
from processes import children, ends_within
from pseudo_terminal import posix

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 3))


def test_a_run_goes_on_from_its_own_weights_with_its_own_settings():
    y = (X[:, 0] > 0).astype(int)
    network = cr.mlp(3, 5, 1, activation="tanh", output="identity")
    run = cr.train(network, X, y, loss=cr.BinaryCrossEntropy(), optimizer=cr.Momentum(0.3), epochs=7, batch_size=10)
    playing = Playing(*pickle.loads(cloudpickle.dumps(beginning_of(run, X, y))))
    state, scene = playing.training.state, playing.scene
    np.testing.assert_array_equal(state.parameters.theta, run.model.theta)
    np.testing.assert_array_equal(playing.stage.learnt.x, X)
    assert (scene.loss, scene.batch_size, scene.optimizer["type"]) == ("binary_cross_entropy", 10, "Momentum")
    obey(playing, "step", unit="epoch")
    assert playing.training.state.epoch == 1
    obey(playing, "reset")
    np.testing.assert_array_equal(playing.training.state.parameters.theta, run.model.theta)
    obey(playing, "reset", start="next")
    assert (playing.training.state.parameters.theta != run.model.theta).any()
    assert seen(playing)[1]["ranges"].shape == (6, 2)
    file = playing.kept()
    obey(playing, "open", file=file)
    assert refusals(playing) == []
    other = Playing()
    obey(other, "open", file=file)
    assert "cr.play" in refusals(other)[0]


@pytest.mark.parametrize(
    ("layers", "y", "loss", "n_classes"),
    [
        ((cr.Dense(4), Doubled(), cr.Tanh(), cr.Dense(1)), X[:, 0], "squared_error", 0),
        ((cr.Residual((cr.Dense(3), cr.ReLU())), cr.BatchNorm(), cr.Dense(3)), RNG.integers(0, 3, 30),
         "softmax_cross_entropy", 3),
        ((cr.Dense(4), cr.ReLU(), cr.Dropout(0.2), cr.Dense(1), cr.Sigmoid()), X[:, :1] > 0, "half_squared_error", 2),
        ((cr.Dense(2, bias=False),), np.eye(2)[RNG.integers(0, 2, 30)], "softmax_cross_entropy", 2),
    ],
)  # fmt: skip
def test_any_network_of_vectors_is_shown_and_trained(layers: Any, y: Any, loss: str, n_classes: int):
    network = cr.Network((3,), layers)
    playing = Playing(*pickle.loads(cloudpickle.dumps(beginning_of(network, X, y))))
    assert (playing.scene.loss, playing.stage.n_classes) == (loss, n_classes)
    obey(playing, "view", samples=True)
    for command in ("step", "diagnose"):
        obey(playing, command)
    head, arrays = seen(playing)
    assert head["step"] == 1
    units = sum(each["units"] for each in playing.state()["layers"])
    assert arrays["units"].shape[0] == units
    obey(playing, "set", scene=scene_of(playing, axes=[2, 1], penalty=0.1))
    obey(playing, "save", what="model")
    assert refusals(playing) == []


@dataclass(frozen=True, repr=False)
class LogCosh(cr.SquaredError):
    """The sum of share log cosh(a - y): a loss of one's own. Gradient share tanh(a - y)."""

    def bind(self, at: Any) -> Pass:
        def forward() -> None:
            np.copyto(at.value, (at.share * np.log(np.cosh(at.output - at.targets))).sum(axis=(-2, -1)))

        def backward() -> None:
            np.multiply(at.share, np.tanh(at.output - at.targets), out=at.d_output)

        return forward, backward


def test_a_loss_of_ones_own_goes_along():
    y = X[:, 0]
    run = cr.train(cr.mlp(3, 4, 1, output="identity"), X, y, loss=LogCosh(), optimizer=cr.SGD(0.1), epochs=3)
    playing = Playing(*pickle.loads(cloudpickle.dumps(beginning_of(run, X, y))))
    assert (playing.scene.loss, playing.state()["given_loss"]) == ("given", "LogCosh")
    more = cr.train(cr.mlp(3, 4, 1, output="identity"), X, y, loss=LogCosh(), optimizer=cr.SGD(0.1), epochs=4)
    obey(playing, "step")
    np.testing.assert_allclose(playing.training.state.parameters.theta, more.model.theta, rtol=1e-12)
    loss = playing.pictures.judged(True, playing.training.state.parameters.theta, playing.training.state.statistics)[0]
    answers = run.model.network.predict(playing.training.state.parameters.theta, X)[:, 0]
    assert loss == pytest.approx(2 * np.log(np.cosh(answers - y)).mean(), rel=1e-12)
    for kind in ("diagnose", "save"):
        obey(playing, kind)
    playing.visits.wait()
    obey(playing, "glass", chain={"layer": 1, "unit": 1, "source": 1})
    assert seen(playing)[0]["glass"]["chain"]["value"] is not None
    for loss in ("squared_error", "given"):
        obey(playing, "set", scene=scene_of(playing, loss=loss))
        assert playing.scene.loss == loss
    obey(playing, "set", scene=scene_of(playing, data={"name": "moons"}, is_given=False))
    assert refusals(playing) == []
    other = Playing()
    obey(other, "open", file=playing.kept())
    assert "loss came from Python" in refusals(other)[0]


@pytest.mark.parametrize(("link", "n_outputs"), [("identity", 3), ("softmax", 3)])
def test_a_loss_of_ones_own_of_classes(link: str, n_outputs: int):
    kind = type("Own", (LogCosh,), {"link": link})
    y = RNG.integers(0, 3, 30)
    network = cr.mlp(3, n_outputs, output="identity")
    run = cr.train(network, X, np.eye(3)[y], loss=kind(), optimizer=cr.SGD(0.1), epochs=1)
    playing = Playing(*pickle.loads(cloudpickle.dumps(beginning_of(run, X, y))))
    obey(playing, "step", unit="epoch")
    assert playing.stage.n_classes == 3
    assert refusals(playing) == []


@pytest.mark.parametrize(
    ("network", "x", "y", "sentence"),
    [
        ("xor", X, X[:, 0], "network_or_run"),
        (cr.mlp(2, 1), X, X[:, 0], r"expected x \(n, 2\)"),
        (cr.mlp(3, 1), X, X[:5, 0], "a target for each of 30 samples"),
        (cr.mlp(3, 2), X, X[:, :2], "one target"),
        (cr.mlp(3, 1), X * 1e7, X[:, 0], "standardise"),
        (cr.mlp(3, 1), X * np.nan, X[:, 0], "standardise"),
        (cr.mlp(3, 8), X, np.arange(30) % 8, "at most 5 classes"),
        (cr.mlp(3, 2), X, X[:, 0], "shapes"),
        (cr.Network((1, 3), (cr.Conv1D(2, 2), cr.Flatten(), cr.Dense(1))), X, X[:, 0], "vector to vector"),
    ],
)
def test_what_a_page_cannot_show_is_a_sentence(network: Any, x: Any, y: Any, sentence: str):
    with pytest.raises(cr.ChainruleError, match=sentence) as caught:
        beginning_of(network, x, y)
    assert "\n" not in str(caught.value)


def test_a_population_and_a_layer_that_cannot_be_sent_are_a_sentence():
    y = X[:, 0]
    run = cr.train(cr.mlp(3, 1), X, y, loss=cr.SquaredError(), optimizer=cr.SGD(0.1), epochs=1, seed=[0, 1])
    with pytest.raises(cr.SettingError, match="population"):
        cr.play(run, X, y)

    @dataclass(frozen=True, repr=False)
    class Locked(Doubled):
        lock: Any = None

    network = cr.Network((3,), (cr.Dense(1), Locked(threading.Lock())))
    with pytest.raises(cr.SettingError, match="can't be sent"):
        cr.play(network, X, y, browser=False)


@posix
def test_a_server_in_a_thread_shows_the_network_and_ends_with_close(monkeypatch: Any, tmp_path: Any, capsys: Any):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = set(children())
    with Playground(cloudpickle.dumps(beginning_of(cr.Network((3,), (Doubled(), cr.Dense(1))), X, X[:, 0]))) as server:
        with cr.engine("numpy"):
            server.start(browser=False)
        assert capsys.readouterr().out == f"{server!r}\n"

        async def shown() -> Any:
            async with page(server.address) as socket:
                return await until(socket, of_kind("state"))

        state = result_of(shown())
        assert state["scene"]["is_given"]
        assert state["inputs"] == ["x1", "x2", "x3"]
        assert state["engine"] == "numpy (asked for)", "that of the block in which the server started"
        started = set(children()) - before
        assert started
    assert all(ends_within(5.0, each) for each in started)
    server.close()  # once more: nothing
