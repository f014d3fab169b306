"""`--network`, a network as text, with each command; and the errors of a wrong text."""

import re
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from commands import invoke, lines_of
from optional import needed

needed("sklearn")

LENET = "conv(8,3,padding=same) relu pool(2) conv(16,3) relu pool(2) flatten dense(10)"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A convolutional network after one epoch on digits, and what `train` said."""
    model = tmp_path_factory.mktemp("models") / "digits.npz"
    return model, lines_of("train", "digits", "--network", LENET, "--epochs", "1", "--save", model)


def test_it_is_the_run_of_the_same_network_in_python(trained: tuple[Path, list[str]]):
    model = cr.Model.load(trained[0])
    layers = [
        *(cr.Conv2D(8, 3, padding="same"), cr.ReLU(), cr.MaxPool(2)),
        *(cr.Conv2D(16, 3), cr.ReLU(), cr.MaxPool(2)),
        *(cr.Flatten(), cr.Dense(10)),
    ]
    assert model.network == cr.Network((1, 8, 8), layers)
    data = cr.DataSet("digits").read()
    learnt = np.setdiff1d(np.arange(len(data.x)), data.test_rows)
    settings = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.Adam(0.01), "epochs": 1, "batch_size": 32, "seed": 0}
    run = cr.train(model.network, data.x[learnt], data.y[learnt], **settings)
    np.testing.assert_array_equal(model.theta, run.model.theta)
    assert float(re.match(r"Test Accuracy: (.*?)% \(always ", trained[1][-1])[1]) > 60


def test_the_saved_model_predicts_images_and_rows_of_64_numbers(trained: tuple[Path, list[str]], tmp_path: Path):
    model, said = trained
    assert lines_of("predict", model, "digits")[-1] == said[-1]
    lines_of("data", "digits", "--out", tmp_path / "all.csv")
    x, y = cr.datasets.digits()
    accuracy = f"Test Accuracy: {100 * cr.Model.load(model).score(x, y):.2f}%"
    assert lines_of("predict", model, tmp_path / "all.csv")[-1].startswith(accuracy)
    np.savez(tmp_path / "all.npz", x=x, y=y)
    assert lines_of("predict", model, tmp_path / "all.npz")[-1].startswith(accuracy)
    header, first, *_ = lines_of("predict", model, tmp_path / "all.csv", "--csv", "-")
    assert header.startswith("x1,x2,")
    assert len(first.split(",")) == 64 + 2 + 10


def test_images_of_a_file_are_standardised_by_channel(tmp_path: Path):
    x, y = cr.datasets.digits()
    np.savez(tmp_path / "images.npz", x=x[:200], y=y[:200])
    network = ("--network", "conv(4, 3) relu flatten dense(10)")
    out = lines_of("train", tmp_path / "images.npz", *network, "--epochs", "2", "--save", tmp_path / "m.npz")
    model = cr.Model.load(tmp_path / "m.npz")
    assert model.standardizer == cr.Standardizer.fit(x[:200])
    assert lines_of("predict", tmp_path / "m.npz", tmp_path / "images.npz")[-1] == out[-1].replace("Training", "Test")


def test_series_meet_the_convolution_of_series(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    x, y = np.random.default_rng(0).normal(size=(30, 1, 40)), np.arange(30) % 10
    monkeypatch.setitem(cr.lab.experiments.data.REAL, "mnist1d", lambda: (x, y, np.arange(10)))
    text = "conv(4, 5, stride=2) relu globalaveragepool dense(10)"
    lines_of("train", "mnist1d", "--network", text, "--epochs", "1", "--save", tmp_path / "m.npz")
    assert cr.Model.load(tmp_path / "m.npz").network.layers[0] == cr.Conv1D(4, 5, stride=2)


def test_the_start_is_the_one_that_is_asked_for(tmp_path: Path):
    network = ("--network", "dense(3) tanh dense(1)", "--epochs", "1", "--save", tmp_path / "m.npz")
    lines_of("train", "xor", *network)
    assert cr.Model.load(tmp_path / "m.npz").network.initializer is None
    lines_of("train", "xor", *network, "--initializer", "he")
    assert cr.Model.load(tmp_path / "m.npz").network.initializer == cr.He()


def test_check_has_a_row_for_each_layer_with_parameters():
    out = lines_of("check", "digits", "--network", "conv(3, 3) tanh pool(2) flatten dense(10)")
    assert [line.split()[:2] for line in out[1:3]] == [["1", "Conv2D(3,"], ["3", "Dense(10)"]]
    assert out[-1].startswith("The gradient is right")


def test_compare_takes_several():
    texts = ["dense(4) relu dense(1)", "dense(2) tanh dense(1)"]
    chosen = [word for text in texts for word in ("--network", text)]
    out = lines_of("compare", "xor", *chosen, "--epochs", "5", "--starts", "2", "--processes", "1")
    assert [line.split("  ")[0] for line in out] == ["network", *texts]


def test_a_config_may_hold_text_and_an_option_wins_over_it(tmp_path: Path):
    config = tmp_path / "e.toml"
    config.write_text('data = "xor"\nnetwork = "dense(3) tanh dense(1)"\nepochs = 2\n')
    run = ("train", "--config", config, "--save", tmp_path / "m.npz")
    lines_of(*run)
    assert cr.Model.load(tmp_path / "m.npz").network.layers == (cr.Dense(3), cr.Tanh(), cr.Dense(1))
    lines_of(*run, "--network", "dense(1)")
    assert cr.Model.load(tmp_path / "m.npz").network.layers == (cr.Dense(1),)
    said = invoke(*run, "--layers", "4")
    assert said.exit_code == 2
    assert said.stderr.startswith("Error: --layers is for a perceptron, and the network is NetworkText('dense(3)")


@pytest.mark.parametrize("option", [("--layers", "4"), ("--activation", "tanh"), ("--output", "tanh"), ("--no-bias",)])
def test_the_settings_of_a_perceptron_have_no_place_beside_it(option: tuple[str, ...]):
    said = invoke("train", "xor", "--network", "dense(1)", *option)
    sentence = f"Error: --network says all layers, so {option[0]} has no place beside it; leave one out.\n"
    assert (said.exit_code, said.stdout, said.stderr) == (2, "", sentence)


BAD = {
    "conv(8, 3) rellu": ("column 12: unknown layer 'rellu', did you mean relu? Choose from", 11, 5),
    "conv(8, 3": ("column 10: expected ')' or ',', got the end. Close the parenthesis", 9, 1),
    "conv(8, 9) flatten dense(10)": ("column 1: Conv2D(8, 9) expects an input that its kernel fits into", 0, 10),
    "flatten dense(7)": ("column 9: the network's output is (7,), and SoftmaxCrossEntropy() expects (10,)", 8, 8),
}


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("command", ["train", "check"])
def test_a_wrong_text_gets_a_sentence_and_a_mark(command: str, text: str):
    sentence, column, n_marks = BAD[text]
    said = invoke(command, "digits", "--network", text)
    assert (said.exit_code, said.stdout) == (2, "")
    first, shown, marks = said.stderr.splitlines()
    assert first.startswith(f"Error: {sentence}")
    assert (shown, marks) == (f"    {text}", " " * (4 + column) + "^" * n_marks)
