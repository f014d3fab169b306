"""`chainrule report`: the reference laboratory, computed afresh, as a page."""

from pathlib import Path
from typing import Annotated

import typer

from chainrule.core.errors import FileError
from chainrule.interfaces.cli.terminal.output import Bars, examples, say

EXAMPLES = examples(
    "chainrule report",
    "chainrule report --out lab --epochs 20000 --starts 8",
    "chainrule report --quick --only learning-rates",
)


def report(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write into.")] = Path("report"),
    epochs: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Epochs of the main runs, 100000 if not said; comparisons take a fifth of them."
        ),
    ] = None,
    starts: Annotated[
        int, typer.Option(metavar="N", min=1, help="Networks of each main run, each from its own start.")
    ] = 32,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Decides everything random.")] = 0,
    quick: Annotated[
        bool, typer.Option("--quick", help="2000 epochs, and 1000 for the comparisons: a first look.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="CHAPTER", help="Compute this chapter alone, by its name; can be said again for more."),
    ] = None,
) -> None:
    """Train the reference network on its data sets and write a page: log, predictions, curves, boundaries;
    comparisons of learning rates and others, each from eight starts a setting; and convolution on real data.

    DIR then holds one self-contained HTML page, and results.json with every number.
    """
    if out.exists() and not out.is_dir():
        raise FileError(f"--out expects a folder, got the file {out}; name another.")
    from chainrule.lab.report.report import write_report

    with Bars() as show:
        page = write_report(out, epochs=epochs, starts=starts, seed=seed, quick=quick, only=only or None, progress=show)
    say(f"The report is {page}")
