"""`train` and `iterate`: bound once, then a few NumPy calls per batch, for one network or a population.

In an epoch, in this order:

1. The validation loss is computed, if it is recorded or monitored: of the parameters as the epoch finds them.
2. For each batch: its samples are gathered and augmented; forward, loss, backward; the loss is checked; the update.
3. The record is completed. Full batch: its loss is that before the update, so epoch 0 is the untrained network.
"""

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from numpy.typing import ArrayLike, DTypeLike

from chainrule.core.arrays import as_numbers
from chainrule.core.checks import check_batches
from chainrule.core.description import COUNT, POSITIVE, Real, check_real, check_whole
from chainrule.core.engine.choice import asked
from chainrule.core.errors import takes
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.optimizers import Optimizer
from chainrule.core.penalties import L2
from chainrule.core.population import agree, check_dtype
from chainrule.core.streams import Seed, member_seeds
from chainrule.training.data.augmentation import Augmentation, check_augment
from chainrule.training.names import Names
from chainrule.training.run import Run
from chainrule.training.stopping import EarlyStopping
from chainrule.training.task import (
    Callback,
    Task,
    check_data,
    check_kinds,
    check_validation,
    starting_parameters,
    starting_state,
)
from chainrule.training.training import Training

RECORDS = 200
"""About how many records a run makes where `record_every` isn't given."""


def check_task(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = None,
    population: int | None = None,
    seed: Seed = 0,
    theta: ArrayLike | None = None,
    state: ArrayLike | None = None,
    dtype: DTypeLike = "float64",
    record_every: int | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    early_stopping: EarlyStopping | None = None,
    penalty: L2 | None = None,
    clip: Real | None = None,
    sample_weight: ArrayLike | None = None,
    augment: Augmentation | Sequence[Augmentation] | None = None,
    callbacks: Sequence[Callback] = (),
    engine: str | None = None,
) -> Task:
    """What `train` and `iterate` take, as a task. Raises ShapeError, DataError or SettingError for the first misfit."""
    check_kinds(network, loss, optimizer, early_stopping, penalty, callbacks)
    epochs = check_whole("epochs", COUNT, epochs)
    batch_size = None if batch_size is None else check_whole("batch_size", COUNT, batch_size)
    record_every = math.ceil(epochs / RECORDS) if record_every is None else record_every
    clip = None if clip is None else check_real("clip", POSITIVE, clip)
    names = Names.of(network, loss, x, y)
    data = check_data(network, loss, *names.arrays(loss, x, y), sample_weight, dtype)
    check_batches(network, data.n, batch_size)
    held_out = None if validation is None else check_validation(network, loss, names, validation, dtype)

    augmentations: tuple[Augmentation, ...] = ()
    if augment is not None:
        augmentations = check_augment(augment, data.x[0] if data.own else data.x, batch_size, check_dtype(dtype))

    counts = {"clip": len(clip)} if isinstance(clip, tuple) else {}
    counts |= {"x": len(data.x)} if data.own else {}
    counts |= {"validation x": len(held_out.x)} if held_out is not None and held_out.own else {}
    if theta is not None:
        theta = as_numbers(theta, "theta")
        counts |= {"theta": len(theta)} if theta.ndim == 2 else {}
    if state is not None:
        state = as_numbers(state, "state")
        counts |= {"state": len(state)} if state.ndim == 2 else {}
    members = agree(population, seed, network, optimizer, early_stopping, penalty, **counts)
    return Task(
        network=network,
        objective=Objective(network, loss, penalty),
        optimizer=optimizer,
        data=data,
        validation=held_out,
        theta=starting_parameters(network, theta, seed, members, dtype),
        state=starting_state(network, state, members, dtype),
        seeds=member_seeds(seed, members),
        epochs=epochs,
        batch_size=batch_size,
        record_every=check_whole("record_every", COUNT, record_every),
        early_stopping=early_stopping,
        clip=clip,
        augmentations=augmentations,
        callbacks=tuple(callbacks),
        engine=asked(engine),
        names=names,
    )


@takes(check_task)
def train(*data: Any, **settings: Any) -> Run:
    """Train a network, or a population of K at once.

    x, y: samples (n, *input_shape), and targets that fit the loss; where each member of a population has samples of its
        own, x (K, n, *input_shape) and y (K, n, ...); a member then predicts by `run.model[k]`. The names of a frame's
        columns and of a series, and classes that are text, are the model's.
    loss, optimizer: the loss that is minimised, and how.
    epochs: passes over the data.
    batch_size: samples per step, shuffled anew each epoch; None: all of them, in their order.
    population: K. Settings with K values, K seeds, theta (K, P) and x (K, n, ...) set it too.
    seed: determines everything random; member k has seed + k, unless K seeds are given.
    theta: starting parameters, (P,) or (K, P), copied; without them `network.initialize(seed)`.
    state: starting statistics of the layers that keep some, copied; without them `network.initialize_state()`.
    dtype: float64 or float32, kept throughout.
    record_every: epochs from record to record; None: about 200 records.
    validation: held-out (x, y).
    early_stopping: an `EarlyStopping`.
    penalty: an `L2`.
    clip: the largest norm of a step's gradient.
    sample_weight: (n,), or (K, n) where members have samples of their own; divided by their sum.
    augment: what changes each mini-batch at random before it is learnt: `Shift`, `Flip`, `Noise`, a function
        (x, rng) of your own, or a list of them. Validation and the final loss see the data as they are.
    callbacks: functions of the run under way, a `Training` with the latest `record`, called at each record (see
        `record_every`). They may look into it and `change` it; one that returns True ends the run.
    engine: "numpy", the calls as they are; "compiled", as programs in C; "auto", compiled where that pays. The last
        digits of results depend on it. None: what `engine(...)` or the variable CHAINRULE_ENGINE says, else "auto".

    A single run whose loss becomes NaN or infinite raises a `DivergenceError` that says at which epoch and carries what
    was learnt until then; in a population that member ends, and the others go on. Ctrl-C ends the run and returns what
    it had. Raises ShapeError, DataError and SettingError for what doesn't fit, before any work is done.

    >>> from chainrule.core.losses import SquaredError
    >>> from chainrule.core.network import mlp
    >>> from chainrule.core.optimizers import SGD
    >>> x, y = [[0.0], [1.0]], [0.0, 1.0]
    >>> run = train(mlp(1, 1), x, y, loss=SquaredError(), optimizer=SGD(1.0), epochs=1000)
    >>> run.final_loss < 0.01, str(run.ending)
    (True, 'finished after 1000 epochs')
    >>> print(train(mlp(1, 1), x, y, loss=SquaredError(), optimizer=SGD([1.0, 2.0]), epochs=100))
    2 members: 2 finished; median loss 0.0136633, from 0.00812768 to 0.0191989
    """
    training = Training(check_task(*data, **settings))
    with suppress(KeyboardInterrupt):
        training.run()
    return training.result()


@takes(check_task)
def iterate(*data: Any, **settings: Any) -> Training:
    """Train and yield a `Record` at each recorded epoch; `result()` of what is returned gives the `Run`.

    Takes what `train` takes.

    >>> from chainrule.core.losses import SquaredError
    >>> from chainrule.core.network import mlp
    >>> from chainrule.core.optimizers import SGD
    >>> training = iterate(mlp(1, 1), [[0.0], [1.0]], [0.0, 1.0], loss=SquaredError(), optimizer=SGD(1.0), epochs=3)
    >>> [record.epoch for record in training]
    [0, 1, 2]
    """
    return Training(check_task(*data, **settings))
