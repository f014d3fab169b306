"""Tables as they are found in files, made for tests."""

from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.tables.found import Found, FoundColumn, Reading


def column(name: str, values: Any, position: int = 0, **settings: Any) -> FoundColumn:
    """A column of numbers (None: a gap), of texts, or of dates."""
    return FoundColumn(name, _values(values), position, **settings)


def found(*columns: FoundColumn, name: str = "pets.csv") -> Found:
    """A table with a header in line 1, of columns in this order."""
    placed = tuple(FoundColumn(**vars(each) | {"position": k}) for k, each in enumerate(columns))
    return Found(name, placed, Reading("CSV"), lambda row: f"line {row + 2}")


def _values(values: Any) -> Array:
    if isinstance(values, np.ndarray):
        return values
    if any(isinstance(each, str) for each in values):
        return np.array(values, object)
    return np.array([np.nan if each is None else each for each in values], np.float64)
