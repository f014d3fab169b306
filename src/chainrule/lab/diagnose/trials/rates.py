"""Learning rates on trial, a decade apart: whether a run's own is too high or too low, and which to take.

Source: Smith, "Cyclical learning rates for training neural networks" (2017), 3.3, the range test.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.diagnose.trials.trial import FEWEST_STEPS, Bench, Point, peak, with_rate

if TYPE_CHECKING:
    from chainrule.lab.diagnose.case import Case

LOWEST, HIGHEST = 1e-8, 1e4
"""Between these the rates on trial lie, and a decade around the run's own."""

BETTER = 0.8
"""A learning rate is better than another where it leads to less than this part of the other's loss."""

MUCH_BETTER = 0.5
"""The same, where the other does get down."""

STILL = 0.95
"""A run doesn't get down where it keeps this part of its loss."""

UNLEARNT = 0.3
"""A run is too slow only where this part of the targets' variance is left: with less it only isn't finished."""

HARDLY = 1e-3
"""A run whose parameters moved by less than this part of themselves has hardly begun: any way down shows it."""

LONGER = 3
"""A rate that did well is tried beside a tenth of it for so many times the steps."""


@dataclass(frozen=True, eq=False)
class Trial:
    """Rates tried from one point of a run.

    origin: where it began, in words.  before: the loss there.
    losses: by rate, after `steps` steps; infinite where the run diverged.  own: which of the rates is the run's.
    """

    origin: str
    before: float
    rates: tuple[float, ...]
    losses: Array
    steps: int
    own: int

    @property
    def rate(self) -> float:
        """The run's."""
        return self.rates[self.own]

    @property
    def loss(self) -> float:
        """At the run's own rate."""
        return float(self.losses[self.own])

    @property
    def lower(self) -> tuple[float, float]:
        """The best of the smaller rates, and its loss."""
        k = int(self.losses[: self.own].argmin())
        return self.rates[k], float(self.losses[k])

    @property
    def higher(self) -> tuple[float, float]:
        """The smallest of the larger rates that makes nine tenths of the way that the best makes, and its loss."""
        larger = self.losses[self.own + 1 :]
        best = larger.min()
        k = self.own + 1 + int((larger <= best + max(0.0, self.before - best) / 10).argmax())
        return self.rates[k], float(self.losses[k])

    @property
    def leaps(self) -> bool:
        """Whether the run's own rate gets nowhere where a smaller one gets down."""
        lower = self.lower[1]
        return lower < MUCH_BETTER * self.loss or (lower < BETTER * self.loss and not self.loss < STILL * self.before)

    def lags(self, lower: float = BETTER) -> bool:
        """Whether a larger rate gets down, to this part of where the run's own gets."""
        return self.higher[1] < lower * min(self.loss, self.before)


class Verdict(NamedTuple):
    """too: "high" or "low".  trial: what shows it.

    rate: what to take instead; from the start, `steps` steps of it lead to `loss`.
    """

    too: str
    trial: Trial
    rate: float
    loss: float
    steps: int


def rates_around(rate: float, are_few: bool = False) -> tuple[float, ...]:
    """The rates to try, a decade apart, the run's own among them.

    >>> rates_around(0.5, are_few=True)
    (5e-08, 5e-06, 0.0005, 0.05, 0.5, 5.0, 500.0)
    """
    rates = {k: float(f"{rate * 10.0**k:.12g}") for k in range(-20, 21)} | {0: rate}
    kept = [k for k, each in rates.items() if abs(k) <= 1 or LOWEST <= each <= HIGHEST]
    return tuple(rates[k] for k in kept if not are_few or abs(k) <= 1 or k % 2 == 1)


def try_rates(bench: Bench, point: Point, origin: str, most: int) -> Trial | None:
    """Train on from a point at every rate, for no more steps than `most`; None where there is no rate to change."""
    setup = bench.setup
    rate = peak(setup.optimizer, setup.epochs * bench.batches)
    if rate is None:
        return None
    rates = rates_around(rate, bench.is_large)
    steps = min(bench.means(len(rates)).steps, max(FEWEST_STEPS, most))
    losses, steps = bench.train_on(point, len(rates), steps, optimizer=with_rate(setup.optimizer, rates))
    return Trial(origin, float(bench.value(point.theta)), rates, losses, steps, rates.index(rate))


def judge(case: "Case") -> Verdict | None:
    """Whether the run's learning rate is too high or too low, and the one to take; None where it may be right.

    Too high is a rate beyond the edge of stability: gradient descent is stable up to α = 2 / λ, λ the largest curvature
    (LeCun et al., 1998, 4.1; Cohen et al., "Gradient descent on neural networks typically occurs at the edge of
    stability", 2021). Measured is what follows from it: smaller steps get down. It may also be met on the way, where
    the valley narrows: a run that has broken down shows it where a trial of some steps doesn't.
    """
    if (case.learnt and case.diverged is None) or case.from_start is None:
        return None
    from_start, from_end = case.from_start, None if case.fled else case.from_end
    leaping = next((each for each in (from_start, from_end) if each is not None and each.leaps), None)
    if leaping is not None or case.diverged is not None:
        shown = leaping or from_start
        best = from_start if from_start.lower[1] < STILL * from_start.before else shown
        return Verdict("high", shown, *steadier(case, best.lower[0]))
    if case.broken_down and case.bench is not None and case.end is not None:
        rate, loss, steps = steadier(case, from_start.rate / 10)
        if loss < BETTER * float(case.bench.value(case.end.theta)):
            return Verdict("high", from_start, rate, loss, steps)
    shown = from_end or from_start
    lower = MUCH_BETTER if case.stopped_early else BETTER  # early stopping has its reasons
    lags = shown.lags(lower) or (case.moved < HARDLY and shown.higher[1] < STILL * shown.before)
    if case.left < UNLEARNT or not lags or (case.longer is not None and case.longer.gets_down):
        return None
    rate, loss, steps = steadier(case, (from_start if from_start.lags() else shown).higher[0])
    return Verdict("low", shown, rate, loss, steps) if rate > shown.rate else None


def steadier(case: "Case", rate: float) -> tuple[float, float, int]:
    """The rate, or a tenth of it where that leads lower from the start in the long run; where to, in how many steps."""
    bench, start = case.bench, case.start
    if bench is None or start is None:
        return round_rate(rate), np.nan, 0
    rates = (round_rate(rate / 10), round_rate(rate))
    steps = LONGER * min(bench.means(2).steps, max(FEWEST_STEPS, case.planned))
    losses, steps = bench.train_on(start, 2, steps, optimizer=with_rate(bench.setup.optimizer, rates))
    k = int(losses.argmin())
    return rates[k], float(losses[k]), steps


def round_rate(rate: float) -> float:
    """A rate as a person writes it: one digit.

    >>> round_rate(0.0499), round_rate(1.2e-3)
    (0.05, 0.001)
    """
    return float(f"{rate:.0e}") if np.isfinite(rate) else rate
