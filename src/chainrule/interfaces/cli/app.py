"""The commands, gathered under one name."""

import sys
from typing import Annotated

import typer
from typer import rich_utils

from chainrule import __version__
from chainrule.core.engine.extension import table
from chainrule.interfaces.cli.commands import check, compare, explain, look, play, predict, report, train
from chainrule.interfaces.cli.commands import data as points
from chainrule.interfaces.cli.mistyped import Command, Commands, as_named
from chainrule.interfaces.cli.terminal.output import examples, in_sentences

app = typer.Typer(
    cls=Commands,
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "token_normalize_func": as_named},
    epilog=examples(
        "chainrule report",
        "chainrule train xor",
        "chainrule look pets.csv",
        "chainrule train pets.csv --test 0.25 --save pets.npz",
        "chainrule predict pets.npz more_pets.csv",
        "chainrule compare xor --learning-rate 0.1,1,10",
        "chainrule explain xor --sample 3 --weight 2:1:3",
    ),
)

if not sys.stdout.isatty():
    rich_utils.FORCE_TERMINAL = None  # Typer colours the help on some services (GitHub's), though it goes into a file

for command, epilog in (
    (report.report, report.EXAMPLES),
    (train.train, train.EXAMPLES),
    (predict.predict, predict.EXAMPLES),
    (compare.compare, compare.EXAMPLES),
    (explain.explain, explain.EXAMPLES),
    (check.check, check.EXAMPLES),
    (points.data, points.EXAMPLES),
    (look.look, look.EXAMPLES),
    (play.play, play.EXAMPLES),
):
    app.command(command.__name__, cls=Command, epilog=epilog)(in_sentences(command))


def show_version(wanted: bool) -> None:
    """Print the version and the engine, and exit."""
    if wanted:
        _print_version()
        raise typer.Exit


@in_sentences
def _print_version() -> None:
    typer.echo(f"chainrule {__version__}, engine: {table() or 'numpy (no compiled extension)'}")


@app.callback()
def chainrule(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=show_version, is_eager=True, help="Print the version and the engine, and exit."
        ),
    ] = False,
) -> None:
    """Train small neural networks with NumPy alone, and see every number on the way."""
