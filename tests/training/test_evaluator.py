"""The loss of a whole data set, in pieces on threads, is that of NumPy's calls, chunk by chunk."""

from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from cases import CASES, Case
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.pieces import Pieces
from chainrule.training import evaluator

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pieces are run, as each data set is bound; pieces are of a few samples."""
    found, bind = [], Pieces.bind
    monkeypatch.setattr(evaluator, "chunks", lambda n, *_, **__: [slice(i, min(i + 5, n)) for i in range(0, n, 5)])
    monkeypatch.setattr(Pieces, "bind", lambda self, own: (found.append(len(own[0])), bind(self, own))[1])
    return found


def trained(engine: str, network: cr.Network, x, y, loss: cr.Loss, **settings) -> cr.Run:
    settings = {"optimizer": cr.SGD(0.01), "epochs": 3, "record_every": 1, "batch_size": 6} | settings
    return cr.train(network, x, y, loss=loss, validation=(x, y), engine=engine, **settings)


def assert_alike(compiled: cr.Run, exact: cr.Run, rtol: float = 1e-12) -> None:
    for name in ("loss", "validation_loss"):
        np.testing.assert_allclose(compiled.history[name], exact.history[name], rtol=rtol, err_msg=name)
    np.testing.assert_allclose(compiled.final_loss, exact.final_loss, rtol=rtol)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("penalty", [None, cr.L2(0.01)])
def test_every_network_is_evaluated_in_pieces_as_numpy_does(case: Case, penalty: cr.L2 | None, ran: list[int]):
    x, y = case.data(18)
    settings = {"sample_weight": np.linspace(0.0, 2.0, 18), "penalty": penalty}
    assert_alike(*(trained(engine, case.network, x, y, case.loss, **settings) for engine in ("compiled", "numpy")))
    assert ran == [3, 3], "validation, and the final loss of mini-batches"


def test_members_and_data_of_a_smaller_type_are_evaluated_chunk_by_chunk(ran: list[int]):
    case = CASES["SquaredError"]
    x, y = case.data(18)
    for data, settings in ((x, {"population": 3}), (x.astype("float32"), {})):
        runs = [trained(engine, case.network, data, y, case.loss, **settings) for engine in ("compiled", "numpy")]
        assert_alike(*runs)
    assert not ran


def test_data_of_a_larger_type_are_converted_once(ran: list[int]):
    case = CASES["SquaredError"]
    runs = [
        trained(engine, case.network, *case.data(18), case.loss, dtype="float32") for engine in ("compiled", "numpy")
    ]
    assert_alike(*runs, rtol=1e-5)
    assert ran == [3, 3]


def test_data_in_a_file_are_read_where_they_are(tmp_path: Path, ran: list[int]):
    case = CASES["SoftmaxCrossEntropy"]
    x, y = case.data(18)
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert_alike(*(trained("compiled", case.network, each, y, case.loss) for each in (mapped, x)), rtol=0.0)
    assert ran == [3] * 4


def test_any_number_of_threads_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20_011, 8)), rng.integers(3, size=20_011)
    runs = []
    for threads in (1, 2, 3):
        monkeypatch.setattr("chainrule.core.engine.choice.threads", lambda n=threads: n)
        network = cr.mlp(8, 16, 3, output="identity")
        runs.append(trained("compiled", network, x, y, cr.SoftmaxCrossEntropy(), batch_size=1000))
    for each in runs[1:]:
        assert_alike(each, runs[0], rtol=0.0)
