"""Standard streams that are closed, as by `>&-`, are opened on nothing: what is written there is wanted by nobody."""

import os
import sys


def open_closed_streams() -> None:
    """Let every standard stream be one that can be read or written, so that nothing else gets its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
