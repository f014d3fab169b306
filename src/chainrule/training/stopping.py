"""Endings of a run: early stopping, divergence, and the parameters that are returned."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import COUNT, NON_NEGATIVE, Description, Real, real, whole
from chainrule.core.parameters import Parameters


@dataclass(frozen=True, repr=False)
class EarlyStopping(Description):
    """Stop after `patience` epochs without an improvement of more than `min_delta`; keep the best parameters and state.

    Watches the validation loss where there is validation data, else the training loss (of mini-batches: the mean over
    the epoch, which stands for the parameters at its end). In a population each member has its own best parameters
    and its own end.
    Source: Prechelt, "Early stopping - but when?" (1998).

    >>> EarlyStopping(patience=20)
    EarlyStopping(20)
    """

    patience: int = whole(COUNT, 10)
    min_delta: Real = real(NON_NEGATIVE, 0.0)


@dataclass(frozen=True)
class Ending:
    """The ending of one member's run: its epoch, its reason, and the epoch whose parameters are returned."""

    reason: str
    """finished, stopped early, diverged, stopped by a callback, stopped by the caller, or interrupted."""
    epoch: int
    """The number of epochs done, or the epoch at which the loss was no longer finite."""
    best_epoch: int | None = None
    """With early stopping: the epoch that found the parameters returned."""
    sentence: str = ""

    def __str__(self) -> str:
        return self.sentence


RUNNING, STOPPED_EARLY, DIVERGED = range(3)


class StoppingMonitor:
    """Keeps track of the members that have ended, and of the parameters that each will return.

    Members that have ended are still computed, and ignored.


    monitored: the loss that early stopping watches, in words.
    """

    def __init__(self, parameters: Parameters, early_stopping: EarlyStopping | None, monitored: str) -> None:
        theta, members = parameters.theta, parameters.theta.shape[:-1]
        state = np.empty((*members, 0)) if parameters.state is None else parameters.state
        self._now = theta, state
        is_read = early_stopping is not None  # before anything is kept; else zeros, which take no memory until then
        self._kept = theta.copy() if is_read else np.zeros(theta.shape, theta.dtype), state.copy()
        self._settings = early_stopping
        self._monitored = monitored
        self._best = np.full(members, np.inf)
        self._best_epoch = np.zeros(members, int)
        self._reason = np.full(members, RUNNING, np.int8)
        self._end_epoch = np.zeros(members, int)
        self._last_loss = np.full(members, np.nan)
        self.ended = np.zeros(members, bool)
        self.all_ended = self.has_restored = False

    def arrays(self) -> dict[str, Array]:
        """The arrays that steps change, by name: the arrays themselves."""
        kept_theta, kept_state = self._kept
        return {
            "best": self._best,
            "best_epoch": self._best_epoch,
            "kept_theta": kept_theta,
            "kept_state": kept_state,
            "ended": self.ended,
            "reason": self._reason,
            "end_epoch": self._end_epoch,
            "last_loss": self._last_loss,
        }

    def refresh(self) -> None:
        """Update what follows from the arrays, after they were restored."""
        self.all_ended = bool(self.ended.all())

    @property
    def has_diverged(self) -> bool:
        """Whether the loss of some member became NaN or infinite."""
        return bool((self._reason == DIVERGED).any())

    def check_finite(self, epoch: int, loss: Array) -> bool:
        """End the members whose loss is no longer finite, with the parameters that it was the loss of, if any."""
        diverged = ~np.isfinite(loss) & ~self.ended
        if not diverged.any():
            return False
        if self._settings is None:
            self._keep(diverged)
        self._end(diverged, DIVERGED, epoch, loss)
        return True

    def keep_best(self, epoch: int, loss: Array) -> None:
        """Keep the parameters and the state of the members that are the best so far."""
        if self._settings is None:
            return
        better = (loss < self._best - np.array(self._settings.min_delta)) & ~self.ended
        self._best[better] = loss[better]
        self._best_epoch[better] = epoch
        self._keep(better)

    def check_patience(self, epoch: int, loss: Array) -> None:
        """Keep what is the best so far; end the members that have waited long enough."""
        if self._settings is None:
            return
        self.keep_best(epoch, loss)
        waited = (epoch - self._best_epoch >= self._settings.patience) & ~self.ended
        self._end(waited, STOPPED_EARLY, epoch, loss)

    def finish(self, reason: str, epochs: int) -> tuple[Ending, ...]:
        """Give every member the parameters and the state it is to end with; return all endings."""
        returned = self.ended if self._settings is None else np.isfinite(self._best) | self.ended
        for now, kept in zip(self._now, self._kept, strict=True):
            now[returned] = kept[returned]
        self.has_restored = bool(returned.any())
        arrays = self._reason, self._end_epoch, self._best, self._best_epoch, self._last_loss
        of_members = zip(*(each.ravel().tolist() for each in arrays), strict=True)
        return tuple(self._ending(reason, epochs, *each) for each in of_members)

    def _ending(
        self, reason: str, epochs: int, why: int, epoch: int, best: float, best_epoch: int, last: float
    ) -> Ending:
        """A member's ending; `reason` and `epochs` are of the members that ran on, the others are its own."""
        found = None if self._settings is None else best_epoch
        if why == DIVERGED:
            return Ending("diverged", epoch, found, f"diverged: the loss became {last} at epoch {epoch}")
        if why == STOPPED_EARLY and self._settings is not None:
            waited = f"no better {self._monitored} than {best:.6g} of epoch {best_epoch}"
            sentence = f"stopped early at epoch {epoch}: {waited} in {self._settings.patience} epochs"
            return Ending("stopped early", epoch, found, sentence)
        added = "" if found is None else f", the best of them {found}"
        return Ending(reason, epochs, found, f"{reason} after {epochs} epoch{'s' * (epochs != 1)}{added}")

    def _keep(self, which: Array) -> None:
        """Keep the present parameters and state of these members."""
        for now, kept in zip(self._now, self._kept, strict=True):
            kept[which] = now[which]

    def _end(self, which: Array, reason: int, epoch: int, loss: Array) -> None:
        self._reason[which] = reason
        self._end_epoch[which] = epoch
        self._last_loss[which] = loss[which]
        self.ended |= which
        self.all_ended = bool(self.ended.all())
