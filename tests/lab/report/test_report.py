"""The page: self-contained, well-formed, true to its numbers, and its sentences follow them."""

import copy
import itertools
import json
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ET
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.core.errors import FileError, MissingExtraError, SettingError
from chainrule.core.extras import advice
from chainrule.lab.figures.numbers import percent
from chainrule.lab.report import report
from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.drawing import Drawn
from chainrule.lab.report.example import example
from chainrule.lab.report.page import CONTENTS, render_page
from chainrule.lab.report.reference import TASKS, Lab, accuracy_line, log_line, prediction_line
from chainrule.lab.report.report import write_report
from chainrule.lab.report.results import as_json
from pseudo_terminal import posix
from sections import conclusions, no_figures
from sections import words as words_of

EPOCHS, STARTS = 400, 4
MAIN = [name for name in CONTENTS if name not in CHAPTERS]
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


@pytest.mark.parametrize(("form", "beginning"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_figures_are_written_in_the_form_asked_for(tmp_path, form, beginning):
    """Those of a chapter; drawings of an explanation are SVGs."""
    page = write_report(tmp_path, epochs=20, only=["linear-network", "one-weight"], figures=form.upper())
    files = {each.name: each.read_bytes() for each in (tmp_path / "figures").iterdir()}
    drawings = {f"one-weight-{kind}.svg" for kind in ("weight", "gradient")}
    names = {f"linear-network-{task}{more}.{form}" for task in TASKS for more in ("", "-more")}
    assert set(files) == names | drawings
    assert all(files[name].startswith(beginning) for name in names)
    assert page.read_text(encoding="utf-8").count("<svg") == len(files)


def test_a_later_report_takes_all_of_the_places_and_no_others(made, tmp_path):
    out = tmp_path / "report"
    shutil.copytree(made[0], out)
    for mine in (out / "notes.txt", out / "figures" / "mine.svg"):
        mine.write_text("mine")
    write_report(out, epochs=1, starts=1, only=["environment"])
    assert {path.name for path in out.rglob("*")} == {"index.html", "results.json", "figures", "notes.txt", "mine.svg"}
    assert (out / "index.html").read_text(encoding="utf-8") != made[1].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "listed", [b"", b"[]", b'{"figures": 1}', b'{"figures": ["../notes.txt", 3]}', b"[" * 10**5, None]
)
def test_only_figures_give_way_whatever_is_listed(tmp_path, listed):
    out = tmp_path / "report"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    if listed is not None:
        (out / "results.json").write_bytes(listed)
    write_report(out, epochs=1, starts=1, only=["environment"])
    assert (out / "notes.txt").read_text() == "mine"


def test_a_report_that_cannot_be_written_leaves_the_old_one(made, tmp_path, monkeypatch):
    out = tmp_path / "report"
    shutil.copytree(made[0], out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match=r"can't write .*index\.html: No space left on device; choose another place\."):
        write_report(out, epochs=1, starts=1, only=["environment"])
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_folder_in_the_place_of_the_page_is_found_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "train_all", None)
    (tmp_path / "index.html").mkdir()
    with pytest.raises(FileError, match=r"got the folder .*index\.html; add a file name"):
        write_report(tmp_path)


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
    assert (
        [attrs["href"][1:] for attrs in page.all("a")][1 : 2 + len(MAIN)]
        == [
            *MAIN[: MAIN.index("predictions")],
            "details",  # the part that holds those from here
            *MAIN[MAIN.index("predictions") :],
        ]
    )
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
            assert percent(start["accuracy"]) in words
        assert f"{task['final']['median']:.6f}" in words
        assert f"seed {task['shown']['seed']}" in words
    for value in (found["environment"]["numpy"], found["environment"]["python"], f"{EPOCHS:,} epochs"):
        assert value in words


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
    names = ["overview", *_names()]
    monkeypatch.setattr(report, "draw_all", lambda *work: dict.fromkeys(names, Drawn("<svg></svg>", "svg", b"")))
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
    constants = {
        "curves": {"EPOCHS": EPOCHS, "RECORD_EVERY": lab.record_every, "STARTS": STARTS, "SEED": 0},
        "boundary": {"EPOCHS": EPOCHS, "SEEDS": shown},
        "predictions": {"EPOCHS": EPOCHS, "SEEDS": shown, "TEST_SEED": STARTS},
    }
    lines = [example(name, each) for name, each in constants.items()]
    assert [unescape(each) for each in re.findall("<code>(import .*?)</code>", text, re.DOTALL)] == lines

    curves: dict = {}
    exec(lines[0], curves)
    for task in TASKS:
        expected = np.array(found["tasks"][task]["curves"]["starts"]).T
        np.testing.assert_allclose(curves[task], expected, rtol=1e-5)
    assert curves["network"] == lab.network

    answers: dict = {}
    exec(lines[2], answers)
    last = found["tasks"][list(TASKS)[-1]]
    np.testing.assert_allclose(
        answers["prediction"][:, 0], [row["prediction"] for row in last["predictions"]], rtol=1e-6
    )
    assert answers["accuracy"] == pytest.approx(last["accuracy"])

    field: dict = {}
    exec(lines[1], field)
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


