"""A browser, and a server for it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import chainrule
from chromium import need_chromium
from in_english import english_words

SOURCE = str(Path(chainrule.__file__).parents[1])


PROGRAM = """
import functools
from chainrule.interfaces.play.server import pages
pages.Pages = functools.partial(pages.Pages, most=64)
from chainrule.interfaces.play.door import serve
serve(browser=False)
"""
"""A server for more pages than usual: those that a test has closed may come back for a while."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    path = need_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server."""
    environment = os.environ | {"PYTHONPATH": SOURCE, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True
    ) as program:
        yield program.stdout.readline().strip()
        program.send_signal(signal.SIGINT)


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens the page, as a visitor who has been here before, or is new; what its console says fails the test."""
    faults: list[str] = []
    contexts = []

    def open_page(
        width: int = 1280,
        height: int = 800,
        fragment: str = "",
        is_new: bool = False,
        prepare: Callable[[Any], None] = lambda context: None,
        **settings: Any,
    ) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        if not is_new:
            context.add_init_script("localStorage.setItem('chainrule has been here', 'yes')")
        prepare(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address + fragment)
        page.wait_for_selector(".count")
        return page

    yield open_page
    for each in contexts:
        each.close()
    assert faults == []


SAID = """async (all) => {
  const { pieces } = await import("/page/said.js");
  const parts = all.map(pieces);
  const isKnown = (some) => some.every((each) => each.isKnown);
  return all.map((each, k) => [each, isKnown(parts[k]), parts[k].map(({ text }) => text).join(" ")]);
}"""
"""Each text of a list: whether all of it has its form in the page's language, and that."""


@pytest.fixture
def english(opened: Callable[..., Any]) -> Callable[[Iterable[str]], list[str]]:
    """The texts, of those that are given, that the German page would show in English, or half in English."""
    page = opened(locale="de-DE")
    assert page.evaluate("document.documentElement.lang") == "de"

    def stays_english(texts: Iterable[str]) -> list[str]:
        found = page.evaluate(SAID, sorted(set(texts)))
        return [text if not known else said for text, known, said in found if not known or english_words(said)]

    return stays_english
