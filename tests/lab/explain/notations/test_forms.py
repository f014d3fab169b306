"""The forms of an explanation: the same numbers in all, and a calculator comes to the result from the page alone."""

import itertools
import json
import re
import xml.etree.ElementTree as ET

import pytest

from chainrule.lab.explain.algebra.expression import Number
from chainrule.lab.explain.notations.document import document
from chainrule.lab.explain.notations.latex import LATEX
from chainrule.lab.explain.notations.mathml import MATHML
from chainrule.lab.explain.notations.text import TEXT
from derivations import (
    DERIVATIONS,
    NUMBER,
    calculate,
    equations,
    scale_of,
    xor,
)


@pytest.fixture(scope="module", params=DERIVATIONS)
def derivation(request):
    return DERIVATIONS[request.param]()


def test_every_line_of_numbers_comes_to_what_it_says(derivation):
    tried = 0
    for name, *_, numbers, value in (each for each in equations(derivation) if len(each) > 2):
        if re.search(r"[A-Za-z∂δ]", re.sub(r"cos|exp|log|sqrt|tanh|max|e[+-]\d", "", numbers)):
            continue  # a name alone, such as g = ∂L/∂w
        tried += 1
        beside = 0.0 if float(value) else 1e-6 * scale_of(numbers)  # what is 0 for rounding is 0 beside its terms
        assert calculate(numbers) == pytest.approx(float(value), rel=1e-5, abs=beside), name
    assert tried > 4


@pytest.mark.parametrize(("layer", "to", "from_"), [(3, 1, 2), (2, 1, 3), (1, 4, 2)])
def test_a_gradient_recomputed_from_the_page_alone(layer, to, from_):
    """Each value is taken from the line above that works it out, never from the one that is shown beside it."""
    step = xor(steps=200)
    known: dict[str, float] = {}
    for name, *sides in equations(step.weight(layer, to, from_)):
        symbols, numbers = (sides[0], sides[1]) if len(sides) > 2 else ("", "")
        if not numbers:
            continue
        parts = list(zip(re.split(r" · | [+-] ", symbols), re.split(r" · | [+-] ", numbers), strict=True))
        for symbol, number in parts:
            if symbol in known and re.fullmatch(rf"\(?{NUMBER}\)?", number):
                numbers = numbers.replace(
                    number, f"({known[symbol]!r})" if known[symbol] < 0 else repr(known[symbol]), 1
                )
        known[name] = calculate(numbers)
    expected = step.layers[layer - 1].gradients["weights"][to - 1, from_ - 1]
    gradient = next(known[name] for name in known if name.startswith("∂L/∂w"))
    assert gradient == pytest.approx(expected, rel=2e-5)


# ------------------------------------------------- the same numbers in all forms


