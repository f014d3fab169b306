"""The figures of the main runs: well-formed, deterministic, for light and dark pages, and true to their data."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from chainrule.lab.figures import svg
from chainrule.lab.report import main_figures
from chainrule.lab.report.reference import TASKS, Lab
from chainrule.lab.report.starts import train_task

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def outcomes():
    lab = Lab(epochs=200, starts=3)
    return {task: train_task(lab, task) for task in TASKS}


def svgs(figures):
    return {name: figure.svg() for name, figure in figures.items()}


@pytest.fixture(scope="module")
def panels(outcomes):
    return svgs(main_figures.panels(outcomes))


def test_there_is_a_panel_for_each_task_and_figure(panels):
    assert set(panels) == {f"{kind}-{task}" for kind in ("curve", "truth", "prediction") for task in TASKS}


def test_each_is_well_formed_named_and_described(panels):
    for name, panel in panels.items():
        root = ET.fromstring(panel)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        ids = {each.get("id"): each for each in root.iter() if each.get("id")}
        for label in root.get("aria-labelledby").split():
            assert ids[label].text
        assert all(each.startswith(f"{name}-") for each in ids)
        used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', panel))
        assert used <= set(ids)


def test_text_stays_text(panels):
    words = " ".join(ET.fromstring(panels["curve-linear"]).itertext())
    for expected in ("epoch", "mean squared error", "reference", "each start", "median", "0.0001", "0.1"):
        assert expected in words


def test_no_id_occurs_twice_on_a_page(panels):
    ids = re.findall(r'\sid="([^"]+)"', "".join(panels.values()))
    assert len(ids) == len(set(ids))


def test_the_same_outcomes_give_the_same_bytes(outcomes, panels):
    assert svgs(main_figures.panels(outcomes)) == panels


def test_a_readers_own_style_stays_out(outcomes, panels):
    import matplotlib

    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert main_figures.panels({"xor": outcomes["xor"]})["truth-xor"].svg() == panels["truth-xor"]


def test_every_colour_has_its_counterpart_for_dark_pages(panels):
    known = {light for light, _ in svg.PALETTE.values()}
    for panel in panels.values():
        assert set(re.findall(r"(?:fill|stroke): (#\w+)", panel)) <= known
    for light, dark in svg.PALETTE.values():
        assert f'[style*="fill: {light}"] {{ fill: {dark} !important }}' in svg.dark_css()


def test_a_wrong_answer_is_ringed_and_a_field_without_a_boundary_draws_none(outcomes):
    outcome = outcomes["linear"]
    never = replace(outcome, theta=np.zeros_like(outcome.theta) - 9.0)  # answers 0 everywhere: half of them wrong
    panel = main_figures.panels({"linear": never})["prediction-linear"].svg()
    assert "wrong" in " ".join(ET.fromstring(panel).itertext())


def test_a_file_is_the_figure_with_both_themes(panels):
    text = svg.as_file(panels["truth-xor"])
    assert ET.fromstring(text.encode()).tag == f"{SVG}svg"
    assert "prefers-color-scheme: dark" in text
    assert "<metadata" not in text


def test_the_overview_holds_all(outcomes):
    words = " ".join(ET.fromstring(main_figures.overview(outcomes)["overview"].svg()).itertext())
    for title in ("linear", "xor", "linear, answer", "xor, answer"):
        assert title in words


def test_the_overview_is_light(outcomes):
    many = {
        task: replace(
            each,
            lab=Lab(200, 32),
            losses=each.losses[:, [0, 1, 2] * 10 + [0, 1]],
            final=each.final[[0, 1, 2] * 10 + [0, 1]],
            theta=each.theta[[0, 1, 2] * 10 + [0, 1]],
        )
        for task, each in outcomes.items()
    }
    assert len(svg.as_file(main_figures.overview(many)["overview"].svg())) < 150_000


def test_one_start_has_no_band(outcomes):
    outcome = outcomes["xor"]
    alone = replace(
        outcome, lab=Lab(200, 1), losses=outcome.losses[:, :1], final=outcome.final[:1], theta=outcome.theta[:1]
    )
    panels = svgs(main_figures.panels({"xor": alone}))
    words = " ".join(" ".join(ET.fromstring(each).itertext()) for each in panels.values())
    assert "start shown" in words
    for many in ("band", "median", "each start", "starts"):
        assert many not in words
