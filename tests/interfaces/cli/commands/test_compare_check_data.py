"""The commands compare, check and data, and `train --config`, as a user types them."""

import csv
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.core import gradient_check
from chainrule.lab.experiments.compare import compare
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.perceptron import Perceptron
from commands import invoke, lines_of

QUICK = ("--epochs", "30", "--starts", "3", "--processes", "1")


class TestCompare:
    def test_one_row_per_setting(self, tmp_path: Path):
        out = lines_of("compare", "xor", "--learning-rate", "0.1,1,3", *QUICK, "--csv", tmp_path / "runs.csv")
        header, *rows = (re.split(r"\s{2,}", line) for line in out)
        assert header == [
            *(
                "learning rate",
                "median loss",
                "lowest",
                "highest",
                "succeed",
                "diverge",
                "epochs needed",
                "accuracy",
            )
        ]
        experiment = Experiment("xor", Perceptron(initializer=cr.Normal()), epochs=30, starts=3)
        expected = compare(experiment, learning_rate=[0.1, 1.0, 3.0])
        assert [row[:2] for row in rows] == [[each.label, f"{each.median:.4f}"] for each in expected.summary()]
        assert (tmp_path / "runs.csv").read_text() == expected.to_csv() + "\n"

    def test_crossed_with_a_figure(self, tmp_path: Path):
        pytest.importorskip("matplotlib")
        figure = tmp_path / "f.svg"
        out = lines_of("compare", "moons", "--optimizer", "sgd,adam", "--layers", "2:3,3:none", *QUICK, "--out", figure)
        cells = [re.split(r"\s{2,}", line)[:2] for line in out[1:]]
        assert cells == [[each, layers] for each in ("SGD(0.5)", "Adam(0.01)") for layers in ("2", "3-3", "none")]
        assert ET.fromstring(figure.read_bytes()).tag.endswith("svg")

    @pytest.mark.parametrize(("name", "begins"), [("f.png", b"\x89PNG"), ("f.PDF", b"%PDF"), ("f.svg", b"<?xml")])
    def test_the_figures_name_decides_its_form(self, tmp_path: Path, name: str, begins: bytes):
        pytest.importorskip("matplotlib")
        lines_of("compare", "xor", "--bias", "yes,no", *QUICK, "--out", tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(begins)

    def test_success_is_not_spoken_of_for_a_quantity(self, tmp_path: Path):
        pytest.importorskip("matplotlib")
        x = np.random.default_rng(0).normal(size=(40, 2))
        cr.datasets.write_csv(tmp_path / "q.csv", x, 1000 * x[:, 0], target="price")
        words = ("compare", tmp_path / "q.csv", "--learning-rate", "0.01,0.1", *QUICK)
        header, *_ = lines_of(*words, "--out", tmp_path / "q.svg")
        names = ["learning rate", "median loss", "lowest", "highest", "diverge", "r2"]
        assert re.split(r"\s{2,}", header) == names
        figure = (tmp_path / "q.svg").read_text()
        assert "success" not in figure
        assert "at or below" not in figure
        header, first, _ = lines_of(*words, "--level", "100")
        assert re.split(r"\s{2,}", header) == [*names[:4], "succeed", "diverge", "epochs needed", "r2"]
        assert "3 of 3" in first

    def test_optimizers_at_the_same_rates(self):
        out = lines_of("compare", "xor", "--optimizer", "sgd,momentum", "--learning-rate", "0.1,1", *QUICK)
        assert [line.split()[:2] for line in out[1:]] == [
            [name, rate] for name in ("sgd", "momentum") for rate in ("0.1", "1")
        ]

    def test_every_setting(self, tmp_path: Path):
        for option, values in {
            "--momentum": "0.5,0.9",
            "--batch-size": "8,all",
            "--clip": "0.1,none",
            "--activation": "tanh,relu",
            "--bias": "yes,no",
            "--initializer": "he,normal",
            "--loss": "squared_error,binary_cross_entropy",
            "--penalty": "0,0.1",
            "--class-weight": "balanced,none",
            "--noise": "0,0.2",
        }.items():
            extra = ("--optimizer", "momentum") if option == "--momentum" else ()
            out = lines_of(
                "compare", "moons", option, values, "--epochs", "2", "--starts", "2", "--processes", "1", *extra
            )
            shown = [line.split()[0] for line in out[1:]]
            assert shown == (
                ["He()", "Normal()"] if option == "--initializer" else values.replace("all", "none").split(",")
            )

    def test_a_file(self, tmp_path: Path):
        x, y = cr.datasets.moons(40)
        cr.datasets.write_csv(tmp_path / "m.csv", x, y, target="kind")
        out = lines_of("compare", tmp_path / "m.csv", "--target", "kind", "--learning-rate", "0.01,0.1", *QUICK)
        assert len(out) == 3

    def test_it_keeps_what_is_finished(self, tmp_path: Path):
        arguments = ("compare", "xor", "--layers", "2:3", *QUICK, "--keep", tmp_path / "kept")
        first = lines_of(*arguments)
        times = {each: each.stat().st_mtime_ns for each in (tmp_path / "kept").iterdir()}
        assert lines_of(*arguments) == first
        assert {each: each.stat().st_mtime_ns for each in (tmp_path / "kept").iterdir()} == times

    def test_all_diverged(self):
        out = lines_of(
            *("compare", "moons", "--learning-rate", "1e5,1e6", "--loss", "squared_error", "--activation", "relu"),
            *QUICK,
        )
        assert out[-1] == "Every run diverged: try smaller learning rates, or --clip."


class TestCheck:
    def test_one_row_per_layer(self):
        header, *rows, last = lines_of("check")
        assert header.split() == ["layer", "verdict", "parameters", "directions", "largest", "error"]
        assert [row.split()[:4] for row in rows] == [
            ["1", "Dense(4)", "right", "12"],
            ["2", "Dense(4)", "right", "20"],
            ["3", "Dense(1)", "right", "5"],
        ]
        assert last == "The gradient is right: no error is above 1e-07."

    def test_a_network_of_the_users(self):
        out = lines_of("check", "gaussians", "--layers", "3", "--activation", "gelu", "--loss", "softmax_cross_entropy")
        assert len(out) == 4

    def test_a_wrong_gradient_fails(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(gradient_check, "TOLERANCE", 0.0)
        result = invoke("check", "xor")
        assert result.exit_code == 1
        assert "WRONG" in result.stdout

    @pytest.mark.parametrize(
        ("settings", "kinks"),
        [
            (
                ("xor", "--activation", "relu", "--output", "sigmoid"),
                [
                    "kink in 4 of 12 directions (8 kinks, the first at layer 1, unit 1, sample 0)",
                    "kink in 4 of 20 directions",
                ],
            ),
            (("digits", "--network", "conv(4,3) relu pool(2) flatten dense(10)"), ["kink in 4 of 40 directions"]),
        ],
        ids=["relu", "pool"],
    )
    def test_a_right_gradient_at_a_kink_is_right(self, settings: tuple[str, ...], kinks: list[str]):
        out = lines_of("check", *settings)
        said = [line for line in out if "kink" in line]
        assert out[-1] == "The gradient is right: no error is above 1e-07."
        for line, kink in zip(said, kinks, strict=True):
            assert kink in line


class TestData:
    def test_on_standard_output(self):
        rows = list(csv.reader(lines_of("data", "xor")))
        assert rows[0] == ["x1", "x2", "y"]
        x, y = cr.datasets.xor()
        np.testing.assert_array_equal(np.array(rows[1:], float), np.hstack([x, y]))

    def test_into_a_file_that_train_reads(self, tmp_path: Path):
        settings = ("--points", "9", "--noise", "0.2", "--seed", "4", "--arms", "3")
        assert lines_of("data", "spiral", *settings, "--out", tmp_path / "s.csv") == []
        table = cr.read_table(tmp_path / "s.csv")
        x, y = cr.datasets.spiral(9, noise=0.2, seed=4, arms=3)
        np.testing.assert_array_equal(table.x, x)
        np.testing.assert_array_equal(table.y, y[:, 0])


class TestConfig:
    TEXT = """
    data = { name = "moons", n = 40, seed = 3 }
    network = { layers = [3], activation = "tanh", initializer = "Normal" }
    optimizer = { type = "Momentum", learning_rate = 0.05 }
    epochs = 60
    batch_size = 8
    penalty = 0.001
    seed = 2
    """

    def test_it_is_what_the_options_would_say(self, tmp_path: Path):
        (tmp_path / "e.toml").write_text(self.TEXT)
        by_options = lines_of(
            *("train", "moons", "--points", "40", "--data-seed", "3", "--layers", "3", "--activation", "tanh"),
            *("--optimizer", "momentum", "--learning-rate", "0.05", "--epochs", "60", "--batch-size", "8"),
            *("--penalty", "0.001", "--seed", "2"),
        )
        assert lines_of("train", "--config", tmp_path / "e.toml") == by_options

    def test_given_options_win(self, tmp_path: Path):
        (tmp_path / "e.toml").write_text(self.TEXT)
        settings = ("--layers", "2,2", "--seed", "0", "--epochs", "20", "--learning-rate", "0.1", "--no-bias")
        by_options = lines_of(
            *("train", "xor", "--activation", "tanh", "--optimizer", "momentum", "--batch-size", "8"),
            *("--penalty", "0.001", *settings),
        )
        assert lines_of("train", "xor", "--config", tmp_path / "e.toml", *settings) == by_options

    def test_a_whole_network_and_a_file(self, tmp_path: Path):
        assert lines_of("data", "moons", "--points", "40", "--out", tmp_path / "m.csv") == []
        (tmp_path / "e.toml").write_text(
            f"data = {{ file = '{tmp_path / 'm.csv'}' }}\nepochs = 3\ntest = 0.25\n"
            "loss = 'half_squared_error'\n"  # a file of two classes has a cross-entropy, which takes no sigmoid
            "network = { type = 'Network', input_shape = [2], layers = [{ type = 'Dense', units = 1 }, 'Sigmoid'] }\n"
        )
        out = lines_of("train", "--config", tmp_path / "e.toml")
        assert "Tested on 10 samples held out:" in out


BAD = {
    "compare xor": "compare expects several values of a setting",
    "compare xor --learning-rate 0.1": "compare expects several values of a setting",
    "compare xor --learning-rate 0.1,x": "such as 0.01,0.1,1, each a number above 0; got '0.1,x'",
    "compare xor --learning-rate 0.1,-1": "each a number above 0; got '0.1,-1'",
    "compare xor --lr 0,5": "got '0,5'. A decimal number has a point: write 0.5.",
    "compare xor --epochs 10,1e3": "--epochs must be whole numbers",
    "compare xor --bias yes,maybe": "--bias must be yes, no, or yes,no; got 'yes,maybe'",
    "compare xor --layers 4:x": "--layers must be whole numbers with commas between",
    "compare xor --optimizer sgd,adamm": "unknown optimizer 'adamm'",
    "compare xor --bias yes,no --momentum 0.9": "sgd has no --momentum",
    "compare xor --noise 0,1": "the data set xor has no --noise",
    "compare xorr --bias yes,no": "no data set and no file 'xorr'",
    "compare xor --bias yes,no --out no/f.svg": "no; create it first",
    "compare xor --bias yes,no --out r.txt": "a figure's file name must end in .svg, .png or .pdf; got r.txt",
    "compare xor --bias yes,no --out figure": "must end in .svg, .png or .pdf; got figure",
    "compare xor --bias yes,no --level 0": "level must be a number above 0",
    "check xorr": "no data set and no file 'xorr'",
    "check xor --activation relo": "unknown activation 'relo'",
    "data xorr": "unknown data set 'xorr', did you mean xor? Choose from circles",
    "data xor --points 3": "the data set xor has no setting 'n'",
    "data moons --noise -1": "noise must be a number of 0 or more",
    "train --config nothing.toml": "there is no file nothing.toml",
    "train --config bad.toml": "unknown key 'epoch' of an experiment",
    "train --config good.toml --target y": "--target is for files; xor is a data set that has a name",
    "train --config good.toml --momentum 0.9": "sgd has no --momentum; it has --learning-rate",
}


@pytest.mark.parametrize(("command", "sentence"), BAD.items())
def test_bad_input_gets_its_sentence(command: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text('data = "xor"\nepoch = 3\n')
    (tmp_path / "good.toml").write_text('data = "xor"\nepochs = 3\n')
    result = invoke(*command.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert sentence in result.stderr


@pytest.mark.parametrize("command", ["compare", "check", "data", "train"])
def test_each_help_has_examples(command: str):
    out = lines_of(command, "--help")
    assert any(line.strip().startswith(f"$ chainrule {command}") for line in out)
    assert max(map(len, out)) <= 80
