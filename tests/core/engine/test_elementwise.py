"""The tile machine: each instruction alone against NumPy, over shapes, strides, broadcasts and special values."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.engine.extension import _engine, tables
from drawn import examples

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

UNARY = ["negative", "absolute", "sqrt", "floor", "exp", "expm1", "log", "tanh"]
BINARY = ["add", "subtract", "multiply", "divide", "maximum", "minimum", "heaviside", "logaddexp"]
COMPARISONS = ["greater", "greater_equal", "less", "less_equal", "equal", "not_equal"]
APPROXIMATE = {"exp", "expm1", "log", "tanh", "logaddexp"}
UNITS = 2.0
"""The error of these in units in the last place, at most."""
SPECIAL = [
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    np.nan,
    1e4,
    -1e4,
    1e-310,
    -1e-310,
    1e-42,
    1.0,
    -1.0,
    88.7,
    -103.9,
    709.7,
    -745.0,
]


def instruct(name: str, *arrays: np.ndarray, table: str | None = None) -> None:
    """Run one instruction: its operands, then where the result goes."""
    x, y = len(arrays) > 1 and 0, len(arrays) - 2
    code = _engine.INSTRUCTIONS.index(name)
    _engine.Program((("elementwise", arrays, (0, code, len(arrays) - 1, x, y)),), table=table)()


def assert_close_in_units(ours: np.ndarray, exact: np.ndarray, units: float, of: np.ndarray | float = 0.0) -> None:
    """Compare with results computed in a wider type, in units in the last place of the result or of a larger number."""
    with np.errstate(all="ignore"):
        rounded = exact.astype(ours.dtype)
        finite = np.isfinite(rounded)
        np.testing.assert_array_equal(ours[~finite], rounded[~finite])
        error = np.abs(ours[finite].astype(np.longdouble) - exact[finite]) / np.spacing(
            np.maximum(np.abs(rounded), of)[finite]
        )
    assert error.max(initial=0.0) <= units


@st.composite
def operands(draw: st.DrawFn, n_operands: int) -> list[np.ndarray]:
    """Operands that broadcast to the last one's shape, each lying in memory in its own way."""
    shape = draw(st.lists(st.integers(1, 9), max_size=3)) + draw(st.sampled_from([[], [3], [63], [64], [300]]))
    dtype = draw(st.sampled_from(["float64", "float32"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    arrays = []
    for k in range(n_operands + 1):
        axes = [n if k == n_operands or draw(st.booleans()) else 1 for n in shape]
        steps = [draw(st.sampled_from([1, 1, 2])) for _ in shape]
        order = draw(st.permutations(range(len(shape))))
        memory = np.empty([axes[i] * steps[i] for i in order], dtype)
        memory.flat = rng.choice([*SPECIAL, *rng.normal(0, 30, 40)], memory.size).astype(dtype)
        back = memory.transpose(np.argsort(order)) if shape else memory
        view = back[(..., *(slice(None, None, step) for step in steps))]
        arrays.append(
            view if k == n_operands or draw(st.booleans()) else view[(*[0] * draw(st.integers(0, len(shape))), ...)]
        )
    return arrays


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", UNARY + BINARY + COMPARISONS)
@examples(60)
@given(data=st.data())
def test_an_instruction_is_numpys(name: str, data: st.DataObject):
    *inputs, out = data.draw(operands(1 if name in UNARY else 2))
    inputs = [each if np.broadcast_shapes(each.shape, out.shape) == out.shape else out.copy() for each in inputs]
    ufunc = getattr(np, name)
    result = np.empty_like(out, bool) if name in COMPARISONS else out
    expected = np.broadcast_to(ufunc(*inputs), out.shape)
    exact = np.broadcast_to(ufunc(*[each.astype(np.longdouble) for each in inputs]), out.shape)
    for table in tables():
        instruct(name, *inputs, result, table=table)
        if name in APPROXIMATE:
            largest = np.abs(np.maximum(*inputs)) if name == "logaddexp" else 0.0  # a sum of numbers of both signs
            assert_close_in_units(result, exact, UNITS, largest)
        else:
            np.testing.assert_array_equal(result, expected)
            if name not in (
                "maximum",
                "minimum",
                *COMPARISONS,
            ):  # NumPy's choice between 0.0 and -0.0 depends on the processor
                np.testing.assert_array_equal(np.signbit(result), np.signbit(expected), err_msg="the sign of a zero")


NEAR_ZERO = np.concatenate([np.geomspace(1e-320, 1.0, 20_001), -np.geomspace(1e-320, 1.0, 20_001)])
RANGES = {
    "exp": np.concatenate([np.linspace(-760, 720, 100_001), NEAR_ZERO]),
    "expm1": np.concatenate([np.linspace(-60, 60, 50_001), np.linspace(-760, 720, 50_001), NEAR_ZERO]),
    "tanh": np.concatenate([np.linspace(-25, 25, 100_001), NEAR_ZERO]),
    "log": np.concatenate([np.geomspace(1e-323, 1e308, 50_001), np.linspace(0.4, 3.0, 50_001), 1.0 + NEAR_ZERO]),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", RANGES)
def test_a_function_over_its_whole_range(name: str, dtype: str):
    x = np.concatenate([RANGES[name].clip(-3e38, 3e38) if dtype == "float32" else RANGES[name], SPECIAL]).astype(dtype)
    with np.errstate(all="ignore"):
        exact = getattr(np, name)(x.astype(np.longdouble))
    for table in tables():
        y = np.empty_like(x)
        instruct(name, x, y, table=table)
        assert_close_in_units(y, exact, UNITS)
        zeros = x == 0 if name in ("expm1", "tanh") else np.zeros(len(x), bool)
        np.testing.assert_array_equal(np.signbit(y[zeros]), np.signbit(x[zeros]))


@pytest.mark.parametrize("name", RANGES)
def test_the_tables_with_fma_give_the_same_bits(name: str):
    results = []
    for table in set(tables()) - {"baseline"}:
        results.append(np.empty_like(RANGES[name]))
        instruct(name, RANGES[name], results[-1], table=table)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in itertools.pairwise(results))


def test_a_bool_becomes_a_number():
    flags = np.arange(70).reshape(7, 10) % 3 == 0
    for table, dtype in itertools.product(tables(), ["float64", "float32"]):
        out = np.empty((10, 7), dtype).T
        instruct("from_bool", flags, out, table=table)
        np.testing.assert_array_equal(out, flags)


def test_results_may_take_the_place_of_operands():
    for table, n in itertools.product(tables(), [1, 5, 8, 13, 100, 1000]):
        x = np.linspace(-1, 1, n)
        expected = (x + x) * x
        code = _engine.INSTRUCTIONS.index
        instructions = (1, code("add"), 1, 0, 0, code("multiply"), 0, 1, 0)
        _engine.Program((("elementwise", (x,), instructions),), table=table)()
        np.testing.assert_array_equal(x, expected)


def test_what_does_not_go_together_is_refused():
    x, y = np.zeros((3, 4)), np.zeros(4)
    read_only = np.broadcast_to(y, x.shape)
    add = _engine.INSTRUCTIONS.index("add")
    bad = [
        ((x, y), (0, add, 1, 0, 0), "smaller"),
        ((x, read_only), (0, add, 1, 0, 0), "read-only"),
        ((x, np.zeros(3)), (0, add, 0, 0, 1), "don't go together"),
        ((x, x.astype("float32")), (0, add, 0, 0, 1), "two real types"),
        ((x, x > 0), (0, add, 0, 0, 1), "reads another type"),
        ((x, y), (0, add, 0, 0, 2), "isn't there"),
        ((x, y), (0, 99, 0, 0, 1), "unknown"),
        ((x, x[:0]), (0, add, 0, 0, 1), "empty"),
        ((x,), (0,), "nothing is written"),
        ((x,), (), "no instructions"),
    ]
    for operands, numbers, sentence in bad:
        with pytest.raises(ValueError, match=sentence):
            _engine.Program((("elementwise", operands, numbers),))
    with pytest.raises(ValueError, match="no such kind"):
        _engine.Program((("wonder", (x,), ()),))
    with pytest.raises(ValueError, match="no table 'abacus'"):
        _engine.Program((), table="abacus")
