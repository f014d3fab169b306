"""`chainrule train DATA`: one run, with the reference lab's log, prediction rows and accuracy."""

import itertools
from dataclasses import asdict
from typing import Annotated

import typer

from chainrule.core.errors import DivergenceError, SettingError
from chainrule.interfaces.cli import options
from chainrule.interfaces.cli.answers import Answers, answer
from chainrule.interfaces.cli.config import describe_config, read_config
from chainrule.interfaces.cli.data import read_data
from chainrule.interfaces.cli.job import INTERRUPTIONS, Job, describe
from chainrule.interfaces.cli.outputs import check_outputs
from chainrule.interfaces.cli.parts import Parts
from chainrule.interfaces.cli.settings import Settings
from chainrule.interfaces.cli.terminal import plots
from chainrule.interfaces.cli.terminal.output import INTERRUPTED, Bars, examples, note, remark, say
from chainrule.interfaces.cli.terminal.plot_data import Curve
from chainrule.lab.report.reference import log_line
from chainrule.training.loop import Training
from chainrule.training.run import Run
from chainrule.training.stopping import Ending

EXAMPLES = examples(
    "chainrule train xor",
    "chainrule train xor --plot | less",
    "chainrule train linear --learning-rate 1 --epochs 20000 --save linear.npz",
    "chainrule train moons --layers 16,16 --activation tanh --optimizer adam",
    "chainrule train digits",
    'chainrule train digits --network "conv(8,3) relu pool(2) flatten dense(10)"',
    "chainrule train pets.csv --target kind --test 0.25 --save pets.npz",
    "chainrule train --config experiment.toml --epochs 5000",
    "chainrule train prices.csv --validation 0.2 --early-stopping 50",
)

ROWS = 100
"""How many prediction rows are printed at most."""


