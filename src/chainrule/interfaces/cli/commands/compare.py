"""`chainrule compare DATA`: a setting's values, or some crossed, from the same starts, as a table and a figure."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.core.description import COUNT
from chainrule.core.errors import SettingError, choose
from chainrule.core.optimizers import OPTIMIZERS, Optimizer
from chainrule.interfaces.cli.described import describe, file_of, has, named, shell_name, with_options
from chainrule.interfaces.cli.interrupts import gently
from chainrule.interfaces.cli.lists import COMPARED, SHARED, cells
from chainrule.interfaces.cli.option import own, silence, takes
from chainrule.interfaces.cli.options import OPTIONS, READING, options
from chainrule.interfaces.cli.outputs import FIGURE, FOLDER, TABLE, Saving, check_outputs
from chainrule.interfaces.cli.readers import number, whole
from chainrule.interfaces.cli.terminal import plots
from chainrule.interfaces.cli.terminal.output import Bars, examples, remark, say
from chainrule.interfaces.cli.terminal.plot_data import LossCurve
from chainrule.interfaces.cli.terminal.tables import show_table
from chainrule.interfaces.cli.verdicts import NEVER_VARIES, NOT_DEFINED
from chainrule.lab.experiments.compare import compare as run_comparison
from chainrule.lab.experiments.compared_runs import spaced, survivors
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.data import REAL, DataSet
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.labels import words
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.experiments.rates import usual_optimizer
from chainrule.lab.figures.svg import need_matplotlib

EXAMPLES = examples(
    "chainrule compare xor --learning-rate 0.01,0.1,1,10",
    "chainrule compare linear --optimizer sgd,adam --out optimizers.svg",
    'chainrule compare xor --network "dense(4) relu dense(1)" --network "dense(4) tanh dense(1)"',
    "chainrule compare xor --layers 2:4:8,8 --starts 32 --csv runs.csv",
    "chainrule compare pets.csv --batch-size 8,32,all --keep results",
)

MOST_CURVES = 6
"""The most curves that can be told apart in a terminal; of more settings, evenly spaced ones are drawn."""

STARTS = 16
"""The starts per setting, where no number is given."""

EPOCHS = 20_000
"""The epochs for points in the plane, where no number is given: a fifth of a single run's."""

RUNS, RESULTS = "Runs", "Results"
"""Panels of the help page."""


@takes(*COMPARED, *options("target", *READING, "standardize", "points", "data_seed"), *SHARED)
def compare(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A data set's name; a table's file.", show_default=False)],
    *,
    level: Annotated[
        float | None,
        own("Success: final loss at or below this. \\[0.05 for classes]", "LOSS", RUNS, read=number()),
    ] = None,
    processes: Annotated[int | None, own("The most at once. \\[all cores]", "N", RUNS, read=whole(COUNT))] = None,
    out: Annotated[Path | None, own("Draw curves and final losses.", "FIGURE.svg|.png|.pdf", RESULTS)] = None,
    csv: Annotated[Path | None, own("Write one row per run.", "FILE.csv", RESULTS, "--csv")] = None,
    keep: Annotated[
        Path | None, own("Keep what is finished, and continue from there next time.", "FOLDER", RESULTS)
    ] = None,
    plot: Annotated[
        bool | None, own("Draw the median losses as text. \\[in a terminal]", "", RESULTS, "--plot/--no-plot")
    ] = None,
    quiet: Annotated[bool, silence(RUNS)] = False,
    settings: dict[str, Any],
) -> None:
    """Compare settings on DATA: give one or two of them several values, with commas between.

    All settings run from the same starts, on all cores. The table shows the
    median, the lowest and the highest of the starts' final losses, how many of
    them succeed (by --level) and how many diverge, the median of the epochs that
    success needs, and the median score on the test. For quantities success is
    told only with --level, since it depends on their unit. Settings with one
    value are as in train.

    A terminal also sees the median loss over epochs. --out draws it as a figure,
    whose form is that of the file's name: .svg, .png or .pdf.
    """
    check_outputs({"--out": (out, FIGURE), "--csv": (csv, TABLE), "--keep": (keep, FOLDER)}, {"DATA": file_of(data)})
    if out is not None:
        need_matplotlib()
    lists = {each.key: settings.pop(each.key) for each in COMPARED if each.key in settings}
    compared = {name: values for name, values in lists.items() if len(values) > 1}
    if not compared:
        raise SettingError("compare expects several values of a setting, such as --learning-rate 0.01,0.1,1.")
    experiment, compared = describe_all(data, {"starts": STARTS} | settings, lists, compared)
    names = ", ".join(map(words, compared))
    remark(f"{names}: {experiment.starts} starts each")
    try:
        with (
            Bars() as show,
            gently(show.end_the_work),
            warnings.catch_warnings(action="always", category=UserWarning, record=True) as unkept,
        ):
            found = run_comparison(
                experiment,
                level=level,
                keep=keep,
                processes=processes,
                progress=show,
                **compared,
            )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "Interrupted; nothing is kept. With --keep FOLDER, what had finished would be."
            if keep is None
            else f"Interrupted; what had finished is kept in {keep}, and the same command goes on from there."
        ) from None
    saving = Saving()
    for each in unkept or ():
        saving.failed(str(each.message))
    saving.save("runs", csv, found.to_csv)
    saving.save("figure", out, found.save_figure)
    if found.level is not None:
        remark(f"success: the loss ends at or below {found.level:g}")
    show_summary(found)
    if plots.wanted(plot):
        curves = median_curves(found)
        plots.show(curves, f"{found.loss_name}, median", epochs=max(each.epochs for each in found.experiments))
    saving.end()


