"""The forms of an explanation: the same numbers in all, and a calculator comes to the result from the page alone."""

import itertools
import json
import math
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import chainrule as cr
from cases import CASES
from chainrule.lab.explain.document import document
from chainrule.lab.explain.drawing import in_a_unit
from chainrule.lab.explain.symbols import digits
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


SVG = "{http://www.w3.org/2000/svg}"


def images(*layers, shape=(1, 6, 6)):
    network = cr.Network(shape, [*layers])
    x, y = np.random.default_rng(0).standard_normal((3, *shape)), np.zeros((3, 2))
    return cr.explain(network, network.initialize(0), x, y, cr.SquaredError(), cr.SGD(0.1))


def test_a_network_without_weights_has_one_drawing():
    step = images(cr.BatchNorm(), cr.GlobalAveragePool(), shape=(2, 4, 4))
    assert len(step.overview().drawings) == 1


def test_maps_are_drawn_with_lines_for_all_weights_between_two_channels():
    step = images(cr.Conv2D(3, 3), cr.MaxPool(2), cr.Flatten(), cr.Dense(2))
    working = step.weight(3, 2, 9)
    assert "which is 3,1,1 of its maps" in working.title
    for theta, svg in zip((step.theta, step.gradient), working.drawings, strict=True):
        drawn = ET.fromstring(svg)
        lines = drawn.findall(f"{SVG}line")
        assert len(lines) == 1 * 3 + 3 * 2 + 2  # and two below the marked one
        assert len(drawn.findall(f"{SVG}path")) == 3  # each channel of the pool to its own
        weight = step.network.parameters(theta)[-1]["weights"][1, 8]
        assert f">{weight:.3g}<".replace("-", "−") in svg
    assert "its number the mean of its map" in working.html()
    assert "mean of its map" not in xor().overview().html()


def test_lines_end_at_what_is_drawn():
    step = images(cr.Conv2D(12, 3), cr.ReLU(), cr.MaxPool(2), cr.Flatten(), cr.Dense(2))
    drawn = ET.fromstring(step.weight(1, 11, (1, 2, 2)).drawings[0])
    boxes = {(float(each.get("x")) + 17, float(each.get("y")) + 17) for each in drawn.findall(f"{SVG}rect")}
    circles = {(float(each.get("cx")), float(each.get("cy"))) for each in drawn.findall(f"{SVG}circle")}
    for line in drawn.findall(f"{SVG}line"):
        x1, y1, x2, y2 = (float(line.get(name)) for name in ("x1", "y1", "x2", "y2"))
        assert {(x1 - 17, y1), (x2 + 17, y2)} <= boxes | circles


@pytest.mark.parametrize(("to", "from_"), [(30, 20), (1, 40), (9, 9), (40, 10)])
def test_the_marked_weight_is_drawn_however_far_down_its_units_are(to, from_):
    network = cr.mlp(2, 40, 40, 1)
    x, y = cr.datasets.xor()
    step = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2))
    svg = step.weight(2, to, from_).drawings[0]
    assert f">{step.layers[1].parameters['weights'][to - 1, from_ - 1]:.3g}<".replace("-", "−") in svg
    assert svg.count('stroke-width="3"') == 1


def test_numbers_fit_into_their_circles_and_boxes():
    rng = np.random.default_rng(0)
    for value in (*rng.standard_normal(200) * 10.0 ** rng.integers(-12, 5, 200), 0.0):
        assert len(in_a_unit(value).lstrip("−")) <= 5
    assert "−0<" not in xor().weight(2, 1, 3).html()


def test_a_drawing_can_stand_on_a_page_twice():
    html = xor().weight(2, 1, 3).html()
    assert " id=" not in html


def test_deep_networks_stay_legible():
    """Two drawings stand side by side where there is room for their own width, and none shrinks below 0.7 of it."""
    network = cr.mlp(2, *[3] * 12, 1)
    x, y = cr.datasets.xor()
    page = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2)).weight(2, 1, 1).html()
    width = int(re.search(r'<svg [^>]*width="(\d+)"', page)[1])
    assert width > 1400
    assert f"min-width: {0.7 * width:.0f}px" in page
    assert "flex-wrap: wrap" in page


