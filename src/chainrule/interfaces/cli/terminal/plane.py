"""The map of a plane as numbers: what a network of two features answers everywhere, and the points it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule.core.arrays import Array
from chainrule.interfaces.cli.answers import Answers
from chainrule.interfaces.cli.terminal.axes import Axis

MARGIN = 0.06
"""How far the map reaches beyond the points, as in the report's figures."""

MOST_POINTS = 200
"""Of more points, so many evenly chosen ones are shown: they would cover the map."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A map of R rows, the uppermost first, and C columns.

    chosen (R, C): the class that the network answers.  certainty (R, C): 0 where it wavers, on the boundary of two
    classes, and 1 where it is sure.  points (n, 2), kinds (n,): the points and their classes, those that the network
    has wrong last; the network's own classes where the true ones aren't known.  n_points: how many there are in all.
    """

    axes: tuple[Axis, Axis]
    classes: tuple[str, ...]
    chosen: Array
    certainty: Array
    points: Array
    kinds: Array
    n_points: int

    @cached_property
    def boundary(self) -> Array:
        """Where the answer changes to the right or below: (R, C), True and False."""
        edge = np.zeros(self.chosen.shape, bool)
        edge[:, :-1] |= self.chosen[:, :-1] != self.chosen[:, 1:]
        edge[:-1] |= self.chosen[:-1] != self.chosen[1:]
        return edge

    def cells(self, rows: int, columns: int) -> list[tuple[int, int, int]]:
        """The row, column and class of each point on a grid of so many rows and columns."""
        right, up = (axis.share(self.points[:, i]) for i, axis in enumerate(self.axes))
        at_column = np.clip(right * columns, 0, columns - 1).astype(int)
        at_row = np.clip((1 - up) * rows, 0, rows - 1).astype(int)
        return list(zip(at_row.tolist(), at_column.tolist(), self.kinds.tolist(), strict=True))


def has_plane(answers: Answers) -> bool:
    """Whether the answers are classes of points that have two features."""
    return answers.model.network.input_shape == (2,) and answers.chosen is not None and answers.chosen.ndim == 1


def plane(answers: Answers, rows: int, columns: int) -> Plane:
    """The map around the points of the answers.

    A model, here one that knows no more than that class 1 lies where x1 is large, is asked at every place.

    >>> from chainrule.core.network import mlp
    >>> from chainrule.interfaces.cli.answers import answer
    >>> from chainrule.interfaces.cli.data import Data
    >>> from chainrule.training.model import Model
    >>> model = Model(mlp(2, 1), np.array([9.0, 0.0, -4.5]))
    >>> corners = Data("corners", np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0, 1]), ("x1", "x2"), n_classes=2)
    >>> plane(answer(model, corners), 2, 4).chosen.tolist()
    [[0, 0, 1, 1], [0, 0, 1, 1]]
    """
    model, x = answers.model, answers.data.x
    across, up = (Axis.around(name, x[:, i], margin=MARGIN) for i, name in enumerate(answers.data.features))
    x1 = across.low + (np.arange(columns) + 0.5) / columns * (across.high - across.low)
    x2 = up.high - (np.arange(rows) + 0.5) / rows * (up.high - up.low)
    everywhere = np.stack([each.ravel() for each in np.meshgrid(x1, x2)], axis=1)
    outputs = np.clip(model.probabilities(everywhere), 0, 1)
    n_classes = max(2, outputs.shape[1])
    largest = np.maximum(outputs, 1 - outputs)[:, 0] if outputs.shape[1] == 1 else outputs.max(axis=1)
    certainty = np.clip((largest * n_classes - 1) / (n_classes - 1), 0, 1)
    classes = model.classes or tuple(str(k) for k in range(n_classes))

    asked = _numbers(classes, answers.chosen)
    kinds = asked if answers.true is None else _numbers(classes, answers.true)
    shown = np.unique(np.linspace(0, len(x) - 1, MOST_POINTS).round().astype(int))
    shown = shown[np.argsort((kinds != asked)[shown], kind="stable")]
    return Plane(
        axes=(across, up),
        classes=classes,
        chosen=_numbers(classes, model.classify(everywhere)).reshape(rows, columns),
        certainty=certainty.reshape(rows, columns),
        points=x[shown],
        kinds=kinds[shown],
        n_points=len(x),
    )


def _numbers(classes: Sequence[str], given: Array | None) -> Array:
    """Classes as numbers, from their names or from numbers."""
    places = {name: k for k, name in enumerate(classes)}
    return np.array([places.get(str(each), 0) for each in ([] if given is None else given)], int)
