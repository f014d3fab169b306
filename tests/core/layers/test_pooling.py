"""Pooling, and dropout of channels, against naive loops and against JAX, over random shapes, strides and paddings."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.calls import run
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import Plan
from drawn import examples
from windows import drawn_passes, jax_judge, kernels, margins, naive_windows, passes, with_pull_back


def pool(kind: type, kernel: tuple[int, ...], stride: tuple[int, ...], padding: str | int) -> cr.Layer:
    assume(not isinstance(padding, int) or padding < min(kernel))
    return kind(*kernel, *stride, padding) if len(kernel) == 1 else kind(kernel, stride, padding)


@examples(60)
@given(kernels(), st.booleans())
def test_a_pool_is_its_loop(walk, whole):
    shape, kernel, stride, padding = walk
    for kind, fill, reduce in ((cr.MaxPool, -np.inf, np.max), (cr.AveragePool, 0.0, np.mean)):
        found = drawn_passes(pool(kind, kernel, stride, padding), shape, whole)
        for x, y in zip(found["x"], found["y"], strict=True):
            for place, window in naive_windows(x, kernel, stride, margins(*walk), fill):
                expected = reduce(window.reshape(len(window), -1), axis=1)
                np.testing.assert_allclose(y[:, *place], expected, rtol=1e-12, atol=1e-14)


@examples(10)
@given(kernels(), st.booleans())
def test_a_pool_is_jax(walk, whole):
    """With whole numbers most windows have several maxima: the gradient goes to the first."""
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
        y, (dx,) = with_pull_back(judge, found["dy"], found["x"])
        np.testing.assert_allclose(found["y"], y, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found["dx"], dx, rtol=1e-9, atol=1e-9)


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


def test_the_global_average():
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((2, 3))
    y, dx, _ = passes(cr.GlobalAveragePool(), x, dy, None)
    np.testing.assert_allclose(y, x.mean(axis=(2, 3)), rtol=1e-12)
    np.testing.assert_allclose(dx, np.broadcast_to(dy[..., None, None] / 20, x.shape), rtol=1e-12)


def test_a_channel_is_dropped_as_a_whole():
    network = cr.Network((4, 3, 3), [cr.Conv2D(50, 1), cr.ChannelDropout(0.4), cr.Flatten()])
    theta = np.zeros(network.n_parameters)
    network.parameters(theta)[0]["bias"][:] = 1.0
    generators = (np.random.default_rng(0),)
    objective = Objective(network, cr.SquaredError())
    plan = Plan(objective, 20, Parameters.of(network, theta), generators={1: generators})
    plan.set_input(np.zeros((20, 4, 3, 3)))
    run(plan.forward)
    maps = plan.output.reshape(50, 9, 20)
    assert (maps == maps[:, :1]).all()
    assert set(np.unique(maps.round(12))) == {0.0, round(1 / 0.6, 12)}
    assert maps.mean() == pytest.approx(1.0, abs=0.1)


def test_on_digits_with_their_blank_borders_a_network_is_jax():
    """Real images: most windows at the border hold zeros alone, each of them a maximum."""
    pytest.importorskip("sklearn")
    jax = jax_judge()
    images, truth = cr.datasets.digits()
    x, y = images[:20], truth[:20]
    network = cr.Network(
        (1, 8, 8), [cr.MaxPool(2), cr.Conv2D(4, 3), cr.ReLU(), cr.MaxPool(2), cr.Flatten(), cr.Dense(10)]
    )
    theta = network.initialize(seed=0)
    shapes = [(name, array.shape) for each in network.parameters(theta) for name, array in each.items()]
    assert shapes == [("weights", (4, 1, 3, 3)), ("bias", (4,)), ("weights", (10, 4)), ("bias", (10,))]

    def pooled(a):
        return jax.lax.reduce_window(a, -np.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")

    def judge(theta):
        kernel, dense = theta[:40].reshape(4, 10), theta[40:].reshape(10, 5)  # the bias is the last column
        maps = jax.lax.conv(pooled(x), kernel[:, :9].reshape(4, 1, 3, 3), (1, 1), "VALID") + kernel[:, 9].reshape(
            4, 1, 1
        )
        features = pooled(jax.nn.relu(maps)).reshape(len(x), -1)
        logits = features @ dense[:, :4].T + dense[:, 4]
        return -jax.nn.log_softmax(logits)[np.arange(len(x)), y].mean()

    expected, slope = jax.jit(jax.value_and_grad(judge))(theta)
    value, gradient = network.loss_and_gradient(theta, x, y, cr.SoftmaxCrossEntropy())
    assert value == pytest.approx(float(expected), abs=1e-9)
    np.testing.assert_allclose(gradient, slope, rtol=0, atol=1e-9)
