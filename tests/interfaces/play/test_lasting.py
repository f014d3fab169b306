"""What a page outlives: a server that starts again, a killed run, a machine that slept; and other pages beside it."""

import os
import signal
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chainrule.interfaces.play.saved import from_file
from line import line
from pages import STEP, Kept, saved
from played import free_port, server
from processes import children

Opened = Callable[..., Any]

SHOWN = """async () => {
  const { scene } = await import('/page/run.js');
  globalThis.shown = [];
  scene.subscribe((now) => shown.push(now.data.name));
}"""
"""Notes each data set that the page shows from now on."""


def train(page: Any, steps: int = 30) -> None:
    """Train for so many steps, then stand still."""
    page.click("button.main:text('Play')")
    page.wait_for_function(f"least => {STEP} >= least", arg=steps)
    page.click("button.main:text('Pause')")
    page.wait_for_selector("button.main:text('Play')")


def step_of(file: dict[str, Any]) -> int:
    return int(from_file(file)[1]["step"])


def paused(page: Any, folder: Path) -> dict[str, Any]:
    """The run, as the page hands it out, once it stands still and the page shows that."""
    page.wait_for_selector("button.main:text('Play')")
    file = saved(page, folder / "saved.json")
    page.wait_for_function(f"step => {STEP} === step", arg=step_of(file))
    return file


def learn_moons(page: Any, address: str, folder: Path) -> tuple[Kept, dict[str, Any]]:
    """Open the page as a new visitor, whose page trains, choose moons, and pause, until what was learnt is kept."""
    kept = Kept(page)
    page.goto(address)
    page.wait_for_selector(".count")
    page.select_option("select[name=set]", "moons")
    kept.until("moons", 30)
    page.click("button.main:text('Pause')")
    learnt = paused(page, folder)
    kept.until("moons", step_of(learnt))
    page.evaluate(SHOWN)
    return kept, learnt


def assert_goes_on(page: Any, learnt: dict[str, Any], folder: Path) -> None:
    """The connection is back; the run has what it had learnt of moons, shows nothing else, and makes further steps."""
    page.wait_for_selector(".notices p:has-text('connection is lost')", state="detached")
    assert paused(page, folder) == learnt
    assert page.input_value("select[name=set]") == "moons"
    page.click("button:text-is('Step')")
    page.wait_for_function(f"next => {STEP} === next", arg=step_of(learnt) + 1)
    assert set(page.evaluate("shown")) == {"moons"}


def test_two_pages_have_runs_of_their_own(opened: Opened):
    one, two = opened(), opened()
    one.select_option("select[name=set]", "moons")
    train(one)
    assert two.evaluate(STEP) == 0
    assert two.input_value("select[name=set]") == "xor"
    train(two)
    assert one.input_value("select[name=set]") == "moons"


def test_a_page_goes_on_after_kill_and_after_a_restart(browser: Any, tmp_path: Path):
    page = browser.new_context().new_page()
    page.set_default_timeout(30_000)
    port = free_port()
    with server(tmp_path, "--port", port) as (program, address):
        kept, learnt = learn_moons(page, address, tmp_path)
        for pid in children(program.pid):
            os.kill(pid, signal.SIGKILL)
        page.wait_for_selector(".notices p:has-text('a new one has what was kept of it')")
        assert_goes_on(page, learnt, tmp_path)
        learnt = paused(page, tmp_path)
        kept.until("moons", step_of(learnt))
    page.wait_for_selector(".notices p:has-text('connection is lost')")
    with server(tmp_path, "--port", port) as (_, again):
        assert again == address
        assert_goes_on(page, learnt, tmp_path)
    page.context.close()


def test_a_page_goes_on_after_its_connection_was_cut_for_long(browser: Any, tmp_path: Path):
    page = browser.new_context().new_page()
    page.set_default_timeout(30_000)
    with server(tmp_path) as (program, address), line(address) as cable:
        _, learnt = learn_moons(page, cable.address, tmp_path)
        cable.cut()
        page.wait_for_selector(".notices p:has-text('connection is lost')")
        before = time.monotonic()
        while len(children(program.pid)) > 1:  # nobody comes back to the run, and its process ends; the spare stays
            assert time.monotonic() - before < 10
            time.sleep(0.1)
        cable.mend()
        assert_goes_on(page, learnt, tmp_path)
        page.context.close()


def test_a_page_that_slept_takes_another_connection(browser: Any, tmp_path: Path):
    page = browser.new_context().new_page()
    page.set_default_timeout(10_000)
    page.clock.install()
    with server(tmp_path) as (_, address), line(address) as cable:
        page.goto(cable.address)
        page.wait_for_selector(".count")
        page.wait_for_function(f"() => {STEP} >= 30")
        page.click("button.main:text('Pause')")
        before = step_of(paused(page, tmp_path))
        cable.deaden()
        page.click("button:text-is('Step')")
        page.wait_for_timeout(500)
        assert page.evaluate(STEP) == before  # nothing comes through, and nobody says so
        with page.expect_event("websocket"):
            page.clock.fast_forward(120_000)
        page.wait_for_selector(".notices p", state="detached")
        page.click("button:text-is('Step')")
        page.wait_for_function(f"before => {STEP} > before", arg=before)
        page.context.close()


def test_figures_are_taken_along(opened: Opened, tmp_path: Path):
    page = opened()
    train(page)
    page.click("summary:has-text('Take along')")
    for name in ("Network", "Answer", "Loss and accuracy"):
        for kind in ("svg", "png"):
            with page.expect_download() as saved:
                page.click(f"[aria-label='{name}, .{kind}']")
            file = tmp_path / f"{name}.{kind}"
            saved.value.save_as(file)
            if kind == "png":
                assert file.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
                continue
            drawing = ET.parse(file).getroot()
            tags = [each.tag.split("}")[1] for each in drawing.iter()]
            assert tags.count("image") == {"Network": 9, "Answer": 1}.get(name, 0)
            assert tags.count("path") >= {"Network": 28, "Answer": 1}.get(name, 8)
