"""Standardising: mean 0 and deviation 1, there and back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn

from chainrule.core import arrays
from chainrule.core.catalogue import from_dict
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.training.data.standardizer import Standardizer
from drawn import examples

finite = st.floats(-1e6, 1e6)
matrices = drawn.arrays(np.float64, drawn.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=finite)


@examples(30)
@given(x=matrices)
def test_standardized_features_have_mean_0_and_deviation_1_and_come_back(x):
    standardizer = Standardizer.fit(x)
    z = standardizer.apply(x)
    assert z.shape == x.shape
    size = np.abs(x).max(axis=0) + 1
    clear = x.std(axis=0) > 1e-6 * size  # the others lie within the rounding of their mean
    np.testing.assert_allclose(z.mean(axis=0)[clear], 0, atol=1e-8)
    np.testing.assert_allclose(z.std(axis=0)[clear], 1, atol=1e-8)
    assert (np.abs(standardizer.undo(z) - x) <= 1e-14 * size).all()


@examples(30)
@given(value=finite, n=st.integers(1, 50))
def test_a_constant_feature_gets_scale_1_and_becomes_0(value, n):
    x = np.full((n, 1), value)
    standardizer = Standardizer.fit(x)
    assert standardizer == Standardizer((value,), (1.0,))
    assert not standardizer.apply(x).any()


def test_a_feature_that_is_constant_but_for_rounding_gets_scale_1():
    x = np.array([[0.1 + 0.2], [0.3], [0.3]])
    assert x.std() > 0
    assert Standardizer.fit(x).scale == (1.0,)
    assert abs(Standardizer.fit(x).apply(x)).max() < 1e-15
    small = Standardizer.fit([[0.3], [0.3 + 1e-12]])  # small, but more than rounding
    np.testing.assert_allclose(small.scale, 5e-13, rtol=1e-3)


def test_the_rule_of_constant_features_is_scikit_learns():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    x = np.array([[0.1 + 0.2, 1e6, 5.0, 0.0], [0.3, 1e6 + 1e-10, 6.0, 1e-300], [0.3, 1e6, 7.0, 0.0]])
    np.testing.assert_allclose(Standardizer.fit(x).scale, preprocessing.StandardScaler().fit(x).scale_)


def test_by_hand():
    standardizer = Standardizer.fit([[1, 10], [3, 30]])
    assert standardizer.mean == (2.0, 20.0)
    assert standardizer.scale == (1.0, 10.0)
    np.testing.assert_array_equal(standardizer.apply([[4, 0]]), [[2, -2]])
    np.testing.assert_array_equal(standardizer.undo([[2, -2]]), [[4, 0]])


def test_images_are_standardized_by_channel():
    x = np.random.default_rng(0).normal([[[[5]], [[-3]]]], [[[[2]], [[7]]]], (6, 2, 4, 5))
    standardizer = Standardizer.fit(x)
    np.testing.assert_allclose(standardizer.mean, x.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(standardizer.scale, x.std(axis=(0, 2, 3)))
    np.testing.assert_allclose(standardizer.apply(x).std(axis=(0, 2, 3)), 1)
    np.testing.assert_allclose(standardizer.undo(standardizer.apply(x)), x)


def test_blocks_change_nothing_but_rounding(monkeypatch, tmp_path):
    x = np.random.default_rng(1).normal(1e3, 5, (101, 3))
    whole = Standardizer.fit(x)
    np.save(tmp_path / "x.npy", x)
    monkeypatch.setattr(arrays, "MOST_NUMBERS", 7)
    blocks = Standardizer.fit(np.load(tmp_path / "x.npy", mmap_mode="r"))
    np.testing.assert_allclose(blocks.mean, whole.mean, rtol=1e-14)
    np.testing.assert_allclose(blocks.scale, whole.scale, rtol=1e-12)


def test_a_large_offset_costs_no_digits():
    np.testing.assert_allclose(
        Standardizer.fit(1e9 + np.array([[0.0], [1.0], [2.0]])).scale, np.sqrt(2 / 3), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("given_dtype", "expected"), [(np.float32, np.float32), (np.float64, np.float64), (int, float)]
)
def test_floats_keep_their_type(given_dtype, expected):
    x = np.arange(6, dtype=given_dtype).reshape(3, 2)
    standardizer = Standardizer.fit(x)
    assert standardizer.apply(x).dtype == standardizer.undo(x).dtype == expected


def test_apply_leaves_its_input_alone():
    x = np.array([[1.0], [2.0]])
    Standardizer((1.0,), (2.0,)).apply(x)
    Standardizer((1.0,), (2.0,)).undo(x)
    assert x.tolist() == [[1.0], [2.0]]


def test_it_is_a_description():
    standardizer = Standardizer.fit(np.random.default_rng(2).normal(size=(9, 3)))
    again = from_dict(json.loads(json.dumps(standardizer.to_dict())))
    assert again == standardizer
    assert hash(again) == hash(standardizer)
    assert eval(repr(standardizer)) == standardizer
    assert not standardizer.members()
    assert standardizer.member(1) == standardizer
    assert Standardizer(np.array([1]), [2]) == Standardizer((1.0,), (2.0,))


@pytest.mark.parametrize(
    ("mean", "scale"),
    [((), ()), ((1.0,), (1.0, 2.0)), ((1.0,), (0.0,)), ((np.nan,), (1.0,)), (("a",), (1.0,)), (1.0, 1.0), (None, None)],
)
def test_mean_and_scale_must_fit(mean, scale):
    with pytest.raises(SettingError, match=r"a finite mean and a finite scale above 0 for each feature, got mean="):
        Standardizer(mean, scale)


def test_fit_wants_features_samples_and_finite_numbers(monkeypatch):
    with pytest.raises(ShapeError, match=r"expects x \(n, features\), got \(3,\); x\.reshape\(-1, 1\)"):
        Standardizer.fit([1.0, 2.0, 3.0])
    with pytest.raises(ShapeError, match=r"expects x \(n, features\), got \(3, 0\)"):
        Standardizer.fit(np.zeros((3, 0)))
    with pytest.raises(DataError, match=r"expects at least one sample, got \(0, 2\); pass the training samples\."):
        Standardizer.fit(np.zeros((0, 2)))
    x = np.zeros((9, 2))
    x[7, 1] = np.nan
    monkeypatch.setattr(arrays, "MOST_NUMBERS", 4)
    with pytest.raises(DataError, match=r"sample 7 has NaN or infinity in feature 1"):
        Standardizer.fit(x)
    with pytest.raises(DataError, match=r"numbers too large for that; divide x by a constant first\."):
        Standardizer.fit([[1e200], [-1e200]])


def test_another_number_of_features_is_a_sentence():
    standardizer = Standardizer((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    for method in (standardizer.apply, standardizer.undo):
        with pytest.raises(
            ShapeError, match=r"Standardizer expects 3 features per sample, got \(5, 2\); give it samples"
        ):
            method(np.zeros((5, 2)))
        with pytest.raises(ShapeError, match=r"got \(3,\)"):
            method(np.zeros(3))