def numbers_in(line):
    """The numbers of a line in plain letters, without their signs."""
    return [abs(float(each)) for each in re.findall(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", line)]


def without_indices(text):
    """A line of the page, without what is raised or lowered, samples, and how many terms are left out."""
    return re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⁽⁾]+|,(?=[₀₁₂₃₄₅₆₇₈₉])|\[\d+\]|\(the sum of \d+ others\)", "", text)


def in_text(derivation):
    return [numbers_in(without_indices(" = ".join(sides[1:]))) for sides in equations(derivation)]


def spoken(element):
    """MathML in plain letters, without indices and powers; ten to a power as e."""
    parts = [spoken(each) for each in element]
    match element.tag:
        case "msub" | "msubsup" | "mover":
            return parts[0]
        case "msup" if parts[0] == "10":
            return f"e{parts[1].replace('−', '-')}"
        case "msup":
            return f"exp({parts[1]})" if parts[0] == "e" else parts[0]
        case "mfrac":
            return f"({parts[0]}) / ({parts[1]})"
        case "mtext" if "the sum of" in (element.text or ""):
            return ""
    return f"{element.text or ''}{''.join(parts)}"


def in_html(derivation):
    rows = []
    for row in re.findall('<p class="equation">(.*?)</p>', derivation.html().replace("&nbsp;", " ")):
        row = re.sub(r'<mo stretchy="false">\[</mo><mn>\d+</mn><mo stretchy="false">\]</mo>', "", row)
        said = " ".join(spoken(each) for each in ET.fromstring(f"<p>{row}</p>"))
        rows.append(numbers_in(said.split("=", 1)[1].replace("·e", "e")))
    return rows


def in_latex(derivation):
    rows = []
    for block in re.findall(r"\\begin\{align\*\}(.*?)\\end\{align\*\}", derivation.latex(), re.DOTALL):
        for line in block.replace("[1ex]", "").split("\\\\"):
            if re.match(r"\s*&", line):
                rows[-1] += line
            else:
                rows.append(line.split("&=", 1)[1])
    said = []
    for row in rows:
        row = re.sub(r"\\Sigma [wg]\^2|_\{[\d,]+\}|\^\{\(\d+\)\}|\[\d+\]|\(the sum of \d+ others\)", "", row)
        row = re.sub(r"\s*\\cdot 10\^\{(-?\d+)\}", r"e\1", row)
        said.append(numbers_in(re.sub(r"\}\^\{\d+\}", "}", row)))
    return said


def in_json(derivation):
    found = json.loads(json.dumps(derivation.to_dict(), allow_nan=False))
    rows = []
    for section in found["sections"]:
        for each in section["equations"]:
            made_of = each.get("made_of")
            names = [] if made_of is None or isinstance(made_of, float) else constants_of(made_of)
            leaves = [] if made_of is None or isinstance(made_of, float) or "value" in made_of else leaves_of(made_of)
            rows.append([abs(number) for number in (*names, *leaves, each["value"])])
    return rows


def leaves_of(tree):
    """Every number of an expression."""
    return [tree] if isinstance(tree, float) else [tree["value"]] if "value" in tree else inside(tree, leaves_of)


def constants_of(tree):
    """Every number that has no name."""
    return [tree] if isinstance(tree, float) else [] if "value" in tree else inside(tree, constants_of)


def inside(tree, of):
    ((kind, parts),) = tree.items()
    parts = parts[:1] if kind == "power" else parts if isinstance(parts, list) else [parts]
    return list(itertools.chain.from_iterable(of(each) for each in parts))


@pytest.mark.parametrize("form", [in_html, in_latex, in_json])
def test_every_form_shows_the_same_numbers(derivation, form):
    for text, other in zip(in_text(derivation), form(derivation), strict=True):
        assert text == (pytest.approx(other, rel=1e-6, abs=0.0) if form is in_json else other)


# ------------------------------------------------- the forms themselves


def test_the_page_asks_for_nothing_and_is_well_formed(derivation):
    page = document(derivation)
    assert not re.search(r"<script|<link|@import|url\((?!#)|\bsrc=", page)
    assert not set(re.findall(r"https?://[^\"' ]+", page)) - {"http://www.w3.org/2000/svg"}
    body = page[page.index("<body>") : page.index("</html>")].replace("&nbsp;", " ")
    ET.fromstring(body)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "prefers-color-scheme: dark" in page
    assert page.count("<h1>") == 1


def test_notebooks_show_it():
    derivation = xor().weight(2, 1, 3)
    assert derivation._repr_html_().startswith("<style>")
    assert derivation._repr_latex_().startswith("$$\\begin{aligned}\n\\frac{\\partial L}{\\partial w^{(2)}_{1,3}} &=")
    assert "<math" in xor()._repr_html_()


def test_brackets_of_indices_do_not_stretch(derivation):
    assert "<mo>[</mo>" not in derivation.html()
    assert not re.search(r"<mo>\(</mo><mn>\d+</mn><mo>\)</mo>", derivation.html())


@pytest.mark.parametrize(
    ("notation", "small", "large"),
    [
        (TEXT, "(6.6e-06)²", "0.5²"),
        (LATEX, r"{\left(6.6 \cdot 10^{-6}\right)}^{2}", "{0.5}^{2}"),
        (MATHML, MATHML.power(MATHML.grouped(MATHML.number("6.6e-06")), 2), "<msup><mn>0.5</mn><mn>2</mn></msup>"),
    ],
)
def test_the_square_of_a_number_with_a_power_of_ten_is_of_the_whole_number(notation, small, large):
    assert notation.write(Number(6.6e-6) ** 2) == small
    assert notation.write(Number(0.5) ** 2) == large
    assert notation.write(Number(-6.6e-6) ** 2).count(notation.grouped("|").split("|")[0]) == 1
