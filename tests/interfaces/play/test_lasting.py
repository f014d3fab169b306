"""What a page outlives: a server that starts again, a killed run, a machine that slept; and other pages beside it."""

import os
import signal
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

from line import line
from played import server
from processes import children

Opened = Callable[..., Any]

STEP = "Number(document.querySelector('.count').textContent.match(/Step ([\\d,]+)/)[1].replaceAll(',', ''))"


def train(page: Any, steps: int = 30) -> None:
    """Train for so many steps, then stand still."""
    page.click("button.main:text('Play')")
    page.wait_for_function(f"least => {STEP} >= least", arg=steps)
    page.click("button.main:text('Pause')")
    page.wait_for_selector("button.main:text('Play')")


def assert_goes_on(page: Any) -> None:
    """The connection is back, the run has what it had learnt of moons, and it makes further steps."""
    page.wait_for_selector(".notices p:has-text('connection is lost')", state="detached")
    page.wait_for_function(f"() => {STEP} >= 30")
    assert page.input_value("select[name=set]") == "moons"
    before = page.evaluate(STEP)
    page.click("button:text-is('Step')")
    page.wait_for_function(f"before => {STEP} > before", arg=before)


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
    with server(tmp_path) as (program, address):
        page.goto(address)
        page.wait_for_selector(".count")
        page.select_option("select[name=set]", "moons")
        page.wait_for_selector("input[name=noise]")
        page.wait_for_function(f"() => {STEP} >= 30")
        page.wait_for_timeout(2500)  # until what the run has learnt is kept
        for pid in children(program.pid):
            os.kill(pid, signal.SIGKILL)
        page.wait_for_selector(".notices p:has-text('a new one has what was kept of it')")
        page.wait_for_function(f"() => {STEP} >= 30")
        assert page.input_value("select[name=set]") == "moons"
        page.wait_for_timeout(2500)
        port = address.split(":")[2].split("/")[0]
    page.wait_for_selector(".notices p:has-text('connection is lost')")
    with server(tmp_path, "--port", port) as (_, again):
        assert again == address
        assert_goes_on(page)
    page.context.close()


def test_a_page_goes_on_after_its_connection_was_cut_for_long(browser: Any, tmp_path: Path):
    page = browser.new_context().new_page()
    page.set_default_timeout(30_000)
    with server(tmp_path) as (program, address), line(address) as cable:
        page.goto(cable.address)
        page.wait_for_selector(".count")
        page.select_option("select[name=set]", "moons")
        page.wait_for_selector("input[name=noise]")
        page.wait_for_function(f"() => {STEP} >= 30")
        page.wait_for_timeout(2500)  # until what the run has learnt is kept
        cable.cut()
        page.wait_for_selector(".notices p:has-text('connection is lost')")
        before = time.monotonic()
        while len(children(program.pid)) > 1:  # nobody comes back to the run, and its process ends; the spare stays
            assert time.monotonic() - before < 10
            time.sleep(0.1)
        cable.mend()
        assert_goes_on(page)
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
        page.wait_for_selector("button.main:text('Play')")
        cable.deaden()
        before = page.evaluate(STEP)
        page.click("button:text-is('Step')")
        page.wait_for_timeout(500)
        assert page.evaluate(STEP) == before  # nothing comes through, and nobody says so
        page.clock.fast_forward(120_000)
        page.wait_for_timeout(1000)
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
