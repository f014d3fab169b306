"""One style for every figure: colours that stand out, SVG that stands inside a page."""

import re
import sys
import xml.etree.ElementTree as ET

import pytest

from chainrule.core.errors import MissingExtraError
from chainrule.core.extras import advice
from chainrule.lab.figures import svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def figure():
    def drawing(axes):
        axes.plot([1, 2, 3], [0.123456789, 2, 0.5], label="a < b & c")
        axes.set_title("bold and small")
        axes.legend()

    return svg.render([[drawing]], name="some", title="A & B", description="It rises < and falls.", size=(300, 200))


def test_the_title_and_the_description_come_first_and_are_referred_to(figure):
    root = ET.fromstring(figure)
    assert [each.tag for each in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert [each.text for each in root][:2] == ["A & B", "It rises < and falls."]
    assert root.get("aria-labelledby") == "some-title some-desc"
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("300", "200", "0 0 300 200")


def test_ids_begin_with_the_figures_name_and_only_those_referred_to_are_kept(figure):
    root = ET.fromstring(figure)
    ids = {each.get("id") for each in root.iter() if each.get("id")}
    assert all(each.startswith("some-") for each in ids)
    targets = {
        value.removeprefix("url(").removesuffix(")").removeprefix("#")
        for each in root.iter()
        for value in each.attrib.values()
        if value.startswith(("#", "url(#"))
    }
    assert targets
    assert ids == targets | {"some-title", "some-desc"}


def test_text_stays_text_in_the_pages_font(figure):
    texts = {each.text: each.get("style") for each in ET.fromstring(figure).iter(f"{SVG}text")}
    assert {"bold and small", "a < b & c"} <= set(texts)
    assert svg.FONT in texts["bold and small"]
    assert "700" in texts["bold and small"]
    assert "DejaVu" not in figure


def test_coordinates_are_short_and_nothing_tells_when_it_was_made(figure):
    for each in ET.fromstring(figure).iter():
        for value in each.attrib.values():
            for number in value.replace(",", " ").split():
                assert len(number.partition(".")[2]) <= 2 or not number.replace(".", "").isdigit(), number
    assert "<metadata" not in figure
    assert "<!--" not in figure


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_colours_stand_out_from_the_page(theme):
    palette = {name: each[theme] for name, each in svg.PALETTE.items()}
    for text in ("ink", "muted"):
        assert contrast(palette[text], palette["paper"]) >= 4.5
    for mark in ("class 0", "class 1", "run"):
        assert contrast(palette[mark], palette["paper"]) >= 3


def test_without_matplotlib_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=re.escape(advice("report"))):
        svg.need_matplotlib()
