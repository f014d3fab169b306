"""Files to write, checked before any work, so that no run is lost because a folder is missing or a name misleads."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chainrule.core.errors import FileError
from chainrule.lab.figures import files


@dataclass(frozen=True)
class Form:
    """What a file holds, and the endings of names that say so."""

    what: str
    endings: tuple[str, ...]


FIGURE = Form("a figure", tuple(f".{each}" for each in files.FORMS))
PAGE = Form("a page", (".html", ".htm"))
TABLE = Form("a table", (".csv",))
MODEL = Form("a model", (".npz",))

FORMS = (
    *(FIGURE, PAGE, TABLE, MODEL),
    *(Form("a JSON file", (".json",)), Form("a LaTeX file", (".tex",)), Form("a configuration", (".toml",))),
    Form("a picture", (".jpg", ".jpeg", ".gif", ".webp")),
)
"""The forms whose endings belong to them: an output of another form can't have such a name."""


def check_outputs(places: Mapping[str, tuple[Path | None, Form]]) -> None:
    """Raise FileError unless each option names a file of its own that can be written, and no other form by its ending.

    >>> check_outputs({"--html": (Path("weight.png"), PAGE)})
    Traceback (most recent call last):
    chainrule.core.errors.FileError: --html writes a page, and weight.png is the name of a figure; end it in .html.
    """
    taken: dict[Path, str] = {}
    for option, (place, form) in places.items():
        if place is None:
            continue
        if place.resolve() in taken:
            raise FileError(f"{taken[place.resolve()]} and {option} both name {place}; give each a file of its own.")
        taken[place.resolve()] = option
        folder = place.resolve().parent
        if place.is_dir():
            raise FileError(f"{option} expects the name of a file, got the folder {place}; add a file name.")
        _check_ending(option, place, form)
        if not folder.is_dir():
            raise FileError(f"{option} {place}: there is no folder {folder}; create it first.")
        if not os.access(folder, os.W_OK):
            raise FileError(f"{option} {place}: the folder {folder} can't be written to; choose another place.")


def check_folder(option: str, place: Path, figures: str = "") -> None:
    """Raise FileError where a folder is expected and the option names a file, there already or by its ending.

    figures: the option that chooses the form of the figures in that folder.

    >>> check_folder("--out", Path("lab.html"))
    Traceback (most recent call last):
    chainrule.core.errors.FileError: --out expects a folder, and lab.html is the name of a page; leave .html out.
    """
    if place.exists() and not place.is_dir():
        raise FileError(f"{option} expects a folder, got the file {place}; name another.")
    form = _form_of(place)
    if form is not None and not place.is_dir():
        ending = place.suffix.lower()
        more = f", and add {figures} {ending.strip('.')} for its figures" if figures and form is FIGURE else ""
        raise FileError(f"{option} expects a folder, and {place} is the name of {form.what}; leave {ending} out{more}.")


def _check_ending(option: str, place: Path, form: Form) -> None:
    if form is FIGURE:
        files.check_form(place)
        return
    named = _form_of(place)
    if named not in (form, None):
        raise FileError(
            f"{option} writes {form.what}, and {place} is the name of {named.what}; end it in {form.endings[0]}."
        )


def _form_of(place: Path) -> Form | None:
    """The form that a file's ending names; None where it names none of them."""
    return next((each for each in FORMS if place.suffix.lower() in each.endings), None)
