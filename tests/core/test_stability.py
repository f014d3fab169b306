"""Any finite input: no overflow reaches an answer, and no warning a caller, from any thread.

`pyproject.toml` makes every warning an error here.
"""

from concurrent.futures import ThreadPoolExecutor
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from drawn import examples

EPSILON = {dtype: float(np.finfo(dtype).eps) for dtype in ("float64", "float32")}
LARGE = 1e4

# z: (a, slope) in the limit, or at 0
ACTIVATIONS = {
    "Sigmoid": (cr.Sigmoid(), {-LARGE: (0, 0), 0: (0.5, 0.25), LARGE: (1, 0)}),
    "Tanh": (cr.Tanh(), {-LARGE: (-1, 0), 0: (0, 1), LARGE: (1, 0)}),
    "ReLU": (cr.ReLU(), {-LARGE: (0, 0), 0: (0, 0), LARGE: (LARGE, 1)}),
    "LeakyReLU": (cr.LeakyReLU(0.25), {-LARGE: (-2500, 0.25), 0: (0, 0.25), LARGE: (LARGE, 1)}),
    "ELU": (cr.ELU(), {-LARGE: (-1, 0), 0: (0, 1), LARGE: (LARGE, 1)}),
    "ELU(0.5)": (cr.ELU(0.5), {-LARGE: (-0.5, 0), 0: (0, 0.5), LARGE: (LARGE, 1)}),
    "GELU": (cr.GELU(), {-LARGE: (0, 0), 0: (0, 0.5), LARGE: (LARGE, 1)}),
    "Softplus": (cr.Softplus(), {-LARGE: (0, 0), 0: (log(2), 0.5), LARGE: (LARGE, 1)}),
    "Identity": (cr.Identity(), {-LARGE: (-LARGE, 1), 0: (0, 1), LARGE: (LARGE, 1)}),
}
LIMITS = [(name, z) for name, (_, limits) in ACTIVATIONS.items() for z in limits]


@pytest.mark.parametrize("dtype", EPSILON)
@pytest.mark.parametrize(("name", "z"), LIMITS)
def test_an_activation_has_its_limits(name, z, dtype):
    function, limits = ACTIVATIONS[name]
    a, slope = limits[z]
    network = cr.Network((1,), [cr.Dense(1), function])
    theta = np.array([1.0, 0.0], dtype)
    assert network.predict(theta, [[z]]).item() == pytest.approx(a, rel=EPSILON[dtype], abs=EPSILON[dtype])

    # The target is 1 below the answer: da = 1, and the bias's gradient is the slope.
    value, gradient = network.loss_and_gradient(theta, [[z]], [[a - 1]], cr.HalfSquaredError())
    tolerance = {"rtol": 4 * EPSILON[dtype], "atol": 4 * EPSILON[dtype]}
    np.testing.assert_allclose(value, 0.5, **tolerance)
    np.testing.assert_allclose(gradient, [slope * z, slope], **tolerance)


@pytest.mark.parametrize(("dtype", "huge"), [("float64", 1e300), ("float32", 1e30)])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_finite_at_huge_numbers(name, dtype, huge):
    network = cr.Network((1,), [cr.Dense(1), ACTIVATIONS[name][0], cr.Dense(1)])
    for z in (-huge, huge):
        theta = np.array([1.0, 0.0, 1 / huge, 0.0], dtype)  # the last layer brings the answer back to 1 or below
        assert abs(network.predict(theta, [[z]]).item()) < 1.001
        value, gradient = network.loss_and_gradient(theta, [[z]], [[0.5]], cr.HalfSquaredError())
        assert np.isfinite(value)
        assert np.isfinite(gradient).all(), gradient


def saturated(network):
    """Weights of ±1e4, which take every unit to its limits."""
    return LARGE * np.sign(network.initialize(seed=0))


@pytest.mark.parametrize("dtype", EPSILON)
def test_a_saturated_network_of_sigmoids(dtype):
    network = cr.mlp(2, 4, 4, 1, activation="sigmoid")
    theta, (x, y) = saturated(network), cr.datasets.xor_cloud(50)
    answers = network.predict(theta.astype(dtype), x)
    assert ((answers >= 0) & (answers <= 1)).all()
    value, gradient = network.loss_and_gradient(theta.astype(dtype), x, y, cr.HalfSquaredError())
    assert 0 <= value <= 0.5
    assert np.isfinite(gradient).all()


# ---- cross-entropies from logits: theta's weight is 0 and its biases are the logits


def of_logits(logits, y, loss, dtype):
    """The loss of one sample, and its gradient with respect to the logits."""
    network = cr.Network((1,), [cr.Dense(len(logits))])
    theta = np.array([[0.0, z] for z in logits], dtype).ravel()
    value, gradient = network.loss_and_gradient(theta, [[0.0]], y, loss)
    assert gradient.dtype == dtype
    return value, network.parameters(gradient)[0]["bias"]


