"""Products equal NumPy's however they are bound: for one network and for many, whole and in blocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core import products
from chainrule.core.calls import Calls, call, one_by_one
from chainrule.core.plan.layout import allocate, body
from drawn import examples

sizes = st.integers(1, 6)
longs = st.integers(1, 300)
leads = st.sampled_from([(), (1,), (3,)])
seeds = st.integers(0, 2**32 - 1)


def matrices(rng: np.random.Generator, lead: tuple[int, ...], rows: int, columns: int, part: bool) -> np.ndarray:
    """Random numbers (..., rows, columns), laid out as activations are; a slice of a larger array, or all of it."""
    memory = allocate((rows,), part, lead, columns, np.dtype(float))
    numbers = body(memory, (rows,))
    numbers[...] = rng.normal(size=numbers.shape)
    return numbers


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch):
    """Makes small matrices large enough to be cut into blocks."""
    monkeypatch.setattr(products, "LARGEST", 500)
    monkeypatch.setattr(products, "SHORTEST", 3)
    monkeypatch.setattr(products, "SHORTEST_SUM", 4)


@examples(100)
@given(leads, sizes, sizes, longs, st.booleans(), seeds)
def test_a_product_is_numpys(lead, m, k, n, part, seed):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(*lead, m, k + part))[..., :k]
    B, C = matrices(rng, lead, k, n, part), matrices(rng, lead, m, n, False)
    products.bind_product(A, B, C)()
    np.testing.assert_allclose(C, A @ B, rtol=1e-12, atol=1e-12)


@examples(100)
@given(leads, sizes, sizes, longs, st.booleans(), seeds)
def test_a_sum_of_products_is_numpys(lead, m, k, n, part, seed):
    rng = np.random.default_rng(seed)
    A, B = matrices(rng, lead, m, n, part), matrices(rng, lead, k, n, part)
    C = np.empty((*lead, m, k))
    products.bind_sum_of_products(A, B, C)()
    np.testing.assert_allclose(C, A @ B.mT, rtol=1e-12, atol=1e-12)


@examples(50)
@given(leads, sizes, longs, seeds)
def test_sums_are_numpys(lead, m, n, seed):
    rng = np.random.default_rng(seed)
    A, B = matrices(rng, lead, m, n, False), matrices(rng, lead, m, n, False)
    sums, inner = np.empty((*lead, 1, n)), np.empty(lead)
    products.bind_sum(A, sums)()
    products.bind_inner_product(A, B, inner)()
    np.testing.assert_allclose(sums, A.sum(axis=-2, keepdims=True), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(inner, (A * B).sum(axis=(-2, -1)), rtol=1e-12, atol=1e-12)


@examples(100)
@given(st.integers(1, 2000), st.integers(1, 3000), st.integers(1, 50))
def test_blocks_are_equal_small_and_as_few_as_can_be(multiplications, columns, shortest):
    def fits(n: int) -> bool:
        return columns % n == 0 and multiplications * columns // n <= products.LARGEST and columns // n >= shortest

    n = products.count_blocks(multiplications, columns, shortest)
    assert n == next((each for each in range(1, columns + 1) if fits(each)), 1)


def test_a_long_product_is_cut_and_a_small_one_is_not(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    A, B, C = np.ones((6, 26)), np.ones((26, 18432)), np.empty((6, 18432))
    assert [each.shape for each in products.bind_product(A, B, C).args[:2]] == [(1, 6, 26), (3, 26, 6144)]
    assert len(products.bind_product(A, B[:, :100].copy(), C[:, :100].copy()).args) == 3  # `dot`, of A, B and C


def test_rows_of_calls_are_taken_one_by_one():
    seen = []
    first, second, third = (lambda each=each: seen.append(each) for each in range(3))
    row = Calls(first, Calls(second, Calls(), third))
    assert one_by_one(row) == (first, second, third)
    assert one_by_one(first) == (first,)
    row()
    assert seen == [0, 1, 2]


def test_a_bound_call_warns_of_nothing():
    """NumPy deprecates a positional `out` for `maximum` and `minimum`."""
    a, b, out = np.array([1.0, 4.0]), np.array([2.0, 3.0]), np.empty(2)
    for function in (np.add, np.maximum, np.minimum):
        call(function, a, b, out=out)()
        assert (out == function(a, b)).all()


def test_a_part_of_a_matrix_is_not_copied_at_every_call(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    W, dz = np.ones((4, 6))[:, :5], np.ones((4, 100))
    assert products.bind_product(W.T, dz, np.empty((5, 100))).func is np.matmul
    assert products.bind_product(W.copy().T, dz, np.empty((5, 100))).func is products.dot
