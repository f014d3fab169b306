"""`chainrule report`: the reference laboratory, computed anew, as a page."""

from pathlib import Path
from typing import Annotated, Any

from chainrule.core.description import COUNT, SEED
from chainrule.interfaces.cli.chosen_engine import chooses_engine
from chainrule.interfaces.cli.option import own, silence
from chainrule.interfaces.cli.outputs import check_folder
from chainrule.interfaces.cli.readers import whole
from chainrule.interfaces.cli.terminal.output import Bars, examples, say

EXAMPLES = examples(
    "chainrule report",
    "chainrule report --out lab --epochs 20000 --starts 8",
    "chainrule report --quick --only learning-rates",
    "chainrule report --figures png",
)


@chooses_engine
def report(
    out: Annotated[Path, own("The folder to write into. \\[report]", "DIR")] = Path("report"),
    epochs: Annotated[
        int | None, own("Epochs of the main runs; comparisons take a fifth. \\[100,000]", "N", read=whole(COUNT))
    ] = None,
    starts: Annotated[
        int, own("Networks of each main run, each from its own start. \\[32]", "N", read=whole(COUNT))
    ] = 32,
    seed: Annotated[int, own("Decides everything random. \\[0]", "N", read=whole(SEED))] = 0,
    quick: Annotated[
        bool, own("2000 epochs, and 1000 for the comparisons: a first look.", "", None, "--quick")
    ] = False,
    only: Annotated[list[str] | None, own("Compute this chapter alone, by its name; repeatable.", "CHAPTER")] = None,
    figures: Annotated[str, own("The form of the figures' files, in DIR/figures. \\[svg]", "svg|png|pdf")] = "svg",
    quiet: Annotated[bool, silence()] = False,
) -> None:
    """Train the reference network on its data sets and write a page: log, predictions, curves, boundaries;
    comparisons of learning rates and others, with eight starts per setting; and convolution on real data.

    DIR then holds one self-contained HTML page, results.json with every number,
    and each figure as a file in figures/: an SVG, or what --figures says. The
    drawings of the network in "One weight worked out" are SVGs in any case.
    """
    check_folder("--out", out, figures="--figures")
    from chainrule.lab.report.report import write_report

    settings: dict[str, Any] = {"epochs": epochs, "starts": starts, "seed": seed, "quick": quick}
    with Bars() as show:
        page = write_report(out, **settings, only=only or None, figures=figures, progress=show)
    say(f"The report is {page}")
