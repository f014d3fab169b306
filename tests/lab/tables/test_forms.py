"""Every form of table, written by another library and read with the network blocked; data frames of every kind."""

import datetime
import gzip
import io
import json
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.tables.find import find
from chainrule.lab.tables.found import Found
from chainrule.lab.tables.options import Options
from optional import needed

ROWS: list[tuple[Any, ...]] = [
    (4.5, "cat", datetime.datetime(2026, 3, 1, 12, 30)),
    (None, "dog", datetime.datetime(2026, 3, 2)),
    (20.0, None, None),
    (-3.25, "cat", datetime.datetime(2026, 3, 4)),
]
NAMES = ("weight", "kind", "when")


def as_csv() -> str:
    cells = [["" if each is None else str(each) for each in row] for row in ROWS]
    return "\n".join(",".join(row) for row in [NAMES, *cells]) + "\n"


def write_csv(path: Path) -> None:
    path.write_text(as_csv(), "utf-8")


def write_gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(as_csv().encode()))


def write_utf_16(path: Path) -> None:
    path.write_text(as_csv(), "utf-16")


def write_bom(path: Path) -> None:
    path.write_text(as_csv(), "utf-8-sig")


def write_excel(path: Path) -> None:
    workbook = needed("openpyxl").Workbook()
    workbook.active.append(NAMES)
    for row in ROWS:
        workbook.active.append(row)
    with path.open("wb") as file:
        workbook.save(file)


def write_opendocument(path: Path) -> None:
    needed("odf")
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="pets")
    for row in [NAMES, *ROWS]:
        line = TableRow()
        for value in row:
            if isinstance(value, float):
                cell = TableCell(valuetype="float", value=value)
            elif isinstance(value, datetime.datetime):
                cell = TableCell(valuetype="date", datevalue=value.isoformat())
            elif value is None:
                cell = TableCell()
            else:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=value))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    with path.open("wb") as file:
        document.write(file)


def write_database(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE pets (weight REAL, kind TEXT, 'when' TEXT)")
        rows = [(weight, kind, when and when.isoformat(" ")) for weight, kind, when in ROWS]
        database.executemany("INSERT INTO pets VALUES (?, ?, ?)", rows)
    database.close()


def write_parquet(path: Path) -> None:
    needed("pyarrow")
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(dict(zip(NAMES, zip(*ROWS, strict=True), strict=True))), path)


def records() -> list[dict[str, Any]]:
    return [dict(zip(NAMES, (a, b, c and c.isoformat(" ")), strict=True)) for a, b, c in ROWS]


def write_json(path: Path) -> None:
    path.write_text(json.dumps(records()), "utf-8")


def write_json_lines(path: Path) -> None:
    path.write_text("\n".join(map(json.dumps, records())), "utf-8")


def write_json_by_column(path: Path) -> None:
    path.write_text(json.dumps({name: [each[name] for each in records()] for name in NAMES}), "utf-8")


def write_arff(path: Path) -> None:
    head = "@relation pets\n@attribute weight real\n@attribute kind {cat, dog}\n@attribute 'when' date\n% soon\n@data\n"
    cells = [["?" if each is None else str(each) for each in row] for row in ROWS]
    path.write_text(head + "".join(",".join(row) + "\n" for row in cells), "utf-8")


