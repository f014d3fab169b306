"""Files to write, checked before any work, so that no run is lost because a folder is missing."""

import os
from collections.abc import Mapping
from pathlib import Path

from chainrule.core.errors import FileError


def check_outputs(places: Mapping[str, Path | None]) -> None:
    """Raise FileError unless each option names a file of its own that can be written."""
    taken: dict[Path, str] = {}
    for option, place in places.items():
        if place is None:
            continue
        if place.resolve() in taken:
            raise FileError(f"{taken[place.resolve()]} and {option} both name {place}; give each a file of its own.")
        taken[place.resolve()] = option
        folder = place.resolve().parent
        if place.is_dir():
            raise FileError(f"{option} expects the name of a file, got the folder {place}; add a file name.")
        if not folder.is_dir():
            raise FileError(f"{option} {place}: there is no folder {folder}; create it first.")
        if not os.access(folder, os.W_OK):
            raise FileError(f"{option} {place}: the folder {folder} can't be written to; choose another place.")
