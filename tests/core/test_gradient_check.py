"""The gradient check at kinks: a right gradient is right there, a wrong one is wrong there, and the kink is named."""

from dataclasses import dataclass

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.calls import Pass
from chainrule.core.kinks import Kink
from chainrule.core.layers.base import Buffers, Layer, Signature, signs


@dataclass(frozen=True, repr=False)
class OwnReLU(Layer):
    """A user's ReLU that declares no kink; `wrong` says what its backward takes for the slope."""

    wrong: str = ""

    elementwise = True
    backward_reads = frozenset({"input"})

    def signature(self, input_shape):
        return Signature(input_shape)

    def bind(self, at: Buffers) -> Pass:
        z, a, da, dz = at.input, at.output, at.d_output, at.d_input

        def forward():
            np.maximum(z, 0.0, out=a)

        def backward():
            slope = {"ones": np.ones_like(z), "half": 0.5 * (z > 0), "nan": np.full_like(z, np.nan)}
            np.multiply(da, slope.get(self.wrong, (z > 0) * 1.0), out=dz)

        return forward, backward


@dataclass(frozen=True, repr=False)
class DeclaredReLU(OwnReLU):
    """The same, with its kinks declared."""

    def pieces(self, at):
        return signs(at.input)


def checked(layers, x, y=None, theta=None, shape=None):
    x = np.asarray(x, float)
    network = cr.Network(shape or x.shape[1:], layers)
    y = np.linspace(-1.0, 1.0, len(x) * network.output_shape[0]).reshape(len(x), -1) if y is None else y
    theta = network.initialize(0) if theta is None else theta
    return cr.check_gradient(network, x, y, cr.SquaredError(), theta=theta)


def test_a_relu_at_zero_is_a_kink_and_its_gradient_is_right():
    (dense, last) = checked([cr.Dense(3), cr.ReLU(), cr.Dense(1)], [[0.0, 0.0], [1.0, 0.5]])
    assert dense.is_right
    assert last.is_right
    assert dense.n_at_kinks == 3  # along the biases; the weights of the point at 0 move nothing
    assert dense.n_kinks == 3
    assert dense.kinks == tuple(Kink(1, (unit,), 0) for unit in (1, 2, 3))
    assert str(dense.kinks[1]) == "layer 1, unit 2, sample 0"
    assert last.n_at_kinks == last.n_kinks == 0


@pytest.mark.parametrize("activation", [cr.ReLU(), cr.LeakyReLU(0.2), cr.ELU(), cr.ELU(0.3)], ids=repr)
def test_every_kinked_activation_is_right_at_zero(activation):
    dense, _ = checked([cr.Dense(3), activation, cr.Dense(1)], [[0.0, 0.0], [1.0, 0.5]])
    assert dense.error < 1e-7
    assert dense.n_at_kinks == 3


def test_two_kinks_that_move_together_are_seen_though_the_slopes_ahead_and_behind_agree():
    """relu(b) - relu(-b) is b: its slope is 1 on both sides of 0, and the gradient there, by convention, is 0."""
    layers = [cr.Dense(1), cr.Dense(2, bias=False), cr.ReLU(), cr.Dense(1, bias=False)]
    theta = np.array([0.0, 0.0, 1.0, -1.0, 1.0, -1.0])  # w, b; 1 and -1; 1 and -1
    network = cr.Network((1,), layers)
    _, gradient = network.loss_and_gradient(theta, [[1.0]], [[1.0]], cr.SquaredError())
    assert gradient[1] == 0.0
    first, *_ = checked(layers, [[1.0]], [[1.0]], theta)
    assert first.is_right
    assert first.n_at_kinks == 2
    assert first.kinks == (Kink(2, (1,), 0), Kink(2, (2,), 0))


@pytest.mark.parametrize("pool", [cr.MaxPool(2), cr.MaxPool(3, stride=1, padding=1)], ids=repr)
def test_blank_images_are_right(pool):
    """A convolution of a blank image is its bias everywhere: all of a window are the maximum, and move together."""
    images = np.zeros((3, 1, 6, 6))
    images[2] = 0.5
    first, last = checked([cr.Conv2D(2, 3), cr.ReLU(), pool, cr.Flatten(), cr.Dense(2)], images)
    assert first.is_right
    assert last.is_right
    assert first.n_at_kinks == 2  # along the biases, by ReLU
    assert {kink.layer for kink in first.kinks} == {1}


def test_ties_of_a_pool_with_gradients_of_both_signs_are_kinks():
    """At a weight of 0 all of a window are equal: on either side of it, another number is the maximum."""
    x = np.array([[[1.0, 0.0, 0.0, 0.0]], [[0.0, 0.0, 1.0, 0.0]]])
    network = [cr.Conv1D(1, 1), cr.MaxPool(2), cr.Flatten(), cr.Dense(1)]
    for w in (1.0, -1.0):
        first, _ = checked(network, x, [[-1.0], [1.0]], np.array([0.0, 0.0, w, 2.0 * w, 0.1]))
        assert first.is_right
        assert first.n_at_kinks == 1  # along the weight: at 0 the whole map is its bias
        assert first.kinks == (Kink(2, (1, 1), 0), Kink(2, (1, 2), 1))


def test_a_kink_beside_theta_but_within_the_step_is_seen():
    theta = np.array([0.0, 4e-6, 1.0, 0.0])  # w, b = z; 1, 0
    first, _ = checked([cr.Dense(1), cr.ReLU(), cr.Dense(1)], [[0.0]], [[1.0]], theta)
    assert (first.is_right, first.n_at_kinks) == (True, 1)
    first, _ = checked([cr.Dense(1), cr.ReLU(), cr.Dense(1)], [[0.0]], [[1.0]], theta * [1, 5, 1, 1])
    assert (first.is_right, first.n_at_kinks) == (True, 0)


@pytest.mark.parametrize("own", [OwnReLU, DeclaredReLU])
@pytest.mark.parametrize("wrong", ["ones", "half", "nan"])
def test_a_wrong_backward_is_found_at_a_kink_too(own, wrong):
    x = [[0.0, 0.0]]
    assert checked([cr.Dense(3), own(), cr.Dense(1)], x)[0].is_right
    assert not checked([cr.Dense(3), own(wrong), cr.Dense(1)], x)[0].is_right


def test_a_layer_that_declares_no_kink_is_judged_beside_it_by_its_one_sided_differences():
    first, _ = checked([cr.Dense(3), OwnReLU(), cr.Dense(1)], [[0.0, 0.0]])
    assert (first.is_right, first.n_at_kinks, first.kinks) == (True, 3, ())
    first, _ = checked([cr.Dense(3), DeclaredReLU(), cr.Dense(1)], [[0.0, 0.0]])
    assert (first.is_right, first.n_at_kinks, len(first.kinks)) == (True, 3, 3)


def test_nan_is_wrong():
    first, *_ = checked([cr.Dense(3), OwnReLU("nan"), cr.Dense(1)], [[1.0, 2.0]])
    assert np.isnan(first.error)
    assert not first.is_right


def test_so_many_units_that_a_kink_is_always_near():
    """A weight of the convolution moves 200,000 numbers: a step of 1e-5 takes some of them across 0 everywhere."""
    x = np.random.default_rng(0).standard_normal((20, 1, 10_000))
    first, last = checked([cr.Conv1D(1, 2), cr.ReLU(), cr.GlobalAveragePool(), cr.Dense(1)], x)
    assert first.n_at_kinks == 3
    assert first.is_right
    assert last.is_right
