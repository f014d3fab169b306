"""The page on paper, as Chromium prints it: nothing overlaps, nothing leaves the sheet, no sheet is empty."""

import pytest

from chainrule.lab.report.report import write_report
from chromium import need_chromium, printed


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    need_chromium()
    out = tmp_path_factory.mktemp("printed")
    return write_report(out, epochs=50, starts=4).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sheets(page, tmp_path_factory):
    return printed(page, tmp_path_factory.mktemp("sheets"))


def test_nothing_overlaps_on_paper(sheets):
    assert [each for sheet in sheets for each in sheet.collisions()] == []


def test_no_sheet_is_empty(sheets):
    assert [sheet.number for sheet in sheets if len(sheet.words) < 20] == []


def test_what_is_folded_is_printed(sheets):
    words = {word.what for sheet in sheets for word in sheet.words}
    assert {"import", "Forward", "diverges"} <= words


def test_a_collision_is_seen(tmp_path):
    html = "<html><head></head><body>{}</body></html>"
    apart, under = "<p>above</p><p>below</p>", "<p>above</p><p style='margin-top: -30px'>under</p>"
    assert not list(printed(html.format(apart), tmp_path)[0].collisions())
    blocks, words = printed(html.format(under), tmp_path)[0].collisions()
    assert "Box(what='p'" in blocks
    assert "Box(what='above'" in words


def test_a_run_without_chromium_says_so_and_fails_in_ci(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    for ci, outcome in (("", pytest.skip.Exception), ("true", pytest.fail.Exception)):
        monkeypatch.setenv("CI", ci)
        with pytest.raises(outcome, match="Left out: whether the page prints well"):
            need_chromium()
