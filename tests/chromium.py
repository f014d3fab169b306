"""A page in Chromium: printed, with the boxes on its sheets; and searched, with the folds that it opens.

In the copy that is printed, every kind of block has a background of its own, which the PDF holds as rectangles: one for
each fragment of a block, where it is printed. Words have the boxes of their characters.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pdfplumber
import pytest

MISSING = (
    "Left out: whether the page prints well and is searched well, which needs Chromium (on Debian: apt-get install "
    "chromium)."
)

BLOCKS = ("svg", "table", "p", "pre", "h1", "h2", "h3", "li", "dt", "dd", "summary")
"""The blocks that hold no other block."""

BLUE = 251
"""Backgrounds are (number of the kind, 2, this) of 255, which nothing else on the page has."""

MATHEMATICS = "#fd02fb"
"""The colour of formulas, whose parts stand above each other."""

TOUCHING = 1.5
"""Points by which boxes may overlap: a character's box is a little larger than the character."""


@dataclass(frozen=True)
class Box:
    """A block or a word on a sheet, in points from its upper left corner."""

    what: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two overlap by more than a touch."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return min(across, down) > TOUCHING


@dataclass(frozen=True)
class Sheet:
    """A printed page: its size, its blocks and its words."""

    number: int
    width: float
    height: float
    blocks: list[Box]
    words: list[Box]

    def collisions(self) -> Iterator[str]:
        """Pairs of blocks or of words that overlap, and those that leave the sheet."""
        for boxes in (self.blocks, self.words):
            for a, b in combinations(boxes, 2):
                if a.meets(b):
                    yield f"page {self.number}: {a} meets {b}"
            for box in boxes:
                if min(box.left, box.top) < 0 or box.right > self.width or box.bottom > self.height:
                    yield f"page {self.number}: {box} leaves the sheet"


def need_chromium() -> str:
    """The path of Chromium. Where there is none, the test is skipped, or fails where CI is true."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)


def printed(html: str, folder: Path) -> list[Sheet]:
    """The sheets of a page."""
    pdf = folder / "printed.pdf"
    coloured = html.replace("</head>", f"<style>{_colours()}</style></head>")
    _run(coloured, folder, "", "--no-pdf-header-footer", f"--print-to-pdf={pdf}")
    with pdfplumber.open(pdf) as sheets:
        return [_sheet(number, each) for number, each in enumerate(sheets.pages, 1)]


def searched(html: str, folder: Path, fragment: str) -> str:
    """The page as Chromium has it after going to a fragment: an id, or a text to find, as ":~:text=some%20words".

    The search of a browser (Ctrl-F) can't be started from outside. A text in an address is found in the same way: for
    both of them, and for ids, HTML's "ancestor revealing algorithm" opens every details element around what is found.
    """
    return _run(html, folder, f"#{fragment}", "--virtual-time-budget=10000", "--dump-dom")


def _run(html: str, folder: Path, fragment: str, *options: str) -> str:
    chromium, page = need_chromium(), folder / "page.html"
    page.write_text(html, encoding="utf-8")
    always = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command = [chromium, *always, *options, page.as_uri() + fragment]
    return subprocess.run(command, check=True, capture_output=True, timeout=120, encoding="utf-8").stdout


def _colours() -> str:
    rules = ["* { border-radius: 0 !important }"]  # round corners would not be rectangles
    rules += [f"{tag} {{ background: rgb({i}, 2, {BLUE}) !important }}" for i, tag in enumerate(BLOCKS, 1)]
    rules += ["li:has(p), dd:has(p), li:has(li), summary:has(h2) { background: none !important }"]
    rules += [f"math {{ color: {MATHEMATICS} !important }}", ".hidden { display: none }"]
    return "\n".join(rules)


def _sheet(number: int, page: pdfplumber.page.Page) -> Sheet:
    blocks = [
        Box(BLOCKS[kind - 1], each["x0"], each["top"], each["x1"], each["bottom"])
        for each in page.rects
        if (kind := _kind(each["non_stroking_color"]))
    ]
    straight = page.filter(lambda each: each["object_type"] == "char" and each["upright"] and not _is_formula(each))
    words = [
        Box(each["text"], each["x0"], each["top"], each["x1"], each["bottom"])
        for each in straight.extract_words(use_text_flow=True)
    ]
    return Sheet(number, float(page.width), float(page.height), blocks, words)


def _bytes(color: object) -> tuple[int, ...]:
    return tuple(round(255 * each) for each in color) if isinstance(color, tuple) else ()


def _kind(color: object) -> int:
    """The number of a block's kind by its background; 0 for another colour."""
    found = _bytes(color)
    return found[0] if found[1:] == (2, BLUE) and found[0] <= len(BLOCKS) else 0


def _is_formula(character: dict[str, object]) -> bool:
    return "#" + "".join(f"{each:02x}" for each in _bytes(character["non_stroking_color"])) == MATHEMATICS
