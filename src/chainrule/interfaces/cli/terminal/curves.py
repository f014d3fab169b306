"""Curves of a loss over epochs as numbers: what can be shown of them, and the dots that a line goes through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.interfaces.cli.terminal.axes import Axis

FLOOR = 1e-12
"""The axis of losses reaches down to this part of the loss at the start: below is rounding."""

DRAWN = 1e-300, 1e300
"""Losses beyond are drawn there, so that the axis around them is still made of numbers."""


@dataclass(frozen=True, eq=False)
class Curve:
    """The losses (R,) at the epochs (R,), with a name."""

    name: str
    epochs: Array
    losses: Array

    @classmethod
    def of(cls, name: str, epochs: Iterable[int], losses: Iterable[float], ceiling: float = np.inf) -> "Curve":
        """What a logarithmic axis can show: the finite losses above 0, and those above the ceiling cut to it.

        >>> Curve.of("run", [0, 10, 20, 30], [0.25, 0.0, 0.1, float("nan")]).losses
        array([0.25, 0.1 ])
        """
        at, values = np.asarray(list(epochs), float), np.asarray(list(losses), float)
        shown = np.isfinite(values) & (values > 0)
        return cls(name, at[shown], np.clip(values[shown], *DRAWN).clip(max=ceiling))


def axes(curves: Sequence[Curve], loss: str, end: int | None = None) -> tuple[Axis, Axis] | None:
    """The axes that hold the curves; None where there is no more than a point to show."""
    epochs = np.concatenate([np.empty(0), *(each.epochs for each in curves)])
    losses = np.concatenate([np.empty(0), *(each.losses for each in curves)])
    if len(np.unique(epochs)) < 2:
        return None
    return Axis("epoch", 0.0, max(float(epochs.max()), end or 0.0)), Axis.around(
        loss,
        np.maximum(losses, FLOOR * max(each.losses[0] for each in curves if len(each.losses))),
        margin=0.02,
        log=True,
    )


def line(curve: Curve, over: tuple[Axis, Axis], rows: int, columns: int) -> Array:
    """The dots (rows, columns), the uppermost first, that a curve goes through, without gaps: every loss is shown.

    >>> fall = Curve.of("run", [0, 1], [1.0, 0.01])
    >>> line(fall, (Axis("epoch", 0, 1), Axis("loss", 0.01, 1.0, log=True)), 2, 4).astype(int)
    array([[1, 1, 0, 0],
           [0, 0, 1, 1]])
    """
    dots: Array = np.zeros((rows, columns), bool)
    if not len(curve.epochs):
        return dots
    x = over[0].share(curve.epochs) * columns
    y = (1 - np.clip(over[1].share(np.maximum(curve.losses, over[1].low)), 0, 1)) * rows
    inner = np.linspace(0, 1 - 1e-9, 9)  # of each column, both ends among them
    between = (np.arange(columns)[:, np.newaxis] + inner).ravel()
    between = between[(between >= x[0]) & (between <= x[-1])]
    at_column = np.clip(np.concatenate([x, between]), 0, columns - 1).astype(int)
    at_row = np.clip(np.concatenate([y, np.interp(between, x, y)]), 0, rows - 1e-6).astype(int)
    first, last = np.full(columns, rows), np.full(columns, -1)
    np.minimum.at(first, at_column, at_row)
    np.maximum.at(last, at_column, at_row)
    row = np.arange(rows)[:, np.newaxis]
    np.logical_and(first <= row, row <= last, out=dots)
    return dots
