"""Files to write: checked before any work, so that no run is lost for want of a folder; in the end each is tried."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from chainrule.core.errors import ChainruleError, FileError
from chainrule.interfaces.cli.terminal.output import FAILED, complain, remark
from chainrule.lab.figures import files
from chainrule.training.files.storage import FilePath, destination, same_file


@dataclass(frozen=True)
class Form:
    """What a file holds, and the endings of names that say so."""

    what: str
    endings: tuple[str, ...]


FIGURE = Form("a figure", tuple(f".{each}" for each in files.FORMS))
PAGE = Form("a page", (".html", ".htm"))
TABLE = Form("a table", (".csv",))
MODEL = Form("a model", (".npz",))
FOLDER = Form("a folder", ())

FORMS = (
    *(FIGURE, PAGE, TABLE, MODEL),
    *(Form("a JSON file", (".json",)), Form("a LaTeX file", (".tex",)), Form("a configuration", (".toml",))),
    Form("a picture", (".jpg", ".jpeg", ".gif", ".webp")),
)
"""The forms whose endings belong to them: an output of another form can't have such a name."""


def check_outputs(
    outputs: Mapping[str, tuple[FilePath | None, Form]], inputs: Mapping[str, FilePath | None] | None = None
) -> None:
    """Raise FileError unless each option names a file, or a folder, of its own that can be written.

    outputs: by the options, what they write.  inputs: the files that the command reads, by what names them; no output
    may be one of them, by a link or in another spelling either, nor have the ending of another form.

    >>> check_outputs({"--html": (Path("weight.png"), PAGE)})
    Traceback (most recent call last):
    chainrule.core.errors.FileError: --html writes a page, and weight.png is the name of a figure; end it in .html.
    >>> check_outputs({"--csv": ("./pets.csv", TABLE)}, {"DATA": "pets.csv"})
    Traceback (most recent call last):
    chainrule.core.errors.FileError: --csv would replace pets.csv, which DATA reads; give it a file of its own.
    """
    read = {what: path for what, path in (inputs or {}).items() if path is not None}
    written: dict[str, FilePath] = {}
    for option, (place, form) in outputs.items():
        if place is None:
            continue
        for what, path in read.items():
            if same_file(place, path):
                raise FileError(f"{option} would replace {path}, which {what} reads; give it a file of its own.")
        for other, path in written.items():
            if same_file(place, path):
                raise FileError(f"{other} and {option} both name {place}; give each a file of its own.")
        written[option] = place
        if form is FOLDER:
            check_folder(option, Path(place))
            continue
        _check_ending(option, Path(place), form)
        try:
            destination(place)
        except FileError as error:
            raise FileError(f"{option}: {error}") from None


class Saving:
    """The files that a command writes in the end. Each is tried, whatever became of the others.

    saving = Saving()
    saving.save("model", place, model.save)
    saving.end()
    """

    def __init__(self) -> None:
        self.saved: list[FilePath] = []
        self._failed = False

    def save(self, what: str, place: FilePath | None, write: Callable[[FilePath], object]) -> None:
        """Write one file, if its place is given; or say in a sentence why it can't be written."""
        if place is None:
            return
        try:
            write(place)
        except ChainruleError as error:
            self.failed(str(error))
        else:
            self.saved.append(place)
            remark(f"Saved the {what}: {place}")

    def failed(self, sentence: str) -> None:
        """Say why something couldn't be written."""
        complain(sentence)
        self._failed = True

    def end(self) -> None:
        """End the command as one that failed, if a file couldn't be written."""
        if self._failed:
            raise typer.Exit(FAILED)


def check_folder(option: str, place: Path, figures: str = "") -> None:
    """Raise FileError where a folder is expected and the option names a file, there already or by its ending.

    figures: the option that chooses the form of the figures in that folder.

    >>> check_folder("--out", Path("lab.html"))
    Traceback (most recent call last):
    chainrule.core.errors.FileError: --out expects a folder, and lab.html is the name of a page; leave .html out.
    """
    if os.path.exists(place) and not os.path.isdir(place):  # False for what the system doesn't take as a name
        raise FileError(f"{option} expects a folder, got the file {place}; name another.")
    form = _form_of(place)
    if form is not None and not os.path.isdir(place):
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