def minus_log_p(*z):
    """The loss for each class j: log Σ_k e^(z_k - z_j)."""
    return np.array([max(z) - each + log(sum(exp(other - max(z)) for other in z)) for each in z])


@pytest.mark.parametrize("dtype", EPSILON)
@pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("z", [-LARGE, -800.0, -5.0, 0.0, 5.0, 800.0, LARGE])
def test_binary_cross_entropy_of_logits(z, y, dtype):
    value, gradient = of_logits([z], [[y]], cr.BinaryCrossEntropy(), dtype)
    no, yes = minus_log_p(0.0, z)
    tolerance = 2 * EPSILON[dtype]
    np.testing.assert_allclose(value, (1 - y) * no + y * yes, rtol=tolerance, atol=tolerance * max(1, abs(z)))
    np.testing.assert_allclose(gradient, [exp(-yes) - y], rtol=0, atol=tolerance)


@pytest.mark.parametrize("dtype", EPSILON)
@pytest.mark.parametrize("label", range(3))
@pytest.mark.parametrize(
    "z",
    [
        (LARGE, -LARGE, 0.0),
        (-LARGE, -LARGE, -LARGE),
        (LARGE, LARGE, LARGE),
        (LARGE, LARGE, -LARGE),
        (-1.0, 0.5, 2.0),
    ],
)
def test_softmax_cross_entropy_of_logits(z, label, dtype):
    value, gradient = of_logits(z, [label], cr.SoftmaxCrossEntropy(), dtype)
    expected, tolerance = minus_log_p(*z), 4 * EPSILON[dtype]
    np.testing.assert_allclose(value, expected[label], rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(gradient, np.exp(-expected) - np.eye(3)[label], rtol=0, atol=tolerance)


FINITE = st.floats(-LARGE, LARGE, width=32)


@examples(200)
@given(z=st.lists(FINITE, min_size=2, max_size=5), data=st.data(), dtype=st.sampled_from([*EPSILON]))
def test_softmax_cross_entropy_of_any_logits(z, data, dtype):
    label = data.draw(st.integers(0, len(z) - 1))
    value, gradient = of_logits(z, [label], cr.SoftmaxCrossEntropy(), dtype)
    expected, tolerance = minus_log_p(*z), 8 * EPSILON[dtype]
    np.testing.assert_allclose(value, expected[label], rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(gradient, np.exp(-expected) - np.eye(len(z))[label], rtol=0, atol=tolerance)


@examples(200)
@given(z=FINITE, y=st.floats(0, 1, width=32), dtype=st.sampled_from([*EPSILON]))
def test_binary_cross_entropy_of_any_logit(z, y, dtype):
    value, gradient = of_logits([z], [[y]], cr.BinaryCrossEntropy(), dtype)
    no, yes = minus_log_p(0.0, z)
    tolerance = 4 * EPSILON[dtype]
    np.testing.assert_allclose(value, (1 - y) * no + y * yes, rtol=tolerance, atol=tolerance * max(1, abs(z)))
    np.testing.assert_allclose(gradient, [exp(-yes) - y], rtol=0, atol=tolerance)


# ---- nobody is warned


def work(activation):
    """Prediction, gradient, full batches and mini-batches on extreme numbers."""
    network = cr.mlp(2, 4, 4, 1, activation=activation, output="identity")
    theta, (x, y), loss = saturated(network), cr.datasets.xor_cloud(20), cr.BinaryCrossEntropy()
    value, gradient = network.loss_and_gradient(theta, x, y, loss)
    results = [network.predict(theta, x), value, gradient]
    for batch_size in (None, 8):
        settings = {"epochs": 3, "theta": theta, "batch_size": batch_size, "validation": (x, y)}
        run = cr.train(network, x, y, loss=loss, optimizer=cr.Adam(0.1), **settings)
        results += [run.final_loss, run.history["validation_loss"], run.model.probabilities(x)]
    return all(np.isfinite(each).all() for each in results)


@pytest.mark.parametrize("threads", [1, 4])
def test_no_warning_from_any_thread(threads):
    def overflow():
        return np.exp(np.full(1, LARGE))

    with ThreadPoolExecutor(threads) as pool:
        with pytest.raises(RuntimeWarning, match="overflow"):
            pool.submit(overflow).result()  # in a thread, too, a warning is an error
        assert all(pool.map(work, [function for function, _ in ACTIVATIONS.values()]))


def test_the_callers_errstate_is_left_alone():
    with np.errstate(over="raise", invalid="raise", divide="raise", under="ignore"):
        before = np.geterr()
        assert work(cr.Sigmoid())
        settings = {"loss": cr.HalfSquaredError(), "optimizer": cr.SGD(1.0), "epochs": 3, "batch_size": 8}
        for _ in cr.iterate(cr.mlp(2, 4, 1), *cr.datasets.xor(), **settings):
            assert np.geterr() == before
        assert np.geterr() == before
