"""Products and reductions alone, against NumPy in a wider type: shapes, strides, stacks, special values."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.arrays import frozen
from chainrule.core.calls import Calls, call, dot
from chainrule.core.engine.extension import _engine, tables
from chainrule.core.engine.program import lowered
from drawn import examples

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

LENGTHS = st.integers(1, 9) | st.sampled_from([15, 16, 17, 31, 33, 64, 65, 100, 127])
REDUCTIONS = [np.add, np.maximum, np.minimum]


@st.composite
def matrices(draw: st.DrawFn, shape: tuple[int, ...], dtype: str, rng: np.random.Generator) -> np.ndarray:
    """A matrix, or a stack of them, that lies in memory in one of the ways that rows have: whole, turned, cut out."""
    *lead, rows, columns = shape
    extra = draw(st.sampled_from([0, 0, 1, 3]))
    if draw(st.booleans()):
        return rng.standard_normal((*lead, columns + extra, rows)).astype(dtype).mT[..., :columns]
    array = rng.standard_normal((*lead, rows + extra, columns + extra)).astype(dtype)[..., :rows, :columns]
    return array[..., ::2, ::2].repeat(2, -1).repeat(2, -2)[..., :rows, :columns] if draw(st.booleans()) else array


@examples(150)
@given(data=st.data())
def test_a_product_is_numpys(data: st.DataObject):
    R, S, N = (data.draw(LENGTHS) for _ in range(3))
    S = data.draw(st.sampled_from([S, S, 700, 1030])) if R * N < 300 else S
    lead = data.draw(st.sampled_from([(), (), (2,), (3, 2)]))
    dtype = data.draw(st.sampled_from(["float64", "float32"]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    A = data.draw(matrices((*lead, R, S), dtype, rng))
    B = data.draw(matrices((*lead, S, N), dtype, rng))
    C = data.draw(matrices((*lead, R, N), dtype, rng))
    A = data.draw(st.sampled_from([A, A[:1]])) if lead else A
    exact = A.astype(np.longdouble) @ B.astype(np.longdouble)
    bound = S * np.finfo(dtype).eps * (abs(A).astype(np.longdouble) @ abs(B).astype(np.longdouble))
    results = {}
    for table in tables():
        C[...] = np.nan
        _engine.Program((("product", (A, B, C), ()),), table=table)()
        assert (np.abs(C - exact) <= bound).all()
        results[table] = C.copy()
    results.pop("baseline", None)
    assert all(np.array_equal(a, b) for a, b in itertools.pairwise(results.values())), "not the same bits"


def test_a_product_keeps_what_lies_beside_its_result():
    for table, R, N in itertools.product(tables(), range(1, 10), range(1, 20)):
        memory = np.full((R + 2, N + 2), 7.0)
        A, B = np.ones((R, 3)), np.ones((3, N))
        _engine.Program((("product", (A, B, memory[1:-1, 1:-1]), ()),), table=table)()
        assert (memory[1:-1, 1:-1] == 3.0).all()
        memory[1:-1, 1:-1] = 7.0
        assert (memory == 7.0).all()


@examples(60)
@given(data=st.data())
def test_a_product_with_a_floor_is_the_maximum_of_both(data: st.DataObject):
    R, S, N = (data.draw(LENGTHS) for _ in range(3))
    dtype = data.draw(st.sampled_from(["float64", "float32"]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    A, B = data.draw(matrices((R, S), dtype, rng)), data.draw(matrices((S, N), dtype, rng))
    C, floor = data.draw(matrices((R, N), dtype, rng)), np.array(data.draw(st.sampled_from([0.25, 0.0, np.nan])), dtype)
    A[rng.integers(R), rng.integers(S)] = data.draw(st.sampled_from([1.0, np.nan, np.inf]))
    for table in tables():
        _engine.Program((("product", (A, B, C), ()),), table=table)()
        expected = np.maximum(C, floor)
        C[...] = 7.0
        _engine.Program((("product", (A, B, floor, C), (1,)),), table=table)()
        np.testing.assert_array_equal(C, expected)


@pytest.mark.parametrize("columns", [9, 17])
def test_a_lone_last_column_has_a_floor_too(columns: int):
    rng = np.random.default_rng(1)
    A, B, C, floor = rng.normal(size=(15, 8)), rng.normal(size=(columns, 8)).T, np.empty((15, columns)), np.array(0.25)
    for table in tables():
        _engine.Program((("product", (A, B, C), ()),), table=table)()
        expected = np.maximum(C, floor)
        _engine.Program((("product", (A, B, floor, C), (1,)),), table=table)()
        np.testing.assert_array_equal(C, expected)


def test_a_layer_and_its_relu_are_one_operation():
    A, B, zero = np.eye(3), np.arange(12.0).reshape(3, 4) - 6, np.array(0.0)
    C, other = np.empty((3, 4)), np.empty((3, 4))
    for numbers, out, n in [
        (zero, C, 1),
        (frozen(np.zeros((3, 4))), C, 1),
        (frozen(np.zeros((3, 4))).copy(), C, 2),  # it may change
        (frozen(np.arange(12.0).reshape(3, 4)), C, 2),
        (frozen(np.arange(12.0)).reshape(3, 4), C, 2),
        (zero, C[:2], 2),
        (zero, other, 2),
    ]:
        row = Calls(
            call(dot, A, B, out=C),
            call(np.maximum, C[: len(out)], numbers[: len(out)] if numbers.ndim else numbers, out=out),
        )
        program = lowered(row, [C, out])
        assert program.n == n
        row()
        expected = C.copy(), out.copy()
        C[...] = out[...] = np.nan
        program()
        np.testing.assert_array_equal((C, out)[: 1 + (out is other)], expected[: 1 + (out is other)])
    assert "dot, maximum" in str(lowered(Calls(call(dot, A, B, out=C), call(np.maximum, C, zero, out=C)), [C]))


def test_a_product_hands_on_what_is_not_finite():
    for table, n in itertools.product(tables(), [3, 8, 21]):
        A, B, C = np.ones((n, n)), np.ones((n, n)), np.empty((n, n))
        A[1, 2], A[2, 0] = np.inf, np.nan
        for way in (B, B.T):
            _engine.Program((("product", (A, way, C), ()),), table=table)()
            with np.errstate(invalid="ignore"):
                np.testing.assert_array_equal(C, A @ B)


@examples(100)
@given(data=st.data())
def test_a_reduction_is_numpys(data: st.DataObject):
    shape = [*data.draw(st.lists(st.integers(1, 7), max_size=3)), data.draw(LENGTHS)]
    axes = tuple(i for i in range(len(shape)) if data.draw(st.booleans()))
    order = data.draw(st.permutations(range(len(shape))))
    dtype = data.draw(st.sampled_from(["float64", "float32"]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    memory = rng.standard_normal([shape[i] for i in order]).astype(dtype)
    memory.flat[0] = data.draw(st.sampled_from([1.0, np.nan, np.inf]))
    x = memory.transpose(np.argsort(order))
    for which, ufunc in enumerate(REDUCTIONS):
        exact = ufunc.reduce(x.astype(np.longdouble), axis=axes, keepdims=True)
        results = {}
        for table in tables():
            out = np.empty(exact.shape, dtype)
            _engine.Program((("reduction", (x, out), (which,)),), table=table)()
            np.testing.assert_allclose(out, exact.astype(dtype), rtol=0, atol=x.size * np.finfo(dtype).eps)
            results[table] = out
        results.pop("baseline", None)
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in itertools.pairwise(results.values()))


@pytest.mark.parametrize("n_rows", [3, 400])  # which are joined at once, or one after the other
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_rows_are_joined_in_their_order(n_rows: int, dtype: str):
    x = np.random.default_rng(0).standard_normal((2, n_rows, 2, 37)).astype(dtype)[..., 1:-1]
    for table, (which, ufunc), axis in itertools.product(tables(), enumerate(REDUCTIONS), [1, (0, 1)]):
        expected = ufunc.reduce(x.reshape(-1, 2, 35) if axis != 1 else x, axis=0 if axis != 1 else 1)
        out = np.empty_like(expected)
        way = out[None, None] if axis != 1 else out[:, None]
        _engine.Program((("reduction", (x, way), (which,)),), table=table)()
        np.testing.assert_array_equal(out, expected)


def test_a_check_ends_the_program():
    steps, one = np.zeros((), np.int64), np.ones((), np.int64)
    for table, dtype, bad in itertools.product(tables(), ["float64", "float32"], [np.nan, np.inf, -np.inf]):
        values, ignored = np.ones((3, 2), dtype), np.zeros((2, 3), bool)
        program = _engine.Program((("count", (steps, one), ()), ("check", (values.T, ignored), ())), table=table)
        steps[...] = 0
        assert (program.run(5), int(steps)) == (5, 5)
        values[2, 0] = bad
        assert (program.run(5), int(steps)) == (0, 6)
        ignored[0, 2] = True
        assert program.run(5) == 5


@examples(60)
@given(data=st.data())
def test_a_take_is_numpys(data: st.DataObject):
    shape = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    axis, n = data.draw(st.integers(0, len(shape) - 1)), data.draw(st.integers(1, 9))
    dtype = data.draw(st.sampled_from(["float64", "float32", "int64", "bool"]))
    order = data.draw(st.permutations(range(len(shape))))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x = rng.integers(0, 99, [shape[i] for i in order]).astype(dtype).transpose(np.argsort(order))
    index = rng.integers(-2, 7, 2 * n)[:: data.draw(st.sampled_from([1, 2]))]
    expected = np.take(x, index, axis=axis, mode="clip")
    for table in tables():
        out = np.empty(expected.shape, dtype, order=data.draw(st.sampled_from(["C", "F"])))
        _engine.Program((("take", (x, index, out), (axis,)),), table=table)()
        np.testing.assert_array_equal(out, expected)


def test_a_call_into_python_is_made_in_its_place():
    x, half = np.ones(3), np.array(0.5)
    seen = []
    multiply = ("elementwise", (x, half), (0, _engine.INSTRUCTIONS.index("multiply"), 0, 0, 1))
    program = _engine.Program((multiply, lambda: seen.append(x[0]), multiply))
    assert program.run(2) == 2
    assert seen == [0.5, 0.125]

    def fail() -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        _engine.Program((multiply, fail))()
    inner = _engine.Program((lambda: inner(),))
    with pytest.raises(RuntimeError, match="belongs to one thread"):
        inner()


def test_what_does_not_go_together_is_refused():
    x = np.zeros((3, 4))
    bad = [
        ("product", (x, x, x), (), "don't go together"),
        ("product", (x, x.T), (), "takes A, B and C"),
        ("product", (x, x.T, np.zeros((3, 3))), (1,), "takes A, B and C"),
        ("product", (x, x.T, np.zeros(()), np.zeros((3, 3))), (), "takes A, B and C"),
        ("product", (x, x.T, np.zeros(3), np.zeros((3, 3))), (1,), "a floor"),
        ("product", (x, x.T, np.zeros((), int), np.zeros((3, 3))), (1,), "a floor"),
        ("product", (x[0], x[0], x), (), "takes matrices"),
        ("product", (x, x.T, np.broadcast_to(x[0, 0], (3, 3))), (), "read-only"),
        ("product", (np.zeros((2, 3, 4)), x.T, np.zeros((3, 3))), (), "smaller"),
        ("reduction", (x, x), (7,), "which reduction"),
        ("reduction", (x[:1], x), (0,), "larger"),
        ("check", (x, x), (), "and bools"),
        ("count", (x, x), (), "whole numbers"),
        ("take", (x, np.zeros(2, int), x), (0,), "don't go together"),
        ("take", (x, np.zeros(2, int), x[:2]), (2,), "don't go together"),
        ("take", (x, x[0], x), (0,), "as the index"),
        ("take", (x, np.zeros(2, int), x[:2].astype(int)), (0,), "of one type"),
    ]
    for kind, operands, numbers, sentence in bad:
        with pytest.raises(ValueError, match=sentence):
            _engine.Program(((kind, operands, numbers),))


@pytest.mark.parametrize(
    ("dtype", "n", "is_turned"), [("float64", 40, True), ("float32", 40, False), ("float64", 400, False)]
)
def test_large_products_that_gain_by_it_are_turned(dtype: str, n: int, is_turned: bool):
    rng = np.random.default_rng(0)
    W, dz, a = (rng.random(shape).astype(dtype) for shape in ((350, 801), (350, n), (801, n)))
    da, z, twice = np.empty((801, n), dtype), np.empty((350, n), dtype), np.empty((801, n), dtype)
    row = Calls(call(dot, W.T, dz, out=da), call(dot, W, a, out=z), call(np.add, da, da, out=twice))
    program = lowered(row, [twice, z])
    for _ in range(2):
        dz += 1
        program()
        np.testing.assert_allclose(twice, 2 * (W.T @ dz), rtol=100 * np.finfo(dtype).eps)
        np.testing.assert_allclose(z, W @ a, rtol=100 * np.finfo(dtype).eps)
    assert program.n_blas == 2
    assert ("copyto" in str(program)) == (dtype == "float64" and n == 40)
