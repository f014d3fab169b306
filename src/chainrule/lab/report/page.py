"""The page: the report's numbers, sentences and figures as one HTML document that makes no request."""

from collections.abc import Mapping
from typing import Any

from chainrule.core.errors import MissingExtraError
from chainrule.lab.report import sentences, snippets
from chainrule.lab.report.chapters import COMPARED, ON_IMAGES, ON_POINTS
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.chapters.lines import lines
from chainrule.lab.report.chapters.words import best_and_worst, loss
from chainrule.lab.explain.notations import mathml
from chainrule.lab.explain.drawing.drawing import KEY
from chainrule.lab.report.reference import Lab, accuracy_line, log_line, prediction_line
from chainrule.lab.report.results import LEARNT, Results
from chainrule.lab.report.studies import STUDIES
from chainrule.lab.report.studies.one_weight import equations
from chainrule.lab.figures.svg import dark_css

CHAPTERS = {
    "glance": "At a glance",
    "network": "The network",
    "equations": "How it computes",
    "log": "Training log",
    "curves": "Learning curves",
    "predictions": "Predictions",
    "boundary": "Truth and prediction",
    "starts": "Every start",
    "one-weight": STUDIES["one-weight"].title,
    "search": STUDIES["search"].title,
    **{name: chapter.title for name, chapter in ON_POINTS.items()},
    "going-wrong": STUDIES["going-wrong"].title,
    "digits": STUDIES["digits"].title,
    "mnist1d": STUDIES["mnist1d"].title,
    **{name: chapter.title for name, chapter in ON_IMAGES.items()},
    "environment": "Environment and timings",
}
"""The page's chapters in order: the name of each one's template, and its title."""

NO_BREAK = "\N{NO-BREAK SPACE}"
"""Keeps a number and its sign on one line."""


def render_page(found: Results, figures: Mapping[str, str]) -> str:
    """The page, as one HTML document that makes no request.

    found: what `results` gives, with "timings".  figures: SVGs by name, as `draw_all` gives them.
    """
    jinja2 = need_jinja()
    markup = jinja2.utils.markupsafe.Markup
    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("chainrule.lab.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "percent": sentences.percent,
        "wrong": sentences.wrong,
        "sure": sentences.sure,
        "loss": loss,
        "extremes": best_and_worst,
        "worked_out": lambda one: markup(equations(one)),
    }
    said_settings = found["settings"]
    lab = Lab(said_settings["epochs"], said_settings["starts"], said_settings["seed"])
    scale = Scale(**said_settings["comparisons"], seed=lab.seed)
    shown = {task: each["shown"]["seed"] for task, each in found["tasks"].items()}
    page: str = pages.get_template("page.html").render(
        chapters={id: title for id, title in CHAPTERS.items() if _is_there(id, found)},
        compared=COMPARED,
        found=found,
        settings=said_settings,
        tasks=found["tasks"],
        figures={name: markup(svg) for name, svg in figures.items()},
        dark_figures=markup(dark_css()),
        equations_style=markup(mathml.STYLE),
        drawing_key=KEY,
        say=said(found),
        code_lines=_code_lines(lab, shown)
        | {name: STUDIES[name].lines(scale) for name in found["studies"]}
        | {name: lines(COMPARED[name], scale) for name in found["chapters"]},
        lines={"log": log_line, "prediction": prediction_line, "accuracy": accuracy_line},
    )
    return page.replace(" %", NO_BREAK + "%")


def _is_there(chapter: str, found: Results) -> bool:
    """Whether the results hold what a chapter shows."""
    for chapters, key in ((COMPARED, "chapters"), (STUDIES, "studies")):
        if chapter in chapters:
            return chapter in found[key]
    return chapter == "environment" or bool(found["tasks"])


def _code_lines(lab: Lab, shown: Mapping[str, int]) -> dict[str, str]:
    if not shown:
        return {}
    return {
        "curves": snippets.curves(lab),
        "predictions": snippets.predictions(lab, shown),
        "boundary": snippets.boundary(lab, shown),
    }


def said(found: Results) -> dict[str, list[str]]:
    """The page's computed sentences, by chapter."""
    tasks = found["tasks"]
    compared = {name: COMPARED[name].conclude(each) for name, each in found["chapters"].items()}
    compared |= {name: STUDIES[name].conclude(each) for name, each in found["studies"].items()}
    if not tasks:
        return compared

    def each(sentence: Any) -> list[str]:
        return [sentence(task, numbers) for task, numbers in tasks.items()]

    comparison = [sentences.speed(tasks, LEARNT)] if len(tasks) == 2 else []
    return {
        "glance": [*each(sentences.coverage), *each(sentences.reached)],
        "curves": [*comparison, sentences.final(tasks)],
        "starts": each(sentences.ailing),
        "predictions": [*each(sentences.accuracy), *each(sentences.answers)],
        **compared,
    }


def need_jinja() -> Any:
    """Jinja2, or one sentence that says how to get it."""
    try:
        import jinja2
    except ImportError:
        raise MissingExtraError('the report needs Jinja2: pip install "chainrule[report]".') from None
    return jinja2
