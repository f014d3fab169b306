"""The chapters on convolution: true to `train`, worked out by hand, and their sentences follow the numbers."""

import copy
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.report.chapters import digits, mnist1d
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.example import example
from chainrule.lab.report.report import write_report
from sections import conclusions, results_of, words

pytest.importorskip("sklearn")
pytest.importorskip("mnist1d")

EPOCHS = 5_000
"""So few that digits are learnt for one epoch, and series for 18 and 37."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("studies")
    write_report(out, epochs=EPOCHS, only=["digits"])
    return out


@pytest.fixture(scope="module")
def found(made):
    return json.loads((made / "results.json").read_text(encoding="utf-8"))["studies"]["digits"]


@pytest.fixture(scope="module")
def series():
    answers = {
        f"{name}, {variant}": mnist1d.learn(name, variant, 1, 0, lambda done, total: None)
        for name, contender in mnist1d.CONTENDERS.items()
        for variant in contender.variants
    }
    return mnist1d.Mnist1D().results(Scale(1), answers)


def test_the_lines_reproduce_the_accuracy_of_the_digits(found):
    names = {}
    exec(example("digits", digits.Digits().constants(Scale(EPOCHS // 5))), names)
    assert names["accuracy"] == pytest.approx(np.array(found["accuracy"]), abs=1e-9)
    assert names["median"] == pytest.approx(found["median"])


def test_every_image_held_out_is_in_the_confusion(found):
    counts = np.array(found["confusion"])
    assert counts.sum() == found["held_out"] * found["splits"] * found["starts"]
    right = np.array(found["accuracy"]).sum() * found["held_out"]
    assert np.trace(counts) == pytest.approx(right)


def test_the_number_worked_out_is_the_networks(found):
    worked = found["worked"]
    by_hand = sum(
        w * p for a, b in zip(worked["weights"], worked["patch"], strict=True) for w, p in zip(a, b, strict=True)
    )
    assert worked["products"][1][1] == pytest.approx(worked["weights"][1][1] * worked["patch"][1][1])
    assert by_hand + worked["bias"] == pytest.approx(worked["network"], abs=1e-5)
    pixels = np.pad(np.array(found["image"]["pixels"]) / 16, 1)
    row, column = worked["row"], worked["column"]
    np.testing.assert_allclose(pixels[row : row + 3, column : column + 3], worked["patch"])


def test_the_maps_are_the_networks(found):
    assert [each["n"] for each in found["maps"]] == [16, 16, 16, 32, 32]
    assert [np.shape(each["maps"])[1:] for each in found["maps"]] == [(8, 8), (8, 8), (4, 4), (4, 4), (2, 2)]
    pooled = np.array(found["maps"][1]["maps"]).reshape(-1, 4, 2, 4, 2).max(axis=(2, 4))
    np.testing.assert_allclose(pooled, found["maps"][2]["maps"], rtol=1e-3)


def test_the_page_shows_figures_sentences_and_the_patch(made, found):
    text = (made / "index.html").read_text(encoding="utf-8")
    for sentence in conclusions("digits", results_of(digits=found)):
        assert sentence in words(text)
    for name in ("curves", "confusion", "filters", "maps", "wrong"):
        assert (made / "figures" / f"digits-{name}.svg").exists()
        assert f'id="digits-{name}-title"' in text
    for figure in re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL):
        ET.fromstring(figure)
    assert f"{found['worked']['sum']:.4f}" in text
    assert "<image" not in text


def test_the_digits_sentences_turn_round(found):
    other = copy.deepcopy(found)
    other["curves"]["held out"][1] = [1.0, 0.1, 0.2]
    other["confusion"] = np.diag([9] * 10).tolist()
    text = " ".join(conclusions("digits", results_of(digits=other)))
    assert "lowest before epoch 1, 0.1, and 0.2 before the last" in text
    assert "No run makes a mistake." in text
    other["curves"]["held out"][1] = [1.0, 0.2, 0.1]
    other["confusion"][8][1] = 1
    text = " ".join(conclusions("digits", results_of(digits=other)))
    assert "lowest before the last epoch, 0.1." in text
    assert "The only mistake of all runs is to take an 8 for a 1." in text
    other["confusion"][8][1] = 2
    text = " ".join(conclusions("digits", results_of(digits=other)))
    assert "The most frequent of the 2 mistakes is to take an 8 for a 1 (2 times)." in text
    other["confusion"][3][5] = 2
    text = " ".join(conclusions("digits", results_of(digits=other)))
    assert "One of the 2 most frequent of the 4 mistakes is to take a 3 for a 5 (2 times)." in text


def test_one_epoch_of_the_digits_has_sentences_of_its_own(made, found):
    assert found["epochs"] == 1
    text = words((made / "index.html").read_text(encoding="utf-8"))
    assert "before the one epoch of training." in text
    assert "1 epoch in batches of 32" in text
    assert "1 epochs" not in text


def test_no_mistake_no_picture(found):
    assert "digits-wrong" not in digits.Digits().figures(found | {"wrong": []}, {})


def test_a_row_of_the_table_is_the_run_of_train(series):
    contender = mnist1d.CONTENDERS["cnn"]
    x, y, x_test, y_test = cr.datasets.mnist1d()
    settings = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.Adam(0.01), "batch_size": 100, "dtype": "float32"}
    run = cr.train(contender.network, x, y, epochs=1, seed=1, **settings)
    row = next(each for each in series["rows"] if each["name"] == contender.name)
    assert row["plain"]["starts"][1] == pytest.approx(run.model.score(x_test, y_test), abs=0.011)
    assert row["steps"] == 40
    assert row["plain"]["theirs"] == 0.94


def test_the_lines_reproduce_a_row_of_the_table(series):
    names = {}
    exec(example("mnist1d", mnist1d.Mnist1D().constants(Scale(1))), names)
    row = next(each for each in series["rows"] if each["name"] == mnist1d.CONTENDERS["cnn"].name)
    assert names["accuracy"] == pytest.approx(row["shuffled"]["starts"], abs=0.011)  # of float32, with other threads
    assert names["median"] == pytest.approx(row["shuffled"]["median"], abs=0.011)


def test_at_full_scale_the_runs_take_the_authors_steps():
    scale = Scale(20_000)
    assert [each.epochs(scale) * 40 for each in mnist1d.CONTENDERS.values()] == [6_000, 6_000, 6_000, 3_000, 3_000]
    assert [each.network.n_parameters for each in mnist1d.CONTENDERS.values()][:2] == [410, 15_210]


def test_the_sentences_on_series_turn_round(series):
    other = copy.deepcopy(series)
    names = dict(zip(mnist1d.CONTENDERS, other["rows"], strict=True))
    for name, plain, shuffled in (("mlp", 0.68, 0.68), ("cnn", 0.94, 0.56), ("logistic", 0.32, 0.32)):
        names[name]["plain"]["median"], names[name]["shuffled"]["median"] = plain, shuffled
    text = " ".join(conclusions("mnist1d", results_of(mnist1d=other)))
    assert "the authors’ CNN classifies 94 % correctly and their MLP 68 %; on shuffled ones 56 % and 68 %: the" in text
    assert "the CNN’s gain comes from neighbouring places." in text
    assert "All 6 of our medians are within 1.5 points of the authors’ numbers." in text
    names["cnn"]["plain"]["median"] = 0.5
    text = " ".join(conclusions("mnist1d", results_of(mnist1d=other)))
    assert "the authors’ CNN classifies 50 % correctly and their MLP 68 %" in text
    assert "neighbouring" not in text
    assert "5 of our 6 medians are within 1.5 points of the authors’ numbers; the largest difference is −44.0" in text
    for name in ("mlp", "cnn", "logistic"):
        names[name]["plain"]["median"] = names[name]["shuffled"]["median"] = 0.1
    text = " ".join(conclusions("mnist1d", results_of(mnist1d=other)))
    assert "None of our 6 medians is within 1.5 points of the authors’ numbers; the largest difference is −84.0" in text
    names["mlp"]["plain"]["median"] = 0.69
    text = " ".join(conclusions("mnist1d", results_of(mnist1d=other)))
    assert "One of our 6 medians is within 1.5 points" in text
