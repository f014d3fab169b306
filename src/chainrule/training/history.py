"""The history of a run: its recorded epochs, as columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_array, as_numbers
from chainrule.core.description import check_kind
from chainrule.core.errors import ShapeError, choose
from chainrule.core.foreign import said
from chainrule.training.files.storage import FilePath
from chainrule.training.files.tables import columns_to_csv, columns_to_pandas


@dataclass(frozen=True, eq=False)
class Record:
    """The loss and the parameters at one epoch of a run.

    epoch: counted from 0, of `epochs`; step: the number of updates before it.
    loss: full batch: of the parameters as the epoch finds them, so epoch 0 is the untrained network; mini-batches:
        the mean over the epoch's samples, as each batch found them. A float, or (K,).
    theta: the parameters as the epoch finds them, fresh: (P,), or (K, P).
    validation_loss: of those parameters; None without validation data.
    state: the running statistics that go with them, fresh: (S,), or (K, S); S is 0 where no layer keeps any.
    """

    epoch: int
    epochs: int
    step: int
    loss: Any
    theta: Array = field(repr=False)
    validation_loss: Any = None
    state: Array = field(default_factory=lambda: np.empty(0), repr=False)


NAMES: tuple[str, ...] = ("epoch", "step", "loss")
"""The columns that every history has."""


class History:
    """Columns by name: epoch (R,), step (R,), loss and validation_loss (R,), or (R, K) for a population.

    >>> history = History()
    >>> history.append(Record(epoch=0, epochs=10, step=0, loss=0.25, theta=np.zeros(3)))
    >>> history["loss"]
    array([0.25])
    >>> print(history.to_csv())
    epoch,step,loss
    0,0,0.25
    """

    def __init__(self) -> None:
        self._names = NAMES
        self._rows: list[tuple[Any, ...]] = []
        """Whole rows, each added at once: an interrupt leaves no column longer than the others."""

    def append(self, record: Record) -> None:
        """Add a record, without its parameters."""
        check_kind("record", Record, "a Record, as a run gives it", record)
        if not self._rows:
            self._names = NAMES if record.validation_loss is None else (*NAMES, "validation_loss")
        self._rows.append(tuple([getattr(record, name) for name in self._names]))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self._names if self._rows else NAMES

    def extend(self, epochs: ArrayLike, steps: ArrayLike, losses: ArrayLike) -> None:
        """Add a row for each of some epochs (R,): its number, that of its step, and its loss, (R,) or (R, K)."""
        given = as_numbers(epochs, "epochs"), as_numbers(steps, "steps"), as_numbers(losses, "losses")
        if given[2].ndim not in (1, 2) or any(each.shape != given[2].shape[:1] for each in given[:2]):
            raise ShapeError(
                f"epochs, steps and losses should be equally long, got shapes {[each.shape for each in given]}."
            )
        losses = given[2].tolist() if given[2].ndim == 1 else given[2].astype(np.float64)
        columns = {"epoch": given[0].tolist(), "step": given[1].tolist(), "loss": losses}
        self._names = self.columns
        self._rows += zip(*(columns[name] for name in self._names), strict=True)

    def __getitem__(self, name: str) -> Array:
        choose("column", name, dict.fromkeys(self.columns))
        place = self._names.index(name)
        return np.array([row[place] for row in self._rows])

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self.columns

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"History of {len(self)} records: {', '.join(self.columns)}"

    def replace(self, columns: Mapping[str, Array]) -> None:
        """Replace the history by these columns, each (R, ...)."""
        check_kind("columns", Mapping, "arrays by name, as to_dict() gives them", columns)
        given = [as_array(column, said(name)) for name, column in columns.items()]
        if any(each.ndim == 0 or len(each) != len(given[0]) for each in given):
            raise ShapeError(f"columns should be equally long, got shapes {[each.shape for each in given]}.")
        self._names = tuple(columns)  # in any order
        self._rows = [tuple(map(_as_recorded, row)) for row in zip(*given, strict=True)]

    @property
    def members(self) -> int | None:
        """K, or None for a single run."""
        loss: Any = self._rows[0][self._names.index("loss")] if self._rows else 0.0
        return None if np.ndim(loss) == 0 else len(loss)

    def to_dict(self) -> dict[str, list[Any]]:
        """Columns as plain lists."""
        return {name: self[name].tolist() for name in self.columns}

    def long(self) -> dict[str, Array]:
        """Columns with a row for each record and member, the member's number in `member` (a population only)."""
        if self.members is None:
            return {name: self[name] for name in self.columns}
        rows, members = len(self), self.members
        wide = {name: np.broadcast_to(self[name].reshape(rows, -1), (rows, members)) for name in self.columns}
        return {"member": np.tile(np.arange(members), rows)} | {name: column.ravel() for name, column in wide.items()}

    def to_csv(self, path: FilePath | None = None) -> str:
        """The long table as CSV text, also written to `path` where one is given."""
        return columns_to_csv({name: column.tolist() for name, column in self.long().items()}, path)

    def to_pandas(self) -> Any:
        """The long table as a data frame; needs the extra `pandas`."""
        return columns_to_pandas(self.long())


def _as_recorded(value: Any) -> Any:
    """A value of a column as a record has it: a plain number, or (K,)."""
    return value.item() if np.ndim(value) == 0 else value
