"""The words that NumPy seeds a generator with, for many seeds at once.

`np.random.SeedSequence` hashes each seed by itself, which takes ten times as long as to draw a small network's weights.
Here NumPy's arithmetic does the same for all seeds together. The algorithm is fixed, since NumPy promises its numbers:
https://numpy.org/doc/stable/reference/random/bit_generators/generated/numpy.random.SeedSequence.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISpawnableSeedSequence

from chainrule.core.arrays import Array

POOL = 4
"""Words of 32 bits that a seed is mixed to."""

MASK = 0xFFFF_FFFF


class Words(ISpawnableSeedSequence):
    """A seed sequence whose words are known: the four that PCG64 asks for."""

    def __init__(self, words: Array, seed: int, key: tuple[int, ...]) -> None:
        self._words, self._seed, self._key = words, seed, key

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Array:
        if (n_words, dtype) == (POOL, np.uint64):
            return self._words
        return self._all().generate_state(n_words, dtype)

    def spawn(self, n_children: int) -> list[Any]:
        """As NumPy's: for an initializer that wants generators of its own."""
        return self._all().spawn(n_children)

    def _all(self) -> np.random.SeedSequence:
        return np.random.SeedSequence(self._seed, spawn_key=self._key)


def seed_words(seeds: Sequence[int], key: Sequence[int]) -> Array:
    """What `SeedSequence(seed, spawn_key=key).generate_state(4, np.uint64)` gives for each seed, (seeds, 4).

    Seeds are below 2**128, the numbers of the key below 2**32.

    >>> exact = np.random.SeedSequence(7, spawn_key=(0, 1)).generate_state(4, np.uint64)
    >>> bool((seed_words([7], (0, 1))[0] == exact).all())
    True
    """
    of_seeds = np.frombuffer(b"".join([each.to_bytes(4 * POOL, "little") for each in seeds]), "<u4")
    hashed = Hash(0x43B0D7E5, 0x931E8875)
    pool = [hashed(word) for word in of_seeds.astype(np.uint32).reshape(-1, POOL).T]
    for source in range(POOL):
        for i in range(POOL):
            if i != source:
                pool[i] = mixed(pool[i], hashed(pool[source]))
    for each in key:
        for i in range(POOL):
            pool[i] = mixed(pool[i], hashed(np.array([each], np.uint32)))
    hashed = Hash(0x8B51F9DD, 0x58F38DED)
    words = np.stack([hashed(pool[i % POOL]) for i in range(2 * POOL)], axis=-1).astype("<u4")
    return words.view("<u8").astype(np.uint64)


class Hash:
    """Hashes words (seeds,) of 32 bits, each time with the next constant."""

    def __init__(self, constant: int, factor: int) -> None:
        self._constant, self._factor = constant, factor

    def __call__(self, words: Array) -> Array:
        words = words ^ np.uint32(self._constant)
        self._constant = self._constant * self._factor & MASK
        words *= np.uint32(self._constant)
        words ^= words >> np.uint32(16)
        return words


def mixed(x: Array, y: Array) -> Array:
    """Two words as one."""
    words: Array = np.uint32(0xCA01F9DD) * x
    words -= np.uint32(0x4973F715) * y
    words ^= words >> np.uint32(16)
    return words
