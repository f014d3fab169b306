"""A pocket calculator follows every line of a derivation, from the text, the page and the LaTeX."""

import math
import re
import xml.etree.ElementTree as ET
from decimal import Context, Decimal, localcontext

import numpy as np
import pytest

import chainrule as cr
from cases import LOSSES
from derivations import DERIVATIONS, RAISED, equations, normed, of_case, xor

GRADIENTS = {
    "a weight of xor, by Adam and a schedule": lambda: xor(
        steps=30, optimizer=cr.Adam(cr.WarmUp(cr.Cosine(0.02, 300), 10))
    ).weight(2, 1, 3),
    "a classifier with everything": lambda: everything().weight(2, 1, "scale"),
    "a weight of a convolution": lambda: of_case("LeNet, small").weight(1, 2, (1, 3, 3)),
}


def everything():
    """Batch normalisation, softmax, a penalty, a clip that is reached, AdamW."""
    network = cr.Network((3,), [cr.Dense(2), cr.BatchNorm(), cr.ReLU(), cr.Dense(3)])
    x, y = LOSSES["SoftmaxCrossEntropy"].data()
    arguments = (network, network.initialize(0), x, y, cr.SoftmaxCrossEntropy(), cr.AdamW(0.01, weight_decay=0.1))
    return cr.explain(*arguments, penalty=cr.L2(0.01), clip=0.1, steps=3)


