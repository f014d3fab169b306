"""Sentences of errors, whatever they quote."""

import numpy as np
import pytest

import chainrule as cr


def test_a_sentence_that_lists_thousands_of_names_keeps_its_beginning_and_its_end(tmp_path):
    names = [f"column {k}" for k in range(5_000)]
    (tmp_path / "wide.csv").write_text(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    with pytest.raises(cr.SettingError, match=r"wide\.csv has no column 'kind'; choose from column 0, ") as caught:
        cr.read_table(tmp_path / "wide.csv", target="kind")
    assert str(caught.value).endswith("or a position from 0 to 4999.")
    assert len(str(caught.value)) < 1100


def test_a_cell_of_any_length_is_quoted_in_brief(tmp_path):
    (tmp_path / "long.csv").write_text("a,b\n1,2\n" + "x" * 100_000 + ",2\n2,3\n")
    with pytest.raises(cr.DataError, match=r"long\.csv, line 3, column a: expected a number") as caught:
        cr.read_table(tmp_path / "long.csv")
    assert len(str(caught.value)) < 1100


def test_an_archive_of_thousands_of_arrays_is_refused_in_brief(tmp_path):
    np.savez(tmp_path / "many.npz", **{f"m{k}": np.zeros(0) for k in range(1000)})
    with pytest.raises(cr.FileError, match=r"has no array 'x'; it has m0, .*Name the array to read\.") as caught:
        cr.datasets.read_numpy(tmp_path / "many.npz")
    assert len(str(caught.value)) < 1100
