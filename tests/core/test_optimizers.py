"""Optimizers, schedules, L2 and clipping: each against its equation, written out again in plain Python."""

from math import cos, pi, sqrt

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.optimizers import bind_update
from chainrule.core.parameters import Parameters
from chainrule.core.penalties import bind_clip

START = (-1.5, 0.3, 2.0)
STEPS = 25


def memory(start, dtype="float64", is_weight=1.0):
    """Parameters of an optimizer's own, W copied from `start`, with a slot for every name in use."""
    W = np.array(start, dtype)
    slots = {name: np.zeros_like(W) for name in ("m", "v")}
    return Parameters(W, None, np.zeros_like(W), slots, lambda: np.array(is_weight, dtype))


def descend(optimizer, gradient, at, steps):
    """The parameters after each step, with the gradient computed here."""
    update, path = bind_update(optimizer, at), []
    for _ in range(steps):
        at.g[...] = gradient(at.W)
        update()
        path.append(at.W.copy())
    return np.array(path)


# ---- golden values: one number at a time, as the conventions write it


def slope(w):
    """Of w⁴/4 - w² + w/5: two valleys with a hill between them."""
    return w**3 - 2 * w + 0.2


def sgd(w, rate):
    for t in range(STEPS):
        w = w - rate(t) * slope(w)
        yield w


def momentum(w, rate, mu):
    v = 0.0
    for t in range(STEPS):
        v = mu * v + slope(w)
        w = w - rate(t) * v
        yield w


def nesterov(w, rate, mu):
    v = 0.0
    for t in range(STEPS):
        g = slope(w)
        v = mu * v + g
        w = w - rate(t) * (g + mu * v)
        yield w


def rmsprop(w, rate, rho, epsilon):
    v = 0.0
    for t in range(STEPS):
        g = slope(w)
        v = rho * v + (1 - rho) * g**2
        w = w - rate(t) * g / (sqrt(v) + epsilon)
        yield w


def adam(w, rate, beta1, beta2, epsilon, decay=0.0):
    m = v = 0.0
    for t in range(STEPS):
        g = slope(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1 ** (t + 1))
        v_hat = v / (1 - beta2 ** (t + 1))
        w = w - rate(t) * m_hat / (sqrt(v_hat) + epsilon) - rate(t) * decay * w
        yield w


def adam_of_the_reference(w, rate, beta1, beta2, epsilon):
    m = v = 0.0
    for t in range(STEPS):
        g = slope(w)
        m = beta1 * m + (1 - beta1) * g  # (8)
        v = beta2 * v + (1 - beta2) * g**2  # (9)
        w = w - rate(t) * m / (sqrt(v) + epsilon)  # (10)
        yield w


def always(value):
    return lambda t: value


