"""The report's comparisons: true to `compare`, reproduced by their lines, and their sentences follow the numbers."""

import contextlib
import copy
import io
import json
import re
from html import unescape

import pytest

from chainrule.core.errors import SettingError
from chainrule.lab.experiments.compare import compare
from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.chapters.comparing import Comparing
from chainrule.lab.report.chapters.on_images import OnImages
from chainrule.lab.report.example import example
from chainrule.lab.report.page import render_page
from chainrule.lab.report.report import write_report
from sections import conclusions, no_figures, results_of, section, words

COMPARED = {name: chapter for name, chapter in CHAPTERS.items() if isinstance(chapter, Comparing)}

EPOCHS = 50

ROUNDING, ROUNDING_OF_IMAGES = 1e-5, 1e-2
"""Of float32, in populations of other sizes and with other threads; batch normalisation enlarges it step by step."""


def rounding(name):
    return ROUNDING_OF_IMAGES if isinstance(COMPARED[name], OnImages) else ROUNDING


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out, steps = tmp_path_factory.mktemp("chapters"), []
    write_report(out, epochs=5 * EPOCHS, only=list(COMPARED), progress=lambda *step: steps.append(step))
    return out, steps


@pytest.fixture(scope="module")
def text(made):
    return (made[0] / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found(made):
    return json.loads((made[0] / "results.json").read_text(encoding="utf-8"))


@pytest.fixture
def other(found):
    return copy.deepcopy(found)


def test_every_chapter_has_a_figure_a_table_and_sentences(made, text, found):
    out, steps = made
    assert set(found["chapters"]) == set(COMPARED)
    for name, tasks in found["chapters"].items():
        assert f'<section id="{name}"' in text
        for task, each in tasks.items():
            assert (out / "figures" / f"{name}-{task}.svg").exists()
            assert f'id="{name}-{task}-title"' in text
            assert each["epochs"] == (1 if task == "digits" else EPOCHS)
            assert each["starts"] == 8
            assert all(row["starts"] == 8 for row in each["rows"])
    assert {part for part, _, _ in steps} == {"comparisons", "page"}
    total = max(total for part, _, total in steps if part == "comparisons")
    assert ("comparisons", total, total) in steps
    on_the_page = words(text)
    for sentence in (each for name in COMPARED for each in conclusions(name, found)):
        assert on_the_page.count(sentence) == 1, sentence
    assert f"{EPOCHS} epochs, 8 starts per setting" in on_the_page


@pytest.mark.parametrize("name", COMPARED)
def test_a_chapter_is_what_compare_gives(name, found):
    chapter, scale = COMPARED[name], Scale(EPOCHS)
    for task, experiment in chapter.tasks(scale).items():
        rows = found["chapters"][name][task]["rows"]
        summary = compare(experiment, processes=1, level=chapter.level, **chapter.settings).summary()
        assert [row["median"] for row in rows] == [
            pytest.approx(each.median, rel=rounding(name)) if each.median == each.median else None for each in summary
        ]
        assert [row["succeeded"] for row in rows] == [each.succeeded for each in summary]


@pytest.mark.parametrize("name", COMPARED)
def test_the_lines_of_python_reproduce_the_table(name, text, found):
    code = example(name, COMPARED[name].constants(Scale(EPOCHS)))
    chapter = text[text.index(f'<section id="{name}"') :]
    assert unescape(re.findall("<code>(import .*?)</code>", chapter, re.DOTALL)[0]) == code
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})
    rows = [row for each in found["chapters"][name].values() for row in each["rows"]]
    medians = [float(re.findall(r" (\S+)" * 5 + "$", line)[0][0]) for line in printed.getvalue().splitlines()]
    assert medians == [
        pytest.approx(float("nan") if row["median"] is None else row["median"], rel=rounding(name), nan_ok=True)
        for row in rows
    ]


def test_the_same_seed_gives_the_same_results(made, tmp_path):
    write_report(tmp_path, epochs=5 * EPOCHS, only=["learning-rates"])
    again = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    first = json.loads((made[0] / "results.json").read_text(encoding="utf-8"))
    assert again["chapters"]["learning-rates"] == first["chapters"]["learning-rates"]


def test_an_unknown_chapter_is_named_before_any_work(tmp_path):
    with pytest.raises(SettingError, match="unknown chapter 'rates'"):
        write_report(tmp_path, only=["rates"])


def rows(good, *labels, starts=8):
    """Rows that succeed where `good` says so."""
    return [
        {
            "label": label,
            "values": [label],
            "first": 0.3,
            "median": 0.001 if label in good else 0.25,
            "low": 0.001,
            "high": 0.3,
            "succeeded": starts if label in good else 0,
            "diverged": 0,
            "rose": 0,
            "starts": starts,
            "reached": 100.0 if label in good else None,
            "accuracy": 1.0 if label in good else 0.5,
        }
        for label in labels
    ]


