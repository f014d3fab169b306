"""Lines through numbers: their corners, the level lines of a field, and the outlines of its regions."""

import itertools
from typing import Any

import numpy as np

from chainrule.core.arrays import Array

NEAR = 0.001
"""Corners of a line are left out where the line stays this near: a share of the panel's side, below half a pixel."""


def corners(x: Array, y: Array, near: float = NEAR) -> Array:
    """Which points of a line to keep, so that no point is further from it than `near` (Douglas and Peucker, 1973).

    >>> corners(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 0.0, 0.0, 1.0]))
    array([0, 2, 3])
    """
    kept, spans = {0, len(x) - 1}, [(0, len(x) - 1)]
    while spans:
        first, last = spans.pop()
        dx, dy = x[first : last + 1] - x[first], y[first : last + 1] - y[first]
        length = np.hypot(dx[-1], dy[-1])
        off = np.abs(dx * dy[-1] - dy * dx[-1]) / length if length else np.hypot(dx, dy)
        middle = first + int(np.argmax(off))
        if off[middle - first] > near:
            kept.add(middle)
            spans += [(first, middle), (middle, last)]
    return np.array(sorted(kept))


def level_lines(side: Array, field: Array, level: float) -> list[Array]:
    """The corners (n, 2) of each line on which a field over a square is at a level.

    side (G,): the coordinates of the square's grid.  field (G, G): its values, x2 along the rows.

    >>> side = np.array([0.0, 1.0])
    >>> [line.tolist() for line in level_lines(side, np.array([[0.0, 1.0], [0.0, 1.0]]), 0.5)]
    [[[0.5, 1.0], [0.5, 0.0]]]
    """
    return [line[corners(*line.T)] for line in _contours(side, field).lines(level)]


def region_outlines(side: Array, field: Array, level: float) -> list[Array]:
    """The corners (n, 2) of the closed lines around the regions where a field is above a level; and around holes."""
    regions = zip(*_contours(side, field).filled(level, np.inf), strict=True)
    lines = [points[a:b] for points, ends in regions for a, b in itertools.pairwise(ends)]
    return [line[corners(*line.T)] for line in lines]


def _contours(side: Array, field: Array) -> Any:
    """ContourPy's lines of a field, a list of (points, 2), and its regions: outlines, and where each one ends."""
    from contourpy import contour_generator  # comes with Matplotlib

    return contour_generator(side, side, field, fill_type="OuterOffset")
