"""The start of training: each initializer's formula, which one a layer gets, and what a seed decides."""

from math import sqrt

import numpy as np
import pytest

import chainrule as cr

I, O = 100, 300  # noqa: E741


def weights(network, layer=0, **settings):
    return network.parameters(network.initialize(**settings))[layer]["weights"]


def one_layer(initializer):
    return cr.Network((I,), [cr.Dense(O, initializer=initializer)])


# ---- formulas


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [
        (cr.Normal(), 1.0),
        (cr.Normal(0.3), 0.3),
        (cr.He(), sqrt(2 / I)),
        (cr.LeCun(), sqrt(1 / I)),
    ],
    ids=repr,
)
def test_normal_starts(initializer, deviation):
    W = weights(one_layer(initializer)) / deviation
    assert W.mean() == pytest.approx(0, abs=0.02)  # 30,000 draws: three and a half standard errors
    assert W.std() == pytest.approx(1, abs=0.015)
    assert (W**4).mean() == pytest.approx(3, abs=0.2)  # a normal's, not a uniform's 1.8


@pytest.mark.parametrize(
    ("initializer", "limit"),
    [(cr.Uniform(0.5), 0.5), (cr.Glorot(), sqrt(6 / (I + O)))],
    ids=repr,
)
def test_uniform_starts(initializer, limit):
    W = weights(one_layer(initializer)) / limit
    assert -1 <= W.min() < -0.999
    assert 0.999 < W.max() <= 1
    assert W.mean() == pytest.approx(0, abs=0.012)
    assert W.var() == pytest.approx(1 / 3, abs=0.006)


def test_zeros():
    assert not one_layer(cr.Zeros()).initialize().any()


@pytest.mark.parametrize("initializer", [None, cr.Normal(), cr.Uniform(2.0)], ids=repr)
def test_biases_start_at_zero(initializer):
    network = cr.mlp(3, 5, 2, initializer=initializer)
    first, _, last, _ = network.parameters(network.initialize(population=4))
    for layer in (first, last):
        assert not layer["bias"].any()
        assert layer["weights"].all()


# ---- which one

CHOICES = {
    "ReLU": ([cr.ReLU()], cr.He()),
    "LeakyReLU": ([cr.LeakyReLU()], cr.He()),
    "ELU": ([cr.ELU()], cr.He()),
    "GELU": ([cr.GELU()], cr.He()),
    "Sigmoid": ([cr.Sigmoid()], cr.Glorot()),
    "Tanh": ([cr.Tanh()], cr.Glorot()),
    "Softplus": ([cr.Softplus()], cr.Glorot()),
    "Identity": ([cr.Identity()], cr.Glorot()),
    "nothing": ([], cr.Glorot()),
    "Dropout, then ReLU": ([cr.Dropout(0.5), cr.ReLU()], cr.He()),
    "Dense, then ReLU": ([cr.Dense(4), cr.ReLU()], cr.Glorot()),
    "Dense with its own": ([cr.Dense(4, initializer=cr.Zeros())], cr.Glorot()),
}


@pytest.mark.parametrize("followed_by", CHOICES)
def test_what_follows_decides(followed_by):
    layers, expected = CHOICES[followed_by]
    found = weights(cr.Network((3,), [cr.Dense(4), *layers]))
    np.testing.assert_array_equal(found, weights(cr.Network((3,), [cr.Dense(4, initializer=expected)])))


def test_a_layers_own_comes_before_the_networks_before_what_follows():
    own = cr.Network((3,), [cr.Dense(4), cr.ReLU(), cr.Dense(4, initializer=cr.Normal(7.0)), cr.ReLU()], cr.LeCun())
    said = [cr.LeCun(), cr.Normal(7.0)]
    layers = [each for initializer in said for each in (cr.Dense(4, initializer=initializer), cr.ReLU())]
    np.testing.assert_array_equal(own.initialize(), cr.Network((3,), layers).initialize())


# ---- seeds


NETWORK = cr.mlp(2, 4, 3, 1, activation="relu", output="identity")


def test_a_seed_is_a_start():
    np.testing.assert_array_equal(NETWORK.initialize(seed=5), NETWORK.initialize(seed=5))
    assert (NETWORK.initialize(seed=5) != NETWORK.initialize(seed=6)).any()
    assert not np.shares_memory(NETWORK.initialize(), NETWORK.initialize())


def test_layers_draw_from_streams_of_their_own():
    wider = cr.mlp(2, 4, 7, 1, activation="relu", output="identity")
    np.testing.assert_array_equal(weights(NETWORK), weights(wider))
    square = cr.mlp(4, 4, 4)
    assert (weights(square, layer=0) != weights(square, layer=2)).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_member_k_starts_from_seed_s_plus_k(dtype):
    together = NETWORK.initialize(seed=7, population=3, dtype=dtype)
    assert together.dtype == dtype
    for k in range(3):
        np.testing.assert_array_equal(together[k], NETWORK.initialize(seed=7 + k, dtype=dtype))


def test_k_seeds_are_k_starts():
    together = NETWORK.initialize(seed=(4, 0, 4))
    for start, seed in zip(together, (4, 0, 4), strict=True):
        np.testing.assert_array_equal(start, NETWORK.initialize(seed=seed))


def test_a_float32_start_is_the_float64_start_rounded():
    rounded = NETWORK.initialize(seed=3).astype(np.float32)
    np.testing.assert_array_equal(NETWORK.initialize(seed=3, dtype="float32"), rounded)


@pytest.mark.parametrize("kind", [cr.Normal, cr.Uniform])
def test_k_deviations_set_the_population(kind):
    sizes = (0.5, 1.0, 2.0)
    together = cr.mlp(2, 4, 1, initializer=kind(sizes)).initialize(seed=7)
    assert len(together) == 3
    for k, size in enumerate(sizes):
        alone = cr.mlp(2, 4, 1, initializer=kind(size)).initialize(seed=7 + k)
        np.testing.assert_array_equal(together[k], alone)
