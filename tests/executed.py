"""Scripts, executed."""

import contextlib
import io
from typing import Any


def executed(source: str) -> tuple[dict[str, Any], list[float]]:
    """What a script leaves behind, and the losses that it prints; executed in a namespace of its own."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(source, "script.py", "exec"), names)
    rows = [line.split() for line in said.getvalue().splitlines()]
    return names, [float(row[1]) for row in rows if len(row) == 2]
