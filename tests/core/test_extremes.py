"""What no machine can hold or compute ends in a sentence before any work; what a large task needs, it gets."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

import chainrule as cr
from chainrule.core import memory

X, Y = cr.datasets.xor()
FIT = {"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1), "epochs": 3}
SMALL = cr.mlp(2, 2, 1)

MAPS = cr.Network((1, 500, 500), [cr.Conv2D(10**5, 1), cr.GlobalAveragePool()])

BEYOND = {
    "10^21 units": (lambda: cr.mlp(2, 10**21, 1), r"units must be .*below 2\*\*63"),
    "10^15 units": (lambda: cr.mlp(2, 10**15, 1).initialize(), r"theta needs 3.2e\+04 TB of memory, this machine has"),
    "10^6 by 10^6 units": (lambda: cr.mlp(10**6, 10**6).initialize(), r"theta needs 8 TB .*smaller layers"),
    "a billion members": (lambda: cr.train(SMALL, X, Y, **FIT, population=10**10), "theta needs 720 GB.*fewer members"),
    "10^12 points": (lambda: cr.datasets.spiral(10**12), r"a data set of 1,000,000,000,000 points needs 24 TB"),
    "10^30 epochs": (lambda: cr.train(SMALL, X, Y, **FIT | {"epochs": 10**30}), "epochs must be .*below"),
    "a confusion of 300,000 classes": (
        lambda: cr.confusion_matrix(np.arange(300_000), np.arange(300_000)),
        "a confusion matrix of 300,000 classes needs 720 GB",
    ),
    "a large batch": (
        lambda: MAPS.loss_and_gradient(
            np.zeros(2 * 10**5), np.ones((5, 1, 500, 500)), np.zeros((5, 10**5)), cr.SquaredError()
        ),
        r"a batch of (5 needs 1 TB of memory.*Take smaller batches|1 needs 200 GB of memory.*Take smaller layers)",
    ),
    "a factor of 1e300": (
        lambda: cr.train(SMALL, X, Y, **FIT | {"optimizer": cr.SGD(cr.StepDecay(0.1, 1, 1e300))}),
        "SGD's learning_rate must stay finite for 3 steps",
    ),
    "a factor of 1e300 to explain": (
        lambda: cr.explain(
            SMALL, SMALL.initialize(), X, Y, cr.SquaredError(), cr.Adam(cr.Exponential(0.1, 1, 1e300)), steps=5
        ),
        "learning_rate must stay finite for 6 steps",
    ),
    "parameters of 1e308 to explain": (
        lambda: cr.explain(SMALL, np.full(9, 1e308), X, Y, cr.SquaredError(), cr.SGD(0.1)),
        r"explain\(\) shows numbers up to 1e\+150, got (1e\+308|inf) in theta",
    ),
    "samples of 1e300": (lambda: cr.Standardizer.fit([[1e300], [-1e300]]), "too large"),
    "float16 beyond a standardizer": (
        lambda: cr.Standardizer((0.0,), (1e-305,)).apply(np.array([[60000.0]], np.float16)),
        "whose results float64 can hold, got 60000",
    ),
}


@pytest.mark.parametrize("what", BEYOND)
def test_what_is_out_of_reach_gets_one_sentence(what: str) -> None:
    call, sentence = BEYOND[what]
    tracemalloc.start()
    try:
        with pytest.raises(cr.ChainruleError, match=sentence):
            call()
        assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    finally:
        tracemalloc.stop()


def test_float16_is_standardised_in_the_range_of_float64():
    x = np.array([[60000.0], [-60000.0]], np.float16)
    assert cr.Standardizer.fit(x).apply(x).tolist() == [[1.0], [-1.0]]


def test_memory_that_others_hold_gets_the_sentence_too():
    sentence = r"theta needs 8 MB of memory or more, which isn't free here\. Wait\."
    with pytest.raises(cr.SettingError, match=sentence), memory.memory_for("theta", 10**6, "float64", "Wait."):
        raise MemoryError


@pytest.mark.parametrize("told", [AttributeError(), ValueError(), OSError()])
def test_without_a_told_limit_only_addresses_bound(told: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def sysconf(_: str) -> int:
        raise told

    monkeypatch.setattr("os.sysconf", sysconf)
    memory.machine.cache_clear()
    try:
        memory.check_memory("theta", 10**12, "float64", "")
        with pytest.raises(cr.SettingError, match="theta needs"):
            memory.check_memory("theta", 10**19, "float64", "")
    finally:
        memory.machine.cache_clear()


CLASSES = 20_000
MANY: dict[str, Callable[[], object]] = {
    "softmax": lambda: cr.mlp(1, CLASSES, output="identity").loss_and_gradient(
        np.zeros(2 * CLASSES), [[0.0], [1.0]], [0, CLASSES - 1], cr.SoftmaxCrossEntropy()
    ),
    "confusion_matrix": lambda: cr.confusion_matrix([0, CLASSES], [CLASSES, CLASSES]),
    "accuracy": lambda: cr.accuracy([0, CLASSES], [CLASSES, CLASSES]),
    "split": lambda: cr.split(np.zeros((CLASSES, 1)), np.arange(CLASSES), stratify=True),
}


@pytest.mark.parametrize("what", MANY)
def test_class_numbers_take_no_memory_of_classes_squared(what: str) -> None:
    tracemalloc.start()
    try:
        MANY[what]()
        assert tracemalloc.get_traced_memory()[1] < 50 * 2**20  # CLASSES² numbers are 3 GB
    finally:
        tracemalloc.stop()
