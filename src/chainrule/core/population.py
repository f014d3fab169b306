"""The number of members K, on which the population, the seeds, theta and the settings with K values must agree."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from chainrule.core.description import COUNT, Description, check_whole
from chainrule.core.errors import SettingError
from chainrule.core.foreign import said
from chainrule.core.streams import Seed, check_seed


def agree(population: int | None, seed: Seed | None, *described: Description | None, **others: int) -> int | None:
    """K, or None for a single network, from everything that can set it.

    described: may have settings with K values.  others: further counts by name, such as theta's.

    >>> from chainrule.core.optimizers import SGD
    >>> agree(None, 0, SGD([0.1, 0.5, 1.0]))
    3
    """
    counts = list(others.items())
    if population is not None:
        counts.append(("population", check_whole("population", COUNT, population)))
    checked = check_seed(seed) if seed is not None else 0
    if isinstance(checked, tuple):
        counts.append(("seed", len(checked)))
    for description in described:
        counts += description.members() if description is not None else []
    if len({size for _, size in counts}) > 1:
        said = ", ".join(f"{name} {size}" for name, size in counts)
        raise SettingError(f"the numbers of members should agree, got {said}. Settings are zipped, not crossed.")
    return counts[0][1] if counts else None


def check_dtype(dtype: DTypeLike) -> np.dtype[np.floating[Any]]:
    """The dtype of a run, float64 or float32; anything else is a SettingError."""
    for known in (np.dtype(np.float64), np.dtype(np.float32)):
        try:
            if dtype is not None and np.dtype(dtype) == known:
                return known
        except (TypeError, ValueError, Warning):  # of an alias that NumPy deprecates
            break
    raise SettingError(f"dtype must be float64 or float32; got {said(dtype)}.")
