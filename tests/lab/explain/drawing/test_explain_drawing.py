"""The drawings of an explanation: what is drawn, that it is legible, and that lines end at units."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.explain.drawing.drawing import in_a_unit
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
    boxes = {(float(each.get("x")) + 17, float(each.get("y")) + 17) for each in drawn.findall(f"{SVG}rect")}
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
