"""The commands as a user types them: formats, files, help. In this process, where that shows the same."""

import csv
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import chainrule
from chainrule.core.engine import extension
from chainrule.core.extras import advice
from chainrule.lab.report.reference import TASKS, Lab
from commands import invoke, lines_of
from optional import needed

LOG = re.compile(r"Epoch (\d+) Loss: (\d+\.\d{6})")
ROW = re.compile(r"Iter (\d+)  Ground Truth: ([01])  Prediction: (\d\.\d{6})")
QUICK_XOR = ("train", "xor", "--optimizer", "adam", "--learning-rate", "0.05", "--epochs", "1000")


def pets(path: Path, n: int, kinds: tuple[str, ...] = ("cat", "dog", "horse"), seed: int = 0) -> Path:
    """A table of animals that are told apart by their weight."""
    generator = np.random.default_rng(seed)
    rows = [(kinds[i % len(kinds)], 100 * (i % len(kinds)) + generator.normal(), generator.normal()) for i in range(n)]
    path.write_text("kind,weight,mood\n" + "".join(f"{kind},{a:.4f},{b:.4f}\n" for kind, a, b in rows))
    return path


class TestTrain:
    def test_xor_in_the_formats_of_the_reference(self):
        out = lines_of(*QUICK_XOR)
        log, heading, rows, last = out[:20], out[20], out[21:-1], out[-1]
        assert [int(LOG.fullmatch(line)[1]) for line in log] == list(range(0, 1000, 50))
        assert heading == "Tested on the 21 samples it was trained on:"
        assert [int(ROW.fullmatch(row)[1]) for row in rows] == list(range(21))
        assert "".join(ROW.fullmatch(row)[2] for row in rows) == "010101010100101010101"
        assert last == "Test Accuracy: 100.00%"

    def test_linear_is_tested_on_a_fresh_draw(self):
        out = lines_of("train", "linear", "--epochs", "40", "--learning-rate", "3")
        assert out[20] == "Tested on a fresh draw of 100 points:"
        _, y = chainrule.datasets.linear(seed=32)  # the points that the report asks
        assert [int(ROW.fullmatch(row)[2]) for row in out[21:-1]] == y[:, 0].tolist()
        assert re.fullmatch(r"Test Accuracy: \d+\.\d\d%", out[-1])

    @pytest.mark.parametrize("name", ["linear", "xor"])
    def test_without_settings_it_is_a_start_of_the_reference_lab(self, name: str):
        lab = Lab(epochs=100)
        x, y = lab.training(TASKS[name], 3).points()
        settings = {"loss": lab.loss, "optimizer": lab.optimizer(TASKS[name]), "epochs": 100, "seed": 3}
        run = chainrule.train(lab.network, x, y, **settings, record_every=5)
        shown = [
            float(LOG.fullmatch(line)[2]) for line in lines_of("train", name, "--epochs", "100", "--seed", "3")[:20]
        ]
        np.testing.assert_allclose(shown, 2 * run.history["loss"], atol=5e-7)

    def test_the_loss_shown_is_the_full_mean_squared_error_without_the_penalty(self):
        plain = lines_of("train", "xor", "--epochs", "1")[0]
        assert lines_of("train", "xor", "--epochs", "1", "--loss", "squared_error", "--output", "sigmoid")[0] == plain
        assert lines_of("train", "xor", "--epochs", "1", "--penalty", "0.1")[0] == plain

    def test_every_setting_reaches_the_run(self, tmp_path: Path):
        save = tmp_path / "m.npz"
        lines_of(
            *("train", "moons", "--points", "60", "--noise", "0.2", "--data-seed", "4", "--layers", "3,2", "--no-bias"),
            *("--activation", "tanh", "--output", "sigmoid", "--initializer", "he", "--dtype", "float32"),
            *("--optimizer", "adamw", "--learning-rate", "0.01", "--beta1", "0.8", "--beta2", "0.99"),
            *("--epsilon", "1e-6", "--weight-decay", "0.1", "--epochs", "7", "--batch-size", "8", "--seed", "5"),
            *("--penalty", "0.001", "--clip", "1", "--standardize", "--save", save),
        )  # fmt: skip
        model = chainrule.Model.load(save)
        x, y = chainrule.datasets.moons(60, noise=0.2, seed=4)
        scale = chainrule.Standardizer.fit(x)
        run = chainrule.train(
            chainrule.mlp(2, 3, 2, 1, activation="tanh", output="sigmoid", bias=False, initializer=chainrule.He()),
            scale.apply(x),
            y,
            loss=chainrule.HalfSquaredError(),
            optimizer=chainrule.AdamW(0.01, 0.8, 0.99, 1e-6, 0.1),
            epochs=7,
            batch_size=8,
            seed=5,
            dtype="float32",
            penalty=chainrule.L2(0.001),
            clip=1,
        )
        assert model.network == run.model.network
        assert model.standardizer == scale
        assert model.theta.dtype == np.float32
        np.testing.assert_array_equal(model.theta, run.model.theta)

    def test_no_bias_correction_is_the_adam_of_the_reference(self, tmp_path: Path):
        adam = ("train", "xor", "--optimizer", "adam", "--epochs", "30")
        assert lines_of(*adam) != lines_of(*adam, "--no-bias-correction")

    def test_no_hidden_layers(self, tmp_path: Path):
        for layers in ("none", ""):
            lines_of("train", "linear", "--layers", layers, "--epochs", "2", "--save", tmp_path / "flat.npz")
            assert chainrule.Model.load(tmp_path / "flat.npz").network == chainrule.mlp(
                2, 1, initializer=chainrule.Normal()
            )

    def test_early_stopping_says_when_and_why(self):
        result = invoke("train", "moons", "--validation", "0.3", "--early-stopping", "2", "--learning-rate", "300")
        assert result.exit_code == 0
        assert re.fullmatch(
            r"Stopped early at epoch \d+: no better validation loss than [\d.e-]+ of epoch (\d+) in 2 epochs\. "
            r"The model is that of epoch \1\.\n",
            result.stderr.splitlines(keepends=True)[0],
        )

    def test_the_engine_is_chosen(self, tmp_path: Path):
        invoke("train", "xor", "--epochs", "2000", "--engine", "NumPy", "--save", tmp_path / "xor.npz")
        assert chainrule.Model.load(tmp_path / "xor.npz").engine == "numpy (asked for)"
        said = invoke("train", "xor", "--engine", "fast").stderr
        assert 'engine must be "auto", "numpy" or "compiled"; got \'fast\'' in said

    def test_the_history_is_kept(self, tmp_path: Path):
        lines_of("train", "xor", "--epochs", "100", "--validation", "0.2", "--history", tmp_path / "h.csv")
        rows = list(csv.reader((tmp_path / "h.csv").read_text().splitlines()))
        assert rows[0] == ["epoch", "step", "loss", "validation_loss"]
        assert [int(row[0]) for row in rows[1:]] == list(range(100))

    @pytest.mark.parametrize("name", ["xor_cloud", "circles", "moons", "spiral", "gaussians"])
    def test_every_named_set_trains(self, name: str):
        assert lines_of("train", name, "--epochs", "3")[-1].startswith("Test Accuracy: ")


