"""Tables that are drawn, written in any dialect and read back the same; what is said of files that aren't tables."""

import csv
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.lab.tables.find import find
from chainrule.lab.tables.found import Found
from chainrule.lab.tables.options import Options
from chainrule.training.files.reading import in_memory
from drawn import examples

WORDS = ("cat", "dog", "tall tree", "it's", "über", "a, b", "c;d", 'say "hi"', "tab\there", "x|y", "two\nlines")
NAMES = ("weight", "Größe", "Druck, hPa", "a b", 'the "best"', "T;x", "n_1", "kind")


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[Any]]]:
    """The names of columns and their values: floats or words, with gaps; no column or row is empty."""
    n, width = draw(st.integers(2, 12)), draw(st.integers(2, 5))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=width, max_size=width, unique=True))
    number = st.one_of(st.integers(-10_000, 10_000).map(float), st.floats(-1e6, 1e6).map(lambda each: round(each, 4)))
    columns: list[list[Any]] = []
    for j in range(width):
        is_text = j > 0 and draw(st.booleans())
        some = st.lists(st.sampled_from(WORDS) if is_text else number, min_size=n, max_size=n)
        gaps = draw(
            st.lists(st.booleans() if j else st.just(False), min_size=n, max_size=n).filter(lambda g: not all(g))
        )
        columns.append([None if gap else each for each, gap in zip(draw(some), gaps, strict=True)])
    return names, columns


def written(names: list[str], columns: list[list[Any]], delimiter: str, decimal: str, gap: str, end: str) -> str:
    def cell(value: Any) -> str:
        if value is None:
            return gap
        return value if isinstance(value, str) else f"{value:.4f}".replace(".", decimal)

    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL
    )
    writer.writerows([names, *([cell(each) for each in row] for row in zip(*columns, strict=True))])
    return text.getvalue()


def found_in(text: str | bytes, **options: Any) -> Found:
    content = text if isinstance(text, bytes) else text.encode()
    return find(in_memory("pets.csv", content), Options(**options))


@examples(40)
@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    gap=st.sampled_from(("", "?", "NA", "n/a", "NULL", "nan")),
    end=st.sampled_from(("\n", "\r\n", "\r")),
    encoding=st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252")),
)
def test_a_table_in_any_dialect_is_read_back(
    table: Any, delimiter: str, decimal: str, gap: str, end: str, encoding: str
):
    """With the dialect said: whether it is found is asked of plain words below."""
    names, columns = table
    text = written(names, columns, delimiter, decimal, gap, end)
    options = {} if decimal == delimiter == "," else {"delimiter": delimiter}
    found = found_in(text.encode(encoding), decimal=None if decimal == delimiter else decimal, header=True, **options)
    same(found, names, columns)


@examples(40)
@given(data=st.data(), delimiter=st.sampled_from(",;\t| "), decimal=st.sampled_from(".,"))
def test_the_dialect_is_found(data: st.DataObject, delimiter: str, decimal: str):
    """Of tables with a column of fractions and one of words."""
    n = data.draw(st.integers(4, 30))
    half = st.integers(-999, 999).map(lambda each: each + 0.25)
    columns: list[list[Any]] = [
        data.draw(st.lists(half, min_size=n, max_size=n)),
        data.draw(st.lists(st.sampled_from(("cat", "dog", "cow")), min_size=n, max_size=n)),
        data.draw(st.lists(half, min_size=n, max_size=n)),
    ]
    names = ["weight", "kind", "height"]
    found = found_in(written(names, columns, delimiter, decimal, "?", "\n"))
    assert found.reading.delimiter == delimiter
    assert found.reading.decimal == decimal
    same(found, names, columns)


def same(found: Found, names: list[str], columns: list[list[Any]]) -> None:
    assert [each.name for each in found.columns] == names
    for column, expected in zip(found.columns, columns, strict=True):
        if any(isinstance(each, str) for each in expected):
            assert column.values.tolist() == expected
        else:
            numbers = [np.nan if each is None else each for each in expected]
            np.testing.assert_allclose(column.values, numbers, rtol=1e-15, atol=5e-5)
        assert column.doubts == ()