def halves_every_5(t):
    return 0.1 * 0.5 ** (t // 5)


def rises_then_falls(t):
    return 0.1 * (t + 1) / 4 if t < 4 else 0.1 * (1 + cos(pi * min((t - 4) / 10, 1))) / 2


WARM_COSINE = cr.WarmUp(cr.Cosine(0.1, steps=10), steps=4)

GOLDEN = {
    "SGD": (cr.SGD(0.1), sgd, (always(0.1),)),
    "SGD, StepDecay": (cr.SGD(cr.StepDecay(0.1, every=5, factor=0.5)), sgd, (halves_every_5,)),
    "SGD, WarmUp(Cosine)": (cr.SGD(WARM_COSINE), sgd, (rises_then_falls,)),
    "Momentum": (cr.Momentum(0.05), momentum, (always(0.05), 0.9)),
    "Momentum 0.5": (cr.Momentum(0.05, momentum=0.5), momentum, (always(0.05), 0.5)),
    "Momentum, WarmUp(Cosine)": (cr.Momentum(WARM_COSINE), momentum, (rises_then_falls, 0.9)),
    "Nesterov": (cr.Nesterov(0.05), nesterov, (always(0.05), 0.9)),
    "Nesterov 0.5": (cr.Nesterov(0.05, momentum=0.5), nesterov, (always(0.05), 0.5)),
    "Nesterov, WarmUp(Cosine)": (cr.Nesterov(WARM_COSINE), nesterov, (rises_then_falls, 0.9)),
    "RMSprop": (cr.RMSprop(0.1), rmsprop, (always(0.1), 0.99, 1e-8)),
    "RMSprop, all settings": (cr.RMSprop(0.1, decay=0.8, epsilon=0.3), rmsprop, (always(0.1), 0.8, 0.3)),
    "RMSprop, WarmUp(Cosine)": (cr.RMSprop(WARM_COSINE), rmsprop, (rises_then_falls, 0.99, 1e-8)),
    "Adam": (cr.Adam(), adam, (always(0.001), 0.9, 0.999, 1e-8)),
    "Adam, all settings": (
        cr.Adam(0.1, beta1=0.8, beta2=0.9, epsilon=0.3),
        adam,
        (always(0.1), 0.8, 0.9, 0.3),
    ),
    "Adam, WarmUp(Cosine)": (cr.Adam(WARM_COSINE), adam, (rises_then_falls, 0.9, 0.999, 1e-8)),
    "Adam, no correction": (
        cr.Adam(0.01, bias_correction=False),
        adam_of_the_reference,
        (always(0.01), 0.9, 0.999, 1e-8),
    ),
    "Adam, no correction, all settings": (
        cr.Adam(WARM_COSINE, beta1=0.8, beta2=0.9, epsilon=0.3, bias_correction=False),
        adam_of_the_reference,
        (rises_then_falls, 0.8, 0.9, 0.3),
    ),
    "AdamW": (cr.AdamW(), adam, (always(0.001), 0.9, 0.999, 1e-8, 0.01)),
    "AdamW, all settings": (
        cr.AdamW(0.1, beta1=0.8, beta2=0.9, epsilon=0.3, weight_decay=0.2),
        adam,
        (always(0.1), 0.8, 0.9, 0.3, 0.2),
    ),
    "AdamW, WarmUp(Cosine)": (cr.AdamW(WARM_COSINE), adam, (rises_then_falls, 0.9, 0.999, 1e-8, 0.01)),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_values(name):
    optimizer, recurrence, settings = GOLDEN[name]
    expected = np.array([list(recurrence(w, *settings)) for w in START]).T
    found = descend(optimizer, slope, memory(START), STEPS)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_adamw_decays_weights_only():
    at = memory((1.0, 1.0), is_weight=(1.0, 0.0))
    found = descend(cr.AdamW(0.1, weight_decay=0.2), slope, at, STEPS)
    weight, bias = (list(adam(1.0, always(0.1), 0.9, 0.999, 1e-8, decay)) for decay in (0.2, 0.0))
    np.testing.assert_allclose(found, np.transpose([weight, bias]), rtol=1e-12)


def test_a_first_adam_step_is_the_learning_rate():
    """Kingma and Ba, section 2.1: with its bias corrected the first step is α, whatever the gradient's size."""
    for size in (1e-3, 1.0, 1e6):
        (found,) = descend(cr.Adam(0.25, epsilon=1e-15), lambda W, size=size: size * np.sign(W), memory(START), 1)
        np.testing.assert_allclose(START - found, 0.25 * np.sign(START), rtol=1e-9)


# ---- convergence


def parabola(W):
    """The gradient of (x - 1)²/2 + 10 (y + 2)²/2."""
    return (W - (1.0, -2.0)) * (1.0, 10.0)


def rosenbrock(W):
    """The gradient of (1 - x)² + 100 (y - x²)²: a curved valley whose floor hardly falls."""
    x, y = W.tolist()
    return -2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)


CONVERGENCE = [  # surface, optimizer, steps, largest distance from the minimum
    (parabola, cr.SGD(0.1), 200, 1e-8),
    (parabola, cr.Momentum(0.02), 500, 1e-10),
    (parabola, cr.Nesterov(0.02), 500, 1e-10),
    (parabola, cr.RMSprop(cr.Cosine(0.05, steps=800)), 800, 1e-8),
    (parabola, cr.Adam(cr.Cosine(0.1, steps=500)), 500, 1e-8),
    (parabola, cr.Adam(cr.Cosine(0.1, steps=500), bias_correction=False), 500, 1e-8),
    (parabola, cr.AdamW(cr.Cosine(0.1, steps=500), weight_decay=0.0), 500, 1e-8),
    (rosenbrock, cr.SGD(0.001), 30_000, 1e-5),
    (rosenbrock, cr.Momentum(0.0005, momentum=0.95), 5000, 1e-8),
    (rosenbrock, cr.Nesterov(0.0005, momentum=0.95), 5000, 1e-8),
    (rosenbrock, cr.RMSprop(cr.Exponential(0.02, every=2000)), 10_000, 1e-4),
    (rosenbrock, cr.Adam(0.02), 5000, 1e-8),
    (rosenbrock, cr.Adam(0.002, bias_correction=False), 10_000, 1e-8),
    (rosenbrock, cr.AdamW(0.02, weight_decay=0.0), 5000, 1e-8),
]
MINIMUM = {parabola: (1.0, -2.0), rosenbrock: (1.0, 1.0)}
NAMES = [f"{surface.__name__} {optimizer}" for surface, optimizer, *_ in CONVERGENCE]


@pytest.mark.parametrize(("surface", "optimizer", "steps", "tolerance"), CONVERGENCE, ids=NAMES)
def test_convergence(surface, optimizer, steps, tolerance):
    at = memory((-1.2, 1.0))
    descend(optimizer, surface, at, steps)
    assert abs(at.W - MINIMUM[surface]).max() < tolerance


# ---- K values: member k is the single optimizer with the k-th of them

RATES, FRACTIONS, EPSILONS = (0.01, 0.05, 0.1), (0.0, 0.5, 0.99), (1e-8, 1e-2, 0.3)

POPULATIONS = {
    "SGD": (cr.SGD, {"learning_rate": RATES}),
    "Momentum": (cr.Momentum, {"learning_rate": RATES, "momentum": FRACTIONS}),
    "Momentum, one rate": (cr.Momentum, {"learning_rate": 0.1, "momentum": FRACTIONS}),
    "Nesterov": (cr.Nesterov, {"learning_rate": RATES, "momentum": FRACTIONS}),
    "RMSprop": (cr.RMSprop, {"learning_rate": RATES, "decay": FRACTIONS, "epsilon": EPSILONS}),
    "Adam": (cr.Adam, {"learning_rate": RATES, "beta1": FRACTIONS, "beta2": FRACTIONS, "epsilon": EPSILONS}),
    "Adam, its beta2": (cr.Adam, {"learning_rate": 0.1, "beta2": (0.9, 0.99, 0.999)}),
    "Adam, no correction": (cr.Adam, {"learning_rate": RATES, "beta2": FRACTIONS, "bias_correction": False}),
    "AdamW": (cr.AdamW, {"learning_rate": RATES, "beta2": FRACTIONS, "weight_decay": (0.0, 0.01, 0.2)}),
    "AdamW, its weight decay": (cr.AdamW, {"learning_rate": 0.1, "weight_decay": (0.0, 0.01, 0.2)}),
}


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-6)])
@pytest.mark.parametrize("name", POPULATIONS)
def test_member_k_has_the_kth_values(name, dtype, tolerance):
    kind, settings = POPULATIONS[name]
    together = descend(kind(**settings), slope, memory([START] * 3, dtype), STEPS)
    assert together.dtype == dtype
    for k in range(3):
        kth = {name: value[k] if isinstance(value, tuple) else value for name, value in settings.items()}
        alone = descend(kind(**kth), slope, memory(START, dtype), STEPS)
        np.testing.assert_allclose(together[:, k], alone, rtol=tolerance, atol=tolerance)