class TestRealData:
    @pytest.fixture(autouse=True)
    def _extra(self):
        needed("sklearn")

    def test_digits_are_learnt_and_tested_on_a_quarter_held_out(self, tmp_path: Path):
        out = lines_of("train", "digits", "--epochs", "8", "--seed", "5", "--save", tmp_path / "digits.npz")
        assert out[8] == "Tested on 449 samples held out:"
        accuracy = float(re.match(r"Test Accuracy: (\d+\.\d\d)% \(always 4: 10\.24%\)$", out[-1])[1])
        assert accuracy > 90

        answers = lines_of("predict", tmp_path / "digits.npz", "digits")  # the same samples, whatever the seed
        assert answers[-1] == out[-1]
        assert len(answers) == 449 + 11 + 11 + 2
        model = chainrule.Model.load(tmp_path / "digits.npz")
        x, y = chainrule.datasets.digits()
        on_all = 100 * model.score(x.reshape(-1, 64), y)
        assert abs(on_all - accuracy) > 0.5  # the samples that were learnt are not among them

    def test_a_fraction_is_held_out_of_all_samples(self):
        assert "Tested on 898 samples held out:" in lines_of("train", "digits", "--epochs", "1", "--test", "0.5")

    def test_all_digits_are_printed_as_csv(self):
        rows = list(csv.reader(lines_of("data", "digits")))
        assert rows[0] == [*(f"x{k}" for k in range(1, 65)), "y"]
        x, y = chainrule.datasets.digits()
        table = np.array(rows[1:], dtype=float)
        assert (table[:, :-1] == x.reshape(-1, 64)).all()
        assert (table[:, -1] == y).all()


