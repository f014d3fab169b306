"""Columns: how the raw columns of a table become the inputs of a network, fitted to the learnt rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_numbers
from chainrule.core.description import Description, setting
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.core.foreign import said
from chainrule.training.data.columns.fitted import CategoryInputs, FittedColumn, MomentInputs, NumberInputs
from chainrule.training.data.columns.kinds import Category, Kind, Moment, Number
from chainrule.training.data.columns.values import called
from chainrule.training.data.standardizer import Standardizer


def _check_fitted(name: str, value: Any) -> tuple[FittedColumn, ...]:
    if isinstance(value, tuple | list) and value and all(isinstance(each, FittedColumn) for each in value):
        return tuple(value)
    raise SettingError(
        f"{name} must be fitted columns, one or more; got {said(value)}. Columns.fit(kinds, raw) finds them."
    )


@dataclass(frozen=True, repr=False)
class Columns(Description):
    """The columns of a table in their order, each with the inputs that it becomes.

    A raw matrix (n, columns) holds what `Kind.raw` gives: numbers as they are, categories as positions among their
    levels (-1: an unseen one), moments as seconds since 1970; NaN is a gap. Fit it to the learnt rows alone. What each
    column becomes, `NumberInputs`, `CategoryInputs` and `MomentInputs` say.

    >>> kinds = Number("weight"), Category("kind", ("cat", "dog"))
    >>> columns = Columns.fit(kinds, np.array([[4.0, 0.0], [np.nan, 1.0], [6.0, 1.0]]))
    >>> columns.inputs
    ('weight', 'weight is missing', 'kind = cat', 'kind = dog')
    >>> columns.apply([[np.nan, -1.0], [7.0, 0.0]]).tolist()
    [[5.0, 1.0, 0.0, 0.0], [7.0, 0.0, 1.0, 0.0]]
    """

    fitted: tuple[FittedColumn, ...] = setting(_check_fitted)

    @staticmethod
    def fit(kinds: Sequence[Kind], raw: ArrayLike) -> "Columns":
        """Fit the inputs of these columns to the learnt rows, raw (n, columns).

        Raises ShapeError for another number of columns, DataError for no rows.
        """
        kinds = _check_kinds(kinds)
        raw = _checked(kinds, raw)
        return Columns(tuple(_fit(kind, np.ascontiguousarray(raw[:, k])) for k, kind in enumerate(kinds)))

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """What each raw column holds."""
        return tuple(each.column for each in self.fitted)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(name for each in self.fitted for name in each.inputs)

    def apply(self, raw: ArrayLike) -> Array:
        """The inputs x (n, inputs) of raw (n, columns): fresh, float64, without NaN.

        Raises ShapeError for another number of columns, DataError for no rows and for positions of no level.
        """
        raw = _checked(self.kinds, raw)
        x = np.empty((len(raw), len(self.inputs)))
        column = start = 0
        for are_plain, run in groupby(self.fitted, _is_plain):
            each = tuple(run)
            if are_plain:
                _write_plain(each, raw[:, column : column + len(each)], x[:, start : start + len(each)])
                column, start = column + len(each), start + len(each)
                continue
            for one in each:
                stop = start + len(one.inputs)
                one.write(raw[:, column], x[:, start:stop])
                column, start = column + 1, stop
        return x

    def filled(self, raw: ArrayLike) -> Array:
        """Which of the inputs (n, inputs) of raw (n, columns) stand in for a gap, bool: medians of the learnt rows.

        Raises as `apply`.

        >>> columns = Columns.fit([Number("weight")], [[4.0], [np.nan], [6.0]])
        >>> columns.filled([[5.0], [np.nan]]).tolist()
        [[False, False], [True, False]]
        """
        raw = _checked(self.kinds, raw)
        filled = np.zeros((len(raw), len(self.inputs)), bool)
        start = 0
        for k, each in enumerate(self.fitted):
            if each.n_measured:
                filled[:, start] = np.isnan(raw[:, k])
            start += len(each.inputs)
        return filled

    def standardizer(self, x: ArrayLike) -> Standardizer:
        """A standardizer fitted to inputs x (n, inputs), which leaves zeros and ones, sines and cosines as they are."""
        found = Standardizer.fit(x)
        measured = [k < each.n_measured for each in self.fitted for k in range(len(each.inputs))]
        pairs = zip(found.mean, found.scale, measured, strict=True)
        mean, scale = zip(*((mean, scale) if moves else (0.0, 1.0) for mean, scale, moves in pairs), strict=True)
        return Standardizer(mean, scale)


def _is_plain(each: FittedColumn) -> bool:
    """Whether a column is one input as it is, but for gaps."""
    return isinstance(each, NumberInputs) and not each.marks_gaps


def _write_plain(run: Sequence[Any], raw: Array, x: Array) -> None:
    """Write the inputs x (n, columns) of a run of plain numbers, raw (n, columns): at once, as memory holds them."""
    x[:] = raw
    row, column = np.nonzero(np.isnan(raw))
    x[row, column] = np.array([each.filling for each in run])[column]


def _check_kinds(kinds: Any) -> tuple[Kind, ...]:
    listed: tuple[Any, ...] = tuple(kinds) if isinstance(kinds, Sequence) else ()
    if all(isinstance(each, Number | Category | Moment) for each in listed) and isinstance(kinds, Sequence):
        return listed
    raise SettingError(f"kinds must be Numbers, Categories and Moments; got {said(kinds)}.")


def _fit(kind: Kind, raw: Array) -> FittedColumn:
    """The inputs of one column, fitted to the raw numbers (n,) of its learnt rows."""
    if isinstance(kind, Category):
        return CategoryInputs.fit(kind, raw)
    return MomentInputs.fit(kind, raw) if isinstance(kind, Moment) else NumberInputs.fit(cast(Number, kind), raw)


def _checked(kinds: tuple[Kind, ...], raw: ArrayLike) -> Array:
    """A raw matrix as an array that fits these kinds."""
    raw = as_numbers(raw, "raw")
    if raw.ndim != 2 or raw.shape[1] != len(kinds):
        raise ShapeError(
            f"raw should have shape (n, {len(kinds)}), a column for each kind, got {raw.shape}. "
            "Kind.raw(values) makes a column of the values of each."
        )
    if len(raw) == 0:
        raise DataError(f"raw holds no rows: shape {raw.shape}. At least one is needed.")
    for k in np.flatnonzero(np.isinf(raw).any(axis=0))[:1]:
        raise DataError(f"{called(kinds[k].name)} of raw should hold finite numbers or NaN, got infinity. Correct it.")
    for k, kind in enumerate(kinds):
        if isinstance(kind, Category):
            positions = raw[:, k]
            known = np.isnan(positions) | np.isin(positions, np.arange(-1, len(kind.levels)))
            if not known.all():
                raise DataError(
                    f"{called(kind.name)} of raw should hold positions among {len(kind.levels)} levels, or -1, got "
                    f"{positions[~known][0]:g}. Category.raw(values) finds them."
                )
    return raw
