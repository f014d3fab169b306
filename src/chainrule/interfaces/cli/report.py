"""`chainrule report`: the reference laboratory, computed afresh, as a page."""

from pathlib import Path
from typing import Annotated

import typer

from chainrule.core.errors import FileError
from chainrule.interfaces.cli.terminal import Bars, examples, say

EXAMPLES = examples("chainrule report", "chainrule report --out lab --epochs 20000 --starts 8")


def report(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write into.")] = Path("report"),
    epochs: Annotated[int, typer.Option(metavar="N", min=1, help="Epochs of each run.")] = 100_000,
    starts: Annotated[
        int, typer.Option(metavar="N", min=1, help="Networks trained on each data set, each from its own start.")
    ] = 32,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Decides everything random.")] = 0,
) -> None:
    """Train the reference network on its data sets and write a page: log, predictions, curves, boundaries.

    DIR then holds one self-contained HTML page, and results.json with every number.
    """
    if out.exists() and not out.is_dir():
        raise FileError(f"--out expects a folder, got the file {out}; name another.")
    from chainrule.lab.report import write_report

    with Bars() as show:
        page = write_report(out, epochs=epochs, starts=starts, seed=seed, progress=show)
    say(f"The report is {page}")
