"""The page: self-contained, well-formed, true to its numbers, and its sentences follow them."""

import copy
import itertools
import json
import re
import sys
import xml.etree.ElementTree as ET
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.core.errors import FileError, MissingExtraError, SettingError
from chainrule.lab.report import report, sentences, snippets
from chainrule.lab.report.chapters import COMPARED
from chainrule.lab.report.page import CHAPTERS, render_page, said
from chainrule.lab.report.reference import TASKS, Lab, accuracy_line, log_line, prediction_line
from chainrule.lab.report.report import as_json, write_report
from chainrule.lab.report.studies import STUDIES

EPOCHS, STARTS = 400, 4
MAIN = [name for name in CHAPTERS if name not in {*COMPARED, *STUDIES}]
VOID = {"meta", "link", "br", "wbr", "img", "hr", "input"}


class Page(HTMLParser):
    """Elements in order, with a check that they nest."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def all(self, tag):
        return [attrs for each, attrs in self.elements if each == tag]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("lab") / "deep" / "report"
    steps = []
    path = write_report(out, epochs=EPOCHS, starts=STARTS, only=MAIN, progress=lambda *step: steps.append(step))
    return out, path, steps


@pytest.fixture(scope="module")
def text(made):
    return made[1].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


@pytest.fixture(scope="module")
def found(made):
    return json.loads((made[0] / "results.json").read_text(encoding="utf-8"))


@pytest.fixture
def other(found):
    return copy.deepcopy(found)


def test_it_writes_the_page_the_numbers_and_the_figures(made):
    out, path, steps = made
    assert path == out / "index.html"
    names = {"overview"} | {f"{kind}-{task}" for kind in ("curve", "truth", "prediction") for task in TASKS}
    assert {each.name for each in out.iterdir()} == {"index.html", "results.json", "figures"}
    assert {each.name for each in (out / "figures").iterdir()} == {f"{name}.svg" for name in names}
    assert {task for task, _, _ in steps} == {"linear", "xor", "page"}
    for task in TASKS:
        assert (task, EPOCHS, EPOCHS) in steps
    assert steps[-1] == ("page", 2, 2)


def test_the_page_asks_for_nothing(text, page):
    for tag, attrs in page.elements:
        for name in ("src", "href", "xlink:href", "srcset", "data", "poster", "action"):
            assert attrs.get(name, "#").startswith("#"), (tag, attrs)
    assert not {"script", "link", "iframe", "img", "object", "embed", "base"} & {tag for tag, _ in page.elements}
    assert "@import" not in text
    assert "@font-face" not in text
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))


def test_the_page_is_well_formed(text, page):
    ids = [attrs["id"] for _, attrs in page.elements if attrs.get("id")]
    assert len(ids) == len(set(ids))
    for attrs in page.all("a"):
        assert attrs["href"][1:] in ids
    figures = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    assert len(figures) == 6
    for each in figures:
        ET.fromstring(each)


def test_headings_are_in_order_and_every_chapter_is_in_the_contents(page, text):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
    assert [attrs["href"][1:] for attrs in page.all("a")][1 : 1 + len(MAIN)] == MAIN
    assert page.all("html") == [{"lang": "en"}]


def test_tables_and_figures_speak_to_those_who_do_not_see_them(page, text):
    assert all("scope" in attrs for attrs in page.all("th"))
    assert all(attrs.get("role") == "img" and attrs.get("aria-labelledby") for attrs in page.all("svg"))
    assert len(re.findall("<figcaption>", text)) == len(page.all("figure")) == 3
    for tag, attrs in page.elements:
        if "tabindex" in attrs and tag == "div":
            assert attrs["role"] == "region"
            assert attrs["aria-label"]


def test_both_themes_and_paper_are_served(text):
    for each in ("prefers-color-scheme: dark", "@media print", 'content="width=device-width', "prefers-reduced-motion"):
        assert each in text


def test_every_number_is_on_the_page(found, page):
    words = " ".join(" ".join(page.words).split())
    for task in found["tasks"].values():
        for row in task["log"]:
            assert log_line(row["epoch"], row["loss"]) in words
            assert f"{row['low']:.6f}" in words
            assert f"{row['high']:.6f}" in words
            assert row["reference"] is None or f"{row['reference']:.6f}" in words
        for i, row in enumerate(task["predictions"]):
            assert " ".join(prediction_line(i, row["truth"], row["prediction"]).split()) in words
        assert accuracy_line(task["accuracy"]) in words
        assert accuracy_line(task["reference"]["accuracy"]) in words
        for start in task["starts"]:
            assert f"{start['final_loss']:.6f}" in words
            assert sentences.percent(start["accuracy"]) in words
        assert f"{task['final']['median']:.6f}" in words
        assert f"seed {task['shown']['seed']}" in words
    for value in (found["environment"]["numpy"], found["environment"]["python"], f"{EPOCHS:,} epochs"):
        assert value in words
    for sentence in (each for chapter in said(found).values() for each in chapter):
        assert " ".join(sentence.split()) in words


def test_the_numbers_agree_with_each_other(found):
    for name, task in found["tasks"].items():
        points = task["predictions"]
        right = [(row["prediction"] >= 0.5) == (row["truth"] == 1) for row in points]
        assert task["accuracy"] == pytest.approx(np.mean(right))
        assert len(points) == task["data"]["n_test"] == {"linear": 100, "xor": 21}[name]
        assert len(task["starts"]) == STARTS
        losses = np.array(task["curves"]["starts"])
        assert losses.shape == (STARTS, len(task["curves"]["epoch"]))
        for row in task["log"]:
            at = losses[:, task["curves"]["epoch"].index(row["epoch"])]
            assert row["low"] == pytest.approx(np.percentile(at, 5), rel=1e-5)
            assert row["median"] == pytest.approx(np.median(at), rel=1e-5)
        finals = sorted(start["final_loss"] for start in task["starts"])
        assert task["shown"]["final_loss"] == finals[(STARTS - 1) // 2]


def test_the_same_seed_gives_the_same_results(made, tmp_path, monkeypatch, found):
    monkeypatch.setattr(report, "draw_all", lambda *work: dict.fromkeys(_names(), "<svg></svg>"))
    again = write_report(tmp_path, epochs=EPOCHS, starts=STARTS, only=MAIN).parent
    first, second = ((each / "results.json").read_text(encoding="utf-8") for each in (made[0], again))
    assert first.partition('"timings"')[0] == second.partition('"timings"')[0]
    assert list(found)[-1] == "timings"
    other = write_report(tmp_path / "other", epochs=EPOCHS, starts=STARTS, seed=1, only=MAIN).parent
    assert (other / "results.json").read_text(encoding="utf-8").partition('"timings"')[0] != first


def test_nothing_tells_whose_machine_it_was(made, text):
    import getpass
    import platform

    everything = text + (made[0] / "results.json").read_text(encoding="utf-8")
    for private in {platform.node(), str(Path.home()), str(Path.cwd()), str(made[0])} - {"", "/", "localhost"}:
        assert private not in everything
    assert f"/{getpass.getuser()}/" not in everything


def test_the_lines_of_python_reproduce_the_numbers(found, text):
    lab = Lab(EPOCHS, STARTS)
    shown = {task: each["shown"]["seed"] for task, each in found["tasks"].items()}
    lines = snippets.curves(lab), snippets.predictions(lab, shown), snippets.boundary(lab, shown)
    assert [unescape(each) for each in re.findall("<code>(import .*?)</code>", text, re.DOTALL)] == list(lines)

    curves: dict = {}
    exec(lines[0], curves)
    for task in TASKS:
        expected = np.array(found["tasks"][task]["curves"]["starts"]).T
        np.testing.assert_allclose(curves[task], expected, rtol=1e-5)
    assert curves["network"] == lab.network

    answers: dict = {}
    exec(lines[1], answers)
    last = found["tasks"][list(TASKS)[-1]]
    np.testing.assert_allclose(
        answers["prediction"][:, 0], [row["prediction"] for row in last["predictions"]], rtol=1e-6
    )
    assert answers["accuracy"] == pytest.approx(last["accuracy"])

    field: dict = {}
    exec(lines[2], field)
    assert field["answer"].shape == (101, 101)
    np.testing.assert_allclose(field["answer"][0, 0], answers["run"].model.predict([[0.0, 0.0]])[0, 0], rtol=1e-9)


def test_the_lines_beside_the_equations_are_those_that_run(text):
    source = "".join(
        (Path(chainrule.__file__).parent / "core" / name).read_text(encoding="utf-8")
        for name in ("losses.py", "activations.py", "layers/dense.py")
    )
    lines = re.findall(r"<code>((?:call|bind_\w+)\(.*?\).*?)</code>", text)
    assert len(lines) == 7
    for line in lines:
        assert unescape(line) in source, line


def test_sentences_turn_round_with_the_coverage(other):
    task = other["tasks"]["xor"]
    log = [{"epoch": e, "verdict": "inside"} for e in (0, 5_000, 10_000)]
    task |= {"log": log, "coverage": {"inside": 3, "of": 3}}
    assert sentences.coverage("xor", task).endswith(
        "at all 3 epochs that both logs have: the learning rate, 0.2, was chosen by trial so that it does."
    )
    log[1]["verdict"], log[2]["verdict"] = "below", "above"
    sentence = sentences.coverage("xor", task)
    assert "at 1 of the 3 epochs that both logs have, though the learning rate, 0.2, was chosen by trial" in sentence
    assert sentence.endswith("it lies below it at epoch 5,000 and above it at epoch 10,000.")
    log[0]["verdict"] = "below"
    assert "at none of the 3 epochs" in sentences.coverage("xor", task)
    assert sentences.coverage("xor", task).endswith("below it at epochs 0 and 5,000 and above it at epoch 10,000.")


def test_one_epoch_has_a_sentence_of_its_own(other):
    task = other["tasks"]["xor"]
    task["log"] = [{"epoch": 0, "verdict": "inside"}]
    assert (
        "only epoch 0, before any step, can be compared: the reference’s loss lies inside the 5–95 % band."
        in sentences.coverage("xor", task)
    )
    task["log"] = [{"epoch": 0, "verdict": "above"}]
    assert "the reference’s loss lies above the 5–95 % band." in sentences.coverage("xor", task)
    task["log"] = [{"epoch": 0, "verdict": None}]
    assert sentences.coverage("xor", task) == "On xor there is no epoch to compare with the reference."


def test_one_start_has_sentences_of_its_own(other):
    task = other["tasks"]["linear"]
    task["starts"] = [{"seed": 9, "final_loss": 0.25, "training_accuracy": 0.5, "accuracy": 0.52}]
    task["reached"] |= {"of": 1, "99": 0, "100": 0}
    task["log"] = [{"epoch": 0, "verdict": "above"}, {"epoch": 5_000, "verdict": "below"}]
    assert sentences.coverage("linear", task) == (
        "On linear the reference’s loss lies below ours at epoch 5,000 and above ours at epoch 0; "
        "a band needs more than one start."
    )
    end = "ends at 52 %, with a training loss of 0.250000."
    assert sentences.reached("linear", task) == f"On linear the one start (seed 9) {end}"
    final = sentences.final({"linear": task | {"final": {"low": 0.1, "median": 0.1, "high": 0.1}}})
    assert final == "After the last epoch the loss is 0.100000 on linear."
    tasks = {"linear": task | {"learnt": 500}, "xor": task | {"learnt": None, "learning_rate": 0.25}}
    assert "xor isn’t: the loss falls below 0.1 by epoch 500 on linear" in sentences.speed(tasks, 0.1)


def test_wrong_answers_are_named(other):
    task = other["tasks"]["linear"]
    task["predictions"] = [{"prediction": i / 100} for i in range(20)]
    assert sentences.wrong(task | {"wrong": []}) == "None is wrong."
    assert sentences.wrong(task | {"wrong": [3, 12]}) == "Wrong: Iter 3 (0.030), 12 (0.120)."
    assert sentences.wrong(task | {"wrong": list(range(20))}).endswith("7 (0.070) and 12 more.")


def test_sentences_turn_round_with_the_starts(other):
    task = other["tasks"]["xor"]
    for start in task["starts"]:
        start |= {"accuracy": 1.0}
    task["reached"] |= {"99": STARTS, "100": STARTS}
    assert sentences.reached("xor", task) == f"On xor all {STARTS} starts answer every test point rightly."
    task["starts"][2] |= {"accuracy": 11 / 21, "final_loss": 0.25}
    task["reached"] |= {"99": STARTS - 1, "100": 1}
    sentence = sentences.reached("xor", task)
    assert f"1 of the {STARTS} starts answers every test point rightly, and 3 reach 99 %" in sentence
    assert "the worst start (seed 2) ends at 52.4 %, with a training loss of 0.250000." in sentence
    task["reached"] |= {"99": 0, "100": 0}
    assert f"none of the {STARTS} starts answer" in sentences.reached("xor", task)


def test_sentences_turn_round_with_the_accuracy(other):
    task = other["tasks"]["linear"]
    said = {value: sentences.accuracy("linear", task | {"accuracy": value}) for value in (0.98, 0.99, 1.0)}
    assert said[0.98].endswith("98 of 100 fresh points rightly: 98 %, less than the reference’s 99 %.")
    assert said[0.99].endswith("99 of 100 fresh points rightly: the same 99 % as the reference.")
    assert said[1.0].endswith("100 of 100 fresh points rightly: 100 %, more than the reference’s 99 %.")


def test_sentences_turn_round_with_the_answers(other):
    task = other["tasks"]["xor"]
    task["answers"] = {
        "0": {"lowest": 0.01, "median": 0.015, "highest": 0.02, "faintest_at": [0.5, 0.5]},
        "1": {"lowest": 0.96, "median": 0.99, "highest": 0.997, "faintest_at": [0.4, 0.6]},
    }
    assert "the lowest of them at (0.4, 0.6), beside the centre." in sentences.answers("xor", task)
    assert "The reference’s lie near 0.015, and between 0.960788 and 0.996463." in sentences.answers("xor", task)
    task["answers"]["1"]["faintest_at"] = [1.0, 0.0]
    assert "the lowest of them at (1, 0)." in sentences.answers("xor", task)
    task["answers"]["0"] = None
    assert sentences.answers("xor", task) == "On xor the test points are all of one class."


@pytest.mark.parametrize(
    ("linear", "xor", "expected"),
    [
        (
            500,
            9_000,
            "Linear is learnt before xor, each at its own learning rate: the median loss falls below 0.1 by epoch 500",
        ),
        (9_000, 500, "Xor is learnt before linear, each"),
        (500, 500, "Both tasks are learnt alike"),
        (500, None, "Linear is learnt, xor isn’t"),
        (None, 500, "Xor is learnt, linear isn’t"),
        (None, None, "Neither task is learnt"),
    ],
)
def test_sentences_turn_round_with_the_speed(other, linear, xor, expected):
    other["tasks"]["linear"]["learnt"], other["tasks"]["xor"]["learnt"] = linear, xor
    assert sentences.speed(other["tasks"], 0.1).startswith(expected)


def test_opposite_results_make_another_page(other):
    before = render_page(other, dict.fromkeys(_names(), ""))
    for row in other["tasks"]["linear"]["predictions"]:
        row["prediction"] = 1 - row["truth"]
    other["tasks"]["linear"]["accuracy"] = 0.0
    after = render_page(other, dict.fromkeys(_names(), ""))
    assert before.count("<mark>") < after.count("<mark>")
    assert "0 of 100 fresh points rightly" in after


def test_names_are_escaped(other):
    other["environment"]["machine"] = "<script>alert(1)</script>"
    assert "<script>" not in render_page(other, dict.fromkeys(_names(), ""))


@pytest.mark.parametrize("epochs", [1, 30])
def test_one_start_makes_a_page_too(tmp_path, epochs):
    path = write_report(tmp_path, epochs=epochs, starts=1, seed=9, only=MAIN)
    text = path.read_text(encoding="utf-8")
    words = " ".join(" ".join(Page(re.sub("<code>import.*?</code>", "", text, flags=re.DOTALL)).words).split())
    assert "Epoch 0 Loss" in words
    for lines in re.findall("<code>(import .*?)</code>", text, re.DOTALL):
        exec(unescape(lines), {})
    for clumsy in ("only start", "1 starts", "each of 1", "the 1 ", "all its starts", "5–95", "median", " 1 epochs"):
        assert clumsy not in words, clumsy


def test_every_start_marks_the_one_shown(text, found):
    chapter = text[text.index('<section id="starts"') : text.index('<section id="environment"')]
    for task in found["tasks"].values():
        assert f"<em>shown</em> {task['shown']['final_loss']:.6f}" in chapter
    assert chapter.count("<em>shown</em>") == 2
    assert chapter.count('class="chosen"') == 3 + 2


def test_nothing_is_said_twice(page, found):
    words = " ".join(" ".join(page.words).split())
    for sentence in (each for chapter in said(found).values() for each in chapter):
        assert words.count(" ".join(sentence.split())) == 1
    assert "without a public title or author" in words


def test_json_reads_back():
    found = {"a": [1, 2.5e-07, -3], "b": [], "c": [{"d": [[1, 2], [3, 4]]}], "e": "[ 1,\n 2 ]"}
    assert json.loads(as_json(found)) == found


def test_bad_input_is_a_sentence_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "train_all", None)
    with pytest.raises(SettingError, match="Lab's epochs must be a whole number of 1 or more; got 0"):
        write_report(tmp_path, epochs=0)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match=r"can't make the folder .*choose another place"):
        write_report(tmp_path / "file")
    for module in ("jinja2", "matplotlib", "sklearn", "mnist1d"):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, module, None)
            with pytest.raises(MissingExtraError, match=r'pip install "chainrule\[report\]"'):
                write_report(tmp_path)


@pytest.mark.parametrize("there", [False, True])
def test_an_interrupted_report_leaves_nothing_behind(tmp_path, monkeypatch, there):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "train_all", interrupted)
    out = tmp_path / "deep" / "report"
    if there:
        out.mkdir(parents=True)
    with pytest.raises(KeyboardInterrupt):
        write_report(out)
    assert list(tmp_path.rglob("*")) == ([out.parent, out] if there else [])


def test_a_file_in_the_place_of_the_figures_is_found_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "train_all", None)
    (tmp_path / "figures").write_text("")
    with pytest.raises(FileError, match=r"can't make the folder .*figures: .*choose another place"):
        write_report(tmp_path)


def _names():
    return [f"{kind}-{task}" for kind in ("curve", "truth", "prediction") for task in TASKS]