def test_notebooks_show_it():
    working = xor().weight(2, 1, 3)
    assert working._repr_html_().startswith("<style>")
    assert working._repr_latex_().startswith("$$\\begin{aligned}\n\\frac{\\partial L}{\\partial w^{(2)}_{1,3}} &=")
    assert "<math" in xor()._repr_html_()


def test_long_lines_are_broken_where_the_page_ends():
    assert max(map(len, xor(samples=None).weight(3, 1, 2).text().splitlines())) <= 88


# ------------------------------------------------- what rounding leaves


def normed(samples=None, sample=10):
    """Xor's point 10 is its middle, so that a normalised number is 0 there, but for rounding."""
    network = cr.Network((2,), [cr.Dense(3), cr.BatchNorm(), cr.Tanh(), cr.Dense(1), cr.Sigmoid()])
    x, y = cr.datasets.xor()
    step = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2), samples=samples)
    return step.weight(1, 2, 1, sample=sample)


def test_what_is_0_but_for_rounding_is_shown_as_0():
    working = normed()
    x_hat = next(each for each in working.equations if each.symbol.letter == "x̂")
    assert x_hat.value != 0.0
    said = " ".join(working.text().split())
    assert "(0.2746369 - 0.2746369) / sqrt(0.03708864 + 1e-05) = 0" in said
    assert "γ⁽²⁾₂ · x̂⁽²⁾₂[10] + β⁽²⁾₂ = 1 · 0 + 0 = 0" in said
    assert "tanh(0) = 0" in said
    for form in (working.text(), working.html(), working.latex(), json.dumps(working.to_dict())):
        assert not re.search(r"e-1[4-9]|10\^\{-1[4-9]|<mn>1[4-9]</mn></mrow></msup>", form)
    assert ">−0<" not in working.html()


def test_a_relu_at_0_but_for_rounding_says_on_which_side_it_is():
    network = cr.Network((2,), [cr.Dense(6), cr.BatchNorm(), cr.ReLU(), cr.Dense(1)])
    x, y = cr.datasets.xor()
    step = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2))
    z = step.layers[1].z[10]
    assert np.abs(z).max() < 1e-14
    assert set(np.sign(z)) >= {-1.0, 1.0}
    for unit, side in (
        (int(np.argmax(z)), "> 0. Rounding has left it a little above 0."),
        (int(np.argmin(z)), "≤ 0. "),
    ):
        assert side in " ".join(step.unit(2, unit + 1, sample=10).text().split())


def test_a_small_number_is_no_noise():
    """Small by themselves, not by what cancels: they stay."""
    network = cr.mlp(1, 1, activation="identity")
    arguments = ([[1e-20]], [3e-20], cr.HalfSquaredError(), cr.SGD(1.0))
    working = cr.explain(network, [1.0, 0.0], *arguments).weight(1, 1, 1)
    assert "1 · 1e-20 + 0 = 1e-20" in working.text()
    assert working.value != 0.0
    assert f"∂L/∂w⁽¹⁾₁,₁ = {digits(working.value)}" in working.text()


@pytest.mark.parametrize("samples", [[3, 7, 20], [3, 7], None])
def test_lines_whose_terms_cancel_come_out_to_five_digits(samples):
    for name, *_, numbers, value in (each for each in equations(normed(samples, 7)) if len(each) > 3):
        beside = 0.0 if float(value) else 1e-6 * scale_of(numbers)
        assert reckon(numbers) == pytest.approx(float(value), rel=1e-5, abs=beside), name


def test_the_numeric_check_shows_both_losses():
    working = xor().weight(2, 1, 3)
    check = {each.symbol.letter: each for each in working.sections[-1].equations}
    x, y = cr.datasets.xor()
    for letter, sign in (("L₊", 1), ("L₋", -1)):
        network, theta = cr.mlp(2, 4, 4, 1, initializer=cr.Normal()), xor().theta.copy()
        network.parameters(theta)[2]["weights"][0, 2] += sign * 1e-5
        loss, _ = network.loss_and_gradient(theta, x[3:4], y[3:4], cr.HalfSquaredError())
        assert check[letter].value == pytest.approx(loss, rel=1e-15)
        assert f"{letter} = {loss:.15g}" in working.text()
        assert f"{loss:.15g}" in working.latex()
        assert f"{loss:.15g}" in working.html()
    found = working.to_dict()["sections"][-1]["equations"]
    assert [each["name"] for each in found] == ["L₊", "L₋", "difference", "error"]
    assert found[2]["text"] == "(L₊ - L₋) / (2 · h)"
    assert working.difference == found[2]["value"]
    assert "L_{+} &= " in working.latex()


