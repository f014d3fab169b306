"""The glass box on the page: it opens beside the drawing, and asks for what is in sight alone."""

from collections.abc import Callable
from typing import Any

import pytest

Opened = Callable[..., Any]

ASKED = """
window.asked = [];
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  if (text.startsWith('{"kind":"glass"')) asked.push(JSON.parse(text));
  return send.call(this, text);
};
"""


def test_a_click_on_a_unit_opens_its_chain_and_closing_asks_for_no_more(opened: Opened):
    page = opened(prepare=lambda page: page.add_init_script(ASKED))
    page.click("#unit-0-1")
    page.wait_for_selector(".glass h3:text('Layer 1: unit 2')")
    assert page.evaluate("asked[1].chain") == {"layer": 1, "unit": 2, "source": None}
    page.keyboard.press("i")
    page.wait_for_selector(".glass", state="detached")
    assert page.evaluate("asked.at(-1).chain") is None
    page.click("button:text('Look inside')")
    page.wait_for_selector(".glass h3:text('Layer 1: unit 2')")


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (1600, 1000), (600, 900)])
def test_the_drawing_the_answer_and_the_glass_box_stand_beside_each_other(opened: Opened, size: tuple[int, int]):
    page = opened(*size)
    page.click("#unit-1-0")
    page.wait_for_selector(".glass h3")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    network, answer, glass = (page.locator(each).bounding_box() for each in (".network", ".plane", ".glass"))
    if size[0] > 860:
        assert glass["x"] >= network["x"] + network["width"]
        assert glass["width"] > 0.5 * (size[0] - (280 if size[0] >= 1600 else 24))
        assert answer["y"] + answer["height"] < size[1]
