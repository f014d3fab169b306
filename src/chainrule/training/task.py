"""The arguments of a run, all checked before any work is done."""

from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from chainrule.core.arrays import Array, as_numbers, count
from chainrule.core.checks import (
    check_members,
    check_samples,
    check_state,
    check_targets,
    check_theta,
    check_weights,
)
from chainrule.core.description import COUNT, POSITIVE, Real, check_kind, check_real, check_whole
from chainrule.core.errors import DataError, SettingError, ShapeError, choose
from chainrule.core.foreign import said
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.optimizers import Optimizer
from chainrule.core.penalties import L2
from chainrule.core.population import agree, check_dtype
from chainrule.core.schedules import check_rates
from chainrule.core.streams import Seed
from chainrule.training.data.augmentation import Augmentation
from chainrule.training.data.samples import TrainingData
from chainrule.training.names import Names
from chainrule.training.stopping import EarlyStopping

Callback = Callable[[Any], object]
"""A function that is called with the run under way, a `Training`, at each record; one that returns True ends the run.

    train(..., callbacks=[lambda training: training.loss < 0.01])
"""


@dataclass(frozen=True, eq=False)
class Task:
    """The arguments of `train`, checked; nothing is bound yet."""

    network: Network
    objective: Objective
    optimizer: Optimizer
    data: TrainingData
    validation: TrainingData | None
    theta: Array
    """The starting parameters, fresh: (P,), or (K, P)."""
    state: Array
    """The starting statistics, fresh: (S,), or (K, S)."""
    seeds: tuple[int, ...]
    epochs: int
    batch_size: int | None
    record_every: int
    early_stopping: EarlyStopping | None
    clip: Real | None
    augmentations: tuple[Augmentation, ...]
    callbacks: tuple[Callback, ...]
    engine: str
    """The engine that was asked for: "auto", "numpy" or "compiled"."""
    names: Names

    def __post_init__(self) -> None:
        check_rates(self.optimizer, self.epochs * self.n_batches)

    @property
    def n_batches(self) -> int:
        """Batches per epoch; the last may be short."""
        return 1 if self.batch_size is None else -(-self.data.n // self.batch_size)

    @property
    def n_numbers(self) -> int:
        """Numbers that a step computes, of all members: activations, and parameters by the update."""
        n = self.data.n if self.batch_size is None else min(self.batch_size, self.data.n)
        return self.network.n_numbers * n * count(self.theta.shape[:-1]) + self.theta.size

    @property
    def patience_checked(self) -> str:
        """When early stopping has a loss to check: that of the validation data, a step's, or an epoch's mean."""
        if self.early_stopping is None:
            return "never"
        if self.validation is not None:
            return "before each epoch"
        return "at each step" if self.batch_size is None else "after each epoch"

    def next_recorded(self, epoch: int) -> int:
        """The epoch that is recorded next, this one included."""
        return -(-epoch // self.record_every) * self.record_every


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
        raise SettingError(f"a network to train needs parameters; got {said(network)}. Add a layer such as Dense(4).")
    if not isinstance(callbacks, Sequence) or not all(callable(each) for each in callbacks):
        raise SettingError(f"callbacks must be a list of functions of a Training; got {said(callbacks)}.")


def check_data(
    network: Network,
    loss: Loss,
    x: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None,
    dtype: DTypeLike,
    name: str = "",
) -> TrainingData:
    """Samples that fit the network and the loss; `name` goes before x and y in an error's sentence.

    Each member of a population has samples of its own where x has one axis more: x (K, n, *shape), y (K, n, ...).
    """
    x = as_numbers(x, f"{name}x")
    if x.ndim != len(network.input_shape) + 2:
        inputs = check_samples(network.input_shape, x, f"{name}x", check_dtype(dtype))
        rows = loss.rows(check_targets(network, loss, y, len(inputs), f"{name}y", dtype), network.output_shape[0])
        return TrainingData(inputs, rows, check_weights(sample_weight, len(inputs), f"{name}sample_weight"))
    y = as_numbers(y, f"{name}y")
    members, n = x.shape[:2]
    if y.shape[:2] != (members, n):
        raise ShapeError(
            f"{name}y should have shape ({members}, {n}, ...), a target for each sample of each member, since {name}x "
            f"has shape {x.shape}; got {y.shape}."
        )
    if members == 0 or x.shape[2:] != network.input_shape:
        expected = ", ".join(map(str, network.input_shape))
        raise ShapeError(
            f"{name}x should have shape (n, {expected}), or (K, n, {expected}) where each member has its own samples, "
            f"got {x.shape}."
        )
    weights: Any = as_numbers(sample_weight, "sample_weight") if sample_weight is not None else None
    has_own_weights = weights is not None and weights.ndim == 2 and len(weights) == members
    each = [
        check_data(network, loss, x[k], y[k], weights[k] if has_own_weights else weights, dtype, f"member {k}'s {name}")
        for k in range(members)
    ]
    all_weights = None if weights is None else np.stack([np.asarray(one.weights) for one in each])
    return TrainingData(x, np.stack([one.y for one in each]), all_weights, own=True)


def check_validation(
    network: Network, loss: Loss, names: Names, validation: tuple[ArrayLike, ArrayLike], dtype: DTypeLike
) -> TrainingData:
    """Held-out data that fit the network and the loss."""
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        size = f" of {len(validation)}" if isinstance(validation, Sized) else ""
        raise SettingError(f"validation must be a pair (x, y); got {type(validation).__name__}{size}.")
    x, y = names.arrays(loss, *validation, "validation ")
    return check_data(network, loss, x, y, None, dtype, "validation ")


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


CHANGEABLE = {"optimizer", "penalty", "clip", "epochs"}


def changed(task: Task, epochs_begun: int, settings: Mapping[str, Any]) -> Task:
    """The task of a run that goes on with other settings; see `Training.change`. Raises SettingError."""
    optimizer = check_kind(
        "optimizer", Optimizer, "an optimizer such as SGD(0.5)", settings.get("optimizer", task.optimizer)
    )
    of_optimizer = {field.name for field in fields(optimizer)}
    known = dict.fromkeys(of_optimizer | CHANGEABLE)
    for name in settings:
        choose("setting that can be changed", name, known)
    own = {name: value for name, value in settings.items() if name in of_optimizer - CHANGEABLE}
    optimizer = replace(optimizer, **own)
    penalty = settings.get("penalty", task.objective.penalty)
    epochs = check_whole("epochs", COUNT, settings.get("epochs", task.epochs))
    clip = settings.get("clip", task.clip)
    clip = None if clip is None else check_real("clip", POSITIVE, clip)
    check_kinds(task.network, task.objective.loss, optimizer, task.early_stopping, penalty, task.callbacks)
    if epochs < epochs_begun:
        raise SettingError(f"epochs must be {epochs_begun} or more, since that many have begun; got {epochs}.")
    counts = {"clip": len(clip)} if isinstance(clip, tuple) else {}
    if task.theta.ndim == 1 and (members := agree(None, None, optimizer, penalty, **counts)) is not None:
        raise SettingError(f"this run trains one network, so each setting must be one value; got {members} values.")
    check_members(task.theta, None, optimizer, penalty, **counts)
    objective = replace(task.objective, penalty=penalty)
    return replace(task, objective=objective, optimizer=optimizer, clip=clip, epochs=epochs)
