"""CSV files: what is read, what is refused, and what is written."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from chainrule.core.errors import ChainruleError, DataError, FileError, SettingError, ShapeError
from chainrule.training.data.sets import Table, read_csv, read_numpy, write_csv, xor
from drawn import examples

finite = st.floats(allow_nan=False, allow_infinity=False)
matrices = arrays.arrays(np.float64, arrays.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=finite)


# read_csv: what it accepts


def test_without_a_header(written):
    table = read_csv(written("1,2,0\n3,4,1\n"))
    assert (table.features, table.target, table.classes) == (("x1", "x2"), "y", ())
    np.testing.assert_array_equal(table.x, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(table.y, [0, 1])
    assert table.x.dtype == table.y.dtype == np.float64
    assert table.y.shape == (2,)


def test_with_a_header_and_text_classes(written):
    table = read_csv(written("width, height ,kind\n1,2,dog\n3,4,cat\n5,6,dog\n"))
    assert (table.features, table.target, table.classes) == (("width", "height"), "kind", ("cat", "dog"))
    assert table.y.tolist() == [1, 0, 1]
    assert table.y.dtype == np.int64


def test_a_text_target_alone_makes_no_header(written):
    table = read_csv(written("1,2,cat\n3,4,dog\n"))
    assert table.x.shape == (2, 2)
    assert table.classes == ("cat", "dog")


def test_an_empty_cell_or_nan_makes_no_header(written):
    for cell in ("", "nan"):
        with pytest.raises(DataError, match=r"line 1, column 1"):
            read_csv(written(f"{cell},2,0\n3,4,1\n"))


def test_a_header_can_be_claimed_or_denied(written):
    path = written("1,2,3\n4,5,6\n")
    assert read_csv(path, header=True).features == ("1", "2")
    assert read_csv(path, header=True).x.tolist() == [[4, 5]]
    assert read_csv(path, header=False).x.shape == (2, 2)
    with pytest.raises(DataError, match=r"line 1, column 1 \(x1\): expected a finite number, got 'a'"):
        read_csv(written("a,b,c\n4,5,6\n"), header=False)


def test_a_column_without_a_name_gets_one(written):
    assert read_csv(written(",b,y\n1,2,3\n")).features == ("x1", "b")


@pytest.mark.parametrize("target", ["b", 1, -2, np.int64(1)])
def test_the_target_by_name_or_position(written, target):
    table = read_csv(written("a,b,c\n1,2,3\n4,5,6\n"), target)
    assert (table.features, table.target) == (("a", "c"), "b")
    assert table.x.tolist() == [[1, 3], [4, 6]]
    assert table.y.tolist() == [2, 5]


def test_a_target_by_name_says_that_there_is_a_header(written):
    assert read_csv(written("1,2020\n3,4\n"), "2020").y.tolist() == [4]


def test_without_a_target(written):
    table = read_csv(written("1,2\n3,4\n"), target=None)
    assert (table.y, table.target, table.features) == (None, None, ("x1", "x2"))
    x, y = table
    assert x.shape == (2, 2)
    assert y is None
    assert read_csv(written("5\n\n6\n"), target=None).x.tolist() == [[5], [6]]


def test_it_unpacks(written):
    x, y = read_csv(written("1,2,0\n3,4,1\n"))
    assert x.shape == (2, 2)
    assert y.shape == (2,)
    assert isinstance(read_csv(written("1,2\n")), Table)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff1,2,0\n3,4,1\n",
        "1,2,0\r\n3,4,1\r\n",
        "\n1,2,0\n\n  \n3,4,1\n\n",
        '"1","2","0"\n"3",4,"1"',
        " 1, 2 ,0\n3 ,4, 1\n",
        "1;2;0\n3;4;1\n",
        "1\t2\t0\n3\t4\t1\n",
        "1e0,2.0,0\n+3,4.,1\n",
        "1,2,0\r3,4,1\r",
    ],
)
def test_the_same_table_in_many_spellings(written, text):
    x, y = read_csv(written(text))
    np.testing.assert_array_equal(x, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(y, [0, 1])


def test_quoted_cells_may_hold_delimiters_and_lines(written):
    table = read_csv(written('"a, b","c\nd",kind\n1,2,"x, y"\n3,4,"say ""z"""\n'))
    assert table.features == ("a, b", "c\nd")
    assert table.classes == ('say "z"', "x, y")
    with pytest.raises(DataError, match=r"line 4, column 2"):
        read_csv(written('"a","c\nd",kind\n1,2,x\n3,oops,y\n'))