class TestFiles:
    def test_text_classes_from_end_to_end(self, tmp_path: Path):
        table, model = pets(tmp_path / "pets.csv", 60), tmp_path / "pets.npz"
        out = lines_of("train", table, "--target", "kind", "--test", "0.25", "--epochs", "200", "--save", model)
        assert "Tested on 15 samples held out:" in out
        row = re.compile(r"Sample \d+  True: (cat|dog|horse)  Predicted: (cat|dog|horse)  Probability: 0\.\d{6}")
        assert len([line for line in out if row.fullmatch(line)]) == 15
        assert out[-10:] == [
            "class  samples  precision  recall      F1",
            "cat          5     100.0%  100.0%  100.0%",
            "dog          5     100.0%  100.0%  100.0%",
            "horse        5     100.0%  100.0%  100.0%",
            "true\\predicted  cat  dog  horse",
            "cat               5    0      0",
            "dog               0    5      0",
            "horse             0    0      5",
            out[-2],
            "Test Accuracy: 100.00% (always cat: 33.33%)",
        ]
        assert re.fullmatch(r"Test Log Loss: 0\.0\d{5} \(always the classes' shares: 1\.098612\)", out[-2])

        loaded = chainrule.Model.load(model)
        assert loaded.classes == ("cat", "dog", "horse")
        assert isinstance(loaded.loss, chainrule.SoftmaxCrossEntropy)
        assert loaded.standardizer is not None
        two_of_three = pets(tmp_path / "more.csv", 9, ("cat", "dog"), seed=1)
        assert (
            lines_of("predict", model, two_of_three, "--target", "kind")[-1]
            == "Test Accuracy: 100.00% (always cat: 55.56%)"
        )

    def test_two_text_classes_need_one_output(self, tmp_path: Path):
        lines_of("train", pets(tmp_path / "pets.csv", 20, ("no", "yes")), "--target", "0", "--save", tmp_path / "m.npz")
        model = chainrule.Model.load(tmp_path / "m.npz")
        assert isinstance(model.loss, chainrule.BinaryCrossEntropy)
        assert model.network.output_shape == (1,)

    @pytest.mark.parametrize("loss", ["squared_error", "half_squared_error"])
    def test_squared_errors_of_three_classes_have_an_output_each(self, tmp_path: Path, loss: str):
        out = lines_of("train", pets(tmp_path / "p.csv", 60), "--target", "kind", "--loss", loss, "--output", "sigmoid")
        assert re.search(r"Sample 59 .*Predicted: \w+  Output: 0\.\d{6}$", "\n".join(out), re.MULTILINE)
        assert out[-1] == "Training Accuracy: 100.00% (always cat: 33.33%)"

    def test_a_quantity_has_its_errors_and_r2(self, tmp_path: Path):
        x = np.random.default_rng(0).normal(size=(60, 2))
        chainrule.datasets.write_csv(tmp_path / "prices.csv", x, x @ [2.0, -1.0] + 3, target="price")
        out = lines_of("train", tmp_path / "prices.csv", "--save", tmp_path / "m.npz")
        assert re.fullmatch(r"Sample 59  True: -?\d\.\d{5}  Predicted: -?\d\.\d{5}", out[-4])
        assert re.fullmatch(r"Training Mean Absolute Error: 0\.0\d+ \(always the mean: 1\.\d{5}\)", out[-3])
        assert re.fullmatch(r"Training Root Mean Squared Error: 0\.0\d+ \(always the mean: 1\.\d{5}\)", out[-2])
        assert re.fullmatch(r"Training R²: 0\.99\d{4}", out[-1])
        again = lines_of("predict", tmp_path / "m.npz", tmp_path / "prices.csv")
        assert again == [line.replace("Training", "Test") for line in out[21:]]

    def test_zeros_and_ones_are_two_classes(self, tmp_path: Path):
        x, y = chainrule.datasets.xor()
        chainrule.datasets.write_csv(tmp_path / "xor.csv", x, y)
        out = lines_of("train", tmp_path / "xor.csv", "--epochs", "400")
        sample = r"^Sample 20  True: 1  Predicted: 1  Probability: \d\.\d{6}$"
        assert re.search(sample, "\n".join(out), re.MULTILINE)
        assert out[-4].startswith("Training ROC AUC: 1.0000 (by chance: 0.5)")
        assert out[-1] == "Training Accuracy: 100.00% (always 0: 52.38%)"

    def test_whole_numbers_of_an_npz_are_classes(self, tmp_path: Path):
        y = np.arange(60) % 3
        np.savez(tmp_path / "a.npz", x=np.eye(3)[y], y=y)
        out = lines_of("train", tmp_path / "a.npz", "--epochs", "50")
        assert any(line.startswith("Sample 59  True: 2  Predicted: 2  Probability: ") for line in out)

    def test_a_pipe_gets_every_row_unless_told_otherwise(self, tmp_path: Path):
        words = ("train", pets(tmp_path / "p.csv", 105), "--target", "kind", "--epochs", "1")
        rows = [line for line in lines_of(*words) if line.startswith("Sample")]
        assert (len(rows), rows[-1].split()[:2]) == (105, ["Sample", "104"])
        few = lines_of(*words, "--rows", "4")
        assert [line for line in few if line.startswith("Sample")] == rows[:4]
        assert "... and 101 rows more; --rows all prints all." in few
        assert lines_of(*words, "--rows", "all") == lines_of(*words)
        none = lines_of(*words, "--rows", "0")
        assert none[none.index("Tested on the 105 samples it was trained on:") + 1].startswith("class")

    def test_quiet_leaves_the_result(self, tmp_path: Path):
        words = ("xor", "--epochs", "40", "--save", tmp_path / "m.npz")
        result = lines_of("train", *words)[-1:]
        said = invoke("train", *words, "--quiet")
        assert (said.stdout.splitlines(), said.stderr) == (result, "")
        assert lines_of("predict", tmp_path / "m.npz", "xor", "-q") == result


