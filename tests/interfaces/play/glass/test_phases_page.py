"""The phases on the page: by keys and buttons, in any order, with the library's numbers."""

import json
import random
from collections.abc import Callable
from typing import Any

from axe import faults_in_looks
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import Scene
from chainrule.lab.explain.phases.source import ROOT
from played import obey

Opened = Callable[..., Any]

SAID = """() => {
  const text = (each) => each.textContent;
  const number = (each) => each.firstChild.textContent;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  return {
    at: all(".way li").findIndex((each) => each.ariaCurrent === "step"),
    step: Number(document.querySelector(".count").textContent.match(/Step ([\\d,]+)/)[1].replaceAll(",", "")),
    title: document.querySelector(".phases h3")?.textContent ?? "",
    tables: all("table.written tbody").map((body) => all("tr", body).map((row) => all("td", row).map(number))),
    values: all(".derivation math:last-of-type").map(text),
    code: all(".source").map((each) => [text(each.querySelector("figcaption")), all("pre span", each).map(text)]),
  };
}"""


def at(page: Any, place: int, step: int | None = None) -> dict[str, Any]:
    """What the page says once it is at this phase, of this step."""
    page.wait_for_selector(f".way li:nth-child({place + 1})[aria-current=step]")
    if step is not None:
        page.wait_for_function(
            "step => document.querySelector('.phases .hint').textContent.startsWith(`Step ${step + 1},`)", arg=step
        )
    said: dict[str, Any] = page.evaluate(SAID)
    return said


def test_the_page_says_what_the_library_computes_in_any_order(opened: Opened):
    """A run of the same scene, without a page, is the mirror: whatever one presses, both say the same."""
    page = opened()
    page.keyboard.press(".")
    mirror = Playing(Scene.model_validate_json(json.dumps({})))
    obey(mirror, "glass", phases={"by": "layer"})
    obey(mirror, "phase")
    drawn = random.Random(3)
    for _ in range(40):
        act = drawn.choice(["."] * 5 + [","] * 3 + ["rate"])
        expected = mirror.glass.shown(mirror.stage, mirror.training)["phases"]
        if act == "," and expected["at"] == 0:
            act = "."
        if act == "rate":
            rate = drawn.choice(["0.1", "0.02"])
            page.fill("input[name=learning_rate]", rate)
            page.keyboard.press("Enter")
            page.evaluate("document.activeElement.blur()")
            scene = mirror.scene.model_dump(mode="json")
            scene["optimizer"] = scene["optimizer"] | {"learning_rate": float(rate)}
            if scene != mirror.scene.model_dump(mode="json"):
                obey(mirror, "set", scene=scene)
                page.wait_for_selector(".way", state="detached")
            page.keyboard.press(".")
            obey(mirror, "phase")
        else:
            page.keyboard.press(act)
            obey(mirror, "phase", go="next" if act == "." else "back")
        expected = mirror.glass.shown(mirror.stage, mirror.training)["phases"]
        said = at(page, expected["at"], mirror.training.state.step)
        rows = [
            list(map(list, zip(*(c["numbers"] for c in each["columns"]), strict=True))) for each in expected["tables"]
        ]
        assert said["tables"] == rows
        assert len(said["code"]) == len(expected["sources"])


def test_lines_of_code_stand_as_in_their_file(opened: Opened):
    page = opened()
    for place in range(8):
        page.keyboard.press(".")
        for caption, lines in at(page, place)["code"]:
            name = caption.split()[1].partition(".py")[0]
            file = (ROOT / f"{name}.py").read_text(encoding="utf-8").splitlines()
            for line in lines:
                number = len(line) - len(line.lstrip("0123456789"))
                assert line[number:].strip() == file[int(line[:number]) - 1].strip()


def test_it_is_done_with_the_keyboard_alone(opened: Opened):
    page = opened()
    page.keyboard.press("i")
    page.focus("#part-chain")
    while page.get_attribute("#part-phases", "aria-selected") != "true":
        page.keyboard.press("ArrowRight")
    page.wait_for_selector(".phases p.hint")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.phases button.main')"):
            break
    page.keyboard.press("Enter")
    assert at(page, 0)["title"] == "Forward: Layer 1"
    for _ in range(8):
        page.keyboard.press(".")
    assert at(page, 0, 1)["step"] == 1
    page.keyboard.press(",")
    said = at(page, 7, 0)
    assert (said["step"], said["title"]) == (0, "Update")
    page.click(".menu details:has-text('Keys') summary")
    assert page.locator(".keys kbd:text-is('.')").count() == 1


def test_a_unit_that_is_clicked_is_followed_and_passes_are_shown_whole(opened: Opened):
    page = opened()
    page.keyboard.press(".")
    at(page, 0)
    page.evaluate("window.first = document.querySelector('.phases .derivation math')")
    page.click("#unit-0-2")
    page.wait_for_selector(".phases mn.changed")
    page.wait_for_function("() => document.querySelector('.derivation math').textContent.includes('3')")
    assert page.evaluate("first.isConnected")  # what is alike stays, and what changed fades
    page.select_option("select[name=grain]", "pass")
    page.wait_for_function("() => document.querySelectorAll('.way li').length === 4")
    page.keyboard.press(".")
    page.keyboard.press(".")
    said = at(page, 2)
    assert said["title"] == "Backward"
    assert [len(each) for each in said["tables"]] == [1, 4, 4]
    page.click("button.main:text('Play')")
    page.wait_for_selector(".way", state="detached")
    assert "phase by phase" in page.text_content(".phases > .hint")


def test_axe_finds_nothing(opened: Opened):
    page = opened()
    for place in range(8):
        page.keyboard.press(".")
        at(page, place)
        if place in (0, 3, 5, 7):
            assert faults_in_looks(page, "light", "dark") == {}, place
