"""What is edited by hand: a weight, a bias, an input or a target; the run goes on, and all is undone at once."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.calls import run
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import Plan
from chainrule.interfaces.play.playing import Playing
from drawn import examples
from played import obey, refusals, scene_of, seen


def theta_of(playing: Playing) -> np.ndarray:
    return playing.training.state.parameters.theta.copy()


def shown(playing: Playing, h: float = 1e-5, sample: int | None = None, **at: Any) -> dict[str, Any]:
    """What the page is shown of a weight."""
    obey(playing, "glass", hand={"at": at, "h": h}, sample=sample)
    found = playing.glass.shown(playing.stage, playing.training)
    return dict(found["hand"])


TABLE = {
    "file": "pets.csv",
    "inputs": ["a", "b", "c"],
    "x": [[0.1 * k, 0.2 * k * k, 1.0 - k] for k in range(12)],
    "y": [float(k % 3) for k in range(12)],
    "classes": ["cat", "dog", "cow"],
}


def with_table(target: str = "class") -> Playing:
    playing = Playing()
    table = TABLE if target == "class" else TABLE | {"classes": []}
    data = {"name": "table", "table": table, "target": target}
    obey(playing, "set", scene=scene_of(playing, data=data, loss="squared_error"))
    assert refusals(playing) == []
    return playing


@pytest.mark.parametrize("is_playing", [False, True])
def test_an_edit_puts_the_number_keeps_all_else_and_is_undone_at_once(is_playing: bool):
    playing = Playing()
    for _ in range(5):
        obey(playing, "step")
    if is_playing:
        obey(playing, "play")
    before = playing.training.state.arrays()
    for value in (0.1, 0.2, 0.3):
        obey(playing, "edit", layer=2, unit=1, source=3, value=value, grip=4)
    after = playing.training.state.arrays()
    assert [name for name in before if not np.array_equal(before[name], after[name], equal_nan=True)] == ["theta"]
    assert np.flatnonzero(before["theta"] != after["theta"]).tolist() == [14]
    assert (after["theta"][14], playing.state()["undo"]) == (0.3, 1)
    obey(playing, "undo")
    assert np.array_equal(theta_of(playing), before["theta"])
    obey(playing, "redo")
    assert np.array_equal(theta_of(playing), after["theta"])
    obey(playing, "edit", layer=2, unit=1, source=3, value=0.5, grip=4)  # of this grip, but after the undo
    assert playing.state()["undo"] == 2
    assert playing.is_playing == is_playing


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"layer": 4, "unit": 1, "source": 1}, "3 layers now, and no layer 4"),
        ({"layer": 1, "unit": 5, "source": 1}, "4 units, and no unit 5"),
        ({"layer": 1, "unit": 1, "source": 3}, "has no weights to 1 from 3"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(fields: dict[str, Any], said: str):
    playing = Playing()
    before = theta_of(playing)
    obey(playing, "edit", value=1.0, **fields)
    assert [said in each for each in refusals(playing)] == [True]
    assert np.array_equal(theta_of(playing), before)
    assert playing.state()["undo"] == 0


def test_a_network_without_biases_has_none_to_edit():
    playing = Playing()
    obey(playing, "set", scene=scene_of(playing, bias=False))
    obey(playing, "edit", layer=1, unit=1, source="bias", value=1.0)
    assert "has no bias" in refusals(playing)[0]
    assert shown(playing, layer=1, unit=1)["of"]["source"] == 1


def test_a_run_that_diverged_is_not_edited():
    playing = Playing()
    obey(playing, "set", scene=scene_of(playing, loss="squared_error", data={"name": "own", "target": "quantity",
        "points": [{"x1": 1e6, "x2": 1e6, "y": 1e6}] * 4}, hidden=[],
        optimizer={"type": "SGD", "learning_rate": 10.0}))  # fmt: skip
    for _ in range(50):
        obey(playing, "step")
    assert playing._ended is not None
    obey(playing, "edit", layer=1, unit=1, source=1, value=1.0)
    assert "diverged" in refusals(playing)[-1]


def test_an_input_of_a_named_set_makes_points_of_ones_own_that_are_learnt_as_before():
    playing = Playing()
    obey(playing, "set", scene=scene_of(playing, data={"name": "moons", "n": 37, "test": 0.3, "seed": 2}))
    for _ in range(5):
        obey(playing, "step")
    learnt, test, theta = playing.stage.learnt, playing.stage.test, theta_of(playing)
    obey(playing, "amend", sample=3, column=1, value=0.25)
    now = playing.stage
    assert np.array_equal(theta_of(playing), theta)
    assert np.array_equal(now.test.x, test.x)
    assert np.argwhere(now.learnt.x != learnt.x).tolist() == [[3, 1]]
    assert np.array_equal(now.learnt.y, learnt.y)
    obey(playing, "amend", sample=3, value=1.0 - learnt.shown[3])
    assert np.flatnonzero(playing.stage.learnt.shown != learnt.shown).tolist() == [3]
    assert playing.state()["undo"] == 3
    obey(playing, "undo")
    obey(playing, "undo")
    assert (playing.scene.data.name, playing.training.state.step) == ("moons", 5)
    assert np.array_equal(playing.stage.learnt.x, learnt.x)


@pytest.mark.parametrize("target", ["class", "quantity"])
def test_a_number_of_a_table_is_its_own_and_the_same_rows_are_held_out(target: str):
    playing = with_table(target)
    obey(playing, "step")
    learnt, test, theta = playing.stage.learnt, playing.stage.test, theta_of(playing)
    obey(playing, "amend", sample=2, column=2, value=7.0, grip=1)
    obey(playing, "amend", sample=2, column=2, value=8.0, grip=1)
    obey(playing, "amend", sample=1, value=2.0, grip=2)
    now = playing.stage
    assert np.array_equal(now.test.rows, test.rows)
    assert np.argwhere(now.learnt.x != learnt.x).tolist() == [[2, 2]]
    assert (now.learnt.x[2, 2], now.learnt.shown[1]) == (8.0, 2.0)
    assert np.array_equal(theta_of(playing), theta)
    assert playing.state()["undo"] == 3
    obey(playing, "undo")
    assert playing.stage.learnt.x[2, 2] == 8.0
    obey(playing, "undo")
    assert np.array_equal(playing.stage.learnt.x, learnt.x)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sample": 200, "value": 1.0}, "expected a learnt point from 0 to 8"),
        ({"sample": 0, "column": 3, "value": 1.0}, "expected a column from 0 to 2"),
        ({"sample": 0, "value": 3.0}, "expected a class from 0 to 2"),
        ({"sample": 0, "value": 0.5}, "expected a class from 0 to 2"),
    ],
)
def test_a_sample_that_cannot_be_so_is_refused(fields: dict[str, Any], said: str):
    playing = with_table()
    obey(playing, "amend", **fields)
    assert [said in each for each in refusals(playing)] == [True]


def test_the_last_point_of_the_highest_class_stays():
    playing = Playing()
    points = [{"x1": 0.1 * k, "x2": 0.0, "y": float(y)} for k, y in enumerate((0, 1, 0, 1, 2, 0))]
    data = {"name": "own", "points": points, "test": 0.0}
    obey(playing, "set", scene=scene_of(playing, data=data))
    obey(playing, "amend", sample=4, value=1.0)
    assert "last point of class 2" in refusals(playing)[0]


def test_rows_that_are_all_held_out_are_refused():
    playing = with_table()
    data = playing.scene.data.model_dump(mode="json") | {"held_out": list(range(12))}
    obey(playing, "set", scene=scene_of(playing, data=data))
    assert "leave some to learn" in refusals(playing)[0]


@pytest.mark.parametrize("penalty", [0.0, 0.1])
@pytest.mark.parametrize("batch_size", [None, 5])
def test_the_curve_is_the_networks_own_loss(penalty: float, batch_size: int | None):
    playing = Playing()
    obey(playing, "set", scene=scene_of(playing, penalty=penalty, batch_size=batch_size, hidden=[{"units": 3}]))
    obey(playing, "step")
    found = shown(playing, h=0.5, layer=1, unit=2, source=2)
    stage, theta = playing.stage, theta_of(playing)
    step = playing._next_step
    objective = Objective(stage.network, stage.loss, playing.training.task.objective.penalty)
    parameters = Parameters.of(stage.network, theta)
    plan = Plan(objective, len(step.samples), parameters)
    plan.set_input(stage.learnt.x[step.samples])
    plan.set_targets(stage.loss.rows(stage.learnt.y[step.samples], 1))
    curve = found["curve"]
    assert len(curve["points"]) > 21
    for value, loss in [*curve["points"], *curve["ends"]]:
        parameters.theta[4] = value  # row 2 of (3, 3), its second weight
        run(plan.evaluate)
        assert abs(float(plan.value) - loss) < 1e-12 * max(1.0, loss)
    assert curve["here"][0] == [theta_of(playing)[4], float(found["loss"])]
    (low, low_loss), (high, high_loss) = curve["tangent"]
    assert abs((high_loss - low_loss) / (high - low) - float(found["gradient"])) < 1e-12
    assert float(shown(playing, layer=1, unit=2, source=2)["apart"]) < 1e-7


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12))
@examples(30)
def test_the_axis_holds_the_weight_wherever_it_goes(values: list[float]):
    playing = Playing()
    for value in values:
        obey(playing, "edit", layer=1, unit=1, source=1, value=value, grip=1)
        curve = shown(playing, layer=1, unit=1, source=1)["curve"]
        assert curve["low"] < value < curve["high"]
        assert curve["low"] <= curve["points"][0][0] < curve["points"][-1][0] <= curve["high"]
        assert seen(playing)[0]["step"] == 0
    assert playing.state()["undo"] == 1


def test_of_images_dense_weights_are_edited_and_the_images_stay():
    playing = Playing()
    obey(playing, "set", scene=scene_of(playing, data={"name": "digits", "n": 40}, loss="softmax_cross_entropy"))
    assert shown(playing, layer=3, unit=1, source=2)["fields"] is None
    assert "dense layers" in shown(playing, layer=1, unit=1, source=1)["sentence"]
    obey(playing, "edit", layer=1, unit=1, source="bias", value=0.5)
    obey(playing, "amend", sample=0, column=0, value=0.5)
    assert ["dense layers" in each or "images" in each for each in refusals(playing)] == [True, True]


def test_kinks_are_marked_and_none_where_there_are_none():
    playing = Playing()
    assert shown(playing, layer=1, unit=1, source=1)["curve"]["kinks"] == []
    obey(playing, "set", scene=scene_of(playing, hidden=[{"units": 2, "activation": "relu"}]))
    obey(playing, "edit", layer=1, unit=1, source="bias", value=0.25)
    found = shown(playing, sample=0, layer=1, unit=1, source="bias")
    assert len(found["curve"]["kinks"]) > 0


def test_the_course_has_the_loss_after_an_edit():
    playing = Playing()
    obey(playing, "step")
    before, _ = seen(playing)[1]["course"][-1][:2], obey(playing, "edit", layer=1, unit=1, source=1, value=9.0)
    course = seen(playing)[1]["course"]
    assert course[-1, 0] == before[0]
    assert abs(course[-1, 1] - before[1]) > 1e-6
