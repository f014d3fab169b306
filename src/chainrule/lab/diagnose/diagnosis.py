"""`diagnose`: from a run, a model or a network with its parameters, to what ails it."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array
from chainrule.core.checks import check_numbers, check_samples, check_targets, check_theta
from chainrule.core.description import check_kind
from chainrule.core.errors import DataError, SettingError
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.streams import stream
from chainrule.lab.diagnose.case import MOST_SAMPLES, Case
from chainrule.lab.diagnose.finding import Finding
from chainrule.lab.diagnose.table import findings
from chainrule.lab.diagnose.trials.trial import Point
from chainrule.training.model import Model
from chainrule.training.run import Run, Setup
from chainrule.training.stopping import Ending

MOST_NUMBERS = 2_000_000
"""Of large networks fewer samples are examined: so many numbers of all activations."""

FEWEST_SAMPLES = 64

Findings = tuple[Finding, ...]


def diagnose(
    patient: Run | Model | Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    theta: ArrayLike | None = None,
    loss: Loss | None = None,
) -> Any:
    """What ails a run, a model, or a network at theta: findings, the most probable first cause first; none if healthy.

    x, y: the data that it learns from, as `train` takes them; at most 500 samples, drawn at random, are looked at.
    theta, loss: of a network; a run and a model know their own.

    A run tells the most: its start, its losses, its optimizer, with which other learning rates are tried. Of a model
    or a theta only what is there can be told. A tuple of `Finding`; for a population a tuple of K such tuples.
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
    check_kind("what is diagnosed", (Run, Model, Network), "a run, a model or a network", patient)
    run = patient if isinstance(patient, Run) else None
    model = _model(patient, theta, loss)
    if model.loss is None:
        raise SettingError("diagnose() needs the loss that was to be made small; got none. Give loss=SquaredError().")
    network = model.network
    outputs = network.output_shape[0]
    wanted = {"x": (x, "the samples"), "y": (y, f"the targets of x, for {outputs} output{'s' * (outputs != 1)}")}
    for name, (given, what) in wanted.items():
        if given is None:
            raise DataError(
                f"diagnose() needs {name}: {what}, as they were given to train; got None. Write diagnose(run, x, y)."
            )
    samples, targets = check_samples(network.input_shape, x), check_numbers(y, "y")
    if model.target_standardizer is not None:
        targets = model.target_standardizer.apply(targets.reshape(len(targets), -1))
    targets = check_targets(network, model.loss, targets, len(samples))
    patients = [(model, None)] if model.population is None else [(model[k], k) for k in range(model.population)]
    found = tuple(findings(_case(each, run, k, samples, targets)) for each, k in patients)
    return found[0] if model.population is None else found


def looked_at(n: int, most: int) -> Array:
    """Which of n samples: all, or so many drawn at random, always the same ones."""
    return np.arange(n) if n <= most else np.sort(stream(0, "look").permutation(n)[:most])


def _model(patient: Run | Model | Network, theta: ArrayLike | None, loss: Loss | None) -> Model:
    if isinstance(patient, Network):
        if theta is None:
            raise SettingError("a network needs its parameters to be diagnosed; got none. Give theta=, or a run.")
        checked = check_theta(patient, theta)
        return Model(patient, checked, loss, state=patient.initialize_state(*checked.shape[:-1]))
    if theta is not None or loss is not None:
        raise SettingError(f"theta and loss are for a network alone; this {type(patient).__name__} has its own.")
    return patient.model if isinstance(patient, Run) else patient


def _drawn(model: Model, x: Array, y: Array, most: int) -> tuple[Array, Array]:
    """At most so many samples as the network takes them, and their targets as the loss does."""
    rows = looked_at(len(x), most)
    seen = x[rows] if model.standardizer is None else model.standardizer.apply(x[rows])
    return seen, model.loss.rows(y[rows], model.network.output_shape[0])  # type: ignore[union-attr]  # there is a loss


def _case(model: Model, run: Run | None, k: int | None, samples: Array, targets: Array) -> Case:
    """The case of one run: member k of a population, or a single one."""
    more = partial(_drawn, model, samples, targets)
    most = max(FEWEST_SAMPLES, min(MOST_SAMPLES, MOST_NUMBERS // model.network.n_rows))
    x, y = more(most)
    is_finite = bool(np.isfinite(model.theta).all())
    end = Point(model.theta, model.state) if is_finite else None
    empty = np.empty(0)
    known = model.network, model.loss, x, y, len(samples)
    if run is None or run.setup is None:
        return Case(*known, None, end, empty, empty, empty, None, None, model.features)  # type: ignore[arg-type]  # there is a loss
    setup = run.setup if k is None else _member(run.setup, k)
    ending: Ending = run.ending if k is None else run.ending[k]  # type: ignore[assignment,index]
    columns = {name: run.history[name] if k is None else _of_member(run.history[name], k) for name in run.history}
    losses = columns.get("loss", empty)
    alive = np.isfinite(losses)
    return Case(
        *known,  # type: ignore[arg-type]  # a run has a loss
        start=Point(setup.theta, setup.state),
        end=None if ending.reason == "diverged" else end,
        epochs=columns["epoch"][alive] if len(losses) else empty,
        losses=losses[alive],
        validation=columns.get("validation_loss", empty)[alive] if "validation_loss" in columns else empty,
        setup=setup,
        ending=ending,
        features=model.features,
        more=more,
    )


def _of_member(column: Array, k: int) -> Array:
    return column[:, k] if column.ndim == 2 else column


def _member(setup: Setup, k: int) -> Setup:
    """What member k began with."""
    return replace(
        setup,
        theta=setup.theta[k],
        state=setup.state[k],
        optimizer=setup.optimizer.member(k),
        seeds=setup.seeds[k : k + 1],
        penalty=None if setup.penalty is None else setup.penalty.member(k),
        clip=setup.clip[k] if isinstance(setup.clip, tuple) else setup.clip,
    )
