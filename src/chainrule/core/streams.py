"""Random streams: one per purpose from a single seed, so that a new use of randomness leaves the others unchanged.

The scheme is part of the file format: changing it changes every result. Add purposes at the end.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence

import numpy as np

from chainrule.core.errors import SettingError
from chainrule.core.foreign import said

PURPOSES = ("start", "shuffle", "dropout", "data", "split", "check", "augment", "diagnosis")

Seed = int | Sequence[int]
"""One seed, or K of them, one per member."""


def stream(seed: int, purpose: str, *index: int) -> np.random.Generator:
    """The generator of a seed for one purpose; `index` tells several uses apart, such as a layer's number (default 0).

    >>> stream(0, "data").random() == stream(0, "data").random()
    True
    >>> stream(0, "data").random() == stream(0, "split").random()
    False
    """
    entropy = np.random.SeedSequence(seed, spawn_key=(PURPOSES.index(purpose), *(index or (0,))))
    return np.random.Generator(np.random.PCG64(entropy))


def check_seed(seed: Seed) -> int | tuple[int, ...]:
    """A seed as an int, or K seeds as a tuple; anything else is a SettingError."""
    plain = seed.tolist() if isinstance(seed, np.ndarray) else seed
    seeds = tuple(plain) if isinstance(plain, Sequence) else (plain,)
    for each in seeds:
        if not isinstance(each, numbers.Integral) or isinstance(each, bool) or each < 0:
            raise SettingError(f"seed must be a whole number of 0 or more, or one for each member; got {said(plain)}.")
    if not seeds:
        raise SettingError("seed must be a whole number, or one for each member; got an empty sequence.")
    return tuple(int(each) for each in seeds) if isinstance(plain, Sequence) else int(seeds[0])


def member_seeds(seed: Seed, population: int | None) -> tuple[int, ...]:
    """The seed of each member: s, s + 1, s + 2, ... from one seed; K seeds as they are.

    >>> member_seeds(7, 3)
    (7, 8, 9)
    >>> member_seeds(7, None)
    (7,)
    """
    checked = check_seed(seed)
    return checked if isinstance(checked, tuple) else tuple(checked + k for k in range(population or 1))