def describe_all(
    data: str, settings: Mapping[str, Any], lists: Mapping[str, list[Any]], compared: Mapping[str, list[Any]]
) -> tuple[Experiment, dict[str, list[Any]]]:
    """The experiment with the first value of each list, and the lists to compare, as `compare` takes them."""
    first = {name: values[0] for name, values in lists.items()}
    of_optimizer = {name: first.pop(name) for name in list(first) if OPTIONS[name].part == "optimizer"}
    source = named(data)
    if isinstance(source, DataSet) and source.name not in REAL:
        first = {"epochs": EPOCHS} | first
    experiment, samples = describe(data, {**settings, **first})
    prepare(experiment, samples).check_target()
    names = compared.get("optimizer", [shell_name(experiment.optimizer, OPTIMIZERS)])
    optimizers = usual_optimizers(experiment, names, of_optimizer)
    experiment = replace(experiment, optimizer=optimizers[0])

    values = dict(compared)
    if "optimizer" in values and not any(OPTIONS[name].part == "optimizer" for name in values):
        values["optimizer"] = optimizers
    if "network" in values:
        values["network"] = [replace(experiment.network, text=each) for each in values["network"]]
    return experiment, values


def usual_optimizers(experiment: Experiment, names: list[str], settings: Mapping[str, Any]) -> list[Optimizer]:
    """The optimizers of these names at their usual rates, each with those of the settings that it has."""
    kinds = [choose("optimizer", name, OPTIMIZERS) for name in names]
    unknown = {name: value for name, value in settings.items() if not any(has(kind, OPTIONS[name]) for kind in kinds)}
    with_options(experiment, unknown)  # raises, and says which options the optimizer has
    found = []
    for name, kind in zip(names, kinds, strict=True):
        usual = replace(experiment, optimizer=usual_optimizer(name, experiment.data))
        own = {name: value for name, value in settings.items() if has(kind, OPTIONS[name])}
        found.append(with_options(usual, own).optimizer)
    return found


def show_summary(comparison: Comparison) -> None:
    """Print the table: one row per setting, the best median in bold."""
    summary = comparison.summary()
    names = [words(name) for name in comparison.names]
    columns = [*names, "median loss", "lowest", "highest", "diverge", comparison.metric]
    if comparison.level is not None:
        columns[-2:] = ["succeed", "diverge", "epochs needed", comparison.metric]
    rows = []
    for each in summary:
        by_loss = [_loss(value) for value in (each.median, each.low, each.high)]
        cell = {
            "succeed": f"{each.succeeded} of {each.starts}",
            "diverge": str(each.diverged) if each.diverged else "-",
            "epochs needed": "-" if each.reached is None else f"{each.reached:,.0f}",
            comparison.metric: "-" if each.score != each.score else _score(comparison.metric, each.score),
        }
        rows.append([*cells(each.values), *by_loss, *(cell[name] for name in columns if name in cell)])
    alive = [i for i, each in enumerate(summary) if each.median == each.median]
    best = min(alive, key=lambda i: summary[i].median) if alive else None
    show_table(columns, rows, left=len(names), best=best)
    if alive and comparison.metric == "r2" and all(each.score != each.score for each in summary):
        say(f"R² is {NOT_DEFINED}: {NEVER_VARIES}.")
    if not alive:
        say("Every run diverged: try smaller learning rates, or --clip.")


def median_curves(comparison: Comparison) -> list[LossCurve]:
    """The median of the starts that didn't diverge: one curve per setting, at most six, cut at the ceiling."""
    return [
        LossCurve.of(", ".join(cells(values)), runs.epochs, survivors(runs.losses)[1], comparison.ceiling)
        for values, runs in spaced(list(zip(comparison.values, comparison.runs, strict=True)), MOST_CURVES)
    ]


def _loss(value: float) -> str:
    """A loss with few digits: the table has many columns, and the CSV file has all digits."""
    if value != value:
        return "-"
    return f"{value:.4f}" if 0.01 <= value < 1000 else f"{value:.2e}".replace("e-0", "e-").replace("e+0", "e+")


def _score(metric: str, value: float) -> str:
    return f"{100 * value:.1f} %" if metric == "accuracy" else f"{value:.4f}"
