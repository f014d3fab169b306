"""The options of a run, each with its help, in the panels of the help page. What stands in brackets is the default."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.core.activations import ACTIVATIONS
from chainrule.core.losses import LOSSES
from chainrule.core.optimizers import OPTIMIZERS
from chainrule.interfaces.cli.settings import INITIALIZERS
from chainrule.lab.report.reference import TASKS


def _option(panel: str, flag: str, metavar: str, words: str, default: str = "", **settings: Any) -> Any:
    words += f" \\[{default}]" if default else ""
    return typer.Option(flag, metavar=metavar, help=words, rich_help_panel=panel, show_default=False, **settings)


def _names(table: Iterable[str]) -> str:
    return ", ".join(sorted(table)) + "."


_RATES = ", ".join(f"{name} {task.learning_rate}" for name, task in TASKS.items()) + "; sgd 0.5, adam 0.01, ..."

P = "Data"
Target = Annotated[str | None, _option(P, "--target", "COLUMN", "A file's target, by name or position.", "the last")]
Test = Annotated[float | None, _option(P, "--test", "FRACTION", "Hold this part of the samples out for the test.")]
Validation = Annotated[float | None, _option(P, "--validation", "FRACTION", "Hold this part out, and watch its loss.")]
Standardize = Annotated[
    bool | None,
    _option(P, "--standardize/--no-standardize", "", "Bring features to mean 0 and deviation 1.", "files only"),
]
Points = Annotated[int | None, _option(P, "--points", "N", "How many points of a named set to draw.", min=1)]
Noise = Annotated[float | None, _option(P, "--noise", "DEVIATION", "Noise of a named set.")]
DataSeed = Annotated[int | None, _option(P, "--data-seed", "N", "Decides which points are drawn.", "--seed", min=0)]

P = "Network"
Network = Annotated[
    str | None, _option(P, "--network", "TEXT", "All layers, as text: flatten dense(16) relu dense(10).")
]
Layers = Annotated[
    str | None, _option(P, "--layers", "N,N,...", "Units of each hidden layer, or none.", "4,4; for a file 16")
]
Activation = Annotated[str | None, _option(P, "--activation", "NAME", _names(ACTIVATIONS), "sigmoid; for a file tanh")]
Output = Annotated[
    str | None,
    _option(P, "--output", "NAME", "Activation of the last layer.", "the same; identity where logits are wanted"),
]
NoBias = Annotated[bool, _option(P, "--no-bias", "", "Units without a bias.")]
Start = Annotated[
    str | None,
    _option(P, "--initializer", "NAME", _names(INITIALIZERS), "normal; for a file what suits the activation"),
]
DType = Annotated[str | None, _option(P, "--dtype", "NAME", "float64 or float32.", "float64")]

P = "Loss"
LossName = Annotated[
    str | None,
    _option(P, "--loss", "NAME", _names(LOSSES), "half_squared_error; for a file what suits its target"),
]
Penalty = Annotated[float | None, _option(P, "--penalty", "STRENGTH", "L2 penalty on the weights.", "none")]

P = "Optimizer"
OptimizerName = Annotated[str | None, _option(P, "--optimizer", "NAME", _names(OPTIMIZERS), "sgd; for a file adam")]
LearningRate = Annotated[
    float | None,
    _option(P, "--learning-rate", "RATE", "Length of a step.", _RATES),
]
Momentum = Annotated[float | None, _option(P, "--momentum", "NUMBER", "μ; in Adam β1.", "0.9")]
Decay = Annotated[
    float | None, _option(P, "--decay", "NUMBER", "ρ of RMSprop; in Adam β2.", "rmsprop 0.99; adam 0.999")
]
Epsilon = Annotated[float | None, _option(P, "--epsilon", "NUMBER", "ε of RMSprop and Adam.", "1e-8")]
WeightDecay = Annotated[float | None, _option(P, "--weight-decay", "NUMBER", "λ of AdamW.", "0.01")]
NoBiasCorrection = Annotated[bool, _option(P, "--no-bias-correction", "", "Adam as the reference lab writes it.")]
Clip = Annotated[float | None, _option(P, "--clip", "NORM", "Largest norm of a gradient.", "none")]

P = "Run"
Epochs = Annotated[int | None, _option(P, "--epochs", "N", "Passes over the data.", "100,000; for a file 1,000", min=1)]
BatchSize = Annotated[int | None, _option(P, "--batch-size", "N", "Samples a step, shuffled.", "all, in order", min=1)]
Seed = Annotated[
    int | None, _option(P, "--seed", "N", "Decides points, start, shuffling, and what is held out.", "0", min=0)
]
Patience = Annotated[
    int | None,
    _option(P, "--early-stopping", "PATIENCE", "Stop after so many epochs without a better loss.", min=1),
]
Save = Annotated[Path | None, _option(P, "--save", "MODEL.npz", "Keep the model, for predict.")]
Config = Annotated[
    Path | None, _option(P, "--config", "FILE.toml", "An experiment to run; options that are given win over it.")
]
Plot = Annotated[
    bool | None,
    _option(P, "--plot/--no-plot", "", "Draw the loss, and a plane's map.", "in a terminal"),
]
HistoryFile = Annotated[Path | None, _option(P, "--history", "FILE.csv", "Keep the losses.")]
