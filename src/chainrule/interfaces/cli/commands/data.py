"""`chainrule data NAME`: a data set as CSV."""

import csv
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.interfaces.cli.outputs import check_outputs
from chainrule.interfaces.cli.terminal.output import examples, remark
from chainrule.lab.experiments.data import DataSet
from chainrule.training.files.storage import replacing

EXAMPLES = examples(
    "chainrule data xor",
    "chainrule data moons --points 500 --noise 0.2 --seed 1 --out moons.csv",
    "chainrule data spiral --arms 3 --out spiral.csv",
    "chainrule data linear | head",
)


def data(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="linear, xor, xor_cloud, circles, moons, spiral, gaussians, digits, mnist1d.",
            show_default=False,
        ),
    ],
    points: Annotated[int | None, typer.Option(metavar="N", min=1, help="How many points.")] = None,
    noise: Annotated[float | None, typer.Option(metavar="DEVIATION", help="Noise on each coordinate.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", min=0, help="Decides which points are drawn.")] = None,
    arms: Annotated[int | None, typer.Option(metavar="N", min=1, help="Of spiral: how many arms.")] = None,
    classes: Annotated[int | None, typer.Option(metavar="N", min=1, help="Of gaussians: how many clouds.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write to a file, not to the terminal.")] = None,
) -> None:
    """Print a data set as CSV: x1, x2, ... and the class y, a row a sample.

    xor has 21 fixed points, the others in the plane are drawn; digits are 8x8
    images, a pixel a column, and mnist1d series of 40 points.
    """
    check_outputs({"--out": out})
    samples = DataSet(name, n=points, noise=noise, seed=seed, arms=arms, classes=classes).read()
    x, y = samples.x.reshape(len(samples), -1).tolist(), samples.class_numbers.tolist()
    rows: list[list[Any]] = [[*samples.features, samples.target]]
    rows += [[*features, kind] for features, kind in zip(x, y, strict=True)]
    if out is None:
        csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
        return
    with replacing(out) as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    remark(f"Saved {len(x):,} {'points' if len(samples.features) == 2 else 'samples'}: {out}")