def from_text(derivation):
    """The lines of the text, as sides that Python reads."""
    rows = ([side for side in row[1:] if not_a_name(side)] for row in equations(derivation))
    power = re.compile(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
    return [
        [power.sub(lambda m: f"**{m[1].translate(RAISED)}", side).replace("·", "*") for side in row] for row in rows
    ]


def not_a_name(side):
    """Whether a side holds numbers alone."""
    return not re.search(r"[A-Za-z∂δΣγβαλεμπ‖′]", re.sub(r"cos|exp|log|sqrt|tanh|max|e[+-]\d", "", side))


def from_latex(derivation):
    """The lines of the LaTeX."""
    rows = []
    for block in re.findall(r"\\begin\{align\*\}(.*?)\\end\{align\*\}", derivation.latex(), re.DOTALL):
        for line in block.replace("[1ex]", "").split("\\\\\n"):
            name, side = line.split("&", 1)
            if name.strip():
                rows.append([])
            if side.startswith("="):
                rows[-1].append(side[1:])
            else:
                rows[-1][-1] += side.replace(r"\quad", "")
    return [[side for side in map(python_of, row) if not_a_name(side) and "\\" not in side] for row in rows]


def python_of(side):
    side = re.sub(r"\s*\\cdot 10\^\{(-?\d+)\}", r"e\1", side)
    side = side.replace(r"\left(", "(").replace(r"\right)", ")").replace(r"\cdot", "*")
    side = re.sub(r"\\(log|tanh|max|cos)", r"\1", side)
    before = ""
    while before != side:
        before = side
        side = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", side)
        side = re.sub(r"\\sqrt\{([^{}]*)\}", r"sqrt(\1)", side)
        side = re.sub(r"(?<![\d.])e\^\{([^{}]*)\}", r"exp(\1)", side)
        side = re.sub(r"\{([^{}]*)\}\^\{(\d+)\}", r"(\1)**\2", side)
    return side


def from_html(derivation):
    """The lines of the page."""
    rows = []
    for row in re.findall('<p class="equation">(.*?)</p>', derivation.html().replace("&nbsp;", " ")):
        said = "".join(spoken(each) for each in ET.fromstring(f"<p>{row}</p>"))
        rows.append([side for side in said.split("=")[1:] if not_a_name(side)])
    return rows


def spoken(element):
    """MathML as Python."""
    parts = [spoken(each) for each in element]
    match element.tag:
        case "msup":
            return f"exp({parts[1]})" if parts[0] == "e" else f"({parts[0]})**({parts[1]})"
        case "mfrac":
            return f"(({parts[0]})/({parts[1]}))"
        case "msqrt":
            return f"sqrt({''.join(parts)})"
    signs = {"−": "-", "·": "*", "\u2061": ""}
    return signs.get(element.text or "", element.text or "") + "".join(parts)


FUNCTIONS = {
    "cos": lambda z: Decimal(math.cos(z)),
    "exp": lambda z: z.exp(),
    "log": lambda z: z.ln(),
    "max": max,
    "sqrt": lambda z: z.sqrt(),
    "tanh": lambda z: ((2 * z).exp() - 1) / ((2 * z).exp() + 1),
}


def pocket(side, places=8):
    """What a calculator of so many digits comes to: it rounds what is typed in, and every result."""
    number = r"(?<![\w.])(?<!\*\*)(\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
    code = re.sub(number, r"N('\1')", side.strip())
    assert re.fullmatch(r"[\d.eE+\-*/(), N']*", re.sub("cos|exp|log|sqrt|tanh|max", "", code)), code
    with localcontext(Context(prec=places)) as context:
        names = {**FUNCTIONS, "N": context.create_decimal, "__builtins__": {}}
        return eval(code, names)


LOSS = r"\d+\.\d{12,}"
"""A number that is shown with 15 digits: a loss of the numeric check."""


def shared_digits_left_out(side):
    """A difference of two long numbers, with the digits that both start with set to 0, as the note says."""
    found = re.findall(LOSS, side)
    if len(found) != 2 or found[0] == found[1]:
        return side
    one, other = found
    shared = next(i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    for each in found:
        side = side.replace(each, re.sub(r"[1-9]", "0", each[:shared]) + each[shared:])
    return side


@pytest.mark.parametrize("form", [from_text, from_latex, from_html])
@pytest.mark.parametrize("name", GRADIENTS)
def test_every_line_is_followed_with_eight_digits(name, form):
    derivation = GRADIENTS[name]()
    lines = [row for row in form(derivation) if len(row) > 1]
    assert len(lines) >= 18
    for *_, numbers, value in lines:
        numbers, value = shared_digits_left_out(numbers), float(pocket(value))
        largest = max(abs(float(each)) for each in re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", numbers))
        assert float(pocket(numbers)) == pytest.approx(value, rel=3e-5, abs=1e-7 * min(largest, 1.0)), numbers


MORE = {
    "momentum and a penalty, after some steps": lambda: xor(
        samples=None, optimizer=cr.Momentum(0.1), penalty=cr.L2(0.01), steps=12
    ).weight(2, 1, 3),
    "images, batch normalisation, softmax, Adam": lambda: classifier_of_images(
        [cr.Flatten(), cr.Dense(4), cr.BatchNorm(), cr.Tanh(), cr.Dense(5)], cr.Adam(0.01), steps=20
    ).weight(1, 3, 12),
    "images, convolution, pool": lambda: classifier_of_images(
        [cr.Conv2D(3, 3), cr.ReLU(), cr.MaxPool(2), cr.Flatten(), cr.Dense(5)], cr.SGD(0.1)
    ).weight(1, 2, (1, 2, 2)),
}


def classifier_of_images(layers, optimizer, **settings):
    """Thirty images of 6 by 6 in steps of 1/16, as the digits are, of five classes."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 17, (30, 1, 6, 6)) / 16, np.arange(30) % 5
    network = cr.Network((1, 6, 6), layers)
    return cr.explain(network, network.initialize(2), x, y, cr.SoftmaxCrossEntropy(), optimizer, **settings)


EVERY = (
    GRADIENTS | MORE | DERIVATIONS | {"what is 0 but for rounding": normed, "two samples": lambda: normed([3, 7], 7)}
)


@pytest.mark.parametrize("form", [from_text, from_latex, from_html])
@pytest.mark.parametrize("name", EVERY)
def test_every_line_comes_to_its_last_digit_give_or_take_1(name, form):
    """With ten digits. What is shown as 0 has a note of what its digits come to."""
    derivation = EVERY[name]()
    checked = 0
    for *_, numbers, shown in (row for row in form(derivation) if len(row) > 1):
        found, value = pocket(shared_digits_left_out(numbers), 10), Decimal(repr(float(pocket(shown, 17))))
        if value == 0:
            continue
        places = len(value.as_tuple().digits) if re.search(LOSS, numbers) else 7
        last = Decimal(10) ** (value.adjusted() + 1 - places)
        assert abs(found - value) <= last * Decimal("1.001"), numbers
        checked += 1
    assert checked > 10
