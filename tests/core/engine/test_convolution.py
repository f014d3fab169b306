"""Convolutions whose columns are never made, and pools that read windows: what NumPy's calls do, over drawn layers."""

import itertools

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.calls import Calls, arithmetic, bind_copy, call, total
from chainrule.core.engine.extension import _engine, tables
from chainrule.core.engine.matrices import is_product, stretch
from chainrule.core.engine.nodes import Operation, PythonCall
from chainrule.core.engine.program import Program
from chainrule.core.layers.unfold import as_columns, bind_fold, bind_unfold, windows_of, with_padding
from chainrule.core.layers.windows import Axes, Axis
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import Plan
from drawn import examples

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

SAMPLES = st.sampled_from([1, 7, 8, 9, 16, 17, 31, 32, 33, 48, 67, 130])
LENGTHS, KERNELS, STRIDES = st.integers(1, 7), st.integers(1, 4), st.integers(1, 3)


@st.composite
def axes_of_images(draw: st.DrawFn) -> Axes:
    """The windows along one axis, or two."""
    found = []
    for _ in range(draw(st.integers(1, 2))):
        length, kernel, stride = draw(LENGTHS), draw(KERNELS), draw(STRIDES)
        padding = draw(st.sampled_from(["same", 0, 1, 2]))
        axis = Axis.of(length, kernel, stride, padding)
        found.append(axis if axis.windows else Axis.of(length, kernel, stride, "same"))
    return tuple(found)


def numbers(rng: np.random.Generator, *shape: int, dtype: str) -> np.ndarray:
    return rng.standard_normal(shape).astype(dtype)


def run(kind: str, operands: tuple[np.ndarray, ...], settings: tuple[int, ...], exact: np.ndarray, terms: int) -> None:
    """One operation on every instruction set: close to the exact result, and the same bits with FMA."""
    results = {}
    for table in tables():
        operands[-1][...] = np.nan
        _engine.Program(((kind, operands, settings),), table=table)()
        scale = terms * np.finfo(exact.dtype).eps * max(1.0, float(np.abs(exact).max()))
        np.testing.assert_allclose(operands[-1], exact, rtol=0, atol=4 * scale)
        results[table] = operands[-1].copy()
    results.pop("baseline")
    assert all(np.array_equal(a, b) for a, b in itertools.pairwise(results.values())), "not the same bits"


