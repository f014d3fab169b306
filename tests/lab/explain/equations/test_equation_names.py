"""Names that say what they are: masks, windows, sums that are cut, and steps."""

import numpy as np
import pytest

import chainrule as cr
from derivations import images, of_case, xor

DOWN = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


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
    assert "is no window’s maximum; its gradient is 0." in lost


def test_a_dropout_shows_its_mask():
    network = cr.Network((2,), [cr.Dense(6), cr.Dropout(0.25), cr.Dense(1)])
    x, y = cr.datasets.xor()
    arguments = (network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2))
    step = cr.explain(*arguments, samples=3, seed=1)
    kept = int(np.flatnonzero(step.layers[1].z[0])[0]) + 1
    said = " ".join(step.unit(1, kept).text().split())
    index = str(kept).translate(DOWN)
    assert f"mask⁽²⁾{index} = 1 / (1 - rate⁽²⁾) = 1 / (1 - 0.25) = 1.333333" in said
    assert f"a⁽²⁾{index} = mask⁽²⁾{index} · z⁽¹⁾{index}" in said
    assert f"δ⁽¹⁾{index} = mask⁽²⁾{index} · ∂L/∂a⁽²⁾{index}" in said
    gone = int(np.flatnonzero(step.layers[1].z[0] == 0)[0]) + 1
    assert "Dropped at random, with its gradient." in step.unit(1, gone).text()


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
    derivation = step.weight(3, 2, 9)
    assert derivation.title == "Layer 3: the weight to unit 2 from unit 9, which is 3,1,1 of its maps"
    assert "its input number is 4 · (channel - 1) + 2 · (row - 1) + column." in " ".join(derivation.text().split())
    assert "∂L/∂w⁽³⁾₂,₁₂ = δ⁽³⁾₂[0] · a⁽²⁾₃,₂,₂[0] + " in step.weight(3, 2, 12).text()


def test_what_is_left_out_of_a_sum_has_a_name_and_never_stands_for_a_bias():
    network = cr.mlp(40, 3, 1)
    x, y = np.zeros((2, 40)), np.zeros((2, 1))
    x[0], x[1, :5] = np.linspace(-1, 1, 40), 1.0
    step = cr.explain(network, network.initialize(0), x, y, cr.SquaredError(), cr.SGD(0.1))
    said = " ".join(step.unit(1, 2, sample=0).text().split())
    assert "+ (the sum of 28 others) + b⁽¹⁾₂ = " in said
    assert "A sum of more than 24 terms shows its 12 largest and its last one." in said
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
    assert "Sorted by size within each kind." in said
    for section in step.overview().sections:
        if section.title.startswith("Gradient"):
            sizes = [abs(each.value) for each in section.equations if each.symbol.letter == "w"]
            assert sizes == sorted(sizes, reverse=True)
        if section.title.startswith("Update"):
            new = section.equations[-1]
            assert new.error < 1e-15


def test_a_square_of_a_clipped_gradient_is_no_clipped_square():
    derivation = xor(clip=0.001).weight(2, 1, 3)
    assert "(1 - β₂) · (clipped g)²" in derivation.text()
    assert r"{\left(\text{clipped }g\right)}^{2}" in derivation.latex()


def test_what_comes_first_in_the_loss_is_shown_once():
    titles = [each.symbol for each in of_case("SoftmaxCrossEntropy").unit(2, 1).equations]
    assert len(titles) == len(set(titles))
