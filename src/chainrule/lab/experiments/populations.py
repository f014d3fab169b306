"""Many experiments as one population: those that differ in real-valued settings alone are trained at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import arithmetic
from chainrule.lab.experiments.prepared import Prepared, build_network, prepare
from chainrule.lab.experiments.run_description import RunDescription
from chainrule.lab.experiments.shown_loss import loss_factor
from chainrule.lab.experiments.zipped import zipped
from chainrule.training.data.targets import varies
from chainrule.training.loop import RECORDS
from chainrule.training.model import Model

MOST_MEMBERS = 64
"""A larger population is trained in groups: beyond this a member gets no faster, and groups can use more cores."""

MOST_NUMBERS = 2**19
"""About the most activations of a group, 4 MB of float64. Neither number may depend on the machine."""

PER_MEMBER = ("optimizer", "penalty", "clip", "early_stopping")
"""The settings that may differ from member to member, besides the network."""


@dataclass(frozen=True, eq=False)
class Runs:
    """The results of K members.

    seeds (K,): of each member.  epochs (R,): the epochs recorded.  losses (R, K): the loss at these, without the
    penalty; for the squared errors the mean squared error; NaN from where a member diverged.
    final (K,): the loss after the last epoch.
    score (K,): the accuracy on the test samples, or R², as `metric` says; NaN for a member that diverged, and where R²
        is not defined, since the test's target never varies.
    reason (K,): how each ended, such as "finished" or "diverged", and ended (K,): at which epoch.
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
    experiments: Sequence[RunDescription],
    seeds: Sequence[int],
    report: Callable[[int, int], object] = lambda done, total: None,
) -> Runs:
    """K members as one population: member k has the settings of `experiments[k]` and the seed `seeds[k]`.

    The experiments have one `pattern`. `report(done, total)` counts epochs times members.
    Each member equals, to rounding, the single run of its experiment with its seed.

    >>> train_members([RunDescription("xor", epochs=20)] * 3, [4, 5, 6]).losses.shape
    (20, 3)
    """
    first, K = experiments[0], len(seeds)
    samples = first.data.read()
    prepared = prepare(first, samples)
    built = {each.network: build_network(each, samples, prepared.columns) for each in experiments}
    network = zipped([built[each.network] for each in experiments])
    settings = {name: zipped([getattr(each, name) for each in experiments], per_member=True) for name in PER_MEMBER}
    x, y = prepared.arrays(prepared.learnt)
    factor = loss_factor(first.loss, network)

    def shown(loss: Any, theta: Array) -> Array:
        """The loss without the penalty; for the squared errors their mean."""
        with arithmetic():
            penalised = settings["penalty"] is not None
            return factor * np.asarray(network.loss_and_gradient(theta, x, y, first.loss)[0] if penalised else loss)

    rows = []
    training = prepared.begin(network, population=K, seed=tuple(seeds), **settings)
    for record in training:
        rows.append(np.where(np.isnan(record.loss), np.nan, shown(record.loss, record.theta)))
        report(record.epoch * K, first.epochs * K)
    done = training.result()
    report(first.epochs * K, first.epochs * K)
    endings = done.ending if isinstance(done.ending, tuple) else (done.ending,)
    reason = np.array([each.reason for each in endings])
    lost = reason == "diverged"
    epochs = epochs_recorded(first)
    losses = np.full((len(epochs), K), np.nan)
    losses[: len(rows)] = np.array(rows).reshape(len(rows), K)  # once all have ended, no more is recorded
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


def epochs_recorded(experiment: RunDescription) -> Array:
    """The epochs whose losses a run of this experiment records, (R,).

    >>> epochs_recorded(RunDescription("xor", epochs=3)).tolist()
    [0, 1, 2]
    """
    return np.arange(0, experiment.epochs, -(-experiment.epochs // RECORDS))


def _score(model: Model, lost: Array, prepared: Prepared) -> Array:
    """(K,): the metric on the test samples; NaN for members that diverged."""
    x, truth = prepared.arrays(prepared.test)
    theta, state = (np.where(lost[:, np.newaxis], 1.0, each) for each in (model.theta, model.state))
    asked = Model(model.network, theta, model.loss, state=state)
    if prepared.metric == "r2":
        lost = lost | (not varies(truth))
    elif truth.ndim == 1 or prepared.test.n_classes:
        truth = prepared.test.class_numbers
    return np.where(lost, np.nan, asked.score(x, truth, prepared.metric))


def in_groups(experiment: RunDescription, members: list[Any]) -> list[list[Any]]:
    """Members in groups of about equal size whose memory stays bounded, whatever the machine.

    >>> [len(group) for group in in_groups(RunDescription("xor"), list(range(100)))]
    [50, 50]
    """
    if len(members) <= 1:
        return [members]
    prepared = prepare(experiment)
    n = min(len(prepared.learnt), experiment.batch_size or len(prepared.learnt))
    most = max(1, min(MOST_MEMBERS, MOST_NUMBERS // max(1, n * prepared.network.n_numbers)))
    n_groups = -(-len(members) // most)
    edges = [len(members) * i // n_groups for i in range(n_groups + 1)]
    return [members[start:stop] for start, stop in pairwise(edges)]
