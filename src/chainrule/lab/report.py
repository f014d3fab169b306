"""The report: the reference lab computed afresh, as one page that needs nothing else, its numbers and its figures."""

import json
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chainrule.core.errors import FileError, MissingExtraError
from chainrule.lab import sentences, snippets
from chainrule.lab.figures import overview, panels
from chainrule.lab.reference import Lab, accuracy_line, log_line, prediction_line, run_lab
from chainrule.lab.results import LEARNT, Results, results
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
    "environment": "Environment and timings",
}
"""The page's chapters in order: the name of each one's template, and its title."""

NO_BREAK = "\N{NO-BREAK SPACE}"
"""Keeps a number and its sign on one line."""


def write_report(
    out: Path, *, epochs: int = 100_000, starts: int = 32, seed: int = 0, progress: Progress | None = None
) -> Path:
    """Train the reference lab and write `out/index.html`, `out/results.json` and `out/figures/*.svg`; return the page.

    epochs, starts, seed: as in `Lab`.  progress: called as progress(task, done, total) from this thread, with the tasks
    "linear" and "xor", counted in epochs, and "page".

    The same seed on the same machine gives the same results.json, but for what stands under its key "timings".
    Ctrl-C ends it with KeyboardInterrupt; files of an earlier report are then as they were. Raises SettingError and
    FileError before any work is done, and MissingExtraError where the extra `report` isn't installed.
    """
    lab = Lab(epochs, starts, seed)
    need_matplotlib()
    _need_jinja()
    out = Path(out)
    for folder in (out, out / "figures"):
        _check_writable(folder)
    show = progress or silent

    begin = time.perf_counter()
    outcomes = run_lab(lab, show)
    show("page", 0, 2)
    found = results(outcomes)
    figures = panels(outcomes)
    everything = overview(outcomes)
    show("page", 1, 2)
    seconds = {f"training {task}": outcome.seconds for task, outcome in outcomes.items()}
    seconds["all but writing the files"] = time.perf_counter() - begin
    found["timings"] = {what: round(each, 2) for what, each in seconds.items()}
    page = render_page(found, figures)

    (out / "figures").mkdir(parents=True, exist_ok=True)
    for name, svg in {**figures, "overview": everything}.items():
        save(svg, out / "figures" / f"{name}.svg")
    for path, text in ((out / "results.json", as_json(found)), (out / "index.html", page)):
        with replacing(path) as file:
            file.write(text)
    show("page", 2, 2)
    return out / "index.html"


def render_page(found: Results, figures: Mapping[str, str]) -> str:
    """The page, as one HTML document that makes no request.

    found: what `results` gives, with "timings".  figures: SVGs by name, as `panels` gives them.
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
    pages.filters |= {"percent": sentences.percent, "wrong": sentences.wrong, "sure": sentences.sure}
    settings = found["settings"]
    lab = Lab(settings["epochs"], settings["starts"], settings["seed"])
    shown = {task: each["shown"]["seed"] for task, each in found["tasks"].items()}
    page: str = pages.get_template("page.html").render(
        chapters=CHAPTERS,
        found=found,
        settings=settings,
        tasks=found["tasks"],
        figures={name: markup(svg) for name, svg in figures.items()},
        dark_figures=markup(dark_css()),
        say=said(found),
        code_lines={
            "curves": snippets.curves(lab),
            "predictions": snippets.predictions(lab, shown),
            "boundary": snippets.boundary(lab, shown),
        },
        lines={"log": log_line, "prediction": prediction_line, "accuracy": accuracy_line},
    )
    return page.replace(" %", NO_BREAK + "%")


def said(found: Results) -> dict[str, list[str]]:
    """The page's computed sentences, by chapter."""
    tasks = found["tasks"]

    def each(sentence: Any) -> list[str]:
        return [sentence(task, numbers) for task, numbers in tasks.items()]

    comparison = [sentences.speed(tasks, LEARNT)] if len(tasks) == 2 else []
    return {
        "glance": [*each(sentences.coverage), *each(sentences.reached)],
        "curves": [*comparison, sentences.final(tasks)],
        "predictions": [*each(sentences.accuracy), *each(sentences.answers)],
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
