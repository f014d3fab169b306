"""Sections of the report's page as their words, from given results: figures are left out."""

import re
from html import unescape

from chainrule.lab.report.page import render_section
from chainrule.lab.report.reference import TASKS

FIGURES = (
    *(f"{kind}-{task}" for kind in ("curve", "truth", "prediction") for task in TASKS),
    *(f"one-weight-{kind}" for kind in ("weight", "gradient")),
    *(f"digits-{kind}" for kind in ("curves", "confusion", "filters", "maps", "wrong")),
    *(f"going-wrong-{run}" for run in ("deep", "fast", "unscaled")),
)


def words(html: str) -> str:
    """The words of a page, one space between them."""
    text = re.sub(r"<style>.*?</style>|<!--.*?-->", "", html, flags=re.DOTALL)
    text = re.sub("</t[dh]>", " ", text)
    return " ".join(unescape(re.sub("<[^>]*>", "", text)).replace("\N{NO-BREAK SPACE}", " ").split())


def no_figures(found: dict) -> dict[str, str]:
    """Nothing in the place of each figure."""
    compared = [f"{name}-{task}" for name, tasks in found["chapters"].items() for task in tasks]
    return dict.fromkeys((*FIGURES, *compared, *(f"{name}-more" for name in compared)), "")


def section(name: str, found: dict) -> str:
    """The words of a section."""
    return words(render_section(name, found, no_figures(found)))


def conclusions(name: str, found: dict) -> list[str]:
    """The sentences of a section that follow its numbers."""
    html = render_section(name, found, no_figures(found))
    lists = re.findall(r'<ul class="said">(.*?)</ul>', html, re.DOTALL)
    return [words(each) for said in lists for each in re.findall("<li>(.*?)</li>", said, re.DOTALL)]


def results_of(**studies: dict) -> dict:
    """Results that hold these chapters' numbers and nothing else; their names with _ in the place of -."""
    settings = {"epochs": 100, "starts": 4, "seed": 0, "comparisons": {"epochs": 20, "starts": 8}}
    named = {name.replace("_", "-"): each for name, each in studies.items()}
    return {"settings": settings, "tasks": {}, "studies": named, "chapters": {}}
