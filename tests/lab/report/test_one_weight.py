"""The report's chapter on one weight: true to the program, and its sentences follow the numbers."""

import contextlib
import copy
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest

import chainrule as cr
from chainrule.lab.report.chapters import one_weight
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.example import example
from chainrule.lab.report.report import write_report
from sections import conclusions, results_of

EPOCHS = 1_000
STEPS = EPOCHS // 5 // one_weight.PART


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("one_weight")
    write_report(out, epochs=EPOCHS, only=["one-weight"])
    return out


@pytest.fixture(scope="module")
def text(made):
    return (made / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found(made):
    return json.loads((made / "results.json").read_text(encoding="utf-8"))["studies"]["one-weight"]


def test_the_numbers_are_those_of_the_step_that_training_takes(found):
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
    run = cr.train(network, x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(0.2), epochs=STEPS, seed=0)
    _, of_all = network.loss_and_gradient(run.model.theta, x, y, cr.HalfSquaredError())
    _, of_one = network.loss_and_gradient(run.model.theta, x[3:4], y[3:4], cr.HalfSquaredError())
    assert found["steps"] == STEPS
    assert found["of_all_samples"] == pytest.approx(network.parameters(of_all)[2]["weights"][0, 2], rel=1e-12)
    assert found["worked"]["value"] == pytest.approx(network.parameters(of_one)[2]["weights"][0, 2], rel=1e-12)
    assert found["worked"]["error"] < 1e-10


def test_the_lines_print_the_same_working(found):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(example("one-weight", one_weight.OneWeight().constants(Scale(EPOCHS // 5))), {})
    assert said.getvalue() == f"{one_weight.worked(found)}\n"


def test_the_page_shows_the_whole_chain_and_the_network_twice(made, text):
    chapter = text[text.index('<section id="one-weight"') : text.index('<section id="environment"')]
    for heading in ("Forward", "Loss", "Backward", "Gradient", "Update", "Numeric check"):
        assert f"<h3>{heading}</h3>" in chapter
    drawings = re.findall(r"<svg.*?</svg>", chapter, re.DOTALL)
    assert len(drawings) == 2
    for kind, svg in zip(one_weight.KINDS, drawings, strict=True):
        ET.fromstring(svg)
        assert f"Edges by {kind}" in svg
        assert (made / "figures" / f"one-weight-{kind}.svg").exists()
    assert "currentColor" not in chapter
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert not re.search(r"<script|<link|\bsrc=", text)
    assert all(target in ids for target in re.findall(r'href="#([^"]+)"', text))


def test_sentences_turn_round_with_the_gradient(found):
    other = copy.deepcopy(found)

    def concluded():
        return conclusions("one-weight", results_of(one_weight=other))

    other["worked"]["value"], other["of_all_samples"] = -0.25, 0.5
    assert concluded()[0].endswith("lowers the loss on this sample: its gradient is −0.25.")
    assert concluded()[2].endswith("which a training step uses, is 0.5, of the opposite sign.")
    other["worked"]["value"] = 0.25
    assert "raises the loss" in concluded()[0]
    assert concluded()[2].endswith("of the same sign.")
    other["worked"]["value"] = 0.0
    assert "doesn’t change the loss" in concluded()[0]
    assert concluded()[2].endswith("is 0.5.")
