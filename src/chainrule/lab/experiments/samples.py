"""Samples: features and targets as they were read, with the names of their columns and classes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, Shape, count
from chainrule.core.errors import DataError, ShapeError
from chainrule.training.data.columns.kinds import Kind


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples x (n, features), or (n, channels, ...) for series and images, and targets y, (n,) or (n, outputs).

    y: None where only features are known, as in a file to predict.
    features, target: the names of the columns.
    kinds: what the columns of x hold, where x is a raw matrix: see `training/data/columns`; () where x is inputs.
    target_names: of each of the target's columns, in a table.
    weights (n,): how much each sample counts in the loss; None: all alike.
    n_classes: the number of classes in y, numbered from 0; 0 where y is a quantity.  classes: their names, if any.
    fresh: another draw of the same data set, for a test; None where the data can't be drawn anew.
    test_rows: the samples held out for the test by default; None for data without such a part.
    """

    name: str
    x: Array
    y: Array | None
    features: tuple[str, ...]
    target: str = "y"
    n_classes: int = 0
    classes: tuple[str, ...] = ()
    fresh: "Samples | None" = None
    test_rows: Array | None = None
    kinds: tuple[Kind, ...] = ()
    target_names: tuple[str, ...] = ()
    weights: Array | None = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def targets(self) -> Array:
        """The targets y. Raises DataError where there are none."""
        if self.y is None:
            raise DataError(f"{self.name} holds no targets to learn; expected features and a target.")
        return self.y

    @property
    def table(self) -> Any:
        """What a model takes: a table by the names of its columns, which holds their values; x where it is inputs."""
        return Frame(self.kinds, self.x) if self.kinds else self.x

    @property
    def cells(self) -> Array:
        """X (n, columns) as the cells of a file: numbers, names of levels, dates as text; "" for gaps."""
        if not self.kinds:
            return self.x.reshape(len(self), -1)
        cells = np.empty(self.x.shape, object)
        for k, kind in enumerate(self.kinds):
            values = kind.values(self.x[:, k])
            cells[:, k] = np.datetime_as_string(values, "auto") if values.dtype.kind == "M" else values
        cells[np.isnan(self.x)] = ""
        return cells

    @property
    def class_numbers(self) -> Array:
        """The targets as class numbers, integers (n,)."""
        return self.targets.reshape(-1).astype(np.intp)

    def pick(self, rows: Any) -> "Samples":
        """The samples of these rows."""
        weights = None if self.weights is None else self.weights[rows]
        return replace(self, x=self.x[rows], y=self.targets[rows], weights=weights, fresh=None, test_rows=None)

    def shaped(self, shape: Shape) -> "Samples":
        """The samples, each reshaped to the shape of a network's input.

        Raises ShapeError for another number of features.

        >>> Samples("images", np.zeros((5, 1, 8, 8)), None, ()).shaped((64,)).x.shape
        (5, 64)
        """
        if count(self.x.shape[1:]) != count(shape):
            raise ShapeError(
                f"the network expects samples of shape {shape}, got {self.x.shape[1:]}. "
                "Change the network's input shape."
            )
        fresh = None if self.fresh is None else self.fresh.shaped(shape)
        return replace(self, x=self.x.reshape(len(self.x), *shape), fresh=fresh)


class Frame:
    """A raw matrix (n, columns) as a frame of the columns' values: `columns`, and `table[name]`.

    >>> from chainrule.training.data.columns.kinds import Number
    >>> Frame([Number("weight")], np.array([[4.0], [20.0]]))["weight"].tolist()
    [4.0, 20.0]
    """

    def __init__(self, kinds: Sequence[Kind], raw: Array) -> None:
        self.columns = [kind.name for kind in kinds]
        self._kinds, self._raw = kinds, raw

    def __getitem__(self, name: str) -> Array:
        k = self.columns.index(name)
        return self._kinds[k].values(self._raw[:, k])


def numbered(x: Array) -> tuple[str, ...]:
    """Names for the features of x (n, features), or for the pixels of images, that have none.

    >>> numbered(np.zeros((5, 2)))
    ('x1', 'x2')
    """
    return tuple(f"x{k}" for k in range(1, count(x.shape[1:]) + 1))
