"""Take a picture of every view of the playground, to be looked at: `.venv/bin/python docs/screens.py FOLDER`.

Each in four sizes and three looks; `--only PART` takes those whose name holds PART. It needs Chromium.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

SIZES = ((1280, 800), (1024, 768), (768, 1024), (1920, 1080))
LOOKS = ("light", "dark", "contrast")

CSV = "length;width;colour;price;kind\n" + "".join(
    f"{k * 7 % 31},5;{k * 5 % 23};{'red' if k % 3 else 'blue'};{k * k % 97};{('cat', 'dog', 'hen')[k * 7 % 31 // 11]}\n"
    for k in range(120)
)


def tab(name: str) -> Any:
    """Opens a view under the network."""

    def act(page: Any) -> None:
        train(page)
        page.click(f"#tab-{name}")

    return act


def data(name: str) -> Any:
    """Learns a set."""

    def act(page: Any) -> None:
        page.select_option("select[name=set]", name)
        train(page)

    return act


def train(page: Any, seconds: float = 1.0) -> None:
    """Trains for a while."""
    page.click("button.main")
    page.wait_for_timeout(1000 * seconds)
    page.click("button.main")


def rate(page: Any) -> None:
    """A rate that is too large, and what the doctor says."""
    change(page, "optimizer: {type: 'SGD', learning_rate: 100}, hidden: [{units: 8, activation: 'relu'}]")
    train(page)
    page.click("#tab-doctor")
    page.click(".doctor > button")
    page.wait_for_selector(".doctor article", timeout=60_000)


def change(page: Any, parts: str) -> None:
    """Changes parts of the scene."""
    page.evaluate(f"async () => (await import('/page/run.js')).change({{{parts}}})")
    page.wait_for_timeout(300)


def classes(page: Any) -> None:
    """Five classes of points of one's own."""
    points = [
        {"x1": k % 5 + k * 37 % 11 / 20, "x2": k * 29 % 17 / 8 + (k % 5) ** 2 % 3, "y": k % 5} for k in range(100)
    ]
    change(page, f"data: {{name: 'own', points: {json.dumps(points)}}}, loss: 'softmax_cross_entropy'")
    train(page)
    page.click("#tab-confusion")


def quantity(page: Any) -> None:
    """A quantity of one's own."""
    page.select_option("select[name=set]", "own")
    page.select_option("select[name=target]", "quantity")
    train(page)


def table(page: Any) -> None:
    """A file of one's own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "animals.csv")
        path.write_text(CSV)
        with page.expect_file_chooser() as chooser:
            page.click("button:has-text('Your own table')")
        chooser.value.set_files(path)
        page.wait_for_selector("select[name=across]")
    train(page)


def sample(page: Any) -> None:
    """A row of the samples that is pointed at."""
    tab("samples")(page)
    page.wait_for_selector(".samples tbody tr")
    page.locator(".samples tbody tr").nth(1).hover()
    page.wait_for_timeout(500)


def place(page: Any) -> None:
    """A place of the plane that is read."""
    train(page)
    box = page.locator(".plane").bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.3 * box["height"])
    page.wait_for_timeout(500)


def largest(page: Any) -> None:
    """Eight layers of sixteen units."""
    change(page, "hidden: Array(8).fill({units: 16, activation: 'tanh'})")
    train(page)
    page.click("#tab-layers")


def refused(page: Any) -> None:
    """Notices."""
    for _ in range(2):
        page.evaluate("async () => (await import('/page/run.js')).send({kind: 'set', scene: {inputs: ['<b>']}})")
    page.wait_for_selector(".notices p")


def opened(selector: str) -> Any:
    """Opens a popup."""
    return lambda page: page.locator(selector).first.click()


def hint(page: Any) -> None:
    """An explanation, and a unit in full."""
    train(page)
    page.hover("#unit-0-0")
    page.focus("input[name=learning_rate]")
    page.keyboard.press("Tab")


def inside(name: str, is_large: bool = False) -> Any:
    """A part of the glass box, of the unit that was clicked."""

    def act(page: Any) -> None:
        if is_large:
            page.keyboard.press("l")
        train(page)
        page.click("#unit-0-1")
        page.click(f"#part-{name}")
        for _ in range(2 if name == "phases" else 0):
            page.keyboard.press(".")
            page.wait_for_timeout(300)

    return act


VIEWS = {
    "doctor": tab("doctor"), "layers": tab("layers"), "confusion": tab("confusion"), "samples": tab("samples"),
    "findings": rate, "sample": sample, "place": place, "own": data("own"), "quantity": quantity, "classes": classes,
    **{f"data-{name}": data(name) for name in ("linear", "xor_cloud", "circles", "moons", "spiral", "gaussians")},
    **{f"inside-{name}": inside(name) for name in ("chain", "phases", "matrices", "proof")}, "code": tab("code"),
    "large": inside("chain", is_large=True), "table": table, "largest": largest, "notices": refused, "hint": hint,
    "take": opened(".menu summary"), "keys": opened(".menu details + details summary"),
    "look": opened(".menu details:last-child summary"),
    "layer": opened(".hidden summary"), "optimizer": opened("fieldset summary"), "first": lambda page: None,
}  # fmt: skip


def main() -> None:
    """Take them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--only", default="")
    options.add_argument("--looks", nargs="+", default=LOOKS)
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "chainrule", "play", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        address = server.stdout.readline().strip()
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for look in given.looks:
            for width, height in SIZES:
                for name, act in VIEWS.items():
                    if given.only in f"{name}-{width}-{look}":
                        taken = given.folder / f"{name}-{width}-{look}.png"
                        take(chromium, address, taken, (width, height), look, act)
        server.terminate()


def take(chromium: Any, address: str, path: Path, size: tuple[int, int], look: str, act: Any) -> None:
    """Take one picture of a page of its own."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    kept = {"chainrule look": look, **({} if path.name.startswith("first") else {"chainrule has been here": "yes"})}
    context.add_init_script(f"Object.assign(localStorage, {json.dumps(kept)})")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(address)
    page.wait_for_selector(".count")
    act(page)
    page.wait_for_timeout(600)
    page.screenshot(path=path)
    context.close()


main()
