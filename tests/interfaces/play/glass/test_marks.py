"""Marks beside gradients: each is of the very number beside it, right or wrong."""

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.interfaces.play.beginning import beginning_of
from chainrule.interfaces.play.catalogue import OF_IMAGES
from chainrule.interfaces.play.drawn_lines import drawn_lines
from chainrule.interfaces.play.glass.deltas import places_of_z
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import Data, Hidden, Scene
from chainrule.lab.explain.algebra.symbols import Symbol, derivative
from chainrule.lab.explain.proof import AGREES, DIFFERS, KINK, UNKNOWN
from own_layers import Wrong
from played import obey, seen

X = np.random.default_rng(0).normal(size=(12, 2))
ALL = {"first": 0, "count": 60}


def wrong() -> Playing:
    """A network whose first layer gets a wrong gradient, and whose last one gets the right one."""
    return Playing(*beginning_of(cr.Network((2,), (cr.Dense(2), Wrong(), cr.Dense(1))), X, X[:, 0]))


def shown(playing: Playing, **parts: Any) -> dict[str, Any]:
    obey(playing, "glass", **parts)
    return playing.glass.shown(playing.stage, playing.training)


def marked(chain: dict[str, Any]) -> set[int]:
    return {mark for each in chain["sections"] for mark in each["marks"].values()}


def test_a_wrong_gradient_is_marked_wherever_it_is_shown_and_a_right_one_beside_it_is_not():
    playing = wrong()
    below = shown(playing, chain={"layer": 1, "unit": 2, "source": 1, "lines": ALL})["chain"]
    assert below["verdict"] == DIFFERS
    assert marked(below) == {AGREES, DIFFERS}
    above = shown(playing, chain={"layer": 2, "unit": 1, "source": 1, "lines": ALL})["chain"]
    assert (above["verdict"], marked(above)) == (AGREES, {AGREES})
    assert shown(playing, chain={"layer": 1, "unit": 1, "source": None})["chain"]["verdict"] == DIFFERS
    assert "✗" in shown(playing, matrices={"layer": 1, "unit": 1, "source": 1})["matrices"]["html"]
    assert "✗" not in shown(playing, matrices={"layer": 2, "unit": 1, "source": 1})["matrices"]["html"]
    marks = shown(playing, marks=True)["marks"]
    assert marks["last"]["verdicts"] == f"{DIFFERS}" * 6 + f"{AGREES}" * 3
    assert [each["right"] for each in shown(playing, proof=True)["proof"]["last"]["layers"]] == [False, True]


def test_a_gradient_at_a_kink_is_marked_as_such():
    playing = Playing(*beginning_of(cr.Network((2,), (cr.Dense(2), cr.ReLU(), cr.Dense(1))), 0 * X, X[:, 0]))
    assert shown(playing, chain={"layer": 1, "unit": 1, "source": "bias"})["chain"]["verdict"] == KINK  # z is 0
    assert str(KINK) in shown(playing, marks=True)["marks"]["last"]["verdicts"]
    assert shown(playing, chain={"layer": 1, "unit": 1, "source": None})["chain"]["verdict"] == KINK
    assert "◇" in shown(playing, matrices={"layer": 1, "unit": 1, "source": "bias"})["matrices"]["html"]


@pytest.mark.parametrize("hidden", [(Hidden(),), (Hidden(batch_norm=True), Hidden(dropout=0.3))])
def test_the_marks_in_the_drawing_are_of_the_gradient_that_is_drawn(hidden: tuple[Hidden, ...]):
    playing = Playing(Scene(data=Data(name="moons", n=40), hidden=hidden, batch_size=8, penalty=0.01))
    obey(playing, "step")
    obey(playing, "glass", marks=True)
    head, arrays = seen(playing)
    drawn = NextStep(playing.stage, playing.training).drawn_gradient.gradient
    np.testing.assert_allclose(arrays["gradient"], drawn, rtol=1e-5, atol=1e-9)
    assert head["glass"]["marks"]["last"]["verdicts"].count(str(DIFFERS)) == 0


