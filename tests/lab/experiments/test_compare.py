"""Comparisons: each member its single run, crossed settings, resumption, any number of processes, tables, figures."""

import csv
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.experiments import groups as module
from chainrule.lab.experiments.compare import compare
from chainrule.lab.experiments.data import DataSet
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.populations import in_groups
from chainrule.lab.experiments.settings import cross
from chainrule.lab.figures import svg

XOR = Experiment("xor", epochs=200, starts=3, seed=2)
MOONS = Experiment(
    DataSet("moons", n=40), Perceptron((8,), "relu"), cr.SquaredError(), cr.SGD(0.1), epochs=60, starts=3
)
"""Its learning rate of 1000 diverges."""


def same(a, b):
    for one, other in zip(a.runs, b.runs, strict=True):
        for name in ("seeds", "epochs", "losses", "final", "score", "reason", "ended", "theta"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    return True


@pytest.fixture(scope="module")
def crossed():
    return compare(MOONS, learning_rate=[0.01, 0.1, 1000], optimizer=["sgd", "momentum"], processes=1)


@pytest.mark.parametrize(
    "settings",
    [
        {"learning_rate": [0.1, 1.0, 3.0]},
        {"learning_rate": [0.1, 1.0], "momentum": [0.5, 0.9]},
        {"units": [1, 3], "activation": ["tanh", cr.LeakyReLU(0.1), cr.LeakyReLU(0.2)]},
        {"layers": [(), (4, 4)], "bias": [True, False]},
        {"penalty": [0.0, 0.01], "clip": [0.1, 1.0]},
        {"epochs": [50, 200], "loss": [cr.HalfSquaredError(), "binary_cross_entropy"]},
        {"optimizer": [cr.SGD(0.5), cr.Adam(0.01)], "batch_size": [None, 4]},
        {"initializer": [cr.Normal(0.5), cr.Normal(1.0), None]},
    ],
)
def test_each_member_is_its_single_run(settings):
    experiment = replace(XOR, optimizer=cr.Momentum(0.5))
    comparison = compare(experiment, **settings, processes=1)
    assert len(comparison.values) == np.prod([len(each) for each in settings.values()])
    for each, runs in zip(comparison.experiments, comparison.runs, strict=True):
        samples = each.data.read()
        network = each.network.build((2,), 1, each.loss)
        same_settings = ("loss", "optimizer", "epochs", "batch_size", "penalty", "clip")
        given = {name: getattr(each, name) for name in same_settings}
        assert runs.seeds.tolist() == [2, 3, 4]
        for k in (0, 2):
            run = cr.train(network, samples.x, samples.y, **given, seed=2 + k)
            np.testing.assert_allclose(runs.theta[k], run.model.theta, rtol=0, atol=1e-10)
            assert runs.score[k] == run.model.score(samples.x, samples.y, "accuracy")


def test_real_settings_are_one_population(monkeypatch):
    sizes = []

    def watched(experiments, seeds, report):
        sizes.append(len(seeds))
        return train(experiments, seeds, report)

    train = module.train_members
    monkeypatch.setattr(module, "train_members", watched)
    experiment = replace(XOR, epochs=5, starts=4)
    compare(experiment, learning_rate=[0.1, 0.2, 0.3, 0.4], processes=1)
    compare(experiment, learning_rate=[0.1, 0.2], units=[2, 3], processes=1)
    compare(replace(experiment, starts=32), learning_rate=[0.1, 0.2, 0.3, 0.4], processes=1)
    assert sizes == [16, 8, 8, 64, 64]


def test_large_activations_make_small_groups():
    large = Experiment(DataSet("moons", n=5000), Perceptron((64, 64)))
    assert [len(each) for each in in_groups(large, list(range(3)))] == [1, 1, 1]


def test_other_data_for_each_noise():
    comparison = compare(replace(MOONS, epochs=5), noise=[0.0, 0.3], processes=1)
    assert [each.data.noise for each in comparison.experiments] == [0.0, 0.3]
    assert not np.array_equal(comparison.runs[0].losses, comparison.runs[1].losses)


def test_the_number_of_processes_changes_nothing(crossed):
    pytest.importorskip("cloudpickle")
    settings = {"learning_rate": [0.01, 0.1, 1000], "optimizer": ["sgd", "momentum"]}
    assert same(crossed, compare(MOONS, **settings, processes=2))


class TestTable:
    def test_a_row_a_run(self, crossed):
        table = crossed.to_dict()
        assert list(table) == [
            *("learning_rate", "optimizer", "start", "seed", "final_loss", "accuracy", "reached", "ending", "epoch")
        ]
        assert {len(column) for column in table.values()} == {18}
        assert table["start"] == [0, 1, 2] * 6
        assert table["learning_rate"] == sorted(table["learning_rate"])
        assert table["optimizer"][:6] == ["sgd"] * 3 + ["momentum"] * 3
        for rate, loss, ending, epoch in zip(
            *(table[name] for name in ("learning_rate", "final_loss", "ending", "epoch")), strict=True
        ):
            assert (ending == "diverged") == (rate == 1000) == (loss is None)
            assert (epoch == 60) == (rate != 1000)

    def test_csv_and_pandas(self, crossed, tmp_path):
        text = crossed.to_csv(tmp_path / "t.csv")
        rows = list(csv.DictReader(text.splitlines()))
        assert (tmp_path / "t.csv").read_text() == text + "\n"
        assert [float(row["final_loss"]) for row in rows if row["final_loss"]] == [
            each for each in crossed.to_dict()["final_loss"] if each is not None
        ]
        frame = pytest.importorskip("pandas") and crossed.to_pandas()
        assert frame.groupby(["learning_rate", "optimizer"]).final_loss.count().tolist() == [3, 3, 3, 3, 0, 0]

    def test_summary(self, crossed):
        summary = crossed.summary()
        assert [each.diverged for each in summary] == [0, 0, 0, 0, 3, 3]
        assert np.isnan(summary[-1].median)
        first = crossed.runs[0].final
        assert summary[0].median == np.median(first)
        assert summary[0].succeeded == (first <= crossed.level).sum()
        assert summary[0].label == "0.01, sgd"
        assert next(iter(crossed.curves)) == (0.01, "sgd")

    def test_reached_is_the_first_record_at_the_level(self):
        comparison = compare(replace(XOR, epochs=400, optimizer=cr.Adam(0.1)), learning_rate=[0.1], level=0.02)
        (runs,) = comparison.runs
        for k, reached in enumerate(comparison.to_dict()["reached"]):
            assert runs.losses[runs.epochs < reached, k].min() > 0.02
            assert runs.losses[runs.epochs == reached, k] <= 0.02


class TestKeeping:
    def count(self, monkeypatch):
        calls = []

        def watched(*arguments):
            calls.append(len(arguments[1]))
            return train(*arguments)

        train = module.train_members
        monkeypatch.setattr(module, "train_members", watched)
        return calls

    def test_what_is_finished_is_not_computed_again(self, tmp_path, monkeypatch):
        calls = self.count(monkeypatch)
        settings = {"units": [2, 3, 4], "keep": tmp_path / "new" / "kept", "processes": 1}
        first = compare(XOR, **settings)
        files = sorted((tmp_path / "new" / "kept").iterdir())
        assert len(files) == len(calls) == 3
        times = [each.stat().st_mtime_ns for each in files]
        assert same(first, compare(XOR, **settings))
        assert len(calls) == 3
        files[1].unlink()
        files[2].write_bytes(b"half a fi")
        assert same(first, compare(XOR, **settings))
        assert len(calls) == 5
        assert files[0].stat().st_mtime_ns == times[0]

    def test_ctrl_c_in_the_middle(self, tmp_path, monkeypatch):
        calls = self.count(monkeypatch)
        settings = {"units": [2, 3, 4], "processes": 1}

        def impatient(task, done, total):
            if done > total / 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            compare(XOR, **settings, keep=tmp_path, progress=impatient)
        assert len(list(tmp_path.iterdir())) == 1
        assert same(compare(XOR, **settings, keep=tmp_path), compare(XOR, **settings))
        assert calls == [3] * 7  # two begun and one finished; then the two that were missing; then all three

    def test_other_settings_and_other_contents_are_other_results(self, tmp_path, monkeypatch):
        calls = self.count(monkeypatch)
        x, y = cr.datasets.xor()
        cr.datasets.write_csv(tmp_path / "d.csv", x, y)
        experiment = replace(XOR, data=str(tmp_path / "d.csv"), epochs=5)
        for changed in (experiment, replace(experiment, epochs=6), replace(experiment, seed=9)):
            compare(changed, learning_rate=[0.1], keep=tmp_path / "kept")
        cr.datasets.write_csv(tmp_path / "d.csv", x + 1e-9, y)
        compare(experiment, learning_rate=[0.1], keep=tmp_path / "kept")
        assert len(calls) == 4

    @pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
    def test_killed_in_the_middle_it_goes_on(self, tmp_path):
        pytest.importorskip("cloudpickle")
        program = (
            "import sys\n"
            "from chainrule.lab.experiments.compare import compare\n"
            "from chainrule.lab.experiments.experiment import Experiment\n"
            "experiment = Experiment('xor', starts=3, seed=2)\n"
            "compare(experiment, epochs=[20, 300_000_000], keep=sys.argv[1], processes=2)"
        )
        command = [sys.executable, "-c", program, str(tmp_path)]
        child = subprocess.Popen(
            command, env=os.environ | {"PYTHONPATH": str(Path(cr.__file__).parents[1])}, start_new_session=True
        )
        for _ in range(600):
            if list(tmp_path.glob("*.npz")):
                break
            time.sleep(0.05)
        os.killpg(child.pid, 9)
        child.wait()
        (kept,) = tmp_path.glob("*.npz")
        before = kept.stat().st_mtime_ns
        again = compare(XOR, epochs=[20, 30], keep=tmp_path, processes=1)
        assert kept.stat().st_mtime_ns == before
        assert same(again, compare(XOR, epochs=[20, 30], processes=1))


def test_progress_counts_up_to_the_whole(tmp_path):
    seen = []
    compare(XOR, units=[2, 3], processes=1, keep=tmp_path, progress=lambda *each: seen.append(each))
    assert {task for task, _, _ in seen} == {"Comparing"}
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert seen[-1] == ("Comparing", 1200, 1200)


class TestFigure:
    @pytest.fixture(autouse=True)
    def _needed(self):
        pytest.importorskip("matplotlib")

    @pytest.mark.parametrize(
        "settings",
        [
            {"learning_rate": [0.01, 0.1, 1000.0]},
            {"learning_rate": [1000.0]},
            {"optimizer": [cr.SGD(0.1), cr.Adam(0.01, bias_correction=False)]},
            {"learning_rate": [0.01, 0.1], "units": [1, 2, 3, 4, 5]},
            {"penalty": np.linspace(0, 1, 12).tolist()},
        ],
    )
    def test_it_is_well_formed_and_named(self, settings):
        panel = compare(replace(MOONS, epochs=20), **settings, processes=1).figure()
        root = ET.fromstring(panel)
        assert root.tag.endswith("svg")
        words = " ".join(root.itertext())
        assert "mean squared error" in words
        assert "epoch" in words
        ids = re.findall(r'\sid="([^"]+)"', panel)
        assert len(ids) == len(set(ids))
        known = {light for light, _ in svg.PALETTE.values()} | {"#a8508c"}
        assert set(re.findall(r"(?:fill|stroke): (#\w+)", panel)) <= known

    def test_the_numbers_stand_in_words_too(self, crossed):
        words = " ".join(ET.fromstring(crossed.figure()).itertext())
        assert "1000, sgd: no loss, 0 of 3 at or below 0.05, 3 diverged" in words
        assert "1000 (3 diverged)" in re.sub(r"\s+", " ", words)

    def test_the_same_comparison_gives_the_same_bytes(self, crossed):
        assert crossed.figure() == crossed.figure()


def test_crossed_settings_whose_optimizers_differ():
    grid = cross(replace(XOR, optimizer=cr.Adam(0.1)), {"learning_rate": [1, 2], "optimizer": ["rmsprop", "sgd"]})
    assert [each.optimizer for each in grid.values()] == [cr.RMSprop(1), cr.SGD(1), cr.RMSprop(2), cr.SGD(2)]


BAD = {
    "nothing": ({}, "expects a setting with its values"),
    "no list": ({"learning_rate": 0.5}, "learning_rate must be a list"),
    "empty": ({"learning_rate": []}, "learning_rate must be a list"),
    "unknown": (
        {"learnig_rate": [1]},
        "unknown setting to compare 'learnig_rate', did you mean learning_rate? Choose from activation, arms",
    ),
    "shared": ({"seed": [1, 2]}, "unknown setting to compare 'seed'"),
    "twice": ({"learning_rate": [1, 1.0]}, "each value should be named once; got 1 twice"),
    "not its own": ({"optimizer": ["sgd", "adam"], "momentum": [0.5]}, "unknown setting to compare 'momentum'"),
    "out of range": ({"learning_rate": [0.1, -1]}, "must be a number above 0; got -1"),
    "units": ({"units": [2, 2.5]}, "units must be a whole number of 1 or more; got 2.5"),
    "optimizer": ({"optimizer": ["adamm"]}, "unknown optimizer 'adamm'"),
    "data": ({"noise": [0.1]}, "the data set xor has no setting 'noise'"),
    "loss": ({"loss": ["mse"]}, "unknown loss 'mse'"),
    "logits": ({"output": ["sigmoid"], "loss": ["binary_cross_entropy"]}, "takes logits"),
    "level": ({"level": 0, "bias": [True]}, "level must be a number above 0"),
    "processes": ({"processes": 0, "bias": [True]}, "processes must be a whole number of 1 or more"),
    "keep": ({"keep": __file__, "bias": [True]}, "can't keep results in"),
}


@pytest.mark.parametrize("settings", BAD)
def test_bad_input_gets_its_sentence_before_any_work(settings, monkeypatch):
    monkeypatch.setattr(module, "train_members", None)
    arguments, sentence = BAD[settings]
    with pytest.raises(cr.ChainruleError, match=re.escape(sentence)):
        compare(XOR, **arguments)


def test_networks_of_other_kinds():
    network = cr.Network((2,), [cr.Dense(3), cr.Tanh(), cr.Dense(1), cr.Sigmoid()])
    experiment = replace(XOR, network=network, epochs=10)
    with pytest.raises(cr.SettingError, match="units is a setting of a Perceptron"):
        compare(experiment, units=[1, 2])
    comparison = compare(experiment, network=[network, Perceptron((2,))], processes=1)
    assert [each.theta.shape[1] for each in comparison.runs] == [13, 9]


def test_figures_are_written_in_the_form_of_their_names(tmp_path):
    pytest.importorskip("matplotlib")
    comparison = compare(replace(MOONS, epochs=5, starts=2), learning_rate=[0.1, 1.0], processes=1)
    assert comparison.level == 0.05
    comparison.save_figure(tmp_path / "f.svg")
    assert comparison.figure()[-200:] in (tmp_path / "f.svg").read_text(encoding="utf-8")
    for name in ("f.png", "f.pdf"):
        comparison.save_figure(tmp_path / name)
        first = (tmp_path / name).read_bytes()
        comparison.save_figure(tmp_path / name)
        assert (tmp_path / name).read_bytes() == first  # nothing says when it was made
    with pytest.raises(cr.FileError, match=r"a figure's file name must end in \.svg, \.png or \.pdf; got .*f\.jpeg\."):
        comparison.save_figure(tmp_path / "f.jpeg")


def test_quantities_have_no_level_unless_given(tmp_path):
    x = np.random.default_rng(0).normal(size=(20, 2))
    cr.datasets.write_csv(tmp_path / "q.csv", x, 1000 * x[:, 0])
    experiment = cr.experiment_for(tmp_path.joinpath("q.csv").as_posix(), epochs=5)
    without = compare(experiment, learning_rate=[0.01, 0.1])
    assert without.level is None
    assert [(each.succeeded, each.reached) for each in without.summary()] == [(None, None)] * 2
    assert without.to_dict()["reached"] == [None, None]
    assert compare(experiment, learning_rate=[0.01, 0.1], level=1e9).summary()[0].succeeded == 1
