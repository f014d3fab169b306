"""The search's table: true to `train`, its lines reproduce it, and its sentences follow the numbers."""

import contextlib
import io
import json

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.report import report
from chainrule.lab.report.chapters import search
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.example import example
from chainrule.lab.report.reference import TASKS, Lab
from sections import conclusions, results_of, words

LAB = Lab(epochs=5_000, starts=2, seed=3)


@pytest.fixture(scope="module")
def found():
    return {task: search.search_task(LAB, task) for task in TASKS}


@pytest.mark.parametrize("task", TASKS)
def test_each_rate_is_the_run_of_train(found, task):
    each, rate = found[task], search.RATES[-1]
    losses = []
    for k, seed in enumerate(LAB.seeds):
        x, y = LAB.training(TASKS[task], k).points()
        settings = {"loss": LAB.loss, "optimizer": cr.SGD(rate), "epochs": LAB.epochs, "dtype": "float32"}
        losses.append(2 * cr.train(LAB.network, x, y, seed=seed, **settings).final_loss)
    row = each["rows"][-1]
    assert row["rate"] == rate
    assert row["median"] == [pytest.approx(np.median(losses), rel=1e-3)]
    assert each["epochs"] == [5_000]
    assert each["reference"] == [TASKS[task].published.by_epoch()[5_000]]


def test_the_page_shows_every_rate(found, tmp_path):
    report.write_report(tmp_path, epochs=25_000, seed=3, only=["search"])
    there = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["studies"]["search"]
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    for task, each in there.items():
        assert [row["rate"] for row in each["rows"]] == list(search.RATES)
        for row in each["rows"]:
            assert all(f"{loss:.6f}" in text for loss in row["median"])
        assert conclusions("search", results_of(search={task: each}))[0] in words(text)
    assert text.count("<em>used</em>") == 2


def test_the_lines_reproduce_the_bands(found):
    constants = search.Search().constants(Scale(LAB.epochs, LAB.starts, LAB.seed))
    code = example("search", constants | {"EPOCHS": LAB.epochs + 1})  # one more, so that epoch 5,000 is recorded
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})
    lines = [[float(each) for each in line.split()] for line in printed.getvalue().splitlines()]
    for row, linear, xor in zip(search.RATES, lines[1::2], lines[::2], strict=True):
        assert linear[0] == xor[0] == row
    for task, shown in (("xor", lines[::2]), ("linear", lines[1::2])):
        medians = [row["median"][0] for row in found[task]["rows"]]
        assert [each[2] for each in shown] == pytest.approx(medians, rel=1e-3)


def concluded_from(found):
    found = {"starts": 8, "seed": 0, **found}
    return conclusions("search", results_of(search={"xor": found}))[0]


def test_the_sentence_turns_round():
    def concluded(used, epochs=2, **inside):
        some = [{"rate": float(rate[1:]) / 10, "inside": k, "off": 1 + k, "median": []} for rate, k in inside.items()]
        there = {"epochs": [5_000 * (1 + i) for i in range(epochs)], "reference": [], "used": used, "rows": some}
        return concluded_from(there).removeprefix("On xor the reference lies in the band ")

    text = concluded(0.2, r1=0, r2=2, r3=2)
    assert text.startswith("at both epochs compared with 2 of the 3 rates, 0.2 and 0.3; the main runs use 0.2. ")
    assert text.endswith("The median at the rate 0.1 is nearest, off by a factor of 1.00.")
    text = concluded(0.1, r1=0, r2=2)
    assert "with one rate alone, 0.2; the main runs use 0.1, which isn’t among them." in text
    assert concluded(0.1, epochs=3, r1=3, r2=3).startswith("at all 3 epochs compared with all 2 rates;")
    assert concluded(0.1, epochs=1, r1=1, r2=0).startswith("at the one epoch compared with one rate alone, 0.1;")
    text = concluded(0.1, r1=1, r2=0)
    assert text.startswith("at both epochs compared with no rate tried; with the best it does at 1.")
    assert concluded(0.1, r1=0, r2=0).startswith("at no epoch compared, with any rate tried.")


def test_too_few_epochs_are_a_sentence_and_no_work():
    found = search.search_task(Lab(epochs=4_999, starts=2), "xor", lambda *step: pytest.fail("trained"))
    assert found["rows"] == []
    assert "printed no loss within so few epochs" in concluded_from(found)
