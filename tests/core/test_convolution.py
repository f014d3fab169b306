"""Convolution and pooling against naive loops and against JAX, over drawn shapes, strides and paddings."""

import itertools
import tracemalloc
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import chainrule as cr
from cases import LAYERS
from chainrule.core.layers import convolution, pooling, unfold
from chainrule.core.layers.base import Buffers
from chainrule.core.layers.unfold import bind_fold, bind_unfold
from chainrule.core.layers.windows import Axis
from chainrule.core.plan import Plan, run
from drawn import examples
from optional import needed

POOLS = (cr.MaxPool, cr.AveragePool)


@st.composite
def walks(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], str | int]:
    """The shape of an input (C, L) or (C, H, W), and a kernel, strides and padding that fit it."""
    n_axes = draw(st.sampled_from([1, 2]))
    several = lambda most: tuple(draw(st.integers(1, most)) for _ in range(n_axes))  # noqa: E731
    shape, kernel, stride = (draw(st.integers(1, 3)), *several(9)), several(4), several(3)
    padding = draw(st.sampled_from(["valid", "same", 0, 1, 2]))
    around = padding if isinstance(padding, int) else 0
    assume(padding == "same" or all(n + 2 * around >= k for n, k in zip(shape[1:], kernel, strict=True)))
    return shape, kernel, stride, padding


def convolve(channels: int, kernel: tuple[int, ...], stride: tuple[int, ...], padding: str | int) -> cr.Layer:
    if len(kernel) == 1:
        return cr.Conv1D(channels, *kernel, *stride, padding)
    return cr.Conv2D(channels, kernel, stride, padding)


def pool(kind: type, kernel: tuple[int, ...], stride: tuple[int, ...], padding: str | int) -> cr.Layer:
    assume(not isinstance(padding, int) or padding < min(kernel))
    return kind(*kernel, *stride, padding) if len(kernel) == 1 else kind(kernel, stride, padding)


def passes(layer: cr.Layer, x: np.ndarray, dy: np.ndarray, W: np.ndarray | None) -> tuple[np.ndarray, ...]:
    """y, dx and dW of one layer: x (n, C, ...), dy (n, ...), W (O, I + 1)."""
    output = np.empty((*dy.shape[1:], len(dy)))
    at = Buffers(
        input=np.moveaxis(x, 0, -1).copy(),
        output=output,
        d_input=np.full((*x.shape[1:], len(x)), np.nan),
        d_output=np.moveaxis(dy, 0, -1).copy(),
        input_and_ones=None,
        parameters={"weights": W},
        gradients={"weights": np.full_like(W, np.nan) if W is not None else None},
        random=(),
        population=False,
        scratch=lambda: np.full_like(output, np.nan),
    )
    bound = layer.bind(at)
    for _ in range(2):  # twice: the second pass finds what the first one left
        run(bound)
    return np.moveaxis(at.output, -1, 0), np.moveaxis(at.d_input, -1, 0), at.d_weights


def drawn_passes(layer: cr.Layer, shape: tuple[int, ...], whole: bool = False, seed: int = 0) -> dict[str, Any]:
    """Drawn numbers, whole ones where many should be equal, through a layer."""
    rng = np.random.default_rng(seed)
    signature = layer.signature(shape)
    draw = (lambda shape: rng.integers(0, 2, shape).astype(float)) if whole else rng.standard_normal
    x, dy = draw((3, *shape)), rng.standard_normal((3, *signature.output))
    W = rng.standard_normal(signature.parameters[0].matrix) if signature.parameters else None
    y, dx, dW = passes(layer, x, dy, W)
    return {"x": x, "dy": dy, "W": W, "y": y, "dx": dx, "dW": dW, "signature": signature}


