"""What samples are seen on: a plane, whose points (x1, x2) become the inputs of a network; or a table of images."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import SettingError
from chainrule.interfaces.play.scene import OwnTable
from chainrule.training.data.plane import plane_inputs


class Plane(Protocol):
    """What is drawn from left to right, and from bottom to top."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the network's inputs."""

    def inputs(self, points: Array) -> Array:
        """The network's inputs (n, I) for points (n, 2)."""


@dataclass(frozen=True)
class Coordinates:
    """The plane of points that have two coordinates; inputs are made of them.

    >>> Coordinates(("x2", "x1")).inputs(np.array([[2.0, 3.0]])).tolist()
    [[3.0, 2.0]]
    """

    names: tuple[str, ...]

    def inputs(self, points: Array) -> Array:
        """The network's inputs (n, I) for points (n, 2)."""
        return plane_inputs(points, self.names)


@dataclass(frozen=True, eq=False)
class Cut:
    """A plane through a table's inputs: two of them are its axes, and the others stay at their means (I,).

    >>> cut = Cut(("a", "b", "c"), np.array([5.0, 6.0, 7.0]), (2, 0))
    >>> cut.inputs(np.array([[1.0, 2.0]])).tolist(), cut.points(np.array([[3.0, 4.0, 8.0]])).tolist()
    ([[2.0, 6.0, 1.0]], [[8.0, 3.0]])
    """

    names: tuple[str, ...]
    means: Array = field(repr=False)
    axes: tuple[int, int]

    @staticmethod
    def of(table: OwnTable, x: Array, axes: tuple[int, int]) -> "Cut":
        """The cut of a table along two of its inputs; of its only one, where it has no more."""
        most = len(table.inputs) - 1
        if max(axes) > most > 0:
            raise SettingError(f"expected axes from the inputs 0 to {most}, got {max(axes)}; choose two of these.")
        return Cut(table.inputs, x.mean(axis=0), axes if most else (0, 0))

    def inputs(self, points: Array) -> Array:
        """The network's inputs (n, I) for points (n, 2)."""
        x = np.tile(self.means, (len(points), 1))
        x[:, self.axes] = points
        return x

    def points(self, x: Array) -> Array:
        """Where samples x (n, I) lie in the plane: (n, 2)."""
        return x[:, self.axes]


@dataclass(frozen=True)
class Images:
    """Images in a table, row by row: there is nothing between two of them, so that each is seen by itself.

    >>> Images(columns=3).points(4, 2).tolist()
    [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, 2.0], [1.0, 2.0]]
    """

    names: tuple[str, ...] = ()
    columns: int = 40

    def points(self, n_learnt: int, n_test: int) -> Array:
        """Where images lie: their columns and rows (n, 2); those held out begin a row of their own."""
        first = -(-n_learnt // self.columns) * self.columns
        places = np.concatenate([np.arange(n_learnt), first + np.arange(n_test)])
        return np.stack(np.divmod(places, self.columns)[::-1], axis=1).astype(np.float64)


Ground = Plane | Images
"""What samples are seen on."""
