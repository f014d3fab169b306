"""What rounding leaves is 0 in every form, and lines come out where terms cancel."""

import json
import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.explain.algebra.symbols import digits
from derivations import calculate, equations, normed, scale_of, xor


def test_what_is_0_but_for_rounding_is_shown_as_0():
    derivation = normed()
    x_hat = next(each for each in derivation.equations if each.symbol.letter == "x̂")
    assert x_hat.value != 0.0
    said = " ".join(derivation.text().split())
    assert "(0.2746369 - 0.2746369) / sqrt(0.03708864 + 1e-05) = 0" in said
    assert "γ⁽²⁾₂ · x̂⁽²⁾₂[10] + β⁽²⁾₂ = 1 · 0 + 0 = 0" in said
    assert "tanh(0) = 0" in said
    for form in (derivation.text(), derivation.html(), derivation.latex(), json.dumps(derivation.to_dict())):
        assert not re.search(r"e-1[4-9]|10\^\{-1[4-9]|<mn>1[4-9]</mn></mrow></msup>", form)
    assert ">−0<" not in derivation.html()


def test_a_relu_at_0_but_for_rounding_says_on_which_side_it_is():
    network = cr.Network((2,), [cr.Dense(6), cr.BatchNorm(), cr.ReLU(), cr.Dense(1)])
    x, y = cr.datasets.xor()
    step = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2))
    z = step.layers[1].z[10]
    assert np.abs(z).max() < 1e-14
    assert set(np.sign(z)) >= {-1.0, 1.0}
    for unit, side in (
        (int(np.argmax(z)), "> 0. Its computed value is slightly above 0."),
        (int(np.argmin(z)), "≤ 0. "),
    ):
        assert side in " ".join(step.unit(2, unit + 1, sample=10).text().split())


def test_a_small_number_is_no_noise():
    """Small by themselves, not by what cancels: they stay."""
    network = cr.mlp(1, 1, activation="identity")
    arguments = ([[1e-20]], [3e-20], cr.HalfSquaredError(), cr.SGD(1.0))
    derivation = cr.explain(network, [1.0, 0.0], *arguments).weight(1, 1, 1)
    assert "1 · 1e-20 + 0 = 1e-20" in derivation.text()
    assert derivation.value != 0.0
    assert f"∂L/∂w⁽¹⁾₁,₁ = {digits(derivation.value)}" in derivation.text()


@pytest.mark.parametrize("samples", [[3, 7, 20], [3, 7], None])
def test_lines_whose_terms_cancel_come_out_to_five_digits(samples):
    for name, *_, numbers, value in (each for each in equations(normed(samples, 7)) if len(each) > 3):
        beside = 0.0 if float(value) else 1e-6 * scale_of(numbers)
        if name == "difference":  # of two losses of 15 digits
            beside += 1e-15 / 2e-5 * scale_of(numbers) * 10
        assert calculate(numbers) == pytest.approx(float(value), rel=1e-5, abs=beside), name


def test_a_gradient_of_0_has_an_error_of_0():
    """A bias in front of a batch normalisation: neither the gradient nor the difference tells more than rounding."""
    x, y = cr.datasets.xor()
    network = cr.Network((2,), [cr.Dense(3), cr.BatchNorm(), cr.ReLU(), cr.Dense(1), cr.Sigmoid()])
    for seed in range(6):
        step = cr.explain(network, network.initialize(seed), x, y, cr.HalfSquaredError(), cr.Adam(0.01))
        derivation = step.weight(1, 1, "bias")
        check = {each.symbol.letter: each for each in derivation.sections[-1].equations}
        assert [check[name].shown_value.value for name in ("difference", "error")] == [0.0, 0.0]
        said = " ".join(derivation.text().split())
        assert re.search(r"error = 0 The losses are rounded, which may leave up to \de−1\d: difference and grad", said)
        assert "0 as far as they can tell" not in step.weight(1, 1, 1).text()


def test_the_numeric_check_shows_both_losses():
    derivation = xor().weight(2, 1, 3)
    check = {each.symbol.letter: each for each in derivation.sections[-1].equations}
    x, y = cr.datasets.xor()
    for letter, sign in (("L₊", 1), ("L₋", -1)):
        network, theta = cr.mlp(2, 4, 4, 1, initializer=cr.Normal()), xor().theta.copy()
        network.parameters(theta)[2]["weights"][0, 2] += sign * 1e-5
        loss, _ = network.loss_and_gradient(theta, x[3:4], y[3:4], cr.HalfSquaredError())
        assert check[letter].value == pytest.approx(loss, rel=1e-15)
        assert f"{letter} = {loss:.15g}" in derivation.text()
        assert f"{loss:.15g}" in derivation.latex()
        assert f"{loss:.15g}" in derivation.html()
    found = derivation.to_dict()["sections"][-1]["equations"]
    assert [each["name"] for each in found] == ["L₊", "L₋", "difference", "error"]
    assert found[2]["text"] == "(L₊ - L₋) / (2 · h)"
    assert derivation.difference == found[2]["value"]
    assert "L_{+} &= " in derivation.latex()


@pytest.mark.parametrize("z", [-800.0, -72.0, 40.0, 93.0, 1000.0])
def test_a_saturated_sigmoid_is_shown_at_its_z(z: float):
    """e^-72 is nothing beside 1; its 72 is something, and stays."""
    network = cr.mlp(1, 1)
    derivation = cr.explain(network, [z, 0.0], [[1.0]], [0.5], cr.HalfSquaredError(), cr.SGD(1.0)).weight(1, 1, 1)
    (line,) = (line for line in derivation.text().splitlines() if line.strip().startswith("a⁽¹⁾₁ ="))
    assert f"exp({digits(-z)})" in line
    assert line.rsplit("= ", 1)[1] == digits(1.0 / (1.0 + np.exp(-z)) if z > -700 else 0.0)


def test_the_penalty_has_a_line():
    network, settings = cr.mlp(2, 3, 1), {"samples": [3, 4], "penalty": cr.L2(0.5)}
    arguments = (network.initialize(1), *cr.datasets.xor(), cr.HalfSquaredError(), cr.SGD(0.1))
    step = cr.explain(network, *arguments, **settings)
    squares = float(np.square(step.theta * network.is_weight()).sum())
    line = f"penalty = λ · Σw² / 2 = 0.5 · {digits(squares)} / 2 = {digits(0.25 * squares)}"
    assert line in step.weight(1, 1, 1).text()


def test_what_is_raised_to_a_power_stays_where_the_power_is_nothing():
    """0.9^601 is nothing beside 1; its 0.9 is a setting, and no 0."""
    said = xor(steps=600, optimizer=cr.Adam(0.03)).weight(2, 1, 3).text()
    assert "/ (1 - 0.9⁶⁰¹)" in said
    assert "(1 - 0⁶⁰¹)" not in said
