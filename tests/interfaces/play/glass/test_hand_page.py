"""By hand, in the browser: weights, biases, inputs and targets are edited; what is shown are the library's numbers."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from axe import faults_in_looks
from chainrule.interfaces.play.playing import Playing
from pages import saved
from played import obey
from waiting import until

Opened = Callable[..., Any]

SHOWN = """async () => {
    const { asked, glass } = await import("/page/glass.js");
    const plain = (element) => element.textContent.replaceAll("\\u2007", "").replaceAll("−", "-").trim();
    return {
        hand: glass.value.hand,
        sample: asked.value.sample,
        digits: [...document.querySelectorAll(".answers dd")].map(plain),
        fields: [...document.querySelectorAll(".numbers :is(input, select)")].map(each => Number(each.value)),
    };
}"""

UNDO = "import('/page/run.js').then(run => run.state.value.undo)"


def opened_by_hand(opened: Opened, **settings: Any) -> Any:
    page = opened(**settings)
    page.click("button:text('Look inside')")
    page.click("#part-hand")
    page.wait_for_selector(".curve .here")
    return page


def settled(page: Any) -> dict[str, Any]:
    """What the page shows once nothing changes."""
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(400)
    return dict(page.evaluate(SHOWN))


def check_against_the_library(page: Any, path: Path) -> None:
    """What the page shows, beside what a run of its saved file would show."""
    page.wait_for_function("() => document.querySelector('button.main').textContent.includes('Play')")
    shown = settled(page)
    playing = Playing()
    obey(playing, "open", file=saved(page, path))
    hand = shown["hand"]
    obey(playing, "glass", hand={"at": hand["of"], "h": 0.5}, sample=hand["sample"])
    own = playing.glass.shown(playing.stage, playing.training)["hand"]
    names = ("gradient", "difference", "apart", "loss", "z", "a", "delta", "sample_loss")
    assert shown["digits"] == [own[name] for name in names]
    fields = [each["value"] for each in own["weights"]] + [each for _, each in own["fields"]["inputs"]]
    assert shown["fields"] == pytest.approx([*fields, own["fields"]["target"]], rel=1e-5)
    assert hand["curve"]["here"] == own["curve"]["here"]
    assert hand["curve"]["kinks"] == pytest.approx(own["curve"]["kinks"], abs=0.5)


@pytest.mark.parametrize("seed", range(2))
def test_shown_numbers_are_the_librarys_after_edits_steps_and_undo(opened: Opened, tmp_path: Path, seed: int):
    page, draw = opened_by_hand(opened), random.Random(seed)

    def play() -> None:
        page.click("button.main:text('Play')")
        page.wait_for_timeout(300)
        page.click("button.main:text('Pause')")

    def drag() -> None:
        box = page.locator(".curve svg").bounding_box()
        across, y = box["x"] + box["width"] * draw.uniform(0.2, 0.9), box["y"] + 90
        page.mouse.move(across, y)
        page.mouse.down()
        for _ in range(6):
            page.mouse.move(across := across + draw.uniform(-30, 30), y)
            page.wait_for_timeout(15)
        page.mouse.up()

    def fill(name: str) -> None:
        page.fill(f"input[name={name}]", f"{draw.uniform(-2, 2):.3f}")

    actions = [
        play,
        drag,
        lambda: fill("weight-bias"),
        lambda: fill("weight-2"),
        lambda: fill("input-1"),
        lambda: page.select_option("select[name=editTarget]", draw.choice("01")),
        lambda: page.click("button:text-is('Step')"),
        lambda: page.click("[aria-label='Undo']") if page.is_enabled("[aria-label='Undo']") else None,
        lambda: page.click(f"#unit-{draw.randrange(2)}-{draw.randrange(4)}"),
    ]
    for _ in range(4):
        for _ in range(4):
            draw.choice(actions)()
        check_against_the_library(page, tmp_path / "saved.json")


def test_a_drag_is_one_change_and_all_numbers_answer(opened: Opened):
    page = opened_by_hand(opened)
    before = settled(page)
    box = page.locator(".curve svg").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 90)
    page.mouse.down()
    for k in range(20):
        page.mouse.move(box["x"] + 200 + 8 * k, box["y"] + 90)
        page.wait_for_timeout(10)
    until(page, f"async () => (await ({SHOWN})()).digits[0] !== '{before['digits'][0]}'")
    page.mouse.up()
    after = settled(page)
    assert all(a != b for a, b in zip(before["digits"][:7], after["digits"][:7], strict=True))
    assert after["hand"]["curve"]["at"] > before["hand"]["curve"]["at"]
    assert page.evaluate(UNDO) == 1
    page.click("[aria-label='Undo']")
    assert settled(page)["digits"] == before["digits"]


def test_while_it_plays_an_edit_is_taken_and_the_run_goes_on(opened: Opened):
    page = opened_by_hand(opened)
    page.click("button.main:text('Play')")
    page.fill("input[name=weight-bias]", "900")
    until(page, "async () => (await import('/page/glass.js')).glass.value.hand.weights.at(-1).value > 800")
    steps = "Number(document.querySelector('.count').textContent.match(/[\\d,]+/)[0].replaceAll(',', ''))"
    reached = page.evaluate(steps)
    page.wait_for_function(f"() => {steps} > {reached}")
    page.click("button.main:text('Pause')")


def test_all_by_the_keyboard(opened: Opened):
    page = opened_by_hand(opened)
    start = settled(page)["hand"]["curve"]
    page.focus(".curve .here")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "PageUp", "ArrowLeft"):
        page.keyboard.press(key)
    assert settled(page)["hand"]["curve"]["at"] == pytest.approx(start["at"] + 12 * start["stride"])
    page.focus("input[name=weight-2]")
    value = float(page.input_value("input[name=weight-2]"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    found = settled(page)
    assert found["hand"]["weights"][1]["value"] == pytest.approx(value + start["stride"], abs=1e-4)
    assert page.evaluate(UNDO) == 2
    page.select_option("select[name=reach]", "0.00001")
    assert float(settled(page)["hand"]["apart"]) < 1e-8
    page.focus("#part-hand")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "part-hand"


def test_a_target_moves_to_the_own_points_as_it_said(opened: Opened):
    page = opened_by_hand(opened)
    assert "points of your own" in page.text_content(".hand")
    page.fill("input[name=followed]", "3")
    page.keyboard.press("Enter")
    until(page, "async () => (await import('/page/glass.js')).glass.value.hand.sample === 3")
    before = settled(page)
    page.select_option("select[name=editTarget]", str(1 - int(before["fields"][-1])))
    page.wait_for_function("() => document.querySelector('select[name=set]').value === 'own'")
    after = settled(page)
    assert "points of your own" not in page.text_content(".hand")
    assert after["hand"]["weights"] == before["hand"]["weights"]
    assert after["hand"]["loss"] != before["hand"]["loss"]
    assert page.locator(".plane .followed circle").count() == 1


def test_a_click_in_the_drawing_takes_another_weight_in_hand(opened: Opened):
    page = opened_by_hand(opened)
    box = page.locator(".network").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 8)
    until(page, "async () => (await import('/page/glass.js')).glass.value.hand.of.layer === 2")
    assert page.get_attribute("#part-hand", "aria-selected") == "true"


def test_axe_finds_nothing_and_all_has_room(opened: Opened):
    page = opened_by_hand(opened)
    for (width, height), looks in (
        ((1280, 800), ("light", "dark")),
        ((1024, 768), ("dark",)),
        ((600, 900), ("contrast",)),
    ):
        page.set_viewport_size({"width": width, "height": height})
        assert faults_in_looks(page, *looks) == {}, width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(
            "(() => { const hand = document.querySelector('.hand'); return hand.scrollWidth <= hand.clientWidth; })()"
        )
