"""A large batch run in micro-batches gives the numbers of the batch run whole, on any number of threads."""

import sys
import threading
import time
import tracemalloc
from contextlib import closing

import numpy as np
import pytest

import chainrule as cr
from cases import CASES
from chainrule.core.cores import OF_THREADS
from chainrule.core.engine.choice import Engine
from chainrule.core.engine.extension import _engine
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import generators
from chainrule.training.data.samples import TrainingData
from chainrule.training.execution import choice
from chainrule.training.execution import threads as threads_module
from chainrule.training.execution.choice import bind_batch, micro_batches
from chainrule.training.execution.micro_batches import MicroBatches
from chainrule.training.execution.threads import THREADS, OneBlasThread, Threads, one_blas_thread
from optional import needed

LENET = CASES["LeNet, small"]
WITH_DROPOUT = cr.Network(
    (1, 10, 10),
    [cr.Conv2D(2, 3), cr.ReLU(), cr.Dropout(0.3), cr.MaxPool(2), cr.Flatten(), cr.Dropout(0.2), cr.Dense(3)],
)
DIGITS = cr.mlp(64, 32, 10)
REFERENCE = cr.mlp(2, 4, 4, 1)
IMAGES = cr.Network((1, 28, 28), [cr.Conv2D(6, 5), cr.ReLU(), cr.MaxPool(2), cr.Flatten(), cr.Dense(10)])


