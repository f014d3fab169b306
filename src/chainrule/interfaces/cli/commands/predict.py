"""`chainrule predict MODEL DATA`: a saved model's answers."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.core.errors import SettingError
from chainrule.interfaces.cli.answers import answer, show_rows
from chainrule.interfaces.cli.chosen_engine import chooses_engine
from chainrule.interfaces.cli.described import file_of, named
from chainrule.interfaces.cli.option import own, silence, takes
from chainrule.interfaces.cli.options import OPTIONS, READING, ROWS, options
from chainrule.interfaces.cli.outputs import TABLE, Saving, check_outputs
from chainrule.interfaces.cli.readers import row_count
from chainrule.interfaces.cli.terminal import plots
from chainrule.interfaces.cli.terminal.output import examples, hand_over, note
from chainrule.interfaces.cli.verdicts import show_verdict
from chainrule.lab.experiments.asked import samples_for
from chainrule.lab.experiments.data import DataFile
from chainrule.training.files.csv_text import csv_text, write_rows
from chainrule.training.files.limits import LIMIT
from chainrule.training.model import Model

EXAMPLES = examples(
    "chainrule predict xor.npz xor",
    "chainrule predict pets.npz more_pets.csv",
    "chainrule predict pets.npz new_pets.csv --csv answers.csv",
    "chainrule predict pets.npz new_pets.csv --csv - | head",
)


@chooses_engine
@takes(replace(OPTIONS["target"], default="the model's, if it is there", panel=None), *options(*READING))
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A file that train --save wrote.")],
    data: Annotated[
        str,
        typer.Argument(metavar="DATA", help="A table or an .npz, with or without a target; or a data set's name."),
    ],
    *,
    rows: Annotated[int | None, own(ROWS, "N|all", read=row_count)] = None,
    csv: Annotated[str | None, own("Write CSV instead of rows; - for standard output.", "OUT", None, "--csv")] = None,
    plot: Annotated[
        bool | None, own("Draw the map of a plane. \\[in a terminal]", "", None, "--plot/--no-plot")
    ] = None,
    quiet: Annotated[bool, silence()] = False,
    settings: dict[str, Any],
) -> None:
    """Print a row for each sample of DATA, and the accuracy where DATA has targets.

    A table's columns are found by the names that the model learnt, in any order
    and among others; the target too, where it is there and not empty. A table
    without names has the columns in their places. For random sets, predict uses
    train's fresh test points. A terminal also sees the map of the answers, where
    these are classes and the features are two.
    """
    to_stdout = csv == "-"
    if to_stdout and plot:
        raise SettingError("--plot and --csv - both write to standard output; give --csv a file's name.")
    check_outputs({"--csv": (None if to_stdout else csv, TABLE)}, {"MODEL": model, "DATA": file_of(data)})
    loaded = Model.load(model, settings.get("max_size", LIMIT))
    if loaded.population is not None:
        raise SettingError(
            f"{model} is a population of {loaded.population}; predict answers for one network. "
            "Save one member: model[0].save(...)."
        )
    source = named(data)
    if isinstance(source, DataFile):
        source = replace(source, **settings)
    with warnings.catch_warnings(action="always", category=UserWarning, record=True) as unjudged:
        samples = samples_for(loaded, source)
    for each in unjudged:
        note(str(each.message))
    answers = answer(loaded, samples)
    saving = Saving()
    if csv is None:
        show_rows(answers, rows)
    elif to_stdout:
        hand_over(csv_text(answers.table()))
    else:
        saving.save("answers", csv, lambda path: write_rows(path, answers.table()))
    if not to_stdout and plots.wanted(plot):
        plots.show(plane=answers.plane())
    if not to_stdout:
        show_verdict(answers)
    saving.end()