def train(
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="DATA",
            help="linear, xor, xor_cloud, circles, moons, spiral, gaussians, digits, mnist1d; a CSV file; or an .npz "
            "with x and y.",
            show_default=False,
        ),
    ] = None,
    target: options.Target = None,
    test: options.Test = None,
    validation: options.Validation = None,
    standardize: options.Standardize = None,
    points: options.Points = None,
    noise: options.Noise = None,
    data_seed: options.DataSeed = None,
    network: options.Network = None,
    layers: options.Layers = None,
    activation: options.Activation = None,
    output: options.Output = None,
    no_bias: options.NoBias = False,
    initializer: options.Start = None,
    dtype: options.DType = None,
    loss: options.LossName = None,
    penalty: options.Penalty = None,
    optimizer: options.OptimizerName = None,
    learning_rate: options.LearningRate = None,
    momentum: options.Momentum = None,
    decay: options.Decay = None,
    epsilon: options.Epsilon = None,
    weight_decay: options.WeightDecay = None,
    no_bias_correction: options.NoBiasCorrection = False,
    clip: options.Clip = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    seed: options.Seed = None,
    early_stopping: options.Patience = None,
    config: options.Config = None,
    save: options.Save = None,
    history: options.HistoryFile = None,
    plot: options.Plot = None,
) -> None:
    """Train a network on DATA: a log of its loss, a row for each test sample, and the accuracy.

    Without settings it is the reference lab's run: a 2-4-4-1 network of sigmoids,
    gradient descent on all samples at once, half the squared error. The log shows
    the full mean squared error. digits and mnist1d get a larger network, Adam and
    mini-batches, and are tested on samples held out.

    --network says every layer as text: conv, pool, flatten, dense, dropout, relu
    and the rest by their Python names, their settings in parentheses, as in
    conv(8, (3, 5), stride=2, padding=same). The last one must answer the targets.

    A file's target that is text, or only 0 and 1, is a class; any other is a
    quantity, judged by its squared error and R². If its numbers 0, 1, 2, ... are
    classes, say so: --loss softmax_cross_entropy.

    A terminal also sees the loss over epochs, on a logarithmic axis, and of classes
    with two features the map of the answers. --plot draws them into a pipe, too.

    A run that doesn't learn is diagnosed: what ails it, with the numbers, and the
    options to try.

    Ctrl-C ends a run with what it has learnt.
    """
    check_outputs({"--save": save, "--history": history})
    settings = Settings(
        network=network,
        layers=layers,
        activation=activation,
        output=output,
        bias=not no_bias,
        initializer=initializer,
        loss=loss,
        optimizer=optimizer,
        learning_rate=learning_rate,
        momentum=momentum,
        decay=decay,
        epsilon=epsilon,
        weight_decay=weight_decay,
        bias_correction=False if no_bias_correction else None,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed or 0,
        dtype=dtype or "float64",
        penalty=penalty,
        clip=clip,
        early_stopping=early_stopping,
    )
    if config is not None:
        said = asdict(settings) | {"bias": False if no_bias else None, "seed": seed, "dtype": dtype}
        del said["early_stopping"]
        said |= {"points": points, "noise": noise, "data_seed": data_seed, "test": test}
        said |= {"target": target, "standardize": standardize}
        job = describe_config(read_config(config, data, said), validation, early_stopping)
    elif data is None:
        raise SettingError("Missing argument 'DATA': name a data set or a file, or give --config FILE.toml.")
    else:
        data_set = read_data(data, target, points, noise, data_seed, settings.seed)
        scaled = not data_set.named if standardize is None else standardize
        job = describe(settings, data_set, test, validation, scaled)
    training = job.start()
    remark(job.summary())

    run, ending, curves = follow(training, job)
    if history is not None:
        run.history.to_csv(history)
        remark(f"Saved the losses: {history}")
    if ending.reason == "diverged":
        if plots.wanted(plot):
            plots.show(curves, job.loss_name)
        raise DivergenceError(f"the run {ending} with {job.optimizer}. Diagnosis: {job.diagnosis(run)[0]}")
    model = job.model(run)
    if save is not None:
        model.save(save)
        remark(f"Saved the model: {save}")
    answers = answer(model, job.parts.test)
    show_rows(answers, job.parts)
    if plots.wanted(plot):
        plots.show(curves, job.loss_name, answers.plane(), epochs=ending.epoch)
    for line in answers.verdict():
        say(line)
    for line in job.diagnosis(run):
        note(f"Diagnosis: {line}")
    if ending.reason in INTERRUPTIONS:
        raise typer.Exit(INTERRUPTED)


def follow(training: Training, job: Job) -> tuple[Run, Ending, list[Curve]]:
    """Print the log while the run goes on, and say why it ended if that was before its time. Also: what it went by."""
    log_epochs = set(job.log_epochs)
    epochs: list[int] = []
    losses: dict[str, list[float]] = {"training": [], "validation": []}
    try:
        with Bars() as show:
            for record in training:
                loss = job.shown_loss(record)
                epochs.append(record.epoch)
                losses["training"].append(loss)
                if record.validation_loss is not None:
                    losses["validation"].append(job.loss_factor * float(record.validation_loss))
                if record.epoch in log_epochs:
                    say(log_line(record.epoch, loss))
                show("Training", record.epoch, record.epochs, f"loss {loss:.6f}")
    except (KeyboardInterrupt, DivergenceError):
        pass  # the run's ending tells
    run = training.result()
    ending = run.ending if isinstance(run.ending, Ending) else run.ending[0]
    if ending.reason in INTERRUPTIONS:
        note(f"Interrupted after {ending.epoch:,} of {job.epochs:,} epochs; what was learnt until then is kept.")
    elif ending.reason == "stopped early":
        note(f"{ending.sentence.capitalize()}. The model is that of epoch {ending.best_epoch}.")
    return run, ending, [Curve.of(name, epochs, each) for name, each in losses.items() if each]


def show_rows(answers: Answers, parts: Parts) -> None:
    """What the test is, and its prediction rows."""
    say(f"Tested on {parts.tested_on}:")
    for row in itertools.islice(answers.rows(), ROWS):
        say(row)
    if len(parts.test) > ROWS:
        say(f"... and {len(parts.test) - ROWS:,} rows more.")
