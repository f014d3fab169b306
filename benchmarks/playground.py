"""The playground in headless Chromium, which paints in software: first picture, clicks, frames, the training's speed.

Each round opens a fresh page at one server, with all views open, at full speed. The library's own speed is that of the
same steps in a process like the page's, taken in the same round, while no page trains.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from benchmarks.spread import FEWEST, Spread
from chainrule.lab.experiments.worker_process import ONE_THREAD

SMALL: dict[str, Any] = {}
"""The first scene: xor, 100 points, 2-4-4-1."""

LARGE: dict[str, Any] = {
    "data": {"name": "moons", "n": 1000},
    "hidden": [{"units": 16, "activation": "tanh"}] * 8,
}

FIRST, CLICK, FRAME, STEP = "first picture, s", "a click answered, ms", "a frame, ms", "a step, of the library's own"
LARGE_FRAME, IDLE = "a frame, 8 x 16 units, 1,000 points, ms", "an idle page, % of a core"
CHAIN, PROOF = "a step beside the chain, of one without", "a step beside the proof, of one without"
LOOK, LARGE_LOOK = "a look at the chain, ms", "a look at the chain, 8 x 16 units, 1,000 points, ms"

SECONDS = 3.0
"""How long frames are counted, and an idle page is watched."""

PROBE = """
window.shown = [];
window.looks = 0;
const looked = ({ data }) => {
  if (typeof data === "string") return;
  const head = new Uint8Array(data, 4, new DataView(data).getUint32(0, true));
  if (new TextDecoder().decode(head).includes('"glass"')) looks += 1;
};
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  if (window.socket !== this) this.addEventListener("message", looked);
  window.socket = this;
  if (text.startsWith('{"kind":"seen"')) shown.push(performance.now());
  return send.call(this, text);
};
localStorage.setItem("chainrule has been here", "yes");
"""
"""A page answers each frame when it has drawn it: so frames are counted where they are shown. A frame with the glass
box's numbers is a look inside."""

PRESS = """async () => {
  const button = [...document.querySelectorAll("button")].find((each) => each.textContent.includes("Pause"));
  const began = performance.now();
  button.click();
  while (button.isConnected && button.textContent.includes("Pause")) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""

LIBRARY = """
import json, sys, time
import chainrule as cr
from chainrule.interfaces.play.scene import Scene
from chainrule.interfaces.play.stage import set_up
stage = set_up(Scene.model_validate(json.loads(sys.argv[1])))
training = cr.iterate(stage.network, stage.learnt.x, stage.learnt.y, **stage.settings())
training.advance(1000)
made, began = 0, time.perf_counter()
while time.perf_counter() < began + 1.0:
    training.advance(1000)
    made += 1000
print((time.perf_counter() - began) / made)
"""


@dataclass(frozen=True)
class Playground:
    """What the playground takes, by what is measured; one number per round."""

    taken: dict[str, list[float]]

    def spread(self, what: str) -> Spread:
        """The median and the range."""
        return Spread.of(self.taken[what])


def playground(rounds: int = FEWEST, show: Callable[[str], object] = lambda text: None) -> Playground | None:
    """Measure it; None without a browser, or without Playwright."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or find_spec("playwright") is None:
        return None
    from playwright.sync_api import sync_playwright

    taken: dict[str, list[float]] = {}
    with served() as (server, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for number in range(rounds):
            show(f"playground, round {number + 1}")
            for what, value in one_round(browser, server, address):
                taken.setdefault(what, []).append(value)
        browser.close()
    return Playground(taken)


@contextmanager
def served() -> Iterator[tuple[int, str]]:
    """A server's process and its address."""
    command = [sys.executable, "-m", "chainrule", "play", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield program.pid, program.stdout.readline().strip()
        finally:
            program.send_signal(signal.SIGINT)


def one_round(browser: Any, server: int, address: str) -> Iterator[tuple[str, float]]:
    """Open a page, train both scenes, and leave it idle."""
    own = library(SMALL)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(PROBE)
    page.goto(address)
    page.wait_for_function("() => shown.length > 0")
    yield FIRST, page.evaluate("shown[0]") / 1e3
    tell(page, kind="view", samples=True)
    if page.query_selector("#tab-samples"):
        page.click("#tab-samples")
    tell(page, kind="pace", steps_per_second=None)
    per_frame, per_step, _ = watched(page)
    yield FRAME, 1e3 * per_frame
    yield STEP, per_step / own
    yield CLICK, page.evaluate(PRESS)
    look_inside(page)
    _, beside, per_look = watched(page)
    yield CHAIN, beside / per_step
    yield LOOK, 1e3 * per_look
    page.click("#part-proof")
    yield PROOF, watched(page)[1] / per_step
    page.keyboard.press("i")
    tell(page, kind="set", scene=LARGE)
    yield LARGE_FRAME, 1e3 * watched(page)[0]
    look_inside(page)
    yield LARGE_LOOK, 1e3 * watched(page)[2]
    tell(page, kind="pause")
    page.wait_for_timeout(1000)
    before = used(server)
    page.wait_for_timeout(1e3 * SECONDS)
    yield IDLE, 100 * (used(server) - before) / SECONDS
    page.close()


def tell(page: Any, **command: Any) -> None:
    """Send a command as the page does."""
    page.evaluate("text => socket.send(text)", json.dumps(command))


def look_inside(page: Any) -> None:
    """Open the chain of the first weight."""
    page.click("#unit-0-0")
    page.select_option("select[name=chainSource]", "1")


def watched(page: Any) -> tuple[float, float, float]:
    """The seconds per frame that is shown, per step, and per look inside, of a page that trains."""
    tell(page, kind="play")
    page.wait_for_timeout(1000)
    reached = """() => [shown.length, performance.now(),
      Number(document.querySelector(".count").textContent.match(/Step ([\\d,]+)/)[1].replaceAll(",", "")), looks]"""
    frames, began, step, looks = page.evaluate(reached)
    page.wait_for_timeout(1e3 * SECONDS)
    more_frames, ended, more_steps, more_looks = page.evaluate(reached)
    seconds = (ended - began) / 1e3
    counts = more_frames - frames, more_steps - step, more_looks - looks
    per_frame, per_step, per_look = (seconds / max(1, each) for each in counts)
    return per_frame, per_step, per_look


def library(scene: dict[str, Any]) -> float:
    """The seconds of a step by the library alone."""
    command = [sys.executable, "-c", LIBRARY, json.dumps(scene)]
    return float(
        subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | ONE_THREAD).stdout
    )


def used(server: int) -> float:
    """The seconds of a core that a server and the processes of its pages have used until now; NaN but on Linux."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True).stdout
    pids = [int(pid) for pid, parent in map(str.split, listed.splitlines()) if str(server) in (pid, parent)]
    ticks = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as file:
                ticks += sum(map(int, file.read().rpartition(")")[2].split()[11:13]))
        except OSError:
            return float("nan")
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    found = playground(int(sys.argv[1]) if len(sys.argv) > 1 else FEWEST, lambda text: print(text, file=sys.stderr))
    print(f"load {os.getloadavg()[0]:.1f}, {time.strftime('%H:%M')}")
    for what in found.taken if found else ():
        print(f"{what}: {found.spread(what) if found else ''}")
