"""CSV files, written; `read_table` reads them back."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import chainrule as cr
from chainrule.core.errors import DataError, FileError, ShapeError
from chainrule.training.data.sets import write_csv, xor
from drawn import examples

finite = st.floats(-1e150, 1e150)
matrices = arrays.arrays(np.float64, arrays.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=finite)


@examples(25)
@given(x=matrices, seed=st.integers(0, 9))
def test_what_is_written_is_read_back_to_the_last_digit(tmp_path_factory, x, seed):
    path = tmp_path_factory.getbasetemp() / "round.csv"
    y = np.random.default_rng(seed).normal(size=len(x))
    write_csv(path, x, y)
    table = cr.read_table(path, target_type="quantity")
    np.testing.assert_array_equal(table.raw, x)
    np.testing.assert_array_equal(table.y, y)


def test_names_and_classes_are_written(tmp_path):
    path = tmp_path / "pets.csv"
    write_csv(path, [[1.5], [2.0]], [[1.0], [0.0]], ["height"], "kind", ("cat", "dog, small"))
    assert path.read_bytes() == b'height,kind\n1.5,"dog, small"\n2.0,cat\n'
    table = cr.read_table(path)
    assert (table.features, table.targets, table.classes) == (("height",), ("kind",), ("cat", "dog, small"))
    assert table.y.tolist() == [1, 0]


def test_points_are_written_as_they_come(tmp_path):
    write_csv(tmp_path / "xor.csv", *xor())
    x, y = cr.read_table(tmp_path / "xor.csv")
    np.testing.assert_array_equal(x, xor()[0])
    np.testing.assert_array_equal(y, xor()[1][:, 0])
    assert os.listdir(tmp_path) == ["xor.csv"]


def test_float32_survives(tmp_path):
    x = np.array([[0.1, 5], [1 / 3, 6]], dtype=np.float32)
    write_csv(tmp_path / "a.csv", x)
    np.testing.assert_array_equal(cr.read_table(tmp_path / "a.csv").raw[:, 0].astype(np.float32), x[:, 0])


def test_what_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    for x in (np.zeros(3), np.zeros((0, 2)), np.zeros((2, 0)), np.zeros((2, 2, 2))):
        with pytest.raises(ShapeError, match=r"write_csv expects x \(n, features\), got .*; reshape it to one row per"):
            write_csv(path, x)
    with pytest.raises(ShapeError, match=r"expects 2 names of features, got 1; name each column\."):
        write_csv(path, np.zeros((3, 2)), features=["a"])
    with pytest.raises(ShapeError, match=r"expects one target per sample, 3 of them, got \(2,\); pass y \(n,\)\."):
        write_csv(path, np.zeros((3, 2)), [0, 1])
    with pytest.raises(
        DataError, match=r"expects finite numbers in x, got NaN, infinity or text; remove those samples"
    ):
        write_csv(path, [[np.nan]])
    with pytest.raises(DataError, match=r"expects finite numbers in y"):
        write_csv(path, [[1.0]], ["cat"])
    for number in (2, -1, 0.5):
        with pytest.raises(DataError, match=rf"has names for classes 0 to 1, got {number}; name it\."):
            write_csv(path, [[1.0]], [number], classes=("a", "b"))
    with pytest.raises(FileError, match=r"there is no folder .*; create it first\."):
        write_csv(tmp_path / "absent" / "a.csv", [[1.0]])
    assert path.read_text() == "old"
