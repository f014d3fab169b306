"""Every example in the README does what it says."""

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_examples_print_what_they_say():
    page = str(ROOT / "README.md")
    failed, tried = doctest.testfile(page, module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 0
    assert failed == 0


def test_the_commands_exist():
    readme, makefile = (ROOT / "README.md").read_text("utf-8"), (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"^    make (\w+)$", readme, re.MULTILINE))
    assert {"report", "test"} <= named
    assert all(f"\n{name}:" in makefile for name in named)


def test_the_links_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "src").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
