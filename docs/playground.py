"""Take the pictures of the playground anew: `.venv/bin/python docs/playground.py`. It needs Chromium.

The README's, and those of five questions, each as a reader comes to it: by one or two clicks.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent

DEEP = "hidden: Array(4).fill({ units: 2, activation: 'sigmoid' })"
TWO_UNITS = "hidden: [{ units: 2, activation: 'sigmoid' }]"
MOMENTUM = "optimizer: { type: 'Momentum', learning_rate: 0.1, momentum: 0.9 }"
SAME = "initializer: { type: 'Zeros' }, optimizer: { type: 'SGD', learning_rate: 0.5 }"


TO_THE_TOP = """heading => {
  const panel = heading.closest("[role=tabpanel]");
  panel.scrollTop += heading.getBoundingClientRect().top - panel.getBoundingClientRect().top - 8;
}"""
"""Scroll the panel alone, not the page."""


def readme(page: Any) -> None:
    """Two spirals, while they are learnt."""
    page.select_option("select[name=set]", "spiral")
    page.wait_for_timeout(6000)


def delta(page: Any) -> None:
    """The δ of a unit far from the loss: a click on the unit."""
    begin(page, DEEP)
    click(page, "#unit-0-1")
    show(page, "Backward")


def transpose(page: Any) -> None:
    """A layer in matrices: a click on a unit, and one on Matrices."""
    begin(page, "hidden: [{ units: 3, activation: 'sigmoid' }, { units: 2, activation: 'sigmoid' }]")
    click(page, "#unit-0-1")
    page.click("#part-matrices")
    show(page, "Backward")


def momentum(page: Any) -> None:
    """What the optimizer makes of a gradient: a click on a line."""
    begin(page, f"{TWO_UNITS}, {MOMENTUM}")
    click_line(page, "#unit-0-0", "#unit-1-0")
    show(page, "Update")


def alike(page: Any) -> None:
    """Two units that began alike: a click on one of them, and one on Matrices."""
    begin(page, f"{TWO_UNITS}, {SAME}")
    click(page, "#unit-0-0")
    page.click("#part-matrices")
    show(page, "Gradient")


def one_sample(page: Any) -> None:
    """What a sample adds to a gradient: a click on a line, and one on the sample."""
    begin(page, TWO_UNITS)
    click_line(page, "#unit-0-0", "#unit-1-0")
    page.locator(".plane circle").nth(4).click(force=True)
    show(page, "Gradient")


PICTURES = {
    "playground.png": readme,
    "five_questions/delta.png": delta,
    "five_questions/transpose.png": transpose,
    "five_questions/momentum.png": momentum,
    "five_questions/alike.png": alike,
    "five_questions/one_sample.png": one_sample,
}


def begin(page: Any, parts: str) -> None:
    """A run of a scene with these parts that has made 60 steps."""
    page.click("button.main")  # on a first visit it trains by itself
    page.evaluate(f"async () => (await import('/page/run.js')).change({{{parts}}})")
    page.wait_for_timeout(300)
    for _ in range(60):
        page.click("button:text-is('Step')")


def click(page: Any, unit: str) -> None:
    """Click a unit."""
    page.click(unit)
    page.wait_for_selector(".chain h3")


def click_line(page: Any, first: str, last: str) -> None:
    """Click the line between two units."""
    left, right = (page.locator(each).bounding_box() for each in (first, last))
    x = (left["x"] + left["width"] + right["x"]) / 2
    y = (left["y"] + right["y"] + left["height"]) / 2
    page.mouse.click(x, y)
    page.wait_for_selector(".chain h3")


def show(page: Any, heading: str) -> None:
    """Scroll to a heading of the glass box."""
    page.wait_for_timeout(600)
    page.locator(f".glass h4:text-is('{heading}')").first.evaluate(TO_THE_TOP)
    page.wait_for_timeout(600)


def main() -> None:
    """Take them; of those that are named on the command line, if any are."""
    command = [sys.executable, "-m", "chainrule", "play", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        address = server.stdout.readline().strip()
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name in sys.argv[1:] or PICTURES:
            page = chromium.new_page(viewport={"width": 1280, "height": 800 if name == "playground.png" else 640})
            page.goto(address)
            page.click(".first .close")
            PICTURES[name](page)
            page.screenshot(path=FOLDER / name)
            page.close()
        server.terminate()


main()
