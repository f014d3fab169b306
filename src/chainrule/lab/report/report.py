"""The report: the reference lab computed afresh, as one page that needs nothing else, its numbers and its figures."""

import json
import os
import re
import tempfile
import time
from collections.abc import Collection
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from chainrule.core.errors import FileError, choose, listing
from chainrule.core.extras import missing_extra
from chainrule.lab.experiments.workers import Progress, silent
from chainrule.lab.figures.files import FORMS
from chainrule.lab.figures.svg import need_matplotlib
from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.drawing import draw_all
from chainrule.lab.report.example import need_examples
from chainrule.lab.report.page import CONTENTS, need_jinja, render_page
from chainrule.lab.report.reference import Lab
from chainrule.lab.report.results import as_json, results
from chainrule.lab.report.training import train_all
from chainrule.training.files.reading import reading
from chainrule.training.files.storage import file_to_replace
from chainrule.training.files.together import replace_together

QUICK = {"main runs": 2_000, "comparisons": 1_000}
"""Epochs of a first look."""

LARGEST = "64 MiB"
"""The most to read of an earlier report's results.json, which takes less than one."""

ON_REAL_DATA = {"digits", "mnist1d", "pooling", "regularization"}
"""The chapters whose data sets come in packages of their own."""


def write_report(
    out: Path,
    *,
    epochs: int | None = None,
    starts: int = 32,
    seed: int = 0,
    quick: bool = False,
    only: Collection[str] | None = None,
    figures: str = "svg",
    progress: Progress | None = None,
) -> Path:
    """Train the reference lab and write `out/index.html`, `out/results.json` and `out/figures/*`; return the page.

    epochs: those of the main runs, and five times those of the comparisons; None: 100,000, and 20,000 for comparisons.
    starts, seed: as in `Lab`; a comparison has 8 starts per setting.  quick: without `epochs`, 2,000 for the main runs
    and 1,000 for comparisons.  only: names of sections from `CONTENTS`, which are computed alone; None: all.
    figures: the form of the figures' files, from `files.FORMS`; drawings of an explanation are SVGs in any case.
    progress: called as progress(part, done, total) from this thread, with the parts "linear", "xor", "one-weight",
    "search", "digits" and "mnist1d", counted in epochs, "going-wrong", counted in runs, "comparisons", counted in
    epochs times networks, and "page".

    The page, the numbers and the figures are all those of this report, or still those of an earlier one, whose figures
    are removed where this one doesn't draw them. Other files in the folder stay as they are.

    On one machine a seed gives the same results.json each time, except for its key "timings". Ctrl-C ends it with
    KeyboardInterrupt and leaves the files of an earlier report as they were. Raises SettingError and FileError before
    any work is done, and MissingExtraError where the extra `report` isn't installed.
    """
    names = [name for name in CONTENTS if name in wanted(only)]
    lab, scale = sizes(epochs, starts, seed, quick)
    form = choose("form of figures", figures, {each: each for each in FORMS})
    need_matplotlib()
    need_jinja()
    need_examples()
    if ON_REAL_DATA & set(names):
        _need_data()
    out = Path(out)
    for folder in (out, out / "figures"):
        _check_writable(folder)
    for name in ("index.html", "results.json") if os.path.isdir(out) else ():
        file_to_replace(out / name)
    show = progress or silent

    begin = time.perf_counter()
    chapters = [CHAPTERS[name] for name in names if name in CHAPTERS]
    needs_main_runs = len(names) > len(chapters) + 1  # besides the section on the environment
    trained = train_all(lab if needs_main_runs else None, chapters, scale, show)
    show("page", 0, 2)
    found = results(lab, scale, trained)
    drawn = draw_all(trained, found, form)
    show("page", 1, 2)
    seconds = trained.seconds | {"elapsed, but for writing the files": time.perf_counter() - begin}
    files = {f"{name}.{each.form}": each.file for name, each in drawn.items()}
    found["figures"] = sorted(files)
    found["timings"] = {what: round(each, 2) for what, each in seconds.items()}
    page = render_page(found, {name: each.svg for name, each in drawn.items()})

    (out / "figures").mkdir(parents=True, exist_ok=True)
    whole = {out / "index.html": page.encode(), out / "results.json": as_json(found).encode()}
    whole |= {out / "figures" / name: contents for name, contents in files.items()}
    outdated = {out / "figures" / name for name in _figures_before(out)} - whole.keys()
    replace_together(whole, outdated)
    show("page", 2, 2)
    return out / "index.html"


def sizes(epochs: int | None, starts: int, seed: int, quick: bool) -> tuple[Lab, Scale]:
    """The sizes of the main runs and of the chapters.

    >>> lab, scale = sizes(None, 32, 0, quick=True)
    >>> lab.epochs, scale.epochs
    (2000, 1000)
    """
    if epochs is not None:
        return Lab(epochs, starts, seed), Scale(-(-epochs // 5), seed=seed)
    if quick:
        return Lab(QUICK["main runs"], starts, seed), Scale(QUICK["comparisons"], seed=seed)
    return Lab(starts=starts, seed=seed), Scale(seed=seed)


def wanted(only: Collection[str] | None) -> set[str]:
    """The sections to compute, among them that on the environment. Raises SettingError for an unknown name.

    >>> sorted(wanted(["learning-rates"]))
    ['environment', 'learning-rates']
    """
    chapters = {choose("chapter", name, {each: each for each in CONTENTS}) for name in only or ()}
    return set(CONTENTS) if only is None else {*chapters, "environment"}


def _need_data() -> None:
    """One sentence that says how to get the packages of the real data sets, where one is missing."""
    missing = [name for name in ("sklearn", "mnist1d") if find_spec(name) is None]
    if missing:
        raise missing_extra(
            f"the chapters on convolution need {listing(missing)} (--only computes other chapters without)", "report"
        )


def _figures_before(out: Path) -> list[str]:
    """The names of the figures that an earlier report wrote into this folder, as its results.json lists them."""
    with suppress(FileError), reading(out / "results.json", "a report's results", "delete it", LARGEST) as source:
        return [name for name in json.loads(source.text())["figures"] if re.fullmatch(r"[\w-]+\.\w+", name)]
    return []


def _check_writable(folder: Path) -> None:
    """Raise unless files can be written in this folder, or it can be made. Leaves nothing behind."""
    there = next((each for each in (folder, *folder.parents) if os.path.lexists(each)), folder)
    try:
        with suppress(FileNotFoundError):
            os.stat(folder)  # which says so of a name that the system doesn't take
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        what = "write in" if there == folder and os.path.isdir(folder) else "make"
        raise FileError(
            f"can't {what} the folder {folder}: {error.strerror or error}; choose another place."
        ) from error
