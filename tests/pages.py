"""What tests do on the playground's page, as a visitor would."""

import json
import time
from pathlib import Path
from typing import Any

from chainrule.interfaces.play.saved import from_file

STEP = "Number(document.querySelector('.count').textContent.match(/Step ([\\d,]+)/)[1].replaceAll(',', ''))"
"""The step that a page shows, in JavaScript."""


STILL = """async () => {
  const text = () => document.querySelector(".count").textContent, before = text();
  await new Promise((done) => setTimeout(done, 500));
  return text() === before;
}"""
"""Whether the step that a page shows stays for a while: pictures may be on their way when a run is paused."""


class Kept:
    """What a page has kept of its run until now, newest last; made before the page is opened."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self.moments: list[tuple[str, int]] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._hear))

    def _hear(self, message: str | bytes) -> None:
        if isinstance(message, str) and message.startswith('{"kind": "kept"'):
            scene, arrays, *_ = from_file(json.loads(message)["file"])
            self.moments.append((scene.data.name, int(arrays["step"])))

    def until(self, data: str, least: int) -> None:
        """Wait until it has a moment of a data set, after at least so many steps."""
        before = time.monotonic()
        while not any(name == data and step >= least for name, step in self.moments):
            assert time.monotonic() - before < 30, f"no moment of {data} after {least} steps was kept: {self.moments}"
            self._page.wait_for_timeout(50)


def saved(page: Any, path: Path) -> dict[str, Any]:
    """The scene with what was learnt, as the page hands it out."""
    page.click("summary:has-text('Take along')")
    with page.expect_download() as download:
        page.click("button:text-is('Save')")
    download.value.save_as(path)
    page.keyboard.press("Escape")
    return dict(json.loads(path.read_text()))


def choose_table(page: Any, file: Path) -> None:
    """Choose a table in a file."""
    with page.expect_file_chooser() as chooser:
        page.click("button:has-text('Your own table')")
    chooser.value.set_files(file)