def task(rows, **more):
    settings = {"epochs": 1000, "starts": 8, "seed": 0, "dtype": "float32", "record_every": 5}
    return {"rows": rows, "level": 0.01, **settings, **more}


def concluded(name, **tasks):
    return " ".join(conclusions(name, results_of() | {"chapters": {name: tasks}}))


def test_learning_rates_turn_round():
    some = rows({"1", "10"}, "0.1", "1", "10", "100")
    some[-1]["rose"] = 8
    text = concluded("learning-rates", xor=task(some))
    assert "rates from 1 to 10 bring" in text
    assert "Too small on xor: 0.1 and less" in text
    assert "the edge lies between 10 and 100. At 100 all 8 starts end above" in text
    text = concluded("learning-rates", xor=task(rows({"0.1", "100"}, "0.1", "1", "100")))
    assert "from 0.1 to 100 bring (but not 1)" in text
    assert "No rate tried is too small" in text
    assert "No rate tried is too large for xor: the edge lies above 100." in text
    assert "no learning rate tried brings" in concluded("learning-rates", xor=task(rows((), "0.1", "1")))


def test_hidden_units_turn_round():
    text = concluded("hidden-units", xor=task(rows({"4", "16"}, "1", "4", "16")))
    assert "4 units per layer are enough" in text
    assert "1 unit per layer is enough" in concluded("hidden-units", xor=task(rows({"1"}, "1", "4")))
    assert "no number of units" in concluded("hidden-units", xor=task(rows((), "1", "4")))


def test_activations_turn_round():
    text = concluded("activations", xor=task(rows({"tanh"}, "sigmoid", "tanh")))
    assert "On xor tanh learns best (all 8 starts reach 0.01 or less, half of them by epoch 100;" in text
    assert "sigmoid worst (none of the 8 starts reach 0.01 or less; median final loss 0.25)" in text
    assert "On xor sigmoid learns best (" in concluded("activations", xor=task(rows({"sigmoid"}, "sigmoid", "tanh")))
    assert "On xor no start reaches 0.01 or less with any activation function." in concluded(
        "activations", xor=task(rows((), "sigmoid", "tanh"))
    )


def test_optimizers_turn_round():
    def crossed(good):
        names = ("reference’s Adam", "Adam", "SGD")
        some = rows(good, *(f"{name}, {rate}" for name in names for rate in ("0.1", "10")))
        for row in some:
            name, rate = row["label"].split(", ")
            row["values"] = [name, float(rate)]
        return concluded("optimizers", xor=task(some))

    text = crossed({"SGD, 10", "Adam, 0.1"})
    assert "rate 0.1: Adam is best (all 8" in text
    assert "reference’s Adam and SGD are" not in text
    assert "reference’s Adam and SGD worst (none of the 8 starts" in text
    assert "each at its own best rate: Adam (0.1), SGD (10) are best (all 8 starts" in text
    assert "The best rates differ by a factor of 100." in text
    text = crossed({"SGD, 0.1"})
    assert "all at the rate 0.1: SGD is best (all 8" in text
    assert "reference’s Adam and Adam worst (none of the 8" in text
    assert "The best rate is the same for all: 0.1." in text
    assert "no start reaches 0.01 or less with any optimizer" in crossed(())
    for good, sentence in (
        ("Adam, 0.1", "8 of 16 runs with the correction of Adam’s means succeed, none without."),
        ("reference’s Adam, 10", "none of 16 runs with the correction of Adam’s means succeed, 8 without."),
    ):
        some = rows({good}, *(f"{name}, {rate}" for name in ("reference’s Adam", "Adam") for rate in ("0.1", "10")))
        for row in some:
            name, rate = row["label"].split(", ")
            row["values"] = [name, float(rate)]
        assert sentence in concluded("optimizers", xor=task(some))


def test_biases_turn_round():
    good = {
        (): "no difference",
        ("with",): "starts succeed only with biases",
        ("without",): "more starts succeed without",
    }
    for works, sentence in good.items():
        assert sentence in concluded("biases", xor=task(rows(works, "with", "without")))


