"""Scripts: executed, they give the numbers of the run; and a reader's eye, as far as a linter has one."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.activations import ACTIVATIONS
from chainrule.core.losses import LOSSES
from chainrule.core.optimizers import OPTIMIZERS
from chainrule.lab.scripts import formulas
from chainrule.lab.scripts.library import network_source
from drawn import examples
from executed import executed

RUFF = Path(sys.executable).with_name("ruff")


def linted(*sources: str) -> str:
    """What ruff finds in them, by this project's rules; dW is a textbook's letter."""
    command = [RUFF, "check", "-q", "--ignore", "INP,N816", "-"]
    return "".join(subprocess.run(command, input=each, capture_output=True, text=True).stdout for each in sources)


RATES = st.sampled_from([0.003, 0.01, 0.05])
REALS = st.floats(0.001, 0.9)


@st.composite
def activations(draw: Any) -> Any:
    kind = ACTIVATIONS[draw(st.sampled_from(sorted(ACTIVATIONS)))]
    return kind(**{each.name: draw(REALS) for each in fields(kind)})


@st.composite
def optimizers(draw: Any, kinds: tuple[type, ...] = tuple(OPTIMIZERS.values())) -> Any:
    kind = draw(st.sampled_from(kinds))
    settings = {"momentum": draw(REALS)} if kind in (cr.Momentum, cr.Nesterov) and draw(st.booleans()) else {}
    settings |= {"beta1": draw(REALS), "bias_correction": draw(st.booleans())} if kind is cr.Adam else {}
    return kind(draw(RATES), **settings)


@st.composite
def tasks(draw: Any, are_plain: bool) -> dict[str, Any]:
    """What `train` takes, of a dense network. are_plain: of one that a script in NumPy alone can repeat."""
    n, n_inputs, n_outputs = 2 * draw(st.integers(1, 15)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    loss = LOSSES[draw(st.sampled_from(sorted(LOSSES)))]()
    n_outputs = max(2, n_outputs) if loss.labelled else n_outputs
    generator = np.random.default_rng(draw(st.integers(0, 99)))
    layers: list[Any] = []
    is_biased = draw(st.booleans())
    for _ in range(draw(st.integers(0, 3))):
        layers += [cr.Dense(draw(st.integers(1, 5)), bias=is_biased), draw(activations())]
        if not are_plain and draw(st.booleans()):
            layers.append(draw(st.sampled_from([cr.BatchNorm(), cr.Dropout(0.3)])))
    layers.append(cr.Dense(n_outputs, bias=is_biased))
    if loss.link == "identity" and draw(st.booleans()):
        layers.append(draw(activations()))
    y = generator.integers(0, 2, (n, n_outputs)).astype(float)
    if loss.labelled:
        y = generator.integers(0, n_outputs, n).astype(float)
    settings: dict[str, Any] = {
        "network": cr.Network((n_inputs,), layers, draw(st.sampled_from([None, cr.Normal(0.5), cr.LeCun()]))),
        "x": generator.normal(size=(n, n_inputs)),
        "y": y,
        "loss": loss,
        "optimizer": draw(optimizers((cr.SGD, cr.Momentum, cr.Adam)) if are_plain else optimizers()),
        "seed": draw(st.integers(0, 9)),
        "penalty": draw(st.sampled_from([None, cr.L2(0.01)])),
        "clip": draw(st.sampled_from([None, 0.3])),
    }
    if draw(st.booleans()):
        theta = settings["network"].initialize(settings["seed"])
        settings["theta"] = theta + generator.normal(size=theta.shape) / 8
    if not are_plain:
        settings["batch_size"] = draw(st.sampled_from([None, 2, 8]))
        settings["engine"] = draw(st.sampled_from(["auto", "numpy"]))
    return settings


@given(task=tasks(are_plain=False), epochs=st.sampled_from([1, 9, 250]))
@examples(30)
def test_the_library_script_of_a_drawn_run_gives_its_bits(task: dict[str, Any], epochs: int):
    run = cr.train(**task, epochs=epochs)
    source = cr.script(run, task["x"], task["y"])
    names, losses = executed(source)
    assert np.array_equal(names["run"].model.theta, run.model.theta), source
    assert losses == run.history["loss"].tolist(), source
    assert names["run"].final_loss == run.final_loss, source


@given(task=tasks(are_plain=False), data=st.data())
@examples(15)
def test_changes_on_the_way_are_repeated_between_their_steps(task: dict[str, Any], data: Any):
    training = cr.iterate(**task, epochs=40)
    for _ in range(data.draw(st.integers(1, 4))):
        training.advance(data.draw(st.integers(1, 5)))
        change = data.draw(st.sampled_from(["optimizer", "learning_rate", "penalty", "clip"]))
        drawn = {"optimizer": optimizers(), "learning_rate": RATES}.get(change, st.none())
        training.change(**{change: data.draw(drawn)})
    while training.state.batch:
        training.advance()
    run = training.result()
    source = cr.script(run, task["x"], task["y"])
    assert np.array_equal(executed(source)[0]["run"].model.theta, run.model.theta), source


@given(task=tasks(are_plain=True))
@examples(60)
def test_the_numpy_script_of_a_drawn_run_gives_its_numbers(task: dict[str, Any]):
    run = cr.train(**task, epochs=100, record_every=1, engine="numpy")
    source = cr.numpy_script(run, task["x"], task["y"])
    names, losses = executed(source)
    assert "chainrule" not in source
    assert np.allclose(losses, run.history["loss"], rtol=1e-12, atol=1e-12), source
    parameters = [each for each in run.model.network.parameters(run.model.theta) if each]
    for weights, each in zip(names["W"], parameters, strict=True):
        assert np.allclose(weights, each["weights"], rtol=1e-12, atol=1e-12), source
    for bias, each in zip(names.get("b", []), parameters, strict=False):
        assert np.allclose(bias[:, 0], each["bias"], rtol=1e-12, atol=1e-12), source


@pytest.mark.parametrize("optimizer", [cr.SGD(0.3), cr.Momentum(0.1), cr.Adam(0.02)], ids=str)
@pytest.mark.parametrize("bias", [True, False], ids=["biases", "none"])
def test_both_scripts_repeat_edits_by_hand_at_their_steps(optimizer: Any, bias: bool):
    x, y = cr.datasets.moons(n=40)
    network = cr.mlp(2, 4, 3, 1, activation="tanh", bias=bias)
    settings = {"loss": cr.HalfSquaredError(), "optimizer": optimizer, "penalty": cr.L2(0.01), "clip": 0.5}
    training = cr.iterate(network, x, y, epochs=100, record_every=1, engine="numpy", **settings)
    last = network.n_parameters - 1
    for steps, edits in ((20, [(3, 0.5)]), (1, [(last, -0.25), (9, 1.5), (9, 2.5)]), (79, [(0, 0.125)])):
        training.advance(steps)
        for place, number in edits:
            training.edit(place, number)
    run = training.result()
    assert np.array_equal(executed(cr.script(run, x, y))[0]["run"].model.theta, run.model.theta)
    source = cr.numpy_script(run, x, y)
    names, losses = executed(source)
    assert np.allclose(losses, run.history["loss"], rtol=1e-12, atol=1e-12), source
    parameters = [each for each in network.parameters(run.model.theta) if each]
    arrays = [*names["W"], *(each[:, 0] for each in names.get("b", []))]
    own = [*(each["weights"] for each in parameters), *(each["bias"] for each in parameters if bias)]
    for found, each in zip(arrays, own, strict=True):
        assert np.allclose(found, each, rtol=1e-12, atol=1e-12), source
    assert names["W"][0][0, 0] == 0.125  # after the last step
    assert linted(source) == ""


def test_no_activation_and_no_loss_of_the_library_is_missing():
    assert {*formulas.ACTIVATIONS, cr.Identity} == {*ACTIVATIONS.values()}
    assert {*formulas.LOSSES} == {*LOSSES.values()}


def xor(**settings: Any) -> tuple[cr.Run, Any, Any]:
    """A short run on xor, with its samples."""
    x, y = cr.datasets.xor()
    task = {"loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.5), "epochs": 3}
    network = settings.pop("network", cr.mlp(2, 3, 1))
    return cr.train(network, x, y, **task | settings), x, y


NO_SCRIPT = {
    "Conv1D": {"network": cr.Network((2,), [cr.Dense(2), cr.BatchNorm(), cr.Dense(1)])},
    "Dropout": {"network": cr.Network((2,), [cr.Dense(2), cr.Dropout(0.5), cr.Dense(1)])},
    "takes 5 at a time": {"batch_size": 5},
    "SGD, Momentum and Adam": {"optimizer": cr.RMSprop(0.1)},
    "a learning rate that stays the same": {"optimizer": cr.SGD(cr.Cosine(0.1, steps=9))},
    "for float64": {"dtype": "float32"},
    "trained several": {"seed": [1, 2]},
    "one activation after each": {"network": cr.Network((2,), [cr.Dense(2), cr.ReLU(), cr.Tanh(), cr.Dense(1)])},
    "all with biases or none": {"network": cr.Network((2,), [cr.Dense(2, bias=False), cr.Dense(1)])},
    "expected at most 4,000": {"network": cr.mlp(2, 99, 99, 1)},
}
NO_SCRIPT["BatchNorm"] = NO_SCRIPT.pop("Conv1D")


@pytest.mark.parametrize("why", NO_SCRIPT)
def test_where_numpy_alone_does_not_do_a_sentence_says_why(why: str):
    run, x, y = xor(**NO_SCRIPT[why])
    with pytest.raises(cr.SettingError, match=rf"^there is no script in NumPy alone: it .*{why}.*\.$"):
        cr.numpy_script(run, x, y)
    executed(cr.script(run, x, y))


def test_changes_leave_no_numpy_script():
    x, y = cr.datasets.xor()
    training = cr.iterate(cr.mlp(2, 3, 1), x, y, loss=cr.SquaredError(), optimizer=cr.SGD(0.5), epochs=9)
    training.advance(4)
    training.change(learning_rate=0.1)
    training.advance(5)
    with pytest.raises(cr.SettingError, match="these changed at step 5"):
        cr.numpy_script(training.result(), x, y)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"sample_weight": np.arange(1.0, 22.0)}, "keeps no sample weights"),
        ({"augment": [cr.Noise(0.1)], "batch_size": 7}, "keeps no augmented samples"),
        ({"early_stopping": cr.EarlyStopping(2)}, "went back to its best epoch"),
    ],
)
def test_a_run_that_no_script_repeats_says_why(settings: dict[str, Any], why: str):
    run, x, y = xor(**settings)
    with pytest.raises(cr.SettingError, match=why):
        cr.script(run, x, y)


def test_a_class_from_outside_is_refused_since_its_name_would_be_code():
    class Own(cr.SGD):
        """An optimizer of somebody's."""

    run, x, y = xor(optimizer=Own(0.1))
    with pytest.raises(cr.SettingError, match="of a class from outside chainrule"):
        cr.script(run, x, y)