# ------------------------------------------------- LaTeX, and lines that end where the page does


def long_ones():
    """Workings with every kind of long line."""
    yield normed()
    for name in ("MaxPool, overlapping", "GlobalAveragePool", "BatchNorm of images", "SoftmaxCrossEntropy", "GELU"):
        yield of_case(name).overview()


@pytest.mark.parametrize("number", range(6))
def test_no_line_is_longer_than_the_page(number):
    working = next(itertools.islice(long_ones(), number, None))
    assert max(map(len, working.text().splitlines())) <= 88
    for row in re.findall('<p class="equation">(.*?)</p>', working.html()):
        for piece in re.findall("<math.*?</math>", row):
            assert len(re.findall("<mn>|<mi>", re.sub("<msubsup>.*?</msubsup>", "<mi>", piece))) < 25


def test_latex_is_ascii_and_its_environments_balance(working):
    page = working.latex()
    assert page.isascii()
    begun, ended = (re.findall(rf"\\{word}\{{(.*?)\}}", page) for word in ("begin", "end"))
    assert begun == ended == ["align*"] * len(begun)
    assert page.startswith("\\allowdisplaybreaks\n")
    assert page.count("{") == page.count("}")
    assert r"$\delta = \partial L / \partial z$" in page


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_pdflatex_makes_pages_of_it_whose_lines_fit(tmp_path):
    pages = "\n".join(each.latex() for each in (*(make() for make in WORKINGS.values()), *long_ones()))
    text = "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n" + pages + "\\end{document}\n"
    (tmp_path / "all.tex").write_text(text, encoding="ascii")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all.tex"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    said = (tmp_path / "all.log").read_text(encoding="latin-1")
    assert made.returncode == 0, said[-2000:]
    wide = [float(each) for each in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide", said)]
    assert max(wide, default=0.0) < 10.0, sorted(wide)[-5:]


# ------------------------------------------------- names that say what they are


def test_a_max_pool_says_where_its_gradient_goes():
    step = of_case("MaxPool")
    seen = step.layers[0].a[0, 0, :2, :2]
    row, column = np.unravel_index(np.argmax(seen), (2, 2))
    winner = f"z⁽¹⁾₁,{str(row + 1).translate(DOWN)},{str(column + 1).translate(DOWN)}[0]"
    said = " ".join(step.unit(2, (1, 1, 1)).text().split())
    assert f"{winner} is the largest of the window: all of the gradient goes to it." in said
    assert "∂L/∂a⁽²⁾₁,₁,₁[0] = " in said  # no z, so no δ
    assert "δ⁽²⁾" not in said
    won = " ".join(step.unit(1, (1, int(row) + 1, int(column) + 1)).text().split())
    assert f"δ⁽¹⁾₁,{winner[6:-3]}[0] = ∂L/∂a⁽²⁾₁,₁,₁[0] = " in won
    assert f"{winner} is the largest of the window of a⁽²⁾₁,₁,₁[0]." in won
    lost = " ".join(step.unit(1, (1, 2 - int(row), 1 + int(column))).text().split())
    assert "is the largest of no window: nothing comes back." in lost


DOWN = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def test_a_dropout_shows_its_mask():
    network = cr.Network((2,), [cr.Dense(6), cr.Dropout(0.25), cr.Dense(1)])
    x, y = cr.datasets.xor()
    arguments = (network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2))
    step = cr.explain(*arguments, samples=3, seed=1)
    kept = int(np.flatnonzero(step.layers[1].z[0])[0]) + 1
    said = " ".join(step.unit(1, kept).text().split())
    index = str(kept).translate(DOWN)
    assert f"mask⁽²⁾{index} = 1 / (1 - rate) = 1 / (1 - 0.25) = 1.333333" in said
    assert f"a⁽²⁾{index} = mask⁽²⁾{index} · z⁽¹⁾{index}" in said
    assert f"δ⁽¹⁾{index} = mask⁽²⁾{index} · ∂L/∂a⁽²⁾{index}" in said
    gone = int(np.flatnonzero(step.layers[1].z[0] == 0)[0]) + 1
    assert "Dropped by chance, with its gradient." in step.unit(1, gone).text()


