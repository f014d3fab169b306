"""Products that read the source of a copy have the numbers of those that read the copy."""

from collections.abc import Sequence

import numpy as np
import pytest

from chainrule.core.calls import Call, Calls, bind_copy, call, take
from chainrule.core.engine.copies import from_sources
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.program import in_turn, lowered

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

FEATURES, N, UNITS = 64, 32, 10


class Batch:
    """Samples as they are gathered, their copy with samples last above a row of ones, dz, and dW = dz xᵀ."""

    def __init__(self, features: int = FEATURES, n: int = N, units: int = UNITS, dtype: str = "float32") -> None:
        rng = np.random.default_rng(0)
        self.data, self.index = rng.normal(size=(100, features)).astype(dtype), rng.integers(0, 100, n)
        self.taken, self.x = np.zeros((n, features), dtype), np.ones((features + 1, n), dtype)
        self.dz, self.dW = rng.normal(size=(units, n)).astype(dtype), np.zeros((units, features + 1), dtype)
        self.gather = Calls(
            call(take, self.data, self.index, axis=0, out=self.taken, mode="clip"), bind_copy(self.taken.T, self.x[:-1])
        )
        self.product = call(np.matmul, self.dz, self.x.T, out=self.dW)

    def rows(self, *between: Call) -> tuple[Calls, ...]:
        """The batch is gathered; something else is done; dW."""
        return self.gather, Calls(*between, self.product)

    def made_by(self, make: Call) -> np.ndarray:
        """The products, from a fresh start."""
        self.x[:-1], self.dW[...] = 0.0, 0.0
        make()
        return self.dW.copy()

    def n_added(self, rows: Sequence[Calls], members: int = 1) -> int:
        """How many records more there are with sources; the numbers must be NumPy's, and those of single programs."""
        programs = [lowered(row, [self.taken, self.x, self.dW], members=members) for row in rows]
        records = [each for program in programs for each in program.records]
        expected, of_copy, of_source = (
            self.made_by(make) for make in (Calls(*rows), Calls(*programs), lambda: in_turn(*programs)(1))
        )
        np.testing.assert_array_equal(of_source, of_copy)
        np.testing.assert_allclose(of_source, expected, rtol=1e-4, atol=1e-4)
        return len(list(from_sources(records))) - len(records)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_batch_is_read_as_it_was_gathered_and_its_ones_are_a_product_apart(dtype: str):
    batch = Batch(dtype=dtype)
    assert batch.n_added(batch.rows()) == 1
    batch.product = call(np.matmul, batch.dz, batch.x[:-1].T, out=batch.dW[:, :-1])
    programs = [lowered(row) for row in batch.rows()]
    *_, last = from_sources([each for program in programs for each in program.records])
    assert np.shares_memory(last[1][1], batch.taken)
    assert batch.n_added(batch.rows()) == 0


def test_a_copy_or_a_source_that_is_written_to_since_is_not_read_for_the_other():
    batch = Batch()
    assert batch.n_added(batch.rows(bind_copy(batch.dz[0], batch.dz[1]))) == 1
    assert batch.n_added(batch.rows(bind_copy(batch.taken[0], batch.taken[1]))) == 0
    assert batch.n_added(batch.rows(bind_copy(batch.x[0], batch.x[1]))) == 0
    assert batch.n_added(batch.rows(lambda: batch.taken.fill(2.0))) == 0


def test_a_copy_that_a_section_may_have_written_to_is_read():
    batch = Batch()
    halves = batch.x.reshape(2, -1)
    rows = batch.rows(call(np.multiply, halves, halves, out=halves))
    assert lowered(rows[1], members=2).records[0][0] == "section"
    assert batch.n_added(rows, members=2) == 0


@pytest.mark.parametrize(
    "other",
    [
        Batch(features=63),  # no whole cache lines
        Batch(n=512),  # made by dots
        Batch(units=1),
        Batch(features=16, n=64, units=3),  # made by dots, as are small results of 64 terms
        Batch(features=8, n=64, units=7, dtype="float64"),
    ],
)
def test_other_products_are_left_as_they_are(other: Batch):
    assert other.n_added(other.rows()) == 0


def test_a_result_in_the_source_or_column_by_column_is_made_of_the_copy():
    for place in (
        lambda batch: batch.taken.reshape(-1)[: batch.dW.size].reshape(batch.dW.shape),
        lambda batch: batch.dW.T.copy().T,
    ):
        batch = Batch()
        batch.dW = place(batch)
        batch.product = call(np.matmul, batch.dz, batch.x.T, out=batch.dW)
        assert batch.n_added(batch.rows()) == 0


def test_a_matrix_that_is_no_copy_is_left_as_it_is():
    batch = Batch()
    batch.product = call(np.matmul, batch.dz, batch.x[1:].T, out=batch.dW[:, 1:])
    assert batch.n_added(batch.rows()) == 0
