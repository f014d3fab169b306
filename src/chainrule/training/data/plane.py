"""Inputs made of a point (x1, x2) in the plane: its coordinates, their squares, product and sines."""

from collections.abc import Callable, Sequence

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import SettingError, choose

INPUTS: dict[str, Callable[[Array, Array], Array]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1²": lambda x1, x2: x1 * x1,
    "x2²": lambda x1, x2: x2 * x2,
    "x1 x2": lambda x1, x2: x1 * x2,
    "sin x1": lambda x1, x2: np.sin(x1),
    "sin x2": lambda x1, x2: np.sin(x2),
}
"""The inputs by name."""


def plane_inputs(points: Array, names: Sequence[str]) -> Array:
    """The inputs of these names (n, names) for points (n, 2). Raises SettingError for an unknown name, or none at all.

    >>> plane_inputs(np.array([[2.0, 3.0]]), ["x1", "x1 x2"]).tolist()
    [[2.0, 6.0]]
    """
    if not names:
        raise SettingError("a network needs an input at least; got none. Switch one on, such as x1.")
    x1, x2 = points.T
    return np.stack([choose("input", name, INPUTS)(x1, x2) for name in names], axis=1)
