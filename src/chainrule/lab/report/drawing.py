"""All figures of the report, drawn side by side: for the page, and as files."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chainrule.lab.experiments.workers import Job, run_side_by_side
from chainrule.lab.figures.files import Figure
from chainrule.lab.figures.svg import as_file
from chainrule.lab.report.bands import Results
from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.main_figures import overview, panels
from chainrule.lab.report.results import of_chapters
from chainrule.lab.report.training import Trained


class Drawn(NamedTuple):
    """A figure that was drawn: its SVG for the page, and the ending and the contents of its file."""

    svg: str
    form: str
    file: bytes


def draw_all(trained: Trained, found: Results, form: str = "svg") -> dict[str, Drawn]:
    """By name: the panels of the main runs, their overview, and what each chapter draws.

    form: of the files, from `files.FORMS`; that of an explanation's drawing, which is an SVG from the start, stays one.
    """
    numbers = of_chapters(found)
    jobs: dict[str, Job] = {
        name: (_draw, (form, CHAPTERS[name].figures, numbers[name], answers))
        for name, answers in trained.answers.items()
    }
    jobs |= {task: (_draw, (form, panels, {task: outcome})) for task, outcome in trained.outcomes.items()}
    if trained.outcomes:
        jobs["overview"] = (_draw, (form, overview, trained.outcomes))
    figures: dict[str, Drawn] = {}
    for drawn in run_side_by_side(jobs).values() if jobs else ():
        figures |= drawn
    return figures


def _draw(
    form: str,
    draw: Callable[..., Mapping[str, Figure | str]],
    *arguments: Any,
    report: Callable[[int, int], object],
) -> dict[str, Drawn]:
    return {name: _drawn(figure, form) for name, figure in draw(*arguments).items()}


def _drawn(figure: Figure | str, form: str) -> Drawn:
    svg = figure if isinstance(figure, str) else figure.svg()
    if isinstance(figure, str) or form == "svg":
        return Drawn(svg, "svg", as_file(svg).encode())
    return Drawn(svg, form, figure.file(form))
