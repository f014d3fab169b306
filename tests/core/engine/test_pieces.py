"""Predictions of many samples, in pieces on threads, are those of the pieces one after the other."""

import signal
import time
from threading import Timer

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from cases import CASES, Case
from chainrule.core import evaluate, in_pieces
from chainrule.core.calls import Calls, bind_copy, call
from chainrule.core.cores import OF_THREADS
from chainrule.core.engine.choice import Engine
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.pieces import Pieces, copies, each_of
from chainrule.core.engine.program import lowered
from chainrule.core.engine.sections import IN_TURNS, SHARED
from drawn import examples

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch):
    """A function that sets how many threads there are, from now on."""
    for name in OF_THREADS:
        monkeypatch.delenv(name, raising=False)

    def set_threads(n: int) -> None:
        monkeypatch.setattr("chainrule.core.cores.cores", lambda: n)
        monkeypatch.setattr(evaluate, "_kept", evaluate._Kept())

    return set_threads


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pieces were run, each time; pieces are of a few samples."""
    for module in (evaluate, in_pieces):
        monkeypatch.setattr(module, "chunks", lambda n, *_, **__: [slice(i, min(i + 5, n)) for i in range(0, n, 5)])
    monkeypatch.setattr(evaluate, "FEW_NUMBERS", 0)
    return pieces_run(monkeypatch)


def pieces_run(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pieces are run, each time from now on; no plan is kept from before."""
    monkeypatch.setattr(evaluate, "_kept", evaluate._Kept())
    found, bind = [], Pieces.bind

    def bind_and_tell(self, own):
        run = bind(self, own)
        return lambda: (found.append(len(own[0])), run())[1]

    monkeypatch.setattr(Pieces, "bind", bind_and_tell)
    return found


@pytest.mark.parametrize("population", [None, 3])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_network_predicts_in_pieces_what_numpy_does(case: Case, population: int | None, ran: list[int]):
    network, (x, _) = case.network, case.data(18)
    theta, state = network.initialize(0, population), case.state(population)
    with cr.engine("compiled"):
        ours = [network.predict(theta, x, state) for _ in range(2)]
    with cr.engine("numpy"):
        exact = network.predict(theta, x, state)
    np.testing.assert_array_equal(ours[0], ours[1])
    np.testing.assert_allclose(ours[0], exact, rtol=1e-12, atol=1e-12)
    assert ran == [3, 3]


@pytest.mark.parametrize("settings", [{}, {"sample_weight": np.linspace(0.0, 2.0, 18), "penalty": cr.L2(0.01)}])
@pytest.mark.parametrize("population", [None, 3])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_gradient_in_pieces_is_numpys(case: Case, population: int | None, settings: dict, ran: list[int]):
    network, (x, y) = case.network, case.data(18)
    theta, found = network.initialize(0, population), []
    for engine in ("compiled", "compiled", "numpy"):
        state = case.state(population)
        with cr.engine(engine):
            found.append((*network.loss_and_gradient(theta, x, y, case.loss, state=state, **settings), state))
    for ours, again, exact in zip(*found, strict=True):
        np.testing.assert_array_equal(ours, again)
        np.testing.assert_allclose(ours, exact, rtol=1e-12, atol=1e-12)
    is_whole = network.n_state or any(leaf.layer.mixes_samples for leaf in network.leaves)
    assert ran == ([] if is_whole or population else [3, 3])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_gradient_has_the_same_bits_on_any_number_of_threads(dtype: str, threads):
    rng, network = np.random.default_rng(0), cr.mlp(8, 16, 3, output="identity")
    x, y, weights = rng.normal(size=(20_011, 8)).astype(dtype), rng.integers(3, size=20_011), rng.random(20_011)
    theta, found = network.initialize(0).astype(dtype), []
    for n in (1, 2, 3, 5):
        threads(n)
        found.append(network.loss_and_gradient(theta, x, y, cr.SoftmaxCrossEntropy(), sample_weight=weights))
    with cr.engine("numpy"):
        exact = network.loss_and_gradient(theta, x, y, cr.SoftmaxCrossEntropy(), sample_weight=weights)
    for value, gradient in found:
        assert value == found[0][0]
        np.testing.assert_array_equal(gradient, found[0][1])
        np.testing.assert_allclose(gradient, exact[1], rtol=1e-12 if dtype == "float64" else 1e-4, atol=1e-6)
        np.testing.assert_allclose(value, exact[0], rtol=1e-12 if dtype == "float64" else 1e-5)


def test_chunks_that_are_rounded_up_are_pieces_whose_plans_are_kept(monkeypatch: pytest.MonkeyPatch):
    """A chunk is 16 images, not 6, and has 1.2 million activations."""
    layers = cr.Conv2D(16, 3), cr.ReLU(), cr.MaxPool(4), cr.Flatten(), cr.Dense(64), cr.ReLU(), cr.Dense(10)
    network, ran, bound = cr.Network((1, 48, 48), layers), pieces_run(monkeypatch), []
    theta, row = network.initialize(0, dtype="float32"), Engine.row
    x, y = np.ones((32, 1, 48, 48), np.float32), np.zeros(32, int)
    monkeypatch.setattr(Engine, "row", lambda self, *given: (bound.append(given), row(self, *given))[1])
    for _ in range(2):
        network.predict(theta, x)
        network.loss_and_gradient(theta, x, y, cr.SoftmaxCrossEntropy())
    assert ran == [2, 2, 2, 2]
    assert len(bound) == 2


