"""`chainrule check [DATA]`: back-propagation against differences, a layer a row."""

from typing import Annotated

import typer

from chainrule.core.gradient_check import check_gradient
from chainrule.core.penalties import L2
from chainrule.interfaces.cli import options
from chainrule.interfaces.cli.data import read_data
from chainrule.interfaces.cli.settings import Settings, targets_for
from chainrule.interfaces.cli.terminal.output import FAILED, examples, remark, say
from chainrule.interfaces.cli.terminal.tables import show_table
from chainrule.training.data.standardizer import Standardizer

EXAMPLES = examples(
    "chainrule check",
    "chainrule check moons --layers 16,16 --activation gelu",
    'chainrule check digits --network "conv(4,3) tanh pool(2) flatten dense(10)"',
    "chainrule check pets.csv --target kind --loss softmax_cross_entropy",
)

TOLERANCE = 1e-7
"""The largest error that a right gradient may have, in float64."""

SAMPLES = 100
"""At most so many samples are checked on: the error doesn't depend on how many, and the time does."""


def check(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A data set's name; a CSV file; or an .npz.")] = "xor",
    target: options.Target = None,
    standardize: options.Standardize = None,
    points: options.Points = None,
    noise: options.Noise = None,
    network: options.Network = None,
    layers: options.Layers = None,
    activation: options.Activation = None,
    output: options.Output = None,
    no_bias: options.NoBias = False,
    initializer: options.Start = None,
    loss: options.LossName = None,
    penalty: options.Penalty = None,
    seed: options.Seed = None,
) -> None:
    """Compare the gradient of a network with central differences, a layer a row.

    The error is the largest |gradient - difference|, relative where these are
    above 1; it is right up to 1e-7. Exits with 1 if a layer is wrong.
    """
    data_set = read_data(data, target, points, noise, None, seed or 0)
    chosen = Settings(
        network=network,
        layers=layers,
        activation=activation,
        output=output,
        bias=not no_bias,
        initializer=initializer,
        loss=loss,
        seed=seed or 0,
    ).suited_to(data_set)
    measured = chosen.build_loss()
    y, n_outputs = targets_for(measured, data_set)
    built = chosen.describe_network().build(data_set.x.shape[1:], n_outputs, measured)
    x, y = data_set.shaped(built.input_shape).x, y[:SAMPLES]
    if standardize or (standardize is None and not data_set.named):
        x = Standardizer.fit(x).apply(x)
    weighed = None if penalty is None else L2(penalty)
    remark(f"{len(y)} samples of {data_set.name}, {built.n_parameters:,} parameters, {measured}, seed {chosen.seed}")
    checks = check_gradient(built, x[:SAMPLES], y, measured, seed=chosen.seed, penalty=weighed)
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
