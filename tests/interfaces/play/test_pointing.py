"""What one points at: the answer at a place of the plane, a sample in the plane and in its table."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import Scene
from played import obey, refusals, seen

Opened = Callable[..., Any]


@pytest.mark.parametrize("loss", ["half_squared_error", "binary_cross_entropy", "softmax_cross_entropy"])
def test_the_answer_at_a_place_and_of_a_sample_is_the_librarys(loss: str):
    playing = Playing(Scene(loss=loss))
    state, stage = playing.training.state, playing.stage
    obey(playing, "view", at=[0.25, 0.75])
    read = seen(playing)[0]["reading"]
    raw = stage.network.predict(state.parameters.theta, [[0.25, 0.75]])[0]
    shares = {
        "half_squared_error": raw,
        "binary_cross_entropy": 1 / (1 + np.exp(-raw)),
        "softmax_cross_entropy": np.exp(raw) / np.exp(raw).sum(),
    }[loss]
    np.testing.assert_allclose(read["answers"], shares, rtol=1e-12)
    assert (read["x1"], read["x2"]) == (0.25, 0.75)
    n = len(stage.learnt)
    for number, samples, row in ((3, stage.learnt, 3), (n + 1, stage.test, 1)):
        obey(playing, "view", sample=number, samples=True)
        head, arrays = seen(playing)
        read = head["reading"]
        assert [read["x1"], read["x2"], read["truth"]] == samples.as_rows()[row]
        assert (read["row"], read["is_learnt"]) == (row, number < n)
        if number < n:
            assert read["loss"] == pytest.approx(arrays["losses"][row], rel=1e-6)
    obey(playing, "view", sample=999)
    assert seen(playing)[0]["reading"] is None
    assert refusals(playing) == []


def told(page: Any) -> dict[str, str]:
    """What is read, by its names."""
    page.wait_for_selector(".reading dd")
    names, values = (page.locator(f".reading {each}").all_text_contents() for each in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


def test_the_cursor_reads_the_answer_in_the_plane(opened: Opened):
    page = opened()
    box = page.locator(".plane").bounding_box()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.3 * box["height"])
    found = {name: float(value.replace("−", "-")) for name, value in told(page).items()}
    assert list(found) == ["x1", "x2", "Answered"]
    playing = Playing()
    answer = playing.stage.network.predict(playing.training.state.parameters.theta, [[found["x1"], found["x2"]]])
    assert found["Answered"] == pytest.approx(answer[0, 0], abs=1e-3)
    page.mouse.move(5, 5)
    page.wait_for_selector(".reading", state="detached")
    page.focus(".plane svg[role]")
    page.keyboard.press("ArrowRight")
    before = told(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => document.querySelector('.reading dd').textContent !== before", arg=before["x1"])
    assert told(page)["x2"] == before["x2"]


def test_a_row_marks_its_point_and_a_point_its_row(opened: Opened):
    page = opened()
    page.click("#tab-samples")
    row = page.locator(".samples tbody tr").nth(2)
    row.hover()
    page.wait_for_selector(".pointed ellipse", state="attached")
    cells = row.locator("td").all_text_contents()
    assert [told(page)[each] for each in ("x1", "x2")] == cells[:2]
    assert re.match(r"training point \d+", page.text_content(".reading strong"))
    ring = page.locator("g.pointed").bounding_box()
    page.mouse.move(5, 5)
    page.wait_for_selector("g.pointed", state="detached")
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.wait_for_selector(".samples tr.pointed")
    assert page.locator(".samples tr.pointed td").all_text_contents()[:2] == cells[:2]
    page.mouse.move(5, 5)
    page.locator(".samples tbody tr").first.focus()
    page.keyboard.press("ArrowDown")
    second = page.locator(".samples tbody tr").nth(1)
    page.wait_for_selector(".samples tr.pointed:nth-child(2)")
    assert [told(page)[each] for each in ("x1", "x2")] == second.locator("td").all_text_contents()[:2]


def test_the_window_stays_while_points_are_drawn(opened: Opened):
    """A window that closed in on the first points would put the next one elsewhere than where the hand aims."""
    page = opened()
    page.select_option("select[name=set]", "own")
    page.click("button:has-text('Remove all but one')")
    page.wait_for_function("() => document.querySelectorAll('circle').length === 1")
    box = page.locator(".plane.own svg[role]").bounding_box()
    window = page.locator(".plane").text_content()
    page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"])
    page.wait_for_function("() => document.querySelectorAll('circle').length === 2")
    page.mouse.move(5, 5)
    page.wait_for_selector(".reading", state="detached")
    assert page.locator(".plane").text_content() == window
