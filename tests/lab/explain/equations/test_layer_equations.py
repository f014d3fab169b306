"""Every equation comes to the plan's number, for every layer, activation and loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from cases import CASES, LOSSES, N
from chainrule.lab.explain.algebra.expression import Number, added
from chainrule.lab.explain.algebra.rounding import is_followed
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.equations.paths import Paths
from chainrule.lab.explain.explanation import Explanation
from chainrule.lab.explain.notations.text import TEXT
from core.test_stacks import anything, stacks
from derivations import WEIGHTS, agrees, explained
from drawn import examples

SETTINGS = {
    "plain": {},
    "some steps on": {"steps": 3, "seed": 2},
    "with a penalty and a clip": {"penalty": cr.L2(0.01), "clip": 0.05, "seed": 0},
    "with weights of samples": {"sample_weight": WEIGHTS, "steps": 1},
}


def every_equation(step: Explanation, units: int, sample: int):
    paths = Paths(step.numbers, step.objective)
    yield from paths.loss(sample)
    for block in step.numbers.blocks:
        for unit in range(min(block.units, units)):
            yield from paths.forward(block, unit, sample)
            yield from paths.backward(block, unit, sample)


def check_gradients(step: Explanation, most: int):
    """The sums of products are the plan's gradient, at 1e-12 of what they add up."""
    paths = Paths(step.numbers, step.objective)
    for block in step.numbers.blocks:
        for name, array in ({} if block.head.branch else block.head.named(step.numbers.recording.gradient)).items():
            for index in list(np.ndindex(array.shape))[:: max(1, array.size // most)]:
                terms, _ = paths.gradient(block, name, index)
                scale = max((abs(each.evaluate()) for each in terms), default=0.0)
                assert added(terms).evaluate() == pytest.approx(array[index], rel=1e-12, abs=1e-12 * scale), (
                    name,
                    index,
                )


@pytest.mark.parametrize("settings", SETTINGS, ids=SETTINGS)
@pytest.mark.parametrize("name", CASES)
def test_every_equation_comes_to_the_plans_number(name, settings):
    step = explained(CASES[name], **SETTINGS[settings])
    for sample in (0, N - 1):
        for equation in every_equation(step, 6, sample):
            assert equation.expression is not None, equation.symbol
            assert agrees(equation), (equation.symbol, equation.value, equation.expression.evaluate())


@pytest.mark.parametrize("name", CASES)
def test_the_products_add_up_to_the_plans_gradient(name):
    check_gradients(explained(CASES[name], steps=1, seed=4), most=8)


@examples(25)
@given(stacks(anything), st.integers(0, 3))
def test_of_random_stacks_too(network, sample):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((4, *network.input_shape)), rng.standard_normal((4, 2))
    step = cr.explain(network, network.initialize(seed=1), x, y, cr.SquaredError(), cr.SGD(0.1), seed=2)
    for equation in every_equation(step, 3, sample):
        assert agrees(equation), (equation.symbol, equation.value, equation.expression.evaluate())
        if len(equation.sides) == 3 and equation.error <= 1e-9 * abs(equation.value):  # else it is 0 but for rounding
            is_said = equation.value == 0.0 and "0 but for rounding" in str(equation.remark)
            assert is_followed(equation.sides[1], equation.shown_value) or is_said, equation.symbol
    check_gradients(step, most=3)


def test_an_unknown_layer_loss_and_optimizer_are_explained_by_the_plan_alone():
    from dataclasses import dataclass

    @dataclass(frozen=True, repr=False)
    class Mine(cr.Tanh):
        """An activation whose equation isn't known here."""

    @dataclass(frozen=True, repr=False)
    class Mixing(cr.BatchNorm):
        """A layer that mixes samples, whose equation isn't known here."""

        def bind(self, at):
            return super().bind(at)

    @dataclass(frozen=True, repr=False)
    class MyLoss(cr.HalfSquaredError):
        """The same loss under another name."""

    @dataclass(frozen=True, repr=False)
    class MySteps(cr.SGD):
        """The same steps under another name."""

    try:
        network = cr.Network((2,), [cr.Dense(3), Mine(), cr.Dense(1)])
        x, y = cr.datasets.xor()
        step = cr.explain(network, network.initialize(0), x, y, MyLoss(), MySteps(0.1))
        chain = step.weight(1, 2, 1)
        assert chain.error < 1e-9
        assert all(each.error < 1e-12 for each in chain.equations)
        mixed = cr.Network((2,), [cr.Dense(3), Mixing(), cr.Dense(1)])
        step = cr.explain(mixed, mixed.initialize(0), x, y, MyLoss(), MySteps(0.1), samples=[3, 7, 20])
        said = step.weight(1, 2, 1, sample=7).text()
        assert "∂z⁽²⁾₂[3]/∂z⁽¹⁾₂[7] · δ⁽²⁾₂[3] + ∂z⁽²⁾₂[7]/∂z⁽¹⁾₂[7] · δ⁽²⁾₂[7]" in " ".join(said.split())
        assert "Mixing() has no equations here; its derivatives come from" in said
    finally:
        for kind in (Mine, Mixing, MyLoss, MySteps):
            del cr.Description.known[kind.kind()]


def batch_normed(samples=(3, 7, 20), **settings):
    """The step of a batch normalisation on a few points of xor."""
    network = cr.Network((2,), [cr.Dense(3), cr.BatchNorm(**settings), cr.Tanh(), cr.Dense(1), cr.Sigmoid()])
    x, y = cr.datasets.xor()
    return cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2), samples=samples)


