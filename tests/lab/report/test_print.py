"""The page in Chromium: nothing overlaps on paper, no sheet is empty, and a search opens what is folded.

And what a reader sees of it before anything is opened: ten minutes' reading.
"""

import re

import pytest

from chainrule.lab.report.chapters import CHAPTERS, digits
from chainrule.lab.report.page import CONTENTS, PART_OF
from chainrule.lab.report.report import write_report
from chromium import need_chromium, printed, searched
from sections import words


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    out = tmp_path_factory.mktemp("printed")
    with pytest.MonkeyPatch.context() as quicker:
        quicker.setattr(digits, "SPLITS", 1)
        return write_report(out, epochs=25, starts=4).read_text(encoding="utf-8")


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


def test_what_a_screen_alone_needs_is_not_printed(sheets, page):
    assert "Scroll the box" in page
    assert not any(word.what == "Scroll" for sheet in sheets for word in sheet.words)


def test_a_listing_stays_on_one_sheet(sheets):
    """Each part of one that is printed begins with its imports; predictions alone go on over sheets."""
    listings = [(sheet, box) for sheet in sheets for box in sheet.blocks if box.what == "pre"]
    assert len(listings) > len(CHAPTERS)
    for sheet, box in listings:
        inside = [word.what for word in sheet.words if box.top - 1 < word.top < box.bottom]
        assert inside[0] in ("import", "Iter"), inside[:5]


@pytest.mark.parametrize(
    ("fragment", "opened"),
    [
        ("", 0),
        (":~:text=Scroll%20the%20box", 1),  # in a folded section
        (":~:text=A%20start%20diverges%20when", 1),  # in a fold of a section
        (":~:text=Momentum%20keeps%200.9", 2),  # in a fold of a folded section
        ("optimizers", 1),  # where a link leads
    ],
)
def test_a_search_opens_what_is_folded(page, tmp_path, fragment, opened):
    assert searched(page, tmp_path, fragment).count('open=""') == opened


def unfolded(html):
    """A page or a section with what is folded as its reader first sees it, by its summary; figures are left out."""
    inside = "((?:(?!<details).)*?)"
    fold = re.compile(rf"<details[^>]*>\s*<summary>{inside}</summary>{inside}</details>", re.DOTALL)
    while "<details" in html:
        html = fold.sub(r"\1", html)
    return re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)


def section(page, name):
    return unfolded(page[page.index(f'<section id="{name}"') :].partition("</section>")[0])


def test_the_page_is_read_in_ten_minutes(page):
    """At 240 words per minute (Brysbaert 2019): all that is seen, but for the contents and inside figures."""
    seen = re.sub(r"<nav\b.*?</nav>", "", unfolded(page), flags=re.DOTALL)
    assert len(words(seen[seen.index("<body") :].replace("<", " <")).split()) < 2_200


@pytest.mark.parametrize("name", [*CHAPTERS, "curves", "boundary"])
def test_a_chapter_is_its_question_one_figure_and_at_most_three_sentences(page, name):
    assert section(page, name).count("<li>") <= 3
    assert section(page, name).count("<figure>") <= 1
    assert "?" in CONTENTS[name] + words(section(page, name))


def test_the_less_important_sections_are_folded_under_a_heading(page):
    for name in PART_OF:
        assert f'<section id="{name}"' in page
        assert f'<section id="{name}"' not in unfolded(page)


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
