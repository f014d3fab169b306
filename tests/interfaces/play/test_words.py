"""The page's words: all of them in one file for each language, all of them used, and the language chosen."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainrule.interfaces import play
from chainrule.interfaces.play.catalogue import catalogue
from pages import STILL

Opened = Callable[..., Any]

PAGE = Path(play.__file__).parent / "page"

ENGLISH = (PAGE / "words/en.js").read_text(encoding="utf-8")

MADE_UP = """
import * as en from "./en.js";
globalThis.missing = new Set();
const named = (part) => new Proxy(Object.fromEntries(Object.keys(en[part]).map((key) => [key, `‹${key}›`])), {
  get(all, key) {
    if (part === "default" && typeof key === "string" && !(key in all)) missing.add(key);
    return all[key];
  },
});
export const LANGUAGES = { xx: { default: named("default"), hints: named("hints"), choices: named("choices") } };
"""
"""A language in which each word is its key, in brackets."""

SAID = """() => {
  const said = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { parentElement, data } = walk.currentNode;
    if (!parentElement.closest("noscript, script, .doctor article, .code :is(pre, p)")) said.push(data);
  }
  for (const each of document.querySelectorAll("*")) {
    for (const name of ["aria-label", "title", "placeholder", "data-hint", "alt", "aria-description"]) {
      if (each.hasAttribute(name)) said.push(each.getAttribute(name));
    }
  }
  return said;
}"""
"""All that the page says, but for the doctor's findings and the code, which come from the library."""


def names() -> set[str]:
    """The names that belong to the library: they are the same in every language."""
    known = catalogue()
    kinds = ("data", "activations", "initializers", "losses", "optimizers", "schedules", "inputs")
    own = [*(name for kind in kinds for name in known[kind]), "sin", "svg", "png"]
    return {part for each in own for part in re.findall(r"\w+", each.replace("_", " "))}


def in_made_up(opened: Opened, **settings: Any) -> Any:
    """The page in the made-up language."""

    def prepare(page: Any) -> None:
        page.route("**/words/all.js", lambda route: route.fulfill(body=MADE_UP, content_type="text/javascript"))
        page.add_init_script("localStorage.setItem('chainrule language', 'xx')")

    return opened(prepare=prepare, **settings)


def foreign(page: Any) -> set[str]:
    """The words on the page that stand in no file of words."""
    said = " ".join(page.evaluate(SAID))
    return set(re.findall(r"[^\W\d_]{2,}", re.sub("‹.*?›", " ", said))) - names()


def test_each_text_of_the_page_stands_in_the_file_of_words(opened: Opened):
    page = in_made_up(opened, is_new=True)
    assert page.evaluate("document.documentElement.lang") == "xx"
    assert page.title() == "‹title›"
    assert foreign(page) == set()
    for name in page.eval_on_selector_all("[role=tab]", "all => all.map(each => each.id)"):
        page.click(f"#{name}")
        page.wait_for_timeout(400)
        assert foreign(page) == set(), name
    for name, options in (("schedule", catalogue()["schedules"]), ("optimizer", catalogue()["optimizers"])):
        for option in options:
            page.select_option(f"select[name={name}]", option)
            page.wait_for_timeout(150)
            assert foreign(page) == set(), option
    page.hover("#unit-0-0")
    page.wait_for_selector("#card canvas")
    assert foreign(page) == set()
    page.select_option("select[name=set]", "own")
    page.select_option("select[name=target]", "quantity")
    page.wait_for_selector("input[name=quantity]")
    page.click("#tab-confusion")
    assert foreign(page) == set()
    assert page.evaluate("[...missing]") == []


@pytest.mark.parametrize("path", sorted((PAGE / "words").glob("??.js")), ids=lambda path: path.stem)
def test_each_language_has_the_same_keys_and_no_empty_word(path: Path):
    def keys(text: str) -> list[str]:
        return re.findall(r'^(?:export const (\w+)|  (\w+): (?:"."|".+"),?$)', text, re.MULTILINE)

    assert sorted(keys(path.read_text(encoding="utf-8"))) == sorted(keys(ENGLISH))


def test_each_word_is_used():
    code = " ".join(
        each.read_text(encoding="utf-8") for each in PAGE.rglob("*.js") if each.parent.name not in ("words", "vendor")
    )
    known = catalogue()
    parts = [*known["optimizers"].values(), *known["schedules"].values()]
    used = {*re.findall(r"\w+", code), *(each["name"] for part in parts for each in part)}
    first = ENGLISH.split("export const choices")[0]
    assert [key for key in re.findall(r"^  (\w+):", first, re.MULTILINE) if key not in used] == []


def test_the_language_is_the_chosen_one_else_the_browsers_and_the_run_goes_on(opened: Opened):
    def prepare(page: Any) -> None:
        body = MADE_UP.replace("xx:", "en, de:")
        page.route("**/words/all.js", lambda route: route.fulfill(body=body, content_type="text/javascript"))

    page = opened(prepare=prepare, locale="de-CH")
    assert page.evaluate("document.documentElement.lang") == "de"
    for shown in ("‹pause›", "‹play›"):
        page.click("button.main")
        page.wait_for_function("it => document.querySelector('button.main').textContent.includes(it)", arg=shown)
    page.wait_for_function(STILL)
    reached = page.text_content(".count span").replace("‹steps›", "")
    assert reached.strip() != "0"
    page.click(".menu details:last-child summary")
    page.select_option("select[name=language]", "en")
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    page.wait_for_selector(".count")
    assert page.text_content(".count span") == f"Step{reached}"
    page.reload()
    page.wait_for_selector(".count")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.text_content(".count span") == f"Step{reached}"