@pytest.mark.parametrize("sample", [3, 7, 20])
def test_a_batch_norms_backward_is_a_formula_of_named_numbers(sample):
    step = batch_normed()
    chain = step.weight(1, 2, 1, sample=sample)
    said = {each.symbol.letter + ("" if each.symbol.of is None else "'"): each for each in chain.equations}
    d_beta, d_gamma = said["β'"], said["γ'"]
    assert d_beta.value == step.layers[1].gradients["shift"][1]
    assert d_gamma.value == step.layers[1].gradients["scale"][1]
    delta = next(each for each in chain.equations if each.symbol == Symbol("δ", 1, (2,), sample))
    text = TEXT.write(delta.expression)
    assert text == (f"γ⁽²⁾₂ / sqrt(var⁽²⁾₂ + ε⁽²⁾) · (δ⁽²⁾₂[{sample}] - (∂L/∂β⁽²⁾₂ + x̂⁽²⁾₂[{sample}] · ∂L/∂γ⁽²⁾₂) / 3)")
    assert delta.value == step.layers[0].delta[step.samples.index(sample), 1]
    for each in (d_beta, d_gamma, delta):
        assert agrees(each)


def names_of(expression):
    """Every name in an expression, with its number."""
    if isinstance(expression, Number):
        return [(expression.symbol, expression.value)]
    return [found for part in expression.parts for found in names_of(part)]


def check_names(equations):
    known = {}
    for equation in equations:
        made = [] if equation.expression is None else names_of(equation.expression)
        for symbol, value in made:
            if symbol is not None:
                assert known.setdefault(symbol, value) == value, symbol
    return known


@pytest.mark.parametrize("name", CASES)
def test_one_name_is_one_number(name):
    check_names(every_equation(explained(CASES[name], seed=2), 6, 1))


def test_one_name_is_one_number_where_parts_have_settings_of_the_same_name():
    """Two norms' epsilons and the optimizer's, two dropouts, L2's λ and AdamW's, Adam's β and a norm's."""
    layers = (cr.BatchNorm(epsilon=0.1), cr.Dropout(0.1), cr.Dense(3), cr.BatchNorm(epsilon=0.2), cr.Dropout(0.2))
    network = cr.Network((3,), [*layers, cr.LeakyReLU(0.3), cr.ELU(0.4), cr.Dense(2)])
    x, y = CASES["Dense"].data()
    rate = cr.WarmUp(cr.Cosine(0.05, steps=90, end=0.01), steps=2)
    optimizer = cr.AdamW(rate, 0.8, 0.9, epsilon=0.3, weight_decay=0.6)
    theta = network.initialize(0) + 0.1
    for steps in (1, 5):
        step = cr.explain(
            network, theta, x, y, cr.SquaredError(), optimizer, penalty=cr.L2(0.7), clip=1e-3, seed=0, steps=steps
        )
        known = check_names([*every_equation(step, 6, 1), *step.weight(3, 1, 1).equations])
        named = {TEXT.symbol(each): value for each, value in known.items()}
        expected = {"ε": 0.3, "λ": 0.7, "decay λ": 0.6, "β₁": 0.8, "β₂": 0.9, "ε⁽¹⁾": 0.1, "limit": 1e-3}
        assert {name: named[name] for name in expected} == expected


def test_the_bases_own_probes_find_what_the_layers_equations_say():
    """The base reads every derivative off backward; the equations of Dense and convolution must be no others."""
    from chainrule.lab.explain.equations.layer import LayerEquations
    from chainrule.lab.explain.equations.layers import equations_of

    for name in ("Dense", "Conv2D", "BatchNorm of images"):
        step = explained(CASES[name])
        for block in step.numbers.blocks:
            if block.head.branch:
                continue
            mine, base = equations_of(step.numbers, block), LayerEquations(step.numbers, block)

            def found(shares):
                pairs = {(k, n): 1.0 if factor is None else factor.evaluate() for factor, k, n in shares}
                return {at: each for at, each in pairs.items() if each != 0}

            assert found(mine.shares(0, 1, 2)) == pytest.approx(found(base.shares(0, 1, 2)), rel=1e-12)
            for parameter, array in block.head.named(step.gradient).items():
                index = (0,) * array.ndim
                assert found(mine.uses(parameter, index)) == pytest.approx(
                    found(base.uses(parameter, index)), rel=1e-12
                )


def test_softmax_and_every_loss_name_what_comes_first():
    for name, case in LOSSES.items():
        titles = [each.symbol.letter for each in explained(case).unit(2, 1).equations]
        assert ("p" in titles) == ("CrossEntropy" in name)
