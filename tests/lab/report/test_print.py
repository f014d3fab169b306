"""The page on paper, as Chromium prints it: nothing overlaps, nothing leaves the sheet, no sheet is empty."""

import re

import pytest

from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.report import write_report
from chromium import need_chromium, printed
from sections import words


@pytest.fixture(scope="module")
def page(tmp_path_factory):
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


def unfolded(html):
    """A page or a section without what is folded, as its reader first sees it; figures are left out."""
    while "<details" in html:
        html = re.sub(r"<details[^>]*>(?:(?!<details).)*?</details>", "", html, flags=re.DOTALL)
    return re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)


def test_the_page_is_read_in_ten_minutes(page):
    """At 240 words per minute (Brysbaert 2019), without what is looked up: contents, tables and captions."""
    prose = re.sub(r"<(nav|table|figcaption)\b.*?</\1>", "", unfolded(page), flags=re.DOTALL)
    assert len(words(prose).split()) < 2_400


def test_a_chapter_says_at_most_three_sentences_and_has_one_figure(page):
    for name in CHAPTERS:
        chapter = page[page.index(f'<section id="{name}"') :].partition("</section>")[0]
        assert unfolded(chapter).count("<li>") <= 3, name
        assert unfolded(chapter).count("<figure>") <= 1, name


def test_the_three_questions_are_answered_by_name(page):
    contents = words(page[page.index("<nav") : page.index("</nav>")])
    glance = words(page[page.index('<section id="glance"') :].partition("</section>")[0])
    for question in (
        "What are activation functions for?",
        "What if the learning rate is too large or too small?",
        "What are weights and biases for?",
    ):
        assert question in contents
        assert question in glance


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