def test_a_delimiter_of_ones_own(written):
    assert read_csv(written("1|2|0\n"), delimiter="|").x.tolist() == [[1, 2]]
    for delimiter in ("", "ab", "\n", '"', 7):
        with pytest.raises(SettingError, match=r"delimiter must be one character such as ',' or ';'; got "):
            read_csv(written("1,2\n"), delimiter=delimiter)


def test_classes_fix_the_numbers(written):
    table = read_csv(written("1,dog\n2,cat\n"), classes=("dog", "cat", "cow"))
    assert table.classes == ("dog", "cat", "cow")
    assert table.y.tolist() == [0, 1]
    assert read_csv(written("1,7\n2,3\n"), classes=("3", "7")).y.tolist() == [1, 0]
    with pytest.raises(DataError, match=r"line 2, column 2 \(y\): expected one of dog; got 'cat'\. Correct the cell\."):
        read_csv(written("1,dog\n2,cat\n"), classes=("dog",))


# read_csv: what it says


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "  \n"])
def test_an_empty_file(written, text):
    with pytest.raises(DataError, match=r"data\.csv is empty; expected a row of numbers for each sample\."):
        read_csv(written(text))


def test_a_header_alone(written):
    with pytest.raises(DataError, match=r"data\.csv has a header but no samples; expected a row"):
        read_csv(written("a,b,y\n"))


def test_a_ragged_row(written):
    with pytest.raises(FileError, match=r"data\.csv, line 4: expected 3 cells, got 2; complete the line\."):
        read_csv(written("a,b,y\n1,2,3\n\n4,5\n"))
    with pytest.raises(FileError, match=r"line 2: expected 2 cells, got 3"):
        read_csv(written("1,2\n3,4,5\n"))


@pytest.mark.parametrize(
    ("cell", "got", "mend"),
    [
        ("abc", "'abc'", "turn the column's text into numbers, leave the column out, or make it the target"),
        ('"1,5"', "'1,5'", r"write 1\.5"),
        ("nan", "'nan'", "fill the gap, or remove the line"),
        ("-inf", "'-inf'", "fill the gap, or remove the line"),
        ("", "an empty cell", "fill the gap, or remove the line"),
    ],
)
def test_a_feature_that_is_no_number(written, cell, got, mend):
    sentence = rf"data\.csv, line 3, column 2 \(b\): expected a finite number, got {got}; {mend}\."
    with pytest.raises(DataError, match=sentence):
        read_csv(written(f"a,b,y\n1,2,3\n4,{cell},5\n"))


def test_a_target_that_is_missing_infinite_or_mixed(written):
    with pytest.raises(
        DataError, match=r"line 2, column 2 \(y\): expected a target, got an empty cell; complete the line"
    ):
        read_csv(written("1,2\n3,\n"))
    with pytest.raises(DataError, match=r"line 2, column 2 \(y\): expected a finite number, got 'inf'"):
        read_csv(written("1,2\n3,inf\n"))
    with pytest.raises(
        DataError, match=r"line 3, column 2 \(y\): expected a number as in line 1, got 'x'; correct it, or"
    ):
        read_csv(written("1,2\n3,4\n5,x\n"))
    with pytest.raises(
        DataError, match=r"line 2, column 2 \(y\): expected text as in line 1, got '4'; .* names in classes"
    ):
        read_csv(written("1,x\n3,4\n"))


