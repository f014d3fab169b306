"""Random stacks of layers: writing in place changes no number, and the gradient is right."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.plan import Plan, generators, run
from drawn import examples

smooth = st.sampled_from([cr.Tanh(), cr.Sigmoid(), cr.Softplus(), cr.GELU(), cr.Identity(), cr.Flatten()])
kinked = st.sampled_from([cr.ReLU(), cr.LeakyReLU(), cr.ELU(0.5)])
dense = st.builds(cr.Dense, st.integers(1, 4), bias=st.booleans())
drops = st.builds(cr.Dropout, st.sampled_from([0.2, 0.5]))


def stacks(*layers: st.SearchStrategy[cr.Layer]) -> st.SearchStrategy[cr.Network]:
    """Networks of up to eight layers in any order, which end in two outputs."""
    rows = st.lists(st.one_of(dense, *layers), min_size=1, max_size=8)
    return st.builds(lambda shape, row: cr.Network(shape, [cr.Flatten(), *row, cr.Dense(2)]), shapes, rows)


shapes = st.sampled_from([(3,), (1,), (2, 2)])


@examples(60)
@given(stacks(smooth, kinked, drops), st.sampled_from([None, 3]))
def test_in_place_or_not_the_numbers_are_the_same(network: cr.Network, population: int | None):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((5, *network.input_shape)), rng.standard_normal((5, 2))
    theta = network.initialize(seed=1, population=population)
    results = []
    for in_place in (True, False):
        draws = generators(network, range(population or 1))
        plan = Plan(network, len(x), theta.copy(), loss=cr.SquaredError(), draws=draws, in_place=in_place)
        plan.set_input(x)
        plan.set_targets(y)
        for _ in range(2):  # twice: the second pass finds what the first one left
            run(plan.measure)
        results.append((plan.value, plan.output, plan.gradient))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


@examples(40)
@given(stacks(smooth, drops))
def test_the_gradient_of_a_stack_equals_differences(network: cr.Network):
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((5, *network.input_shape)), rng.standard_normal((5, 2))
    assert max(check.error for check in cr.check_gradient(network, x, y, cr.SquaredError(), seed=4)) < 1e-7
