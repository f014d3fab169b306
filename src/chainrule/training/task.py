"""A run before it is bound: every argument checked, so that bad input is answered before any work is done."""

import math
import reprlib
from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from chainrule.core.arrays import Array, chunks
from chainrule.core.checks import (
    check_batches,
    check_numbers,
    check_samples,
    check_state,
    check_targets,
    check_theta,
    check_weights,
)
from chainrule.core.description import COUNT, POSITIVE, Real, check_kind, check_real, check_whole
from chainrule.core.errors import DataError, SettingError
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.optimizers import Optimizer
from chainrule.core.penalties import L2
from chainrule.core.population import agree, check_dtype
from chainrule.core.streams import Seed, member_seeds
from chainrule.training.batches import Samples
from chainrule.training.data.augmentation import Augmentation, check_augment
from chainrule.training.history import Record
from chainrule.training.stopping import EarlyStopping

RECORDS = 200
"""About how many records a run makes where nobody says how often."""

Callback = Callable[[Record], object]
"""A function that is called with each record, in the order given; one that returns True ends the run.

    train(..., callbacks=[lambda record: record.loss < 0.01])
"""


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be trained, on what, and how: checked, with nothing bound yet."""

    objective: Objective
    optimizer: Optimizer
    data: Samples
    validation: Samples | None
    theta: Array
    """Where the parameters start, fresh: (P,), or (K, P)."""
    state: Array
    """Where the running statistics start, fresh: (S,), or (K, S)."""
    seeds: tuple[int, ...]
    epochs: int
    batch_size: int | None
    record_every: int
    early_stopping: EarlyStopping | None
    clip: Real | None
    augmentations: tuple[Augmentation, ...]
    callbacks: tuple[Callback, ...]


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
) -> Task:
    """The task that `train` and `iterate` are asked for, or a sentence that says what is wrong with it."""
    check_kinds(network, loss, optimizer, early_stopping, penalty, callbacks)
    epochs = check_whole("epochs", COUNT, epochs)
    batch_size = None if batch_size is None else check_whole("batch_size", COUNT, batch_size)
    record_every = math.ceil(epochs / RECORDS) if record_every is None else record_every
    clip = None if clip is None else check_real("clip", POSITIVE, clip)
    data = check_data(network, loss, x, y, sample_weight, dtype)
    check_batches(network, len(data), batch_size)
    held_out = None if validation is None else check_validation(network, loss, validation, dtype)

    counts = {"clip": len(clip)} if isinstance(clip, tuple) else {}
    if theta is not None:
        theta = check_numbers(theta, "theta")
        counts |= {"theta": len(theta)} if theta.ndim == 2 else {}
    if state is not None:
        state = check_numbers(state, "state")
        counts |= {"state": len(state)} if state.ndim == 2 else {}
    members = agree(population, seed, network, optimizer, early_stopping, penalty, **counts)
    return Task(
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
        augmentations=check_augment(augment, data.x, batch_size, check_dtype(dtype)),
        callbacks=tuple(callbacks),
    )


def check_kinds(
    network: Network,
    loss: Loss,
    optimizer: Optimizer,
    early_stopping: EarlyStopping | None,
    penalty: L2 | None,
    callbacks: Sequence[Callback],
) -> None:
    """Raise unless each argument is of the kind that it should be."""
    check_kind("network", Network, "a Network such as mlp(2, 4, 1)", network)
    check_kind("loss", Loss, "a loss such as SquaredError()", loss)
    check_kind("optimizer", Optimizer, "an optimizer such as SGD(0.5)", optimizer)
    check_kind("early_stopping", (EarlyStopping, type(None)), "an EarlyStopping(patience=10) or None", early_stopping)
    check_kind("penalty", (L2, type(None)), "an L2(0.001) or None", penalty)
    if network.n_parameters == 0:
        raise SettingError(f"a network to train needs parameters; got {network!r}. Add a layer such as Dense(4).")
    if not isinstance(callbacks, Sequence) or not all(callable(each) for each in callbacks):
        raise SettingError(f"callbacks must be a list of functions of a record; got {reprlib.repr(callbacks)}.")


def check_data(
    network: Network, loss: Loss, x: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, dtype: DTypeLike
) -> Samples:
    """Training data that can be learnt from."""
    inputs = check_samples(network.input_shape, x, dtype=check_dtype(dtype))
    targets = check_targets(network, loss, y, len(inputs), dtype=dtype)
    rows = loss.rows(targets, network.output_shape[0])
    blocks = (rows[which] for which in chunks(len(rows), rows[0].size))
    is_class = loss.link != "identity" and np.array_equal(rows[0], np.floor(rows[0]))
    if is_class and all((block == rows[0]).all() for block in blocks):
        raise DataError(f"y should hold two classes or more, got {rows[0]} for every sample. Add samples of another.")
    return Samples(inputs, rows, check_weights(sample_weight, len(inputs)))


def check_validation(
    network: Network, loss: Loss, validation: tuple[ArrayLike, ArrayLike], dtype: DTypeLike
) -> Samples:
    """Held-out data that fit the network and the loss."""
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        size = f" of {len(validation)}" if isinstance(validation, Sized) else ""
        raise SettingError(f"validation must be a pair (x, y); got {type(validation).__name__}{size}.")
    inputs = check_samples(network.input_shape, validation[0], "validation x", dtype)
    targets = check_targets(network, loss, validation[1], len(inputs), "validation y", dtype)
    return Samples(inputs, loss.rows(targets, network.output_shape[0]))


def starting_parameters(
    network: Network, theta: ArrayLike | None, seed: Seed, members: int | None, dtype: DTypeLike
) -> Array:
    """A fresh theta, (P,) or (K, P): drawn, or a copy of the caller's, which all members may share."""
    if theta is None:
        return network.initialize(seed, members, dtype)
    return _for_each_member(check_theta(network, theta), "theta", members, dtype)


def starting_state(network: Network, state: ArrayLike | None, members: int | None, dtype: DTypeLike) -> Array:
    """A fresh state, (S,) or (K, S): the one to start with, or a copy of the caller's, which all members may share."""
    if state is None:
        return network.initialize_state(members, dtype)
    lead = () if members is None or np.ndim(state) < 2 else (members,)
    return _for_each_member(check_state(network, state, lead, np.float64), "state", members, dtype)


def _for_each_member(start: Array, name: str, members: int | None, dtype: DTypeLike) -> Array:
    """A fresh copy of (P,) or (K, P) numbers, which all members share if there is one row of them."""
    dtype = check_dtype(dtype)
    finite = abs(start) <= np.finfo(dtype).max
    if not finite.all():
        raise DataError(f"{name} should hold finite {dtype} numbers, got {start[~finite][0]}. Start somewhere else.")
    lead = () if members is None else (members,)
    return np.array(np.broadcast_to(start, (*lead, start.shape[-1])), dtype, order="C")
