"""The drawings of an explanation: what is drawn, that it is legible, and that lines end at units."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.explain.drawing.drawing import in_a_unit
from chainrule.lab.figures.svg import PALETTE
from derivations import images, xor

SVG = "{http://www.w3.org/2000/svg}"


def test_drawings_show_every_weight_and_mark_the_one_that_is_explained():
    weights, gradients = xor().weight(2, 1, 3).drawings
    for svg in (weights, gradients):
        lines = ET.fromstring(svg).findall("{http://www.w3.org/2000/svg}line")
        assert len(lines) == 2 * 4 + 4 * 4 + 4 + 2  # and two below the marked one, its halo
        assert len(ET.fromstring(svg).findall("{http://www.w3.org/2000/svg}circle")) == 2 * (2 + 4 + 4 + 1)
    step = xor()
    negative = sum((each.parameters["weights"] < 0).sum() for each in step.layers)
    assert weights.count("stroke-dasharray") == negative
    assert weights != gradients
    assert f"{step.layers[1].parameters['weights'][0, 2]:.3g}" in weights


def test_a_network_without_weights_has_one_drawing():
    step = images(cr.BatchNorm(), cr.GlobalAveragePool(), shape=(2, 4, 4))
    assert len(step.overview().drawings) == 1


def test_maps_are_drawn_with_lines_for_all_weights_between_two_channels():
    step = images(cr.Conv2D(3, 3), cr.MaxPool(2), cr.Flatten(), cr.Dense(2))
    derivation = step.weight(3, 2, 9)
    assert "which is 3,1,1 of its maps" in derivation.title
    for theta, svg in zip((step.theta, step.gradient), derivation.drawings, strict=True):
        drawn = ET.fromstring(svg)
        lines = drawn.findall(f"{SVG}line")
        assert len(lines) == 1 * 3 + 3 * 2 + 2  # and two below the marked one
        assert len(drawn.findall(f"{SVG}path")) == 3  # each channel of the pool to its own
        weight = step.network.parameters(theta)[-1]["weights"][1, 8]
        assert f">{weight:.3g}<".replace("-", "−") in svg
    assert "its number the mean of its map" in derivation.html()
    assert "mean of its map" not in xor().overview().html()


def test_lines_end_at_what_is_drawn():
    step = images(cr.Conv2D(12, 3), cr.ReLU(), cr.MaxPool(2), cr.Flatten(), cr.Dense(2))
    drawn = ET.fromstring(step.weight(1, 11, (1, 2, 2)).drawings[0])
    _ground, *squares = drawn.findall(f"{SVG}rect")
    boxes = {(float(each.get("x")) + 17, float(each.get("y")) + 17) for each in squares}
    circles = {(float(each.get("cx")), float(each.get("cy"))) for each in drawn.findall(f"{SVG}circle")}
    for line in drawn.findall(f"{SVG}line"):
        x1, y1, x2, y2 = (float(line.get(name)) for name in ("x1", "y1", "x2", "y2"))
        assert {(x1 - 17, y1), (x2 + 17, y2)} <= boxes | circles


@pytest.mark.parametrize(("to", "from_"), [(30, 20), (1, 40), (9, 9), (40, 10)])
def test_the_marked_weight_is_drawn_however_far_down_its_units_are(to, from_):
    network = cr.mlp(2, 40, 40, 1)
    x, y = cr.datasets.xor()
    step = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2))
    svg = step.weight(2, to, from_).drawings[0]
    assert f">{step.layers[1].parameters['weights'][to - 1, from_ - 1]:.3g}<".replace("-", "−") in svg
    assert svg.count('stroke-width="3"') == 1


def test_numbers_fit_into_their_circles_and_boxes():
    rng = np.random.default_rng(0)
    for value in (*rng.standard_normal(200) * 10.0 ** rng.integers(-12, 5, 200), 0.0):
        assert len(in_a_unit(value).lstrip("−")) <= 5
    assert "−0<" not in xor().weight(2, 1, 3).html()


def test_a_drawing_can_stand_on_a_page_twice():
    html = xor().weight(2, 1, 3).html()
    assert " id=" not in html


def test_deep_networks_stay_legible():
    """Two drawings stand side by side where there is room for their own width, and none shrinks below 0.7 of it."""
    network = cr.mlp(2, *[3] * 12, 1)
    x, y = cr.datasets.xor()
    page = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2)).weight(2, 1, 1).html()
    width = int(re.search(r'<svg [^>]*width="(\d+)"', page)[1])
    assert width > 1400
    assert f"min-width: {0.7 * width:.0f}px" in page
    assert "flex-wrap: wrap" in page


def luminance(color):
    """The relative luminance of #rrggbb or of three numbers up to 255 (WCAG 2.2)."""
    parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)] if isinstance(color, str) else color
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in np.array(parts) / 255]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_text_can_be_read_on_every_unit_of_either_theme(theme):
    ink, paper = PALETTE["ink"][theme], PALETTE["paper"][theme]
    assert contrast(ink, paper) > 7
    for filled in ("class 0", "class 1"):
        parts = [[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in (PALETTE[filled][theme], paper)]
        fullest = 0.5 * np.array(parts[0]) + 0.5 * np.array(parts[1])
        assert contrast(ink, fullest) > 4.5


def test_a_drawing_brings_its_ground_and_its_colours():
    drawing = xor().weight(2, 1, 3).drawings[0]
    root = ET.fromstring(drawing)
    ground = root.find(f"{SVG}rect")
    assert (ground.get("width"), ground.get("height")) == (root.get("width"), root.get("height"))
    assert PALETTE["paper"][0] in ground.get("style")
    assert "currentColor" not in drawing
    opacities = [float(each.get("fill-opacity")) for each in root.iter() if each.get("fill-opacity")]
    assert max(opacities) <= 0.5
    for each in root.iter(f"{SVG}text"):
        assert each.get("style") == f"fill: {PALETTE['ink'][0]}"
    rules = root.find(f"{SVG}style").text
    for mark in ('[data-jp-theme-light="false"]', ".vscode-dark", "prefers-color-scheme: dark"):
        assert mark in rules
    for light, dark in PALETTE.values():
        assert rules.count(f'.{root.get("class")} [style*="fill: {light}"] {{ fill: {dark} !important }}') == 2
