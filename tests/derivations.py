"""Derivations of many kinds, and a calculator that reads the text of one."""

import math
import re

import numpy as np

import chainrule as cr
from cases import CASES, N
from chainrule.lab.explain.algebra.expression import Sum, Terms
from chainrule.lab.explain.explanation import Explanation
from chainrule.lab.explain.notations.text import lines

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?"
NAMES = {
    "cos": math.cos,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "max": lambda *each: max(each),
}

WEIGHTS = 1.0 + np.arange(N) % 3


def xor(samples=3, optimizer=None, **settings):
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
    optimizer = optimizer or cr.Adam(0.01)
    return cr.explain(
        network, network.initialize(0), x, y, cr.HalfSquaredError(), optimizer, samples=samples, **settings
    )


DERIVATIONS = {
    "a weight": lambda: xor(steps=50).weight(2, 1, 3),
    "a weight of the first layer": lambda: xor(steps=50).weight(1, 4, 2),
    "of a batch": lambda: xor(samples=None, penalty=cr.L2(0.01), clip=0.01).weight(3, 1, 2),
    "of a batch with weights": lambda: xor(samples=[3, 5, 8], sample_weight=np.arange(21)).weight(2, 1, 3),
    "by a schedule": lambda: xor(
        steps=9, optimizer=cr.AdamW(cr.WarmUp(cr.Cosine(0.01, 90), 5)), penalty=cr.L2(0.1)
    ).weight(2, 1, 3),
    "rising": lambda: xor(optimizer=cr.Adam(cr.WarmUp(cr.Exponential(0.01, 90), 5)), clip=9.0).weight(2, 1, 3),
    "a bias": lambda: xor(optimizer=cr.SGD(0.5)).weight(2, 1),
    "a unit": lambda: xor().unit(1, 2),
    "the step": lambda: xor().overview(),
    "a convolution": lambda: of_case("LeNet, small").weight(1, 2, (1, 3, 3)),
    "a classifier": lambda: of_case("SoftmaxCrossEntropy").weight(1, 2, 3),
    "a yes or no": lambda: of_case("BinaryCrossEntropy").weight(1, 2, 3),
    "a norm": lambda: of_case("BatchNorm").weight(2, 3, "scale"),
    "a residual": lambda: of_case("Residual in Residual").unit(1, 2, sample=5),
}


def of_case(name):
    """A step of one of the cases."""
    case = CASES[name]
    x, y = case.data()
    return cr.explain(case.network, case.network.initialize(1), x, y, case.loss, cr.Momentum(0.1), seed=1)


def images(*layers, shape=(1, 6, 6)):
    network = cr.Network(shape, [*layers])
    x, y = np.random.default_rng(0).standard_normal((3, *shape)), np.zeros((3, 2))
    return cr.explain(network, network.initialize(0), x, y, cr.SquaredError(), cr.SGD(0.1))


def normed(samples=None, sample=10):
    """Xor's point 10 is its middle, so that a normalised number is 0 there, but for rounding."""
    network = cr.Network((2,), [cr.Dense(3), cr.BatchNorm(), cr.Tanh(), cr.Dense(1), cr.Sigmoid()])
    x, y = cr.datasets.xor()
    step = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2), samples=samples)
    return step.weight(1, 2, 1, sample=sample)


def long_ones():
    """Derivations with every kind of long line."""
    yield normed()
    for name in ("MaxPool, overlapping", "GlobalAveragePool", "BatchNorm of images", "SoftmaxCrossEntropy", "GELU"):
        yield of_case(name).overview()


def equations(derivation):
    """The page's equations as lists of sides, each written on one line; notes and the title left out."""
    joined = []
    for style, line in lines(derivation)[2:]:
        if style == "equation" and line.startswith("    "):
            joined[-1] += " " + line.strip()
        elif style == "equation":
            joined.append(line.strip())
    return [line.split(" = ") for line in joined]


def calculate(side):
    """What a side in numbers comes to."""
    code = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: f"**{power[1].translate(RAISED)}", side).replace("·", "*")
    assert re.fullmatch(r"(?:[\d.e+\-*/(), ]|cos|exp|log|sqrt|tanh|max)+", code), code
    return eval(code, {"__builtins__": {}}, NAMES)


def scale_of(side):
    """The size of the largest number that is added in a side: digits are lost beside it."""
    return max((abs(float(each)) for each in re.findall(NUMBER, side)), default=1.0)


def explained(case, **settings) -> Explanation:
    x, y = case.data()
    theta = case.network.initialize(seed=1) + 0.1
    return cr.explain(case.network, theta, x, y, case.loss, cr.Adam(0.01), **settings)


def agrees(equation) -> bool:
    """Whether an equation's expression comes to the plan's number, beside what it adds up."""
    terms = [] if equation.expression is None else terms_of(equation.expression)
    scale = max([abs(equation.value), *map(abs, terms)], default=0.0)
    return equation.error <= 1e-12 * max(scale, 1e-3)


def terms_of(expression) -> list[float]:
    """The terms of a sum. Where a sum has its terms' values, they are those of the terms, in inner sums too."""
    if isinstance(expression.parts, Terms):
        np.testing.assert_allclose(expression.values(), [each.evaluate() for each in expression.parts], rtol=1e-15)
    for each in expression.parts:
        terms_of(each)
    return expression.values().tolist() if isinstance(expression, Sum) else []
