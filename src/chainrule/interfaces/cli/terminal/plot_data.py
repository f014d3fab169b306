"""What plots show, as numbers: axes with round ticks, the dots of a curve, and a classifier's answers in a plane."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array
from chainrule.lab.figures.numbers import significant
from chainrule.training.model import Model

FLOOR = 1e-12
"""The axis of losses ends at this fraction of the first loss: what lies below is rounding."""

DRAWN = 1e-300, 1e300
"""Losses outside are drawn at these limits, so that the ends of the axis are finite."""

MARGIN = 0.06
"""How far the map reaches beyond the points, as a fraction of their range. The same as in the report's figures."""

MOST_POINTS = 200
"""More points would cover the map: of a larger data set, this many are shown, evenly spaced."""


BRAILLE = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The eight dots of a character, by row and column. Source: Unicode, section 21.1."""


@dataclass(frozen=True)
class PlotAxis:
    """An axis from low to high; low < high, and 0 < low if it is logarithmic."""

    name: str
    low: float
    high: float
    log: bool = False

    @classmethod
    def around(cls, name: str, values: Array, *, margin: float = 0.0, log: bool = False) -> "PlotAxis":
        """The axis that holds these values, and a margin on both sides as a fraction of their range.

        >>> PlotAxis.around("x1", np.array([0.0, 1.0]), margin=0.25)
        PlotAxis(name='x1', low=-0.25, high=1.25, log=False)
        """
        scaled = np.log10(values) if log else values
        low, high = float(scaled.min()), float(scaled.max())
        room = margin * (high - low)
        if not high - low > 1e-9 * max(abs(low), abs(high)):  # a single value stands in the middle
            room = 0.5 if log else abs(low) / 2 or 0.5
        low, high = low - room, high + room
        return cls(name, 10**low, 10**high, log) if log else cls(name, low, high)

    def share(self, values: ArrayLike) -> Array:
        """The positions of values along the axis, from 0 to 1.

        >>> PlotAxis("loss", 0.01, 1.0, log=True).share([0.01, 0.1, 1.0]).tolist()
        [0.0, 0.5, 1.0]
        """
        along: Array = np.asarray(values, float)
        low, high = self.low, self.high
        if self.log:
            along, low, high = np.log10(along), math.log10(low), math.log10(high)
        return (along / 2 - low / 2) / (high / 2 - low / 2)  # halves: high - low may overflow

    def ticks(self, most: int) -> list[float]:
        """Round numbers along the axis, evenly spaced to the eye; at most `most`, which is 2 or more.

        >>> PlotAxis("epoch", 0, 99_900).ticks(4), PlotAxis("loss", 0.0002, 0.26, log=True).ticks(4)
        ([0.0, 50000.0], [0.001, 0.01, 0.1])
        """
        if self.log:
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            finest_first = [[digit * 10.0**k for k in decades for digit in each] for each in ((1, 2, 5), (1, 3), (1,))]
            finest_first += [[10.0**k for k in decades if k % n == 0] for n in (2, 3, 5, 10, 20, 30, 50, 100, 200)]
            for values in finest_first:
                inside = [value for value in values if self.low <= value <= self.high]
                if 2 <= len(inside) <= most:
                    return inside
        exponent = math.floor(math.log10(self.high / 2 - self.low / 2))
        for step in [digit * 10.0**k for k in range(exponent - 1, exponent + 3) for digit in (1, 2, 5)]:
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            if last - first < most:
                return [significant(i * step, 12) for i in range(first, last + 1)]
        return []


def number(value: float) -> str:
    """A tick as people read it.

    >>> number(0.05), number(100_000.0), number(1e-7), number(2.5e6), number(0.0)
    ('0.05', '100,000', '1e-7', '2.5e6', '0')
    """
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:,.10f}".rstrip("0").rstrip(".")
    mantissa, exponent = f"{value:.6e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


@dataclass(frozen=True, eq=False)
class LossCurve:
    """A curve's name, and its losses (R,) at the epochs (R,)."""

    name: str
    epochs: Array
    losses: Array

    @classmethod
    def of(cls, name: str, epochs: Iterable[int], losses: Iterable[float], ceiling: float = np.inf) -> "LossCurve":
        """The losses that a logarithmic axis can show: finite and above 0; those above the ceiling are lowered to it.

        >>> LossCurve.of("run", [0, 10, 20, 30], [0.25, 0.0, 0.1, float("nan")]).losses
        array([0.25, 0.1 ])
        """
        at, values = np.asarray(list(epochs), float), np.asarray(list(losses), float)
        shown = np.isfinite(values) & (values > 0)
        return cls(name, at[shown], np.clip(values[shown], *DRAWN).clip(max=ceiling))

    def dots(self, axes: tuple[PlotAxis, PlotAxis], rows: int, columns: int) -> Array:
        """The dots (rows, columns), top row first, that the curve goes through without gaps. No loss is skipped.

        >>> fall = LossCurve.of("run", [0, 1], [1.0, 0.01])
        >>> fall.dots((PlotAxis("epoch", 0, 1), PlotAxis("loss", 0.01, 1.0, log=True)), 2, 4).astype(int)
        array([[1, 1, 0, 0],
               [0, 0, 1, 1]])
        """
        dots: Array = np.zeros((rows, columns), bool)
        if not len(self.epochs):
            return dots
        epoch, loss = axes
        x = epoch.share(self.epochs) * columns
        y = (1 - np.clip(loss.share(np.maximum(self.losses, loss.low)), 0, 1)) * rows
        inner = np.linspace(0, 1 - 1e-9, 9)  # nine places in each column, with both its edges
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


