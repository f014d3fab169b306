"""CSV as it is written: nothing for a spreadsheet to work out, and read back as it was."""

import csv
import io
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.errors import DataError, FileError
from chainrule.lab.tables.gaps import GAPS
from chainrule.training.data.sets import write_csv
from chainrule.training.files.csv_text import FORMULA, csv_text, guarded, is_number, unguarded, write_rows
from chainrule.training.files.tables import columns_to_csv
from drawn import examples

SPECIAL = "=+-@\t\r\n'\", ;.\ufeff\u00a0\u20281e07"
texts = st.one_of(
    st.text(SPECIAL, min_size=1, max_size=6),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=9),
    st.sampled_from(["007", "1", "-1.5", "1e5", "nan", "inf", "1_000", "٣", "=1+1", "'=x", "''", "'", "-", "it's"]),
)


@examples(200)
@given(text=texts)
def test_a_guard_is_taken_away_again(text):
    cell = guarded(text)
    assert unguarded(cell) == text
    assert not cell.startswith((*FORMULA, "\ufeff"))
    assert not is_number(cell)
    assert cell == text or cell == "'" + text


@examples(200)
@given(rows=st.lists(st.lists(texts | st.integers() | st.floats(allow_nan=False), min_size=2, max_size=4), min_size=1))
def test_any_reader_gets_the_cells(rows):
    read = list(csv.reader(io.StringIO(csv_text(rows), newline=""), strict=True))
    assert read == [[guarded(cell) if isinstance(cell, str) else repr(cell) for cell in row] for row in rows]


def as_read(text):
    """A name as it is read: in one Unicode form, with one way of ending a line."""
    return unicodedata.normalize("NFC", text.replace("\r", "\n")).strip()


names = texts.map(as_read).filter(lambda text: text not in GAPS)


@examples(150)
@given(data=st.data())
def test_what_is_written_is_read_back_names_and_classes_too(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "names.csv"
    features = data.draw(st.lists(names, min_size=1, max_size=4, unique=True))
    target = data.draw(names.filter(lambda name: name not in features))
    classes = data.draw(st.lists(names, min_size=1, max_size=4, unique=True))
    y = data.draw(st.lists(st.integers(0, len(classes) - 1), min_size=1, max_size=5))
    x = np.array([[float(i - k) for k in range(len(features))] for i in range(len(y))])
    write_csv(path, x, y, features, target, classes)
    table = cr.read_table(path, header=True, delimiter=",", target_type="class", categorical=[target])
    assert (table.features, table.targets) == (tuple(features), (target,))
    assert [table.classes[k] for k in table.y] == [classes[k] for k in y]
    np.testing.assert_array_equal(table.raw, x)


def test_numbers_stay_numbers():
    rows = [[-1, -0.5, np.float32(0.5), np.float64(-0.1), np.int64(-3), True, None, float("nan"), 1e300]]
    assert csv_text(rows) == "-1,-0.5,0.5,-0.1,-3,True,,nan,1e+300\n"
    assert columns_to_csv({"=loss": np.array([-0.25])}) == "'=loss\n-0.25"


def test_what_has_no_form_in_a_table_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"a CSV file can't hold the character NUL, got the text 'a\\x00b'; leave it"):
        write_rows(tmp_path / "a.csv", [["a\0b"]])
    with pytest.raises(FileError, match=r"UTF-8 has no '\\ud800'"):
        write_rows(tmp_path / "a.csv", [["a\ud800"]])
    with pytest.raises(DataError, match=r"a name for each column and each class, got one that is empty; name it\."):
        write_csv(tmp_path / "a.csv", [[1.0]], features=[""])
    assert list(tmp_path.iterdir()) == []


def test_an_apostrophe_of_ones_own_is_kept(written):
    table = cr.read_table(written("it's,'tis,kind\n1,2,'n roll\n3,4,o'clock\n5,6,'\n"))
    assert table.features == ("it's", "'tis")
    assert table.classes == ("'", "'n roll", "o'clock")


def test_names_with_other_delimiters_keep_the_comma(written):
    table = cr.read_table(written('"a;b;c;d","e\n;\t;f",kind\n1,2,"x;y"\n'))
    assert (table.features, table.classes) == (("a;b;c;d", "e\n;\t;f"), ("x;y",))
