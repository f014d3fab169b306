"""The compiled engine in many threads at once, each with threads of its own, and in a process forked after its use."""

import multiprocessing
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.engine.extension import _engine
from pseudo_terminal import posix

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't compiled here")


def work(seed: int) -> list[np.ndarray]:
    """Train by mini-batches and whole, with and without Python calls in the row, and predict; seeds differ by size."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(40 + seed, 3)), rng.integers(3, size=40 + seed)
    layers = (
        (cr.Dense(8), cr.ReLU(), cr.Dropout(0.2), cr.Dense(3)) if seed % 2 else (cr.Dense(8), cr.Tanh(), cr.Dense(3))
    )
    network = cr.Network((3,), layers)
    settings = {"loss": cr.SoftmaxCrossEntropy(), "seed": seed, "engine": "compiled", "epochs": 30}
    whole = cr.train(network, x, y, optimizer=cr.SGD(0.1), **settings)
    small = cr.train(network, x, y, optimizer=cr.Adam(0.01), batch_size=7, **settings)
    many = cr.train(network, x, y, optimizer=cr.SGD(0.1), population=20, **settings | {"epochs": 60})
    with cr.engine("compiled"):
        return [whole.model.theta, small.model.theta, many.model.theta, small.model.predict(x), small.history["loss"]]


def test_sixteen_threads_train_and_predict_at_once():
    alone = [work(seed) for seed in range(16)]
    with ThreadPoolExecutor(16) as pool:
        at_once = list(pool.map(work, [*range(16)] * 3))
    for place, found in enumerate(at_once):
        for expected, array in zip(alone[place % 16], found, strict=True):
            np.testing.assert_array_equal(array, expected)


def child(seed: int) -> bool:
    """Whether a forked process computes what its parent did."""
    return all(np.array_equal(*each) for each in zip(work(seed), BEFORE, strict=True))


BEFORE: list[np.ndarray] = []


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS' libraries may not be forked")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # the pool's own threads have ended
@pytest.mark.filterwarnings("ignore:.*fork.*:RuntimeWarning")  # JAX, in the same test process, advises against it
def test_a_forked_process_goes_on_with_the_engine():
    BEFORE[:] = work(3)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(child, [3, 3]) == [True, True]
