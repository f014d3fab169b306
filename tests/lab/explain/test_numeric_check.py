"""The numeric check of an explanation: few digits suffice for it, and at a kink it says so."""

import re
from decimal import Context

import numpy as np
import pytest

import chainrule as cr
from derivations import of_case, xor


def said_by(derivation):
    return " ".join(derivation.text().split("Numeric check")[1].split())


def at_zero(*layers, x=((0.0, 0.0), (1.0, 0.5)), samples=None):
    """A step of a network whose biases are 0, on a point that is 0, among others."""
    x = np.array(x)
    network = cr.Network(x.shape[1:], layers)
    y = np.linspace(0.5, 1.0, len(x)).reshape(-1, 1)
    return cr.explain(network, network.initialize(0), x, y, cr.SquaredError(), cr.SGD(0.1), samples=samples)


@pytest.mark.parametrize("derivation", [xor(steps=9).weight(2, 1, 3), xor().unit(1, 2), of_case("ELU").weight(1, 2, 1)])
def test_eight_digits_suffice(derivation):
    """The digits that both losses start with are left out; the rest is subtracted with a calculator of 8 digits."""
    start = re.search(
        r"Both start with ([\d.]+), which can be left out of both: then 8 digits suffice.", said_by(derivation)
    )
    losses = re.findall(r"L[₊₋] = ([\d.]+)(?= )", said_by(derivation))
    assert all(loss.startswith(start[1]) for loss in losses)
    decimals = len(start[1].split(".")[1])
    pocket = Context(prec=8)
    above, below = (pocket.create_decimal("0." + loss[len(start[1]) :]) for loss in losses)
    difference = pocket.divide(pocket.subtract(above, below), pocket.create_decimal("2e-5")).scaleb(-decimals)
    assert float(difference) == pytest.approx(derivation.value, rel=1e-4, abs=1e-8)


def test_a_kink_is_named_and_the_gradient_judged_beside_it():
    step = at_zero(cr.Dense(3), cr.ReLU(), cr.Dense(1))
    chain = step.weight(1, 2)
    assert abs(chain.difference - chain.value) > 1e-3  # half of the slope of the sample at 0
    said = said_by(chain)
    assert "Kink: layer 1, unit 2, sample 0. There the loss has no single slope" in said
    beside = re.search(r"with each parameter moved up to 0.001 to either side, the error is at most ([\d.e-]+)\.", said)
    assert float(beside[1]) < 1e-9
    assert "Kink" not in said_by(step.weight(1, 2, 1))  # times an input of 0 it moves nothing
    assert "Kink: layer 1, unit 2, sample 0." in said_by(step.unit(1, 2, sample=0))
    assert "Kink" not in said_by(step.unit(1, 2, sample=1))


@pytest.mark.parametrize(("activation", "slope"), [(cr.ReLU(), "0"), (cr.LeakyReLU(0.1), "λ⁽¹⁾ = 0.1")])
def test_the_slope_at_0_says_which_one_it_is(activation, slope):
    derivation = at_zero(cr.Dense(3), activation, cr.Dense(1)).unit(1, 2, sample=0)
    text = derivation.text()
    assert f"f′⁽¹⁾₂[0] = {slope}\n" in text
    assert "z⁽¹⁾₂[0] is 0, a kink: the slope taken there is that of z⁽¹⁾₂[0] < 0." in " ".join(text.split())
    assert r"$z^{(1)}_{2}[0] < 0$" in derivation.latex()


def test_a_kink_names_the_row_of_the_data():
    step = at_zero(
        cr.Dense(3), cr.ReLU(), cr.Dense(1), x=np.array([[1.0, 2.0], [3.0, 1.0], [0.0, 0.0]]), samples=[1, 2]
    )
    assert "Kink: layer 1, unit 1, sample 2." in said_by(step.weight(1, 1))


def test_many_kinks_are_counted():
    step = at_zero(cr.Dense(1), cr.ReLU(), cr.Dense(1), x=np.zeros((9, 2)))
    assert (
        "layer 1, unit 1, sample 0; layer 1, unit 1, sample 1; layer 1, unit 1, sample 2; and 6 other kinks."
        in said_by(step.weight(1, 1))
    )


def test_a_pool_has_a_kink_where_two_numbers_are_the_largest():
    x = np.array([[[1.0, 1.0, 0.0, -1.0]]])
    step = at_zero(cr.MaxPool(2), cr.Flatten(), cr.Dense(1), x=x)
    assert "Kink" not in said_by(step.weight(2, 1, 1))  # no parameter moves what is pooled
    step = at_zero(cr.Conv1D(1, 1), cr.MaxPool(2), cr.Flatten(), cr.Dense(1), x=x)
    assert "Kink: layer 2, unit 1,1, sample 0." in said_by(step.unit(1, (1, 1), sample=0))
    assert "Kink" not in said_by(step.weight(1, 1, (1, 1)))  # both move together


def test_an_explanation_is_the_same_after_a_numeric_check():
    step = at_zero(cr.Dense(3), cr.ReLU(), cr.Dropout(0.5), cr.Dense(1))
    before = step.unit(1, 1, sample=1).text()
    step.weight(1, 2)
    assert step.unit(1, 1, sample=1).text() == before