@examples(100)
@given(data=st.data())
def test_each_product_of_a_convolution_is_numpys(data: st.DataObject):
    axes, n = data.draw(axes_of_images()), data.draw(SAMPLES)
    channels, units, below = (data.draw(st.integers(low, 7)) for low in (1, 1, 0))
    lead = data.draw(st.sampled_from([(), (3,)]))
    x_lead = data.draw(st.sampled_from([lead, lead[:0] + (1,) * len(lead)]))
    dtype = data.draw(st.sampled_from(["float64", "float32"]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x = numbers(rng, *x_lead, channels, *(axis.length for axis in axes), n, dtype=dtype)
    padded, inside = with_padding(x, axes, 0.0)
    inside[...] = x
    kernel, places = tuple(axis.kernel for axis in axes), tuple(axis.windows for axis in axes)
    S, N = channels * int(np.prod(kernel)), int(np.prod(places)) * n
    a = numbers(rng, *x_lead, S + below, N, dtype=dtype)
    bind_unfold(x, as_columns(a, channels, axes), axes)()
    offsets, members = range(len(axes)), range(len(axes), len(axes) + len(lead))
    windows = windows_of(padded, axes)  # (kernel..., lead..., channels, places..., n)
    windows = windows.transpose(
        *members, len(axes) + len(lead), *offsets, *range(len(axes) + len(lead) + 1, windows.ndim)
    )
    rest = (a[..., S:, :],) if below else ()
    W, z = numbers(rng, *lead, units, S + below, dtype=dtype), np.empty((*lead, units, N), dtype)
    dWT, dx = np.empty((*lead, S + below, units), dtype), np.empty((*lead, *x.shape[len(lead) :]), dtype)
    dz = numbers(rng, *lead, units, N, dtype=dtype)
    if not stretch(windows, len(axes) + 1):
        with pytest.raises(ValueError, match="stretches"):
            _engine.Program((("convolve", (W, windows, *rest, z), (1 + len(axes),)),))
        return
    floor = np.array(0.25, dtype)
    run("convolve", (W, windows, *rest, z), (1 + len(axes),), W @ a, 10 * S)
    run("convolve", (W, windows, *rest, floor, z), (1 + len(axes), 1), np.maximum(W @ a, floor), 10 * S)
    with pytest.raises(ValueError, match="where there is a floor"):
        _engine.Program((("convolve", (W, windows, *rest, floor, z), (1 + len(axes), 2)),))
    with pytest.raises(ValueError, match="don't go together"):
        _engine.Program((("convolve", (W, windows, *rest, floor[None], z), (1 + len(axes), 1)),))
    run("convolve_to_weights", (windows, *rest, dz, dWT), (1 + len(axes),), a @ dz.mT, 10 * N)
    WT = W[..., :S].mT
    da = np.broadcast_to(WT @ dz, (*lead, S, N)).copy()
    settings = tuple(each for axis in axes for each in (axis.stride, axis.before))
    operands = (WT.reshape(*lead, channels, *kernel, units), dz.reshape(*lead, units, *places, n), dx)
    if n * x.itemsize < 64:
        with pytest.raises(ValueError, match="samples"):
            _engine.Program((("convolve_to_input", operands, settings),))
        return
    folded = np.empty_like(dx)
    bind_fold(as_columns(da, channels, axes), folded, axes)()
    run("convolve_to_input", operands, settings, folded, 10 * units * S)


@st.composite
def networks(draw: st.DrawFn) -> cr.Network:
    """Convolutions and pools, on series or images."""
    shape = draw(st.sampled_from([(1, 12), (2, 15), (1, 9, 8), (2, 8, 11)]))
    of_series = len(shape) == 2
    convolution = cr.Conv1D if of_series else cr.Conv2D
    layers = []
    for _ in range(draw(st.integers(1, 2))):
        stride, padding = draw(st.integers(1, 2)), draw(st.sampled_from(["valid", "same", 1]))
        kernel = draw(st.sampled_from([1, 2, 3] if of_series else [2, 3, (1, 2), (3, 2)]))
        layers.append(
            convolution(draw(st.integers(1, 7)), kernel, stride=stride, padding=padding, bias=draw(st.booleans()))
        )
        layers += draw(st.sampled_from([[], [cr.ReLU()], [cr.Tanh()]]))
        pool = draw(st.sampled_from([None, cr.MaxPool, cr.AveragePool]))
        if pool is not None:
            layers.append(pool(draw(st.integers(2, 3)), stride=draw(st.sampled_from([None, 1, 2])), padding="same"))
    try:
        return cr.Network(shape, [*layers, cr.Flatten(), cr.Dense(2)])
    except cr.ChainruleError:  # a window that doesn't fit
        reject()


def bound(network: cr.Network, n: int, lead: tuple[int, ...], dtype: str) -> tuple[Calls, list[np.ndarray]]:
    """Loss and gradient as a row, on whole numbers, among which a pool finds ties; and what is read after it."""
    rng = np.random.default_rng(0)
    parameters = Parameters.of(
        network, network.initialize(0, *lead, dtype=dtype), network.initialize_state(*lead, dtype=dtype)
    )
    plan = Plan(Objective(network, cr.SquaredError()), n, parameters)
    plan.set_input(rng.integers(-2, 3, (n, *network.input_shape)).astype(dtype))
    plan.set_targets(rng.standard_normal((n, 2)))
    return Calls(*plan.value_and_gradient), [plan.value, parameters.gradient]


@examples(60)
@given(network=networks(), n=SAMPLES, lead=st.sampled_from([(), (2,)]), dtype=st.sampled_from(["float64", "float32"]))
def test_a_gradient_is_numpys(network: cr.Network, n: int, lead: tuple[int, ...], dtype: str):
    (row, exact), (same_row, ours) = bound(network, n, lead, dtype), bound(network, n, lead, dtype)
    program = Program(same_row, ours)
    with arithmetic():
        for _ in range(2):
            row()
            program()
    for a, b in zip(exact, ours, strict=True):
        tolerance = (1e-12 if dtype == "float64" else 1e-4) * max(1.0, float(np.abs(a).max()))
        np.testing.assert_allclose(b, a, rtol=0, atol=tolerance)


def lenet(n: int, dtype: str = "float32", lead: tuple[int, ...] = ()) -> tuple[Program, list[np.ndarray]]:
    layers = [cr.Conv2D(6, 5), cr.ReLU(), cr.MaxPool(2), cr.Conv2D(16, 5), cr.ReLU(), cr.MaxPool(2), cr.Flatten()]
    row, observed = bound(cr.Network((1, 28, 28), [*layers, cr.Dense(120), cr.ReLU(), cr.Dense(2)]), n, lead, dtype)
    return Program(row, observed), observed


@pytest.mark.parametrize("lead", [(), (2,)], ids=["single", "population"])
@pytest.mark.parametrize(("n", "dtype"), [(32, "float32"), (31, "float64"), (128, "float32")])
def test_lenet_never_makes_its_columns(n: int, dtype: str, lead: tuple[int, ...]):
    program, _ = lenet(n, dtype, lead)
    kinds = [each.kind for each in program.nodes if isinstance(each, Operation)]
    assert [kinds.count(f"convolve{each}") for each in ("", "_to_weights", "_to_input")] == [2, 2, 1]
    called = [each for each in program.nodes if isinstance(each, PythonCall)]
    assert all(is_product(each) for each in called), "the BLAS' large products of dense layers"
    most = max(
        each.array.nbytes
        for node, stored in zip(program.nodes, program.stored, strict=True)
        if stored
        for each in node.writes
    )
    assert most <= 6 * 24 * 24 * n * np.dtype(dtype).itemsize * max(lead, default=1), (
        "no array as large as columns is written"
    )


@pytest.mark.parametrize("lead", [(), (2,)], ids=["single", "population"])
def test_lenet_has_the_same_bits_with_avx2_and_avx512(lead: tuple[int, ...], monkeypatch: pytest.MonkeyPatch):
    results = {}
    for table in tables():
        monkeypatch.setenv("CHAINRULE_INSTRUCTIONS", table)
        program, observed = lenet(23, "float32", lead)
        program()
        results[table] = np.concatenate([each.ravel() for each in observed])
        assert not any(isinstance(each, PythonCall) for each in program.nodes)
    baseline = results.pop("baseline")
    for ours in results.values():
        assert np.array_equal(ours, next(iter(results.values())))
        np.testing.assert_allclose(baseline, ours, rtol=0, atol=1e-4 * float(np.abs(ours).max()))


def convolution(n: int = 16) -> tuple[Calls, dict[str, np.ndarray]]:
    """A convolution's forward pass, some other call, and its gradient to the weights."""
    axes, rng = (Axis.of(6, 3, 1, 0),), np.random.default_rng(0)
    arrays = {"x": numbers(rng, 2, 6, n, dtype="float64"), "W": numbers(rng, 3, 6, dtype="float64")}
    arrays |= {"a": np.zeros((6, 4 * n)), "z": np.zeros((3, 4 * n)), "dWT": np.zeros((6, 3)), "sums": np.zeros(4 * n)}
    forward = Calls(
        bind_unfold(arrays["x"], as_columns(arrays["a"], 2, axes), axes),
        call(np.matmul, arrays["W"], arrays["a"], out=arrays["z"]),
    )
    backward = call(np.matmul, arrays["a"], arrays["z"].mT, out=arrays["dWT"])
    return Calls(*forward, bind_copy(np.ones(()), arrays["sums"]), backward), arrays


def kinds(program: Program) -> list[str]:
    return [each.kind for each in program.nodes if isinstance(each, Operation)]


def stores(program: Program) -> int:
    return sum(map(bool, program.stored))


def test_columns_that_are_read_elsewhere_are_made():
    row, at = convolution()
    program = Program(row, [at["z"], at["dWT"]])
    assert kinds(program) == ["convolve", "convolve_to_weights"]
    assert stores(program) == 2
    for more, observed in ((call(total, at["a"], axis=0, out=at["sums"]), [at["sums"]]), (None, [at["a"]])):
        calls = Calls(*row, more) if more else row
        calls()
        exact = [each.copy() for each in (*observed, at["dWT"])]
        at["a"][...] = 0.0
        program = Program(calls, [at["z"], at["dWT"], *observed])
        program()
        assert kinds(program)[:2] == ["convolve", "convolve_to_weights"]
        for a, b in zip(exact, (*observed, at["dWT"]), strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["x", "a"])
def test_what_is_written_over_in_between_is_not_read_again(name: str):
    row, at = convolution()
    forward, backward = row[:-1], row[-1]
    calls = Calls(*forward, bind_copy(np.full((), 2.0), at[name][:1]), backward)
    start = at["x"].copy()
    calls()
    exact = at["dWT"].copy()
    at["x"][...] = start
    program = Program(calls, [at["dWT"]])
    program()
    assert kinds(program) == ["convolve", "product"]
    np.testing.assert_allclose(at["dWT"], exact, rtol=1e-12, atol=1e-13)


def test_what_does_not_go_together_is_refused():
    W, z, dWT = np.zeros((3, 6)), np.zeros((3, 64)), np.zeros((6, 3))
    windows = windows_of(np.zeros((2, 6, 16)), (Axis.of(6, 3, 1, 0),)).swapaxes(0, 1)  # (2, 3, 4, 16)
    w, dz, dx = np.zeros((2, 3, 3)), np.zeros((3, 4, 16)), np.zeros((2, 6, 16))
    for kind, operands, settings in (
        ("convolve", (W, windows, z), (2,)),
        ("convolve_to_weights", (windows, z, dWT), (2,)),
        ("convolve_to_input", (w, dz, dx), (1, 0)),
    ):
        _engine.Program(((kind, operands, settings),))
    bad = [
        ("convolve", (W, z), (2,), "takes"),
        ("convolve", (W, windows, z), (), "no axes"),
        ("convolve", (W, windows, z), (4,), "no axes"),
        ("convolve", (W, windows, z), (1,), "go together"),
        ("convolve", (W, windows, z[:2]), (2,), "go together"),
        ("convolve", (W, windows, z[:, :63]), (2,), "go together"),
        ("convolve", (W[:, :5], windows, z), (2,), "go together"),
        ("convolve", (W, windows, z[:1], z), (2,), "go together"),
        ("convolve", (W, windows, z.astype("float32")), (2,), "two real types"),
        ("convolve", (W, windows, np.broadcast_to(z[0], (3, 64))), (2,), "read-only"),
        ("convolve", (W, windows[..., ::2], z[:, ::2]), (2,), "stretches"),
        ("convolve", (np.zeros((2, 3, 6)), np.zeros((3, 2, 3, 4, 16)), np.zeros((2, 3, 64))), (2,), "go together"),
        ("convolve_to_weights", (windows, z, dWT.T), (2,), "go together"),
        ("convolve_to_weights", (windows, z, np.broadcast_to(dWT[0], (6, 3))), (2,), "read-only"),
        ("convolve_to_input", (w, dz, dx), (0, 0), "a stride"),
        ("convolve_to_input", (w, dz, dx), (1, -1), "a stride"),
        ("convolve_to_input", (w, dz, dx), (1,), "no axes"),
        ("convolve_to_input", (w, dz, dx[:1]), (1, 0), "go together"),
        ("convolve_to_input", (w[..., :2], dz, dx), (1, 0), "go together"),
        ("convolve_to_input", (w, dz[..., :8], dx), (1, 0), "go together"),
        ("convolve_to_input", (w, dz[..., ::2], dx[..., ::2]), (1, 0), "a row"),
    ]
    for kind, operands, settings, sentence in bad:
        with pytest.raises(ValueError, match=sentence):
            _engine.Program(((kind, operands, settings),))
