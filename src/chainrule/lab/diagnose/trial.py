"""A trial: the same run for some steps more, at its own learning rate and at others a decade apart, as one population.

Source: Smith, "Cyclical learning rates for training neural networks" (2017), 3.3, the range test.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import Optimizer
from chainrule.core.schedules import Schedule
from chainrule.training.loop import train
from chainrule.training.run import Setup

FACTORS = tuple(10.0**k for k in range(-10, 6))
"""The rates tried, as multiples of the run's own."""

OWN = FACTORS.index(1.0)

MOST_STEPS, FEWEST_STEPS = 300, 30

BUDGET = 6e7
"""A trial computes about so many numbers: a few tenths of a second."""


@dataclass(frozen=True, eq=False)
class Trial:
    """losses: by factor, after `steps` steps; infinite where the run diverged."""

    before: float
    losses: Array
    steps: int
    rate: float

    @property
    def own(self) -> float:
        """At the run's own rate."""
        return float(self.losses[OWN])

    @property
    def lower(self) -> tuple[float, float]:
        """The best of the smaller rates, and its loss."""
        k = int(self.losses[:OWN].argmin())
        return self.rate * FACTORS[k], float(self.losses[k])

    @property
    def higher(self) -> tuple[float, float]:
        """The smallest of the larger rates that makes nine tenths of the way that the best makes, and its loss."""
        best = self.losses[OWN + 1 :].min()
        enough = self.losses[OWN + 1 :] <= best + max(0.0, self.before - best) / 10
        k = OWN + 1 + int(enough.argmax())
        return self.rate * FACTORS[k], float(self.losses[k])


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


def try_rates(
    network: Network, loss: Loss, x: Array, y: Array, theta: Array, state: Array, setup: Setup, before: float
) -> Trial | None:
    """Train on from theta (P,) at every factor; None where there is no rate to change. setup: of a single run."""
    n = min(len(x), setup.batch_size or len(x))
    batches = -(-len(x) // n)
    rate = peak(setup.optimizer, setup.epochs * batches)
    if rate is None:
        return None
    cost = n * (network.n_rows + network.n_parameters) * len(FACTORS)
    steps = int(np.clip(min(BUDGET / cost, setup.epochs * batches), FEWEST_STEPS, MOST_STEPS))
    run = train(
        network,
        x,
        y,
        loss=loss,
        optimizer=with_rate(setup.optimizer, [rate * factor for factor in FACTORS]),
        epochs=-(-steps // batches),
        batch_size=None if setup.batch_size is None else n,
        seed=setup.seeds * len(FACTORS),
        theta=theta,
        state=state,
        dtype=theta.dtype,
        penalty=setup.penalty,
        clip=setup.clip,
    )
    losses = np.where(np.isfinite(run.final_loss), run.final_loss, np.inf)
    return Trial(before, losses, -(-steps // batches) * batches, rate)