def values(text: str | bytes, **options: Any) -> dict[str, list[Any]]:
    """The values of each column, NaN as None."""
    columns = found_in(text, **options).columns
    return {c.name: [None if gap else v for v, gap in zip(c.values.tolist(), c.gaps(), strict=True)] for c in columns}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sep=;\na;b\n1,5;2,25\n3;4\n", {"a": [1.5, 3.0], "b": [2.25, 4.0]}),
        ("a;b\n1,5;2,25\n3;4\n", {"a": [1.5, 3.0], "b": [2.25, 4.0]}),
        ("a\tb\n1\tx y\n2\tz w\n", {"a": [1.0, 2.0], "b": ["x y", "z w"]}),
        ("a|b\n1|x\n2|y\n", {"a": [1.0, 2.0], "b": ["x", "y"]}),
        ("a, b\n1, x\n2, y\n", {"a": [1.0, 2.0], "b": ["x", "y"]}),
        ("a\n1,5\n2,5\n", {"a": [1.5, 2.5]}),
        ("a\n1\n\n2\n", {"a": [1.0, 2.0]}),
        ("name\nNew York\nLos Angeles\n", {"name": ["New York", "Los Angeles"]}),
        ("price\n1.234,50 €\n99,00 €\n", {"price": [1234.5, 99.0]}),
        ("note\nhello, you\nwell, I\n", {"note": ["hello, you", "well, I"]}),
        ('"x"\n"1" 5\n"2" 6\n"3" 9\n', {"column 1": [1.0, 2.0, 3.0], "x": [5.0, 6.0, 9.0]}),
        ("In March\na,b\n1,2\n3,4\n5,6\n", {"a": [1.0, 3.0, 5.0], "b": [2.0, 4.0, 6.0]}),
        ("'tis,b\n'twas,1\nit's,2\n", {"'tis": ["'twas", "it's"], "b": [1.0, 2.0]}),
        ("a;b\n1;2\n3;4\n;;\n", {"a": [1.0, 3.0], "b": [2.0, 4.0]}),
        ("a,b\n\n1,2\n\n \n3,4\n\n", {"a": [1.0, 3.0], "b": [2.0, 4.0]}),
        ("a,b\n1,2\n,\n3,4\n", {"a": [1.0, 3.0], "b": [2.0, 4.0]}),
        (
            '18.0  8  "chevy malibu"\n15.5  9\t"buick"\n',
            {"column 1": [18.0, 15.5], "column 2": [8.0, 9.0], "column 3": ["chevy malibu", "buick"]},
        ),
        ("# a,b\n1,2\n3,4\n", {"a": [1.0, 3.0], "b": [2.0, 4.0]}),
        ("Logger 7\nfirmware;x\na;b;c\n1;2;3\n4;5;6\n7;8;9\n", {"a": [1, 4, 7], "b": [2, 5, 8], "c": [3, 6, 9]}),
        (
            "Logger 7\n\na;b;c\n1;2;3\n4;5;6\n7;8;9\n",
            {"a": [1.0, 4.0, 7.0], "b": [2.0, 5.0, 8.0], "c": [3.0, 6.0, 9.0]},
        ),
        ("a,b\nx,1,2\ny,3,4\n", {"column 1": ["x", "y"], "a": [1.0, 3.0], "b": [2.0, 4.0]}),
        ("a,b\n1,2,\n3,4,\n", {"a": [1.0, 3.0], "b": [2.0, 4.0], "column 3": [None, None]}),
        ("a,a,\n1,2,3\n", {"a": [1.0], "a (2)": [2.0], "column 3": [3.0]}),
        (
            "1,2,3,class\n0.5,1.5,2.5,x\n1.5,0.5,3.5,y\n",
            {"1": [0.5, 1.5], "2": [1.5, 0.5], "3": [2.5, 3.5], "class": ["x", "y"]},
        ),
        (
            "1,2,3\n7,1,9\n5,6,2\n",
            {"column 1": [1.0, 7.0, 5.0], "column 2": [2.0, 1.0, 6.0], "column 3": [3.0, 9.0, 2.0]},
        ),
        ("p,x\np,s\ne,x\n", {"column 1": ["p", "p", "e"], "column 2": ["x", "s", "x"]}),
        ('a,b\n"$1,692.00",1\n"$2.50",2\n', {"a": [1692.0, 2.5], "b": [1.0, 2.0]}),
        ('a,b\n"1,234,567",1\n"12",2\n', {"a": [1234567.0, 12.0], "b": [1.0, 2.0]}),
        ('a,b\n"1,421",0.5\n"980",2\n', {"a": [1421.0, 980.0], "b": [0.5, 2.0]}),
        ("a;b\n1.421;0,5\n980;2\n", {"a": [1421.0, 980.0], "b": [0.5, 2.0]}),
        ("a;b\n1 421;x\n980;y\n", {"a": [1421.0, 980.0], "b": ["x", "y"]}),
        ("a;b\n1'421.5;x\n980;y\n", {"a": [1421.5, 980.0], "b": ["x", "y"]}),
        ("a,b\n45 %,x\n5%,y\n", {"a": [0.45, 0.05], "b": ["x", "y"]}),
        ("a,b\n12 kg,x\n5 kg,y\n", {"a": ["12 kg", "5 kg"], "b": ["x", "y"]}),
        ("a,b\nNone,x\n5,y\n-,z\n", {"a": [None, 5.0, None], "b": ["x", "y", "z"]}),
        ("a,b\nTRUE,x\nFALSE,y\n", {"a": ["TRUE", "FALSE"], "b": ["x", "y"]}),
        ("'007,'=1\nb,c\n", {"007": ["b"], "=1": ["c"]}),
        ("a,b\n-inf,1\n2,inf\n", {"a": [float("-inf"), 2.0], "b": [1.0, float("inf")]}),
        ('a,b\n1,"x, ""y"""\n2,"p\n\nq"\n', {"a": [1.0, 2.0], "b": ['x, "y"', "p\n\nq"]}),
    ],
)
def test_a_small_file_is_read_so(text: str, expected: dict[str, list[Any]]):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("cells", "moments", "writing"),
    [
        (["2026-03-01", "2026-12-31"], ["2026-03-01", "2026-12-31"], ""),
        (["2026-03-01 14:05", "2026-03-02T00:00:01.5"], ["2026-03-01T14:05", "2026-03-02T00:00:01.5"], ""),
        (["2026-03-01T14:05Z", "2026-03-01T14:05:00+02:00"], ["2026-03-01T14:05", "2026-03-01T12:05"], ""),
        (["1.3.2026", "31.12.2026"], ["2026-03-01", "2026-12-31"], "day first"),
        (["03/25/2026", "03/04/26"], ["2026-03-25", "2026-03-04"], "month first"),
        (["25/03/2026 2:05 pm", "04/03/2026 12:00 am"], ["2026-03-25T14:05", "2026-03-04"], "day first"),
        (["1 Mar 2026", "2-April-2026"], ["2026-03-01", "2026-04-02"], "day, month"),
        (["March 1, 2026", "Apr 2nd 2026"], ["2026-03-01", "2026-04-02"], "month, day"),
        (["14:05", "0:00:01.25"], ["1970-01-01T14:05", "1970-01-01T00:00:01.25"], "time of day"),
    ],
)
def test_dates_and_times(cells: list[str], moments: list[str], writing: str):
    column = found_in("when;n\n" + "".join(f"{cell};1\n" for cell in [*cells, ""])).column("when")
    np.testing.assert_array_equal(column.values, np.array([*moments, "NaT"], "datetime64[us]"))
    assert (column.writing, column.doubts) == (writing, ())


