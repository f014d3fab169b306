"""The run on trial: an inspected run with the trials that decide about it, each made when first needed."""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from chainrule.core.optimizers import Adam, Optimizer
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Inspection
from chainrule.lab.diagnose.measurements import Point
from chainrule.lab.diagnose.networks import dropping, largest_dropout
from chainrule.lab.diagnose.trials.compared import compare
from chainrule.lab.diagnose.trials.rates import Advised, RateTrial, steadier, try_rates
from chainrule.lab.diagnose.trials.schedules import schedule_of, spread, with_rate
from chainrule.lab.diagnose.trials.trial import is_large, loss_at, trial


class Prolonged(NamedTuple):
    """A run that takes `steps` steps more, `times` those that it had, and its loss after them.

    optimizer: with its schedule, if it has one, spread over all of the steps.
    """

    loss: float
    steps: int
    times: int
    optimizer: Optimizer


class Verdict(NamedTuple):
    """A run's learning rate is too "high" or too "low": the trial that shows it, and what to take instead."""

    too: str
    trial: RateTrial
    advised: Advised


class TriedRun(Inspection):
    """An `Inspection` that is continued or restarted with other settings, where facts alone don't decide."""

    @cached_property
    def learnt(self) -> bool:
        """Whether the run has learnt what there is to learn.

        Not where its loss is worse than that of the targets' mean, however many rows are classified correctly.
        Nearest neighbours in many features are far, and differ by more than noise. So where only that excuses what is
        left, a run from the same start with Adam(0.01), nothing holding it back, must predict rows held out no better.
        """
        is_alike = self.setup is not None and not self.setup.weighted
        if is_alike and self.end_loss > thresholds.WORSE * self.mean_loss:
            return False
        if self.unexplained <= thresholds.LEARNT or not self.seems_learnt or self.under_way:
            return self.seems_learnt
        free: dict[str, Any] = {"optimizer": Adam(0.01), "penalty": None, "clip": None}
        free |= {"network": dropping(self.network, 0.0)} if largest_dropout(self.network) else {}
        compared = compare(self, free, holds_out=True)
        return not compared.changed < thresholds.FAR_LOWER * compared.own

    @cached_property
    def start_loss(self) -> float:
        """The loss at the start, of the samples that trials learn; infinite where unknown."""
        return self._loss_at(self.start)

    @cached_property
    def end_loss(self) -> float:
        """The loss at the end."""
        return self._loss_at(self.end)

    def _loss_at(self, point: Point | None) -> float:
        return np.inf if point is None else float(loss_at(self, point.theta))

    @property
    def ended_worse(self) -> bool:
        """Whether the run ended worse than it began: from there, no rate is judged."""
        return self.end_loss > thresholds.WORSE * self.start_loss

    @property
    def usable_end(self) -> Point | None:
        """The end, where trials can start from it: not where sample weights led there, which trials don't know."""
        is_weighted = self.setup is not None and self.setup.weighted
        return None if self.ended_worse or is_weighted else self.end

    @cached_property
    def broke_down(self) -> bool:
        """Whether the run had learnt and lost it again: its last loss, and that of its end, are far above the lowest.

        A run that was stopped early has the parameters of its best epoch. Of one with sample weights nothing is said:
        its recorded losses are weighted, those of trials aren't.
        """
        if self.stopped_early or self.setup is None or self.setup.weighted or self.end is None or not len(self.losses):
            return False
        first, lowest, last = self.losses[0], self.losses.min(), self.losses[-1]
        if lowest > thresholds.LOWER * first or not lowest < thresholds.FAR_LOWER * last:
            return False
        return bool(lowest < thresholds.FAR_LOWER * self.end_loss)

    @cached_property
    def prolonged(self) -> Prolonged | None:
        """The run with three or ten times its steps more; None where it gets no further.

        At least with the steps that early stopping spared it. It is continued; with a schedule, which would begin anew,
        it is restarted, and the schedule spread over all the steps. As a run in mini-batches does, the trial learns
        from other rows than those inspected, too.
        """
        if self.setup is None:
            return None
        optimizer, schedule = self.setup.optimizer, schedule_of(self.setup.optimizer)
        learnt = None if is_large(self) or self.batch_size >= self.n_samples else self.draw(thresholds.MOST_LEARNT)
        taken = self.steps_in(self.ending.epoch)
        most = thresholds.LONGER * thresholds.FEWEST_STEPS if is_large(self) else thresholds.MOST_PROLONGED
        shorter, longer = (max(times * taken, self.planned_steps - taken) for times in (3, 10))
        for steps in sorted({min(shorter, most), min(max(longer, thresholds.MOST_STEPS), most)}):
            times = -(-steps // max(1, taken))
            advised, point, trial_steps = optimizer, self.usable_end, steps
            if schedule is not None:
                point, trial_steps = self.start, taken + steps
                is_cut = self.ending.reason == "stopped early"
                advised = optimizer if is_cut else with_rate(optimizer, spread(schedule, 1 + times))
            tried = trial(self, point, max(1, trial_steps), [{"optimizer": advised}], learnt=learnt)
            if tried.losses[0] < thresholds.FAR_LOWER * self.end_loss:
                return Prolonged(float(tried.losses[0]), steps, times, advised)
        return None

    @cached_property
    def rates_from_start(self) -> RateTrial | None:
        """Other learning rates, from where the run began."""
        return try_rates(self, self.start, "the start")

    @cached_property
    def rates_from_end(self) -> RateTrial | None:
        """Other learning rates, from where the run ended."""
        return try_rates(self, self.usable_end, "where the run is" if self.under_way else "where the run ended")

    def _beats_prolonging(self, rates: RateTrial, prolonged: Prolonged) -> bool:
        """Whether a higher rate gets lower in at most as many steps as the run took than the run in many times them."""
        taken = self.steps_in(self.ending.epoch)
        return taken >= max(rates.steps, thresholds.ONLY_BEGUN) and rates.higher.loss < prolonged.loss

    @cached_property
    def longer_at_higher(self) -> RateTrial | None:
        """Higher rates for as many steps as the run took, as far as a trial can afford them."""
        most = thresholds.LONGER * thresholds.FEWEST_STEPS if is_large(self) else thresholds.MOST_PROLONGED
        return try_rates(self, self.usable_end, "where the run ended", min(self.steps_in(self.ending.epoch), most))

    @cached_property
    def rate_verdict(self) -> Verdict | None:
        """Whether the learning rate is too high or too low, and the one to take; None where it may be right.

        Too high is a rate beyond the edge of stability: gradient descent is stable up to α = 2 / λ, λ the largest
        curvature (LeCun et al., 1998, 4.1; Cohen et al., "Gradient descent on neural networks typically occurs at the
        edge of stability", 2021). Measured is what follows from it: smaller steps get down. It may also be met on the
        way, where the valley narrows: a run that broke down shows it where a trial of some steps doesn't.
        No rate is advised whose own trial, from the start, ends above the run.
        """
        verdict = self._suspected_rate
        return verdict if verdict is not None and (self.diverged or verdict.advised.loss < self.end_loss) else None

    @cached_property
    def _suspected_rate(self) -> Verdict | None:
        """What trials of rates say, whatever the one advised comes to in the end."""
        from_start, from_end = self.rates_from_start, self.rates_from_end
        if self.learnt or from_start is None:
            return None
        overshooting = next((each for each in (from_start, from_end) if each is not None and each.overshoots), None)
        if overshooting is not None or self.diverged:
            shown = overshooting or from_start
            best = from_start if from_start.lower.loss < thresholds.LOWER * from_start.before else shown
            return Verdict("high", shown, steadier(self, shown.optimizer, best.lower.rate))
        if self.broke_down:
            advised = steadier(self, from_start.optimizer, from_start.rate / 10)
            if advised.loss < thresholds.CLEARLY_LOWER * self.end_loss:
                return Verdict("high", from_start, advised)
        shown = from_end or from_start
        lower = thresholds.MUCH_LOWER if self.stopped_early else thresholds.CLEARLY_LOWER
        gets_lower = shown.higher.loss < (1 - thresholds.NEGLIGIBLE) * shown.before
        hardly_began = self.moved < thresholds.VANISHED and gets_lower
        is_open = self.unexplained >= thresholds.UNLEARNT and not self.setup.weighted  # type: ignore[union-attr]
        is_slow = is_open and (shown.is_slow(lower) or hardly_began)
        if not is_slow or (self.prolonged is not None and not self._beats_prolonging(shown, self.prolonged)):
            return None
        advised = steadier(self, shown.optimizer, (from_start if from_start.is_slow() else shown).higher.rate)
        return Verdict("low", shown, advised) if advised.rate > shown.rate else None
