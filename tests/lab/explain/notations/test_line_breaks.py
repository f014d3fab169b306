"""Lines end where the page does, in text and in LaTeX."""

import itertools
import re
import shutil
import subprocess

import pytest

from derivations import (
    DERIVATIONS,
    long_ones,
    xor,
)


@pytest.fixture(scope="module", params=DERIVATIONS)
def derivation(request):
    return DERIVATIONS[request.param]()


def test_long_lines_are_broken_where_the_page_ends():
    assert max(map(len, xor(samples=None).weight(3, 1, 2).text().splitlines())) <= 88


@pytest.mark.parametrize("number", range(6))
def test_no_line_is_longer_than_the_page(number):
    derivation = next(itertools.islice(long_ones(), number, None))
    assert max(map(len, derivation.text().splitlines())) <= 88
    for row in re.findall('<p class="equation">(.*?)</p>', derivation.html()):
        for piece in re.findall("<math.*?</math>", row):
            assert len(re.findall("<mn>|<mi>", re.sub("<msubsup>.*?</msubsup>", "<mi>", piece))) < 25


def test_latex_is_ascii_and_its_environments_balance(derivation):
    page = derivation.latex()
    assert page.isascii()
    begun, ended = (re.findall(rf"\\{word}\{{(.*?)\}}", page) for word in ("begin", "end"))
    assert begun == ended == ["align*"] * len(begun)
    assert page.startswith("\\allowdisplaybreaks\n")
    assert page.count("{") == page.count("}")
    assert r"$\delta = \partial L / \partial z$" in page


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_pdflatex_makes_pages_of_it_whose_lines_fit(tmp_path):
    pages = "\n".join(each.latex() for each in (*(make() for make in DERIVATIONS.values()), *long_ones()))
    text = "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n" + pages + "\\end{document}\n"
    (tmp_path / "all.tex").write_text(text, encoding="ascii")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all.tex"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    said = (tmp_path / "all.log").read_text(encoding="latin-1")
    assert made.returncode == 0, said[-2000:]
    wide = [float(each) for each in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide", said)]
    assert max(wide, default=0.0) < 10.0, sorted(wide)[-5:]
