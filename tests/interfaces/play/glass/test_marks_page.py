"""Marks on the page: a wrong gradient, a run that plays, keys alone, and what axe says of the opened glass box."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest

import chainrule as cr
from axe import faults_in_schemes
from chainrule.interfaces.play.beginning import beginning_of
from chainrule.interfaces.play.door import Playground
from own_layers import Wrong

Opened = Callable[..., Any]
X = np.random.default_rng(0).normal(size=(12, 2))

SHOWN = """() => [...document.querySelectorAll(".chain .line")]
    .map(each => [each.querySelector(".mark")?.textContent ?? "", each.querySelector("math")?.textContent ?? ""])"""

FRAMES = """
window.frames = [];
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      if (typeof data === "string") return;
      const size = new DataView(data).getUint32(0, true);
      const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size)));
      const parts = [head.glass?.marks, head.glass?.deltas].filter(Boolean);
      for (const { now, last } of parts) frames.push([head.step, now, last?.step ?? 0]);
    });
  }
};
"""


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The address of a page with a network whose first layer gets a wrong gradient."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    network = cr.Network((2,), (cr.Dense(2), Wrong(), cr.Dense(1)))
    with Playground(cloudpickle.dumps(beginning_of(network, X, X[:, 0]))) as server:
        server.start(browser=False)
        yield server.address


def test_a_wrong_gradient_is_marked_as_differing_wherever_it_stands(browser: Any, wrong: str):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script("localStorage.setItem('chainrule has been here', 'yes')")
    page = context.new_page()
    page.goto(wrong)
    page.wait_for_selector(".count")
    page.select_option("select[name=edges]", "gradient")
    page.click("#unit-0-0")
    page.select_option("select[name=chainSource]", "1")
    page.wait_for_selector(".chain .verdict:text('✗ differs')")
    page.wait_for_selector(".graph .verdict:text('✗ differs: 6')")
    page.select_option("select[name=units]", "delta")
    page.wait_for_selector(".graph .verdict:text('δ ✓ agrees: 1 · δ ✗ differs: 2')")
    page.hover("#unit-0-1")
    page.wait_for_selector("#card .verdict:text('✗ differs')")
    page.select_option("select[name=chainLayer]", "2")
    page.select_option("select[name=chainSource]", "1")
    page.wait_for_selector(".chain .verdict:text('✓ agrees')")
    assert "✗" not in "".join(mark for mark, _ in page.evaluate(SHOWN))
    page.get_by_role("tab", name="Proof").click()
    page.wait_for_selector(".proven td:text('✗ differs')")
    assert page.locator(".proven tbody td:last-child").all_inner_texts() == ["✗ differs", "✓ agrees"]
    page.wait_for_selector(".proven p:text('a backward is wrong')")
    context.close()


def test_while_the_run_plays_no_mark_is_of_another_step(opened: Opened):
    page = opened(prepare=lambda page: page.add_init_script(FRAMES))
    page.select_option("select[name=edges]", "gradient")
    page.select_option("select[name=units]", "delta")
    page.click("#unit-0-0")
    page.select_option("select[name=chainSource]", "1")
    page.wait_for_selector(".chain .verdict:text('✓ agrees')")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => frames.filter(([step, now]) => step > 20 && now).length > 10")
    seen = page.evaluate("frames")
    assert [each for each in seen if each[1] and each[2] != each[0] + 1] == []
    assert page.locator(".chain .verdict").inner_text() == "✓ agrees"
    assert page.locator(".graph .verdict").inner_text() == "✓ agrees: 37 · δ ✓ agrees: 9"


def test_axe_finds_nothing_in_any_part_of_the_opened_glass_box(opened: Opened):
    page = opened()
    page.select_option("select[name=edges]", "gradient")
    page.click("#unit-0-0")
    page.locator(".chain .line").last.scroll_into_view_if_needed()  # there are gradients in sight
    page.wait_for_selector(".chain .mark")
    tabs = page.locator(".glass [role=tab]")
    for k in range(tabs.count()):
        tabs.nth(k).click()
        page.wait_for_timeout(200)
        if tabs.nth(k).inner_text() == "Phases":
            for _ in range(6):
                page.keyboard.press(".")
            page.wait_for_selector(".phases .mark")
        assert faults_in_schemes(page) == {}, tabs.nth(k).inner_text()


def test_matrices_and_proof_are_reached_by_keys_alone(opened: Opened):
    page = opened()
    page.keyboard.press("i")
    page.locator("#part-chain").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#part-proof[aria-selected=true]")
    page.wait_for_selector(".proven td")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".matrices .product")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "product":
            break
    before = page.locator(".matrices .product").first.locator('[data-lights="result"] .lit').get_attribute("data-row")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f'.matrices .product [data-lights="result"] .lit:not([data-row="{before}"])')
    assert page.evaluate("document.activeElement.className") == "product"  # it stays where one is


def test_matrices_keep_their_places_from_step_to_step(opened: Opened):
    page = opened()
    page.get_by_role("button", name="Look inside").click()
    page.get_by_role("tab", name="Matrices").click()
    page.wait_for_selector(".matrices mtd")
    page.evaluate("window.before = [...document.querySelectorAll('.matrices mtd')]")
    texts = page.evaluate("before.map(each => each.textContent)")
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector(".matrices mn.changed")
    assert page.evaluate("before.every(each => each.isConnected)")
    assert page.evaluate("before.map(each => each.textContent)") != texts
