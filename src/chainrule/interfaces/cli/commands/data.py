"""`chainrule data NAME`: a data set as CSV."""

from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.core.description import COUNT, SEED
from chainrule.interfaces.cli.option import own
from chainrule.interfaces.cli.options import SETS
from chainrule.interfaces.cli.outputs import TABLE, Saving, check_outputs
from chainrule.interfaces.cli.readers import number, whole
from chainrule.interfaces.cli.terminal.output import examples, hand_over
from chainrule.lab.experiments.data import DataSet
from chainrule.training.files.csv_text import csv_text, write_rows

EXAMPLES = examples(
    "chainrule data xor",
    "chainrule data moons --points 500 --noise 0.2 --seed 1 --out moons.csv",
    "chainrule data spiral --arms 3 --out spiral.csv",
    "chainrule data linear | head",
)


def data(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"{SETS}.")],
    points: Annotated[int | None, own("Number of points.", "N", read=whole(COUNT))] = None,
    noise: Annotated[float | None, own("Noise on each coordinate.", "DEVIATION", read=number())] = None,
    seed: Annotated[int | None, own("Decides which points are drawn.", "N", read=whole(SEED))] = None,
    arms: Annotated[int | None, own("Number of arms, for spiral.", "N", read=whole(COUNT))] = None,
    classes: Annotated[int | None, own("Number of clouds, for gaussians.", "N", read=whole(COUNT))] = None,
    out: Annotated[Path | None, own("Write to a file, not to the terminal.", "FILE.csv")] = None,
) -> None:
    """Print a data set as CSV: x1, x2, ... and the class y, one row per sample.

    xor has 21 fixed points, the others in the plane are drawn; digits are 8x8
    images, one column per pixel, and mnist1d series of 40 points.
    """
    check_outputs({"--out": (out, TABLE)})
    samples = DataSet(name, n=points, noise=noise, seed=seed, arms=arms, classes=classes).read()
    x, y = samples.x.reshape(len(samples), -1).tolist(), samples.class_numbers.tolist()
    rows: list[list[Any]] = [[*samples.features, samples.target]]
    rows += [[*features, kind] for features, kind in zip(x, y, strict=True)]
    if out is None:
        hand_over(csv_text(rows))
        return
    saving = Saving()
    what = f"{len(x):,} {'points' if len(samples.features) == 2 else 'samples'}"
    saving.save(what, out, lambda path: write_rows(path, rows))
    saving.end()
