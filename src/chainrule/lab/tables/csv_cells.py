"""All rows of a CSV file, piece by piece: numbers as numbers, and as text what isn't."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.tables.csv_piece import Piece, RowForm
from chainrule.lab.tables.decoded import Text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PIECE, PER_COLUMN, MOST = 2**22, 2**11, 2**26
"""The bytes of a file that are read at once: what is read of them takes about ten times as much memory. More for many
columns, up to a bound: a query takes time for each of them."""

Columns = dict[int, Array]
"""Columns (n,) by their positions."""


@dataclass(frozen=True)
class Body:
    """The rows of a file below its header. text: the file.  form: how its rows are written.

    start: where they begin in the copy, in bytes.  line: the number of that line.
    """

    text: Text
    form: RowForm
    start: int
    line: int

    def read(self, database: "DuckDBPyConnection", numbers: Sequence[int]) -> tuple[Columns, Columns, Array]:
        """All columns, and the line of each row (n,): float64 columns with NaN for gaps, and those of str or None.

        numbers: the positions of the columns that should hold numbers; one in which a cell is no number is asked again,
        as text. Raises FileError, with its line, for a row that isn't as wide as the others.
        """
        expected = set(numbers)
        columns, refused, lines = self._pass(database, expected, set(range(self.form.width)) - expected)
        if refused:
            again, _, lines = self._pass(database, set(), refused)
            columns |= again
        kept = expected - refused
        return {i: columns[i] for i in kept}, {i: columns[i] for i in columns.keys() - kept}, lines

    def _pass(
        self, database: "DuckDBPyConnection", numbers: Iterable[int], texts: Iterable[int]
    ) -> tuple[Columns, set[int], Array]:
        """The columns in one reading of the file, those of numbers in which a cell is none, and the rows' lines."""
        left, texts = set(numbers), set(texts)
        refused: set[int] = set()
        matrix, place = np.empty((len(left), self._most_rows())), {i: k for k, i in enumerate(left)}
        parts: dict[int, list[Array]] = {i: [] for i in texts}
        lines: list[Array] = []
        n = 0
        same: dict[object, object] = {}  # each text once in memory
        for piece in self._pieces():
            columns, more = piece.read(database, left, texts)
            refused |= more
            left -= more
            rows = len(next(iter(columns.values()), ()))
            for i in left:
                matrix[place[i], n : n + rows] = columns[i]
            for i in texts if rows else ():
                parts[i].append(np.array([same.setdefault(each, each) for each in columns[i]], object))
            lines.append(piece.lines(rows))
            n += rows
        found = {i: matrix[place[i], :n] for i in left}
        found |= {i: np.concatenate(parts.pop(i) or [np.empty(0)]) for i in texts}
        return found, refused, np.concatenate(lines or [np.empty(0, np.int64)])

    def _most_rows(self) -> int:
        """A bound of the rows, for the memory of their numbers: a row ends in a line's end, and has all delimiters."""
        n_bytes = os.path.getsize(self.text.path) - self.start
        n_lines = 1 + sum(content.count(b"\n") for content in self.text.pieces(PIECE, self.start))
        return min(n_lines, n_bytes // self.form.width + 1)

    def _pieces(self) -> Iterator[Piece]:
        size = min(max(PIECE, PER_COLUMN * self.form.width), MOST)
        line, folder = self.line, os.path.dirname(self.text.path)
        for k, content in enumerate(self.text.pieces(size, self.start)):
            path = os.path.join(folder, f"{k}.csv")
            yield Piece.of(self.form, path, line, content)
            line += content.count(b"\n")