# ---- schedules

CHOSEN = [
    (cr.Constant(0.3), {0: 0.3, 1: 0.3, 10**6: 0.3}),
    (cr.StepDecay(0.8, every=10), {0: 0.8, 9: 0.8, 10: 0.08, 19: 0.08, 20: 0.008}),
    (cr.StepDecay(0.8, every=3, factor=0.5), {2: 0.8, 3: 0.4, 8: 0.2, 9: 0.1}),
    (cr.Exponential(0.8, every=10, factor=0.25), {0: 0.8, 5: 0.4, 10: 0.2, 15: 0.1}),
    (cr.Exponential(0.8, every=1, factor=0.5), {0: 0.8, 1: 0.4, 3: 0.1}),
    (cr.Cosine(0.8, steps=12), {0: 0.8, 4: 0.6, 6: 0.4, 8: 0.2, 12: 0.0, 100: 0.0}),
    (cr.Cosine(0.8, steps=12, end=0.2), {0: 0.8, 4: 0.65, 6: 0.5, 8: 0.35, 12: 0.2, 100: 0.2}),
    (cr.WarmUp(0.8, steps=4), {0: 0.2, 1: 0.4, 2: 0.6, 3: 0.8, 4: 0.8, 100: 0.8}),
    (
        cr.WarmUp(cr.Cosine(0.8, steps=12), steps=4),
        {0: 0.2, 3: 0.8, 4: 0.8, 8: 0.6, 12: 0.2, 16: 0.0, 99: 0.0},
    ),
    (cr.WarmUp(cr.StepDecay(0.8, every=3, factor=0.5), steps=2), {0: 0.4, 1: 0.8, 4: 0.8, 5: 0.4}),
    (cr.Constant((0.1, 0.2)), {0: (0.1, 0.2), 9: (0.1, 0.2)}),
    (cr.StepDecay((0.8, 0.4), every=3, factor=(0.5, 0.1)), {0: (0.8, 0.4), 3: (0.4, 0.04), 6: (0.2, 0.004)}),
    (cr.StepDecay(0.8, every=3, factor=(0.5, 0.1)), {0: (0.8, 0.8), 3: (0.4, 0.08)}),
    (cr.Exponential((0.8, 0.4), every=2, factor=0.25), {0: (0.8, 0.4), 1: (0.4, 0.2), 2: (0.2, 0.1)}),
    (cr.Cosine((0.8, 0.4), steps=12, end=(0.2, 0.0)), {0: (0.8, 0.4), 6: (0.5, 0.2), 12: (0.2, 0.0)}),
    (cr.WarmUp((0.8, 0.4), steps=4), {0: (0.2, 0.1), 4: (0.8, 0.4)}),
    (cr.WarmUp(cr.Cosine((0.8, 0.4), steps=12), steps=4), {0: (0.2, 0.1), 10: (0.4, 0.2), 16: (0.0, 0.0)}),
]


