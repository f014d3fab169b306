"""A table that has been judged: what is learnt from which columns."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.tables.found import Found
from chainrule.lab.tables.inputs import Input
from chainrule.lab.tables.targets import Answer
from chainrule.training.data.columns.columns import Columns
from chainrule.training.data.columns.kinds import Kind, Number


@dataclass(frozen=True, eq=False)
class Table:
    """A table, as `read_table` returns it; `x, y = table` unpacks it.

    raw (n, columns): the inputs as floats: numbers, positions of levels, seconds since 1970; NaN for a gap. For images
    (n, channels, ...).  kinds: of the columns; () where raw is what a network takes.
    inputs: all columns but the target, those that are left out among them.  answer: the target, and what it is.
    found: the table as it was read.
    weights (n,): how much each row counts, from the column that says so; None where there is none.
    """

    found: Found
    raw: Array
    kinds: tuple[Kind, ...]
    inputs: tuple[Input, ...]
    answer: Answer
    weights: Array | None = None

    @staticmethod
    def of(found: Found, inputs: tuple[Input, ...], answer: Answer, weights: Array | None = None) -> "Table":
        """The table of these inputs, in the rows that have an answer.

        Its columns of numbers are views of raw, and hold nothing of what was found: so a large table is held once.
        """
        learnt = [(each, each.kind) for each in inputs if each.kind is not None]
        raw = np.empty((len(found), len(learnt)))
        values: dict[int, Array] = {}
        for k, (each, kind) in enumerate(learnt):
            raw[:, k] = kind.raw(each.column.values, found.place)
            if isinstance(kind, Number):
                values[id(each.column)] = raw[:, k]
        own = {
            id(each): replace(each, values=values[id(each)] if id(each) in values else each.values.copy())
            for each in found.columns
        }
        found = replace(found, columns=tuple(own.values()))
        inputs = tuple(replace(each, column=own[id(each.column)]) for each in inputs)
        kinds = tuple(kind for _, kind in learnt)
        if len(answer.rows) < len(raw):
            raw, weights = raw[answer.rows], None if weights is None else weights[answer.rows]
        return Table(found, raw, kinds, inputs, answer, weights)

    def __iter__(self) -> Iterator[Array]:
        return iter((self.x, self.y))

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def name(self) -> str:
        """The name of the file, or "the data frame"."""
        return self.found.name

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of raw."""
        return tuple(each.name for each in self.inputs if each.kind is not None)

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the target's columns."""
        return self.answer.names

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, by their numbers; () for quantities and questions."""
        return self.answer.classes

    @property
    def y(self) -> Array:
        """The targets: class numbers (n,), quantities (n,), or several quantities or questions (n, several)."""
        return self.answer.y

    @cached_property
    def columns(self) -> Columns | None:
        """How the columns become inputs, fitted on all rows; None where raw is what a network takes."""
        return Columns.fit(self.kinds, self.raw) if self.kinds else None

    @cached_property
    def x(self) -> Array:
        """The inputs of a network (n, inputs): gaps filled, categories one-hot. Fitted on all rows.

        A test that is held out afterwards has had its part in the medians and the rare levels: to keep it apart, split
        raw, and fit `Columns` on what is learnt, as `Experiment` does.
        """
        return self.raw if self.columns is None else self.columns.apply(self.raw)
