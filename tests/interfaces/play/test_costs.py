"""What an open page costs: no CPU while it is idle, and no memory that grows while it trains."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drawn import SOAK
from played import server
from processes import children, cpu_time, memory

Opened = Callable[..., Any]

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process has used")

IDLE_SHARE = 0.05
"""The most of a core that an idle page's processes may use: hundreds of times what they need, a tenth of training."""

SECONDS = 15.0 * SOAK
"""How long a page trains while its memory is watched: five minutes in a soak, a tenth in CI."""

in_a_soak = pytest.mark.skipif(SOAK == 1, reason="make soak watches for long enough to tell")

MOST_GROWTH = 10e6
"""The most bytes by which memory may grow once a run has all that it keeps."""


def used(page: Any, seconds: float, program: int) -> tuple[float, float]:
    """The share of a core that a server with its processes, and a page's thread, use in so many seconds."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")

    def now() -> tuple[float, float]:
        metrics = {each["name"]: each["value"] for each in cdp.send("Performance.getMetrics")["metrics"]}
        return sum(map(cpu_time, [program, *children(program)])), metrics["TaskDuration"]

    before = now()
    page.wait_for_timeout(1000 * seconds)
    after = now()
    return tuple((new - old) / seconds for old, new in zip(before, after, strict=True))


@on_linux
def test_an_idle_page_costs_no_cpu(browser: Any, tmp_path: Path):
    page = browser.new_context().new_page()
    with server(tmp_path) as (program, address):
        page.goto(address)
        page.wait_for_selector("button.main:text('Pause')")  # a new visitor's page trains
        page.select_option("select[name=speed]", "0")
        playing = used(page, 1.0, program.pid)
        page.click("button.main:text('Pause')")
        page.wait_for_selector("button.main:text('Play')")
        page.mouse.move(2, 2)
        page.wait_for_timeout(2500)  # until what the run has learnt is kept
        idle = used(page, 3.0, program.pid)
        page.context.close()
    assert max(idle) < IDLE_SHARE
    assert min(playing) > IDLE_SHARE


@pytest.mark.soak
@in_a_soak
@on_linux
def test_memory_stays_while_a_page_trains(browser: Any, tmp_path: Path):
    page = browser.new_context().new_page()
    with server(tmp_path) as (program, address):
        page.goto(address)
        page.wait_for_selector("button.main:text('Pause')")
        cdp = page.context.new_cdp_session(page)
        cdp.send("Performance.enable")

        def taken() -> dict[str, float]:
            cdp.send("HeapProfiler.collectGarbage")
            metrics = {each["name"]: each["value"] for each in cdp.send("Performance.getMetrics")["metrics"]}
            run = max(map(memory, children(program.pid)))
            return {"server": memory(program.pid), "run": run, "page": metrics["JSHeapUsedSize"], **counts(metrics)}

        def counts(metrics: dict[str, float]) -> dict[str, float]:
            """A node or a listener counts as 10 kB: a thousand of them are too many."""
            return {name: 1e4 * metrics[name] for name in ("Nodes", "JSEventListeners")}

        def go_through_all() -> None:
            for tab in ("layers", "confusion", "samples", "doctor"):
                page.click(f"#tab-{tab}")
                page.wait_for_timeout(SECONDS * 1000 / 16)

        page.select_option("select[name=speed]", "0")
        go_through_all()
        before = taken()
        for _ in range(3):
            go_through_all()
        after = taken()
        page.context.close()
    assert {name: after[name] - before[name] for name in before if after[name] - before[name] > MOST_GROWTH} == {}