@pytest.mark.parametrize(
    "turn", [np.asfortranarray, lambda x: x.astype(">f8"), lambda x: x[::-1][::-1], np.ndarray.tolist]
)
def test_a_gradient_of_samples_that_lie_in_another_way(turn, ran: list[int]):
    rng, network = np.random.default_rng(0), cr.mlp(3, 4, 2)
    theta, x, y = network.initialize(0), rng.random((20, 3)), rng.random((20, 2))
    value, gradient = network.loss_and_gradient(theta, x, y, cr.SquaredError())
    turned = network.loss_and_gradient(theta, turn(x), turn(y), cr.SquaredError())
    np.testing.assert_array_equal(turned[1], gradient)
    assert turned[0] == value
    assert ran == [4, 4]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "network",
    [cr.mlp(2, 4, 4, 1), cr.mlp(64, 64, 10), CASES["LeNet, small"].network],
    ids=["reference", "digits", "LeNet"],
)
def test_any_number_of_threads_gives_the_same_bits(network: cr.Network, dtype: str, threads, monkeypatch):
    x = (
        np.random.default_rng(0)
        .normal(size=(50_003, *network.input_shape))
        .astype(dtype)[: 2 * 10**6 // network.n_numbers]
    )
    theta, found = network.initialize(0).astype(dtype), []
    for n in (1, 2, 3, 5):
        threads(n)
        found += [network.predict(theta, x), network.predict(theta, x[:, ::-1])[:, ::1], network.predict(theta, x)]
    for one, turned, again in zip(found[::3], found[1::3], found[2::3], strict=True):
        np.testing.assert_array_equal(one, found[0])
        np.testing.assert_array_equal(again, found[0])
        np.testing.assert_array_equal(turned, found[1])


def test_another_theta_is_seen_by_all_threads(threads):
    threads(3)
    network, x = cr.mlp(2, 3, 1), np.random.default_rng(0).random((30_000, 2))
    for seed in range(3):
        theta = network.initialize(seed)
        with cr.engine("numpy"):
            exact = network.predict(theta, x)
        np.testing.assert_allclose(network.predict(theta, x), exact, rtol=1e-12)


def test_samples_that_lie_in_another_way_and_of_another_type(ran):
    network = cr.mlp(3, 4, 2)
    theta, x = network.initialize(0), np.random.default_rng(0).random((20, 3))
    exact = network.predict(theta, x)
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2], x[::-1][::-1], x.astype(">f8"), x.tolist()):
        np.testing.assert_array_equal(network.predict(theta, same), exact)
    assert len(ran) >= 5
    unaligned = np.frombuffer(b"x" + x.tobytes(), np.uint8)[1:].view(float).reshape(x.shape)
    np.testing.assert_array_equal(network.predict(theta, unaligned), exact)


def test_what_calls_python_is_no_program_for_pieces():
    piece, out = np.zeros(3), np.zeros(3)
    row = Calls(call(np.negative, piece, out=out))
    assert Pieces(lowered(row, [out]), [piece, out]).is_possible
    assert not Pieces(lowered(Calls(*row, lambda: None), [out]), [piece, out]).is_possible
    assert not Pieces(lowered(Calls(call(np.negative, piece[::-1], out=out)), [out]), [piece, out]).is_possible


@examples(50)
@given(order=st.permutations(range(3)), n=st.integers(1, 4), steps=st.tuples(*[st.sampled_from([1, -1, 2])] * 3))
def test_each_copy_of_a_memory_has_the_view(order, n, steps):
    memory = np.arange(60.0).reshape(3, 4, 5).transpose(order).copy(order="K")
    view = memory[tuple(slice(None, None, step) for step in steps)]
    ours = each_of(copies(memory, n), view, memory)
    np.testing.assert_array_equal(ours, np.broadcast_to(view, ours.shape))
    assert ours.ctypes.data % 64 == view.ctypes.data % 64
    ours[0] = 7.0
    assert (ours[1:] == view).all()


def test_a_section_has_a_part_for_each_of_its_threads():
    x, part = np.ones((5, 2, 3)), np.ones((3, 2, 1))
    section = "section", 5, (("reduction", (x, part), (0,), (1, 2)),)
    for threads in (1, 2, 3):
        _engine.Program((section,), threads=threads)
    with pytest.raises(ValueError, match="doesn't begin with its members"):
        _engine.Program((section,), threads=4)


@examples(100)
@given(rows=st.integers(1, 40), columns=st.integers(1, 40), wide=st.integers(0, 3), dtype=st.sampled_from("fd"))
def test_a_copy_from_columns_to_rows_is_numpys(rows, columns, wide, dtype):
    source = np.random.default_rng(0).random((columns, rows + wide)).astype(dtype)[:, :rows].T
    out, beyond = np.zeros((2, rows, columns + 3), dtype)
    lowered(Calls(bind_copy(source, out=out[:, :columns])))()
    np.testing.assert_array_equal(out[:, :columns], source)
    assert not out[:, columns:].any()
    assert not beyond.any()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("what", ["operations", "pieces", "side by side"])
def test_control_c_ends_one_long_step(what: str, threads: int):
    A, C, n = np.ones((100, 100)), np.ones((2, 100, 100)), 200_000  # products, some 25 µs each
    if what == "operations":
        records = [("product", (A, A, C[0]), ())] * n
    elif what == "pieces":
        records = [("section", n, (("product", (A, A, C), (), (SHARED, SHARED, IN_TURNS)),))]
    else:
        of_each = [[("product", (A, A, out), (), (SHARED,) * 3)] * (n // 2) for out in C]
        records = [("section", 2, (*of_each[0], *of_each[1]), (n // 2, n))]
    program = _engine.Program(tuple(records), threads=threads)
    pressed = []

    def press() -> None:
        pressed.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    timer = Timer(0.1, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        program.run()
    assert time.monotonic() - pressed[0] < 2.0, "of five seconds, on a busy machine and under sanitizers, too"
