"""The numbers on the page are the library’s, after any steps, clicks and undo; and they follow in their places."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainrule.interfaces.play import messages
from chainrule.interfaces.play.playing import Playing
from pages import saved

Opened = Callable[..., Any]

SHOWN = """async () => {
    const { asked, glass } = await import("/page/glass.js");
    const plain = (element) => element.textContent.replaceAll("\\u2007", "").replace(/\\s+/g, " ").trim();
    return {
        asked: asked.value,
        lines: [...document.querySelectorAll("[data-line]")].map(each => [each.dataset.line, plain(each)]),
        digits: [...document.querySelectorAll(".digits dd, .digits td")].map(plain).filter(Boolean),
    };
}"""


def text_of(markup: str) -> str:
    """MathML as a browser reads it aloud: without tags."""
    plain = re.sub(r"<[^>]*>", "", markup).replace("&nbsp;", " ").replace("&#8289;", "\u2061")
    return re.sub(r"\s+", " ", plain.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")).strip()


def check_against_the_library(page: Any, path: Path) -> None:
    """What the page shows, beside what a run of its saved file would show."""
    page.wait_for_function("() => document.querySelector('button.main').textContent.includes('Play')")
    file = saved(page, path)
    page.wait_for_timeout(300)
    shown = page.evaluate(SHOWN)
    playing = Playing()
    playing.obey(messages.command(json.dumps({"kind": "open", "file": file})))
    playing.obey(
        messages.command(json.dumps({"kind": "glass", **{name: shown["asked"][name] for name in ("chain", "sample")}}))
    )
    own = playing.glass.shown(playing.stage, playing.training)["chain"]
    wanted = {k: text_of(each) for one in own["sections"] for k, each in one["lines"].items()}
    assert len(wanted) > 3
    assert {k: each for k, each in shown["lines"] if k in wanted} == wanted
    numbers = [own["value"], own["difference"], own["error"], *([own["share"]] if own["share"] else [])]
    numbers += [each[when] for each in own["update"] for when in ("before", "after")]
    assert [each.replace("−", "-") for each in shown["digits"]] == numbers


@pytest.mark.parametrize("seed", range(2))
def test_shown_numbers_are_the_librarys_after_steps_clicks_and_undo(opened: Opened, tmp_path: Path, seed: int):
    page, draw = opened(), random.Random(seed)
    network = page.locator(".network")
    page.click("#unit-0-0")
    page.wait_for_selector(".chain math")
    page.fill("input[name=followed]", "3")
    page.keyboard.press("Enter")

    def play() -> None:
        page.click("button.main:text('Play')")
        page.wait_for_timeout(400)
        page.click("button.main:text('Pause')")

    def click_a_line() -> None:
        box = network.bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * draw.choice([1, 3, 5, 7]) / 8)

    actions = [
        play,
        click_a_line,
        lambda: page.click(f"#unit-{draw.randrange(2)}-{draw.randrange(4)}"),
        lambda: page.click("button:text-is('Step')"),
        lambda: page.click("[aria-label='Undo']") if page.is_enabled("[aria-label='Undo']") else None,
        lambda: page.click("button:text-is('Reset')"),
        lambda: page.select_option("select[name=optimizer]", draw.choice(["SGD", "Adam", "RMSprop", "Nesterov"])),
        lambda: page.select_option("select[name=chainSource]", draw.choice(["bias", "1", "2"])),
    ]
    for _ in range(5):
        for _ in range(4):
            draw.choice(actions)()
        check_against_the_library(page, tmp_path / "saved.json")


def test_numbers_follow_at_least_ten_times_a_second_in_nodes_that_stay(opened: Opened):
    page = opened()
    page.select_option("select[name=speed]", "0")
    page.click("#unit-0-0")
    page.wait_for_selector(".chain math")
    page.evaluate(
        """() => {
            window.moments = new Set();
            window.first = document.querySelector(".chain [data-line] mn");
            new MutationObserver(() => moments.add(performance.now())).observe(document.querySelector(".chain"),
                { subtree: true, childList: true, characterData: true });
        }"""
    )
    page.click("button.main:text('Play')")
    page.wait_for_selector("mn.changed")
    page.wait_for_timeout(1000)
    assert page.evaluate("moments.size") > 3  # a busy machine makes fewer; how many is measured in benchmarks
    assert page.evaluate("first.isConnected")
    page.click("button.main:text('Pause')")
    page.wait_for_selector("mn.changed", state="detached")


def test_a_line_its_bias_and_a_sample_are_chosen_by_pointer_and_by_keyboard(opened: Opened):
    page = opened()
    box = page.locator(".network").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 8)
    page.wait_for_selector(".chain h3:text('Layer 2: the weight to unit 1 from unit 1')")
    unit = page.locator("#unit-0-2").bounding_box()
    page.mouse.click(unit["x"] + 1, unit["y"] + unit["height"] - 1)
    page.wait_for_selector(".chain h3:text('Layer 1: the bias of unit 3')")
    page.focus("#unit-0-2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".chain h3:text('Layer 2: unit 3')")
    page.focus("select[name=chainSource]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".chain h3:text('Layer 2: the weight to unit 3 from unit 1')")
    page.locator("circle.learnt").nth(7).click(force=True)
    page.wait_for_selector(".chain [data-line='0']:has-text('[7]')")
    page.wait_for_selector(".proof dt:text('share of sample 7')")
    page.fill("input[name=followed]", "2")
    page.keyboard.press("Enter")
    page.wait_for_selector(".chain [data-line='0']:has-text('[2]')")
    assert page.locator(".plane .followed circle").count() == 1
    page.locator(".chain h4:text('Gradient')").scroll_into_view_if_needed()
    page.wait_for_selector(".chain math.followed:has-text('[2]')")
    assert page.locator(".chain math.followed").count() == 2  # in names, and in numbers
    page.click("#tab-samples")
    page.focus(".samples tbody tr")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('input[name=followed]').value !== '2'")
