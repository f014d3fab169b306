"""A figure before it is drawn, and as a file of its own, whose name decides the form: SVG, PNG or PDF."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainrule.core.errors import FileError
from chainrule.lab.figures.svg import COLOR, Drawing, as_file, drawn, render
from chainrule.training.files.storage import FilePath, check_path, replacing

FORMS = ("svg", "png", "pdf")
"""The forms of figures, which are the endings of their files' names."""

DOTS_PER_INCH = 144
"""The resolution of a PNG: two dots per CSS pixel, for sharp screens."""


@dataclass(frozen=True)
class Figure:
    """Rows of panels, with the figure's name and its contents in words, as `render` takes them.

    size: that of one panel, in CSS pixels.
    """

    panels: list[list[Drawing]]
    name: str
    title: str
    description: str
    size: tuple[float, float]

    def svg(self) -> str:
        """The figure for a page."""
        words = {"name": self.name, "title": self.title, "description": self.description}
        return render(self.panels, size=self.size, **words)

    def file(self, form: str) -> bytes:
        """The contents of a file in one of the `FORMS`. A PNG or a PDF has the colours of light pages, on paper."""
        if form == "svg":
            return as_file(self.svg()).encode()
        words: dict[str, Any] = {
            "png": {"Title": self.title, "Description": self.description, "Software": None},
            "pdf": {"Title": self.title, "Subject": self.description}
            | dict.fromkeys(("Creator", "Producer", "CreationDate")),
        }
        contents = io.BytesIO()
        with drawn(self.panels, self.size) as figure:
            figure.savefig(contents, format=form, dpi=DOTS_PER_INCH, facecolor=COLOR["paper"], metadata=words[form])
        return contents.getvalue()


def one_panel(
    drawing: Drawing, *, name: str, title: str, description: str, size: tuple[float, float]
) -> dict[str, Figure]:
    """A figure of one panel, by its name."""
    return {name: Figure([[drawing]], name, title, description, size)}


def check_form(path: FilePath) -> str:
    """The form of a figure by its file's name. Raises FileError for a name with another ending.

    >>> check_form("rates.PNG")
    'png'
    """
    form = Path(check_path(path)).suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise FileError(f"a figure's file name must end in .svg, .png or .pdf; got {os.fspath(path)}.")
    return form


def write(figure: Figure, path: FilePath) -> None:
    """Write a figure to a file in the form of its name. Raises FileError for another form."""
    contents = figure.file(check_form(path))
    with replacing(path, "wb") as file:
        file.write(contents)
