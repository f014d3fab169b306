"""libfann, the C library for perceptrons that Debian packages, by a small C program. It has neither ReLU nor Adam.

It takes slopes of at least 0.01 · 0.99 where a unit saturates, and its learning rate is a float.
"""

import ctypes
from collections.abc import Callable

import numpy as np

from benchmarks.contenders.c import compiled, pointer
from benchmarks.work import Parameters, Training


def train(work: Training) -> Callable[[int], Parameters]:
    x, y = (np.ascontiguousarray(each) for each in work.arrays())
    function = compiled("fann.c", work.dtype, "-ldoublefann")
    (rate,) = work.rates

    def run(epochs: int) -> Parameters:
        start = work.start()
        weights = np.concatenate([np.column_stack(pair).ravel() for pair in start])
        arrays = (pointer(each) for each in (weights, x, y))
        function(*arrays, ctypes.c_long(len(x)), ctypes.c_long(epochs), ctypes.c_double(rate))
        ends = np.cumsum([W.size + b.size for W, b in start])
        rows = [part.reshape(len(b), -1) for part, (_, b) in zip(np.split(weights, ends[:-1]), start, strict=True)]
        return [(each[:, :-1], each[:, -1]) for each in rows]

    return run
