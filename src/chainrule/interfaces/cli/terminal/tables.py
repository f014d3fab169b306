"""Tables on stdout: with rules on a terminal, plain columns in a pipe or a file."""

import sys
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 10_000
"""Columns for a table that goes into a file or a pipe: there no row is broken."""


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1, best: int | None = None) -> None:
    """Print a table; the first `left` columns stand to the left, the others, numbers, to the right.

    best: the number of the row to be shown in bold where that is possible.
    """
    terminal = sys.stdout.isatty()
    table = Table(box=SIMPLE_HEAD if terminal else None, pad_edge=False, padding=(0, 0 if terminal else 2, 0, 0))
    for i, name in enumerate(columns):
        heading = name.replace(" ", "\n") if terminal else name  # a narrow one leaves room for what stands below
        width = max(map(len, heading.split("\n")))
        table.add_column(heading, justify="left" if i < left else "right", min_width=width, no_wrap=i >= left)
    for i, row in enumerate(rows):
        table.add_row(*(Text(cell) for cell in row), style="bold" if i == best else None)
    console = Console(file=sys.stdout, force_terminal=terminal, width=None if terminal else WIDE)
    with console.capture() as captured:
        console.print(table)
    print("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")), flush=True)
