"""What is said of a table before anything is learnt, as lines and a table."""

import sys
from contextlib import suppress

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from chainrule.core.foreign import visible
from chainrule.interfaces.cli.terminal.encoding import lines_shown
from chainrule.interfaces.cli.terminal.output import QUIET, notes_console, print_lines, stdout
from chainrule.interfaces.cli.terminal.tables import WIDE
from chainrule.lab.tables.account import Account

MOST_REMARKS = 10
"""The most remarks before a run; `chainrule look` shows all."""

MIN_WIDTHS = {"column": 10, "values": 12, "becomes": 10}
"""The columns that are wrapped in a narrow terminal, and their least widths."""

BLOCKS = " ▁▂▃▄▅▆▇█"
"""The bars of a histogram, from none to all."""


def note_account(account: Account) -> None:
    """Print on stderr how a table was read, its target and its columns; nothing with --quiet."""
    if QUIET.get():
        return
    console = notes_console(None if sys.stderr.isatty() else WIDE)
    with suppress(OSError):
        print_lines(console, _drawn(account, sys.stderr.isatty(), MOST_REMARKS), sys.stderr)


def show_account(account: Account) -> None:
    """Print the same on stdout, with a histogram for each column and all remarks."""
    print_lines(stdout(None if sys.stdout.isatty() else WIDE), _drawn(account, sys.stdout.isatty(), None, bars=True))


def _drawn(account: Account, terminal: bool, most: int | None, bars: bool = False) -> Group:
    """The account: sentences, the table, and up to so many remarks."""
    table = Table(box=SIMPLE_HEAD if terminal else None, pad_edge=False, padding=(0, 1 if terminal else 2, 0, 0))
    has_gaps = any(line.gaps for line in account.lines)
    for heading in ["column", "type", "values", *["gaps"] * has_gaps, *["histogram"] * bars, "becomes"]:
        table.add_column(
            heading,
            justify="right" if heading == "gaps" else "left",
            no_wrap=heading not in MIN_WIDTHS,
            min_width=MIN_WIDTHS.get(heading) if terminal else None,
            overflow="fold" if heading == "column" else "ellipsis",
        )
    for line in account.lines:
        gaps = [f"{line.gaps:,}" if line.gaps else ""] * has_gaps
        cells = [line.name, line.type, line.values, *gaps, *[histogram(line.bars)] * bars, line.becomes]
        table.add_row(*(Text(visible(each)) for each in cells))
    rest, alike = account.more
    more = [Text(f"{rest:,} more{', alike' * alike}")] if rest else []
    remarks = account.remarks[:most]
    hidden = len(account.remarks) - len(remarks)
    said = [Text(f"! {lines_shown(each)}") for each in remarks]
    said += [Text(f"! {hidden:,} more: chainrule look shows them")] if hidden else []
    said += [Text("")] if most is not None else []  # a log follows
    read = Text(lines_shown(account.read))
    return Group(read, Text(lines_shown(account.target)), table, *more, *said)


def histogram(counts: tuple[int, ...]) -> str:
    """Bars of counts, each a character; a count above 0 has a bar that is seen.

    >>> histogram((0, 1, 4, 8))
    ' ▁▄█'
    """
    most = max(counts, default=0)
    return "".join(BLOCKS[max(1, round(8 * each / most)) if each else 0] for each in counts)
