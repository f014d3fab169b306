"""A trial: the same run for some steps more, with settings changed, several at once as one population."""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import Optimizer
from chainrule.core.schedules import Schedule
from chainrule.core.streams import stream
from chainrule.training.loop import train
from chainrule.training.run import Setup

MOST_STEPS, FEWEST_STEPS = 300, 30

BUDGET = 2.5e8
"""A trial makes about so many multiplications, forward: some tenths of a second."""

LARGE_BUDGET, LARGE_BATCH, LARGE_SAMPLES = 1.5e9, 32, 128
"""Where a network is so large that this isn't enough for a few steps: this much, in small batches of few samples."""

AN_ACTIVATION = 10
"""An activation costs about as much as so many multiplications in a product of matrices."""


@dataclass(frozen=True, eq=False)
class Point:
    """Parameters (P,) and running statistics (S,), at one point of a run."""

    theta: Array
    state: Array


class Means(NamedTuple):
    """What a trial may take: samples a step, and steps."""

    batch: int
    steps: int


@dataclass(frozen=True, eq=False)
class Bench:
    """What trials are made of: one run's settings, and a sample of its data (n, *shape)."""

    network: Network
    loss: Loss
    x: Array
    y: Array
    setup: Setup

    def value(self, theta: Array, network: Network | None = None) -> Any:
        """The loss at theta, (P,) or (K, P), without the penalty and without chance; infinite where it isn't finite."""
        with np.errstate(all="ignore"):
            value, _ = (network or self.network).loss_and_gradient(theta, *self.sample, self.loss)
        return np.where(np.isfinite(value), value, np.inf)

    @cached_property
    def sample(self) -> tuple[Array, Array]:
        """What is learnt from: fewer samples for a large network."""
        if not self.is_large or len(self.x) <= LARGE_SAMPLES:
            return self.x, self.y
        rows = stream(0, "look", 1).permutation(len(self.x))[:LARGE_SAMPLES]
        x, y = self.x[rows], self.y[rows]
        return (self.x, self.y) if (y == y[:1]).all() else (x, y)  # there must be something to learn

    @property
    def batch(self) -> int:
        """Samples a step."""
        return min(len(self.x), self.setup.batch_size or len(self.x))

    @property
    def batches(self) -> int:
        """Steps an epoch, of the sample."""
        return -(-len(self.x) // self.batch)

    @property
    def is_large(self) -> bool:
        """Whether a few steps of a few members are too many."""
        return 10 * FEWEST_STEPS * self.batch * cost(self.network) > 3 * BUDGET

    def means(self, members: int) -> Means:
        """What so many members may take."""
        if not self.is_large:
            steps = BUDGET / (members * self.batch * cost(self.network))
            return Means(self.batch, int(np.clip(steps, FEWEST_STEPS, MOST_STEPS)))
        batch = max(min(self.batch, LARGE_BATCH), self.network.least_samples)
        steps = LARGE_BUDGET / (members * batch * cost(self.network))
        return Means(batch, int(np.clip(steps, FEWEST_STEPS // 3, FEWEST_STEPS)))

    def train_on(self, point: Point, members: int, steps: int, **changes: Any) -> tuple[Array, int]:
        """Train K members on from a point, each of them with its value of the settings in `changes`.

        Their losses (K,), as `value` has them, and how many steps were taken: whole epochs.
        """
        setup, means = self.setup, self.means(members)
        x, y = self.sample
        batches = -(-len(x) // means.batch)
        epochs = max(1, round(steps / batches))
        settings: dict[str, Any] = {
            "network": self.network,
            "optimizer": setup.optimizer,
            "penalty": setup.penalty,
            "clip": setup.clip,
        }
        run = train(
            **settings | changes,
            x=x,
            y=y,
            loss=self.loss,
            epochs=epochs,
            batch_size=None if means.batch == len(x) and setup.batch_size is None else means.batch,
            population=members,
            seed=setup.seeds * members,
            theta=np.tile(point.theta, (members, 1)),
            state=np.tile(point.state, (members, 1)),
            dtype=point.theta.dtype,
            record_every=epochs,
        )
        return self.value(run.model.theta, changes.get("network")), epochs * batches


def cost(network: Network) -> int:
    """About how many multiplications a sample takes, forward.

    >>> from chainrule.core.network import mlp
    >>> cost(mlp(2, 4, 1, output="identity"))  # 12 weights, and 13 activations with their ones
    142
    """
    products = sum(
        count(leaf.signature.output) * sum(each.fan_in for each in leaf.signature.parameters if each.start is None)
        for leaf in network.leaves
    )
    return products + AN_ACTIVATION * network.n_rows


def peak(optimizer: Optimizer, steps: int) -> float | None:
    """The largest learning rate that a run of so many steps takes; None where the optimizer has no rate."""
    rate = getattr(optimizer, "learning_rate", None)
    if isinstance(rate, Schedule):
        return max(float(np.max(rate(step))) for step in np.linspace(0, steps - 1, min(steps, 100)).astype(int))
    return rate if isinstance(rate, float) else None


def with_rate(optimizer: Optimizer, rate: Any) -> Optimizer:
    """The same optimizer with another learning rate, or K of them.

    >>> from chainrule.core.optimizers import Momentum
    >>> with_rate(Momentum(0.1), 0.01)
    Momentum(0.01)
    """
    known = {each.name for each in fields(optimizer)}  # type: ignore[arg-type]  # every optimizer is a dataclass
    return replace(optimizer, learning_rate=rate) if "learning_rate" in known else optimizer  # type: ignore[type-var]
