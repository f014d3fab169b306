"""The way through a step by its phases: what is shown is the library's, and back leads to what was."""

import random

import numpy as np
import pytest

import chainrule as cr
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import Data, Hidden, Scene
from chainrule.lab.explain.algebra.symbols import digits
from played import obey, refusals

ADAM = {"type": "Adam", "learning_rate": 0.05}
MOMENTUM = {"type": "Momentum", "learning_rate": 0.1}


def begun(**scene: object) -> Playing:
    playing = Playing(Scene(**scene))
    obey(playing, "glass", phases={"by": "layer"})
    return playing


def shown(playing: Playing) -> dict:
    return playing.glass.shown(playing.stage, playing.training)["phases"]


def phase(playing: Playing) -> tuple[str, list[int]]:
    now = shown(playing)
    here = now["phases"][now["at"]]
    return here["kind"], here["layers"]


def assert_same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    """Two moments of a run, to the last bit."""
    assert one.keys() == other.keys()
    for name, each in one.items():
        np.testing.assert_array_equal(each, other[name], err_msg=name)


def go(playing: Playing, times: int = 1, to: str = "next") -> None:
    for _ in range(times):
        obey(playing, "phase", go=to)


def test_it_goes_through_a_step_makes_it_and_comes_back():
    playing = begun()
    assert shown(playing) == {"at": None}
    kinds = []
    for _ in range(8):
        go(playing)
        kinds.append(phase(playing))
        assert playing.training.state.step == 0
    assert kinds == [
        ("forward", [1]), ("forward", [2]), ("forward", [3]), ("loss", []),
        ("backward", [3]), ("backward", [2]), ("backward", [1]), ("update", []),
    ]  # fmt: skip
    before, foretold = playing.training.state.arrays(), NextStep(playing.stage, playing.training).explanation
    go(playing)
    assert (playing.training.state.step, phase(playing)) == (1, ("forward", [1]))
    np.testing.assert_allclose(playing.training.state.parameters.theta, foretold.new_theta, rtol=0, atol=1e-12)
    playing.next_frame()
    go(playing, to="back")
    assert (playing.training.state.step, phase(playing)) == (0, ("update", []))
    after = playing.training.state.arrays()
    assert_same(before, after)
    go(playing, 7, to="back")
    assert phase(playing) == ("forward", [1])
    assert refusals(playing) == []
    go(playing, to="back")
    assert "first phase" in refusals(playing)[-1]


def test_as_whole_passes_and_between_both():
    playing = begun()
    go(playing, 6)
    assert phase(playing) == ("backward", [2])
    obey(playing, "glass", phases={"by": "pass"})
    assert phase(playing) == ("backward", [3, 2, 1])
    assert {each["units"] for each in shown(playing)["lights"]} == {"lit"}
    go(playing, to="back")
    assert phase(playing) == ("loss", [])
    go(playing, to="back")
    obey(playing, "glass", phases={"by": "layer"})
    assert phase(playing) == ("forward", [1])
    go(playing)
    obey(playing, "glass", phases={"by": "pass"})
    go(playing, to="back")  # forward is the first phase, whichever of its layers one came from
    assert "first phase" in refusals(playing)[-1]


def test_what_lights_up_and_what_is_to_come():
    playing = begun()

    def lights(name: str) -> list[str]:
        return [each[name] for each in shown(playing)["lights"]]

    go(playing, 2)
    assert lights("units") == ["done", "lit", "dim"]
    assert lights("edges") == ["done", "done", "dim"]
    assert shown(playing)["lines"] == "weight"
    go(playing, 4)
    assert lights("units") == lights("edges") == ["dim", "lit", "done"]
    assert shown(playing)["lines"] == "gradient"
    go(playing, 2)
    assert lights("edges") == ["lit", "lit", "lit"]
    explained = NextStep(playing.stage, playing.training).explanation
    np.testing.assert_allclose(shown(playing)["edges"], explained.new_theta - explained.theta, rtol=1e-5)


