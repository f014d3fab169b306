"""The matrices and the proof of the step that comes next, as a page gets them."""

import re

import pytest

from chainrule.interfaces.play import messages
from chainrule.interfaces.play.glass import proof
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import Data, Hidden, Scene


def asked(playing, text):
    playing.obey(messages.command('{"kind": "glass", ' + text + "}"))
    return playing.glass.shown(playing.stage, playing.training)


def test_every_gradient_of_the_matrices_carries_a_mark():
    playing = Playing(Scene(data=Data(name="moons", n=24)))
    shown = asked(playing, '"matrices": {"layer": 2, "unit": 1, "source": 3}')["matrices"]
    assert shown["title"].startswith("Layer 2 in matrices: Dense(4)")
    assert len(re.findall("<mtext>[✓◇]</mtext>", shown["html"])) == 4 * 4 + 4


def test_what_is_not_asked_for_is_not_proven():
    playing = Playing()
    assert asked(playing, '"sample": null') == {}
    assert not playing.glass.is_at_work


def test_a_proof_is_of_its_step_and_of_no_other():
    playing = Playing(Scene(data=Data(name="moons", n=24)))
    first = asked(playing, '"proof": true')["proof"]
    assert first["now"]
    assert first["last"]["step"] == 1
    assert sum(each["parameters"] for each in first["last"]["layers"]) == playing.stage.network.n_parameters
    playing.obey(messages.command('{"kind": "step"}'))
    second = playing.glass.shown(playing.stage, playing.training)["proof"]
    assert (second["now"], second["last"]["step"]) == (True, 2)


def test_a_large_proof_takes_several_frames_and_is_never_stale(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(proof, "PARTS", 1)  # in each look
    playing = Playing(Scene(data=Data(name="moons", n=100), hidden=(Hidden(units=16),) * 3))
    shown = asked(playing, '"proof": true')["proof"]
    assert not shown["now"]
    assert shown["last"] is None
    assert 0 < shown["done"] < 1
    assert playing.glass.is_at_work
    playing.obey(messages.command('{"kind": "step"}'))
    while playing.glass.is_at_work:
        shown = playing.glass.shown(playing.stage, playing.training)["proof"]
    assert not shown["now"]  # of step 1, while the next is 2
    assert shown["last"]["step"] == 1
    while not shown["now"]:
        shown = playing.glass.shown(playing.stage, playing.training)["proof"]
    assert shown["last"]["step"] == 2


def test_the_matrices_are_of_the_layer_that_is_drawn_and_a_click_leads_back_to_it():
    hidden = (Hidden(units=4, batch_norm=True, dropout=0.2), Hidden(units=3))
    playing = Playing(Scene(data=Data(name="moons", n=24), hidden=hidden))
    for layer, name in enumerate(("Dense(4)", "Dense(3)", "Dense(1)"), 1):
        shown = asked(playing, f'"matrices": {{"layer": {layer}, "unit": 1, "source": 1}}')["matrices"]
        assert name in shown["title"]
        assert shown["of"] == {"layer": layer, "unit": 1, "source": 1}
