"""A pseudo-terminal for tests: what a command shows to a person who watches it."""

import os
import subprocess
import sys

import pytest

posix = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals are those of POSIX")


def shown_in_a_terminal(*words: str, stdout: int | None = None, **environment: str) -> str:
    """Everything that a command of chainrule writes to a terminal of 80 columns and 24 rows, if it ends well.

    stdout: where its standard output goes, if not to the terminal: subprocess.PIPE reads it and looks for no colours.
    """
    import pty

    known = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM", "FORCE_COLOR")}
    known |= {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "chainrule", *words]
    ours, theirs = pty.openpty()
    program = subprocess.Popen(command, stdout=stdout or theirs, stderr=theirs, env=known | environment)
    os.close(theirs)
    seen = b""
    while chunk := _read(ours):
        seen += chunk
    os.close(ours)
    if program.stdout is not None:
        assert "\x1b" not in program.stdout.read().decode()
        program.stdout.close()
    assert program.wait() == 0
    return seen.decode()


def _read(terminal: int) -> bytes:
    """What a terminal shows next; nothing when the program has ended."""
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux reports the end as an error
        return b""
