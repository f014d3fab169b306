"""The report: the reference lab computed afresh, as one page that needs nothing else, its numbers and its figures."""

import json
import re
import tempfile
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from chainrule.core.errors import FileError, MissingExtraError, choose
from chainrule.lab import search, sentences, snippets
from chainrule.lab.chapters import COMPARED
from chainrule.lab.chapters.chapter import Scale
from chainrule.lab.chapters.lines import lines
from chainrule.lab.chapters.training import train_all
from chainrule.lab.chapters.words import loss
from chainrule.lab.drawing import draw_all
from chainrule.lab.reference import Lab, accuracy_line, log_line, prediction_line
from chainrule.lab.results import LEARNT, Results, environment, results, settings
from chainrule.lab.svg import dark_css, need_matplotlib, save
from chainrule.lab.workers import Progress, silent
from chainrule.training.storage import replacing

CHAPTERS = {
    "glance": "At a glance",
    "network": "The network",
    "equations": "How it computes",
    "log": "Training log",
    "curves": "Learning curves",
    "predictions": "Predictions",
    "boundary": "Truth and prediction",
    "starts": "Every start",
    "search": "The search for the learning rate",
    **{name: chapter.title for name, chapter in COMPARED.items()},
    "environment": "Environment and timings",
}
"""The page's chapters in order: the name of each one's template, and its title."""

EPOCHS, QUICK_EPOCHS = 100_000, 2_000
"""Of the main runs, unless the caller says."""

COMPARED_EPOCHS, QUICK_COMPARED_EPOCHS = 20_000, 1_000
"""Of the comparisons. Where the caller says how long the main runs are, the comparisons are a fifth of that."""

NO_BREAK = "\N{NO-BREAK SPACE}"
"""Keeps a number and its sign on one line."""


