"""Explanations that are handed out as files, in German: the same numbers, with German sentences."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chainrule.interfaces.play.glass.handed_out import FORMATS
from derivations import DERIVATIONS, long_ones
from in_english import english_words

TRANSLATED = """async (files) => {
  const { saidInFile } = await import("/page/said_in_files.js");
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, saidInFile(name, text)]));
}"""

PROSE = r'"(?:title|lead|note|label)": "((?:[^"\\]|\\.)*)"'
"""What JSON holds in words."""


def test_explanations_are_handed_out_in_german(opened: Callable[..., Any], tmp_path: Path):
    files = {
        f"{k}.{ending}": written(each)
        for k, each in enumerate([*(make() for make in DERIVATIONS.values()), *long_ones()])
        for ending, written in FORMATS.values()
    }
    page = opened(locale="de-DE")
    german = page.evaluate(TRANSLATED, files)
    for name, text in german.items():
        said = SAID[Path(name).suffix](text)
        assert len(said) > 5
        assert [each for each in said if english_words(each)] == [], name
        assert re.findall(r"\d{3,}", numbered(text)) == re.findall(r"\d{3,}", numbered(files[name]))
    assert all(
        '<html lang="de">' in text and 'lang="en"' not in text for name, text in german.items() if "html" in name
    )
    documents = [text for name, text in german.items() if name.endswith(".tex")]
    for each in documents:
        assert each.isascii()
        assert each.count("{") == each.count("}")
        begun, ended = (re.findall(rf"\\{word}\{{(.*?)\}}", each) for word in ("begin", "end"))
        assert sorted(begun) == sorted(ended)
        assert set(re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", each)) == {"amsmath", "geometry"}
    if shutil.which("pdflatex") is not None:
        assert overfull(documents, tmp_path) == []

    page.click("#unit-1-0")
    page.wait_for_selector(".chain h3")
    with page.expect_download() as saved:
        page.evaluate("async () => (await import('/page/take.js')).handOut('latex')")
    assert "\\section*{Schicht 2: Einheit 1}" in Path(saved.value.path()).read_text(encoding="ascii")


def html_words(text: str) -> list[str]:
    """Running text, names of formulas' numbers, and what drawings are called."""
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    found = [*re.findall(r">([^<]+)<", text), *re.findall(r'aria-label="([^"]*)"', text)]
    return [html.unescape(each) for each in found if re.search("[a-z]{3}", each)]


def latex_words(text: str) -> list[str]:
    """Lines outside of equations, and words in these."""
    inside = re.findall(r"\\text\{(.*?)\}", text)
    body = re.sub(r"\\begin\{align\*\}.*?\\end\{align\*\}", "", text.partition(r"\begin{document}")[2], flags=re.DOTALL)
    body = re.sub(r"\$.*?\$|\\[a-z]+\*?", "", body)
    return [each for each in (*inside, *body.splitlines()) if re.search("[a-z]{3}", each)]


def json_words(text: str) -> list[str]:
    """Titles and notes. "whole L" in one of these is the name of a number, which stays."""
    return [json.loads(f'"{each}"').replace("whole L", "") for each in re.findall(PROSE, text)]


SAID = {".html": html_words, ".tex": latex_words, ".json": json_words}


def numbered(text: str) -> str:
    """A file without what it says in words: sentences may name a number more, or in another order."""
    return re.sub(PROSE + r"|<p>.*?</p>|<p class=\"note.*?</p>|^[A-Z\\].*$", "", text, flags=re.MULTILINE)


def overfull(documents: list[str], folder: Path) -> list[str]:
    """What pdflatex can't make a page of, or fit into its lines."""
    found = []
    for k, text in enumerate(documents):
        (folder / f"{k}.tex").write_text(text, encoding="ascii")
        command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", f"{k}.tex"]
        made = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
        said = (folder / f"{k}.log").read_text(encoding="latin-1")
        found += [said[-2000:]] if made.returncode else re.findall(r"Overfull \\[hv]box .*", said)
    return found
