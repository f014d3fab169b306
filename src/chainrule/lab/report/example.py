"""The lines of Python under each figure: the files of examples/, with the constants of the run that is shown."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chainrule.core.errors import FileError

INSTALLED = Path(__file__).parent / "examples"
"""Where a wheel puts the examples."""

IN_THE_REPOSITORY = Path(__file__).parents[4] / "examples"
"""Where they are in a checkout, which an editable install uses."""


def example(chapter: str, constants: Mapping[str, Any]) -> str:
    r"""The example of a chapter, without its first docstring, and with these constants in place of the file's.

    Each constant has a line of its own at the top of the file: NAME = value.

    >>> print(*example("one-weight", {"STEPS": 20, "SEED": 7}).splitlines()[:4], sep="\n")
    import chainrule as cr
    <BLANKLINE>
    STEPS = 20
    SEED = 7
    """
    path = need_examples() / f"{chapter.replace('-', '_')}.py"
    lines = path.read_text(encoding="utf-8").partition('"""\n\n')[2]
    for name, value in constants.items():
        written = f"{value:_}" if isinstance(value, int) else repr(value)
        lines, n_lines = re.subn(rf"^{name} = .*$", f"{name} = {written}", lines, flags=re.MULTILINE)
        if n_lines != 1:
            raise FileError(f"{path.name} should have one line that begins with '{name} ='; it has {n_lines}.")
    return lines


def need_examples() -> Path:
    """The folder of the examples, or one sentence that says how to get them."""
    for folder in (INSTALLED, IN_THE_REPOSITORY):
        if folder.is_dir():
            return folder
    raise FileError(f"the report's examples should be in {INSTALLED} and aren't there; install chainrule again.")
