"""A C program for each of two tasks, compiled for this machine: the limit of what one core can do."""

import ctypes
import subprocess
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.work import Parameters, Training
from chainrule.core.arrays import Array

FLAGS = ("-O3", "-march=native", "-ffast-math", "-shared", "-fPIC")
WIDE = "-mprefer-vector-width=512"
"""The widest vectors that the processor has, if the compiler knows the option: by itself it may use half of
them. On one with AVX-512, 256 bits take 1.2 times as long for T1, 1.1 times for T3."""


def compiled(source: str, dtype: str, *libraries: str) -> Any:
    """The function `train` of a C file in this folder, linked with libraries."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "train.so"
        real = "double" if dtype == "float64" else "float"
        file = Path(__file__).with_name(source)
        command = ["cc", *FLAGS, f"-DREAL={real}", "-o", library, file, "-lm", *libraries]
        if subprocess.run([*command, WIDE], capture_output=True).returncode:
            subprocess.run(command, check=True)
        function = ctypes.CDLL(str(library)).train
    function.restype = None
    return function


def flat(parameters: Parameters) -> Array:
    """The parameters (K, P) of each member: weights, then bias, layer by layer."""
    lead = parameters[0][1].ndim - 1
    columns = [each.reshape(-1 if lead else 1, each[0].size if lead else each.size) for p in parameters for each in p]
    return np.ascontiguousarray(np.concatenate(columns, axis=1))


def unflat(theta: Array, like: Parameters) -> Parameters:
    found, begin = [], 0
    for each in (each for pair in like for each in pair):
        size = each.size // len(theta)
        found.append(theta[:, begin : begin + size].reshape(each.shape))
        begin += size
    return list(zip(found[::2], found[1::2], strict=True))


def pointer(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def train(work: Training) -> Callable[[int], Parameters]:
    x, y = work.arrays()
    if work.data.name == "digits":
        return train_digits(work, x, y.astype(np.int32))
    function = compiled("perceptron.c", work.dtype)
    x, y = np.ascontiguousarray(x.T), y.reshape(-1).copy()
    rates = np.array(work.rates, work.dtype)
    scratch = np.empty(18 * len(y), x.dtype)

    def run(epochs: int) -> Parameters:
        start = work.start()
        theta = flat(start)
        arrays = (pointer(each) for each in (theta, rates, x, y, scratch))
        function(*arrays, ctypes.c_long(len(theta)), ctypes.c_long(len(y)), ctypes.c_long(epochs))
        return unflat(theta, start)

    return run


def train_digits(work: Training, x: Array, y: Array) -> Callable[[int], Parameters]:
    function = compiled("digits.c", work.dtype)
    (rate,) = work.rates

    def run(epochs: int) -> Parameters:
        start = work.start()
        theta, orders = flat(start), np.array(list(islice(work.orders(), epochs)), np.int32)
        state = np.zeros((3, theta.size), theta.dtype)
        arrays = (pointer(each) for each in (theta, state, x, y, orders))
        function(*arrays, ctypes.c_long(len(x)), ctypes.c_long(epochs), ctypes.c_double(rate))
        return unflat(theta, start)

    return run
