"""The page: the report's numbers, facts and figures, put into templates that hold all its prose."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from chainrule.core.extras import missing_extra
from chainrule.lab.explain.drawing.drawing import KEY
from chainrule.lab.explain.notations import mathml
from chainrule.lab.figures import numbers
from chainrule.lab.figures.svg import dark_css
from chainrule.lab.report import main_runs
from chainrule.lab.report.bands import Results
from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.example import example
from chainrule.lab.report.reference import Lab, accuracy_line, log_line, prediction_line
from chainrule.lab.report.results import of_chapters

QUESTIONS = ("linear-network", "learning-rates", "biases")
"""The chapters that answer the reference's three questions."""

PARTS = {
    "comparisons": (
        "More comparisons",
        ("hidden-units", "activations", "optimizers", "mnist1d", "pooling", "regularization"),
    ),
    "details": ("The main runs in detail", ("predictions", "log", "starts", "search")),
}
"""The parts of the page whose sections are folded: by name, the title of each and its sections."""

PART_OF = {section: part for part, (_, sections) in PARTS.items() for section in sections}

CONTENTS = {
    "glance": "At a glance",
    **{name: CHAPTERS[name].title for name in QUESTIONS},
    "curves": "Learning curves",
    "boundary": "Truth and prediction",
    "equations": "How it computes",
    **{name: chapter.title for name, chapter in CHAPTERS.items() if name not in (*QUESTIONS, *PART_OF)},
    **{name: CHAPTERS[name].title for name in PARTS["comparisons"][1]},
    "predictions": "Predictions",
    "log": "Training log",
    "starts": "Every start",
    "search": CHAPTERS["search"].title,
    "network": "The network and its settings",
    "environment": "Environment and timings",
}
"""The page's sections in order, what matters first: the name of each one's template, and its title."""

NO_BREAK = "\N{NO-BREAK SPACE}"
"""Keeps a number and its sign on one line."""


def render_page(found: Results, figures: Mapping[str, str]) -> str:
    """The page, as one HTML document that makes no request.

    found: what `results` gives, with "timings".  figures: SVGs by name, as `draw_all` gives them.
    """
    given = _shared(found) | {
        "sections": {name: render_section(name, found, figures) for name in CONTENTS if _is_there(name, found)},
        "outline": outline(found),
        "dark_figures": dark_css(),
        "equations_style": mathml.STYLE,
    }
    page: str = _templates().get_template("page.html").render(given)
    return page


def render_section(name: str, found: Results, figures: Mapping[str, str]) -> str:
    """One section of the page, without its heading."""
    markup = need_jinja().utils.markupsafe.Markup
    given = _shared(found) | {
        "name": name,
        "figures": {each: markup(svg) for each, svg in figures.items()},
        "example": example(name, constants) if (constants := _constants(name, found)) else "",
    }
    if name in CHAPTERS:
        given |= {"chapter": CHAPTERS[name], "here": CHAPTERS[name].shown(of_chapters(found)[name])}
    section: str = _templates().get_template(f"chapters/{name}.html").render(given)
    return section.replace(" %", NO_BREAK + "%")


@cache
def _templates() -> Any:
    """Jinja2's environment, with the filters that write numbers and lists."""
    jinja2 = need_jinja()
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("chainrule.lab.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    written = (numbers.brief, numbers.fixed, numbers.percent, numbers.short, numbers.tick, numbers.whole)
    templates.filters |= {each.__name__: each for each in (*written, numbers.counted, capital, listed)}
    return templates


def _shared(found: Results) -> dict[str, Any]:
    """The variables of every template."""
    return {
        "found": found,
        "settings": found["settings"],
        "tasks": {task: main_runs.shown(each) for task, each in found["tasks"].items()},
        "compared": {name: CHAPTERS[name].shown(each) for name, each in found["chapters"].items()},
        "titles": {name: title for name, title in CONTENTS.items() if _is_there(name, found)},
        "shortened": shortened(found),
        "questions": [name for name in QUESTIONS if name in found["chapters"]],
        "soonest": main_runs.soonest(found["tasks"]),
        "learnt_below": main_runs.LEARNT,
        "drawing_key": KEY,
        "lines": {"log": log_line, "prediction": prediction_line, "accuracy": accuracy_line},
    }


def outline(found: Results) -> list[dict[str, Any]]:
    """The headings of the page in order: the name of each, its title and, of a part, its sections, names with titles.

    open: whether the sections of a part are unfolded, which they are where the page holds nothing before them.
    """
    headings: dict[str, dict[str, Any]] = {}
    for name, title in CONTENTS.items():
        if not _is_there(name, found):
            continue
        if part := PART_OF.get(name):
            alone = set(headings) <= set(PARTS)
            new = {"name": part, "title": PARTS[part][0], "sections": {}, "open": alone}
            headings.setdefault(part, new)["sections"][name] = title
        else:
            headings[name] = {"name": name, "title": title, "sections": {}}
    return list(headings.values())


def shortened(found: Results) -> list[dict[str, Any]]:
    """The sizes in which a report falls short of a whole one: the runs and their unit, its number, the whole one's."""
    settings, whole = found["settings"], Lab()
    sizes = []
    if found["tasks"]:
        sizes += [("main runs", "epoch", settings["epochs"], whole.epochs)]
        sizes += [("main runs", "start", settings["starts"], whole.starts)]
    if of_chapters(found):
        sizes += [("comparisons", "epoch", settings["comparisons"]["epochs"], Scale().epochs)]
    return [dict(zip(("runs", "unit", "here", "whole"), size, strict=True)) for size in sizes if size[2] < size[3]]


def _is_there(section: str, found: Results) -> bool:
    """Whether the results hold the numbers of a section."""
    if section in CHAPTERS:
        return section in of_chapters(found)
    return section == "environment" or bool(found["tasks"])


def _constants(section: str, found: Results) -> Mapping[str, Any]:
    """The constants of a section's example as this report has them; none where it has no example."""
    settings = found["settings"]
    if section in CHAPTERS:
        return CHAPTERS[section].constants(Scale(**settings["comparisons"], seed=settings["seed"]))
    lab = Lab(settings["epochs"], settings["starts"], settings["seed"])
    seeds = {task: each["shown"]["seed"] for task, each in found["tasks"].items()}
    of_section: dict[str, dict[str, Any]] = {
        "curves": {"EPOCHS": lab.epochs, "RECORD_EVERY": lab.record_every, "STARTS": lab.starts, "SEED": lab.seed},
        "predictions": {"EPOCHS": lab.epochs, "SEEDS": seeds, "TEST_SEED": lab.seed + lab.starts},
        "boundary": {"EPOCHS": lab.epochs, "SEEDS": seeds},
    }
    return of_section.get(section, {})


def capital(sentence: str) -> str:
    """The sentence with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


def listed(items: Sequence[str]) -> str:
    """Words as a list in a sentence.

    >>> listed(["5,000", "10,000", "15,000"])
    '5,000, 10,000 and 15,000'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def need_jinja() -> Any:
    """Jinja2, or one sentence that says how to get it."""
    try:
        import jinja2
    except ImportError:
        raise missing_extra("the report needs Jinja2", "report") from None
    return jinja2
