"""All figures of the report, drawn side by side."""

from collections.abc import Callable, Mapping
from typing import Any

from chainrule.lab.report.chapters import COMPARED
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.report.figures import overview, panels
from chainrule.lab.report.results import Results
from chainrule.lab.report.starts import Outcome
from chainrule.lab.report.studies import STUDIES
from chainrule.lab.experiments.workers import Job, run_side_by_side


def draw_all(
    outcomes: Mapping[str, Outcome],
    compared: Mapping[str, Mapping[str, Comparison]],
    studied: Mapping[str, Results],
) -> dict[str, str]:
    """SVGs by name: those of `panels`, overview, chapter-task for each comparison, and what each study draws."""
    jobs: dict[str, Job] = {}
    for chapter, tasks in compared.items():
        for task, comparison in tasks.items():
            name = f"{chapter}-{task}"
            jobs[name] = (_alone, (name, COMPARED[chapter].figure, comparison, name))
    for study, found in studied.items():
        jobs[study] = (_draw, (STUDIES[study].figures, found))
    for task, outcome in outcomes.items():
        jobs[task] = (_draw, (panels, {task: outcome}))
    if outcomes:
        jobs["overview"] = (_alone, ("overview", overview, outcomes))
    figures: dict[str, str] = {}
    for drawn in run_side_by_side(jobs).values() if jobs else ():
        figures |= drawn
    return figures


def _alone(name: str, draw: Callable[..., str], *arguments: Any, report: Callable[[int, int], object]) -> Any:
    return {name: draw(*arguments)}


def _draw(draw: Callable[..., dict[str, str]], *arguments: Any, report: Callable[[int, int], object]) -> Any:
    return draw(*arguments)