def test_a_date_that_can_be_read_in_two_ways_is_a_doubt():
    column = found_in("when,n\n02/02/2026,1\n03/04/2026,2\n").column("when")
    assert column.values[1] == np.datetime64("2026-03-04")
    (doubt,) = column.doubts
    assert (doubt.row, doubt.cell, [each[0] for each in doubt.readings]) == (
        1,
        "03/04/2026",
        ["2026-03-04", "2026-04-03"],
    )


def test_what_a_column_is_noted_for():
    head = "a,b,c,c,e\n" + "".join(f"{i},{i / 2},x{i % 2},1,\n" for i in range(20))
    found = found_in(head + "-9999,7,unknown,2,\n3,oops,x1,2,\n4,?,x0,1,\n")
    assert found.column("a").notes == ("-9999 looks like a gap: --missing-values -9999",)
    assert found.column("a").values[20] == -9999.0
    odd = found.column("b").odd
    assert (odd.row, odd.cell, odd.count, found.place(odd.row)) == (21, "oops", 1, "line 23")
    assert found.column("b").n_numbers == 21
    assert found.column("c (2)").notes == ("a second column is named c: it is called c (2)",)
    assert found.column("e").notes == ("it is empty",)
    said = found_in(head + "-9999,7,x1,2,\n", missing_values="-9999.0, x1")
    assert np.isnan(said.column("a").values[20])
    assert said.column("c").values[:2].tolist() == ["x0", None]


