"""`chainrule check [DATA]`: back-propagation against differences, one row per layer."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from chainrule.core.gradient_check import check_gradient
from chainrule.interfaces.cli.described import describe
from chainrule.interfaces.cli.option import takes
from chainrule.interfaces.cli.options import LOSS, NETWORK, options
from chainrule.interfaces.cli.terminal.output import FAILED, examples, remark, say
from chainrule.interfaces.cli.terminal.tables import show_table
from chainrule.lab.experiments.prepared import prepare

EXAMPLES = examples(
    "chainrule check",
    "chainrule check moons --layers 16,16 --activation gelu",
    'chainrule check digits --network "conv(4,3) tanh pool(2) flatten dense(10)"',
    "chainrule check pets.csv --target kind --loss softmax_cross_entropy",
)

TOLERANCE = 1e-7
"""The largest error that a right gradient may have, in float64."""

SAMPLES = 100
"""The most samples to check on: the error doesn't depend on their number, and the time does."""


@takes(*options("target", "standardize", "points", "noise", *NETWORK, *LOSS, "seed"))
def check(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A data set's name; a CSV file; or an .npz.")] = "xor",
    *,
    settings: dict[str, Any],
) -> None:
    """Compare the gradient of a network with central differences, one row per layer.

    The error is the largest |gradient - difference|, relative where these are
    above 1; it is right up to 1e-7. Exits with 1 if a layer is wrong.
    """
    experiment, samples = describe(data, settings)
    prepared = prepare(replace(experiment, test="training"), samples)
    network, loss, seed = prepared.network, experiment.loss, experiment.seed
    x, y = (each[:SAMPLES] for each in prepared.arrays(prepared.learnt))
    remark(f"{len(y)} samples of {samples.name}, {network.n_parameters:,} parameters, {loss}, seed {seed}")
    checks = check_gradient(network, x, y, loss, seed=seed, penalty=experiment.penalty)
    columns = ("layer", "verdict", "parameters", "directions", "largest error")
    rows = [
        (
            f"{each.index} {each.layer}",
            "right" if each.error <= TOLERANCE else "WRONG",
            f"{each.n_parameters:,}",
            f"{each.n_directions:,}",
            f"{each.error:.1e}",
        )
        for each in checks
    ]
    show_table(columns, rows, left=2)
    wrong = [each for each in checks if not each.error <= TOLERANCE]
    if wrong:
        say(f"{len(wrong)} of {len(checks)} layers are wrong: their error is above {TOLERANCE:g}.")
        raise typer.Exit(FAILED)
    say(f"The gradient is right: no error is above {TOLERANCE:g}.")
