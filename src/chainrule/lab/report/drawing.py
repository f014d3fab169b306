"""All figures of the report, drawn side by side."""

from collections.abc import Callable
from typing import Any

from chainrule.lab.experiments.workers import Job, run_side_by_side
from chainrule.lab.report.bands import Results
from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.main_figures import overview, panels
from chainrule.lab.report.results import of_chapters
from chainrule.lab.report.training import Trained


def draw_all(trained: Trained, found: Results) -> dict[str, str]:
    """SVGs by name: the panels of the main runs, their overview, and what each chapter draws."""
    numbers = of_chapters(found)
    jobs: dict[str, Job] = {
        name: (_draw, (CHAPTERS[name].figures, numbers[name], answers)) for name, answers in trained.answers.items()
    }
    jobs |= {task: (_draw, (panels, {task: outcome})) for task, outcome in trained.outcomes.items()}
    if trained.outcomes:
        jobs["overview"] = (_draw, (overview, trained.outcomes))
    figures: dict[str, str] = {}
    for drawn in run_side_by_side(jobs).values() if jobs else ():
        figures |= drawn
    return figures


def _draw(draw: Callable[..., dict[str, str]], *arguments: Any, report: Callable[[int, int], object]) -> dict[str, str]:
    return draw(*arguments)