def test_a_cell_far_down_that_is_no_number_makes_its_column_text():
    """It lies in another piece than the first cells, and the column that it is in only."""
    n = 1_200_000
    text = "a,b\n" + "12345,1\n" * n + "no,1\n"
    found = found_in(text)
    assert found.column("a").odd.cell == "no"
    assert found.place(found.column("a").odd.row) == f"line {n + 2}"
    assert found.column("a").values[[0, n - 1, n]].tolist() == ["12345", "12345", "no"]
    assert found.column("b").values.sum() == n + 1


def test_lines_are_numbered_as_in_the_file():
    """With a quoted cell of two lines, blank lines, and lines above the header."""
    found = found_in('# x\n\na,b\n1,"p\nq"\n\n2,r\n,\n3,s\n')
    assert [found.place(row) for row in range(3)] == ["line 4", "line 7", "line 9"]
    assert found.reading.notes == ("1 empty row is left out",)
    found = found_in('a,b\n1,"p\nq"\n2,"r\u2028s\x0bt\x85u"\n3,v\n')  # Unicode's other ends of a line end none here
    assert [found.place(row) for row in range(3)] == ["line 2", "line 4", "line 5"]


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("", {}, r"pets.csv holds no table, but nothing"),
        ("\n\n", {}, r"pets.csv holds no table, but 2 lines that are skipped"),
        ("a,b\n", {}, r"pets.csv has a header but no samples"),
        ("a,b\n1,2\n3\n4,5\n", {}, r"pets.csv, line 3: expected 2 cells, got 1; correct the line, or say --delimiter"),
        ("a,b\n1,2\n\n3,4,5\n4,5\n", {}, r"pets.csv, line 4: expected 2 cells, got 3"),
        ('a,b\n1,"x\n2,y\n', {}, r'pets.csv, line 2: expected " at the end of a cell that begins with it'),
        ("a,b\n1,2\n\0,3\n", {}, r"pets.csv, line 3: expected text, got a zero byte"),
        (b"a,b\n\x81,2\n", {}, r"pets.csv isn't text in cp1252 \(line 2: .*say its encoding, as --encoding"),
        (b"a,b\n1,\xff\n", {"encoding": "utf-8"}, r"pets.csv isn't text in utf-8 \(line 2: invalid start byte\)"),
        ("a" + ",a" * 60_000, {}, r"expected at most 50,000 columns, got 60,001; .*--delimiter"),
        ("@relation x\n@attribute a real\n", {}, r"is an ARFF file without @data"),
        ("@relation x\n@attribute a real\n@data\n{0 1}\n", {}, r"is a sparse ARFF file; save it with all values"),
        ('{"a": [1, 2], "b": [1]}', {}, r"has columns of different lengths; expected a list of records"),
        ("[]", {}, r"holds JSON, but no table; expected a list of records"),
        ('[{"a": 1}, 3]', {}, r"holds JSON, but no table; expected a list of records"),
        ('{"a": 1', {}, r"pets.csv isn't a table \(Malformed JSON at byte 8 in record"),
        (
            '[{"a": 1, "b": [1]}, {"a": 2}]',
            {},
            r"column b: expected numbers, text or dates, got .*; leave it out with --drop",
        ),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence(text: str | bytes, options: dict[str, Any], sentence: str):
    with pytest.raises(cr.ChainruleError, match=sentence):
        found_in(text, **options)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"delimiter": "ab"}, r"delimiter must be one character such as ',' or ';', or tab, or space; got 'ab'"),
        ({"decimal": ";"}, r"decimal must be one of '.', ','; got ';'"),
        ({"decimal": ",", "thousands": ","}, r"decimal and thousands must differ; got ',' for both"),
        ({"decimal": ",", "delimiter": ","}, r"decimal and delimiter must differ; got ',' for both"),
        ({"encoding": "klingon"}, r"encoding must be one that Python knows, such as cp1252; got 'klingon'"),
        ({"encoding": "hex"}, r"encoding must be one that Python knows"),
        ({"skip": -1}, r"skip must be a whole number of 0 or more; got -1"),
        ({"target_type": "classes"}, r"target_type must be one of 'class', 'quantity'; got 'classes'"),
        ({"header": "yes"}, r"header must be True or False; got 'yes'"),
        ({"drop": 3}, r"drop must be a list such as"),
    ],
)
def test_options_are_checked(options: dict[str, Any], sentence: str):
    with pytest.raises(cr.SettingError, match=sentence):
        Options(**options)