def test_many_samples_are_refused():
    run, *_ = xor()
    with pytest.raises(cr.DataError, match="at most 60,000 numbers"):
        cr.script(run, np.zeros((40_000, 2)), np.zeros(40_000))


@pytest.mark.parametrize(
    "network",
    [
        cr.mlp(2, 3, 1),
        cr.mlp(2, 3, 1, activation="tanh"),
        cr.mlp(2, 3, 1, activation=cr.LeakyReLU(0.3), output="identity", bias=False),
        cr.mlp(2, 3, 3, 1, activation="relu", output="sigmoid", initializer=cr.Normal(0.1)),
        cr.mlp(5, 1, output="identity"),
        cr.Network((2,), [cr.Dense(3), cr.Tanh(), cr.Dense(3), cr.ReLU(), cr.Dense(1, bias=False)]),
        cr.Network((1, 8, 8), [cr.Conv2D(3, 3), cr.ReLU(), cr.MaxPool(2), cr.Flatten(), cr.Dense(5), cr.Dense(2)]),
        cr.Network((4,), [cr.Residual([cr.Dense(4), cr.ReLU()]), cr.Dense(1)]),
    ],
)
def test_a_network_is_written_as_it_is(network: cr.Network):
    source = "\n".join(network_source(network))
    names: dict[str, Any] = {"cr": cr}
    exec(source, names)
    assert names["network"] == network
    assert ("cr.mlp" in source) == (len({type(each) for each in network.layers}) <= 3 and "Network(" not in source)


def test_scripts_pass_the_linter_and_run_as_files(tmp_path: Path):
    run, x, y = xor(
        network=cr.mlp(2, 4, 4, 1, activation=cr.LeakyReLU(0.2), output="identity"),
        optimizer=cr.Adam(0.03),
        epochs=7,
        penalty=cr.L2(0.001),
        clip=1.0,
        theta=np.random.default_rng(0).normal(size=37),
    )
    sources = cr.script(run, x, y), cr.numpy_script(run, x, y)
    assert linted(*sources) == ""
    for source in sources:
        path = tmp_path / "script.py"
        path.write_text(source, encoding="utf-8")
        said = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True).stdout
        assert said.startswith(f"0 {run.history['loss'][0]}"[:12])
