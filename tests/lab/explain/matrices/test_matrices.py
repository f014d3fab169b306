"""A layer's step in matrices: what is shown, multiplied by NumPy, is what is shown; and it is the chain's."""

import json

import numpy as np
import pytest

import chainrule as cr
from cases import CASES
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.lab.explain.matrices.matrix import Part
from chainrule.lab.explain.notations.text import equation_lines
from derivations import WEIGHTS, agrees, explained, of_case, xor

SIGNS = {"∘": "*", "+": "+", "-": "-", "(": "(", ")": ")"}


def value_of(tree):
    """A number as `to_dict` writes it."""
    match tree:
        case {"quotient": [over, under]}:
            return over / under
        case {"value": value}:
            return value
        case _:
            return tree


def multiplied(parts):
    """What the matrices of an equation come to: side by side they are multiplied."""
    known, code, ends = [], "", False
    for part in parts:
        if isinstance(part, str):
            code += ("*" if ends and part == "(" else "") + SIGNS[part]
            ends = part == ")"
            continue
        is_number = not is_matrix(part)
        code += "" if not ends else "*" if isinstance(known[-1], float) else "@"
        code += f"known[{len(known)}]"
        known.append(float(value_of(part)) if is_number else np.array(part["values"]))
        ends = True
    return eval(code, {"known": known})


def is_matrix(part):
    return isinstance(part, dict) and "values" in part


def forms_of(step):
    """The forms of a step's layers that are products of matrices, or normalise, each with its layer's number."""
    for each in step.numbers.blocks:
        if isinstance(each.head.layer, Dense | Convolution | BatchNorm):
            yield each.number, step.matrices(each.number, (1,) * len(each.shape))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("settings", [{}, {"penalty": cr.L2(0.1), "sample_weight": WEIGHTS}], ids=["plain", "weighted"])
def test_the_matrices_shown_multiply_to_what_is_shown(name, settings):
    step = explained(CASES[name], seed=1, **settings)
    for _, form in forms_of(step):
        for section in json.loads(json.dumps(form.to_dict()))["sections"]:
            for each in section["equations"]:
                if not each["made_of"] or each["made_of"][0] in ("f", "f′"):
                    continue
                shown = np.array(each["values"])
                scale = max(1.0, *(np.abs(part["values"]).max() for part in each["made_of"] if is_matrix(part)))
                np.testing.assert_allclose(multiplied(each["made_of"]), shown, rtol=0, atol=1e-12 * scale)
        for equation in form.equations:
            assert all(agrees(each) for each in equation.entry)
            for part in equation.parts:
                if isinstance(part, Part):
                    assert part.matrix.values.shape == (part.matrix.rows.size, part.matrix.columns.size)


@pytest.mark.parametrize("name", CASES)
def test_the_matrices_are_the_step_s_arrays(name):
    step = explained(CASES[name])
    for number, form in forms_of(step):
        layer, shown = step.layers[number - 1], {}
        for each in form.to_dict()["sections"]:
            shown |= {one["name"].translate({ord(c): None for c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾"}): one for one in each["equations"]}
        np.testing.assert_array_equal(shown["Z"]["values"], np.moveaxis(layer.z, 0, -1).reshape(layer.z.shape[1], -1))
        for name_, letter in {"weights": "W", "bias": "b", "scale": "γ", "shift": "β"}.items():
            if name_ in layer.gradients:
                gradient = layer.gradients[name_]
                np.testing.assert_array_equal(shown[f"∂L/∂{letter}"]["values"], gradient.reshape(len(gradient), -1))


def test_a_gradient_is_the_product_that_sums_over_samples():
    form = xor(samples=None).matrices(2, 1, 3)
    text = form.text()
    assert "∂L/∂W⁽²⁾ = Δ⁽²⁾ A⁽¹⁾ᵀ" in text
    assert "4 units × 4 inputs = [4 units × 21 samples] [21 samples × 4 inputs]" in text
    assert "∂L/∂A⁽²⁾ = W⁽³⁾ᵀ Δ⁽³⁾" in text
    assert "∂L/∂b⁽²⁾ = Δ⁽²⁾ 1\n" in text


def test_the_entry_is_the_chain_s():
    step = xor(samples=None)
    chain, form = step.weight(2, 1, 3), step.matrices(2, 1, 3)
    weights = next(each for each in form.equations if each.result.symbol.letter == "W")
    assert weights.chosen == (0, 2)
    assert list(map(equation_lines, weights.entry)) == [equation_lines(chain.equation())]
    assert weights.result.values[weights.chosen] == chain.value
    left, right = weights.parts
    assert weights.lit(left.lit, 0, 20)
    assert not weights.lit(left.lit, 1, 20)
    assert weights.lit(right.lit, 20, 2)
    assert form.lead == chain.lead


def test_a_unit_s_entry_is_its_chain_s():
    step = xor(samples=None)
    delta = next(each for each in step.matrices(2, 3, sample=7).equations if each.result.symbol.letter == "Δ")
    assert delta.chosen == (2, 7)
    assert delta.entry[-1].value == step.unit(2, 3, sample=7).value == delta.result.values[2, 7]


def test_softmax_and_cross_entropy_are_said_together():
    text = " ".join(of_case("SoftmaxCrossEntropy").matrices(2).text().split())
    assert "(P - Y)" in text
    assert "each column’s softmax" in text


def test_large_matrices_are_cut_and_keep_the_chosen_entry():
    x, y = cr.datasets.moons(400)
    network = cr.mlp(2, 16, 16, 1)
    step = cr.explain(network, network.initialize(0), x, y, cr.SquaredError(), cr.Adam(0.01))
    form = step.matrices(2, 9, 12, sample=200)
    weights = next(each for each in form.equations if each.result.symbol.letter == "W")
    assert weights.result.rows.shown == (0, 1, 2, 8, 15)
    assert weights.result.columns.shown == (0, 1, 2, 11, 15)
    assert 'data-row="8" data-column="11" class="lit"' in form.html()
    assert len(form.html()) < 150_000


def test_a_pool_says_that_it_has_no_matrices():
    with pytest.raises(cr.SettingError, match=r"isn't said in matrices: its chain shows each number\. Take 1 Conv2D"):
        of_case("MaxPool").matrices(2)


def test_every_form_is_written():
    form = xor(samples=None).matrices(2, 1, 3)
    assert r"\begin{bmatrix}" in form.latex()
    assert form.latex().isascii()
    assert form.html() == form._repr_html_()
    assert str(form) == form.text()
    assert max(map(len, form.text().splitlines())) <= 100