@pytest.fixture
def small_micro_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every batch of two samples or more runs in micro-batches of a few."""
    monkeypatch.setattr(choice, "WORTH_THREADS", 2)
    monkeypatch.setattr(choice, "MOST_NUMBERS", 3 * LENET.network.n_numbers)


def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OneBlasThread, "is_possible", False)


def trained(network: cr.Network = WITH_DROPOUT, n: int = 23, **settings) -> cr.Run:
    x, y = LENET.data(n)
    settings = {"optimizer": cr.Adam(0.01), "epochs": 4, "batch_size": 10, "seed": 3} | settings
    return cr.train(network, x, y, loss=LENET.loss, record_every=1, **settings)


# ---- the rule


@pytest.mark.parametrize(
    ("network", "n"), [*((IMAGES, n) for n in (32, 33, 128, 500, 512, 1000)), (REFERENCE, 99_999), (DIGITS, 5000)]
)
def test_micro_batches_cover_the_batch_and_are_dealt_out_evenly(network, n):
    chunks = micro_batches(network, n)
    assert len(chunks) > 1
    assert np.concatenate([np.arange(n)[which] for which in chunks]).tolist() == list(range(n))
    sizes = [which.stop - which.start for which in chunks]
    assert sizes[:-1] == sizes[:1] * (len(sizes) - 1)
    one, other = (sum(sizes[thread::THREADS]) for thread in range(THREADS))
    assert abs(one - other) <= sizes[0]
    in_lines = sizes[0] % choice.WHOLE_LINES == 0
    assert sizes[0] * network.n_numbers <= (1.5 if in_lines else 1) * (choice.MOST_NUMBERS + network.n_numbers)
    if in_lines:
        assert max(one, other) <= max(choice.MOST_UNEVEN * n / THREADS, -(-n // THREADS))


@pytest.mark.parametrize(("n", "size"), [(32, 16), (128, 32), (512, 64)])
def test_micro_batches_are_of_whole_cache_lines_where_threads_then_have_about_as_many(n: int, size: int):
    layers = [cr.Conv2D(6, 5), cr.ReLU(), cr.MaxPool(2), cr.Conv2D(16, 5), cr.ReLU(), cr.MaxPool(2), cr.Flatten()]
    dense = [cr.Dense(120), cr.ReLU(), cr.Dense(84), cr.ReLU(), cr.Dense(10)]
    chunks = micro_batches(cr.Network((1, 28, 28), [*layers, *dense]), n)
    assert [which.stop - which.start for which in chunks] == [size] * (n // size)


@pytest.mark.parametrize(
    ("network", "n", "members"),
    [
        (cr.mlp(784, 100, 10), 10_000, 1),
        (REFERENCE, 10_000, 1),
        (REFERENCE, 100_000, 2),
        (cr.Network((2,), [cr.Dense(4), cr.Dropout(0.5)]), 100_000, 1),
        (IMAGES, 1, 1),
        (cr.Network((1, 28, 28), [cr.Conv2D(6, 5), cr.BatchNorm(), cr.Flatten(), cr.Dense(10)]), 512, 1),
        (cr.Network((1, 28, 28), [cr.Conv2D(6, 5), cr.Residual([cr.BatchNorm()]), cr.Flatten(), cr.Dense(10)]), 512, 1),
    ],
    ids=[
        "large products", "few numbers", "a population", "random", "little", "mixes samples", "mixes samples inside",
    ],
)  # fmt: skip
def test_what_runs_whole(network, n, members):
    assert micro_batches(network, n, members) == [slice(0, n)]


# ---- the same numbers


@pytest.mark.usefixtures("small_micro_batches")
@pytest.mark.parametrize("lead", [(), (3,)], ids=["single", "population"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("penalty", [None, cr.L2(0.1)])
@pytest.mark.parametrize(
    "engine", [Engine("asked for"), *([Engine()] if _engine else [])], ids=["numpy", "compiled"][: 1 + bool(_engine)]
)
def test_value_and_gradient_are_the_whole_batchs(lead, weighted, penalty, engine):
    network, n = LENET.network, 17
    x, y = LENET.data(n)
    weights = np.linspace(0.0, 2.0, n) if weighted else None
    theta, state = network.initialize(population=3 if lead else None), network.initialize_state(*lead)
    parameters, objective = Parameters.of(network, theta, state), Objective(network, LENET.loss, penalty)
    parameters.gradient.fill(np.nan)
    samples = TrainingData(x, y, weights)
    with closing(bind_batch(objective, samples, parameters, [{}] * THREADS, engine)) as batch:
        assert isinstance(batch, MicroBatches)
        for _ in range(2):  # the second run finds what the first one left
            batch.value_and_gradient()
    expected = network.loss_and_gradient(theta, x, y, LENET.loss, sample_weight=weights, penalty=penalty)
    np.testing.assert_allclose(batch.value, expected[0], rtol=1e-12)
    np.testing.assert_allclose(parameters.gradient, expected[1], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("batch_size", [None, 10])
@pytest.mark.parametrize("extra", [{}, {"sample_weight": np.linspace(0, 2, 23), "penalty": cr.L2(0.1), "clip": 0.1}])
def test_a_run_is_the_run_of_whole_batches(batch_size, extra, request):
    whole = trained(LENET.network, batch_size=batch_size, **extra)
    request.getfixturevalue("small_micro_batches")
    chunked = trained(LENET.network, batch_size=batch_size, **extra)
    np.testing.assert_allclose(chunked.model.theta, whole.model.theta, rtol=0, atol=1e-9)
    np.testing.assert_allclose(chunked.history["loss"], whole.history["loss"], rtol=0, atol=1e-9)


@pytest.mark.usefixtures("small_micro_batches")
@pytest.mark.parametrize("settings", [{}, {"population": 3}, {"batch_size": None}, {"dtype": "float32"}], ids=str)
def test_a_second_thread_changes_no_bit(settings, monkeypatch):
    in_threads = trained(**settings)
    one_thread(monkeypatch)
    one_after_the_other = trained(**settings)
    assert np.array_equal(in_threads.model.theta, one_after_the_other.model.theta)
    assert np.array_equal(in_threads.history["loss"], one_after_the_other.history["loss"])


@pytest.mark.usefixtures("small_micro_batches")
def test_a_member_is_its_single_run():
    together = trained(population=3, epochs=40)
    for k in range(3):
        np.testing.assert_allclose(together.model[k].theta, trained(seed=3 + k, epochs=40).model.theta, atol=1e-10)


def test_the_threads_draw_from_generators_of_their_own():
    draws = [generators(WITH_DROPOUT, [0], thread) for thread in range(THREADS)]
    numbers = [generator.random() for each in draws for (generator,) in each.values()]
    assert len(set(numbers)) == len(numbers) == 4


@pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")
@pytest.mark.parametrize("network", [REFERENCE, DIGITS], ids=["reference", "digits"])
def test_a_large_batch_has_the_same_bits_on_any_number_of_threads(network, monkeypatch):
    x = np.random.default_rng(0).random((12_007, *network.input_shape))
    y, runs = x[:, : network.output_shape[0]], []
    settings = {"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1), "epochs": 3, "record_every": 1}
    for name in OF_THREADS:
        monkeypatch.delenv(name, raising=False)
    for threads in (1, 2, 3, 5):
        monkeypatch.setattr("chainrule.core.cores.cores", lambda n=threads: n)
        runs.append(cr.train(network, x, y, **settings, engine="compiled"))
        assert "thread 2" in str(runs[-1].program())
    for other in runs[1:]:
        np.testing.assert_array_equal(other.model.theta, runs[0].model.theta)
    monkeypatch.setattr(choice, "WORTH_THREADS", 10**9)
    whole = cr.train(network, x, y, **settings, engine="numpy")
    np.testing.assert_allclose(runs[0].model.theta, whole.model.theta, rtol=1e-12)


@pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch_size", [None, 5000])
def test_classes_and_samples_of_another_type_need_no_call_into_python(dtype, batch_size):
    rng = np.random.default_rng(0)
    x, y = rng.random((12_007, 64)), rng.integers(32, size=12_007)
    network = cr.mlp(64, 32, 32, output="identity")
    settings = {"optimizer": cr.SGD(0.1), "epochs": 2, "record_every": 1, "dtype": dtype, "batch_size": batch_size}
    settings |= {"loss": cr.SoftmaxCrossEntropy(), "validation": (x[:9000], y[:9000])}
    ours, exact = (cr.train(network, x, y, **settings, engine=engine) for engine in ("compiled", "numpy"))
    assert ours.setup.engine.endswith(" 0 in Python)")
    assert "thread 2" in str(ours.program())
    tolerance = 1e-12 if dtype == "float64" else 1e-4
    np.testing.assert_allclose(ours.model.theta, exact.model.theta, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(ours.history["validation_loss"], exact.history["validation_loss"], rtol=tolerance)


# ---- threads


def test_no_thread_is_left_and_the_blas_is_free_again(small_micro_batches):
    threadpoolctl = needed("threadpoolctl")
    before = threading.active_count(), threadpoolctl.threadpool_info()
    during = []
    trained(callbacks=[lambda record: during.append(threading.active_count())])
    assert (threading.active_count(), threadpoolctl.threadpool_info()) == before
    assert set(during) == {before[0]}  # nor while a caller has a record


@pytest.mark.parametrize("failing", range(THREADS))
def test_a_failure_in_a_thread_is_raised_when_all_have_ended(failing):
    if not one_blas_thread.is_possible:
        pytest.skip("the calls are made in turn here")
    ended = []

    def work() -> None:
        time.sleep(0.05)
        ended.append(True)

    def fail() -> None:
        raise KeyboardInterrupt

    calls = [work, work]
    calls[failing] = fail
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt), closing(Threads()) as pool:
        pool.run(calls)
    assert ended == [True]
    assert threading.active_count() == before


def test_the_blas_is_held_until_the_last_has_left():
    needed("threadpoolctl")
    threads = lambda: [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]  # noqa: E731
    from threadpoolctl import threadpool_info

    held, before = OneBlasThread(), threads()
    with held:
        with held:
            assert set(threads()) == {1}
        assert set(threads()) == {1}
    assert threads() == before


def test_without_threadpoolctl_there_is_no_thread(small_micro_batches, monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    monkeypatch.setattr(threads_module, "one_blas_thread", OneBlasThread())
    seen = []
    with closing(Threads()) as threads:
        threads.run([lambda: seen.append(threading.current_thread())] * THREADS)
    assert seen == [threading.current_thread()] * THREADS


# ---- memory


def peak(batch_size: int) -> int:
    """Of a run of two steps, beyond its data."""
    x = np.zeros((2 * batch_size, 1, 28, 28), "float32")
    y = np.arange(len(x)) % 10
    tracemalloc.start()
    cr.train(
        IMAGES, x, y, loss=cr.SoftmaxCrossEntropy(), optimizer=cr.Adam(), epochs=1, batch_size=batch_size,
        dtype="float32",
    )  # fmt: skip
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_batch():
    """Eight times the samples: the micro-batches are somewhat larger, and more of them."""
    assert peak(512) < 3 * peak(64)
