import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.errors import SettingError
from chainrule.training.data.sets import circles, gaussians, linear, load, moons, spiral, xor, xor_cloud
from chainrule.training.data.sets.points import BY_NAME
from drawn import examples

NOISY = {"xor_cloud": 4, "circles": 2, "moons": 2, "spiral": 2, "gaussians": 2}
"""The sets with noise, and the number of shapes that share their points."""

sizes = st.integers(1, 60)
seeds = st.integers(0, 2**32)


def test_xor_is_the_reference_labs():
    x, y = xor()
    assert y[:, 0].tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    np.testing.assert_allclose(x[:4], [[0, 0], [0, 1], [0.1, 0.1], [0.1, 0.9]], atol=1e-15)
    np.testing.assert_allclose(x[10:12], [[0.5, 0.5], [0.6, 0.6]], atol=1e-15)
    np.testing.assert_allclose(x[-1], [1, 0], atol=1e-15)
    zero = y[:, 0] == 0
    np.testing.assert_allclose(x[zero, 0], x[zero, 1])
    np.testing.assert_allclose(x[~zero].sum(axis=1), 1)
    assert x.shape == (21, 2)
    assert y.shape == (21, 1)


def test_xor_is_fresh_each_time():
    x, _ = xor()
    x[:] = 7
    assert xor()[0].max() == 1


def test_linear_is_the_reference_labs():
    x, y = linear()
    assert x.shape == (100, 2)
    assert x.min() >= 0
    assert x.max() < 1
    np.testing.assert_array_equal(y[:, 0] == 0, x[:, 0] > x[:, 1])
    assert 30 < y.sum() < 70


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - {"xor"}))
@examples(20)
@given(n=sizes, seed=seeds)
def test_shapes_types_and_repeatability(name, n, seed):
    x, y = load(name, n=n, seed=seed)
    assert (x.shape, y.shape) == ((n, 2), (n, 1))
    assert x.dtype == y.dtype == np.float64
    assert x.flags.c_contiguous
    assert np.isfinite(x).all()
    again = load(name, n=n, seed=seed)
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(y, again[1])


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - {"xor"}))
def test_another_seed_gives_other_points(name):
    assert not np.array_equal(load(name, seed=0)[0], load(name, seed=1)[0])


@pytest.mark.parametrize("name", sorted(NOISY))
@examples(20)
@given(n=sizes, seed=seeds)
def test_classes_are_spread_evenly(name, n, seed):
    counts = np.bincount(load(name, n=n, seed=seed)[1][:, 0].astype(int), minlength=2)
    assert counts.sum() == n
    assert counts.max() - counts.min() <= 1


@examples(20)
@given(n=sizes, groups=st.integers(1, 7))
def test_any_number_of_arms_and_classes(n, groups):
    for _, y in (spiral(n, arms=groups), gaussians(n, classes=groups)):
        counts = np.bincount(y[:, 0].astype(int), minlength=groups)
        assert len(counts) == groups
        assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("name", sorted(NOISY))
def test_points_are_not_sorted_by_class(name):
    y = load(name, n=100)[1][:, 0]
    assert (np.diff(y) < 0).any()
    assert (np.diff(y) > 0).any()
    assert set(y[:50]) == set(y[::2]) == {0.0, 1.0}


@pytest.mark.parametrize("name", sorted(NOISY))
def test_noise_is_the_standard_deviation_and_moves_the_same_points(name):
    still, y = load(name, n=4001, noise=0)
    moved, y_moved = load(name, n=4001, noise=0.2)
    further, _ = load(name, n=4001, noise=0.4)
    np.testing.assert_array_equal(y, y_moved)
    np.testing.assert_allclose(further - still, 2 * (moved - still), atol=1e-12)
    np.testing.assert_allclose((moved - still).std(axis=0), 0.2, rtol=0.05)
    np.testing.assert_allclose((moved - still).mean(axis=0), 0, atol=0.02)


def test_what_each_shape_is_without_noise():
    x, y = xor_cloud(41, noise=0)
    np.testing.assert_array_equal(np.unique(x, axis=0), [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(y[:, 0], x[:, 0] != x[:, 1])

    x, y = circles(41, noise=0)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y[:, 0] == 0, 1, 0.5))

    x, y = moons(41, noise=0)
    upper, lower = x[y[:, 0] == 0], x[y[:, 0] == 1]
    assert (upper[:, 1] >= 0).all()
    assert (lower[:, 1] <= 0.5).all()
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)

    x, y = spiral(41, noise=0, arms=3)
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    turns = angle / (2 * np.pi) - radius - y[:, 0] / 3
    np.testing.assert_allclose(turns, np.round(turns), atol=1e-9)

    x, y = gaussians(41, noise=0, classes=4)
    np.testing.assert_allclose(x, np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])[y[:, 0].astype(int)], atol=1e-15)


def test_load_finds_every_set_by_name():
    assert sorted(BY_NAME) == ["circles", "gaussians", "linear", "moons", "spiral", "xor", "xor_cloud"]
    np.testing.assert_array_equal(load("linear", n=5, seed=3)[0], linear(5, 3)[0])


def test_load_names_what_is_known():
    with pytest.raises(
        SettingError, match=r"unknown data set 'xxor', did you mean xor\? Choose from circles, gaussians, linear, moons"
    ):
        load("xxor")
    with pytest.raises(SettingError, match=r"the data set linear has no setting 'noise'; choose from n, seed\."):
        load("linear", noise=0.1)
    with pytest.raises(SettingError, match=r"the data set xor has no setting 'n'; it has none, leave it out\."):
        load("xor", n=4)


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - {"xor"}))
@pytest.mark.parametrize("n", [0, -1, 2.5, "3", True, None])
def test_n_must_count(name, n):
    with pytest.raises(SettingError, match=r"n must be a whole number of 1 or more; got "):
        load(name, n=n)


@pytest.mark.parametrize("seed", [-1, 0.5, (1, 2), None])
def test_seed_must_be_one_whole_number(seed):
    with pytest.raises(SettingError, match=r"seed must be a whole number of 0 or more; got "):
        linear(seed=seed)


@pytest.mark.parametrize("name", sorted(NOISY))
@pytest.mark.parametrize("noise", [-0.1, np.nan, np.inf, "much", (0.1, 0.2)])
def test_noise_must_be_a_number(name, noise):
    with pytest.raises(SettingError, match=r"noise must be a number of 0 or more; got "):
        load(name, noise=noise)


def test_arms_and_classes_must_count():
    with pytest.raises(SettingError, match=r"arms must be a whole number of 1 or more; got 0"):
        spiral(arms=0)
    with pytest.raises(SettingError, match=r"classes must be a whole number of 1 or more; got 1\.5"):
        gaussians(classes=1.5)
