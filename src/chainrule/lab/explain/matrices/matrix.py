"""Matrices with names, and equations between them: which matrices meet, and in which of their rows and columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression
from chainrule.lab.explain.algebra.notes import Note
from chainrule.lab.explain.algebra.symbols import Symbol

MOST = 5
"""The rows or columns of a longer axis that are shown: the first, the chosen one and the last."""

DIGITS = 4
"""Significant digits in a matrix; the sum of the chosen entry, beside it, has more."""


@dataclass(frozen=True)
class Axis:
    """What the rows or the columns of a matrix are: 21 samples. shown: the places that are shown, from 0."""

    name: str
    size: int
    shown: tuple[int, ...]

    @classmethod
    def of(cls, name: str, size: int, chosen: int = 0) -> Axis:
        """An axis cut to what is shown.

        >>> Axis.of("sample", 21, chosen=7).shown, Axis.of("unit", 4).shown
        ((0, 1, 2, 7, 20), (0, 1, 2, 3))
        """
        if size <= MOST:
            return cls(name, size, tuple(range(size)))
        kept = {chosen, size - 1}
        kept |= set([each for each in range(size) if each not in kept][: MOST - len(kept)])
        return cls(name, size, tuple(sorted(kept)))

    @property
    def said(self) -> str:
        """The size, and what is counted."""
        if not self.name:
            return str(self.size)
        head, of, rest = self.name.partition(" of ")
        return f"{self.size:,} {head}{'' if self.size == 1 else 's'}{of}{rest}"

    @property
    def laid_out(self) -> tuple[int | None, ...]:
        """The places that are shown, and None where some are left out."""
        found: list[int | None] = list(self.shown[:1])
        for before, here in pairwise(self.shown):
            found += [here] if here == before + 1 else [None, here]
        return tuple(found)


ONE = Axis.of("", 1)
"""The axis of a vector that has one row or one column."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """A named matrix (rows, columns). places: of parameters and their gradients, where theta holds each of them."""

    symbol: Symbol
    values: Array = field(repr=False)
    rows: Axis
    columns: Axis
    is_transposed: bool = False
    places: Array | None = field(repr=False, default=None)

    @property
    def T(self) -> Matrix:
        """Its rows as columns."""
        return Matrix(self.symbol, self.values.T, self.columns, self.rows, not self.is_transposed)

    @property
    def shape(self) -> str:
        """What stands in its rows and columns: 4 units × 21 samples."""
        return f"{self.rows.said} × {self.columns.said}"


def ones(axis: Axis) -> Matrix:
    """The column of ones that adds up what it is multiplied by."""
    return Matrix(Symbol("1"), np.ones((axis.size, 1)), axis, ONE)


Lit = Literal["row", "column", "entry"]
"""What of a matrix an entry of the result is made of."""


@dataclass(frozen=True)
class Part:
    """A matrix in an equation, and what of it meets in an entry of the result."""

    matrix: Matrix
    lit: Lit = "entry"


Parts = tuple[Part | Expression | str, ...]
"""Matrices, numbers, and signs between them: + - ∘ ( ) and names of functions. What stands side by side is multiplied,
and ∘ multiplies entry by entry."""


@dataclass(frozen=True, eq=False)
class MatrixEquation:
    """A matrix, and the matrices that make it.

    parts: empty where it is only given.
    chosen: the entry that the chain shows, from 0.  entry: the equations of that entry, as the chain has them.
    """

    result: Matrix
    parts: Parts = ()
    chosen: tuple[int, int] = (0, 0)
    note: Note = ()
    entry: tuple[Equation, ...] = ()

    def lit(self, lit: Lit, row: int, column: int) -> bool:
        """Whether an entry of a matrix is a part of the chosen entry of the result."""
        r, c = self.chosen
        return {"row": row == r, "column": column == c, "entry": (row, column) == (r, c)}[lit]


def product(left: Matrix, right: Matrix) -> tuple[Part, Part]:
    """Two matrices side by side: a row of the left one meets a column of the right one."""
    return Part(left, "row"), Part(right, "column")


@dataclass(frozen=True, eq=False)
class MatrixSection:
    """Equations between matrices under a heading."""

    title: str
    equations: tuple[MatrixEquation, ...]


@dataclass(frozen=True, eq=False)
class MatrixContent:
    """A layer's whole step between matrices."""

    title: str
    lead: str
    sections: tuple[MatrixSection, ...]

    @property
    def equations(self) -> tuple[MatrixEquation, ...]:
        """All equations, in order."""
        return tuple(each for section in self.sections for each in section.equations)