WRITERS = (
    write_csv,
    write_gzip,
    write_utf_16,
    write_bom,
    write_excel,
    write_opendocument,
    write_database,
    write_parquet,
    write_json,
    write_json_lines,
    write_json_by_column,
    write_arff,
)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any try to reach another machine fails the test."""

    def refuse(*_: object) -> None:
        raise AssertionError("reading a table reached for the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for each in ("http_proxy", "https_proxy"):  # what DuckDB itself would reach for answers nothing
        monkeypatch.setenv(each, "http://127.0.0.1:9")
        monkeypatch.setenv(each.upper(), "http://127.0.0.1:9")


def same_as_rows(found: Found) -> None:
    assert tuple(each.name for each in found.columns) == NAMES
    np.testing.assert_array_equal(found.columns[0].values, [4.5, np.nan, 20.0, -3.25])
    assert found.columns[1].values.tolist() == ["cat", "dog", None, "cat"]
    moments = np.array(["2026-03-01T12:30", "2026-03-02", "NaT", "2026-03-04"], "datetime64[us]")
    np.testing.assert_array_equal(found.columns[2].values, moments)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__.removeprefix("write_"))
def test_every_form_holds_the_same_table(write: Callable[[Path], None], tmp_path: Path):
    """The name says nothing: what a file holds is told by its contents."""
    path = tmp_path / "a*b[1]?.table"
    write(path)
    same_as_rows(find(path))


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy polars", "pyarrow"])
def test_every_kind_of_data_frame_holds_the_same_table(kind: str):
    by_name = dict(zip(NAMES, zip(*ROWS, strict=True), strict=True))
    library = needed(kind.split()[-1])
    if kind == "pandas":
        frame = library.DataFrame(by_name)
    elif kind == "pyarrow":
        frame = library.table(by_name)
    else:
        frame = library.DataFrame({name: list(values) for name, values in by_name.items()})
        frame = frame.lazy() if kind.startswith("lazy") else frame
    found = find(frame)
    same_as_rows(found)
    assert found.place(2) == "row 3"


def test_a_frame_is_taken_as_it_is():
    """Categories keep their levels in their order, text stays text, whole numbers with gaps are numbers."""
    pd = needed("pandas")
    frame = pd.DataFrame(
        {
            "size": pd.Categorical(["M", "S", None], categories=["S", "M", "L"], ordered=True),
            "code": pd.Categorical([2, 1, 2]),
            "text": ["1,5", "?", "x"],
            "n": pd.array([1, None, 3], dtype="Int64"),
            "is": [True, False, True],
            "maybe": pd.array([True, None, False], dtype="boolean"),
            "day": pd.to_datetime(["2026-01-01", None, "2026-01-03"]),
            "zone": pd.to_datetime(["2026-01-01T02:00+02:00"] * 3),
            "took": pd.to_timedelta(["1h", "2h", None]),
        }
    )
    found = find(frame)
    by_name = {each.name: each for each in found.columns}
    assert by_name["size"].levels == ("S", "M", "L")
    assert by_name["size"].values.tolist() == ["M", "S", None]
    assert by_name["code"].levels == ("1", "2")
    assert by_name["text"].values.tolist() == ["1,5", "?", "x"]
    np.testing.assert_array_equal(by_name["n"].values, [1.0, np.nan, 3.0])
    assert by_name["is"].values.tolist() == ["True", "False", "True"]
    assert by_name["maybe"].values.tolist() == ["True", None, "False"]
    assert np.isnat(by_name["day"].values).tolist() == [False, True, False]
    assert by_name["zone"].values[0] == np.datetime64("2026-01-01T00:00")
    np.testing.assert_array_equal(by_name["took"].values, [3600.0, 7200.0, np.nan])
    assert [each.position for each in found.columns] == list(range(9))
    assert find(frame["n"]).columns[0].name == "n"
    assert find(frame, Options(missing_values="x")).column("text").values.tolist() == ["1,5", "?", None]


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (3, r"expected a file's name, or a data frame such as pandas' or Polars', got 3 "),
        ({"a": [1]}, r"expected a file's name, or a data frame"),
        (b"a,b", r"expected the name of a file, got b'a,b'"),
    ],
)
def test_what_is_no_table_is_said_so(frame: object, sentence: str):
    with pytest.raises(cr.ChainruleError, match=sentence):
        find(frame)


def test_frames_of_other_things_are_refused_in_a_sentence():
    pl = needed("polars")
    with pytest.raises(cr.DataError, match=r"the data frame, column a: expected numbers, text or dates, got \[1, 2\]"):
        find(pl.DataFrame({"a": [[1, 2], [3]]}))
    with pytest.raises(cr.DataError, match="the data frame has no rows"):
        find(pl.DataFrame({"a": []}))
    with pytest.raises(cr.DataError, match="the data frame has no columns"):
        find(pl.DataFrame())


def workbook(tmp_path: Path, **sheets: list[list[Any]]) -> Path:
    book = needed("openpyxl").Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "book.xlsx"
    with path.open("wb") as file:
        book.save(file)
    return path


def test_a_workbook_of_several_sheets(tmp_path: Path):
    table = [["a", "b"], [1, "x"], [2, "NA"], ["3,5", "y"]]
    path = workbook(tmp_path, empty=[], first=[["Measured in March"], [], *table], second=[["z"], [1]])
    found = find(path)
    assert found.reading.part == "first"
    assert found.reading.notes == ("other sheets: empty, second",)
    np.testing.assert_array_equal(found.column("a").values, [1.0, 2.0, 3.5])
    assert found.column("b").values.tolist() == ["x", None, "y"]
    assert found.place(2) == "row 6"
    assert find(path, Options(sheet="second")).columns[0].name == "z"
    with pytest.raises(cr.SettingError, match=r"has no sheet 'frist', did you mean first\?"):
        find(path, Options(sheet="frist"))
    with pytest.raises(cr.DataError, match=r"has no cells in that sheet"):
        find(path, Options(sheet="empty"))


def test_a_workbook_that_would_fill_the_memory_is_refused(tmp_path: Path):
    book = needed("openpyxl").Workbook()
    book.active["A1"] = 1
    book.active["XFD1048576"] = 2
    path = tmp_path / "book.xlsx"
    with path.open("wb") as file:
        book.save(file)
    with pytest.raises(
        cr.FileError, match=r"sheet1.xml spans 17,179,869,184 cells, more than 16,777,216; save .* as CSV"
    ):
        find(path)
    with pytest.raises(cr.FileError, match="beyond the limit of 1000 bytes"):
        find(path, Options(max_size=1000))


def test_a_database_of_several_tables(tmp_path: Path):
    path = tmp_path / "pets.db"
    with sqlite3.connect(path) as database:
        database.execute('CREATE TABLE "a""b" (x, x2)')
        database.execute("INSERT INTO \"a\"\"b\" VALUES (1, 'c'), (NULL, 'd')")
        database.execute("CREATE TABLE other (y)")
        database.execute(
            "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
        )
    database.close()
    with pytest.raises(cr.SettingError, match=r'has the tables a"b, endless, other; expected one, or --table'):
        find(path)
    np.testing.assert_array_equal(find(path, Options(table='a"b')).column("x").values, [1.0, np.nan])
    with pytest.raises(cr.SettingError, match=r"has no table 'othr', did you mean other\?"):
        find(path, Options(table="othr"))
    with pytest.raises(cr.DataError, match="table other, has no rows"):
        find(path, Options(table="other"))
    with pytest.raises(cr.FileError, match=r"KiB unpacked, beyond the limit of 12 KiB"):
        find(path, Options(table="endless", max_size=path.stat().st_size))


def test_standard_input_and_open_sources(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(as_csv().encode())))
    found = find("-")
    same_as_rows(found)
    assert found.name == "standard input"


def test_what_is_larger_than_the_limit_is_not_read(tmp_path: Path):
    for write in (write_csv, write_gzip):
        write(tmp_path / "pets")
        with pytest.raises(cr.FileError, match="beyond the limit of 70 bytes"):
            find(tmp_path / "pets", Options(max_size=70))
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(10**8)))
    with pytest.raises(cr.FileError, match="got a zero byte"):
        find(tmp_path / "bomb.gz", Options(max_size="1 MiB"))
