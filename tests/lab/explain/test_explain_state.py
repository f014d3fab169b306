"""A step in the middle of a run, explained from the run's state: its parameters, slots, step count and randomness."""

import numpy as np
import pytest

import chainrule as cr
from cases import OPTIMIZERS


def explained_after(steps, optimizer, network=None, **settings):
    """The explanation of a run's next step, and theta as the run itself has it after that step."""
    (x, y), loss = cr.datasets.xor(), cr.HalfSquaredError()
    network = network or cr.mlp(2, 4, 4, 1)
    training = cr.iterate(network, x, y, loss=loss, optimizer=optimizer, epochs=steps + 2, seed=3, **settings)
    for _ in range(steps):
        training.advance()
    step = cr.explain(network, training.state, x, y, loss, optimizer, **settings)
    training.advance()
    return step, training.state.parameters.theta


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_explained_step_is_the_runs_next_one(name):
    step, then = explained_after(7, OPTIMIZERS[name])
    assert step.step == 7
    np.testing.assert_array_equal(step.new_theta, then)
    for each in step.weight(2, 1, 3).equations:
        assert each.error <= 1e-12 * max(1.0, abs(each.value)), each.symbol
    assert "Step 8, after 7 others" in step.weight(2, 1, 3).text()


def test_the_update_starts_from_the_slots_of_the_run():
    step, _ = explained_after(5, cr.Adam(0.01))
    assert all(np.abs(slot).min() > 0 for slot in step.before.values())
    update = next(each for each in step.weight(3, 1, 2).sections if each.title == "Update")
    place = step.numbers.position(step.numbers.blocks[2], "weights", (0, 1))
    m = next(each for each in update.equations if each.symbol.letter == "m")
    g = step.gradient[place]
    assert m.value == pytest.approx(0.9 * step.before["m"][place] + 0.1 * g, rel=1e-12)
    assert update.equations[-1].value == step.new_theta[place]


def test_dropouts_and_clipping_are_those_of_the_run():
    network = cr.Network((2,), [cr.Dense(8), cr.Tanh(), cr.Dropout(0.4), cr.Dense(1)])
    step, then = explained_after(4, cr.RMSprop(0.01), network, clip=0.01, penalty=cr.L2(0.1))
    assert (step.layers[1].z == 0).any()
    np.testing.assert_array_equal(step.new_theta, then)


def test_the_run_goes_on_as_if_nothing_was_explained():
    x, y = cr.datasets.xor()
    network = cr.Network((2,), [cr.Dense(8), cr.Tanh(), cr.Dropout(0.4), cr.Dense(1)])
    settings = {"loss": cr.HalfSquaredError(), "optimizer": cr.Adam(0.01), "epochs": 9, "record_every": 1}

    def explain(training):
        step = cr.explain(network, training.state, x, y, settings["loss"], settings["optimizer"], steps=2, samples=3)
        step.weight(1, 2, 1)

    explained = cr.train(network, x, y, callbacks=[explain], **settings)
    alone = cr.train(network, x, y, **settings)
    np.testing.assert_array_equal(explained.model.theta, alone.model.theta)


def test_another_optimizer_and_a_population_get_a_sentence():
    x, y = cr.datasets.xor()
    network, loss = cr.mlp(2, 4, 1), cr.HalfSquaredError()
    training = cr.iterate(network, x, y, loss=loss, optimizer=cr.Momentum(0.1), epochs=3)
    with pytest.raises(cr.SettingError, match=r"the run's own, which keeps v; got Adam\(0.1\), which keeps m, v"):
        cr.explain(network, training.state, x, y, loss, cr.Adam(0.1))
    training = cr.iterate(network, x, y, loss=loss, optimizer=cr.SGD(0.1), epochs=3, population=2)
    with pytest.raises(cr.ShapeError, match="takes one network"):
        cr.explain(network, training.state, x, y, loss, cr.SGD(0.1))