def braille(dots: Array) -> Array:
    """Dots as characters of 4 x 2 dots each; "" for a character without dots.

    >>> braille(np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]))
    array([['⠑', '']], dtype='<U1')
    """
    rows, columns = len(dots) // 4, dots.shape[1] // 2
    codes = (dots.reshape(rows, 4, columns, 2) * BRAILLE[:, np.newaxis]).sum(axis=(1, 3))
    characters: Array = np.where(codes > 0, np.vectorize(chr, otypes=["U1"])(0x2800 + codes), "")
    return characters


def axes_of(curves: Sequence[LossCurve], loss: str, end: int | None = None) -> tuple[PlotAxis, PlotAxis] | None:
    """The axes that hold the curves, of epochs and of losses; None if there is at most one epoch to show."""
    epochs = np.concatenate([np.empty(0), *(each.epochs for each in curves)])
    losses = np.concatenate([np.empty(0), *(each.losses for each in curves)])
    if len(np.unique(epochs)) < 2:
        return None
    lowest = FLOOR * max(each.losses[0] for each in curves if len(each.losses))
    return (
        PlotAxis("epoch", 0.0, max(float(epochs.max()), end or 0.0)),
        PlotAxis.around(loss, np.maximum(losses, lowest), margin=0.02, log=True),
    )


@dataclass(frozen=True, eq=False)
class Plane:
    """A classifier of points in a plane, and the points that it was asked about.

    x (n, 2): the points.  features: the names of their two coordinates.  chosen (n,): the model's answers, as numbers
    or names.  true (n,): the classes of the points; None if they aren't known.
    """

    model: Model
    x: Array
    features: tuple[str, ...]
    chosen: Array
    true: Array | None = None

    @property
    def axes(self) -> tuple[PlotAxis, PlotAxis]:
        """The axes that hold the points."""
        across, up = (PlotAxis.around(name, self.x[:, i], margin=MARGIN) for i, name in enumerate(self.features))
        return across, up

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.model.classes or tuple(str(k) for k in range(max(2, self.model.network.output_shape[0])))

    def answers(self, rows: int, columns: int) -> tuple[Array, Array]:
        """The answers on a grid, top row first: the chosen class (rows, columns), and how certain the model is.

        The certainty is 0 on the boundary of two classes, and 1 where the model gives a class the probability 1.

        This model knows only that class 1 lies where x1 is large:

        >>> from chainrule.core.network import mlp
        >>> model = Model(mlp(2, 1), np.array([9.0, 0.0, -4.5]))
        >>> corners = Plane(model, np.array([[0.0, 0.0], [1.0, 1.0]]), ("x1", "x2"), np.array([0, 1]))
        >>> corners.answers(2, 4)[0].tolist()
        [[0, 0, 1, 1], [0, 0, 1, 1]]
        """
        across, up = self.axes
        x1 = across.low + (np.arange(columns) + 0.5) / columns * (across.high - across.low)
        x2 = up.high - (np.arange(rows) + 0.5) / rows * (up.high - up.low)
        grid = np.stack([each.ravel() for each in np.meshgrid(x1, x2)], axis=1)
        outputs = np.clip(self.model.probabilities(grid), 0, 1)
        largest = np.maximum(outputs, 1 - outputs)[:, 0] if outputs.shape[1] == 1 else outputs.max(axis=1)
        n_classes = max(2, outputs.shape[1])
        certainty = np.clip((largest * n_classes - 1) / (n_classes - 1), 0, 1)
        return self._numbers(self.model.classify(grid)).reshape(rows, columns), certainty.reshape(rows, columns)

    def points(self, rows: int, columns: int) -> dict[tuple[int, int], int]:
        """The classes of the points that are shown, by row and column of a grid.

        These are the true classes, or the model's answers where the true ones aren't known. A misclassified point hides
        others in the same place.
        """
        asked = self._numbers(self.chosen)
        kinds = asked if self.true is None else self._numbers(self.true)
        shown = np.unique(np.linspace(0, len(self.x) - 1, MOST_POINTS).round().astype(int))
        shown = shown[np.argsort((kinds != asked)[shown], kind="stable")]
        right, up = (axis.share(self.x[shown, i]) for i, axis in enumerate(self.axes))
        at_row = np.clip((1 - up) * rows, 0, rows - 1).astype(int)
        at_column = np.clip(right * columns, 0, columns - 1).astype(int)
        return dict(zip(zip(at_row.tolist(), at_column.tolist(), strict=True), kinds[shown].tolist(), strict=True))

    def _numbers(self, classes: Array) -> Array:
        """Classes as numbers, from names or numbers."""
        places = {name: k for k, name in enumerate(self.classes)}
        return np.array([places.get(str(each), 0) for each in classes], int)


def boundary(chosen: Array) -> Array:
    """Where a grid of classes changes to the right or below: True and False, as large as the grid."""
    edge = np.zeros(chosen.shape, bool)
    edge[:, :-1] |= chosen[:, :-1] != chosen[:, 1:]
    edge[:-1] |= chosen[:-1] != chosen[1:]
    return edge
