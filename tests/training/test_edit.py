"""A number of theta edited between steps: the run goes on from it, and its setup says so."""

import re

import numpy as np
import pytest

import chainrule as cr

X, Y = cr.datasets.xor()
SETTINGS = {"loss": cr.HalfSquaredError(), "optimizer": cr.Adam(0.05), "epochs": 30}
NETWORK = cr.mlp(2, 3, 1)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("batch_size", [None, 5])
def test_an_edited_run_is_the_run_with_that_number(engine: str, batch_size: int | None):
    settings = SETTINGS | {"engine": engine, "batch_size": batch_size}
    edited = cr.iterate(NETWORK, X, Y, **settings)
    edited.advance(7)
    arrays = edited.state.arrays()
    edited.edit(4, 0.25)
    arrays["theta"][4] = 0.25
    other = cr.iterate(NETWORK, X, Y, **settings)
    other.restore(arrays)
    for each in (edited, other):
        each.advance(8)
    assert np.array_equal(edited.state.parameters.theta, other.state.parameters.theta)
    assert edited.setup.edits == ((7, 4, 0.25),)


def test_an_edit_before_the_first_step_is_another_start():
    training = cr.iterate(NETWORK, X, Y, **SETTINGS)
    training.edit(0, 0.5)
    training.edit(0, 0.75)
    assert (training.setup.theta[0], training.setup.edits) == (0.75, ())
    start = training.setup.theta
    again = cr.iterate(NETWORK, X, Y, **SETTINGS, theta=start)
    training.advance(5)
    again.advance(5)
    assert np.array_equal(training.state.parameters.theta, again.state.parameters.theta)
    assert np.array_equal(start, training.setup.theta)


def test_edits_after_a_step_that_is_gone_back_to_are_forgotten():
    training = cr.iterate(NETWORK, X, Y, **SETTINGS)
    training.advance(2)
    training.edit(0, 0.5)
    arrays = training.state.arrays()
    training.advance(2)
    training.edit(1, 0.5)
    training.restore(arrays)
    assert training.setup.edits == ((2, 0, 0.5),)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (13, 1.0, "place must be one of theta's, from 0 to 12; got 13."),
        (-1, 1.0, "place must be a whole number of 0 or more; got -1."),
        (0, float("inf"), "value must be a finite number; got inf."),
        (0, "1", "value must be a finite number; got '1'."),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(place: int, value: float, said: str):
    training = cr.iterate(NETWORK, X, Y, **SETTINGS)
    before = training.state.parameters.theta.copy()
    with pytest.raises(cr.SettingError, match=re.escape(said)):
        training.edit(place, value)
    assert np.array_equal(training.state.parameters.theta, before)


def test_a_population_and_an_ended_run_are_not_edited():
    several = cr.iterate(NETWORK, X, Y, **SETTINGS, seed=[0, 1])
    with pytest.raises(cr.SettingError, match="got a population of 2"):
        several.edit(0, 1.0)
    training = cr.iterate(NETWORK, X, Y, **SETTINGS)
    training.stop()
    with pytest.raises(cr.SettingError, match="has ended"):
        training.edit(0, 1.0)
