"""The page in a browser: what a visitor does and sees."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from pages import STEP, STILL

Opened = Callable[..., Any]


def step(page: Any) -> int:
    """The step that the page shows."""
    return int(re.search(r"Step ([\d,]+)", page.text_content("output.count"))[1].replace(",", ""))


def until_step(page: Any, least: int) -> None:
    """Wait until the page shows such a step."""
    page.wait_for_function(f"least => {STEP} >= least", arg=least)


def play(page: Any) -> None:
    page.click("button.main:text('Play')")


def reset(page: Any) -> None:
    page.click("button:text-is('Reset')")
    page.wait_for_function("() => document.querySelector('.count').textContent.startsWith('Step 0')")


def pixels(page: Any, selector: str) -> str:
    """A canvas as it is seen."""
    return str(page.eval_on_selector(selector, "canvas => canvas.toDataURL()"))


def test_it_trains_pauses_steps_resets_and_goes_back(opened: Opened):
    page = opened()
    before = pixels(page, ".plane canvas")
    play(page)
    until_step(page, 100)
    page.click("button.main:text('Pause')")
    page.wait_for_selector("button.main:text('Play')")
    page.wait_for_function(STILL)
    assert pixels(page, ".plane canvas") != before
    reached = step(page)
    page.click("button:text-is('Step')")
    until_step(page, reached + 1)
    reset(page)
    page.click("[aria-label='Undo']")
    until_step(page, reached + 1)


def test_two_spirals_are_drawn_a_rate_of_a_hundred_fails_and_the_doctor_helps(opened: Opened, tmp_path: Path):
    page = opened()
    page.select_option("select[name=set]", "own")
    page.click("button:has-text('Remove all but one')")
    page.wait_for_function("() => document.querySelectorAll('circle').length === 1")
    box = page.locator(".plane.own svg[role]").bounding_box()
    count = 1
    for kind in (0, 1):
        page.click(f".brushes button:text-is('{kind}')")
        for turn in range(5):
            angle, radius = turn * 0.7 + kind * np.pi, 0.1 + 0.08 * turn
            x = box["x"] + box["width"] * (0.5 + radius * np.cos(angle))
            y = box["y"] + box["height"] * (0.5 + radius * np.sin(angle))
            page.mouse.click(x, y)
            count += 1
            page.wait_for_function("count => document.querySelectorAll('circle').length === count", arg=count)
    page.select_option("select[name=optimizer]", "SGD")
    page.fill("input[name=learning_rate]", "100")
    page.keyboard.press("Enter")
    page.locator(".hidden summary").first.click()
    page.locator(".hidden select[name=activation]").first.select_option("relu")
    play(page)
    until_step(page, 400)
    page.click("#tab-doctor")
    page.click(".doctor > button")
    page.wait_for_selector(".doctor article")
    page.locator(".doctor button.main").first.click()
    page.wait_for_function("() => document.querySelector('input[name=learning_rate]').value !== '100'")
    page.click("summary:has-text('Take along')")
    with page.expect_download() as saved:
        page.click("button:text-is('Save')")
    file = tmp_path / "playground.json"
    saved.value.save_as(file)
    assert len(json.loads(file.read_text())["scene"]["data"]["points"]) == count
    other = opened()
    other.locator("input[type=file]").set_input_files(file)
    other.wait_for_function("count => document.querySelectorAll('circle').length === count", arg=count)


def test_the_model_that_is_taken_along_answers_as_the_page_does(opened: Opened, tmp_path: Path):
    page = opened()
    page.select_option("select[name=speed]", "0")
    play(page)
    until_step(page, 3000)
    page.click("button.main")
    page.click("summary:has-text('Take along')")
    with page.expect_download() as saved:
        page.click("button:has-text('Model')")
    saved.value.save_as(tmp_path / "model.npz")
    x, y = cr.datasets.xor()
    model = cr.Model.load(tmp_path / "model.npz")
    assert model.score(x, y[:, 0], "accuracy") > 0.7
    with page.expect_download() as saved:
        page.click("button:has-text('History')")
    saved.value.save_as(tmp_path / "history.csv")
    assert (tmp_path / "history.csv").read_text().startswith("step,loss,")


CHOICES = (
    ("set", "gaussians"), ("optimizer", "Momentum"), ("schedule", "Cosine"), ("loss", "binary_cross_entropy"),
    ("initializer", "He"), ("units", "delta"), ("units", "z"), ("edges", "gradient"), ("edges", "change"),
)  # fmt: skip


def test_every_choice_goes_on_training(opened: Opened):
    page = opened()
    for select, choice in CHOICES:
        field = page.locator(f"select[name={select}]").first
        before = field.input_value()
        field.select_option(choice)
        reset(page)
        play(page)
        until_step(page, 20)
        assert page.locator(".notices p").count() == 0, choice
        assert field.input_value() == choice
        page.click("button.main:text('Pause')")
        page.wait_for_selector("button.main:text('Play')")
        field.select_option(before)


def test_layers_and_units_come_and_go(opened: Opened):
    page = opened()
    page.click("[aria-label='Add a layer']")
    page.wait_for_function("() => document.querySelectorAll('.hidden').length === 3")
    page.click("[aria-label='Layer 1: One unit more']")
    page.wait_for_selector("[aria-label='Network: 2-5-4-4-1']")
    page.click("[aria-label='Remove the last layer']")
    page.wait_for_selector("[aria-label='Network: 2-5-4-1']")
    page.locator(".switches input").nth(2).check()
    page.wait_for_selector("[aria-label='Network: 3-5-4-1']")


def test_an_address_holds_the_scene(opened: Opened):
    page = opened()
    page.select_option("select[name=set]", "moons")
    page.wait_for_function("() => document.querySelector('select[name=set]').value === 'moons'")
    page.wait_for_selector("input[name=noise]")
    page.click("summary:has-text('Take along')")
    page.click("button:has-text('address')")
    page.wait_for_function("() => location.hash.length > 1")
    fragment = page.evaluate("location.hash")
    other = opened(fragment=fragment)
    other.wait_for_function("() => document.querySelector('select[name=set]').value === 'moons'")
    broken = opened(fragment="#nonsense!")
    broken.wait_for_selector(".notices p")


def test_everything_goes_by_the_keyboard(opened: Opened):
    page = opened()
    page.keyboard.press("Space")
    until_step(page, 10)
    page.keyboard.press("Space")
    page.wait_for_selector("button.main:text('Play')")
    page.keyboard.press("r")
    page.wait_for_function("() => document.querySelector('.count').textContent.startsWith('Step 0')")
    page.keyboard.press("s")
    until_step(page, 1)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_names_are_never_markup(opened: Opened):
    page = opened()
    script = "<img src=x onerror=alert(1)>"
    page.evaluate(
        """async text => {
            const { send } = await import('/page/run.js');
            send({ kind: 'set', scene: { inputs: [text] } });
        }""",
        script,
    )
    page.wait_for_selector(".notices p")
    assert script.split("=")[0] in page.text_content(".notices")
    assert page.locator(".notices img").count() == 0


@pytest.mark.parametrize(
    ("number", "field", "before", "after"),
    [(0, "learning_rate", "0.03", "100"), (1, "set", "xor", "spiral"), (2, "set", "xor", "own")],
)
def test_each_thing_to_try_on_a_first_visit_is_done_by_its_button_and_undone(
    opened: Opened, number: int, field: str, before: str, after: str
):
    page = opened(is_new=True, reduced_motion="reduce")  # it stands still until a button is pressed
    value = f"value => document.querySelector('[name={field}]').value === value"
    page.wait_for_function(value, arg=before)
    page.hover("input[name=batchSize]")
    page.wait_for_selector("#tip:not([hidden])")  # it lies over what is to try, and lets the click through
    page.locator(".first ol button").nth(number).click()
    page.wait_for_function(value, arg=after)
    until_step(page, 50)
    page.click("[aria-label='Undo']")
    page.wait_for_function(value, arg=before)


def test_the_first_try_fails_after_a_success_as_well_and_the_second_learns(opened: Opened):
    page = opened(is_new=True)
    until_step(page, 1500)
    page.locator(".first ol button").first.click()
    page.wait_for_function("() => document.querySelector('[name=learning_rate]').value === '100'")
    page.wait_for_timeout(1000)
    page.click(".doctor > button")
    page.wait_for_selector(".doctor h3:has-text('learning rate too high')", timeout=60_000)
    page.locator(".first ol button").nth(1).click()
    page.wait_for_function("() => document.querySelector('[name=learning_rate]').value === '0.03'")
    page.wait_for_selector(".doctor:not(:has(article)) .hint")  # what he found was of the run before


def test_points_drawn_fast_all_arrive_where_they_were_put(opened: Opened):
    page = opened()
    page.select_option("select[name=set]", "own")
    page.click("button:has-text('Remove all but one')")
    page.wait_for_function("() => document.querySelectorAll('circle').length === 1")
    scale = page.text_content(".axes")
    box = page.locator(".plane.own svg[role]").bounding_box()
    for k in range(20):
        angle, radius = 0.6 * k, 0.1 + 0.01 * k
        x = box["x"] + box["width"] * (0.4 + radius * np.cos(angle))
        page.mouse.click(x, box["y"] + box["height"] * (0.4 + radius * np.sin(angle)))
    page.wait_for_function("() => document.querySelectorAll('circle').length === 21")
    assert page.text_content(".axes") == scale


def test_a_page_loaded_again_goes_on_with_its_run_and_a_copy_has_its_own(opened: Opened):
    page = opened()
    page.select_option("select[name=set]", "moons")
    page.wait_for_selector("input[name=noise]")
    page.reload()
    page.wait_for_selector(".count")
    assert page.input_value("select[name=set]") == "moons"
    page.goto(page.url + "&again")
    page.wait_for_selector(".count")
    assert page.input_value("select[name=set]") == "xor"


def test_the_doctor_says_why_a_rate_of_a_hundred_fails(opened: Opened):
    page = opened(is_new=True)
    page.locator(".first ol button").first.click()
    page.wait_for_function("() => document.querySelector('[name=learning_rate]').value === '100'")
    page.wait_for_timeout(1000)
    page.click(".doctor > button")
    page.wait_for_selector(".doctor article button:text-is('Try this')", timeout=60_000)
    page.locator(".doctor article button").first.click()
    page.wait_for_function("() => document.querySelector('[name=learning_rate]').value !== '100'")


def test_the_doctor_can_be_asked_again_after_a_change_while_he_looked(opened: Opened):
    page = opened()
    page.evaluate(
        """async () => {
            const { ask } = await import('/page/views/doctor.js');
            const { change } = await import('/page/run.js');
            const button = document.querySelector('.doctor > button');
            new MutationObserver(() => { window.looked ||= button.disabled; }).observe(button, { attributes: true });
            ask();
            change({ seed: 5 });
        }"""
    )
    page.wait_for_function("() => window.looked")  # he may have looked already
    page.wait_for_selector(".doctor > button:enabled", timeout=60_000)
    page.click(".doctor > button")
    page.wait_for_selector(".doctor article, .doctor div > p:not(.hint)", timeout=60_000)
