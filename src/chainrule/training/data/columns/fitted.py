"""What one column becomes: the inputs of a number, a category or a moment, fitted to the learnt rows."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import NUMBER, Description, check_kind, check_names, check_one_real, flag, setting
from chainrule.core.errors import choose
from chainrule.training.data.columns.kinds import Category, Kind, Moment, Number

RARE_ROWS, RARE_SHARE = 10, 0.01
"""A level is rare that fewer than 10 learnt rows have, and fewer than 1 % of them. Source: ten events per parameter,
Peduzzi et al., "A simulation study of the number of events per variable in logistic regression analysis" (1996)."""

DAY = 86_400.0
"""The seconds of a day."""

CYCLES = {"year": 365.2425, "week": 7.0, "day": 1.0}
"""The cycles of a moment, and their lengths in days."""


def _column(kind: type[Kind]) -> Any:
    """A field for a column of this kind."""
    return setting(lambda name, value: check_kind(name, kind, f"a {kind.__name__}", value))


def _filling() -> Any:
    """A field for the raw number that stands in for a gap."""
    return setting(lambda name, value: check_one_real(name, NUMBER, value))


class FittedColumn(Description):
    """The base: a column, and the inputs that it becomes; the last marks missing values, where `marks_gaps` is True.

    n_measured: how many inputs, the first ones, are quantities, which may be standardised; the others stay as they are.
    """

    column: Kind
    n_measured: ClassVar[int] = 1

    @property
    @abstractmethod
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs."""

    @abstractmethod
    def write(self, raw: Array, x: Array) -> None:
        """Write the inputs x (n, inputs) of the raw column (n,)."""


@dataclass(frozen=True, repr=False)
class NumberInputs(FittedColumn):
    """A number as it is. Gaps are filled with the median of the learnt rows, and marked where these had any."""

    column: Number = _column(Number)
    filling: float = _filling()
    marks_gaps: bool = flag(False)

    @staticmethod
    def fit(column: Number, raw: Array) -> "NumberInputs":
        gaps = np.isnan(raw)
        return NumberInputs(column, median(raw[~gaps]), bool(gaps.any()))

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.column.name, *_marks(self))

    def write(self, raw: Array, x: Array) -> None:
        gaps = np.isnan(raw)
        x[:, 0] = raw
        x[gaps, 0] = self.filling
        if self.marks_gaps:
            x[:, 1] = gaps


@dataclass(frozen=True, repr=False)
class CategoryInputs(FittedColumn):
    """A category as one-hot inputs: one for each level that isn't rare.

    kept: these levels.  has_other: whether one more input stands for the rare levels together, and then for unseen ones
    as well; if no level was rare, an unseen one is 0 in all inputs, since nothing could be learnt for it.  A gap is
    likewise a level of its own, if any was learnt; else it counts as unseen.
    Source: scikit-learn's OneHotEncoder(handle_unknown="infrequent_if_exist").
    """

    column: Category = _column(Category)
    kept: tuple[str, ...] = setting(check_names)
    has_other: bool = flag(False)
    marks_gaps: bool = flag(False)

    n_measured = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for level in self.kept:
            choose(f"level of {self.column.name}", level, {each: each for each in self.column.levels})

    @staticmethod
    def fit(column: Category, raw: Array) -> "CategoryInputs":
        gaps = np.isnan(raw)
        counts = np.bincount(raw[~gaps].astype(np.intp) + 1, minlength=len(column.levels) + 1)[1:]
        enough = max(1.0, min(RARE_ROWS, RARE_SHARE * len(raw)))
        kept = tuple(level for level, n in zip(column.levels, counts.tolist(), strict=True) if n >= enough)
        has_other = bool(((counts > 0) & (counts < enough)).any() or (raw == -1).any())
        return CategoryInputs(column, kept, has_other, bool(gaps.any()))

    @property
    def inputs(self) -> tuple[str, ...]:
        name = self.column.name
        others = (f"{name} is other",) if self.has_other else ()
        return (*(f"{name} = {level}" for level in self.kept), *others, *_marks(self))

    def write(self, raw: Array, x: Array) -> None:
        gaps = np.isnan(raw)
        x[:] = 0
        place = {level: k for k, level in enumerate(self.kept)}
        unseen = len(self.kept) if self.has_other else -1
        of_level = np.array([*(place.get(level, unseen) for level in self.column.levels), unseen])  # the last: of -1
        inputs = of_level[np.where(gaps, -1, raw).astype(np.intp)]
        if self.marks_gaps:
            inputs[gaps] = x.shape[1] - 1
        rows = np.flatnonzero(inputs >= 0)
        x[rows, inputs[rows]] = 1


@dataclass(frozen=True, repr=False)
class MomentInputs(FittedColumn):
    """A moment as days since 1970-01-01, and as sine and cosine of its place in a year, a week and a day.

    cycles: those whose place varied among the learnt rows: a column of dates has no time of day. December is thus near
    January, and Sunday near Monday. Gaps as those of a number.
    Source: the periodic encoding of skrub's DatetimeEncoder.
    """

    column: Moment = _column(Moment)
    filling: float = _filling()
    cycles: tuple[str, ...] = setting(
        lambda name, value: tuple(
            choose("cycle", each, {name: name for name in CYCLES}) for each in check_names(name, value)
        )
    )
    marks_gaps: bool = flag(False)

    @staticmethod
    def fit(column: Moment, raw: Array) -> "MomentInputs":
        gaps = np.isnan(raw)
        known = raw[~gaps]
        cycles = (name for name, length in CYCLES.items() if known.size and np.ptp(_place_in(known, length)) > 0)
        return MomentInputs(column, median(known), tuple(cycles), bool(gaps.any()))

    @property
    def inputs(self) -> tuple[str, ...]:
        name = self.column.name
        waves = (f"{name}: {wave} of the {cycle}" for cycle in self.cycles for wave in ("sine", "cosine"))
        return (name, *waves, *_marks(self))

    def write(self, raw: Array, x: Array) -> None:
        gaps = np.isnan(raw)
        seconds = np.where(gaps, self.filling, raw)
        x[:, 0] = seconds / DAY
        for k, cycle in enumerate(self.cycles):
            turn = 2 * np.pi * _place_in(seconds, CYCLES[cycle])
            x[:, 2 * k + 1] = np.sin(turn)
            x[:, 2 * k + 2] = np.cos(turn)
        if self.marks_gaps:
            x[:, -1] = gaps


def _marks(fitted: Any) -> tuple[str, ...]:
    return (f"{fitted.column.name} is missing",) if fitted.marks_gaps else ()


def _place_in(seconds: Array, days: float) -> Array:
    """The place in a cycle of so many days, from 0 to 1."""
    place: Array = (seconds / DAY / days) % 1.0
    return place


def median(known: Array) -> float:
    """The median of the numbers; 0 where there are none. The halves of two are added, since their sum may overflow.

    >>> median(np.array([3.0, 1.0, 2.0, 10.0]))
    2.5
    """
    if known.size == 0:
        return 0.0
    middle = (known.size - 1) // 2, known.size // 2
    low, high = np.partition(known, middle)[list(middle)].tolist()
    return float(low if low == high else low / 2 + high / 2)
