"""`chainrule look FILE`: how a file would be read, its columns, and what to look at twice; nothing is learnt."""

from typing import Annotated, Any

import typer

from chainrule.core.errors import SettingError
from chainrule.interfaces.cli.described import named, with_data
from chainrule.interfaces.cli.option import own, takes
from chainrule.interfaces.cli.options import READING, options
from chainrule.interfaces.cli.terminal.output import examples
from chainrule.interfaces.cli.terminal.overview import show_account
from chainrule.lab.experiments.data import DataFile
from chainrule.lab.tables.account import account_of

EXAMPLES = examples(
    "chainrule look pets.csv",
    "chainrule look pets.csv --target weight --all",
    "chainrule look measured.txt --delimiter tab --decimal , --skip 3",
)


@takes(*options("target", *READING))
def look(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A table in a file; an .npz; or - for standard input.")],
    everything: Annotated[bool, own("Show all columns, not 20.", "", None, "--all")] = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Show how a file is read, the target, and what becomes of each column.

    The target comes first, then the columns with a remark, then the first others.
    The histogram shows how many rows have each part of a column's range, or each
    of its most frequent levels.

    Lines with ! are to be looked at twice: values that all differ, as an id's; a
    row number in disguise; a column that alone answers the target; a constant;
    rows with the same inputs and different answers; classes so rare that a split
    can't hold them.
    """
    source = named(file)
    if not isinstance(source, DataFile):
        raise SettingError(
            f"look is for files; {source.name} is a data set that has a name: chainrule data {source.name} prints it."
        )
    show_account(account_of(with_data(source, settings).judged(), everything))
