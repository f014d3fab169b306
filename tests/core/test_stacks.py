"""Random stacks of layers: writing in place changes no number, and the gradient is right."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from cases import LAYERS
from chainrule.core.calls import run
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import generators
from chainrule.core.plan.plan import Plan
from drawn import examples

STEEP = (cr.BatchNorm(),)
"""Behind layers that leave hardly any variance it bends so much that differences err; a large epsilon bounds that."""

IN_TABLE = sorted({leaf.layer for case in LAYERS.values() for leaf in case.network.leaves}, key=repr)
anything = st.sampled_from(IN_TABLE)
gentle = st.sampled_from([layer for layer in IN_TABLE if layer not in STEEP])
shapes = st.sampled_from([(3,), (1,), (2, 6), (2, 5, 6)])


def fitting(rows: list, shape: tuple[int, ...]) -> tuple[list[cr.Layer], tuple[int, ...]]:
    """The layers that fit in this row, and the shape that they end in; a list in it becomes a Residual."""
    layers = []
    for row in rows:
        try:
            layer = residual(row, shape) if isinstance(row, list) else row
            output = layer.signature(shape).output
        except cr.ChainruleError:  # an image to Dense, a vector to a pool: such layers are left out
            continue
        layers.append(layer)
        shape = output
    return layers, shape


def residual(rows: list, shape: tuple[int, ...]) -> cr.Layer:
    """A Residual of the layers that fit, with one more where that brings the shape back."""
    branch, output = fitting(rows, shape)
    return cr.Residual(branch if branch and output == shape else [*branch, cr.Dense(shape[0])])


def stacks(layers: st.SearchStrategy[cr.Layer]) -> st.SearchStrategy[cr.Network]:
    """Networks of up to eight rows, of layers of the table and Residuals of such rows, which end in two outputs."""
    rows = st.recursive(layers, lambda inner: st.lists(inner, max_size=3), max_leaves=4)

    def build(shape: tuple[int, ...], rows: list, at: int) -> cr.Network:
        return cr.Network(shape, fitting([*rows[:at], cr.Flatten(), *rows[at:], cr.Flatten(), cr.Dense(2)], shape)[0])

    return st.builds(build, shapes, st.lists(rows, min_size=1, max_size=8), st.integers(0, 8))


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
        parameters, settings = Parameters.of(network, theta.copy()), {"own_samples": bool(lead), "in_place": in_place}
        plan = Plan(Objective(network, cr.SquaredError()), 5, parameters, generators=draws, **settings)
        plan.set_input(x)
        plan.set_targets(y)
        for _ in range(2):  # twice: the second pass finds what the first one left
            run(plan.value_and_gradient)
        results.append((plan.value, plan.output, parameters.gradient))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


@examples(40)
@given(stacks(gentle))
def test_the_gradient_of_a_stack_equals_differences(network: cr.Network):
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((5, *network.input_shape)), rng.standard_normal((5, 2))
    assert max(check.error for check in cr.check_gradient(network, x, y, cr.SquaredError(), seed=4)) < 1e-7