def test_linear_networks_turn_round(found):
    for each in found["chapters"]["linear-network"].values():
        assert each["agrees"]
    line = {"map": [1.0, -2.0, 0.5], "map_seed": 0, "agrees": True}
    text = concluded("linear-network", xor=task(rows({"with"}, "with", "without"), **line))
    assert "the median test accuracy falls from 100 % to 50 % without activation functions;" in text
    assert "weights: 1.0000 x1 − 2.0000 x2 + 0.5000; the network’s own answers agree" in text
    line["agrees"] = False
    text = concluded("linear-network", xor=task(rows({"without"}, "with", "without"), **line))
    assert "the median test accuracy rises from 50 % to 100 % without activation functions;" in text
    assert "but the network’s answers differ from it" in text
    text = concluded("linear-network", xor=task(rows({"with", "without"}, "with", "without"), **line))
    assert "accuracy is 100 % with and without activation functions; all 8 starts reach 0.01 or less with them" in text


@pytest.mark.parametrize(
    ("succeeded", "starts", "sentence"),
    [
        (0, 8, "none of the 8 starts reach 0.01 or less; median final loss 0.25"),
        (1, 8, "1 of the 8 starts reaches 0.01 or less by epoch 100;"),
        (2, 8, "2 of the 8 starts reach 0.01 or less, half of them by epoch 100;"),
        (8, 8, "all 8 starts reach 0.01 or less, half of them by epoch 100;"),
        (0, 1, "not even the one start reaches 0.01 or less;"),
        (1, 1, "the one start reaches 0.01 or less by epoch 100;"),
    ],
)
def test_none_one_and_all_of_the_starts(succeeded, starts, sentence):
    best, some = rows({"tanh"}, "tanh", "relu", starts=starts + 1)[0], rows((), "relu")[0]
    some |= {"succeeded": succeeded, "starts": starts, "reached": 100.0 if succeeded else None}
    assert f"relu worst ({sentence}" in concluded("activations", xor=task([best, some]))


def test_images_turn_round():
    some = rows((), "maximum", "stride")
    some[0]["accuracy"], some[1]["accuracy"] = 0.98, 0.96
    text = concluded("pooling", digits=task(some))
    assert text.startswith("On held-out images maximum is best (98 %, the median of the starts;")
    assert text.endswith("final training loss 0.25), stride worst (96 %; 0.25).")
    some[0]["accuracy"] = 0.96
    assert concluded("pooling", digits=task(some)) == "All settings are equally good on held-out images: 96 %."
    some[0]["accuracy"] = some[1]["accuracy"] = None
    assert concluded("pooling", digits=task(some)) == "No setting classifies a held-out image correctly."


def test_best_is_the_same_at_a_glance_and_in_the_chapter():
    """Rate 1 brings fewer starts sooner, and dropout has the lower training loss: neither is best."""
    rates = rows({"1", "10"}, "0.1", "1", "10")
    rates[1] |= {"succeeded": 5, "reached": 20.0}
    extras = rows({"dropout"}, "neither", "normalisation", "dropout")
    for row, accuracy in zip(extras, (0.97, 0.9801, 0.96), strict=True):
        row["accuracy"] = accuracy
    found = results_of() | {
        "chapters": {"learning-rates": {"xor": task(rates)}, "regularization": {"digits": task(extras)}}
    }
    glance = section("glance", found)
    assert "xor 10 8 of 8, epoch 100 0.1 0 of 8" in glance
    assert (
        "the best is 10, where all 8 starts reach 0.01 or less, half of them by epoch 100;"
        in conclusions("learning-rates", found)[0]
    )
    assert "digits normalisation 98 % dropout 96 %" in glance
    assert "normalisation is best (98 %" in conclusions("regularization", found)[0]


def test_ties_are_said_as_ties():
    tied = rows({"relu", "tanh"}, "sigmoid", "relu", "tanh")
    assert "relu and tanh learn best (all 8" in concluded("activations", xor=task(tied))
    tied[1]["median"] = 0.0010001  # written as 0.001, too
    found = results_of() | {"chapters": {"activations": {"xor": task(tied)}}}
    assert "xor relu and tanh 8 of 8, epoch 100 sigmoid 0 of 8" in section("glance", found)
    everything = rows({"relu", "tanh"}, "relu", "tanh")
    found = results_of() | {"chapters": {"activations": {"xor": task(everything)}}}
    assert "xor relu and tanh 8 of 8, epoch 100 none: all equal" in section("glance", found)
    assert "all activation functions do equally well: all 8" in conclusions("activations", found)[0]
    found = results_of() | {"chapters": {"activations": {"xor": task(rows((), "relu", "tanh"))}}}
    assert "none: no start succeeds" in section("glance", found)


def test_opposite_results_make_another_page(other):
    before = render_page(other, no_figures(other))
    for row in (row for tasks in other["chapters"].values() for each in tasks.values() for row in each["rows"]):
        row |= {"succeeded": 8 - row["succeeded"], "median": 0.5, "reached": 7.0, "rose": 8 - row["rose"]}
    assert render_page(other, no_figures(other)) != before
