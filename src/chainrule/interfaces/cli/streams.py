"""Standard streams that are closed from the start, as by `>&-`, or that can't be written to any more; their size."""

import os
import re
import sys


def open_closed_streams() -> None:
    """Open closed streams on nothing: what is written there is dropped, and no file gets their numbers."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def forget_odd_sizes() -> None:
    """Forget sizes of a terminal that can't be meant: Rich fills a billion columns, and Typer fails on a word."""
    for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH"):
        if not re.fullmatch("[0-9]{1,4}", os.environ.get(name, "")):
            os.environ.pop(name, None)


def give_up_stdout() -> None:
    """Let stdout lead nowhere: at its end Python would try once more to write what is buffered."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