class TestPredict:
    @pytest.fixture
    def model(self, tmp_path: Path) -> Path:
        lines_of(
            "train",
            pets(tmp_path / "pets.csv", 30),
            "--target",
            "kind",
            "--epochs",
            "200",
            "--save",
            tmp_path / "m.npz",
        )
        return tmp_path / "m.npz"

    @pytest.mark.parametrize("name", ["xor", "linear"])
    def test_it_repeats_the_rows_that_train_printed(self, tmp_path: Path, name: str):
        trained = lines_of("train", name, "--epochs", "20", "--save", tmp_path / "m.npz")
        assert lines_of("predict", tmp_path / "m.npz", name) == trained[21:]

    def test_data_without_a_target(self, model: Path, tmp_path: Path):
        (tmp_path / "new.csv").write_text("weight,mood\n0.1,0\n199,1\n")
        out = lines_of("predict", model, tmp_path / "new.csv")
        assert [re.sub(r"[\d.]+$", "", line) for line in out] == [
            "Sample 0  Predicted: cat  Probability: ",
            "Sample 1  Predicted: horse  Probability: ",
        ]

    def test_the_answers_as_csv(self, model: Path, tmp_path: Path):
        out = lines_of("predict", model, tmp_path / "pets.csv", "--target", "kind", "--csv", tmp_path / "out.csv")
        assert out[-1].startswith("Test Accuracy: 100.00% (always ")
        header, first, *rest = csv.reader((tmp_path / "out.csv").read_text().splitlines())
        assert header == [
            *("weight", "mood", "kind", "prediction"),
            *("probability_cat", "probability_dog", "probability_horse"),
        ]
        assert first[2:4] == ["cat", "cat"]
        assert len(rest) == 29
        outputs = chainrule.Model.load(model).probabilities([[float(each) for each in first[:2]]])
        np.testing.assert_allclose([float(each) for each in first[4:]], outputs[0], rtol=1e-12)

    def test_csv_on_standard_output(self, model: Path, tmp_path: Path):
        (tmp_path / "new.csv").write_text("weight,mood\n0.1,0\n")
        header, row = csv.reader(lines_of("predict", model, tmp_path / "new.csv", "--csv", "-"))
        assert header[:3] == ["weight", "mood", "prediction"]
        assert row[:3] == ["0.1", "0.0", "cat"]

    def test_a_quantity_without_a_target(self, tmp_path: Path):
        (tmp_path / "t.csv").write_text("a,y\n0,1.5\n1,2.5\n2,3.5\n")
        (tmp_path / "n.csv").write_text("a\n0\n1\n")
        lines_of("train", tmp_path / "t.csv", "--epochs", "3", "--save", tmp_path / "m.npz")
        out = lines_of("predict", tmp_path / "m.npz", tmp_path / "n.csv")
        assert all(re.fullmatch(r"Sample [01]  Predicted: -?\d+\.\d{6}", line) for line in out)
        assert len(out) == 2


