"""The code of a run, explanations as files, and the large page, in a browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from axe import faults, faults_in_looks
from executed import executed

Opened = Callable[..., Any]


def downloaded(page: Any, selector: str, to: Path) -> str:
    """The text of the file that a button gives."""
    with page.expect_download() as file:
        page.click(selector)
    file.value.save_as(to / file.value.suggested_filename)
    return (to / file.value.suggested_filename).read_text(encoding="utf-8")


def test_the_code_is_shown_and_gives_the_weights_of_the_page(opened: Opened, tmp_path: Path):
    page = opened()
    page.click("button:text-is('Step')")
    page.wait_for_function("() => document.querySelector('.count').textContent.startsWith('Step 1')")
    page.click(".menu summary")
    page.click("button:text('Show me the code')")
    page.wait_for_selector(".code pre:has-text('cr.train(')")
    assert faults_in_looks(page, "light", "dark") == {}
    page.keyboard.press("i")  # the script keeps the whole width beside the glass box, which ends above it
    page.wait_for_selector(".glass")
    glass, script = (page.locator(each).bounding_box() for each in (".glass", ".code pre"))
    assert script["width"] > 1200
    assert glass["y"] + glass["height"] <= script["y"]
    page.keyboard.press("i")
    source = downloaded(page, ".code button:text('Download')", tmp_path)
    assert source == page.text_content(".code pre")
    page.click(".code button:text('NumPy alone')")
    plain = downloaded(page, ".code button:text('Download')", tmp_path)
    model = executed(source)[0]["run"].model
    weights = model.network.parameters(model.theta)[0]["weights"]
    assert abs(executed(plain)[0]["W"][0] - weights).max() < 1e-12
    page.select_option("select[name=optimizer]", "RMSprop")
    page.click("button:text-is('Reset')")
    page.wait_for_function("() => document.querySelector('.count').textContent.startsWith('Step 0')")
    page.click(".code button:text('Write it anew')")
    page.wait_for_selector(".code p:has-text('SGD, Momentum and Adam')")
    assert page.locator(".code button:text('Download')").is_disabled()
    assert faults_in_looks(page, "light", "dark") == {}


def test_an_explanation_is_handed_out_from_the_menu(opened: Opened, tmp_path: Path):
    page = opened()
    page.click(".menu summary")
    assert faults(page) == []
    starts = {"HTML": "<!DOCTYPE html>", "LaTeX": "\\documentclass", "JSON": "{"}
    for form, start in starts.items():
        assert downloaded(page, f".forms button:text-is('{form}')", tmp_path).startswith(start)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080)])
def test_the_large_page_is_larger_and_remembered_and_lines_are_where_they_are_seen(
    opened: Opened, width: int, height: int
):
    page = opened(width, height)
    usual = page.locator("button.main").bounding_box()["height"]
    page.keyboard.press("l")
    page.wait_for_function("() => document.documentElement.dataset.size === 'large'")
    assert page.locator("button.main").bounding_box()["height"] > 1.3 * usual
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []
    page.reload()
    page.wait_for_selector(".count")
    assert page.get_attribute("html", "data-size") == "large"
    units = page.locator(".network .units button")
    last = units.last.bounding_box()
    page.mouse.move(last["x"] - 3, last["y"] + last["height"] / 2)
    page.wait_for_selector(".card")
    page.mouse.click(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2)
    inside, drawing = (page.locator(each).bounding_box() for each in (".glass", ".network"))
    assert inside["y"] < drawing["y"], "the glass box begins beside the drawing"
    assert inside["y"] + inside["height"] <= height, "and ends in sight"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("summary:has-text('Look')")
    page.click("button:text-is('Large')")
    page.wait_for_function("() => document.documentElement.dataset.size === 'usual'")
