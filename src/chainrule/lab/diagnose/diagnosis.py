"""`diagnose`: the problems of a run, of a model, or of a network with its parameters."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_numbers
from chainrule.core.checks import check_samples, check_targets, check_theta
from chainrule.core.description import check_kind
from chainrule.core.errors import DataError, SettingError
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.streams import stream
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.finding import Finding
from chainrule.lab.diagnose.measurements import Point
from chainrule.lab.diagnose.rules.findings import findings
from chainrule.lab.diagnose.trials.tried import TriedRun
from chainrule.training.model import Model
from chainrule.training.names import Names
from chainrule.training.run import Run, Setup
from chainrule.training.stopping import Ending

Findings = tuple[Finding, ...]

NO_RUN = Ending("", 0)


def diagnose(
    diagnosed: Run | Model | Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    theta: ArrayLike | None = None,
    loss: Loss | None = None,
    loss_factor: float = 1.0,
    held_out: tuple[ArrayLike, ArrayLike] | None = None,
) -> Any:
    """Find the problems of a run, a model, or a network at theta: the most probable first cause first; none if healthy.

    x, y: the data that it learns from, as `train` takes them; at most 500 samples, drawn at random, are inspected.
    theta, loss: of a network; a run and a model know their own.
    held_out: samples that weren't learnt, as x and y: rows learnt by heart are then found without validation data, too.
    loss_factor: findings speak of this many times the loss, for a log that shows a multiple of it.

    For a run everything is checked: its start, its losses, and other settings that are tried. For a model, a theta or
    a run whose settings were changed on the way, only the present layers are. Returns a tuple of `Finding`; for a
    population K such tuples.
    Raises ShapeError, DataError and SettingError for what doesn't fit.

    >>> from chainrule.core.initializers import Zeros
    >>> from chainrule.core.losses import HalfSquaredError
    >>> from chainrule.core.network import mlp
    >>> from chainrule.core.optimizers import SGD
    >>> from chainrule.training.data.sets import xor
    >>> from chainrule.training.loop import train
    >>> x, y = xor()
    >>> run = train(mlp(2, 4, 1, initializer=Zeros()), x, y, loss=HalfSquaredError(), optimizer=SGD(0.5), epochs=500)
    >>> diagnose(run, x, y)[0].illness
    'symmetric start'
    """
    check_kind("what is diagnosed", (Run, Model, Network), "a run, a model or a network", diagnosed)
    run = diagnosed if isinstance(diagnosed, Run) else None
    model = _model(diagnosed, theta, loss)
    if model.loss is None:
        raise SettingError("diagnose() needs the loss that was to be made small; got none. Give loss=SquaredError().")
    samples, targets = check_data(model, x, y)
    others = None if held_out is None else check_data(model, *held_out)
    if model.population is None:
        return findings(inspected(model, run, None, samples, targets, loss_factor, others))
    members = range(model.population)
    return tuple(findings(inspected(model[k], run, k, samples, targets, loss_factor, others)) for k in members)


def check_data(model: Model, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Samples and targets as arrays, the targets as the model learnt them. Raises what is wrong with them."""
    network = model.network
    outputs = network.output_shape[0]
    wanted = {"x": (x, "the samples"), "y": (y, f"the targets of x, for {outputs} output{'s' * (outputs != 1)}")}
    for name, (given, what) in wanted.items():
        if given is None:
            raise DataError(
                f"diagnose() needs {name}: {what}, as they were given to train; got None. Write diagnose(run, x, y)."
            )
    names = Names(targets=model.targets, classes=model.classes)
    samples = check_samples(network.input_shape, model.encoded(x))
    targets = as_numbers(names.arrays(model.loss, None, y)[1], "y")  # type: ignore[arg-type]  # there is a loss
    if model.target_standardizer is not None:
        targets = model.target_standardizer.apply(targets.reshape(len(targets), -1))
    return samples, check_targets(network, model.loss, targets, len(samples))  # type: ignore[arg-type]  # there is a loss


def _model(diagnosed: Run | Model | Network, theta: ArrayLike | None, loss: Loss | None) -> Model:
    if isinstance(diagnosed, Network):
        if theta is None:
            raise SettingError("a network needs its parameters to be diagnosed; got none. Give theta=, or a run.")
        checked = check_theta(diagnosed, theta)
        return Model(diagnosed, checked, loss, state=diagnosed.initialize_state(*checked.shape[:-1]))
    if theta is not None or loss is not None:
        raise SettingError(f"theta and loss are for a network alone; this {type(diagnosed).__name__} has its own.")
    return diagnosed.model if isinstance(diagnosed, Run) else diagnosed


def inspected(
    model: Model,
    run: Run | None,
    k: int | None,
    x: Array,
    y: Array,
    loss_factor: float = 1.0,
    held_out: tuple[Array, Array] | None = None,
) -> TriedRun:
    """A single run, or member k of a population, with samples to inspect it by."""
    network, loss = model.network, model.loss

    def drawn(x: Array, y: Array, most: int) -> tuple[Array, Array]:
        """Samples as the network takes them, and targets as the loss does; always the same ones."""
        rows = np.arange(len(x)) if len(x) <= most else np.sort(stream(0, "diagnosis").permutation(len(x))[:most])
        seen = x[rows] if model.standardizer is None else model.standardizer.apply(x[rows])
        return seen, loss.rows(y[rows], network.output_shape[0])  # type: ignore[union-attr]  # there is a loss

    draw = partial(drawn, x, y)

    setup: Setup | None = None
    ending, history = NO_RUN, dict[str, Array]()
    if run is not None and run.setup is not None and not (run.setup.changes or run.setup.edits):
        setup, ending, history = _of_member(run, run.setup, k)
    most = min(thresholds.MOST_SAMPLES, thresholds.MOST_NUMBERS // network.n_numbers)
    has_end = np.isfinite(model.theta).all() and ending.reason != "diverged"
    return TriedRun(
        network,
        loss,  # type: ignore[arg-type]  # there is one
        *draw(max(thresholds.FEWEST_SAMPLES, most)),
        n_samples=len(x),
        start=None if setup is None else Point(setup.theta, setup.state),
        end=Point(model.theta, model.state) if has_end else None,
        epochs=history.get("epoch", np.empty(0)),
        losses=loss_factor * history.get("loss", np.empty(0)),
        validation=loss_factor * history.get("validation_loss", np.empty(0)),
        setup=setup,
        ending=ending,
        features=model.features,
        classes=model.classes,
        draw=draw,
        loss_factor=loss_factor,
        held_out=None if held_out is None else drawn(*held_out, thresholds.MOST_LEARNT),
    )


def _of_member(run: Run, setup: Setup, k: int | None) -> tuple[Setup, Ending, dict[str, Array]]:
    """Member k's setup, its ending, and its history as far as its loss is finite."""
    ending = run.ending if isinstance(run.ending, Ending) else run.ending[k or 0]
    columns = {name: run.history[name] for name in run.history}
    if k is not None:
        columns = {name: values[:, k] if values.ndim == 2 else values for name, values in columns.items()}
        setup = replace(
            setup,
            theta=setup.theta[k],
            state=setup.state[k],
            optimizer=setup.optimizer.member(k),
            seeds=setup.seeds[k : k + 1],
            penalty=None if setup.penalty is None else setup.penalty.member(k),
            clip=setup.clip[k] if isinstance(setup.clip, tuple) else setup.clip,
            validation=setup.validation and setup.validation.member(k),
        )
    is_finite = np.isfinite(columns["loss"]) if columns else slice(None)
    return setup, ending, {name: values[is_finite] for name, values in columns.items()}
