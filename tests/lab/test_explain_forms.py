"""The forms of an explanation: the same numbers in all, and a calculator comes to the result from the page alone."""

import itertools
import json
import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import chainrule as cr
from cases import CASES
from chainrule.lab.explain.document import document
from chainrule.lab.explain.text import lines

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?"
NAMES = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt, "tanh": math.tanh, "max": lambda *each: max(each)}


def xor(samples=3, optimizer=None, **settings):
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
    optimizer = optimizer or cr.Adam(0.01)
    return cr.explain(
        network, network.initialize(0), x, y, cr.HalfSquaredError(), optimizer, samples=samples, **settings
    )


WORKINGS = {
    "a weight": lambda: xor(steps=50).weight(2, 1, 3),
    "a weight of the first layer": lambda: xor(steps=50).weight(1, 4, 2),
    "of a batch": lambda: xor(samples=None, penalty=cr.L2(0.01), clip=0.01).weight(3, 1, 2),
    "of a batch with weights": lambda: xor(samples=[3, 5, 8], sample_weight=np.arange(21)).weight(2, 1, 3),
    "a bias": lambda: xor(optimizer=cr.SGD(0.5)).weight(2, 1),
    "a unit": lambda: xor().unit(1, 2),
    "the step": lambda: xor().overview(),
    "a convolution": lambda: of_case("LeNet, small").weight(1, 2, (1, 3, 3)),
    "a norm": lambda: of_case("BatchNorm").weight(2, 3, "scale"),
    "a residual": lambda: of_case("Residual in Residual").unit(1, 2, sample=5),
}


def of_case(name):
    case = CASES[name]
    x, y = case.data()
    return cr.explain(case.network, case.network.initialize(1), x, y, case.loss, cr.Momentum(0.1), seed=1)


@pytest.fixture(scope="module", params=WORKINGS)
def working(request):
    return WORKINGS[request.param]()


# ------------------------------------------------- a calculator that reads the page's text


def equations(working):
    """The page's equations as lists of sides, each written on one line; notes and the title left out."""
    joined = []
    for style, line in lines(working)[2:]:
        if style == "equation" and line.startswith("    "):
            joined[-1] += " " + line.strip()
        elif style == "equation":
            joined.append(line.strip())
    return [line.split(" = ") for line in joined]


def reckon(side):
    """What a side in numbers comes to."""
    code = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: f"**{power[1].translate(RAISED)}", side).replace("·", "*")
    assert re.fullmatch(r"(?:[\d.e+\-*/(), ]|exp|log|sqrt|tanh|max)+", code), code
    return eval(code, {"__builtins__": {}}, NAMES)


def scale_of(side):
    """The size of the largest number that is added in a side: digits are lost beside it."""
    return max((abs(float(each)) for each in re.findall(NUMBER, side)), default=1.0)


def test_every_line_of_numbers_comes_to_what_it_says(working):
    tried = 0
    for name, *_, numbers, value in (each for each in equations(working) if len(each) > 2):
        if re.search(r"[A-Za-z∂δ]", re.sub(r"exp|log|sqrt|tanh|max|e[+-]\d", "", numbers)):
            continue  # a name alone, such as g = ∂L/∂w
        tried += 1
        beside = 0.0 if float(value) else 1e-6 * scale_of(numbers)  # what is 0 for rounding is 0 beside its terms
        assert reckon(numbers) == pytest.approx(float(value), rel=1e-5, abs=beside), name
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
        known[name] = reckon(numbers)
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


def in_text(working):
    return [numbers_in(without_indices(" = ".join(sides[1:]))) for sides in equations(working)]


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


def in_html(working):
    rows = []
    for row in re.findall('<p class="equation">(.*?)</p>', working.html().replace("&nbsp;", " ")):
        row = re.sub(r'<mo stretchy="false">\[</mo><mn>\d+</mn><mo stretchy="false">\]</mo>', "", row)
        said = " ".join(spoken(each) for each in ET.fromstring(f"<p>{row}</p>"))
        rows.append(numbers_in(said.split("=", 1)[1].replace("·e", "e")))
    return rows


def in_latex(working):
    rows = []
    for block in re.findall(r"\\begin\{align\*\}(.*?)\\end\{align\*\}", working.latex(), re.DOTALL):
        for line in block.split("\\\\"):
            if re.match(r"\s*&", line):
                rows[-1] += line
            else:
                rows.append(line.split("&=", 1)[1])
    said = []
    for row in rows:
        row = re.sub(r"_\{[\d,]+\}|\^\{\(\d+\)\}|\[\d+\]|\(the sum of \d+ others\)", "", row)
        row = re.sub(r"\s*\\cdot 10\^\{(-?\d+)\}", r"e\1", row)
        said.append(numbers_in(re.sub(r"\}\^\{\d+\}", "}", row)))
    return said


def in_json(working):
    found = json.loads(json.dumps(working.to_dict(), allow_nan=False))
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
def test_every_form_shows_the_same_numbers(working, form):
    for text, other in zip(in_text(working), form(working), strict=True):
        assert text == (pytest.approx(other, rel=1e-6, abs=0.0) if form is in_json else other)


# ------------------------------------------------- the forms themselves


def test_the_page_asks_for_nothing_and_is_well_formed(working):
    page = document(working)
    assert not re.search(r"<script|<link|@import|url\((?!#)|\bsrc=", page)
    assert not set(re.findall(r"https?://[^\"' ]+", page)) - {"http://www.w3.org/2000/svg"}
    body = page[page.index("<body>") : page.index("</html>")].replace("&nbsp;", " ")
    ET.fromstring(body)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "prefers-color-scheme: dark" in page
    assert page.count("<h1>") == 1


def test_drawings_show_every_weight_and_mark_the_one_that_is_explained():
    weights, gradients = xor().weight(2, 1, 3).drawings
    for svg in (weights, gradients):
        lines = ET.fromstring(svg).findall("{http://www.w3.org/2000/svg}line")
        assert len(lines) == 2 * 4 + 4 * 4 + 4 + 2  # and two below the marked one, its halo
        assert len(ET.fromstring(svg).findall("{http://www.w3.org/2000/svg}circle")) == 2 * (2 + 4 + 4 + 1)
    step = xor()
    negative = sum((each.parameters["weights"] < 0).sum() for each in step.layers)
    assert weights.count("stroke-dasharray") == negative
    assert weights != gradients
    assert f"{step.layers[1].parameters['weights'][0, 2]:.3g}" in weights


def test_a_network_without_drawn_weights_has_one_drawing():
    only_maps = of_case("GlobalAveragePool").unit(1, (1, 1, 1))
    assert len(only_maps.drawings) in (1, 2)
    case = cr.Network((1, 4, 4), [cr.Conv2D(2, 3), cr.Flatten(), cr.Dense(2)])
    x, y = np.ones((3, 1, 4, 4)), np.zeros((3, 2))
    step = cr.explain(case, case.initialize(0), x, y, cr.SquaredError(), cr.SGD(0.1))
    assert len(step.overview().drawings) == 1


def test_notebooks_show_it():
    working = xor().weight(2, 1, 3)
    assert working._repr_html_().startswith("<style>")
    assert working._repr_latex_().startswith("$$\\begin{aligned}\n\\frac{\\partial L}{\\partial w^{(2)}_{1,3}} &=")
    assert "<math" in xor()._repr_html_()


def test_long_lines_are_broken_where_the_page_ends():
    assert max(map(len, xor(samples=None).weight(3, 1, 2).text().splitlines())) <= 88
