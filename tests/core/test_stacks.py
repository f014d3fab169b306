"""Random stacks of layers: writing in place changes no number, and the gradient is right."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from cases import LAYERS
from chainrule.core.plan import Plan, generators, run
from drawn import examples

KINKED = (cr.ReLU, cr.LeakyReLU, cr.ELU, cr.MaxPool)
"""Differences across a kink aren't slopes: these are left out where gradients are checked."""

IN_TABLE = sorted({layer for case in LAYERS.values() for layer in case.network.layers}, key=repr)
anything = st.sampled_from(IN_TABLE)
smooth = st.sampled_from([layer for layer in IN_TABLE if not isinstance(layer, KINKED)])
shapes = st.sampled_from([(3,), (1,), (2, 6), (2, 5, 6)])


def stacks(layers: st.SearchStrategy[cr.Layer]) -> st.SearchStrategy[cr.Network]:
    """Networks of up to eight layers of the table, in any order, which end in two outputs."""

    def build(shape: tuple[int, ...], rows: list[cr.Layer], at: int) -> cr.Network:
        fitting: list[cr.Layer] = []
        here = shape
        for layer in [*rows[:at], cr.Flatten(), *rows[at:], cr.Flatten(), cr.Dense(2)]:
            try:
                here = layer.signature(here).output
            except cr.ChainruleError:  # an image to Dense, a vector to a pool: such layers are left out
                continue
            fitting.append(layer)
        return cr.Network(shape, fitting)

    return st.builds(build, shapes, st.lists(layers, min_size=1, max_size=8), st.integers(0, 8))


@examples(60)
@given(stacks(anything), st.sampled_from([None, 3]), st.booleans())
def test_in_place_or_not_the_numbers_are_the_same(network: cr.Network, population: int | None, own_samples: bool):
    rng = np.random.default_rng(0)
    lead = (population,) if population and own_samples else ()
    x, y = rng.standard_normal((*lead, 5, *network.input_shape)), rng.standard_normal((*lead, 5, 2))
    theta = network.initialize(seed=1, population=population)
    results = []
    for in_place in (True, False):
        draws = generators(network, range(population or 1))
        settings = {"loss": cr.SquaredError(), "draws": draws, "own_samples": bool(lead), "in_place": in_place}
        plan = Plan(network, 5, theta.copy(), **settings)
        plan.set_input(x)
        plan.set_targets(y)
        for _ in range(2):  # twice: the second pass finds what the first one left
            run(plan.measure)
        results.append((plan.value, plan.output, plan.gradient))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


@examples(40)
@given(stacks(smooth))
def test_the_gradient_of_a_stack_equals_differences(network: cr.Network):
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((5, *network.input_shape)), rng.standard_normal((5, 2))
    assert max(check.error for check in cr.check_gradient(network, x, y, cr.SquaredError(), seed=4)) < 1e-7
