import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn

from chainrule.core import arrays
from chainrule.core.description import Description
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.training.data.split import split
from chainrule.training.data.standardizer import Standardizer
from drawn import examples

finite = st.floats(-1e6, 1e6)
matrices = drawn.arrays(np.float64, drawn.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=finite)


# split


@examples(30)
@given(n=st.integers(2, 80), test=st.floats(0.01, 0.99), seed=st.integers(0, 99), stratify=st.booleans())
def test_split_parts_every_sample_once_and_keeps_rows_together(n, test, seed, stratify):
    x = np.arange(2 * n).reshape(n, 2)
    y = np.arange(n) % 3
    n_test = round(test * n)
    if not 0 < n_test < n:
        with pytest.raises(DataError, match=r"leaves at least one on each side"):
            split(x, y, test, seed, stratify)
        return
    x_train, y_train, x_test, y_test = split(x, y, test, seed, stratify)
    assert len(x_test) == len(y_test) == n_test
    np.testing.assert_array_equal(np.sort(np.concatenate([x_train, x_test])[:, 0]), x[:, 0])
    for part, targets in ((x_train, y_train), (x_test, y_test)):
        np.testing.assert_array_equal(targets, part[:, 0] // 2 % 3)


@examples(30)
@given(counts=st.lists(st.integers(1, 30), min_size=1, max_size=4), test=st.floats(0.05, 0.95), seed=st.integers(0, 9))
def test_stratified_parts_have_each_class_within_one_sample(counts, test, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    n_test = round(test * len(y))
    if 0 < n_test < len(y):
        _, _, _, y_test = split(np.zeros((len(y), 1)), y, test, seed, stratify=True)
        share = np.array(counts) * n_test / len(y)
        assert (abs(np.bincount(y_test, minlength=len(counts)) - share) < 1 + 1e-9).all()


def test_split_depends_on_the_seed_alone():
    x, y = np.arange(40).reshape(40, 1), np.arange(40)
    np.testing.assert_array_equal(split(x, y, seed=1)[2], split(x, y, seed=1)[2])
    assert not np.array_equal(split(x, y, seed=1)[2], split(x, y, seed=2)[2])


@pytest.mark.parametrize("stratify", [False, True])
def test_both_parts_are_shuffled(stratify):
    _, y_train, _, y_test = split(np.zeros((100, 1)), np.repeat([0, 1], 50), stratify=stratify)
    assert len(np.unique(y_train[:20])) == len(np.unique(y_test[:10])) == 2


def test_one_hot_and_named_targets_can_be_stratified():
    classes = np.repeat([0, 1], [30, 10])
    for y in (np.eye(2)[classes], np.array(["a", "b"])[classes], classes[:, np.newaxis]):
        _, _, _, y_test = split(np.zeros((40, 1)), y, stratify=True)
        assert len(y_test) == 10
        assert sorted(np.unique(y_test.reshape(10, -1), axis=0, return_counts=True)[1]) in ([2, 8], [3, 7])


def test_of_a_memory_map_only_fresh_rows_come_back(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(20.0).reshape(10, 2))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    x_train, _, x_test, _ = split(mapped, np.arange(10))
    for part in (x_train, x_test):
        assert type(part) is np.ndarray
        part[:] = 0
    assert mapped[3, 0] == 6


@pytest.mark.parametrize("test", [0, 1, -0.5, 1.5, np.nan, "half", None, (0.1, 0.2)])
def test_split_wants_a_fraction(test):
    with pytest.raises(SettingError, match=r"test must be a number above 0 and below 1; got "):
        split(np.zeros((4, 1)), np.zeros(4), test)


def test_split_wants_as_many_targets_as_samples():
    with pytest.raises(ShapeError, match=r"one row of y for each row of x, got \(4, 1\) and \(3,\)\."):
        split(np.zeros((4, 1)), np.zeros(3))
    with pytest.raises(ShapeError, match=r"got \(\) and \(\)"):
        split(0.0, 1.0)


def test_split_names_the_counts():
    with pytest.raises(
        DataError, match=r"test=0\.25 of 1 samples would be 0 to test and 1 to train; give more samples"
    ):
        split(np.zeros((1, 1)), np.zeros(1))
    with pytest.raises(SettingError, match=r"seed must be a whole number of 0 or more; got -1"):
        split(np.zeros((8, 1)), np.zeros(8), seed=-1)


# Standardizer


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
    again = Description.from_dict(json.loads(json.dumps(standardizer.to_dict())))
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
            ShapeError, match=r"Standardizer expects 3 features a sample, got \(5, 2\); give it samples"
        ):
            method(np.zeros((5, 2)))
        with pytest.raises(ShapeError, match=r"got \(3,\)"):
            method(np.zeros(3))