@pytest.mark.parametrize("activation", [cr.ReLU(), cr.LeakyReLU(0.1), cr.ELU(0.5)])
def test_a_slope_in_two_pieces_says_which(activation):
    network = cr.Network((2,), [cr.Dense(6), activation, cr.Dense(1)])
    x, y = cr.datasets.xor()
    step = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2), samples=3)
    z = step.layers[0].z[0]
    above, below = int(np.argmax(z)) + 1, int(np.argmin(z)) + 1
    assert f"Since z⁽¹⁾{str(above).translate(DOWN)} > 0." in step.unit(1, above).text()
    said = step.unit(1, below).text()
    assert f"Since z⁽¹⁾{str(below).translate(DOWN)} ≤ 0." in said
    assert {"LeakyReLU": "= λ⁽¹⁾ = 0.1", "ELU": "+ α⁽¹⁾ = ", "ReLU": " = 0"}[type(activation).__name__] in said
    assert rf"$z^{{(1)}}_{{{below}}} \leq 0$" in step.unit(1, below).latex()


def test_flatten_says_how_it_counts():
    step = images(cr.Conv2D(3, 3), cr.MaxPool(2), cr.Flatten(), cr.Dense(2))
    working = step.weight(3, 2, 9)
    assert working.title == "Layer 3: the weight to unit 2 from unit 9, which is 3,1,1 of its maps"
    assert "its input number is 4 · (channel - 1) + 2 · (row - 1) + column." in " ".join(working.text().split())
    assert "∂L/∂w⁽³⁾₂,₁₂ = δ⁽³⁾₂[0] · a⁽²⁾₃,₂,₂[0] + " in step.weight(3, 2, 12).text()


def test_what_is_left_out_of_a_sum_has_a_name_and_never_stands_for_a_bias():
    network = cr.mlp(40, 3, 1)
    x, y = np.zeros((2, 40)), np.zeros((2, 1))
    x[0], x[1, :5] = np.linspace(-1, 1, 40), 1.0
    step = cr.explain(network, network.initialize(0), x, y, cr.SquaredError(), cr.SGD(0.1))
    said = " ".join(step.unit(1, 2, sample=0).text().split())
    assert "+ (the sum of 28 others) + b⁽¹⁾₂ = " in said
    assert "Of a sum of more than 24 terms the 12 largest are shown, and a bias." in said
    other = " ".join(step.unit(1, 2, sample=1).text().split())
    assert "others" not in other
    assert "The other 35 terms are all 0." in other


def test_the_whole_step_counts_as_its_parts_do():
    step = xor(optimizer=cr.SGD(0.2), steps=4)
    said = " ".join(step.overview().text().split())
    assert said.startswith("Step 5 of SGD(0.2)")
    assert str(step).startswith("Step 5 on one sample")
    assert (
        "Step 5, after 4 others, on sample 3. Layer 1: Dense(4), Sigmoid(); 2: Dense(4), Sigmoid(); 3: Dense(1)" in said
    )
    for layer in step.layers:
        assert f"Update of layer {layer.number} The number with the largest gradient. SGD(0.2), step 5." in said
    assert "Of each kind, sorted by size." in said
    for section in step.overview().sections:
        if section.title.startswith("Gradient"):
            sizes = [abs(each.value) for each in section.equations if each.symbol.letter == "w"]
            assert sizes == sorted(sizes, reverse=True)
        if section.title.startswith("Update"):
            new = section.equations[-1]
            assert new.error < 1e-15


def test_a_square_of_a_clipped_gradient_is_no_clipped_square():
    working = xor(clip=0.001).weight(2, 1, 3)
    assert "(1 - ρ) · (clipped g)²" in working.text()
    assert r"{\left(\text{clipped }g\right)}^{2}" in working.latex()
    assert "β" not in working.text().split("Update")[1].split("\n", 3)[3]


def test_what_the_loss_reckoned_first_is_shown_once():
    titles = [each.symbol for each in of_case("SoftmaxCrossEntropy").unit(2, 1).equations]
    assert len(titles) == len(set(titles))


def test_brackets_of_indices_do_not_stretch(working):
    assert "<mo>[</mo>" not in working.html()
    assert not re.search(r"<mo>\(</mo><mn>\d+</mn><mo>\)</mo>", working.html())
