"""A start written by hand: a textbook's worked example, number by number; files that don't fit the network."""

import json
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.experiments.start import written
from commands import invoke, output_of

WORKED = """
[layer.1]
weights = [[0.15, 0.20], [0.25, 0.30]]
bias = 0.35

[layer.2]
weights = [[0.40, 0.45], [0.50, 0.55]]
bias = [0.60, 0.60]
"""
"""The start of M. Mazur, "A step by step backpropagation example" (2015): 2-2-2 sigmoids, w1 to w8, b1 and b2."""

SETTINGS = (
    *("--layers", 2, "--activation", "sigmoid", "--output", "sigmoid", "--loss", "half_squared_error"),
    *("--optimizer", "sgd", "--learning-rate", 0.5),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("worked.toml").write_text(WORKED)
    np.savez("worked.npz", x=[[0.05, 0.10]], y=[[0.01, 0.99]])
    return tmp_path


def test_a_worked_example_has_its_published_numbers(folder: Path):
    words = ("explain", "worked.npz", *SETTINGS, "--start", "worked.toml", "--json")
    published = {  # gradients and weights after one step, of the same page
        "2:1:1": (0.082167041, 0.35891648),  # w5
        "2:1:2": (0.082667628, 0.408666186),  # w6
        "2:2:1": (-0.022602540, 0.511301270),  # w7
        "2:2:2": (-0.022740242, 0.561370121),  # w8
        "1:1:1": (0.000438568, 0.149780716),  # w1
        "1:1:2": (0.000877135, 0.19956143),  # w2
        "1:2:1": (0.000497713, 0.24975114),  # w3
        "1:2:2": (0.000995425, 0.29950229),  # w4
    }
    for weight, (gradient, after) in published.items():
        found = json.loads(output_of(*words, "--weight", weight))
        numbers = {float(f"{each:.9g}") for each in numbers_in(found)}
        assert any(abs(each - gradient) < 1e-9 for each in numbers), weight
        assert any(abs(each - after) < 1e-8 for each in numbers), weight


def numbers_in(value: object) -> list[float]:
    """All numbers in JSON."""
    if isinstance(value, dict):
        return [each for inner in value.values() for each in numbers_in(inner)]
    if isinstance(value, list):
        return [each for inner in value for each in numbers_in(inner)]
    return [value] if isinstance(value, float) else []


def test_train_check_and_a_config_begin_there(folder: Path):
    start = ("--start", "worked.toml")
    out = output_of("train", "worked.npz", *SETTINGS, *start, "--epochs", 1, "--history", "h.csv", "--save", "m.npz")
    assert out.startswith("Epoch 0 Loss: 0.298371")  # 0.298371109 before the step; for one sample, as published
    first = Path("h.csv").read_text().splitlines()[1]
    assert float(first.split(",")[-1]) == pytest.approx(0.298371109, abs=1e-9)
    after = cr.Model.load("m.npz")
    assert after.network.parameters(after.theta)[2]["weights"][0] == pytest.approx([0.35891648, 0.408666186], abs=1e-8)
    assert "The gradient is right" in output_of("check", "worked.npz", *SETTINGS[:8], *start)
    printed = output_of("train", "worked.npz", *SETTINGS, *start, "--epochs", 1, "--print-config")
    assert 'start = "worked.toml"' in printed
    Path("run.toml").write_text(printed)
    assert output_of("train", "--config", "run.toml", "--rows", 0).startswith("Epoch 0 Loss: 0.298371")


def test_what_a_file_leaves_out_is_drawn_for_each_member(folder: Path):
    Path("first.toml").write_text("[layer.1]\nweights = [[1, 2], [3, 4]]\n")
    network = cr.mlp(2, 2, 2, initializer=cr.Normal())
    drawn = network.initialize(7, population=3)
    theta = written(drawn, network, "first.toml")
    for member, before in zip(theta, drawn, strict=True):
        first, second = network.parameters(member), network.parameters(before)
        np.testing.assert_array_equal(first[0]["weights"], [[1, 2], [3, 4]])
        np.testing.assert_array_equal(first[0]["bias"], second[0]["bias"])
        np.testing.assert_array_equal(written(before, network, "first.toml"), member)
    experiment = cr.Experiment("xor", network=cr.Perceptron((2,)), epochs=3, starts=3, start="first.toml")
    runs = experiment.run()
    for k in range(3):
        alone = prepare(experiment).begin(seed=k)
        while alone.advance():
            pass
        np.testing.assert_allclose(runs.theta[k], alone.result().model.theta, rtol=1e-12)


def test_a_convolution_begins_there_too(folder: Path):
    network = cr.Network((1, 4, 4), [cr.Conv2D(1, 2), cr.BatchNorm(), cr.ReLU(), cr.Flatten(), cr.Dense(1)])
    Path("conv.toml").write_text("[layer.1]\nweights = [[[[1, 2], [3, 4]]]]\nbias = 5\n[layer.2]\nscale = [3.0]\n")
    theta = written(network.initialize(), network, "conv.toml")
    np.testing.assert_array_equal(theta[:5], [1, 2, 3, 4, 5])
    assert network.parameters(theta)[1]["scale"] == [3.0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("weights = [[1]]", r"s\.toml: expected a table for each layer, as \[layer\.1\] with weights = .*; got"),
        ("[layer]", r"expected a table for each layer"),
        ("layer = 3", r"expected a table for each layer"),
        ("[layer.3]\nbias = 1", r"there is no layer '3' with weights; there are 1 Dense\(2\), Sigmoid\(\); 2 Dense"),
        ("[layer.0]\nbias = 1", r"there is no layer '0' with weights"),
        ("[layer]\n1 = 2", r"layer 1: expected bias, weights, as \[layer\.1\] with weights"),
        ("[layer.1]\nweight = [[1]]", r"layer 1: Dense\(2\), Sigmoid\(\) has no 'weight', did you mean weights\?"),
        ("[layer.1]\nweights = [[1, 2], [3]]", r"weights: expected a row for each unit, .*; got rows of different"),
        ("[layer.1]\nweights = [[1, 2, 3], [4, 5, 6]]", r"in it a column for each input, \(2, 2\); got \(2, 3\)\."),
        ("[layer.1]\nweights = 1", r"\(2, 2\); got \(\)\."),
        ("[layer.1]\nbias = [1, 2, 3]", r"bias: expected a number for each unit, \(2,\); got \(3,\)\."),
        ("[layer.1]\nbias = [1, nan]", r"bias: expected finite numbers, a number for each unit; got"),
        ('[layer.1]\nbias = ["a", "b"]', r"expected finite numbers"),
        ("[layer.1]\nbias = true", r"expected finite numbers"),
        ("[layer.2]\nweights = [[1], [2]]", r"\(1, 2\); got \(2, 1\)\. These are its columns: write its rows\."),
        ("[layer.1", r"s\.toml isn't a start in TOML, such as \[layer\.1\] with weights.*; correct it there"),
    ],
)
def test_files_that_do_not_fit(folder: Path, text: str, sentence: str):
    Path("s.toml").write_text(text)
    network = cr.mlp(2, 2, 1)
    with pytest.raises((cr.SettingError, cr.FileError), match=sentence):
        written(network.initialize(), network, "s.toml")


def test_a_start_that_is_not_there_and_one_beside_a_model(folder: Path):
    done = invoke("train", "xor", "--start", "none.toml")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    output_of("train", "worked.npz", *SETTINGS, "--epochs", 1, "--save", "m.npz")
    done = invoke("explain", "worked.npz", "--model", "m.npz", "--start", "worked.toml")
    assert "--start is the model's own; leave it out beside --model." in done.stderr