def margins(shape: tuple[int, ...], kernel: tuple[int, ...], stride: tuple[int, ...], padding: str | int) -> Any:
    """The padding (before, after) of each axis, written anew: as JAX takes it, and the loops below."""
    if padding != "same":
        return [(0, 0) if padding == "valid" else (padding, padding)] * len(kernel)
    around = [max(0, (-(-n // s) - 1) * s + k - n) for n, k, s in zip(shape[1:], kernel, stride, strict=True)]
    return [(each // 2, each - each // 2) for each in around]


def naive_windows(x: np.ndarray, kernel: Any, stride: Any, margin: Any, fill: float) -> Any:
    """Each window of one sample x (C, ...), by a loop: its place, and its numbers (C, *kernel)."""
    padded = np.pad(x, [(0, 0), *margin], constant_values=fill)
    counts = [(n - k) // s + 1 for n, k, s in zip(padded.shape[1:], kernel, stride, strict=True)]
    for place in itertools.product(*map(range, counts)):
        cut = (slice(at * s, at * s + k) for at, s, k in zip(place, stride, kernel, strict=True))
        yield place, padded[:, *cut]


@examples(60)
@given(walks())
def test_a_convolution_is_its_loop(walk):
    shape, kernel, stride, padding = walk
    found = drawn_passes(convolve(2, kernel, stride, padding), shape)
    weights, bias = found["W"][:, :-1].reshape(2, shape[0], *kernel), found["W"][:, -1]
    for x, y in zip(found["x"], found["y"], strict=True):
        for place, window in naive_windows(x, kernel, stride, margins(*walk), 0.0):
            expected = [(weights[o] * window).sum() + bias[o] for o in range(2)]
            np.testing.assert_allclose(y[:, *place], expected, rtol=1e-12, atol=1e-12)


@examples(60)
@given(walks(), st.booleans())
def test_a_pool_is_its_loop(walk, whole):
    shape, kernel, stride, padding = walk
    for kind, fill, reduce in ((cr.MaxPool, -np.inf, np.max), (cr.AveragePool, 0.0, np.mean)):
        found = drawn_passes(pool(kind, kernel, stride, padding), shape, whole)
        for x, y in zip(found["x"], found["y"], strict=True):
            for place, window in naive_windows(x, kernel, stride, margins(*walk), fill):
                expected = reduce(window.reshape(len(window), -1), axis=1)
                np.testing.assert_allclose(y[:, *place], expected, rtol=1e-12, atol=1e-14)


@examples(100)
@given(walks())
def test_unfold_and_fold_are_adjoint(walk):
    """<unfold x, c> = <x, fold c>."""
    shape, kernel, stride, padding = walk
    axes = tuple(map(Axis.lay, shape[1:], kernel, stride, (padding,) * len(kernel)))
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, *shape, 3))
    columns = np.empty((np.prod(kernel), 2, shape[0], *(axis.windows for axis in axes), 3))
    c, folded = rng.standard_normal(columns.shape), np.empty_like(x)
    bind_unfold(x, columns, axes)()
    bind_fold(c, folded, axes)()
    np.testing.assert_allclose((columns * c).sum(), (x * folded).sum(), rtol=1e-12, atol=1e-12)


def jax_judge() -> Any:
    jax = needed("jax")
    jax.config.update("jax_enable_x64", True)
    return jax


@examples(10)
@given(walks())
def test_a_convolution_is_jax(walk):
    jax = jax_judge()
    shape, kernel, stride, padding = walk
    found = drawn_passes(convolve(2, kernel, stride, padding), shape)

    def in_jax(x, W):
        weights, bias = W[:, :-1].reshape(2, shape[0], *kernel), W[:, -1]
        z = jax.lax.conv_general_dilated(x, weights, stride, padding.upper() if padding == "same" else margins(*walk))
        return z + bias.reshape(-1, *[1] * len(kernel))

    y, pull_back = jax.vjp(in_jax, found["x"], found["W"])
    dx, dW = pull_back(found["dy"])
    for ours, theirs in ((found["y"], y), (found["dx"], dx), (found["dW"], dW)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@examples(10)
@given(walks(), st.booleans())
def test_a_pool_is_jax(walk, whole):
    """With whole numbers most windows have several that are largest: the gradient goes to the first."""
    jax = jax_judge()
    shape, kernel, stride, padding = walk
    margin = [(0, 0), (0, 0), *margins(*walk)]

    def window(x, start, operation):
        return jax.lax.reduce_window(x, start, operation, (1, 1, *kernel), (1, 1, *stride), margin)

    judges = {
        cr.MaxPool: lambda x: window(x, -np.inf, jax.lax.max),
        cr.AveragePool: lambda x: window(x, 0.0, jax.lax.add) / np.prod(kernel),
    }
    for kind, judge in judges.items():
        found = drawn_passes(pool(kind, kernel, stride, padding), shape, whole)
        y, pull_back = jax.vjp(judge, found["x"])
        np.testing.assert_allclose(found["y"], y, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found["dx"], pull_back(found["dy"])[0], rtol=1e-9, atol=1e-9)


def test_where_all_is_equal_the_gradient_goes_to_the_first():
    x, dy = np.zeros((1, 1, 4, 4)), np.arange(1.0, 5.0).reshape(1, 1, 2, 2)
    _, dx, _ = passes(cr.MaxPool(2), x, dy, None)
    assert dx[0, 0].tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]
    _, dx, _ = passes(cr.MaxPool(3, stride=1), x, dy, None)
    assert dx[0, 0, :2].tolist() == [[1, 2, 0, 0], [3, 4, 0, 0]]


def test_padding_is_never_the_largest():
    x, dy = np.full((1, 1, 3), -5.0), np.ones((1, 1, 3))
    y, dx, _ = passes(cr.MaxPool(3, 1, padding=1), x, dy, None)
    assert y.tolist() == [[[-5, -5, -5]]]
    assert dx.tolist() == [[[2, 1, 0]]]


def test_an_average_counts_padding():
    y, dx, _ = passes(cr.AveragePool(2, padding=1), np.full((1, 1, 2), 6.0), np.ones((1, 1, 2)), None)
    assert y.tolist() == [[[3, 3]]]
    assert dx.tolist() == [[[0.5, 0.5]]]


def test_same_is_xlas():
    """An odd number of padding stands at the end."""
    W = np.array([[1.0, 10.0, 0.0]])
    y, *_ = passes(cr.Conv1D(1, 2, padding="same"), np.array([[[1.0, 2.0, 3.0]]]), np.ones((1, 1, 3)), W)
    assert y.tolist() == [[[21, 32, 3]]]
    assert cr.Conv2D(1, 5, 2, "same").signature((1, 28, 7)).output == (1, 14, 4)


def test_the_global_average():
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((2, 3))
    y, dx, _ = passes(cr.GlobalAveragePool(), x, dy, None)
    np.testing.assert_allclose(y, x.mean(axis=(2, 3)), rtol=1e-12)
    np.testing.assert_allclose(dx, np.broadcast_to(dy[..., None, None] / 20, x.shape), rtol=1e-12)


def test_a_channel_is_dropped_as_a_whole():
    network = cr.Network((4, 3, 3), [cr.Conv2D(50, 1), cr.ChannelDropout(0.4)])
    theta = np.zeros(network.n_parameters)
    network.parameters(theta)[0]["bias"][:] = 1.0
    generators = (np.random.default_rng(0),)
    plan = Plan(network, 20, theta, draws={1: generators})
    plan.set_input(np.zeros((20, 4, 3, 3)))
    run(plan.infer)
    maps = plan.output.reshape(50, 9, 20)
    assert (maps == maps[:, :1]).all()
    assert set(np.unique(maps.round(12))) == {0.0, round(1 / 0.6, 12)}
    assert maps.mean() == pytest.approx(1.0, abs=0.1)


def test_the_first_layers_input_gradient_is_not_computed(monkeypatch: pytest.MonkeyPatch):
    folded = []
    monkeypatch.setattr(convolution, "bind_fold", lambda columns, x, axes: folded.append(x.shape) or (lambda: None))
    network = cr.Network((1, 8, 8), [cr.MaxPool(1), cr.Conv2D(2, 3), cr.Conv2D(3, 3), cr.Flatten(), cr.Dense(1)])
    network.loss_and_gradient(network.initialize(), np.zeros((5, 1, 8, 8)), np.zeros(5), cr.SquaredError())
    assert folded == [(2, 6, 6, 5)]  # of the second convolution alone


class CountingNumPy:
    """NumPy that counts the calls of its functions."""

    def __init__(self, wrapped: Any, calls: Counter[str]):
        self._wrapped, self._calls = wrapped, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._wrapped, name)
        return CountingNumPy(found, self._calls) if callable(found) and not isinstance(found, type) else found

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self._calls[getattr(self._wrapped, "__name__", "?")] += 1
        return self._wrapped(*arguments, **named)


@pytest.mark.parametrize("name", ["Conv2D", "Conv1D, same", "MaxPool, overlapping", "AveragePool", "LeNet, small"])
def test_a_convolution_with_members_is_no_loop_over_members(name: str, monkeypatch: pytest.MonkeyPatch):
    case = LAYERS[name]
    x, y = case.data()
    calls: Counter[str] = Counter()
    for module, names in ((convolution, ("np", "product")), (unfold, ("np",)), (pooling, ("np", "total"))):
        for each in names:
            monkeypatch.setattr(module, each, CountingNumPy(getattr(module, each), calls))
    counted = []
    for members in (None, 1, 2, 9):
        theta = case.network.initialize(population=members)
        plan = Plan(case.network, len(x), theta, loss=case.loss)
        plan.set_input(x)
        plan.set_targets(case.loss.rows(y, case.network.output_shape[0]))
        calls.clear()
        run(plan.measure)
        counted.append(calls.copy())
    assert counted[0].total() > 0
    assert counted == counted[:1] * 4


def test_members_share_the_columns_of_their_data():
    """What the first layer unfolds of the data is the same for all members: it is there once."""
    network = cr.Network((3, 32, 32), [cr.Conv2D(1, 5), cr.GlobalAveragePool()])
    theta = network.initialize(population=50)
    once = np.ones((75 + 1) * 28 * 28 * 4).nbytes

    tracemalloc.start()
    Plan(network, 4, theta)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * once


def test_a_convolutional_network_is_saved_and_loaded(tmp_path):
    network = cr.Network(
        (1, 8, 8),
        [
            *(cr.Conv2D(3, (3, 2), padding="same"), cr.ReLU(), cr.MaxPool(2), cr.ChannelDropout(0.1)),
            *(cr.Conv2D(2, 2, initializer=cr.He()), cr.AveragePool((1, 3), stride=2), cr.Flatten(), cr.Dense(2)),
        ],
    )
    x = np.random.default_rng(0).standard_normal((6, 1, 8, 8))
    run = cr.train(network, x, np.zeros((6, 2)), loss=cr.SquaredError(), optimizer=cr.SGD(0.1), epochs=2, population=2)
    run.model.save(tmp_path / "model.npz")
    loaded = cr.Model.load(tmp_path / "model.npz")
    assert loaded.network == network
    np.testing.assert_array_equal(loaded.predict(x), run.model.predict(x))


def test_parameters_have_the_shapes_of_the_public_door():
    network = cr.Network((3, 8, 8), [cr.Conv2D(4, (3, 2)), cr.ReLU(), cr.Conv2D(5, 1, bias=False)])
    theta = network.initialize(population=2)
    first, _, second = network.parameters(theta)
    assert {name: array.shape for name, array in first.items()} == {"weights": (2, 4, 3, 3, 2), "bias": (2, 4)}
    assert {name: array.shape for name, array in second.items()} == {"weights": (2, 5, 4, 1, 1)}
    assert not first["bias"].any()
    assert first["weights"].std() == pytest.approx(np.sqrt(2 / 18), rel=0.2)  # He's, in front of a ReLU


def test_a_convolution_starts_as_what_follows_it_wants():
    """Not the ReLU behind the next convolution: the pool between them has no opinion."""
    network = cr.Network((1, 12, 12), [cr.Conv2D(50, 3), cr.MaxPool(2), cr.Conv2D(2, 3), cr.ReLU()])
    weights = network.parameters(network.initialize())[0]["weights"]
    assert abs(weights).max() <= np.sqrt(6 / (9 + 450))  # Glorot's limit
