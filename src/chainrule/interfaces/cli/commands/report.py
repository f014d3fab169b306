"""`chainrule report`: the reference laboratory, computed anew, as a page."""

from pathlib import Path
from typing import Annotated

from chainrule.core.errors import FileError
from chainrule.interfaces.cli.option import own, silence
from chainrule.interfaces.cli.terminal.output import Bars, examples, say

EXAMPLES = examples(
    "chainrule report",
    "chainrule report --out lab --epochs 20000 --starts 8",
    "chainrule report --quick --only learning-rates",
)


def report(
    out: Annotated[Path, own("The folder to write into. \\[report]", "DIR")] = Path("report"),
    epochs: Annotated[
        int | None, own("Epochs of the main runs; comparisons take a fifth. \\[100,000]", "N", min=1)
    ] = None,
    starts: Annotated[int, own("Networks of each main run, each from its own start. \\[32]", "N", min=1)] = 32,
    seed: Annotated[int, own("Decides everything random. \\[0]", "N", min=0)] = 0,
    quick: Annotated[
        bool, own("2000 epochs, and 1000 for the comparisons: a first look.", "", None, "--quick")
    ] = False,
    only: Annotated[list[str] | None, own("Compute this chapter alone, by its name; repeatable.", "CHAPTER")] = None,
    quiet: Annotated[bool, silence()] = False,
) -> None:
    """Train the reference network on its data sets and write a page: log, predictions, curves, boundaries;
    comparisons of learning rates and others, with eight starts per setting; and convolution on real data.

    DIR then holds one self-contained HTML page, and results.json with every number.
    """
    if out.exists() and not out.is_dir():
        raise FileError(f"--out expects a folder, got the file {out}; name another.")
    from chainrule.lab.report.report import write_report

    with Bars() as show:
        page = write_report(out, epochs=epochs, starts=starts, seed=seed, quick=quick, only=only or None, progress=show)
    say(f"The report is {page}")