def write_report(
    out: Path,
    *,
    epochs: int | None = None,
    starts: int = 32,
    seed: int = 0,
    quick: bool = False,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Train the reference lab and write `out/index.html`, `out/results.json` and `out/figures/*.svg`; return the page.

    epochs: of the main runs; None: 100,000, and 20,000 for the comparisons, which else take a fifth of what is said.
    starts, seed: as in `Lab`; a comparison has 8 starts a setting.  quick: 2,000 epochs, and 1,000 for the comparisons,
    where `epochs` says nothing else.  only: the names of the chapters to compute, of `CHAPTERS`; None: all.
    progress: called as progress(part, done, total) from this thread, with the parts "linear", "xor" and "search",
    counted in epochs, "comparisons", counted in epochs times networks, and "page".

    The same seed on the same machine gives the same results.json, but for what stands under its key "timings".
    Ctrl-C ends it with KeyboardInterrupt; files of an earlier report are then as they were. Raises SettingError and
    FileError before any work is done, and MissingExtraError where the extra `report` isn't installed.
    """
    names = [name for name in CHAPTERS if name in wanted(only)]
    lab = Lab((QUICK_EPOCHS if quick else EPOCHS) if epochs is None else epochs, starts, seed)
    compared_epochs = QUICK_COMPARED_EPOCHS if quick else COMPARED_EPOCHS
    scale = Scale(compared_epochs if epochs is None else -(-epochs // 5), seed=seed)
    comparing = {name: COMPARED[name] for name in names if name in COMPARED}
    need_matplotlib()
    _need_jinja()
    out = Path(out)
    for folder in (out, out / "figures"):
        _check_writable(folder)
    show = progress or silent

    begin = time.perf_counter()
    needs_main_runs = any(name not in COMPARED and name not in ("search", "environment") for name in names)
    trained = train_all(
        lab if needs_main_runs else None,
        Lab(scale.epochs, scale.starts, seed) if "search" in names else None,
        comparing,
        scale,
        show,
    )
    show("page", 0, 2)
    outcomes = trained.outcomes
    found = results(outcomes) if outcomes else {"settings": settings(lab), "tasks": {}, "environment": environment()}
    found["settings"]["comparisons"] = {"epochs": scale.epochs, "starts": scale.starts}
    found["search"] = trained.searched
    found["chapters"] = {
        name: {task: COMPARED[name].results(each) for task, each in tasks.items()}
        for name, tasks in trained.compared.items()
    }
    figures = draw_all(outcomes, trained.compared)
    show("page", 1, 2)
    seconds = trained.seconds | {"all but writing the files": time.perf_counter() - begin}
    found["timings"] = {what: round(each, 2) for what, each in seconds.items()}
    page = render_page(found, figures)

    (out / "figures").mkdir(parents=True, exist_ok=True)
    for name, svg in figures.items():
        save(svg, out / "figures" / f"{name}.svg")
    for path, text in ((out / "results.json", as_json(found)), (out / "index.html", page)):
        with replacing(path) as file:
            file.write(text)
    show("page", 2, 2)
    return out / "index.html"


def wanted(only: Collection[str] | None) -> set[str]:
    """The chapters to compute, and the one on the environment. Raises SettingError for a name that isn't known.

    >>> sorted(wanted(["learning-rates"]))
    ['environment', 'learning-rates']
    """
    for name in only or ():
        choose("chapter", name, CHAPTERS)
    return set(CHAPTERS) if only is None else {*only, "environment"}


def render_page(found: Results, figures: Mapping[str, str]) -> str:
    """The page, as one HTML document that makes no request.

    found: what `results` gives, with "timings".  figures: SVGs by name, as `draw_all` gives them.
    """
    jinja2 = _need_jinja()
    markup = jinja2.utils.markupsafe.Markup
    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("chainrule.lab", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"percent": sentences.percent, "wrong": sentences.wrong, "sure": sentences.sure, "loss": loss}
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
        say=said(found),
        code_lines=_code_lines(lab, shown, scale) | {name: lines(COMPARED[name], scale) for name in found["chapters"]},
        lines={"log": log_line, "prediction": prediction_line, "accuracy": accuracy_line},
    )
    return page.replace(" %", NO_BREAK + "%")


def _is_there(chapter: str, found: Results) -> bool:
    """Whether the results hold what a chapter shows."""
    if chapter in COMPARED:
        return chapter in found["chapters"]
    return chapter == "environment" or bool(found["search" if chapter == "search" else "tasks"])


def _code_lines(lab: Lab, shown: Mapping[str, int], scale: Scale) -> dict[str, str]:
    searching = {"search": snippets.search(Lab(scale.epochs, scale.starts, scale.seed))}
    if not shown:
        return searching
    return searching | {
        "curves": snippets.curves(lab),
        "predictions": snippets.predictions(lab, shown),
        "boundary": snippets.boundary(lab, shown),
    }


def said(found: Results) -> dict[str, list[str]]:
    """The page's computed sentences, by chapter."""
    tasks = found["tasks"]
    compared = {name: COMPARED[name].conclude(each) for name, each in found["chapters"].items()}
    compared["search"] = [search.conclude(task, each) for task, each in found["search"].items()]
    if not tasks:
        return compared

    def each(sentence: Any) -> list[str]:
        return [sentence(task, numbers) for task, numbers in tasks.items()]

    comparison = [sentences.speed(tasks, LEARNT)] if len(tasks) == 2 else []
    return {
        "glance": [*each(sentences.coverage), *each(sentences.reached)],
        "curves": [*comparison, sentences.final(tasks)],
        "predictions": [*each(sentences.accuracy), *each(sentences.answers)],
        **compared,
    }


def as_json(found: Results) -> str:
    """Results as JSON that a person can read: lists of numbers stay on one line.

    >>> print(as_json({"a": [1, 2.5], "b": {"c": None}}), end="")
    {
     "a": [1, 2.5],
     "b": {
      "c": null
     }
    }
    """
    text = json.dumps(found, indent=1, allow_nan=False)
    return re.sub(r"\[\s+[-+.\de,\s]*?\s+\]", lambda numbers: f"[{' '.join(numbers[0][1:-1].split())}]", text) + "\n"


def _need_jinja() -> Any:
    """Jinja2, or one sentence that says how to get it."""
    try:
        import jinja2
    except ImportError:
        raise MissingExtraError("the report needs Jinja2: pip install 'chainrule[report]'.") from None
    return jinja2


def _check_writable(folder: Path) -> None:
    """Raise unless files can be written in this folder, or it can be made. Leaves nothing behind."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        what = "write in" if there == folder and folder.is_dir() else "make"
        raise FileError(
            f"can't {what} the folder {folder}: {error.strerror or error}; choose another place."
        ) from error