def test_the_numbers_are_those_of_explain_for_the_sample_that_is_asked_for():
    playing = begun(hidden=(Hidden(units=3, activation="tanh"),), penalty=0.01, clip=0.1)
    obey(playing, "glass", sample=5, phases={"by": "layer", "at": {"layer": 1, "unit": 2, "source": 1}})
    step = NextStep(playing.stage, playing.training).explanation
    first = step.layers[0]
    go(playing)
    now = shown(playing)
    assert now["sample"] == 5
    assert [each["numbers"] for each in now["tables"][0]["columns"]] == [
        [digits(value, 5) for value in array[5]] for array in (first.z, first.a)
    ]
    assert now["lights"][0]["values"] == [digits(value, 3) for value in first.a[5]]
    go(playing, 4)
    assert phase(playing) == ("backward", [1])
    assert [each["numbers"] for each in shown(playing)["tables"][0]["columns"][1:]] == [
        [digits(value, 5) for value in array[5]] for array in (first.slope, first.delta)
    ]
    go(playing)
    assert phase(playing) == ("penalty", [])
    assert digits(float(first.gradients["weights"][1, 0])) in shown(playing)["html"]
    go(playing)
    assert phase(playing) == ("clip", [])
    go(playing)
    new = cr.Network.parameters(playing.stage.network, step.new_theta)[0]["weights"][1, 0]
    assert digits(float(new)).lstrip("-") in shown(playing)["html"]


@pytest.mark.parametrize("seed", range(4))
def test_next_back_and_changes_in_any_order(seed: int):
    """A mirror keeps the arrays of each step: back always leads to them, and what is shown is what explain says."""
    drawn = random.Random(seed)
    playing = begun(data=Data(name="moons", n=20), batch_size=drawn.choice([None, 6]), optimizer=ADAM)
    path: list[dict] = []
    for _ in range(60):
        step, act = playing.training.state.step, drawn.choice(["next"] * 6 + ["back"] * 4 + ["set", "step", "grain"])
        before, at = playing.training.state.arrays(), shown(playing)["at"]
        if act in ("next", "back"):
            is_last = at is not None and at == len(shown(playing)["phases"]) - 1
            obey(playing, "phase", go=act)
            if act == "next" and is_last:
                path.append(before)
                assert playing.training.state.step == step + 1
            elif act == "back" and at == 0 and path:
                was = path.pop()
                now = playing.training.state.arrays()
                assert_same(was, now)
            else:
                assert playing.training.state.step == step
        elif act == "set":
            other = playing.scene.model_copy(update={"optimizer": drawn.choice([ADAM, MOMENTUM]), "penalty": 0.01})
            obey(playing, "set", scene=other.model_dump(mode="json"))
            path = []
        elif act == "step":
            obey(playing, "step")
            path = []
        else:
            obey(playing, "glass", phases={"by": drawn.choice(["layer", "pass"])})
        playing.next_frame()
        now = shown(playing)
        if now["at"] is not None:
            explained = NextStep(playing.stage, playing.training).explanation
            assert now["step"] == explained.step + 1 + playing.training.state.earlier_steps
            here = now["phases"][now["at"]]
            for table, number in zip(now["tables"], here["layers"], strict=False):
                place = explained.samples.index(now["sample"])
                layer = explained.layers[number - 1]
                last = layer.a if here["kind"] == "forward" else layer.delta
                assert table["columns"][-1]["numbers"] == [digits(value, 5) for value in last[place]]
    assert all("first phase" in each for each in refusals(playing))


def test_training_ends_the_walk_and_phases_pause_training():
    playing = begun()
    obey(playing, "play")
    go(playing)
    assert not playing.is_playing
    assert phase(playing) == ("forward", [1])
    obey(playing, "play")
    playing.steps_per_second = None
    playing.train_a_while()
    assert shown(playing) == {"at": None}
    go(playing, to="back")
    assert not playing.is_playing
    assert phase(playing) == ("forward", [1])


def test_back_from_numbers_too_large_to_explain():
    playing = begun(
        optimizer={"type": "SGD", "learning_rate": 1e30},
        loss="half_squared_error",
        hidden=(Hidden(units=2, activation="relu"),),
        data=Data(name="moons", n=20, target="quantity"),
    )
    start = playing.training.state.parameters.theta.copy()
    while not refusals(playing):
        go(playing)
    assert playing.training.state.step > 0
    assert "explain() shows numbers up to" in refusals(playing)[-1]
    assert "explain() shows numbers up to" in shown(playing)["sentence"]
    while playing.training.state.step:
        steps = playing.training.state.step
        go(playing, to="back")
        assert playing.training.state.step <= steps
    np.testing.assert_array_equal(playing.training.state.parameters.theta, start)
    assert phase(playing) == ("update", [])


def test_the_course_goes_back_too():
    playing = begun()
    for _ in range(3):
        obey(playing, "step")
        playing.next_frame()
        obey(playing, "seen", frame=playing._showing._made)
    go(playing, 9)
    playing.next_frame()
    assert playing.course.rows(-1, 0)[-1, 0] == 4
    go(playing, to="back")
    assert playing.course.rows(-1, 0)[-1, 0] == 3
