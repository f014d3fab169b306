"""Many experiments as one population: those that differ in real settings alone are zipped, and trained at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import Description
from chainrule.core.losses import HalfSquaredError, Loss
from chainrule.core.network import Network
from chainrule.core.plan.plan import arithmetic
from chainrule.lab.experiments.prepared import Prepared, build_network, prepare
from chainrule.training.loop import iterate
from chainrule.training.metrics import METRICS
from chainrule.training.model import Model
from chainrule.training.task import RECORDS

if TYPE_CHECKING:
    from chainrule.lab.experiments.experiment import Experiment

MOST_MEMBERS = 64
"""A larger population is trained in chunks: beyond this a member gets no faster, and chunks can use more cores."""

MOST_NUMBERS = 2**19
"""About how many activations a chunk holds, 4 MB of float64. Neither number may depend on the machine."""


@dataclass(frozen=True, eq=False)
class Runs:
    """What K members came to.

    seeds (K,): of each member.  epochs (R,): those recorded.  losses (R, K): the loss there, without the penalty; of
    the squared errors it is the mean squared error; NaN once a member has diverged.  final (K,): after the last epoch.
    score (K,): the accuracy on the test samples, or R², as `metric` says; NaN for a member that diverged.
    reason (K,): how each ended, "finished" or "diverged", and ended (K,): at which epoch.
    theta (K, P): the parameters.
    """

    metric: str
    seeds: Array
    epochs: Array
    losses: Array
    final: Array
    score: Array
    reason: Array
    ended: Array
    theta: Array

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def diverged(self) -> Array:
        """(K,): which members diverged."""
        return np.equal(self.reason, "diverged")

    def pick(self, members: Any) -> "Runs":
        """Some of the members, by their numbers."""
        columns = {name: getattr(self, name)[..., members] for name in BY_MEMBER}
        return Runs(self.metric, epochs=self.epochs, theta=self.theta[members], **columns)


BY_MEMBER = ("seeds", "losses", "final", "score", "reason", "ended")
"""The fields whose last axis is the members."""


def join(parts: Sequence[Runs]) -> Runs:
    """The members of several runs of one length, as one."""
    columns = {name: np.concatenate([getattr(each, name) for each in parts], axis=-1) for name in BY_MEMBER}
    theta = np.concatenate([each.theta for each in parts])
    return Runs(parts[0].metric, epochs=parts[0].epochs, theta=theta, **columns)


def train_members(
    experiments: Sequence["Experiment"],
    seeds: Sequence[int],
    report: Callable[[int, int], object] = lambda done, total: None,
) -> Runs:
    """K members as one population: member k has the settings of `experiments[k]` and the seed `seeds[k]`.

    The experiments have one `pattern`. `report(done, total)` counts epochs times members.
    Each member equals, to rounding, the single run of its experiment with its seed.

    >>> from chainrule.lab.experiments.experiment import Experiment
    >>> train_members([Experiment("xor", epochs=20)] * 3, [4, 5, 6]).losses.shape
    (20, 3)
    """
    first, K = experiments[0], len(seeds)
    prepared = prepare(first)
    built = {each.network: build_network(each, prepared.samples) for each in experiments}
    network = zipped([built[each.network] for each in experiments])
    penalty = zipped([each.penalty for each in experiments])
    settings: dict[str, Any] = {
        "loss": first.loss,
        "optimizer": zipped([each.optimizer for each in experiments]),
        "epochs": first.epochs,
        "batch_size": first.batch_size,
        "penalty": penalty,
        "clip": zipped([each.clip for each in experiments], per_member=True),
        "dtype": first.dtype,
        "population": K,
        "seed": tuple(seeds),
    }
    x, y = prepared.x, prepared.y
    factor = 2.0 / network.output_shape[0] if isinstance(first.loss, HalfSquaredError) else 1.0

    def shown(loss: Any, theta: Array) -> Array:
        """The loss without the penalty; of the squared errors, their mean."""
        with arithmetic():
            return factor * np.asarray(loss if penalty is None else _plain_loss(network, theta, x, y, first.loss))

    rows = []
    training = iterate(network, x, y, **settings)
    for record in training:
        rows.append(np.where(np.isnan(record.loss), np.nan, shown(record.loss, record.theta)))
        report(record.epoch * K, first.epochs * K)
    done = training.result()
    report(first.epochs * K, first.epochs * K)
    endings = done.ending if isinstance(done.ending, tuple) else (done.ending,)
    reason = np.array([each.reason for each in endings])
    lost = reason == "diverged"
    every = -(-first.epochs // RECORDS)
    epochs = np.arange(0, first.epochs, every)
    losses = np.full((len(epochs), K), np.nan)
    losses[: len(rows)] = np.array(rows).reshape(len(rows), K)  # when all have diverged, no more is recorded
    return Runs(
        metric=prepared.metric,
        seeds=np.array(seeds),
        epochs=epochs,
        losses=losses,
        final=np.where(lost, np.nan, shown(done.final_loss, done.model.theta)),
        score=_score(done.model, lost, prepared),
        reason=reason,
        ended=np.array([each.epoch for each in endings]),
        theta=done.model.theta,
    )


def _plain_loss(network: Network, theta: Array, x: Array, y: Array, loss: Loss) -> Any:
    return network.loss_and_gradient(theta, x, y, loss)[0]


def _score(model: Model, lost: Array, prepared: Prepared) -> Array:
    """(K,): how good the answers to the test are; NaN for the lost."""
    x, truth = prepared.test
    theta, state = (np.where(lost[:, np.newaxis], 1.0, each) for each in (model.theta, model.state))
    asked = Model(model.network, theta, model.loss, state=state)
    if prepared.metric == "r2":
        truth = truth.reshape(len(truth), -1)
    answers = asked.classify(x) if prepared.metric == "accuracy" else asked.predict(x)
    return np.where(lost, np.nan, METRICS[prepared.metric](truth, answers))


def in_chunks(experiment: "Experiment", members: list[Any]) -> list[list[Any]]:
    """Members in chunks of about equal size whose memory stays bounded, whatever the machine.

    >>> from chainrule.lab.experiments.experiment import Experiment
    >>> [len(chunk) for chunk in in_chunks(Experiment("xor"), list(range(100)))]
    [50, 50]
    """
    if len(members) <= 1:
        return [members]
    prepared = prepare(experiment)
    n = min(len(prepared.x), experiment.batch_size or len(prepared.x))
    most = max(1, min(MOST_MEMBERS, MOST_NUMBERS // max(1, n * prepared.network.n_rows)))
    n_chunks = -(-len(members) // most)
    edges = [len(members) * i // n_chunks for i in range(n_chunks + 1)]
    return [members[start:stop] for start, stop in pairwise(edges)]


def pattern(value: Any, per_member: bool = False) -> Any:
    """What two descriptions must share to be trained as one population: all but their real-valued settings.

    >>> from chainrule.core.optimizers import SGD, Momentum
    >>> pattern(SGD(0.1)) == pattern(SGD(0.5)), pattern(SGD(0.1)) == pattern(Momentum(0.1))
    (True, False)
    """
    if isinstance(value, Description):
        inner = (pattern(each, field.metadata.get("per member", False)) for field, each in value.settings())
        return (type(value).__name__, *inner)
    if isinstance(value, tuple):
        return tuple(pattern(each) for each in value)
    return "a number" if per_member and isinstance(value, float) else value


def zipped(values: Sequence[Any], per_member: bool = False) -> Any:
    """K descriptions of one pattern as one, whose real-valued settings have K values where they differ.

    >>> from chainrule.core.optimizers import Momentum
    >>> zipped([Momentum(0.1), Momentum(0.5)])
    Momentum((0.1, 0.5))
    """
    first = values[0]
    if all(each is first or each == first for each in values):
        return first
    if per_member and isinstance(first, float):
        return tuple(values)
    if isinstance(first, Description):
        columns = zip(*([value for _, value in each.settings()] for each in values), strict=True)
        marks = (field.metadata.get("per member", False) for field, _ in first.settings())
        return type(first)(*(zipped(column, mark) for column, mark in zip(columns, marks, strict=True)))
    return tuple(zipped(column) for column in zip(*values, strict=True))
