"""Files that belong to one page: all of them are those of the old page, or of the new one."""

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from chainrule.training.files.storage import beside, file_to_replace, filling, in_a_sentence


def replace_together(files: Mapping[Path, bytes], outdated: Iterable[Path] = ()) -> None:
    """Write files with these contents, the first of which is the page that the others belong to.

    outdated: files of the old page that the new one doesn't have; they are removed. Other files aren't touched.

    All contents are on the disk, under temporary names, before the first file is replaced. Then the old files are moved
    aside, the page is replaced, and the new files take their places: wherever the process is killed, an old page has no
    new files beside it, and a new page no old ones. If it fails before the page is replaced, the old files come back.
    Raises FileError if a file can't be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page, one, two = (Path(folder, name) for name in ("index.html", "one.svg", "two.svg"))
    ...     replace_together({page: b"first", one: b"1"})
    ...     replace_together({page: b"second", two: b"2"}, outdated=[one])
    ...     sorted(os.listdir(folder))
    ['index.html', 'two.svg']
    """
    with ExitStack() as until_the_end:
        new: dict[str, str] = {}
        for path, contents in files.items():
            with in_a_sentence(path):
                target, there = file_to_replace(path)
                new[target] = until_the_end.enter_context(beside(target))
                with filling(new[target], there, "wb") as file:
                    file.write(contents)
        page, *others = new
        old: dict[str, str] = {}
        with in_a_sentence(page):
            try:
                for target in (*others, *map(str, outdated)):
                    if os.path.lexists(target):
                        old[target] = until_the_end.enter_context(beside(target))
                        os.replace(target, old[target])
                os.replace(new[page], page)
            finally:
                with ExitStack() as each_is_tried:
                    come = old if os.path.lexists(new[page]) else {target: new[target] for target in others}
                    for target, temporary in come.items():
                        each_is_tried.callback(_move, temporary, target)


def _move(temporary: str, target: str) -> None:
    with suppress(FileNotFoundError):  # an old file that hadn't been moved yet
        os.replace(temporary, target)
