"""What is given in place of a table, and options that don't fit what is given, are said in a sentence."""

import gzip
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from optional import needed

CSV = "weight,kind\n4,cat\n20,dog\n5,cat\n"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html>\n<p>a,b", r"a web page \(HTML\)"),
        (b"ARROW1\0\0\xff\xff", "a Feather file"),
        (b"PK\x05\x06" + bytes(18), "expected text"),
        (gzip.compress(b"\x89PNG\r\n\x1a\n\0\0"), "isn't text|expected text"),
    ],
)
def test_what_is_no_table_is_named(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(cr.FileError, match=what):
        cr.read_table(path)


@pytest.mark.parametrize("option", ["sheet", "table", "x", "y"])
def test_options_of_other_forms_are_refused(option: str, tmp_path: Path) -> None:
    path = tmp_path / "pets.csv"
    path.write_text(CSV)
    with pytest.raises(cr.SettingError, match=rf"pets.csv is read as .* text; --{option} is for .*out"):
        cr.read_table(path, **{option: "a"})


def test_frames_json_and_arrays_take_no_options_of_text(tmp_path: Path) -> None:
    frame = needed("pandas").DataFrame({"a": [1.5, 2.5, 4.0], "b": ["x", "y", "x"]})
    with pytest.raises(cr.SettingError, match="--no-header"):
        cr.read_table(frame, header=False)
    (tmp_path / "pets.json").write_text('[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]')
    with pytest.raises(cr.SettingError, match="JSON; --skip"):
        cr.read_table(tmp_path / "pets.json", skip=1)
    np.savez(tmp_path / "pets.npz", x=np.ones((3, 2)), y=np.arange(3))
    with pytest.raises(cr.SettingError, match="arrays; --delimiter"):
        cr.read_table(tmp_path / "pets.npz", delimiter=";")