def test_nothing_but_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A name that DuckDB would take for a pattern is that of a file; its settings can't be changed any more."""
    from chainrule.lab.tables.database import database

    (tmp_path / "a1.csv").write_text("secret\n1\n")
    (tmp_path / "a*.csv").write_text("a,b\n1,x\n2,y\n")
    assert [each.name for each in find(tmp_path / "a*.csv").columns] == ["a", "b"]
    with pytest.raises(cr.FileError, match="there is no file"):
        find(tmp_path / "a?.csv")
    with database(str(tmp_path / "folder")) as connection:
        for statement in (
            f"SELECT * FROM read_csv('{tmp_path}/a1.csv')",
            f"SELECT * FROM read_text('{tmp_path}/folder/../a1.csv')",
            f"COPY (SELECT 1) TO '{tmp_path}/b.csv'",
            f"ATTACH '{tmp_path}/b.db'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            "LOAD httpfs",
        ):
            with pytest.raises(Exception, match=r"[Cc]annot|disabled|locked|not allowed"):
                connection.execute(statement).fetchall()


def test_a_column_that_is_left_out_may_hold_anything():
    text = '[{"a": 1, "b": [1]}, {"a": 2}]'
    assert found_in(text, drop="b").column("a").values.tolist() == [1.0, 2.0]


def test_lines_above_are_left_out_as_they_are_said_to_be():
    text = "x,y\nabout,this\na,b\n1,2\n3,4\n"
    assert values(text, skip=2) == {"a": [1.0, 3.0], "b": [2.0, 4.0]}
    assert found_in(text, skip=2).reading.skipped == 2
    assert values(text, skip=3, header=False) == {"column 1": [1.0, 3.0], "column 2": [2.0, 4.0]}
    with pytest.raises(cr.FileError, match="holds no table, but 9 lines that are skipped"):
        found_in(text, skip=9)


@pytest.mark.parametrize("package", ["duckdb", "clevercsv.detect"])
def test_without_the_extra_a_sentence_names_it(package: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(cr.MissingExtraError, match=r"tables need (DuckDB|CleverCSV): pip install .*tables"):
        found_in("a,b\n1,2\n")


def test_columns_that_all_turn_out_to_be_text_far_down():
    text = "a,b,c\n" + "1,2,3\n" * 60_000 + "x,y,z\n" * 3
    found = found_in(text)
    assert len(found) == 60_003
    assert [each.odd.cell for each in found.columns] == ["x", "y", "z"]
    assert [each.odd.row for each in found.columns] == [60_000] * 3


def test_nothing_but_blank_lines_for_megabytes():
    found = found_in("a,b\n" + "\n" * 9_000_000 + "1,2\n")
    assert {each.name: each.values.tolist() for each in found.columns} == {"a": [1.0], "b": [2.0]}
    assert found.place(0) == "line 9000002"


def test_json_beyond_its_limits_is_refused():
    keys = ",".join(f'"k{i}": 1' for i in range(10_001))
    with pytest.raises(cr.DataError, match="has 10,001 columns, more than 10,000; save it as CSV"):
        found_in(f"[{{{keys}}}]")
    with pytest.raises(cr.FileError, match="exceeds maximum recursion depth"):
        found_in('[{"a":' + "[" * 100_000 + "]" * 100_000 + "}]")