IMAGES = {
    "data": {"name": "digits", "n": 24},
    **OF_IMAGES,
    "filters": [
        {"units": 3, "kernel": 3, "activation": "tanh", "pool": True},
        {"units": 2, "kernel": 2, "activation": "relu", "pool": False},
    ],
    "hidden": [{"units": 4, "batch_norm": True}],
}


def test_the_marks_on_units_are_of_the_deltas_that_are_drawn():
    for hidden in ((Hidden(),), (Hidden(batch_norm=True), Hidden(dropout=0.3, activation="relu"))):
        playing = Playing(Scene(data=Data(name="moons", n=40), hidden=hidden, batch_size=8, penalty=0.01))
        obey(playing, "step")
        obey(playing, "view", units="delta")
        obey(playing, "glass", deltas={})
        head, arrays = seen(playing)
        marks, layers = head["glass"]["deltas"], playing.pictures.layers
        assert (marks["now"], marks["last"]["sample"]) == (True, None)
        assert set(marks["last"]["verdicts"]) <= {str(AGREES), str(KINK)}
        assert len(marks["last"]["verdicts"]) == len(arrays["units"]) == sum(len(each.delta) for each in layers)
        recording = NextStep(playing.stage, playing.training).drawn_gradient.numbers.recording
        for place, layer in zip(places_of_z(list(recording.layers)), layers, strict=True):
            np.testing.assert_allclose(recording.layers[place].d_output, layer.delta, rtol=1e-9, atol=1e-15)


def test_the_marks_of_images_are_of_the_image_that_is_shown_and_of_the_worst_weight_of_a_line():
    pytest.importorskip("sklearn")
    playing = Playing(Scene.model_validate(IMAGES))
    obey(playing, "step", unit="epoch")
    obey(playing, "view", units="delta", image=5)
    obey(playing, "glass", marks=True, deltas={"sample": 5})
    head, arrays = seen(playing)
    while not all(head["glass"][part]["now"] for part in ("marks", "deltas")):
        head, arrays = seen(playing)
    marks, deltas = head["glass"]["marks"]["last"], head["glass"]["deltas"]["last"]
    assert (deltas["sample"], len(deltas["verdicts"])) == (5, len(arrays["units"]))
    assert set(marks["verdicts"] + deltas["verdicts"]) <= {str(AGREES), str(KINK)}
    assert len(marks["verdicts"]) == len(arrays["gradient"])
    assert marks["agree"] + marks["kinks"] == playing.stage.network.n_parameters
    worst = np.ones(playing.stage.network.n_parameters, np.uint8)
    worst[1] = DIFFERS  # a weight of the first kernel, which is the first line
    assert drawn_lines(playing.stage, worst, np.max).tolist() == [DIFFERS] + [AGREES] * (len(marks["verdicts"]) - 1)
    obey(playing, "glass", deltas={"sample": 999})  # of a scene that has gone
    assert seen(playing)[0]["glass"]["deltas"]["last"]["verdicts"] == ""


def test_a_unit_whose_delta_is_wrong_is_marked():
    assert shown(wrong(), deltas={})["deltas"]["last"]["verdicts"] == f"{DIFFERS}{DIFFERS}{AGREES}"


def test_each_frame_of_a_run_that_plays_has_the_marks_of_its_own_step():
    playing = Playing()
    obey(playing, "pace")
    obey(playing, "play")
    obey(playing, "glass", marks=True)
    steps = set()
    for _ in range(5):
        playing.train_a_while()
        head, _ = seen(playing)
        assert head["glass"]["marks"]["now"]
        assert head["glass"]["marks"]["last"]["step"] == head["step"] + 1
        steps.add(head["step"])
    assert len(steps) == 5


def test_what_is_no_gradient_has_no_verdict():
    verdicts = NextStep((playing := Playing()).stage, playing.training).verdicts
    weight = Symbol("w", 1, (1, 1))
    for each in (weight, Symbol("z", 1, (1,), 0), Symbol("L"), Symbol("w", 1, (1, 1), prefix="new"), Symbol("g")):
        assert verdicts.of(each) == UNKNOWN
    assert verdicts.of(derivative(Symbol("L"), weight)) == AGREES