class TestHelp:
    @pytest.mark.parametrize("command", ["report", "train", "predict"])
    def test_each_command_shows_examples_within_80_columns(self, command: str):
        out = lines_of(command, "--help")
        assert any(line.strip().startswith(f"$ chainrule {command} ") for line in out)
        assert max(map(len, out)) <= 80

    def test_alone_it_shows_the_help(self):
        assert invoke().output.strip().startswith(invoke("--help").output.strip())

    def test_version_names_the_engine(self, monkeypatch: pytest.MonkeyPatch):
        named = f"chainrule {chainrule.__version__}, engine: "
        monkeypatch.delenv("CHAINRULE_INSTRUCTIONS", raising=False)
        monkeypatch.setattr(extension, "_engine", SimpleNamespace(TABLES=["avx2", "baseline"]))
        assert lines_of("--version") == [named + "avx2"]
        monkeypatch.setenv("CHAINRULE_INSTRUCTIONS", "baseline")
        assert lines_of("--version") == [named + "baseline"]
        monkeypatch.setenv("CHAINRULE_INSTRUCTIONS", "avx9")
        assert "unknown CHAINRULE_INSTRUCTIONS 'avx9'" in invoke("--version").output
        monkeypatch.setattr(extension, "_engine", None)
        assert lines_of("--version") == [named + "numpy (no compiled extension)"]


class TestReport:
    def test_it_says_where_the_page_is(self, tmp_path: Path):
        pytest.importorskip("matplotlib")
        out = ("--out", tmp_path / "lab", "--only", "curves")  # all of it: test_print.py, and .ci/run
        (said,) = lines_of("report", "--epochs", "20", "--starts", "2", "--seed", "1", *out)
        page = Path(said.removeprefix("The report is "))
        assert page.parent == tmp_path / "lab"
        assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
        lab = json.loads((page.parent / "results.json").read_text(encoding="utf-8"))["settings"]
        assert (lab["epochs"], lab["starts"], lab["seed"]) == (20, 2, 1)

    def test_without_its_extra_it_says_what_to_install(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        result = invoke("report", "--out", tmp_path / "lab")
        assert (result.exit_code, result.stdout) == (2, "")
        assert re.fullmatch(rf"Error: .*{re.escape(advice('report'))}\.\n", result.stderr)
