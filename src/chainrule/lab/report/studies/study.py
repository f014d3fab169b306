"""A chapter of the report that is no comparison: what it trains, and what the page makes of the answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.results import Results
from chainrule.lab.experiments.workers import Job

Work = Mapping[str, tuple[Job, int]]
"""Jobs by name, each with the total that it reports."""

Answers = Mapping[str, Any]
"""What the jobs came to, by name."""


def _no_figures(found: Results) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Study:
    """One chapter.

    work: the jobs, at a scale.  results: the numbers of the chapter, ready for JSON, from the jobs' answers.
    conclude: its sentences, from these numbers.  lines: the lines of Python that reproduce it.
    figures: SVGs by name, drawn from the numbers.
    """

    title: str
    work: Callable[[Scale], Work]
    results: Callable[[Scale, Answers], Results]
    conclude: Callable[[Results], list[str]]
    lines: Callable[[Scale], str]
    figures: Callable[[Results], dict[str, str]] = _no_figures