def test_a_shortened_page_says_so(other):
    def banner():
        found = re.search('<div class="shortened".*?</div>', render_page(other, no_figures(other)), re.DOTALL)
        return words_of(found[0]) if found else ""

    other["tasks"]["xor"]["accuracy"] = 11 / 21
    assert "not the result" in banner()
    assert f"{EPOCHS} epochs instead of 100,000 in the main runs" in banner()
    assert f"{STARTS} starts instead of 32 in the main runs" in banner()
    assert "52.4 % on xor tells how far it came, not what the network can learn" in banner()
    other["settings"]["epochs"] = 100_000
    assert "epoch" not in banner()
    other["settings"]["starts"] = 32
    other["tasks"] = {}
    assert banner() == ""


def test_opposite_results_make_another_page(other):
    before = render_page(other, no_figures(other))
    for row in other["tasks"]["linear"]["predictions"]:
        row["prediction"] = 1 - row["truth"]
    other["tasks"]["linear"]["accuracy"] = 0.0
    after = render_page(other, no_figures(other))
    assert before.count("<mark>") < after.count("<mark>")
    assert "0 of 100 fresh points correctly" in after


def test_names_are_escaped(other):
    other["environment"]["machine"] = "<script>alert(1)</script>"
    assert "<script>" not in render_page(other, no_figures(other))


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
    words = " ".join(" ".join(page.words).replace("\N{NO-BREAK SPACE}", " ").split())
    said = [sentence for name in ("glance", "curves", "predictions", "starts") for sentence in conclusions(name, found)]
    assert len(said) == 4 + 2 + 4 + 2
    for sentence in said:
        assert words.count(sentence) == 1, sentence
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
            with pytest.raises(MissingExtraError, match=re.escape(advice("report"))):
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


@posix
@pytest.mark.parametrize("name", ["index.html", "results.json"])
def test_a_fifo_in_the_place_of_a_file_is_found_before_any_work(tmp_path, monkeypatch, name):
    monkeypatch.setattr(report, "train_all", None)
    os.mkfifo(tmp_path / name)
    with pytest.raises(FileError, match=rf"can't replace .*{name}: it isn't a file; remove it"):
        write_report(tmp_path)


@posix
def test_a_link_that_leads_nowhere_is_found_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "train_all", None)
    (tmp_path / "lab").symlink_to("nowhere")
    with pytest.raises(FileError, match=r"can't make the folder .*lab: No such file or directory; choose another"):
        write_report(tmp_path / "lab")


@posix
def test_results_of_any_size_take_no_memory(tmp_path):
    with open(tmp_path / "results.json", "wb") as file:
        file.truncate(20 * 2**30)
    write_report(tmp_path, epochs=1, starts=1, only=["environment"])
    assert (tmp_path / "results.json").stat().st_size < 2**20
