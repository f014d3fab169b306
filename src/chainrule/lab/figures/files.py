"""A figure as a file of its own, in the form that the file's name asks for: SVG, PNG or PDF."""

import os
from pathlib import Path
from typing import Any

from chainrule.core.errors import FileError
from chainrule.lab.figures.svg import COLOR, Drawing, drawn, render, save
from chainrule.training.files.storage import replacing

FORMS = (".svg", ".png", ".pdf")
"""The endings of the names of figures."""

DOTS_PER_INCH = 144
"""Of a PNG: two dots per CSS pixel, for sharp screens."""


def check_form(path: str | os.PathLike[str]) -> str:
    """The form of a figure by its file's name. Raises FileError for a name with another ending.

    >>> check_form("rates.PNG")
    'png'
    """
    form = Path(path).suffix.lower()
    if form not in FORMS:
        raise FileError(f"a figure's file name must end in .svg, .png or .pdf; got {os.fspath(path)}.")
    return form.removeprefix(".")


def write(
    panels: list[list[Drawing]],
    path: str | os.PathLike[str],
    *,
    name: str,
    title: str,
    description: str,
    size: tuple[float, float],
) -> None:
    """Write rows of panels, as `render` takes them, to a file in the form of its name.

    A PNG or a PDF has the colours of light pages, on paper. Raises FileError for another form.
    """
    form = check_form(path)
    if form == "svg":
        save(render(panels, name=name, title=title, description=description, size=size), Path(path))
        return
    words: dict[str, Any] = {
        "png": {"Title": title, "Description": description, "Software": None},
        "pdf": {"Title": title, "Subject": description, "Creator": None, "Producer": None, "CreationDate": None},
    }
    with drawn(panels, size) as figure, replacing(path, "wb") as file:
        figure.savefig(file, format=form, dpi=DOTS_PER_INCH, facecolor=COLOR["paper"], metadata=words[form])