def test_a_target_that_is_not_there(written):
    path = written("a,b,c\n1,2,3\n")
    with pytest.raises(SettingError, match=r"one column's name, .* got 'd'\. The columns are a, b, c\."):
        read_csv(path, "d")
    for target in (3, -4, 1.0, True):
        with pytest.raises(SettingError, match=r"or its position from -3 to 2; got .*\. The columns are a, b, c\."):
            read_csv(path, target)
    with pytest.raises(SettingError, match=r"got 'a'\. The columns are a, a, c\."):
        read_csv(written("a,a,c\n1,2,3\n"), "a")
    with pytest.raises(
        SettingError, match=r"target 'a' is a name, but header=False says that there are none; give a pos"
    ):
        read_csv(path, "a", header=False)


def test_a_target_without_features(written):
    with pytest.raises(FileError, match=r"has one column, the target; expected at least one feature"):
        read_csv(written("1\n2\n"))


def test_files_that_are_not_text(written):
    with pytest.raises(FileError, match=r"isn't text in UTF-8, at byte 0; save it as CSV in UTF-8\."):
        read_csv(written(b"\xff\xfe1\x00"))
    with pytest.raises(FileError, match=r"isn't text: byte 1 is zero; save it as CSV in UTF-8\."):
        read_csv(written(b"1\x00,2\n"))
    with pytest.raises(
        FileError, match=r"line 1: expected a row of CSV \(unexpected end of data\); correct the line\."
    ):
        read_csv(written('1,"2\n'))


def test_no_file_or_a_folder(tmp_path):
    for read in (read_csv, read_numpy):
        with pytest.raises(FileError, match=r"there is no file .*absent; check the name and the folder\."):
            read(tmp_path / "absent")
        with pytest.raises(FileError, match=r"expected a file, got the folder .*; name a file in it\."):
            read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_that_may_not_be_read(written):
    path = written("1,2\n")
    path.chmod(0)
    for read in (read_csv, read_numpy):
        with pytest.raises(FileError, match=r"can't read .*: Permission denied; check its permissions\."):
            read(path)


@examples(60)
@given(contents=st.one_of(st.binary(max_size=60), st.text("01a,;\n\r\"'. \t", max_size=60).map(str.encode)))
def test_whatever_a_file_holds_the_answer_is_a_table_or_a_sentence(tmp_path_factory, contents):
    path = tmp_path_factory.getbasetemp() / "fuzz"
    path.write_bytes(contents)
    try:
        table = read_csv(path)
    except ChainruleError:
        return
    assert len(table.x) == len(table.y) > 0
    assert table.x.shape[1] == len(table.features) > 0
    assert np.isfinite(table.x).all()


# write_csv


@examples(25)
@given(x=matrices, seed=st.integers(0, 9))
def test_what_is_written_is_read_back_to_the_last_digit(tmp_path_factory, x, seed):
    path = tmp_path_factory.getbasetemp() / "round.csv"
    y = np.random.default_rng(seed).normal(size=len(x))
    write_csv(path, x, y)
    table = read_csv(path)
    np.testing.assert_array_equal(table.x, x)
    np.testing.assert_array_equal(table.y, y)
    write_csv(path, x)
    np.testing.assert_array_equal(read_csv(path, target=None, header=True).x, x)


def test_names_and_classes_are_written(tmp_path):
    path = tmp_path / "pets.csv"
    write_csv(path, [[1.5], [2.0]], [[1.0], [0.0]], ["height"], "kind", ("cat", "dog, small"))
    assert path.read_bytes() == b'height,kind\n1.5,"dog, small"\n2.0,cat\n'
    table = read_csv(path)
    assert (table.features, table.target, table.classes) == (("height",), "kind", ("cat", "dog, small"))
    assert table.y.tolist() == [1, 0]


def test_points_are_written_as_they_come(tmp_path):
    write_csv(tmp_path / "xor.csv", *xor())
    x, y = read_csv(tmp_path / "xor.csv")
    np.testing.assert_array_equal(x, xor()[0])
    np.testing.assert_array_equal(y, xor()[1][:, 0])
    assert os.listdir(tmp_path) == ["xor.csv"]


def test_float32_survives(tmp_path):
    x = np.array([[0.1], [1 / 3]], dtype=np.float32)
    write_csv(tmp_path / "a.csv", x)
    np.testing.assert_array_equal(read_csv(tmp_path / "a.csv", target=None).x.astype(np.float32), x)


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
