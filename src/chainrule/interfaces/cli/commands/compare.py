"""`chainrule compare DATA`: a setting's values, or some crossed, from the same starts, as a table and a figure."""

from dataclasses import fields, replace
from typing import Annotated, Any

import numpy as np
import typer

from chainrule.core.errors import SettingError, choose
from chainrule.core.losses import HalfSquaredError, SquaredError
from chainrule.core.optimizers import OPTIMIZERS, Optimizer
from chainrule.interfaces.cli import lists
from chainrule.interfaces.cli.data import Data, read_data
from chainrule.interfaces.cli.options import DataSeed, Points, Standardize, Target
from chainrule.interfaces.cli.outputs import check_outputs
from chainrule.interfaces.cli.settings import INITIALIZERS, OPTIMIZER_SETTINGS, Settings
from chainrule.interfaces.cli.terminal import plots
from chainrule.interfaces.cli.terminal.output import Bars, examples, remark, say
from chainrule.interfaces.cli.terminal.plot_data import Curve
from chainrule.interfaces.cli.terminal.tables import show_table
from chainrule.lab.experiments.compare import LEVEL
from chainrule.lab.experiments.compare import compare as run_comparison
from chainrule.lab.experiments.comparison import Comparison, survivors
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.samples import DataFile, DataSet
from chainrule.lab.figures.svg import need_matplotlib, save

EXAMPLES = examples(
    "chainrule compare xor --learning-rate 0.01,0.1,1,10",
    "chainrule compare linear --optimizer sgd,adam --out optimizers.svg",
    'chainrule compare xor --network "dense(4) relu dense(1)" --network "dense(4) tanh dense(1)"',
    "chainrule compare xor --layers 2:4:8,8 --starts 32 --csv runs.csv",
    "chainrule compare pets.csv --batch-size 8,32,all --keep results",
)

MOST_CURVES = 6
"""So many are told apart in a terminal; of more settings, evenly spaced ones are drawn."""

EPOCHS = 20_000
"""What the points in the plane are trained for here, where nobody says how long."""


def compare(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A data set's name; a CSV file.", show_default=False)],
    learning_rate: lists.LearningRates = None,
    optimizer: lists.Optimizers = None,
    momentum: lists.Momenta = None,
    epochs: lists.Epochs = None,
    batch_size: lists.BatchSizes = None,
    clip: lists.Clips = None,
    network: lists.Networks = None,
    layers: lists.Layers = None,
    activation: lists.Activations = None,
    bias: lists.Biases = None,
    initializer: lists.Initializers = None,
    loss: lists.Losses = None,
    penalty: lists.Penalties = None,
    noise: lists.Noises = None,
    target: Target = None,
    standardize: Standardize = None,
    points: Points = None,
    data_seed: DataSeed = None,
    starts: lists.Starts = 16,
    seed: lists.Seed = 0,
    test: lists.Test = None,
    level: lists.Level = LEVEL,
    out: lists.Out = None,
    table: lists.Table = None,
    keep: lists.Keep = None,
    plot: lists.Plot = None,
    processes: lists.Processes = None,
) -> None:
    """Compare settings on DATA: give one or two of them several values, with commas between.

    All settings run from the same starts, on all cores. The table shows the
    median of the loss that the starts end with, the band that holds 90 % of them,
    how many succeed (by --level), how many diverge, and the epochs that those who
    succeed need for it, their median. Settings with one value are as in train.

    A terminal also sees the median loss over epochs; --out draws it as a figure.
    """
    check_outputs({"--out": out, "--csv": table})
    if out is not None:
        need_matplotlib()
    given: dict[str, list[Any]] = {
        "optimizer": lists.words("--optimizer", optimizer, OPTIMIZERS),
        "learning_rate": lists.numbers("--learning-rate", learning_rate),
        "momentum": lists.numbers("--momentum", momentum),
        "epochs": lists.wholes("--epochs", epochs),
        "batch_size": lists.wholes("--batch-size", batch_size, none="all"),
        "clip": lists.numbers("--clip", clip, none="none"),
        "network": network or [],
        "layers": lists.layer_lists(layers),
        "activation": lists.words("--activation", activation),
        "bias": lists.yes_or_no("--bias", bias),
        "initializer": lists.words("--initializer", initializer, INITIALIZERS),
        "loss": lists.words("--loss", loss),
        "penalty": lists.numbers("--penalty", penalty),
        "noise": lists.numbers("--noise", noise),
    }
    compared = {name: values for name, values in given.items() if len(values) > 1}
    if not compared:
        raise SettingError("compare expects several values of a setting, such as --learning-rate 0.01,0.1,1.")
    single = {name: values[0] for name, values in given.items() if values}
    data_set = read_data(data, target, points, single.get("noise"), data_seed, seed)
    experiment, compared = describe(
        data_set, target, standardize, points, data_seed, single, compared, starts, seed, test
    )
    names = ", ".join(name.replace("_", " ") for name in compared)
    remark(f"{names}: {starts} starts each; success: the loss ends at or below {level:g}")
    with Bars() as show:
        found = run_comparison(
            experiment,
            level=level,
            keep=keep,
            processes=processes,
            progress=lambda task, done, total: show(task, done, total),
            **compared,
        )
    show_summary(found)
    if plots.wanted(plot):
        curves, loss_name = median_curves(found)
        plots.show(curves, loss_name, epochs=max(each.epochs for each in found.experiments))
    if table is not None:
        found.to_csv(table)
        remark(f"Saved the runs: {table}")
    if out is not None:
        save(found.figure(), out)
        remark(f"Saved the figure: {out}")


