"""Splitting: each sample once, rows of x and y together, classes spread evenly if asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn

from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.training.data.split import split
from drawn import examples

finite = st.floats(-1e6, 1e6)
matrices = drawn.arrays(np.float64, drawn.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=finite)


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


@examples(50)
@given(counts=st.lists(st.integers(1, 9), min_size=2, max_size=5), test=st.floats(0.05, 0.95), seed=st.integers(0, 999))
def test_a_rare_class_is_always_learnt_from(counts, test, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    n_test = round(test * len(y))
    if 0 < n_test <= len(y) - len(counts):
        for targets in (y, y.astype(float), np.array(list("abcde"))[y]):
            _, y_train, _, y_test = split(np.zeros((len(y), 1)), targets, test, seed, stratify=True)
            assert len(y_test) == n_test
            assert len(np.unique(y_train)) == len(counts)


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
