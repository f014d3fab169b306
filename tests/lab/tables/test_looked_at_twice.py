"""Tables that are read otherwise than they may be meant: each is pointed out, or stops with what helps."""

import re
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.lab.tables.account import account_of

ROWS = range(40)


def remarks(folder: Path, header: str, *columns: list[object]) -> str:
    path = folder / "table.csv"
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in zip(*columns, strict=True))]) + "\n")
    return "\n".join(account_of(cr.read_table(path)).remarks)


def amounts() -> list[object]:
    return [round(3 + (i * 37 % 40) / 7, 2) for i in ROWS]


def kinds() -> list[object]:
    return ["ab"[i % 3 == 0] for i in ROWS]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([f"0{800 + i % 9}" for i in ROWS], "a code, such as 0800. .*--categorical first"),
        ([20240101 + 100 * (i % 12) + i % 28 for i in ROWS], "dates, such as 20240101"),
        ([12345678901234567890 + i for i in ROWS], "more than 15 digits"),
        ([["male", "Male", "female"][i % 3] for i in ROWS], "male and Male|Male and male"),
        ([f"{i % 7}.5 cm" for i in ROWS], "without cm if they are numbers"),
    ],
)
def test_inputs_are_pointed_out(cells: list[object], said: str, tmp_path: Path) -> None:
    assert re.search(f"first: .*(?:{said})", remarks(tmp_path, "first,size,kind", cells, amounts(), kinds()))


def test_plain_measurements_are_not(tmp_path: Path) -> None:
    plain = [100 + i * i for i in ROWS], [["S", "M", "L"][i % 3] for i in ROWS]
    found = remarks(tmp_path, "size,first,second,kind", amounts(), *plain, kinds())
    assert not any(each in found for each in ("code", "dates", "capitals", "digits", "if they are numbers"))


def test_classes_that_differ_in_capitals_alone(tmp_path: Path) -> None:
    assert "Yes and yes" in remarks(tmp_path, "a,b", amounts(), [["yes", "Yes", "no"][i % 3] for i in ROWS])


def test_rows_that_end_in_a_delimiter_make_no_target(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,\n1.5,2.5,\n2.5,4.5,\n3.5,1.5,\n")
    assert cr.read_table(tmp_path / "t.csv").targets == ("b",)


def test_options_that_the_cells_refuse(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,x\n2.25,y\n3.5,x\n")
    with pytest.raises(cr.DataError, match=r"line 3, column a.*fits --decimal ,.*'2.25'. Leave --decimal , out"):
        cr.read_table(path, decimal=",")
    with pytest.raises(cr.DataError, match=r"line 1, column 1.*leave --no-header out"):
        cr.read_table(path, header=False)
    with pytest.raises(cr.SettingError, match="--drop and the target name one column, b"):
        cr.read_table(path, target="b", drop="b")