def describe(
    data: Data,
    target: str | None,
    standardize: bool | None,
    points: int | None,
    data_seed: int | None,
    single: dict[str, Any],
    compared: dict[str, list[Any]],
    starts: int,
    seed: int,
    test: float | None,
) -> tuple[Experiment, dict[str, list[Any]]]:
    """The experiment of the first values, gaps filled with what suits the data; and the values, ready for `compare`."""
    as_words = ("network", "activation", "initializer", "loss", "optimizer")
    first = {name: value for name, value in single.items() if name in as_words}
    if "layers" in single:
        first["layers"] = ",".join(map(str, single["layers"])) or "none"
    in_the_plane = data.named and data.test_rows is None
    n_epochs = single.get("epochs", EPOCHS if in_the_plane else None)
    suited = Settings(**first, bias=single.get("bias", True), epochs=n_epochs).suited_to(data)
    compared = dict(compared)
    optimizers = {name: _optimizer(name, single, data) for name in compared.get("optimizer", [suited.optimizer])}
    if "optimizer" in compared and not compared.keys() & set(OPTIMIZER_SETTINGS):
        compared["optimizer"] = list(optimizers.values())
    if "initializer" in compared:
        compared["initializer"] = [INITIALIZERS[name]() for name in compared["initializer"]]
    network = suited.describe_network()
    if "network" in compared:
        compared["network"] = [replace(suited, network=each).describe_network() for each in compared["network"]]
    drawn = data.named and data.fresh is not None
    described: DataSet | DataFile = DataFile(data.name, _column(target), standardize is not False)
    if data.named:
        noise, which = single.get("noise"), (seed if data_seed is None else data_seed) if drawn else None
        described = DataSet(data.name, n=points, noise=noise, seed=which)
    elif "noise" in compared:
        raise SettingError(f"--noise is for the data sets that have a name; {data.name} is a file, leave it out.")
    experiment = Experiment(
        described,
        network,
        suited.build_loss(),
        next(iter(optimizers.values())),
        epochs=suited.epochs or EPOCHS,
        batch_size=single.get("batch_size", suited.batch_size),
        penalty=single.get("penalty"),
        clip=single.get("clip"),
        seed=seed,
        starts=starts,
        test=test,
    )
    return experiment, compared


def _optimizer(name: str | None, single: dict[str, Any], data: Data) -> Optimizer:
    """The optimizer of a name, with those of the settings that it has."""
    kind = choose("optimizer", name or "", OPTIMIZERS)
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # every optimizer is a dataclass
    said = {each: value for each, value in single.items() if each in OPTIMIZER_SETTINGS and each in known}
    return Settings(optimizer=name, **said).suited_to(data).build_optimizer()


def _column(target: str | None) -> int | str | None:
    return int(target) if target is not None and target.removeprefix("-").isdecimal() else target


def show_summary(comparison: Comparison) -> None:
    """The table: a row a setting, the best median in bold."""
    summary = comparison.summary()
    names = [name.replace("_", " ") for name in comparison.names]
    loss = ("median loss", "5\u00a0%", "95\u00a0%", "succeed", "diverge", "epochs needed", comparison.metric)
    rows = []
    for each in summary:
        by_loss = [_loss(value) for value in (each.median, each.low, each.high)]
        counts = [f"{each.succeeded} of {each.starts}", str(each.diverged) if each.diverged else "-"]
        reached = "-" if each.reached is None else f"{each.reached:,.0f}"
        score = "-" if each.score != each.score else _score(comparison.metric, each.score)
        rows.append([*lists.cells(each.values), *by_loss, *counts, reached, score])
    alive = [i for i, each in enumerate(summary) if each.median == each.median]
    best = min(alive, key=lambda i: summary[i].median) if alive else None
    show_table([*names, *loss], rows, left=len(names), best=best)
    if not alive:
        say("Every run diverged: try smaller learning rates, or --clip.")


def median_curves(comparison: Comparison) -> tuple[list[Curve], str]:
    """The median of the starts that didn't diverge, a curve a setting, of at most six; and what their loss is.

    Above three times the loss that runs start with, curves are cut: else those on their way to divergence, which know
    no bounds, would hide all others.
    """
    n_settings = len(comparison.values)
    shown = sorted({round(i) for i in np.linspace(0, n_settings - 1, min(n_settings, MOST_CURVES))})
    starts = np.concatenate([comparison.runs[i].losses[0] for i in shown])
    ceiling = 3 * float(np.max(starts[np.isfinite(starts)], initial=0.0)) or np.inf
    curves = []
    for i in shown:
        runs = comparison.runs[i]
        name = ", ".join(lists.cells(comparison.values[i]))
        curves.append(Curve.of(name, runs.epochs, survivors(runs.losses)[1], ceiling))
    squared = all(isinstance(each.loss, SquaredError | HalfSquaredError) for each in comparison.experiments)
    return curves, f"{'mean squared error' if squared else 'loss'}, median"


def _loss(value: float) -> str:
    """Few digits: the table has many columns, and the CSV file has them all."""
    if value != value:
        return "-"
    return f"{value:.4f}" if 0.01 <= value < 1000 else f"{value:.2e}".replace("e-0", "e-").replace("e+0", "e+")


def _score(metric: str, value: float) -> str:
    return f"{100 * value:.1f} %" if metric == "accuracy" else f"{value:.4f}"
