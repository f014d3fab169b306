"""`chainrule train DATA`: one run, with the reference lab's log, prediction rows and accuracy."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.core.architecture import shape_text
from chainrule.core.errors import DivergenceError
from chainrule.core.losses import HalfSquaredError, SquaredError
from chainrule.interfaces.cli.answers import answer, show_rows
from chainrule.interfaces.cli.described import describe, file_of
from chainrule.interfaces.cli.diagnosis import INTERRUPTIONS, diagnosis
from chainrule.interfaces.cli.interrupts import exit_code, gently, held
from chainrule.interfaces.cli.option import own, silence, takes
from chainrule.interfaces.cli.options import OPTIONS, ROWS, SETS
from chainrule.interfaces.cli.outputs import MODEL, TABLE, Saving, check_outputs
from chainrule.interfaces.cli.readers import row_count
from chainrule.interfaces.cli.terminal import plots
from chainrule.interfaces.cli.terminal.output import Bars, detail, examples, note, remark, say
from chainrule.interfaces.cli.terminal.plot_data import LossCurve
from chainrule.interfaces.cli.verdicts import show_verdict
from chainrule.lab.experiments import toml
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.prepared import Prepared, prepare
from chainrule.lab.experiments.shown_loss import loss_factor, loss_name
from chainrule.lab.report.reference import Lab, log_line
from chainrule.training.files.storage import FilePath
from chainrule.training.history import Record
from chainrule.training.metrics.quantities import mean_squared_error
from chainrule.training.run import Run
from chainrule.training.stopping import Ending
from chainrule.training.training import Training

EXAMPLES = examples(
    "chainrule train xor",
    "chainrule train xor --plot | less",
    "chainrule train linear --learning-rate 1 --epochs 20000 --save linear.npz",
    "chainrule train moons --layers 16,16 --activation tanh --optimizer adam",
    "chainrule train digits",
    'chainrule train digits --network "conv(8,3) relu pool(2) flatten dense(10)"',
    "chainrule train pets.csv --target kind --test 0.25 --save pets.npz",
    "chainrule train moons --layers 16,16 --print-config > moons.toml",
    "chainrule train --config moons.toml --epochs 5000",
    "chainrule train prices.csv --validation 0.2 --early-stopping 50",
)

RUN = "Run"
"""The panel of the help page that these options share with the last ones of the table."""


@takes(*(each for name, each in OPTIONS.items() if name != "starts"))
def train(
    data: Annotated[
        str | None,
        typer.Argument(metavar="DATA", help=f"{SETS}; a table in a file; an .npz; or - for standard input."),
    ] = None,
    *,
    config: Annotated[
        Path | None, own("An experiment to run; options that are given win over it.", "FILE.toml", RUN)
    ] = None,
    print_config: Annotated[
        bool, own("Print the run as --config reads it, and train nothing.", "", RUN, "--print-config")
    ] = False,
    save: Annotated[Path | None, own("Keep the model, for predict.", "MODEL.npz", RUN)] = None,
    history: Annotated[Path | None, own("Keep the losses.", "FILE.csv", RUN)] = None,
    plot: Annotated[
        bool | None, own("Draw the loss, and a plane's map. \\[in a terminal]", "", RUN, "--plot/--no-plot")
    ] = None,
    rows: Annotated[int | None, own(ROWS, "N|all", RUN, read=row_count)] = None,
    quiet: Annotated[bool, silence(RUN)] = False,
    settings: dict[str, Any],
) -> None:
    """Train a network on DATA: a log of its loss, a row for each test sample, and the accuracy.

    Without settings it is the reference lab's run: a 2-4-4-1 network of sigmoids,
    gradient descent on all samples at once, half the squared error. The log shows
    the full mean squared error. digits and mnist1d get a larger network, Adam and
    mini-batches, and are tested on samples held out.

    --network says every layer as text: conv, pool, flatten, dense, dropout, relu
    and the rest by their Python names, their settings in parentheses, as in
    conv(8, (3, 5), stride=2, padding=same). The last layer needs one output per
    target or class.

    How a file is read is told first: its target, what becomes of each column. A
    target is a class if it is text, or has two different values, or 3 to 20 whole
    numbers that each occur three times; else a quantity, judged by its errors and
    R². --target-type decides otherwise. What the file leaves open stops with the
    option for each reading; --yes takes the first. look shows all that alone.

    --config reads an experiment as TOML, and --print-config writes one to begin
    with. Its keys are data, network, loss, optimizer, and options by their names,
    with _ for -: epochs, batch_size, penalty, seed, test. Parts with settings are
    tables: data has a name, n, noise and seed, or a file and target; network has
    layers, activation, output, bias and initializer, or is a text; optimizer has
    its type, such as "Adam", and learning_rate. What the file leaves out is as
    without it.

    A terminal also sees the loss over epochs, on a logarithmic axis, and for
    classes with two features the map of the answers. --plot draws them into a
    pipe, too.

    A run that doesn't learn is diagnosed: the problem, with its numbers, and the
    options to try.

    Ctrl-C ends a run and keeps what it has learnt.
    """
    outputs = {"--save": (save, MODEL), "--history": (history, TABLE)}
    check_outputs(outputs, {"DATA": file_of(data), "--config": config})
    described = describe(data, settings, config)
    check_outputs(outputs, {"the experiment's data": file_of(described[0].data)})
    prepared = prepare(*described)
    prepared.check_target()
    experiment = prepared.experiment
    if print_config:
        say(toml.write(experiment).rstrip())
        return
    training = prepared.begin(record_every=Lab(epochs=experiment.epochs).record_every)

    saving, model, ending = Saving(), None, Ending("interrupted", 0)
    try:
        with held():
            remark(summary(prepared))
            for line in prepared.notes:
                note(line)
            run, ending, curves, unwritten = follow(training, prepared)
            if ending.reason != "diverged":
                model = prepared.model(run)
                saving.save("model", save, model.save)
            saving.save("losses", history, run.history.to_csv)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(interruption(ending, experiment.epochs, saving.saved)) from None
    if unwritten is not None:
        raise unwritten
    if ending.reason in INTERRUPTIONS:
        note(interruption(ending, experiment.epochs, saving.saved))
    shown = loss_name([experiment.loss])
    if model is None:
        if plots.wanted(plot):
            plots.show(curves, shown)
        raise DivergenceError(f"the run {ending} with {experiment.optimizer}. Diagnosis: {diagnosis(run, prepared)[0]}")
    answers = answer(model, prepared.test)
    detail(f"Tested on {prepared.tested_on}:")
    show_rows(answers, rows)
    if plots.wanted(plot):
        plots.show(curves, shown, answers.plane(), epochs=ending.epoch)
    show_verdict(answers, is_learnt=prepared.test is prepared.learnt)
    for line in () if quiet else diagnosis(run, prepared):
        note(f"Diagnosis: {line}")
    saving.end()
    if ending.reason in INTERRUPTIONS:
        raise typer.Exit(exit_code())


def summary(prepared: Prepared) -> str:
    """The data and the run in two lines."""
    experiment, network, samples = prepared.experiment, prepared.network, prepared.learnt
    standardized = " (loss 1 = always its mean)" if prepared.target_standardizer else ""
    kind = f"{samples.n_classes} classes" if samples.n_classes else f"predicting {samples.target}{standardized}"
    kind += f" ({', '.join(samples.classes)})" if samples.classes else ""
    layers = str(experiment.network)
    if isinstance(experiment.network, Perceptron):
        sizes = (*network.input_shape, *experiment.network.layers, *network.output_shape)
        layers = f"{'-'.join(map(str, sizes))} {experiment.network.activation}"
    return (
        f"{samples.name}: {len(samples):,} samples to learn, {shape_text(network.input_shape)} features, {kind}\n"
        f"{layers}, {network.n_parameters:,} parameters, "
        f"{experiment.loss}, {experiment.optimizer}, {experiment.epochs:,} epochs"
    )


def follow(training: Training, prepared: Prepared) -> tuple[Run, Ending, list[LossCurve], OSError | None]:
    """Print the log while the run is under way, and why it ended early if it did; return the run and its curves.

    What can't be printed ends the run as an interruption does; the error is returned, since there may be files to save.
    """
    log_epochs = set(Lab(epochs=prepared.experiment.epochs).log_epochs)
    factor = loss_factor(prepared.experiment.loss, prepared.network)
    epochs: list[int] = []
    losses: dict[str, list[float]] = {"training": [], "validation": []}
    unwritten = None
    try:
        with Bars() as show, gently(training.stop):
            for record in training:
                loss = logged_loss(record, prepared)
                epochs.append(record.epoch)
                losses["training"].append(loss)
                if record.validation_loss is not None:
                    losses["validation"].append(factor * float(record.validation_loss))
                if record.epoch in log_epochs:
                    detail(log_line(record.epoch, loss))
                show("Training", record.epoch, record.epochs, f"loss {loss:.6f}")
    except (KeyboardInterrupt, DivergenceError):
        pass  # the run's ending tells
    except OSError as error:
        unwritten = error
    run = training.result()
    ending = run.ending if isinstance(run.ending, Ending) else run.ending[0]
    if ending.reason == "stopped early":
        note(f"{ending.sentence.capitalize()}. The model is that of epoch {ending.best_epoch}.")
    return run, ending, [LossCurve.of(name, epochs, each) for name, each in losses.items() if each], unwritten


def interruption(ending: Ending, epochs: int, files: Sequence[FilePath]) -> str:
    """When the run was interrupted, and where what it had learnt is.

    >>> interruption(Ending("interrupted", 5), 40, ["losses.csv"])
    'Interrupted after 5 of 40 epochs; what was learnt until then is kept in losses.csv.'
    """
    saved = " and ".join(map(str, files))
    kept = (
        f"what was learnt until then is kept in {saved}" if saved else "nothing is kept: --save MODEL.npz would keep it"
    )
    return f"Interrupted after {ending.epoch:,} of {epochs:,} epochs; {kept}."


def logged_loss(record: Record, prepared: Prepared) -> float:
    """The loss as the log shows it: of squared errors the full mean, without a penalty, as in the reference lab."""
    loss, penalty = prepared.experiment.loss, prepared.experiment.penalty
    if isinstance(loss, SquaredError | HalfSquaredError) and penalty is not None and penalty.strength:
        x, y = prepared.arrays(prepared.learnt)
        return float(mean_squared_error(y, prepared.network.predict(record.theta, x, record.state)))
    return loss_factor(loss, prepared.network) * float(record.loss)
