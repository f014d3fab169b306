"""Every control has room: nothing is clipped or scrolls sideways, in any size; and each change is undone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.interfaces.play import door
from pages import STEP
from waiting import until

Opened = Callable[..., Any]

SIZES = [(1280, 800), (1024, 768), (768, 1024)]

CLIPPED = """() => {
    const parts = 'button, summary, select, input:not([type=file]), label, legend, h1, h2, h3, th, td, dt, dd, p';
    const isClipped = each => {
        const { left, right, width } = each.getBoundingClientRect();
        const isCut = each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline';
        return width > 0 && (isCut || left < -1 || right > innerWidth + 1);
    };
    return [...document.querySelectorAll(parts)]
        .filter(each => each.checkVisibility() && !each.closest('[role=tabpanel]') && isClipped(each))
        .map(each => `${each.scrollWidth} in ${each.clientWidth}: ${each.tagName} ${each.textContent.slice(0, 40)}`);
}"""
"""What is cut off; in a view under the network a bar of its own leads to the rest."""


def assert_fits(page: Any, what: str, sizes: list[tuple[int, int]] = SIZES) -> None:
    """Nothing is clipped, and the page is no wider than its window, in any of these sizes."""
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (what, width)
        assert page.evaluate(CLIPPED) == [], (what, width)


def test_all_controls_fit(opened: Opened):
    page = opened(is_new=True)
    page.wait_for_function(f"() => {STEP} >= 1000")
    assert_fits(page, "while it trains", SIZES[:1])
    page.click("button.main:text('Pause')")  # a page that trains would take half of the time
    assert_fits(page, "first visit")
    page.click(".first .close")
    for name in page.eval_on_selector_all("[role=tab]", "all => all.map(each => each.id)"):
        page.click(f"#{name}")
        assert_fits(page, name)
    popups = (".menu summary", ".menu details + details summary", ".menu details:last-child summary")
    for summary in (*popups, ".hidden summary", "fieldset summary"):
        for size in SIZES:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.locator(summary).first.click()
            assert_fits(page, summary, [size])
            page.keyboard.press("Escape")
    page.evaluate(
        """async () => (await import('/page/run.js'))
            .change({hidden: Array(8).fill({units: 16, activation: 'leaky_relu'})})"""
    )
    page.wait_for_function("() => document.querySelectorAll('.hidden').length === 8")
    assert_fits(page, "eight layers")
    for number in (0, 7):
        for size in SIZES:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.locator(".hidden summary").nth(number).click()
            assert_fits(page, f"layer {number + 1} of eight", [size])
            page.keyboard.press("Escape")
    page.select_option("select[name=set]", "own")
    for target in ("class", "quantity"):
        page.select_option("select[name=target]", target)
        assert_fits(page, target)
    for schedule in ("StepDecay", "Cosine", "WarmUp"):
        page.select_option("select[name=schedule]", schedule)
        until(
            page,
            "async type => (await import('/page/run.js')).scene.value.optimizer.learning_rate.type === type",
            schedule,
        )
        assert_fits(page, schedule)


def test_the_page_of_a_network_from_python(
    browser: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(door, "_is_notebook", lambda: True)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    y = rng.integers(0, 3, 40)
    network = cr.mlp(3, 5, 3, output="identity")
    settings = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.SGD(0.1)}
    run = cr.train(network, x, y, **settings, epochs=5)
    served = cr.play(run, x, y, browser=False)
    try:
        assert capsys.readouterr().out == f"{served.address}\n"
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.add_init_script("localStorage.setItem('chainrule has been here', 'yes')")
        page.goto(served.address)
        page.wait_for_selector("[aria-label='Network: 3-5-3']")
        assert page.locator("circle.learnt").count() == 40
        assert page.input_value("select[name=loss]") == "softmax_cross_entropy"
        assert page.input_value("select[name=optimizer]") == "SGD"
        assert page.text_content(".depth, .graph .hint").strip().startswith("This network came from Python")
        assert_fits(page, "a network from Python", SIZES[:1])
        page.hover("#unit-0-0")
        page.wait_for_selector("#card dd")
        weight = run.model.theta[: 4 * 5].reshape(5, 4)[0]
        shown = [float(each.replace("−", "-")) for each in page.locator("#card dd").all_text_contents()]
        np.testing.assert_allclose(shown, [weight[3], *weight[:3]], rtol=5e-3)
        page.click("button:text-is('Step')")
        page.wait_for_function("() => document.querySelector('.count').textContent.startsWith('Step 1 ')")
        with page.expect_download() as saved:
            page.click("summary:has-text('Take along')")
            page.click("button:has-text('Model')")
        saved.value.save_as(tmp_path / "model.npz")
        more = cr.train(network, x, y, **settings, epochs=6)
        np.testing.assert_allclose(cr.Model.load(tmp_path / "model.npz").theta, more.model.theta, rtol=1e-12)
        assert faults == []
        page.close()
    finally:
        served.close()


CHANGES: dict[str, Callable[[Any], None]] = {
    "a data set": lambda page: page.select_option("select[name=set]", "moons"),
    "new points": lambda page: page.click("button:text-is('Draw new points')"),
    "held out": lambda page: page.locator("input[name=test]").press("ArrowRight"),
    "an input": lambda page: page.check("input[name='x1²']"),
    "a layer": lambda page: page.click("[aria-label='Add a layer']"),
    "a unit": lambda page: page.click("[aria-label='Layer 1: One unit more']"),
    "an optimizer": lambda page: page.select_option("select[name=optimizer]", "SGD"),
    "a schedule": lambda page: page.select_option("select[name=schedule]", "Cosine"),
    "a loss": lambda page: page.select_option("select[name=loss]", "binary_cross_entropy"),
    "an initializer": lambda page: page.select_option("select[name=initializer]", "He"),
    "biases": lambda page: page.uncheck("input[name=bias]"),
    "a number": lambda page: (page.fill("input[name=clip]", "2"), page.keyboard.press("Enter")),
    "a seed": lambda page: page.click("button:text-is('Next start')"),
}


REFUSED = {
    ("learning_rate", "-1"): "Adam's learning_rate must be a number above 0; got -1. It stays as it was (0.03)",
    ("batchSize", "0"): "Expected a whole number from 1 to 1000, got 0. It stays as it was (all)",
    ("seed", "1.5"): "Expected a whole number from 0 to 2147483647, got 1.5. It stays as it was (0)",
    ("seed", ""): "Expected a whole number from 0 to 2147483647, got nothing. It stays as it was (0)",
}
"""What is typed in a field, and what is said of it: by the run, or by the page."""


def test_each_change_is_undone_and_made_again(opened: Opened):
    page = opened()
    differs = "before => import('/page/run.js').then(run => JSON.stringify(run.scene.value) !== before)"
    is_same = differs.replace("!==", "===")
    text = "async () => JSON.stringify((await import('/page/run.js')).scene.value)"
    for act in CHANGES.values():
        before = page.evaluate(text)
        act(page)
        until(page, differs, before)
        after = page.evaluate(text)
        page.click("[aria-label='Undo']")
        until(page, is_same, before)
        page.click("[aria-label='Redo']")
        until(page, is_same, after)
        page.click("[aria-label='Undo']")
        until(page, is_same, before)
    for (field, number), said in REFUSED.items():
        shown = page.input_value(f"input[name={field}]")
        page.fill(f"input[name={field}]", number)
        page.keyboard.press("Enter")
        page.wait_for_selector(f'.fault:text-is("{said}; type another number.")')
        assert page.input_value(f"input[name={field}]") == shown
    assert page.evaluate(text) == before
    page.fill("input[name=learning_rate]", "0.0123456789012345")
    page.keyboard.press("Enter")
    page.wait_for_selector(".long input[name=learning_rate]")
    assert page.locator(".fault").count() == 2
    assert_fits(page, "a long number")
