"""Convolution against naive loops and against JAX, over random shapes, strides and paddings."""

import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given

import chainrule as cr
from cases import LAYERS
from chainrule.core import products
from chainrule.core.calls import run
from chainrule.core.layers import convolution, pooling, unfold
from chainrule.core.layers.unfold import bind_fold, bind_unfold
from chainrule.core.layers.windows import Axis
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import ForwardPlan, Plan
from costs import CountingNumPy
from drawn import examples
from windows import drawn_passes, jax_judge, kernels, margins, naive_windows, passes


def convolve(channels: int, kernel: tuple[int, ...], stride: tuple[int, ...], padding: str | int) -> cr.Layer:
    if len(kernel) == 1:
        return cr.Conv1D(channels, *kernel, *stride, padding)
    return cr.Conv2D(channels, kernel, stride, padding)


@examples(60)
@given(kernels())
def test_a_convolution_is_its_loop(walk):
    shape, kernel, stride, padding = walk
    found = drawn_passes(convolve(2, kernel, stride, padding), shape)
    weights, bias = found["W"][:, :-1].reshape(2, shape[0], *kernel), found["W"][:, -1]
    for x, y in zip(found["x"], found["y"], strict=True):
        for place, window in naive_windows(x, kernel, stride, margins(*walk), 0.0):
            expected = [(weights[o] * window).sum() + bias[o] for o in range(2)]
            np.testing.assert_allclose(y[:, *place], expected, rtol=1e-12, atol=1e-12)


@examples(100)
@given(kernels())
def test_unfold_and_fold_are_adjoint(walk):
    """<unfold x, c> = <x, fold c>."""
    shape, kernel, stride, padding = walk
    axes = tuple(map(Axis.of, shape[1:], kernel, stride, (padding,) * len(kernel)))
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, *shape, 3))
    columns = np.empty((*kernel, 2, shape[0], *(axis.windows for axis in axes), 3))
    c, folded = rng.standard_normal(columns.shape), np.empty_like(x)
    bind_unfold(x, columns, axes)()
    bind_fold(c, folded, axes)()
    np.testing.assert_allclose((columns * c).sum(), (x * folded).sum(), rtol=1e-12, atol=1e-12)


@examples(10)
@given(kernels())
def test_a_convolution_is_jax(walk):
    jax = jax_judge()
    shape, kernel, stride, padding = walk
    found = drawn_passes(convolve(2, kernel, stride, padding), shape)

    def in_jax(x, W):
        weights, bias = W[:, :-1].reshape(2, shape[0], *kernel), W[:, -1]
        z = jax.lax.conv_general_dilated(x, weights, stride, padding.upper() if padding == "same" else margins(*walk))
        return z + bias.reshape(-1, *[1] * len(kernel))

    y, pull_back = jax.vjp(in_jax, found["x"], found["W"])  # compiled as a whole, jaxlib 0.4.38 ends the process
    dx, dW = pull_back(found["dy"])
    for ours, theirs in ((found["y"], y), (found["dx"], dx), (found["dW"], dW)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_same_is_xlas():
    """An odd padding is at the end."""
    W = np.array([[1.0, 10.0, 0.0]])
    y, *_ = passes(cr.Conv1D(1, 2, padding="same"), np.array([[[1.0, 2.0, 3.0]]]), np.ones((1, 1, 3)), W)
    assert y.tolist() == [[[21, 32, 3]]]
    assert cr.Conv2D(1, 5, 2, "same").signature((1, 28, 7)).output == (1, 14, 4)


def test_the_first_layers_input_gradient_is_not_computed(monkeypatch: pytest.MonkeyPatch):
    folded = []
    monkeypatch.setattr(convolution, "bind_fold", lambda columns, x, axes: folded.append(x.shape) or (lambda: None))
    network = cr.Network((1, 8, 8), [cr.MaxPool(1), cr.Conv2D(2, 3), cr.Conv2D(3, 3), cr.Flatten(), cr.Dense(1)])
    network.loss_and_gradient(network.initialize(), np.zeros((5, 1, 8, 8)), np.zeros(5), cr.SquaredError())
    assert folded == [(2, 6, 6, 5)]  # of the second convolution alone


@pytest.mark.parametrize("name", ["Conv2D", "Conv1D, same", "MaxPool, overlapping", "AveragePool", "LeNet, small"])
def test_a_convolution_with_members_is_no_loop_over_members(name: str, monkeypatch: pytest.MonkeyPatch):
    case = LAYERS[name]
    x, y = case.data()
    calls: list[str] = []
    for module, names in ((products, ("np", "dot")), (unfold, ("np",)), (pooling, ("np", "total"))):
        for each in names:
            monkeypatch.setattr(module, each, CountingNumPy(getattr(module, each), calls))
    counted = []
    for members in (1, 2, 9):
        theta = case.network.initialize(population=members)
        plan = Plan(Objective(case.network, case.loss), len(x), Parameters.of(case.network, theta))
        plan.set_input(x)
        plan.set_targets(case.loss.rows(y, case.network.output_shape[0]))
        calls.clear()
        run(plan.value_and_gradient)
        counted.append(Counter(calls))
    assert counted[0].total() > 0
    assert counted == counted[:1] * 3


def test_members_share_the_columns_of_their_data():
    """The columns of the data are the same for all members, and unfolded once."""
    network = cr.Network((3, 32, 32), [cr.Conv2D(1, 5), cr.GlobalAveragePool()])
    theta = network.initialize(population=50)
    once = np.ones((75 + 1) * 28 * 28 * 4).nbytes

    tracemalloc.start()
    ForwardPlan(network, 4, Parameters.of(network, theta))
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
    """A ReLU behind the next convolution doesn't count, even with only a pool in between."""
    network = cr.Network((1, 12, 12), [cr.Conv2D(50, 3), cr.MaxPool(2), cr.Conv2D(2, 3), cr.ReLU()])
    weights = network.parameters(network.initialize())[0]["weights"]
    assert abs(weights).max() <= np.sqrt(6 / (9 + 450))  # Glorot's limit
