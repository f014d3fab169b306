"""When a run ends before its last epoch, and how it says so."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import COUNT, NON_NEGATIVE, Description, Real, real, whole


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
    """How one member's run ended: at which epoch, why, and with the parameters of which epoch."""

    reason: str
    """finished, stopped early, diverged, stopped by a callback, or interrupted."""
    epoch: int
    """How many epochs were done, or the epoch at which the loss was no longer finite."""
    best_epoch: int | None = None
    """With early stopping: the epoch that found the parameters returned."""
    sentence: str = ""

    def __str__(self) -> str:
        return self.sentence


class Watch:
    """Each member's end, and what it ends with. Members that have ended are computed on, and ignored."""

    def __init__(self, theta: Array, state: Array, early_stopping: EarlyStopping | None, watched: str) -> None:
        members = theta.shape[:-1]
        self._current = theta, state
        self._kept = theta.copy(), state.copy()
        self._settings = early_stopping
        self._watched = watched
        self._best = np.full(members, np.inf)
        self._best_epoch = np.zeros(members, int)
        self.ended = np.zeros(members, bool)
        self.over = self.has_restored = False
        self._endings: dict[int, Ending] = {}

    @property
    def has_diverged(self) -> bool:
        """Whether some member's loss became NaN or infinite."""
        return any(ending.reason == "diverged" for ending in self._endings.values())

    def diverged(self, epoch: int, value: Array) -> None:
        """End the members whose loss is no longer finite, with the parameters that it was the loss of."""
        lost = ~np.isfinite(value) & ~self.ended
        if self._settings is None:
            self._keep(lost)
        for k in np.flatnonzero(lost):
            what = f"the loss became {np.ravel(value)[k]} at epoch {epoch}"
            self._end(int(k), "diverged", epoch, f"diverged: {what}")
        self._mark(lost)

    def keep(self, epoch: int, loss: Array) -> None:
        """Keep the parameters and the state of the members that are the best so far."""
        if self._settings is None:
            return
        better = (loss < self._best - np.array(self._settings.min_delta)) & ~self.ended
        self._best[better] = loss[better]
        self._best_epoch[better] = epoch
        self._keep(better)

    def look(self, epoch: int, loss: Array) -> None:
        """Keep what is the best so far; end the members that have waited long enough."""
        if self._settings is None:
            return
        self.keep(epoch, loss)
        waited = (epoch - self._best_epoch >= self._settings.patience) & ~self.ended
        for k in np.flatnonzero(waited):
            best, best_epoch = np.ravel(self._best)[k], np.ravel(self._best_epoch)[k]
            why = f"no better {self._watched} than {best:.6g} of epoch {best_epoch} in {self._settings.patience} epochs"
            self._end(int(k), "stopped early", epoch, f"stopped early at epoch {epoch}: {why}")
        self._mark(waited)

    def finish(self, reason: str, epochs: int) -> tuple[Ending, ...]:
        """Give every member the parameters and the state it is to end with; return all endings."""
        for k in np.flatnonzero(~self.ended):
            best = "" if self._settings is None else f", the best of them {np.ravel(self._best_epoch)[k]}"
            self._end(int(k), reason, epochs, f"{reason} after {epochs} epoch{'s' * (epochs != 1)}{best}")
        returned = self.ended if self._settings is None else np.isfinite(self._best) | self.ended
        for current, kept in zip(self._current, self._kept, strict=True):
            current[returned] = kept[returned]
        self.has_restored = bool(returned.any())
        return tuple(self._endings[k] for k in range(len(self._endings)))

    def _keep(self, which: Array) -> None:
        """Remember what these members have now."""
        for current, kept in zip(self._current, self._kept, strict=True):
            kept[which] = current[which]

    def _mark(self, ended: Array) -> None:
        self.ended |= ended
        self.over = bool(self.ended.all())

    def _end(self, k: int, reason: str, epoch: int, sentence: str) -> None:
        best = int(np.ravel(self._best_epoch)[k]) if self._settings is not None else None
        self._endings[k] = Ending(reason, epoch, best, sentence)
