"""A browser, and a server for it."""

import functools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

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
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--process-per-site"])
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


@pytest.fixture(scope="package")
def profile(browser: Any, address: str) -> Callable[..., Any]:
    """The browser's context of such settings, made once: in a new one, each page takes a second of a core longer.

    A picture stays open in it, whose process all pages share: in one of its own, each takes a second longer again.
    """

    @functools.cache
    def made(**settings: Any) -> Any:
        context = browser.new_context(**settings)
        context.new_page().goto(urljoin(address, "/page/icon.svg"))
        return context

    return made


def shown(context: Any, address: str, faults: list[str], prepare: Callable[[Any], None] = lambda page: None) -> Any:
    """A new page of a context, which remembers nothing of the pages before; its console's errors join the faults."""
    page = context.new_page()
    page.set_default_timeout(20_000)
    origin = {"origin": address.partition("/?")[0], "storageTypes": "local_storage"}
    context.new_cdp_session(page).send("Storage.clearDataForOrigin", origin)
    prepare(page)
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    page.wait_for_selector(".count")
    return page


def known(page: Any) -> None:
    """Let the visitor have been here before: the run stands still."""
    page.add_init_script("localStorage.setItem('chainrule has been here', 'yes')")


@pytest.fixture
def opened(profile: Callable[..., Any], address: str) -> Iterator[Callable[..., Any]]:
    """Opens the page, as a visitor who has been here before, or is new; what its console says fails the test."""
    faults: list[str] = []
    pages = []

    def open_page(
        width: int = 1280,
        height: int = 800,
        fragment: str = "",
        is_new: bool = False,
        prepare: Callable[[Any], None] = lambda page: None,
        **settings: Any,
    ) -> Any:
        def prepare_visitor(page: Any) -> None:
            pages.append(page)
            page.set_viewport_size({"width": width, "height": height})
            if not is_new:
                known(page)
            prepare(page)

        return shown(profile(**settings), address + fragment, faults, prepare_visitor)

    yield open_page
    for each in pages:
        each.close()
    assert faults == []


SAID = """async (all) => {
  const { pieces } = await import("/page/said.js");
  const parts = all.map(pieces);
  const isKnown = (some) => some.every((each) => each.isKnown);
  return all.map((each, k) => [each, isKnown(parts[k]), parts[k].map(({ text }) => text).join(" ")]);
}"""
"""Each text of a list: whether all of it has its form in the page's language, and that."""


@pytest.fixture(scope="package")
def english(profile: Callable[..., Any], address: str) -> Iterator[Callable[[Iterable[str]], list[str]]]:
    """The texts, of those that are given, that the German page would show in English, or half in English."""
    faults: list[str] = []
    page = shown(profile(locale="de-DE"), address, faults, known)
    assert page.evaluate("document.documentElement.lang") == "de"

    def stays_english(texts: Iterable[str]) -> list[str]:
        found = page.evaluate(SAID, sorted(set(texts)))
        return [said if is_known else text for text, is_known, said in found if not is_known or english_words(said)]

    yield stays_english
    page.close()
    assert faults == []
