"""One fold over expressions: a new notation is a function of a node and its parts."""

import numpy as np
import pytest

from cases import CASES
from chainrule.lab.explain.algebra.expression import (
    Function,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    constant,
    exp,
    fold,
    largest,
    log,
)
from chainrule.lab.explain.algebra.shortened import shortened
from derivations import DERIVATIONS, of_case


def source(node, parts):
    """A notation: NumPy's."""
    match node, parts:
        case Number(value), _:
            return repr(value) if value >= 0 else f"({value!r})"
        case Sum(), terms:
            return f"({' + '.join(terms)})"
        case Negative(), (inner,):
            return f"(-{inner})"
        case Product(), factors:
            return f"({' * '.join(factors)})"
        case Quotient(), (over, under):
            return f"({over} / {under})"
        case Power(_, exponent), (base,):
            return f"({base} ** {exponent})"
        case Function(_, "max"), arguments:
            return f"np.max([{', '.join(arguments)}])"
        case Function(_, name), (argument,):
            return f"np.{name}({argument})"
    raise TypeError(node)


def computed_from_source(expression) -> float:
    return float(eval(fold(shortened(expression), source), {"np": np, "nan": np.nan, "inf": np.inf}))


def test_an_expression_reads_as_it_is_written():
    z = Number(0.5)
    assert fold(1 / (1 + exp(-z)), source) == "(1.0 / (1.0 + np.exp((-0.5))))"
    assert fold(2 * z * z - z**2 / 4, source) == "((2.0 * 0.5 * 0.5) + (-((0.5 ** 2) / 4.0)))"
    assert fold(1 - largest(0, z), source) == "(1.0 + (-np.max([0.0, 0.5])))"
    assert (3 - (z - log(constant(1)))).evaluate() == 2.5


@pytest.mark.parametrize("name", DERIVATIONS)
def test_a_notation_of_eight_cases_computes_what_the_equations_say(name):
    equations = [each for each in DERIVATIONS[name]().equations if each.expression is not None]
    for each in equations:
        expected = pytest.approx(each.expression.evaluate(), rel=1e-12, abs=1e-15)
        assert computed_from_source(each.expression) == expected, each.symbol
    assert len(equations) > 3


@pytest.mark.parametrize("name", ["GELU", "MaxPool", "SoftmaxCrossEntropy", "BatchNorm of images"])
def test_so_it_does_for_every_operation(name):
    assert name in CASES
    for each in of_case(name).overview().equations:
        if each.expression is not None:
            expected = pytest.approx(each.expression.evaluate(), rel=1e-12, abs=1e-15)
            assert computed_from_source(each.expression) == expected
