"""Learning rates on trial, a decade apart.

Source: Smith, "Cyclical learning rates for training neural networks" (2017), 3.3, the range test.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.optimizers import Optimizer
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Inspection
from chainrule.lab.diagnose.measurements import Point
from chainrule.lab.diagnose.trials.schedules import peak_of, with_peak, with_rate
from chainrule.lab.diagnose.trials.trial import is_large, loss_at, pace, steps_per_epoch, trial
from chainrule.lab.figures.numbers import short, significant


class Tried(NamedTuple):
    """A learning rate, and the loss that it leads to."""

    rate: float
    loss: float


@dataclass(frozen=True, eq=False)
class RateTrial:
    """Learning rates tried from one point of a run.

    origin: the point, in words.  before: the loss there.  optimizer: the run's.
    losses: by rate, after `steps` steps; infinite where the run diverged.  own: the index of the run's rate.
    """

    origin: str
    before: float
    optimizer: Optimizer
    rates: tuple[float, ...]
    own: int
    losses: Array
    steps: int

    @property
    def rate(self) -> float:
        """The run's rate."""
        return self.rates[self.own]

    @property
    def loss(self) -> float:
        """The loss at the run's rate."""
        return float(self.losses[self.own])

    @property
    def lower(self) -> Tried:
        """The best of the lower rates."""
        k = int(self.losses[: self.own].argmin())
        return Tried(self.rates[k], float(self.losses[k]))

    @property
    def higher(self) -> Tried:
        """The lowest of the higher rates that goes nine tenths of the way down that the best goes."""
        losses = self.losses[self.own + 1 :]
        best = losses.min()
        k = self.own + 1 + int((losses <= best + max(0.0, self.before - best) / 10).argmax())
        return Tried(self.rates[k], float(self.losses[k]))

    @property
    def overshoots(self) -> bool:
        """Whether the run's rate gets nowhere where a lower one gets down."""
        lower = self.lower.loss
        stays = not self.loss < thresholds.LOWER * self.before
        return lower < thresholds.MUCH_LOWER * self.loss or (lower < thresholds.CLEARLY_LOWER * self.loss and stays)

    def is_slow(self, lower: float = thresholds.CLEARLY_LOWER) -> bool:
        """Whether a higher rate gets down, to this fraction of where the run's own gets."""
        return self.higher.loss < lower * min(self.loss, self.before)


def try_rates(run: Inspection, point: Point | None, origin: str, steps: int | None = None) -> RateTrial | None:
    """Train on from a point at every rate, for as many steps as a trial can afford unless they are given.

    None where that can't be done, or the optimizer has no rate.
    """
    setup = run.setup
    rate = None if setup is None else peak_of(setup.optimizer, setup.epochs * steps_per_epoch(run))
    if setup is None or point is None or rate is None or run.variance == 0:
        return None
    rates = rates_around(rate, is_large(run))
    steps = steps or min(pace(run, len(rates)).steps, max(thresholds.FEWEST_STEPS, run.planned_steps))
    tried = trial(run, point, steps, [{"optimizer": with_rate(setup.optimizer, each)} for each in rates])
    before = float(loss_at(run, point.theta))
    return RateTrial(origin, before, setup.optimizer, rates, rates.index(rate), *tried)


class Advised(NamedTuple):
    """A learning rate to take: from the start, `steps` steps of the optimizer at that rate reach `loss`."""

    rate: float
    optimizer: Optimizer
    loss: float
    steps: int

    def __str__(self) -> str:
        return f"restarted at rate {short(self.rate, 1)}, {self.steps} steps reach {short(self.loss)}"


def steadier(run: Inspection, optimizer: Optimizer, rate: float) -> Advised:
    """The rate, or a tenth of it where that leads lower from the start in the long run."""
    rates = (round_rate(rate / 10), round_rate(rate))
    steps = thresholds.LONGER * min(pace(run, 2).steps, max(thresholds.FEWEST_STEPS, run.planned_steps))
    optimizers = [with_rate(optimizer, each) for each in rates]
    tried = trial(run, run.start, steps, [{"optimizer": each} for each in optimizers])
    k = int(tried.losses.argmin())
    advised = with_peak(optimizer, rates[k], max(1, run.planned_steps))
    return Advised(rates[k], advised, float(tried.losses[k]), tried.steps)


def rates_around(rate: float, are_few: bool = False) -> tuple[float, ...]:
    """The rates to try, a decade apart, the run's own among them.

    >>> rates_around(0.5, are_few=True)
    (5e-08, 5e-06, 0.0005, 0.05, 0.5, 5.0, 500.0)
    """
    rates = {k: significant(rate * 10.0**k, 12) for k in range(-20, 21)} | {0: rate}
    kept = [k for k, each in rates.items() if abs(k) <= 1 or thresholds.LOWEST_RATE <= each <= thresholds.HIGHEST_RATE]
    return tuple(rates[k] for k in kept if not are_few or abs(k) <= 1 or k % 2 == 1)


def round_rate(rate: float) -> float:
    """A rate as a person writes it: one digit.

    >>> round_rate(0.0499), round_rate(1.2e-3)
    (0.05, 0.001)
    """
    return significant(rate, 1) if np.isfinite(rate) else rate
