"""Members of a population may have samples of their own: each learns what its single run would."""

import numpy as np
import pytest

import chainrule as cr

K, N = 3, 17
RNG = np.random.default_rng(1)
X, Y, LABELS = RNG.normal(size=(K, N, 4)), RNG.normal(size=(K, N, 2)), RNG.integers(0, 2, (K, N))
WEIGHTS = RNG.uniform(0.1, 2.0, (K, N))
HELD_OUT = RNG.normal(size=(K, 8, 4)), RNG.normal(size=(K, 8, 2))
NETWORK = cr.mlp(4, 6, 2, activation="tanh", output="identity")

SETTINGS = {
    "full batch": {},
    "mini-batches": {"batch_size": 5},
    "mini-batches of one seed": {"batch_size": 5, "seed": (7,) * K},
    "one set of weights": {"sample_weight": WEIGHTS[0]},
    "weights of their own": {"sample_weight": WEIGHTS},
    "weights in mini-batches": {"sample_weight": WEIGHTS, "batch_size": 5},
    "validation of their own": {"validation": HELD_OUT, "early_stopping": cr.EarlyStopping(3), "batch_size": 5},
    "one set of validation": {"validation": (HELD_OUT[0][0], HELD_OUT[1][0]), "batch_size": 5},
    "augmented": {"augment": cr.Noise(0.1), "batch_size": 5},
    "K rates": {"optimizer": cr.Adam([0.001, 0.01, 0.1])},
}


def trained(x: np.ndarray, y: np.ndarray, **settings) -> cr.Run:
    defaults = {"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1), "epochs": 12, "seed": 5, "record_every": 1}
    return cr.train(NETWORK, x, y, **{**defaults, **settings})


def of_member(settings: dict, k: int) -> dict:
    """The settings of member k's single run."""
    own = {"seed": 5 + k}
    for name, value in settings.items():
        if name == "seed":
            own[name] = value[k]
        elif name == "validation":
            own[name] = tuple(each[k] if each.ndim == 3 else each for each in value)
        elif name == "sample_weight":
            own[name] = value[k] if value.ndim == 2 else value
        else:
            own[name] = value.member(k) if name == "optimizer" else value
    return own


@pytest.mark.parametrize("name", SETTINGS)
def test_a_member_is_its_single_run(name: str):
    together = trained(X, Y, **SETTINGS[name])
    for k in range(K):
        alone = trained(X[k], Y[k], **of_member(SETTINGS[name], k))
        np.testing.assert_allclose(together.model[k].theta, alone.model.theta, rtol=0, atol=1e-10)
        np.testing.assert_allclose(together.final_loss[k], alone.final_loss, rtol=0, atol=1e-10)
        n = len(alone.history)
        np.testing.assert_allclose(together.history["loss"][:n, k], alone.history["loss"], rtol=0, atol=1e-10)


@pytest.mark.parametrize("batch_size", [None, 5])
def test_class_numbers_of_their_own(batch_size: int | None):
    network = cr.mlp(4, 6, 2, activation="tanh", output="identity")
    settings = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.Adam(0.01), "epochs": 5, "batch_size": batch_size}
    together = cr.train(network, X, LABELS, seed=3, **settings)
    for k in range(K):
        alone = cr.train(network, X[k], LABELS[k], seed=3 + k, **settings)
        np.testing.assert_allclose(together.model[k].theta, alone.model.theta, rtol=0, atol=1e-10)


def test_images_of_their_own_and_a_view_that_is_not_contiguous():
    network = cr.Network((1, 4, 4), [cr.Conv2D(2, 3), cr.ReLU(), cr.Flatten(), cr.Dense(2)])
    x = np.moveaxis(RNG.normal(size=(N, K, 1, 4, 4)), 0, 1)
    settings = {"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1), "epochs": 4, "batch_size": 5}
    together = cr.train(network, x, Y, seed=3, **settings)
    for k in range(K):
        alone = cr.train(network, x[k], Y[k], seed=3 + k, **settings)
        np.testing.assert_allclose(together.model[k].theta, alone.model.theta, rtol=0, atol=1e-10)


def test_samples_set_the_number_of_members():
    assert trained(X, Y).model.population == K
    assert trained(X[:1], Y[:1], batch_size=5, augment=cr.Noise(0.1)).model.population == 1


@pytest.mark.parametrize(
    ("x", "y", "settings", "message"),
    [
        (X, Y[0], {}, r"y should have shape \(3, 17, \.\.\.\), .* since x has shape \(3, 17, 4\); got \(17, 2\)"),
        (X, Y, {"population": 4}, "x 3, population 4"),
        (X, Y, {"seed": (1, 2)}, "x 3, seed 2"),
        (X[..., :3], Y, {}, r"x should have shape \(n, 4\), or \(K, n, 4\) where .*, got \(3, 17, 3\)"),
        (np.where(X > 2, np.nan, X), Y, {}, "member 0's x should hold finite .* in sample"),
        (X, Y, {"sample_weight": WEIGHTS[:, :5]}, r"member 0's sample_weight should have shape \(17,\)"),
        (X, Y, {"validation": (HELD_OUT[0], HELD_OUT[1][0])}, r"validation y should have shape \(3, 8"),
    ],
    ids=str,
)
def test_samples_that_do_not_fit(x, y, settings, message):
    with pytest.raises((cr.ShapeError, cr.SettingError, cr.DataError), match=message):
        trained(x, y, **settings)


def test_a_member_may_have_one_class():
    network = cr.mlp(4, 2, output="identity")
    y = np.where(np.arange(K)[:, None] == 1, 1, LABELS)
    run = cr.train(network, X, y, loss=cr.SoftmaxCrossEntropy(), optimizer=cr.SGD(0.1), epochs=1)
    assert np.isfinite(run.final_loss).all()