@pytest.mark.parametrize(("schedule", "values"), CHOSEN, ids=repr)
def test_schedule(schedule, values):
    for step, value in values.items():
        np.testing.assert_allclose(schedule(step), value, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("kind", [cr.SGD, cr.Momentum, cr.Nesterov, cr.RMSprop, cr.Adam, cr.AdamW])
def test_a_schedule_of_k_values(kind):
    def schedule(start):
        return cr.WarmUp(cr.Cosine(start, steps=10), steps=4)

    together = descend(kind(schedule(RATES)), slope, memory([START] * 3), STEPS)
    for k, rate in enumerate(RATES):
        alone = descend(kind(schedule(rate)), slope, memory(START), STEPS)
        np.testing.assert_allclose(together[:, k], alone, rtol=1e-12, atol=1e-12)


# ---- clipping and L2


def test_clip_is_by_global_norm():
    at = memory(np.zeros(4))
    at.g[...] = gradient = np.array([3.0, -4.0, 12.0, 84.0])  # of norm 85
    bind_clip(17.0, at)()
    np.testing.assert_allclose(at.g, gradient / 5, rtol=1e-15)
    assert np.linalg.norm(at.g) == pytest.approx(17.0, rel=1e-15)


def test_clip_leaves_a_smaller_gradient_as_it_is():
    for gradient in (np.array([3.0, -4.0]), np.zeros(2)):
        at = memory(np.zeros(2))
        at.g[...] = gradient
        bind_clip(5.0, at)()
        np.testing.assert_array_equal(at.g, gradient)


@pytest.mark.parametrize("limit", [2.0, (10.0, 2.0, 0.5)], ids=str)
def test_clip_takes_each_members_own_norm(limit):
    gradients = np.array([[3.0, 4.0], [0.3, 0.4], [-30.0, 40.0]])
    at = memory(np.zeros((3, 2)))
    at.g[...] = gradients
    bind_clip(limit, at)()
    norms = np.array([5.0, 0.5, 50.0])
    np.testing.assert_allclose(at.g, gradients * np.minimum(1.0, limit / norms)[:, None], rtol=1e-15)


@pytest.mark.parametrize("strength", [0.1, 0.0, (0.1, 0.0, 2.0)], ids=str)
def test_l2_is_of_weights_not_of_biases(strength):
    network = cr.mlp(2, 3, 1, activation="tanh")
    theta = np.random.default_rng(0).standard_normal((3, network.n_parameters))
    data = (*cr.datasets.xor(), cr.SquaredError())
    value, gradient = network.loss_and_gradient(theta, *data)
    penalized, penalized_gradient = network.loss_and_gradient(theta, *data, penalty=cr.L2(strength))

    for k, each in enumerate(np.broadcast_to(strength, 3)):
        weights = [layer["weights"] for layer in network.parameters(theta[k]) if layer]
        expected = each / 2 * sum((w**2).sum() for w in weights)
        assert penalized[k] - value[k] == pytest.approx(expected, abs=1e-13)
        added = network.parameters(penalized_gradient[k] - gradient[k])
        for change, w in zip([layer for layer in added if layer], weights, strict=True):
            np.testing.assert_allclose(change["weights"], each * w, rtol=0, atol=1e-14)
            np.testing.assert_array_equal(change["bias"], 0.0)
