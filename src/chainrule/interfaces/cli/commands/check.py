"""`chainrule check [DATA]`: back-propagation against differences, one row per layer."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from chainrule.core.differences import MOVE, TOLERANCE
from chainrule.core.gradient_check import LayerCheck, check_gradient
from chainrule.interfaces.cli.chosen_engine import chooses_engine
from chainrule.interfaces.cli.described import describe
from chainrule.interfaces.cli.option import takes
from chainrule.interfaces.cli.options import LOSS, NETWORK, READING, options
from chainrule.interfaces.cli.terminal.output import FAILED, examples, remark, say
from chainrule.interfaces.cli.terminal.tables import show_table
from chainrule.lab.experiments.prepared import prepare

EXAMPLES = examples(
    "chainrule check",
    "chainrule check moons --layers 16,16 --activation gelu",
    'chainrule check digits --network "conv(4,3) tanh pool(2) flatten dense(10)"',
    "chainrule check pets.csv --target kind --loss softmax_cross_entropy",
)

SAMPLES = 100
"""The most samples to check on: the error doesn't depend on their number, and the time does."""


@chooses_engine
@takes(*options("target", *READING, "standardize", "points", "noise", *NETWORK, *LOSS, "seed"))
def check(
    data: Annotated[
        str,
        typer.Argument(metavar="DATA", help="A data set's name; a table's file; an .npz; or - for standard input."),
    ] = "xor",
    *,
    settings: dict[str, Any],
) -> None:
    """Compare the gradient of a network with central differences, one row per layer.

    The error is the largest |gradient - difference| divided by the network's
    largest gradient; it is right up to 1e-7. Where a kink, such as ReLU's at 0,
    lies within the difference's step, the gradient is judged at parameters beside
    it. Layers are counted as explain counts them. Exits with 1 if one is wrong.
    """
    experiment, samples = describe(data, settings)
    prepared = prepare(replace(experiment, test="training"), samples)
    network, loss, seed = prepared.network, experiment.loss, experiment.seed
    x, y = (each[:SAMPLES] for each in prepared.arrays(prepared.learnt))
    remark(f"{len(y)} samples of {samples.name}, {network.n_parameters:,} parameters, {loss}, seed {seed}")
    weights = None if prepared.sample_weight is None else prepared.sample_weight[:SAMPLES]
    theta = None if experiment.start is None else prepared.start()
    checks = check_gradient(
        network, x, y, loss, theta=theta, seed=seed, sample_weight=weights, penalty=experiment.penalty
    )
    columns = ("layer", "verdict", "parameters", "directions", "largest error")
    rows = [
        (
            f"{each.number} {each.layer}",
            "right" if each.is_right else "WRONG",
            f"{each.n_parameters:,}",
            f"{each.n_directions:,}",
            f"{each.error:.1e}",
        )
        for each in checks
    ]
    show_table(columns, rows, left=2)
    for each in checks:
        if each.n_at_kinks:
            say(kinks_of(each))
    wrong = [each for each in checks if not each.is_right]
    if wrong:
        say(f"{len(wrong)} of {len(checks)} layers are wrong: their error is above {TOLERANCE:g}.")
        raise typer.Exit(FAILED)
    say(f"The gradient is right: no error is above {TOLERANCE:g}.")


def kinks_of(check: LayerCheck) -> str:
    """The line on the kinks within the steps of a layer's differences."""
    along = f"{check.n_at_kinks:,} of {check.n_directions:,} directions"
    where = "one-sided differences disagree"
    if check.kinks:
        where = str(check.kinks[0])
        where = f"{check.n_kinks:,} kinks, the first at {where}" if check.n_kinks > 1 else where
    return f"layer {check.number}: kink in {along} ({where}); judged on both sides, each parameter moved up to {MOVE:g}"
