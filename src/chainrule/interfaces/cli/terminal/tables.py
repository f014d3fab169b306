"""Tables on stdout: with a rule in a terminal, plain columns in a pipe or a file."""

import sys
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from chainrule.core.foreign import visible
from chainrule.interfaces.cli.terminal.output import print_lines, stdout

WIDE = 10_000
"""The width of a table in a file or a pipe, where no row is broken."""


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1, best: int | None = None) -> None:
    """Print a table: its first `left` columns aligned to the left, the others, which are numbers, to the right.

    best: the index of the row that a terminal shows in bold.
    """
    terminal = sys.stdout.isatty()
    table = Table(box=SIMPLE_HEAD if terminal else None, pad_edge=False, padding=(0, 0 if terminal else 2, 0, 0))
    for i, name in enumerate(columns):
        shown = visible(name)
        heading = shown.replace(" ", "\n") if terminal else shown  # narrow headings leave room for long values
        width = max(map(len, heading.split("\n")))
        table.add_column(heading, justify="left" if i < left else "right", min_width=width, no_wrap=i >= left)
    for i, row in enumerate(rows):
        table.add_row(*(Text(visible(cell)) for cell in row), style="bold" if i == best else None)
    print_lines(stdout(None if terminal else WIDE), table)
