"""What an epoch costs, as counts that nothing else on the machine can disturb: NumPy calls, and memory taken.

The tables say what an epoch of the benchmarks' tasks takes now, of their networks in their batches.
Whoever makes it take more has to say here why; whoever makes it take less lowers the number.
One `add` of each step counts the steps.
"""

import importlib
import pkgutil
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from benchmarks.tasks import DIGITS, LENET, REFERENCE

import chainrule as cr
import chainrule.core
import chainrule.training
from costs import CountingNumPy, steady_state_bytes

CLASSES = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.Adam(0.001), "dtype": "float32"}


@dataclass(frozen=True)
class Cost:
    """A task of n samples, the NumPy calls of one of its epochs, and the KB that it may take from the allocator."""

    network: cr.Network
    n: int
    settings: dict[str, Any]
    calls: dict[str, int]
    kilobytes: int

    def data(self) -> tuple[Any, Any]:
        rng = np.random.default_rng(0)
        x = rng.random((self.n, *self.network.input_shape))
        labelled = self.settings["loss"].labelled
        return x.astype(self.settings["dtype"]), rng.integers(0, 10, self.n) if labelled else rng.random((self.n, 1))


SQUARES = {"loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.5), "dtype": "float64"}
COSTS = {
    "T1": Cost(
        REFERENCE,
        100,
        SQUARES,
        {
            "add": 4,
            "divide": 3,
            "dot": 9,
            "exp": 3,
            "multiply": 9,
            "negative": 3,
            "subtract": 5,
        },
        4,
    ),
    "T2, K = 32": Cost(
        REFERENCE,
        100,
        SQUARES | {"population": 32},
        {
            "add": 4,
            "divide": 3,
            "exp": 3,
            "isfinite": 1,
            "matmul": 7,
            "multiply": 10,  # the half of a loss once, of its sum, instead of in it: NumPy sums in less time
            "negative": 3,
            "subtract": 5,
            "vecdot": 2,
        },
        4,
    ),
    "T3, one step": Cost(
        DIGITS,
        32,
        CLASSES | {"batch_size": 32},
        {
            "add": 6,  # the place in the order is counted: a row can be a program
            "copyto": 3,
            "divide": 2,
            "dot": 8,
            "equal": 1,  # class numbers become zeros and a one: a comparison, and its copy
            "exp": 1,
            "greater": 1,
            "log": 1,
            "maximum": 1,
            "maximum.reduce": 1,
            "multiply": 10,
            "sqrt": 1,
            "subtract": 4,
            "take": 3,  # of the order, the samples, the class numbers
        },
        4,
    ),
    "T4, batch 32, one step": Cost(
        LENET,
        32,
        CLASSES | {"batch_size": 32},
        {
            "add": 56,  # the place in the order is counted
            "add.reduce": 2,
            "copyto": 62,  # each part of the samples, to where it is read
            "divide": 3,
            "dot": 26,
            "equal": 18,
            "exp": 2,
            "greater": 8,
            "log": 2,
            "matmul": 8,
            "maximum": 8,
            "maximum.reduce": 6,
            "multiply": 35,
            "sqrt": 1,
            "subtract": 23,
            "take": 3,
        },
        24,  # two threads, started anew between two records
    ),
    "T4, batch 128, one step": Cost(
        LENET,
        128,
        CLASSES | {"batch_size": 128},
        {
            "add": 112,
            "add.reduce": 4,
            "copyto": 124,
            "divide": 5,
            "dot": 52,
            "equal": 36,
            "exp": 4,
            "greater": 16,
            "log": 4,
            "matmul": 16,
            "maximum": 16,
            "maximum.reduce": 12,
            "multiply": 63,
            "sqrt": 1,
            "subtract": 45,
            "take": 3,
        },
        24,  # two threads, started anew between two records
    ),
}
each_cost = pytest.mark.parametrize("name", COSTS)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the NumPy functions that `core` and `training` call, in whatever is bound from now on."""
    found: list[str] = []
    for package in (chainrule.core, chainrule.training):  # the modules that are imported when first used, too
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(each.name)
    for name, module in list(sys.modules.items()):
        if name.startswith(("chainrule.core", "chainrule.training")):
            for each in {"np", "dot", "take", "total"} & set(vars(module)):
                monkeypatch.setattr(module, each, CountingNumPy(getattr(module, each), found))
    return found


def calls_an_epoch(cost: Cost, calls: list[str]) -> dict[str, int]:
    """What ten epochs more call more, in runs with as many records."""
    x, y = cost.data()
    counted = []
    for epochs in (10, 20):
        calls.clear()
        cr.train(cost.network, x, y, epochs=epochs, record_every=epochs, engine="numpy", **cost.settings)
        counted.append(Counter(calls))
    return {name: number // 10 for name, number in sorted((counted[1] - counted[0]).items())}


@each_cost
def test_numpy_calls_an_epoch(name: str, calls: list[str]):
    cost = COSTS[name]
    found = calls_an_epoch(cost, calls)
    before, now = sum(cost.calls.values()), sum(found.values())
    advice = "say in the table why" if now > before else "lower the numbers in the table"
    assert found == cost.calls, f"{name}: an epoch makes {now} NumPy calls, not {before}; {advice}"


@each_cost
def test_memory_taken_in_an_epoch(name: str):
    cost = COSTS[name]
    x, y = cost.data()
    taken = steady_state_bytes(cost.network, x, y, thousand=10, **cost.settings)
    assert taken < 1024 * cost.kilobytes, f"{name}: epochs take {taken} bytes from the allocator"
