"""The table of options: each is a field of an experiment or of one of its parts, with its place on the help page.

The class beside a field gives the field's rule. An optimizer's option is for every optimizer with a field of that name.
"""

from collections.abc import Iterable
from dataclasses import replace

from chainrule.core.activations import ACTIVATIONS
from chainrule.core.losses import LOSSES
from chainrule.core.optimizers import OPTIMIZERS, Adam, AdamW, Momentum, RMSprop
from chainrule.interfaces.cli.option import Option
from chainrule.interfaces.cli.readers import column, engine_name, lower_case, part, units
from chainrule.lab.experiments.data import NAMED, DataFile, DataSet
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.rates import REFERENCE_RATES
from chainrule.lab.experiments.settings import INITIALIZERS


def _names(table: Iterable[str]) -> str:
    return ", ".join(sorted(table)) + "."


_RATES = ", ".join(f"{name} {rate}" for name, rate in REFERENCE_RATES.items()) + "; sgd 0.5, adam 0.01, ..."
_LOGITS = "the same; identity where logits are wanted"
_SUITABLE = "half_squared_error; for a file what suits its target"

SETS = ", ".join(NAMED)
"""The data sets by their names."""

PANELS = {
    "Data": (
        Option(DataFile, "target", "COLUMN,...", "A file's target, by name or position.", "the last", reader=column),
        Option(Experiment, "test", "FRACTION", "Hold out this fraction for the test; last:0.2, the last.", reader=part),
        Option(Experiment, "validation", "FRACTION", "Likewise, for the validation loss.", reader=part),
        Option(Experiment, "standardize", "", "Bring features to mean 0 and deviation 1.", "files only"),
        Option(DataSet, "n", "N", "Number of points to draw of a named set.", name="points"),
        Option(DataSet, "noise", "DEVIATION", "Noise of a named set."),
        Option(DataSet, "seed", "N", "Decides which points are drawn.", "--seed", name="data_seed"),
    ),
    "How a file is read": (
        Option(DataFile, "target_type", "NAME", "The target is a class, or a quantity.", "by rules that are said"),
        Option(DataFile, "columns", "NAME,...", "The inputs to use.", "all but the target"),
        Option(DataFile, "drop", "NAME,...", "Columns to leave out."),
        Option(DataFile, "categorical", "NAME,...", "Columns whose numbers are names."),
        Option(DataFile, "missing_values", "TEXT,...", "Cells that are gaps, besides empty ones, ?, NA, NULL."),
        Option(DataFile, "delimiter", "CHARACTER", "Between cells: ; or tab or space.", "as found"),
        Option(DataFile, "decimal", "CHARACTER", "The decimal mark, . or a comma.", "as found"),
        Option(DataFile, "thousands", "CHARACTER", "Between thousands.", "as found"),
        Option(DataFile, "encoding", "NAME", "Of text, such as cp1252.", "UTF-8, or as found"),
        Option(DataFile, "header", "", "The first row holds names, or not.", "as found"),
        Option(DataFile, "skip", "N", "Lines above the table.", "as found"),
        Option(DataFile, "sheet", "NAME", "Of a workbook.", "the first"),
        Option(DataFile, "table", "NAME", "Of a database.", "the only one"),
        Option(DataFile, "x", "NAME", "The array of inputs in an .npz.", "x, or the only one"),
        Option(DataFile, "y", "NAME", "The array of targets in an .npz.", "y, or the only one"),
        Option(DataFile, "yes", "", "Take the first reading of what the file leaves open."),
        Option(DataFile, "max_size", "SIZE", "The most to read of a file, unpacked: 4GiB.", "1 GiB"),
    ),
    "Network": (
        Option(Experiment, "network", "TEXT", "All layers, as text: flatten dense(16) relu dense(10)."),
        Option(Perceptron, "layers", "N,N,...", "Units per hidden layer, or none.", "4,4; for a file 16", reader=units),
        Option(Perceptron, "activation", "NAME", _names(ACTIVATIONS), "sigmoid; for a file tanh"),
        Option(Perceptron, "output", "NAME", "Activation of the last layer.", _LOGITS),
        Option(Perceptron, "bias", "", "Units without a bias."),
        Option(Perceptron, "initializer", "NAME", _names(INITIALIZERS), "normal; for a file by the activation"),
        Option(
            Experiment, "start", "FILE.toml", "Weights and biases to start from: \\[layer.1] weights, bias.", "drawn"
        ),
        Option(Experiment, "dtype", "NAME", "float64 or float32.", "float64", reader=lower_case),
    ),
    "Loss": (
        Option(Experiment, "loss", "NAME", _names(LOSSES), _SUITABLE),
        Option(Experiment, "penalty", "STRENGTH", "L2 penalty on the weights.", "none"),
        Option(Experiment, "class_weight", "balanced", "All classes count alike.", "all samples do"),
        Option(DataFile, "sample_weight", "COLUMN", "How much each row counts in the loss.", "alike"),
    ),
    "Optimizer": (
        Option(Experiment, "optimizer", "NAME", _names(OPTIMIZERS), "sgd; for a file adam"),
        Option(Momentum, "learning_rate", "RATE", "Length of a step.", _RATES),
        Option(Momentum, "momentum", "NUMBER", "μ of Momentum and Nesterov.", "0.9"),
        Option(RMSprop, "decay", "NUMBER", "ρ of RMSprop.", "0.99"),
        Option(Adam, "beta1", "NUMBER", "β1 of Adam.", "0.9"),
        Option(Adam, "beta2", "NUMBER", "β2 of Adam.", "0.999"),
        Option(Adam, "epsilon", "NUMBER", "ε of RMSprop and Adam.", "1e-8"),
        Option(AdamW, "weight_decay", "NUMBER", "λ of AdamW.", "0.01"),
        Option(Adam, "bias_correction", "", "Adam as the reference lab writes it."),
        Option(Experiment, "clip", "NORM", "Largest norm of a gradient.", "none"),
    ),
    "Run": (
        Option(Experiment, "epochs", "N", "Passes over the data.", "100,000; for a file 1,000"),
        Option(Experiment, "batch_size", "N", "Samples per step, shuffled.", "all, in order"),
        Option(Experiment, "seed", "N", "Decides points, start, shuffling, and what is held out.", "0"),
        Option(Experiment, "early_stopping", "PATIENCE", "Stop after this many epochs without a better loss."),
        Option(Experiment, "engine", "NAME", "Calls made by numpy, or compiled.", "auto", reader=engine_name),
        Option(Experiment, "starts", "N", "Starts per setting.", "16"),
    ),
}
"""The options by panels, in the order of the help page."""

OPTIONS = {each.key: replace(each, panel=panel) for panel, options in PANELS.items() for each in options}
"""The options by their names."""


def options(*names: str) -> list[Option]:
    """The options of these names, panel by panel.

    >>> [each.flag for each in options("bias", "data_seed", "standardize")]
    ['--standardize', '--data-seed', '--no-bias']
    """
    return [each for key, each in OPTIONS.items() if key in names]


ROWS = "Prediction rows to print. \\[in a terminal 20, else all]"
"""The help of --rows."""

READING = tuple(each.key for each in PANELS["How a file is read"])
DATA = ("target", *READING, "standardize", "points", "noise", "data_seed")
NETWORK = ("network", "layers", "activation", "output", "bias", "initializer", "start")
LOSS = ("loss", "penalty", "sample_weight")
OPTIMIZER = tuple(each.key for each in PANELS["Optimizer"])
"""Names of options that several commands take together."""
